//! What is said twice in the files about words.

use hashbrown::HashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::{Findings, Severity, columns, quoted};
use crate::tag::lexicon::rows::Row;
use crate::tag::lexicon::{Content, name_key};

/// What each file says, by the hash of kind, language and phrase, with its line.
#[derive(Debug, Default)]
pub(super) struct Words {
    in_file: HashMap<u64, u32>,
}

impl Words {
    /// A phrase may stand in a later layer again.
    pub fn begin_file(&mut self) {
        self.in_file.clear();
    }

    /// Adds a row that can be read.
    pub fn add(&mut self, file: usize, content: Content, row: &Row, findings: &mut Findings) {
        let [one, two, three, four] = columns::<4>(row);
        let (kind, phrases) = match content {
            Content::Titles | Content::Nationalities | Content::CommonWords | Content::WordRoles => {
                (format!("{one}\t{two}"), three)
            }
            Content::GivenNames => (one.to_owned(), two),
            Content::Subjects => (format!("{one}\t{two}"), four),
            Content::SubjectNames => (format!("{one}\t{three}"), ""),
            Content::Entities => return,
        };
        for phrase in phrases.split('|') {
            // Where hamza and final letters tell words apart, they stand in two rows on purpose.
            let key = xxh3_64(format!("{kind}\t{}", name_key(phrase)).as_bytes());
            let line = u32::try_from(row.line).unwrap_or(u32::MAX);
            let before = *self.in_file.entry(key).or_insert(line);
            if before != line {
                let problem = format!("{} stands in line {before} already", quoted(phrase));
                findings.add(file, row.line, Severity::Note, problem, "take one of them out");
            }
        }
    }
}
