//! The lines of lexicon files, one after the other, checked for what all files share.

use std::path::Path;

use super::FILE_BYTES_MAX;
use super::error::LexiconError;

/// Bytes of one line at most.
pub(crate) const LINE_BYTES_MAX: usize = 16_384;

/// Lines of one file at most.
const LINES_MAX: usize = 4_000_000;

/// A file in memory, and what error messages call it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    pub file: &'a str,
    pub text: &'a str,
}

/// A line that is no comment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub file: &'a str,
    pub line: usize,
    pub text: &'a str,
}

impl<'a> Source<'a> {
    /// Its lines without comments and empty ones; a byte order mark goes.
    pub fn rows(self) -> impl Iterator<Item = Result<Row<'a>, LexiconError>> {
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(self.text);
        text.lines().enumerate().filter_map(move |(index, text)| {
            let row = Row { file: self.file, line: index + 1, text };
            if index == LINES_MAX {
                return Some(Err(row.error(format!("the file has more than {LINES_MAX} lines"))));
            }
            if text.len() > LINE_BYTES_MAX {
                return Some(Err(row.error(format!("the line has more than {LINE_BYTES_MAX} bytes"))));
            }
            (!text.trim().is_empty() && !text.starts_with('#')).then_some(Ok(row))
        })
    }
}

impl<'a> Row<'a> {
    pub fn error(&self, problem: impl Into<String>) -> LexiconError {
        LexiconError::Line { file: self.file.to_owned(), line: self.line, problem: problem.into() }
    }

    /// Its columns, trimmed, the missing last ones empty. At least `MIN` must be there and at most `MAX`.
    pub fn columns<const MIN: usize, const MAX: usize>(
        &self,
        names: &str,
    ) -> Result<[&'a str; MAX], LexiconError> {
        let mut columns = [""; MAX];
        let mut count = 0;
        for column in self.text.split('\t') {
            let Some(place) = columns.get_mut(count) else {
                return Err(self.error(format!("more than {MAX} columns; the columns are {names}")));
            };
            *place = column.trim();
            count += 1;
        }
        if count < MIN {
            return Err(self.error(format!("expected {MIN} columns with tabs between them: {names}")));
        }
        Ok(columns)
    }

    /// Refuses what is no language tag.
    pub fn check_language(&self, language: &str) -> Result<(), LexiconError> {
        let is_tag = (2..=35).contains(&language.len())
            && language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if is_tag { Ok(()) } else { Err(self.error(format!("{language:?} is no language tag, such as ar"))) }
    }
}

/// The text of a user's file.
pub(crate) fn read_file(path: &Path) -> Result<String, LexiconError> {
    let file = path.display().to_string();
    let fail = |source| LexiconError::Read { file: path.display().to_string(), source };
    if std::fs::metadata(path).map_err(fail)?.len() > FILE_BYTES_MAX {
        return Err(LexiconError::TooLarge { file });
    }
    String::from_utf8(std::fs::read(path).map_err(fail)?).map_err(|error| {
        let right = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = right.split(|byte| *byte == b'\n').count();
        LexiconError::Line {
            file,
            line,
            problem: "the line is not UTF-8; save the file in that encoding".to_owned(),
        }
    })
}

/// Two capital letters as ISO 3166-1 alpha-2 has them.
pub(crate) fn country(text: &str) -> Option<[u8; 2]> {
    let code: [u8; 2] = text.as_bytes().try_into().ok()?;
    code.iter().all(u8::is_ascii_uppercase).then_some(code)
}
