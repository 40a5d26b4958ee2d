//! What a page says about its own character encoding, in its first bytes.

/// As far as browsers look for it, four times: comments and scripts may stand before it.
const SCAN_BYTES: usize = 4096;
/// No encoding has a longer label.
const LABEL_BYTES_MAX: usize = 64;

/// The label in `<meta charset>`, `<meta http-equiv content="…charset=…">` or `<?xml encoding="…">`, where bytes begin
/// like markup. Comments are passed over.
pub(super) fn declared_in_markup(bytes: &[u8]) -> Option<&str> {
    let start = bytes.trim_ascii_start();
    if !start.starts_with(b"<") {
        return None;
    }
    let mut rest = &start[..start.len().min(SCAN_BYTES)];
    while let Some(position) = rest.iter().position(|byte| *byte == b'<') {
        rest = &rest[position + 1..];
        if rest.starts_with(b"!--") {
            rest = &rest[find(rest, b"-->")?..];
            continue;
        }
        let key: &[u8] = if starts_with_word(rest, b"meta") {
            b"charset"
        } else if starts_with_word(rest, b"?xml") {
            b"encoding"
        } else {
            continue;
        };
        let tag_end = rest.iter().position(|byte| *byte == b'>')?;
        if let Some(label) = value_of(&rest[..tag_end], key) {
            return Some(label);
        }
        rest = &rest[tag_end..];
    }
    None
}

fn starts_with_word(bytes: &[u8], word: &[u8]) -> bool {
    bytes.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        && bytes.get(word.len()).is_some_and(|next| next.is_ascii_whitespace() || *next == b'/')
}

/// The value behind `key =` within one tag, quoted or not.
fn value_of<'a>(tag: &'a [u8], key: &[u8]) -> Option<&'a str> {
    let mut rest = tag;
    while let Some(position) = rest.windows(key.len()).position(|window| window.eq_ignore_ascii_case(key)) {
        rest = &rest[position + key.len()..];
        let Some(value) = rest.trim_ascii_start().strip_prefix(b"=") else { continue };
        let value = value.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
        let is_label =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.' | b' ');
        let length = value.iter().take(LABEL_BYTES_MAX).take_while(|byte| is_label(byte)).count();
        let label = std::str::from_utf8(&value[..length]).unwrap_or_default().trim();
        if !label.is_empty() {
            return Some(label);
        }
    }
    None
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}
