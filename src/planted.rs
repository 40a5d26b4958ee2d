//! Faults on purpose, for the tests of what khabar does when a stage breaks. Builds without debug assertions, such as
//! every release, have none of it.
//!
//! With `KHABAR_PLANTED_FAULTS=1` in the environment a record whose content holds `planted-fault:<stage>:<kind>;` breaks
//! that stage: `decode`, `parse`, `language` (the part of tag that comes before the claim), `tag` or `emit`; `panic`,
//! `abort`, `overflow` (of the stack), `memory` (allocates until the process is killed or the allocation fails), `loop`
//! (never ends) or `slow-<milliseconds>`. Unit tests need no variable.
//!
//! A consumer stops fetching, and tells nobody, at a raw record with `planted-fault:poll:stop;` and at an entry of the claims
//! log with `planted-fault:follow:stop;`. At `planted-fault:poll:stop-before;` it stops before the record, whenever it
//! comes there.

use crate::article::Article;

/// The stages and consumers that can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Decode,
    Parse,
    Language,
    Tag,
    Emit,
    /// The raw consumer.
    Poll,
    /// The consumer of the claims log.
    Follow,
}

/// Breaks the process where `content` asks for it.
#[cfg(not(debug_assertions))]
pub const fn strike(_place: Place, _content: &[u8]) {}

/// Breaks the process where `content` asks for it.
#[cfg(debug_assertions)]
pub fn strike(place: Place, content: &[u8]) {
    armed::strike(place, content);
}

/// Whether `content` asks for this fault, which the caller has to make.
#[cfg(not(debug_assertions))]
pub const fn is_asked(_place: Place, _kind: &str, _content: &[u8]) -> bool {
    false
}

/// Whether `content` asks for this fault, which the caller has to make.
#[cfg(debug_assertions)]
pub fn is_asked(place: Place, kind: &str, content: &[u8]) -> bool {
    armed::asked(place, content) == Some(kind)
}

/// The same as [`strike`] for an article, whose paragraphs are the content.
pub fn strike_paragraphs(place: Place, article: &Article) {
    article.paragraphs.iter().for_each(|paragraph| strike(place, paragraph.text.as_bytes()));
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::LazyLock;
    use std::time::Duration;

    use super::Place;

    static IS_ARMED: LazyLock<bool> = LazyLock::new(|| {
        cfg!(test) || std::env::var("KHABAR_PLANTED_FAULTS").is_ok_and(|value| value == "1")
    });
    const MARK: &[u8] = b"planted-fault:";
    /// The longest name of a fault.
    const NAME_BYTES_MAX: usize = 32;

    pub(super) fn strike(place: Place, content: &[u8]) {
        if let Some(kind) = asked(place, content) {
            act(kind);
        }
    }

    /// The fault that `content` asks for at this place.
    pub(super) fn asked(place: Place, content: &[u8]) -> Option<&str> {
        if !*IS_ARMED {
            return None;
        }
        let at = content.windows(MARK.len()).position(|window| window == MARK)?;
        let rest = &content[at + MARK.len()..];
        let end = rest.iter().take(NAME_BYTES_MAX).position(|byte| *byte == b';')?;
        let (stage, kind) = std::str::from_utf8(&rest[..end]).ok()?.split_once(':')?;
        let wanted = match place {
            Place::Decode => "decode",
            Place::Parse => "parse",
            Place::Language => "language",
            Place::Tag => "tag",
            Place::Emit => "emit",
            Place::Poll => "poll",
            Place::Follow => "follow",
        };
        (stage == wanted).then_some(kind)
    }

    fn act(kind: &str) {
        match kind {
            "panic" => panic!("a planted panic"),
            "abort" => std::process::abort(),
            "overflow" => {
                std::hint::black_box(descend(0));
            }
            "memory" => {
                let mut held: Vec<Vec<u8>> = Vec::new();
                loop {
                    held.push(vec![1; 64 << 20]);
                    std::hint::black_box(&held);
                }
            }
            "loop" => loop {
                std::thread::sleep(Duration::from_millis(1));
            },
            slow => {
                let milliseconds = slow.strip_prefix("slow-").and_then(|number| number.parse().ok());
                std::thread::sleep(Duration::from_millis(milliseconds.unwrap_or(0)));
            }
        }
    }

    #[expect(unconditional_recursion, reason = "the stack is to overflow")]
    fn descend(depth: u64) -> u64 {
        let frame = [depth; 512];
        descend(std::hint::black_box(frame)[0] + 1) + frame[1]
    }
}
