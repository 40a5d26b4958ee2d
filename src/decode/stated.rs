//! Facts stated beside the content: their limits, and how they are brought to one clean line.

use crate::article::Flaw;

use super::clean;
use super::flaws;
use super::media::Media;

/// Longer URLs exist only as mistakes (data URLs, whole pages in the field).
pub(super) const URL_BYTES_MAX: usize = 8 * 1024;
pub(super) const SOURCE_BYTES_MAX: usize = 1024;
/// A "headline" beyond this is a body in the wrong field.
pub(super) const HEADLINE_BYTES_MAX: usize = 4 * 1024;
/// Dates, languages and names.
pub(super) const SHORT_BYTES_MAX: usize = 512;
/// How much of a foreign text is shown in a flaw or a rejection, in characters.
const EXCERPT_CHARACTERS_MAX: usize = 80;

/// One clean line: control characters gone, white space at the ends gone, `None` where nothing is left. A text
/// above `bytes_max` is ignored with a flaw that names `field`.
pub(super) fn fact(field: &str, text: &str, bytes_max: usize, flaws: &mut Vec<Flaw>) -> Option<String> {
    let trimmed = text.trim();
    if trimmed.len() > bytes_max {
        flaws.push(
            Flaw::new(flaws::FIELD_IGNORED).with_detail(format!("{field} has {} bytes", trimmed.len())),
        );
        return None;
    }
    let line: String = trimmed
        .chars()
        .map(|character| if clean::is_break(character) || character == '\t' { ' ' } else { character })
        .filter(|character| !character.is_control())
        .collect();
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// A stated content type; an unreadable one is ignored with a flaw.
pub(super) fn media(text: &str, flaws: &mut Vec<Flaw>) -> Option<Media> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let media = Media::parse(text);
    if media.is_none() {
        flaws.push(Flaw::new(flaws::CONTENT_TYPE_UNREADABLE).with_detail(excerpt(text)));
    }
    media
}

/// The beginning of a foreign text, safe to show.
pub(super) fn excerpt(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(EXCERPT_CHARACTERS_MAX)
        .map(|character| if character.is_control() { '\u{FFFD}' } else { character })
        .collect();
    if text.chars().nth(EXCERPT_CHARACTERS_MAX).is_some() {
        shown.push('…');
    }
    shown
}
