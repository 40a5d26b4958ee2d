//! Lines that belong to a page and not to its article: calls to share and subscribe, credits, counts, rights.
//!
//! Owns the phrases (`config/lexicon/boilerplate.tsv`) and how they match. It doesn't know where on a page a line
//! stands.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::parse::fold::{fold, is_letter_or_digit};
use crate::parse::lexicon::LexiconError;
use crate::parse::text::{first_chars, is_longer_than};

const COMPILED_IN: &str = include_str!("../../config/lexicon/boilerplate.tsv");
const COMPILED_IN_NAME: &str = "config/lexicon/boilerplate.tsv (compiled in)";

/// A longer line is prose, whatever it begins with or holds.
const LINE_CHARS_MAX: usize = 220;
/// What opens a longer line stands in so many characters.
const OPENING_CHARS_MAX: usize = 80;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    Line,
    Begins,
    Opens,
    Contains,
}

/// The phrases.
#[derive(Debug)]
pub(crate) struct Boilerplate {
    phrases: AhoCorasick,
    matches: Vec<Match>,
}

impl Boilerplate {
    pub fn load() -> Result<Self, LexiconError> {
        let mut folded = Vec::new();
        let mut matches = Vec::new();
        for (index, line) in COMPILED_IN.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let fail = |problem: String| LexiconError::Line {
                file: COMPILED_IN_NAME.to_owned(),
                line: index + 1,
                problem,
            };
            let fields: Vec<&str> = line.split('\t').collect();
            let [how, _language, phrase] = fields.as_slice() else {
                return Err(fail(
                    "expected three fields with tabs between them: how, language, phrase".to_owned(),
                ));
            };
            matches.push(match *how {
                "line" => Match::Line,
                "begins" => Match::Begins,
                "opens" => Match::Opens,
                "contains" => Match::Contains,
                how => return Err(fail(format!("{how:?} is none of line, begins, opens, contains"))),
            });
            folded.push(fold(phrase));
        }
        let phrases =
            AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(&folded).map_err(|error| {
                LexiconError::Line { file: COMPILED_IN_NAME.to_owned(), line: 0, problem: error.to_string() }
            })?;
        Ok(Self { phrases, matches })
    }

    /// Whether this line is one.
    pub fn is_one(&self, line: &str) -> bool {
        if is_longer_than(line, LINE_CHARS_MAX) {
            return self.opens(line);
        }
        let folded = fold(line.trim_start_matches(super::lexicon::is_decoration));
        let letters = folded.trim_end_matches(|character: char| !is_letter_or_digit(character));
        self.phrases.find_overlapping_iter(&folded).any(|hit| match self.matches[hit.pattern().as_usize()] {
            Match::Line => hit.start() == 0 && hit.end() >= letters.len(),
            Match::Begins | Match::Opens => hit.start() == 0,
            Match::Contains => true,
        })
    }

    /// Whether a line begins with what opens one of any length.
    fn opens(&self, line: &str) -> bool {
        let line = line.trim_start_matches(super::lexicon::is_decoration);
        let begin = fold(first_chars(line, OPENING_CHARS_MAX));
        self.phrases
            .find_overlapping_iter(&begin)
            .any(|hit| hit.start() == 0 && self.matches[hit.pattern().as_usize()] == Match::Opens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_page_are_told_from_prose() {
        let boilerplate = Boilerplate::load().unwrap();
        for line in
            ["Advertisement", "SHARE THIS ARTICLE:", "» اشترك في نشرتنا البريدية", "إعلان", "© 2024 Example"]
        {
            assert!(boilerplate.is_one(line), "{line}");
        }
        let cookies = "We use cookies to improve this page. ".repeat(20);
        assert!(boilerplate.is_one(&cookies) && !boilerplate.is_one(&format!("They say: {cookies}")));
        for line in [
            "Advertisement revenue fell by a third last year.",
            "قال الوزير إن الإعلان جاء متأخرا",
            "Sharethen",
        ] {
            assert!(!boilerplate.is_one(line), "{line}");
        }
    }
}
