//! Addresses and names for what an article links to.

use url::Url;

use crate::article::{hash128, hex};

/// A longer address is not one that a reader could follow.
const ADDRESS_BYTES_MAX: usize = 8_192;

/// Namespace of the names that khabar gives to texts without an address.
const URN: &str = "urn:khabar:";

/// A web address in percent-encoded ASCII as RFC 3986 wants it, without user name, password and fragment; `None` for
/// all else.
///
/// [`url`] follows the WHATWG standard, which leaves some characters as they are that RFC 3986 allows nowhere.
pub(super) fn web_address(text: &str) -> Option<String> {
    if text.len() > ADDRESS_BYTES_MAX {
        return None;
    }
    let mut url = Url::parse(text.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return None;
    }
    url.set_fragment(None);
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    let (authority, rest) = url.as_str().split_at(url[..url::Position::BeforePath].len());
    if !authority.bytes().all(|byte| is_allowed(byte) || matches!(byte, b'[' | b']')) {
        return None;
    }
    let mut address = String::with_capacity(url.as_str().len());
    address.push_str(authority);
    let bytes = rest.as_bytes();
    for (index, byte) in bytes.iter().enumerate() {
        let is_escape = *byte == b'%'
            && bytes.get(index + 1..index + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        if is_escape || is_allowed(*byte) {
            address.push(char::from(*byte));
        } else {
            use std::fmt::Write as _;
            // Writing to a String can't fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    Some(address)
}

/// The name of a text without an address: the same text has the same name everywhere.
pub(super) fn name_of_text(headline: &str, body: &str) -> String {
    let mut text = String::with_capacity(headline.len() + 1 + body.len());
    text.push_str(headline);
    text.push('\n');
    text.push_str(body);
    format!("{URN}{}", hex(&hash128(text.as_bytes())))
}

/// The name of an article by its id alone, for an address that fits in no record.
pub(super) fn name_of_id(id: &str) -> String {
    format!("{URN}{id}")
}

/// What may stand in a path or query, and in a host that is a name.
const fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
                | b'/'
                | b'?'
        )
}
