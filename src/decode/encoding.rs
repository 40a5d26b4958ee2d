//! Bytes to text: the character encoding is settled once, here, so that every later room holds a `String`.
//!
//! The order: byte order mark; UTF-16 by its pattern; UTF-8 where the bytes are valid (whatever was declared:
//! text in another encoding is not valid UTF-8 by accident); nearly valid UTF-8; what was declared (by header or
//! envelope, else by the page itself); detection. A declaration that loses characters, or that reads another
//! script as Latin letters, yields to detection. Text that was encoded twice is put right in the end.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, ISO_8859_6, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1256};

use crate::article::Flaw;
use crate::rejection::{Code, Rejection};

use super::charset;
use super::clean::{self, is_control_byte};
use super::flaws;
use super::mojibake;
use super::stated::excerpt;

/// More U+FFFD than this among all characters, and the text is not worth reading.
const REPLACED_PERMILLE_MAX: usize = 50;
/// In markup most characters are ASCII. From this many U+FFFD on they must also be fewer than the other
/// characters beyond ASCII.
const REPLACED_MANY: usize = 100;
/// Broken sequences per hundred valid multi-byte ones in text that still counts as UTF-8 (cut at the end, spoilt
/// in places).
const UTF_8_BROKEN_PERCENT_MAX: usize = 5;
/// How much is shown to the detector, from the first byte beyond ASCII on.
const DETECT_BYTES: usize = 128 * 1024;
/// Context that the detector likes to see before the first byte beyond ASCII.
const DETECT_CONTEXT_BYTES: usize = 2;
/// How much is looked at to tell text from binary data, and UTF-16 from others.
const SAMPLE_BYTES: usize = 4096;
/// Control bytes per hundred above which bytes are binary: in valid UTF-8, and in others.
const CONTROL_PERCENT_MAX_UTF_8: usize = 33;
const CONTROL_PERCENT_MAX: usize = 5;
/// Begins a change of alphabet in ISO-2022-JP.
const ESCAPE: u8 = 0x1B;
/// UTF-16 without a mark: at least this share of its units are letters and signs of common scripts.
const UTF_16_PLAUSIBLE_PERCENT: usize = 90;
/// Bytes beyond ASCII stand alone in Latin text (accents) and in runs, words long, in every other script: this is
/// the mean length of a run from which on, and the number of bytes that must be there to say so.
const SCRIPT_RUN_BYTES_MIN: usize = 3;
const SCRIPT_BYTES_MIN: usize = 16;

/// What is known about the encoding from outside the bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hints<'a> {
    /// The `charset` of a content type.
    pub charset: Option<&'a str>,
    /// The page's URL: its top-level domain helps the detector.
    pub url: Option<&'a str>,
}

/// Decodes to UTF-8. Codes: `binary_content`, `encoding_broken`.
pub(super) fn to_text(bytes: &[u8], hints: Hints<'_>, flaws: &mut Vec<Flaw>) -> Result<String, Rejection> {
    let text = match marked(bytes) {
        Some(text) => text,
        None => unmarked(bytes, hints, flaws)?,
    };
    check_replaced(&text, flaws)?;
    if let (Cow::Owned(repaired), restored) = mojibake::repair(&text) {
        flaws.push(Flaw::new(flaws::ENCODING_DOUBLED).with_detail(restored.to_string()));
        return Ok(repaired);
    }
    Ok(text)
}

/// Checks the share of U+FFFD in a text, wherever they come from. Code: `encoding_broken`.
pub(super) fn check_replaced(text: &str, flaws: &mut Vec<Flaw>) -> Result<(), Rejection> {
    if !text.contains(char::REPLACEMENT_CHARACTER) {
        return Ok(());
    }
    let (mut replaced, mut others, mut characters) = (0, 0, 0);
    for character in text.chars() {
        characters += 1;
        replaced += usize::from(character == char::REPLACEMENT_CHARACTER);
        others += usize::from(!character.is_ascii() && character != char::REPLACEMENT_CHARACTER);
    }
    if replaced * 1000 > characters * REPLACED_PERMILLE_MAX || (replaced > REPLACED_MANY && replaced > others)
    {
        let detail =
            format!("{replaced} of {characters} characters are lost in every encoding that was tried");
        return Err(Rejection::new(Code::EncodingBroken, detail));
    }
    flaws.push(Flaw::new(flaws::CHARACTERS_REPLACED).with_detail(replaced.to_string()));
    Ok(())
}

/// Text with a byte order mark; the mark is gone in the result.
fn marked(bytes: &[u8]) -> Option<String> {
    let (encoding, length) = Encoding::for_bom(bytes)?;
    Some(encoding.decode_without_bom_handling(&bytes[length..]).0.into_owned())
}

fn unmarked(bytes: &[u8], hints: Hints<'_>, flaws: &mut Vec<Flaw>) -> Result<String, Rejection> {
    let utf_8 = std::str::from_utf8(bytes).ok();
    let controls = utf_8.is_none_or(|text| clean::has_controls(text.as_bytes()));
    if controls {
        if let Some(encoding) = utf_16_without_mark(bytes) {
            let declared = declared_encoding(bytes, hints, &mut Vec::new());
            if declared.is_none_or(|(_, declared)| declared != encoding) {
                flaws.push(Flaw::new(flaws::ENCODING_GUESSED).with_detail(encoding.name()));
            }
            return Ok(encoding.decode_without_bom_handling(bytes).0.into_owned());
        }
        if let Some(text) = declared_with_controls(bytes, hints, utf_8.is_some()) {
            return Ok(text);
        }
        reject_controls(bytes, utf_8.is_some())?;
    }
    if let Some(text) = utf_8 {
        // Plain ASCII proves nothing against a declaration, except against UTF-16.
        note_wrong(declared_encoding(bytes, hints, flaws), UTF_8, !text.is_ascii(), flaws);
        return Ok(text.to_owned());
    }
    let declared = declared_encoding(bytes, hints, flaws);
    if is_nearly_utf_8(bytes) {
        note_wrong(declared, UTF_8, true, flaws);
        return Ok(String::from_utf8_lossy(bytes).into_owned());
    }
    Ok(legacy(bytes, declared, hints, flaws))
}

/// The two encodings whose bytes look like control characters where they must be declared to be seen: UTF-16 in
/// Han script, and ISO-2022-JP, which is ASCII with escapes.
fn declared_with_controls(bytes: &[u8], hints: Hints<'_>, valid_utf_8: bool) -> Option<String> {
    let (_, encoding) = declared_encoding(bytes, hints, &mut Vec::new())?;
    let fits = (is_utf_16(encoding) && !valid_utf_8) || (encoding == ISO_2022_JP && bytes.contains(&ESCAPE));
    if !fits {
        return None;
    }
    let (text, lossy) = encoding.decode_without_bom_handling(bytes);
    (!lossy).then(|| text.into_owned())
}

/// Text that is not UTF-8: as declared, unless detection does clearly better.
fn legacy(
    bytes: &[u8],
    declared: Option<(&str, &'static Encoding)>,
    hints: Hints<'_>,
    flaws: &mut Vec<Flaw>,
) -> String {
    let detected = detect(bytes, hints.url);
    let Some((_, declared_encoding)) = declared else {
        flaws.push(Flaw::new(flaws::ENCODING_GUESSED).with_detail(detected.name()));
        return detected.decode_without_bom_handling(bytes).0.into_owned();
    };
    // Line breaks and spaces have a zero byte in UTF-16: without any it was declared by mistake.
    if is_utf_16(declared_encoding) && !bytes.contains(&0) {
        note_wrong(declared, detected, true, flaws);
        return detected.decode_without_bom_handling(bytes).0.into_owned();
    }
    let (declared_text, lossy) = declared_encoding.decode_without_bom_handling(bytes);
    if detected == declared_encoding || (!lossy && !is_doubtful(declared_encoding, detected)) {
        return declared_text.into_owned();
    }
    let (detected_text, detected_lossy) = detected.decode_without_bom_handling(bytes);
    let better = if lossy {
        !detected_lossy || count_replaced(&detected_text) < count_replaced(&declared_text)
    } else {
        has_script_runs(bytes) && !detected_lossy
    };
    if !better {
        return declared_text.into_owned();
    }
    note_wrong(declared, detected, true, flaws);
    detected_text.into_owned()
}

/// The declared encoding and its label: from outside, else from the page itself. Unknown labels leave a flaw.
fn declared_encoding<'a>(
    bytes: &'a [u8],
    hints: Hints<'a>,
    flaws: &mut Vec<Flaw>,
) -> Option<(&'a str, &'static Encoding)> {
    let mut known = |label: &'a str| {
        let encoding = Encoding::for_label_no_replacement(label.as_bytes());
        if encoding.is_none() {
            flaws.push(Flaw::new(flaws::ENCODING_UNKNOWN).with_detail(excerpt(label)));
        }
        encoding.map(|encoding| (label, encoding))
    };
    if let Some(declared) = hints.charset.and_then(&mut known) {
        return Some(declared);
    }
    let (label, encoding) = charset::declared_in_markup(bytes).and_then(&mut known)?;
    // A declaration that could be read byte by byte is not in UTF-16 (WHATWG, "prescan a byte stream").
    let encoding = if is_utf_16(encoding) { UTF_8 } else { encoding };
    Some((label, encoding))
}

fn note_wrong(
    declared: Option<(&str, &'static Encoding)>,
    used: &'static Encoding,
    proven: bool,
    flaws: &mut Vec<Flaw>,
) {
    let Some((label, encoding)) = declared else { return };
    if encoding != used && (proven || is_utf_16(encoding)) {
        let detail = format!("declared {}, read as {}", excerpt(label), used.name());
        flaws.push(Flaw::new(flaws::ENCODING_WRONG).with_detail(detail));
    }
}

fn is_utf_16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

fn detect(bytes: &[u8], url: Option<&str>) -> &'static Encoding {
    let first = bytes.iter().position(|byte| *byte >= 0x80).unwrap_or(0);
    let start = first.saturating_sub(DETECT_CONTEXT_BYTES);
    let end = bytes.len().min(start.saturating_add(DETECT_BYTES));
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[start..end], end == bytes.len());
    let domain = url.and_then(top_level_domain);
    detector.guess(domain.as_deref().map(str::as_bytes), Utf8Detection::Deny)
}

/// The last label of a URL's host, in the only form that the detector takes: lower-case ASCII without dots.
fn top_level_domain(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let label = url.domain()?.rsplit('.').next()?.to_ascii_lowercase();
    (!label.is_empty() && label.is_ascii()).then_some(label)
}

/// Whether UTF-8 explains the bytes up to a few spoilt places.
fn is_nearly_utf_8(bytes: &[u8]) -> bool {
    let (mut valid, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    valid > 0 && broken * 100 <= valid * UTF_8_BROKEN_PERCENT_MAX
}

/// Servers declare Latin-1 by default, and the two Arabic encodings are taken for each other.
fn is_doubtful(declared: &'static Encoding, detected: &'static Encoding) -> bool {
    let arabic = [WINDOWS_1256, ISO_8859_6];
    declared == WINDOWS_1252 || (arabic.contains(&declared) && arabic.contains(&detected))
}

/// Whether bytes beyond ASCII come in runs, as in scripts other than Latin.
fn has_script_runs(bytes: &[u8]) -> bool {
    let mut previous_high = false;
    let (mut high, mut runs) = (0, 0);
    for byte in bytes {
        let is_high = *byte >= 0x80;
        high += usize::from(is_high);
        runs += usize::from(is_high && !previous_high);
        previous_high = is_high;
    }
    high >= SCRIPT_BYTES_MIN && high >= runs * SCRIPT_RUN_BYTES_MIN
}

fn count_replaced(text: &str) -> usize {
    text.chars().filter(|character| *character == char::REPLACEMENT_CHARACTER).count()
}

/// UTF-16 without a byte order mark, by the share of units that are letters and signs of common scripts.
/// ASCII read that way gives Han characters, which do not count: Chinese in UTF-16 needs a mark or a declaration.
pub(super) fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let plausible = |unit_of: fn([u8; 2]) -> u16| {
        let units = sample.chunks_exact(2).map(|pair| unit_of([pair[0], pair[1]]));
        units.filter(|unit| is_plausible_unit(*unit)).count()
    };
    let units = sample.len() / 2;
    let (little, big) = (plausible(u16::from_le_bytes), plausible(u16::from_be_bytes));
    let enough = units >= 2 && little.max(big) * 100 >= units * UTF_16_PLAUSIBLE_PERCENT;
    enough.then_some(if little >= big { UTF_16LE } else { UTF_16BE })
}

const fn is_plausible_unit(unit: u16) -> bool {
    matches!(
        unit,
        0x9 | 0xA | 0xD | 0x20..=0x7E | 0xA0..=0x24F | 0x370..=0x52F | 0x5D0..=0x5F4 | 0x600..=0x6FF
            | 0x200C..=0x200F | 0x2010..=0x2027
    )
}

/// Rejects bytes with too many control bytes for a text. NULs at the end are padding and do not count.
fn reject_controls(bytes: &[u8], valid_utf_8: bool) -> Result<(), Rejection> {
    let padding = bytes.iter().rev().take_while(|byte| **byte == 0).count();
    let sample = &bytes[..(bytes.len() - padding).min(SAMPLE_BYTES)];
    let controls = sample.iter().filter(|byte| is_control_byte(**byte)).count();
    let percent_max = if valid_utf_8 { CONTROL_PERCENT_MAX_UTF_8 } else { CONTROL_PERCENT_MAX };
    if sample.is_empty() || controls * 100 > sample.len() * percent_max {
        let detail = format!("{controls} of the first {} bytes are control characters", sample.len());
        return Err(Rejection::new(Code::BinaryContent, detail));
    }
    Ok(())
}
