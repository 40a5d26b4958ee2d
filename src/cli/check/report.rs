//! What a check found, and how it is printed.

use serde::Serialize;

use crate::cli::{CliError, text};

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Ok,
    /// A worker runs with it, but a person should know.
    Warning,
    /// A worker can't run with it.
    Wrong,
    /// It could not be looked at, because the broker did not answer.
    Unanswered,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Wrong => "WRONG",
            Self::Unanswered => "NO ANSWER",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub state: State,
    /// The part of the configuration, or the topic.
    pub subject: String,
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// All findings, in the order in which things were looked at.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub findings: Vec<Finding>,
}

impl Report {
    pub fn add(&mut self, state: State, subject: &str, message: impl Into<String>) {
        let finding = Finding { state, subject: subject.to_owned(), message: message.into(), remedy: None };
        self.findings.push(finding);
    }

    pub fn ok(&mut self, subject: &str, message: impl Into<String>) {
        self.add(State::Ok, subject, message);
    }

    pub fn add_with(&mut self, state: State, subject: &str, message: impl Into<String>, remedy: &str) {
        self.add(state, subject, message);
        if let Some(last) = self.findings.last_mut() {
            last.remedy = Some(remedy.to_owned());
        }
    }

    pub fn count(&self, state: State) -> usize {
        self.findings.iter().filter(|finding| finding.state == state).count()
    }

    pub fn human(&self) -> String {
        let mut rows = Vec::new();
        for finding in &self.findings {
            let message = text::clean(&finding.message);
            let remedy = finding.remedy.as_deref().map(|remedy| format!("-> {remedy}"));
            for (index, line) in message.lines().chain(remedy.as_deref()).enumerate() {
                let (state, subject) = match index {
                    0 => (finding.state.name(), text::clean(&finding.subject)),
                    _ => ("", String::new()),
                };
                rows.push(vec![state.to_owned(), subject, line.to_owned()]);
            }
        }
        text::columns(&rows)
    }

    pub fn json(&self) -> String {
        format!("{:#}\n", serde_json::json!({"findings": self.findings}))
    }

    /// Exit code 2 where something must be mended, else 1 where the broker did not answer.
    pub fn verdict(&self) -> Result<(), CliError> {
        let (wrong, warnings) = (self.count(State::Wrong), self.count(State::Warning));
        if wrong > 0 {
            let rest = if warnings == 0 {
                String::new()
            } else {
                format!(
                    ", and there {} {}",
                    if warnings == 1 { "is" } else { "are" },
                    plural(warnings, "warning")
                )
            };
            return Err(CliError::Usage(format!("{} must be mended{rest}", plural(wrong, "thing"))));
        }
        match self.findings.iter().find(|finding| finding.state == State::Unanswered) {
            None => Ok(()),
            Some(finding) => Err(CliError::Failed(text::clean(&finding.message))),
        }
    }
}

fn plural(count: usize, noun: &str) -> String {
    text::counted(count as u64, noun)
}
