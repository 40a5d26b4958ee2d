//! The codes of the flaws that parse reports. A code never changes its meaning.

/// No headline was found; the text may begin with it.
pub const HEADLINE_MISSING: &str = "headline_missing";
/// There is a headline and no body.
pub const HEADLINE_ONLY: &str = "headline_only";
/// The headline was longer than its limit and was cut.
pub const HEADLINE_CUT: &str = "headline_cut";
/// The stated headline differs from the one in the text; the detail is the latter.
pub const HEADLINE_DIFFERS: &str = "headline_differs";
/// No two places of the page agree on the headline.
pub const HEADLINE_UNCONFIRMED: &str = "headline_unconfirmed";
/// The body was longer than parse.paragraphs_max or parse.body_bytes_max and was cut.
pub const BODY_CUT: &str = "body_cut";
/// A date stands there in a form that can't be read; the detail is its text.
pub const DATE_UNREADABLE: &str = "date_unreadable";
/// A date that no calendar has, such as 31 February.
pub const DATE_IMPOSSIBLE: &str = "date_impossible";
/// A date more than a day after the fetch time.
pub const DATE_IN_FUTURE: &str = "date_in_future";
/// A date before 1990.
pub const DATE_TOO_OLD: &str = "date_too_old";
/// The date states no zone; the detail is the zone that was taken.
pub const DATE_ZONE_ASSUMED: &str = "date_zone_assumed";
/// Only a date of modification was found; it stands for that of publication, which is the same or earlier.
pub const DATE_OF_CHANGE: &str = "date_of_change";
/// Two places of the page state different days of publication; the detail is the one that was not taken.
pub const DATE_DIFFERS: &str = "date_differs";
/// No place calls itself the date of publication, and the only dates of the page stand where others may stand, too.
pub const DATE_GUESSED: &str = "date_guessed";
/// The date is stated against the time of reading ("3 hours ago") and was counted back from the fetch time; the detail
/// is its text.
pub const DATE_RELATIVE: &str = "date_relative";
/// The page's canonical link is a site's root or of another site, and was ignored.
pub const CANONICAL_IGNORED: &str = "canonical_ignored";
/// A URL is longer than its limit and was ignored.
pub const URL_TOO_LONG: &str = "url_too_long";
/// A URL can't be read, or is not of http or https, and was ignored.
pub const URL_INVALID: &str = "url_invalid";
/// Whether the lines after a "read also" label belong to it was told by their words alone.
pub const RELATED_GUESSED: &str = "related_guessed";
/// A label came again with another value, and was ignored.
pub const LABEL_REPEATED: &str = "label_repeated";
/// An attribute of the page was too long, or one of too many, and was dropped.
pub const ATTRIBUTE_DROPPED: &str = "attribute_dropped";
/// The page's JSON-LD is not JSON, or too large, and was ignored.
pub const JSON_LD_IGNORED: &str = "json_ld_ignored";
/// The page says that its text is not free to all: it may end before the article does.
pub const PAYWALLED: &str = "paywalled";
/// The page's visible text is much shorter than the body in its metadata, which was taken instead.
pub const BODY_FROM_METADATA: &str = "body_from_metadata";
