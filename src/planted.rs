//! Faults on purpose, for the tests of what khabar does when a stage breaks. Builds without debug assertions, such as
//! every release, have none of it.
//!
//! With `KHABAR_PLANTED_FAULTS=1` in the environment a record whose content holds `planted-fault:<stage>:<kind>;` breaks
//! that stage: `decode`, `parse`, `language` (the part of tag that comes before the claim), `tag` or `emit`; `panic`,
//! `abort`, `overflow` (of the stack), `memory` (allocates until the process is killed or the allocation fails), `loop`
//! (never ends) or `slow-<milliseconds>`. Unit tests need no variable.

use crate::article::Article;

/// The stages that can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Decode,
    Parse,
    Language,
    Tag,
    Emit,
}

/// Breaks the process where `content` asks for it.
#[cfg(not(debug_assertions))]
pub const fn strike(_place: Place, _content: &[u8]) {}

/// Breaks the process where `content` asks for it.
#[cfg(debug_assertions)]
pub fn strike(place: Place, content: &[u8]) {
    armed::strike(place, content);
}

/// The same for an article, whose paragraphs are the content.
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
        if !*IS_ARMED {
            return;
        }
        let Some(at) = content.windows(MARK.len()).position(|window| window == MARK) else { return };
        let rest = &content[at + MARK.len()..];
        let Some(end) = rest.iter().take(NAME_BYTES_MAX).position(|byte| *byte == b';') else { return };
        let Some((stage, kind)) =
            std::str::from_utf8(&rest[..end]).ok().and_then(|name| name.split_once(':'))
        else {
            return;
        };
        let wanted = match place {
            Place::Decode => "decode",
            Place::Parse => "parse",
            Place::Language => "language",
            Place::Tag => "tag",
            Place::Emit => "emit",
        };
        if stage == wanted {
            act(kind);
        }
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
