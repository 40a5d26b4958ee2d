//! Subjects as they stand in an enriched record: `subjects` of ninjs, topics of IPTC.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::article::{TaggedSubject, Tags};

/// Where IPTC describes a topic.
const ADDRESS: &str = "http://cv.iptc.org/newscodes/mediatopic/";

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Subject<'a> {
    name: Cow<'a, str>,
    rel: Cow<'a, str>,
    uri: Cow<'a, str>,
    literal: Cow<'a, str>,
    confidence: u8,
}

impl<'a> Subject<'a> {
    /// Those of the tags, in their order.
    pub(super) fn all(tags: &'a Tags) -> Vec<Self> {
        tags.subjects.iter().map(Self::of).collect()
    }

    fn of(subject: &'a TaggedSubject) -> Self {
        let number = subject.code.strip_prefix("medtop:").unwrap_or(&subject.code);
        Self {
            name: Cow::Borrowed(&subject.name),
            rel: Cow::Borrowed("about"),
            uri: Cow::Owned(format!("{ADDRESS}{number}")),
            literal: Cow::Borrowed(&subject.code),
            confidence: subject.confidence,
        }
    }
}
