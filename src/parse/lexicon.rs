//! The lexicon of dump labels: which words at the beginning of a line say what the line holds.
//!
//! Owns reading the label files and matching lines against them. It doesn't know where in a dump a label may stand.

use std::path::Path;

use hashbrown::HashMap;

use crate::parse::fold::{fold_char, is_letter_or_digit};

/// The labels that are compiled in.
const COMPILED_IN: &str = include_str!("../../config/lexicon/dump_labels.tsv");

/// Their name in error messages.
const COMPILED_IN_NAME: &str = "config/lexicon/dump_labels.tsv (compiled in)";

/// The longest label, in bytes of its folded form. Longer ones are refused.
const LABEL_BYTES_MAX: usize = 96;

/// A label file of a user is at most this large.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Why a lexicon or the parse settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    #[error("can't read the lexicon file {file}: {source}")]
    Read { file: String, source: std::io::Error },
    #[error("the lexicon file {file} has more than {FILE_BYTES_MAX} bytes; divide it")]
    TooLarge { file: String },
    #[error("{file}, line {line}: {problem}")]
    Line { file: String, line: usize, problem: String },
    #[error("parse.zone: {zone:?} is no time zone that is known here; use an IANA name such as Africa/Cairo")]
    Zone { zone: String },
    #[error("sources: the rule of {key:?} has the CSS selector {selector:?}, which can't be read")]
    Selector { key: String, selector: String },
}

/// What a labelled line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Title,
    Subtitle,
    Date,
    Modified,
    Source,
    Author,
    Section,
    /// Announces the text of the article.
    Text,
    Keywords,
    Url,
    Caption,
    /// Opens a block about other articles.
    Related,
    /// Heads a list of other pages' titles, such as the most read ones.
    List,
}

impl Role {
    const NAMES: [(&'static str, Self); 13] = [
        ("title", Self::Title),
        ("subtitle", Self::Subtitle),
        ("date", Self::Date),
        ("modified", Self::Modified),
        ("source", Self::Source),
        ("author", Self::Author),
        ("section", Self::Section),
        ("text", Self::Text),
        ("keywords", Self::Keywords),
        ("url", Self::Url),
        ("caption", Self::Caption),
        ("related", Self::Related),
        ("list", Self::List),
    ];

    /// Whether its label also counts without a colon, alone on a line.
    const fn counts_alone(self) -> bool {
        matches!(self, Self::Related | Self::List)
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, role)| *role)
    }
}

/// A label at the beginning of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Labelled<'lexicon, 'text> {
    pub role: Role,
    /// The label as the lexicon spells it.
    pub label: &'lexicon str,
    /// What follows the colon, trimmed; may be empty.
    pub value: &'text str,
}

#[derive(Debug)]
struct Entry {
    role: Role,
    label: Box<str>,
}

/// The dump labels: the compiled-in ones and the user's.
#[derive(Debug)]
pub(crate) struct Labels {
    by_fold: HashMap<Box<str>, Entry>,
    /// Bytes of the longest folded label: no line needs a longer look.
    bytes_max: usize,
}

impl Labels {
    /// The compiled-in labels and those of the user's files; a later file wins where the same label has two roles.
    pub fn load(files: &[String]) -> Result<Self, LexiconError> {
        let mut labels = Self { by_fold: HashMap::new(), bytes_max: 0 };
        labels.add(COMPILED_IN, COMPILED_IN_NAME)?;
        for file in files {
            labels.add(&read(file)?, file)?;
        }
        Ok(labels)
    }

    /// Adds the lines `role <TAB> language <TAB> label` of one file; empty lines and those that begin with # are skipped.
    fn add(&mut self, text: &str, file: &str) -> Result<(), LexiconError> {
        let mut roles_here: HashMap<Box<str>, Role> = HashMap::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_start_matches('\u{feff}');
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let fail = |problem| LexiconError::Line { file: file.to_owned(), line: index + 1, problem };
            let (role, label) = read_line(line).map_err(fail)?;
            let folded = fold_label(label).into_boxed_str();
            if folded.is_empty() || folded.len() > LABEL_BYTES_MAX {
                return Err(fail(format!(
                    "the label {label:?} must have between 1 and {LABEL_BYTES_MAX} bytes of letters"
                )));
            }
            if roles_here.insert(folded.clone(), role).is_some_and(|earlier| earlier != role) {
                return Err(fail(format!("the label {label:?} has another role further up in this file")));
            }
            self.bytes_max = self.bytes_max.max(folded.len());
            let label = label.trim().into();
            // The first spelling of one role stays: it is the one that evidence shows.
            match self.by_fold.get(&folded) {
                Some(entry) if entry.role == role => {}
                _ => drop(self.by_fold.insert(folded, Entry { role, label })),
            }
        }
        Ok(())
    }

    /// The label that begins this line: with a colon right after it, or, for `related` and `list`, alone on the line.
    ///
    /// Looks at no more of the line than the longest label takes.
    pub fn match_line<'text>(&self, line: &'text str) -> Option<Labelled<'_, 'text>> {
        let whole = line;
        let line = line.trim_start_matches(is_decoration);
        let mut folded = [0_u8; LABEL_BYTES_MAX];
        let mut length = 0;
        let mut value = None;
        for (index, character) in line.char_indices() {
            if is_colon(character) {
                value = Some(line[index + character.len_utf8()..].trim());
                break;
            }
            let Some(kept) = fold_label_char(character) else { continue };
            let end = length + kept.len_utf8();
            if end > self.bytes_max {
                return None;
            }
            kept.encode_utf8(&mut folded[length..end]);
            length = end;
        }
        let folded = std::str::from_utf8(&folded[..length]).ok()?;
        let entry = self.by_fold.get(folded)?;
        if value.is_none() && !entry.role.counts_alone() {
            return None;
        }
        let mut value = value.unwrap_or_default();
        if whole.trim_start().starts_with(['(', '[']) {
            value = value.trim_end_matches([')', ']']).trim_end();
        }
        Some(Labelled { role: entry.role, label: &entry.label, value })
    }

    /// A label with another mark than a colon behind it: `Read also | …`, `اقرأ أيضا.. …`; those of facts with a bar
    /// alone, since their words also begin sentences: `المصدر | …`.
    pub fn match_marked<'text>(&self, line: &'text str) -> Option<Labelled<'_, 'text>> {
        let found = self.match_before(line)?;
        let value = found.value.trim_start_matches(is_value_mark);
        let line = line.trim_end();
        let label = line.get(..line.len() - found.value.len()).unwrap_or_default().trim_end();
        let has_mark = value.len() < found.value.len() || label.ends_with(is_value_mark);
        let is_marked = has_mark && value.chars().any(is_letter_or_digit);
        let is_fact = matches!(
            found.role,
            Role::Source | Role::Date | Role::Modified | Role::Keywords | Role::Author | Role::Section
        );
        let is_allowed = found.role == Role::Related || is_fact && found.value.starts_with('|');
        (is_marked && is_allowed).then_some(Labelled { value: value.trim(), ..found })
    }

    /// The longest label that begins this line without a colon; its value is the rest, empty where the label is all.
    pub fn match_before<'text>(&self, line: &'text str) -> Option<Labelled<'_, 'text>> {
        let line = line.trim_start_matches(is_decoration).trim_end();
        let mut folded = String::with_capacity(LABEL_BYTES_MAX);
        let mut found = None;
        for (index, character) in line.char_indices() {
            if folded.len() > self.bytes_max {
                break;
            }
            if character.is_whitespace()
                && let Some(entry) = self.by_fold.get(folded.as_str())
            {
                found = Some(Labelled { role: entry.role, label: &entry.label, value: line[index..].trim() });
            }
            folded.extend(fold_label_char(character));
        }
        match self.by_fold.get(folded.as_str()) {
            Some(entry) => Some(Labelled { role: entry.role, label: &entry.label, value: "" }),
            None => found,
        }
    }
}

/// Bullets, dashes and brackets that decorate a line's beginning.
pub(crate) fn is_decoration(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '•' | '·'
                | '-'
                | '–'
                | '—'
                | '*'
                | '»'
                | '«'
                | '›'
                | '>'
                | '|'
                | '['
                | '('
                | '#'
                | '▪'
                | '■'
                | '◄'
                | '►'
                | '●'
                | '◀'
                | '▶'
                | '➡'
                | '⬅'
                | '→'
                | '←'
                | '✍'
                | '\u{fe0f}'
                | '\u{1f300}'..='\u{1faff}'
        )
}

fn is_colon(character: char) -> bool {
    matches!(character, ':' | '：' | '\u{fe55}')
}

fn is_value_mark(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '|' | '-' | '–' | '—' | '>' | '›' | '«' | '»' | '.' | '…' | '،' | '~' | '*')
}

/// Labels are folded like all words; dots and brackets around them don't count either.
fn fold_label_char(character: char) -> Option<char> {
    if matches!(character, '.' | '…' | ']' | ')' | '-' | '_') { None } else { fold_char(character) }
}

fn fold_label(label: &str) -> String {
    label.chars().filter_map(fold_label_char).collect()
}

fn read_line(line: &str) -> Result<(Role, &str), String> {
    let mut fields = line.split('\t');
    let (Some(role), Some(language), Some(label), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err("expected three fields with tabs between them: role, language, label".to_owned());
    };
    let role_found = Role::from_name(role.trim()).ok_or_else(|| {
        let names: Vec<&str> = Role::NAMES.iter().map(|(name, _)| *name).collect();
        format!("unknown role {role:?}; the roles are {}", names.join(", "))
    })?;
    let language = language.trim();
    if !(2..=35).contains(&language.len())
        || !language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return Err(format!("{language:?} is no language tag, such as ar or fr"));
    }
    if label.contains([':', '：']) {
        return Err(format!("the label {label:?} must be written without its colon"));
    }
    Ok((role_found, label))
}

fn read(file: &str) -> Result<String, LexiconError> {
    let fail = |source| LexiconError::Read { file: file.to_owned(), source };
    let size = std::fs::metadata(Path::new(file)).map_err(fail)?.len();
    if size > FILE_BYTES_MAX {
        return Err(LexiconError::TooLarge { file: file.to_owned() });
    }
    std::fs::read_to_string(file).map_err(fail)
}
