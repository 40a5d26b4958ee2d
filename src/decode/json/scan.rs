//! One linear look over JSON text before a parser sees it: nesting, and unpaired surrogate escapes.

/// What the scan found; depth is checked by the caller's limit while scanning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scan {
    pub too_deep: bool,
    /// `\ud800` and the like without their other half.
    pub lone_surrogates: usize,
}

/// A surrogate escape: `\`, `u` and four hexadecimal digits.
const ESCAPE_BYTES: usize = 6;

/// Scans until the end, or until objects and arrays stand deeper than `depth_max`. Total: broken JSON is scanned
/// as far as its quotes can be made out.
pub(crate) fn scan(text: &str, depth_max: usize) -> Scan {
    let bytes = text.as_bytes();
    let mut found = Scan { too_deep: false, lone_surrogates: 0 };
    let mut depth = 0_usize;
    let mut position = 0;
    while let Some(byte) = bytes.get(position) {
        position += 1;
        match byte {
            b'{' | b'[' => {
                depth += 1;
                if depth > depth_max {
                    found.too_deep = true;
                    return found;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => position = string_end(bytes, position, |_| found.lone_surrogates += 1),
            _ => {}
        }
    }
    found
}

/// The text with every unpaired surrogate escape replaced by `\ufffd`, which has the same length.
pub(crate) fn repair(text: &str) -> String {
    let mut repaired = String::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut copied = 0;
    let mut position = 0;
    while let Some(byte) = bytes.get(position) {
        position += 1;
        if *byte == b'"' {
            position = string_end(bytes, position, |escape| {
                repaired.push_str(&text[copied..escape]);
                repaired.push_str("\\ufffd");
                copied = escape + ESCAPE_BYTES;
            });
        }
    }
    repaired.push_str(&text[copied..]);
    repaired
}

/// The position behind the string that begins at `start`; calls `lone` with the position of each unpaired
/// surrogate escape.
fn string_end(bytes: &[u8], start: usize, mut lone: impl FnMut(usize)) -> usize {
    let mut position = start;
    while let Some(offset) = bytes[position..].iter().position(|byte| matches!(byte, b'"' | b'\\')) {
        position += offset;
        if bytes[position] == b'"' {
            return position + 1;
        }
        match surrogate(bytes, position) {
            None => position = bytes.len().min(position + 2),
            Some(Half::High) if surrogate(bytes, position + ESCAPE_BYTES) == Some(Half::Low) => {
                position += 2 * ESCAPE_BYTES;
            }
            Some(_) => {
                lone(position);
                position += ESCAPE_BYTES;
            }
        }
    }
    bytes.len()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    High,
    Low,
}

/// Which half of a surrogate pair is escaped at `position`, if any.
fn surrogate(bytes: &[u8], position: usize) -> Option<Half> {
    let escape = bytes.get(position..position + ESCAPE_BYTES)?;
    let digits = escape.strip_prefix(b"\\u")?;
    let last_hexadecimal = digits[2..].iter().all(u8::is_ascii_hexdigit);
    if !matches!(digits[0], b'd' | b'D') || !last_hexadecimal {
        return None;
    }
    match digits[1] {
        b'8' | b'9' | b'a' | b'b' | b'A' | b'B' => Some(Half::High),
        b'c'..=b'f' | b'C'..=b'F' => Some(Half::Low),
        _ => None,
    }
}
