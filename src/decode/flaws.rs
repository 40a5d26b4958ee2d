//! The codes of the flaws that decode can give: something odd that did not stop the record.
//!
//! Codes are part of the output (`khabar.extraction.flaws`); a code never changes its meaning.

/// A Kafka header that decode reads has a value that is not UTF-8; it was ignored. Detail: the header's name.
pub const HEADER_IGNORED: &str = "header_ignored";
/// A stated fact has a type or a length that can't be used; it was ignored. Detail: the field.
pub const FIELD_IGNORED: &str = "field_ignored";
/// A stated content type is not a media type (`type/subtype`); it was ignored. Detail: the text.
pub const CONTENT_TYPE_UNREADABLE: &str = "content_type_unreadable";
/// The stated content type contradicts the bytes; the bytes were believed. Detail: what was stated.
pub const CONTENT_TYPE_WRONG: &str = "content_type_wrong";
/// The stated content encoding contradicts the bytes; the bytes were believed. Detail: what was stated.
pub const CONTENT_ENCODING_WRONG: &str = "content_encoding_wrong";
/// Bytes after the end of the compressed data were ignored. Detail: how many.
pub const COMPRESSION_TRAILING_BYTES: &str = "compression_trailing_bytes";
/// The declared character encoding contradicts the bytes. Detail: the declared and the used one.
pub const ENCODING_WRONG: &str = "encoding_wrong";
/// The declared character encoding has no known name. Detail: the name.
pub const ENCODING_UNKNOWN: &str = "encoding_unknown";
/// No character encoding was declared and the text is not UTF-8; one was guessed. Detail: which.
pub const ENCODING_GUESSED: &str = "encoding_guessed";
/// The text was encoded twice (UTF-8 taken for windows-1252 and encoded again); that was undone. Detail: how many
/// characters were restored.
pub const ENCODING_DOUBLED: &str = "encoding_doubled";
/// The text holds a few U+FFFD where characters were lost. Detail: how many.
pub const CHARACTERS_REPLACED: &str = "characters_replaced";
/// Control characters (NUL and others) were dropped from the content. Detail: how many.
pub const CONTROL_CHARACTERS_DROPPED: &str = "control_characters_dropped";
/// Unpaired surrogate escapes in JSON (`\ud800` alone) were replaced by U+FFFD. Detail: how many.
pub const LONE_SURROGATES_REPLACED: &str = "lone_surrogates_replaced";
/// A stated fetch time can't be read; the next best one was taken. Detail: the text.
pub const FETCHED_AT_UNREADABLE: &str = "fetched_at_unreadable";
/// A stated fetch time is not within 1990 to 2099; the next best one was taken. Detail: the text.
pub const FETCHED_AT_IMPLAUSIBLE: &str = "fetched_at_implausible";
/// A stated fetch time names no zone; it was read as UTC. Detail: the text.
pub const FETCHED_AT_WITHOUT_ZONE: &str = "fetched_at_without_zone";
/// The record's timestamp is no date of the years 1 to 9999 and was not used. Detail: the number.
pub const TIMESTAMP_IMPOSSIBLE: &str = "timestamp_impossible";
/// XML of an unknown kind was read as if it were HTML. Detail: the root element.
pub const XML_READ_AS_HTML: &str = "xml_read_as_html";
/// The item states a headline or a summary but no body; that stands in for the text.
pub const BODY_MISSING: &str = "body_missing";
/// A list of the item is longer than khabar reads; the rest was left out. Detail: the field.
pub const LIST_CUT: &str = "list_cut";

/// All codes above.
pub const ALL: &[&str] = &[
    HEADER_IGNORED,
    FIELD_IGNORED,
    CONTENT_TYPE_UNREADABLE,
    CONTENT_TYPE_WRONG,
    CONTENT_ENCODING_WRONG,
    COMPRESSION_TRAILING_BYTES,
    ENCODING_WRONG,
    ENCODING_UNKNOWN,
    ENCODING_GUESSED,
    ENCODING_DOUBLED,
    CHARACTERS_REPLACED,
    CONTROL_CHARACTERS_DROPPED,
    LONE_SURROGATES_REPLACED,
    FETCHED_AT_UNREADABLE,
    FETCHED_AT_IMPLAUSIBLE,
    FETCHED_AT_WITHOUT_ZONE,
    TIMESTAMP_IMPOSSIBLE,
    XML_READ_AS_HTML,
    BODY_MISSING,
    LIST_CUT,
];
