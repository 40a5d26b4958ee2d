//! The rules that can decide a verdict: a closed list, named in `khabar.dedup.rule`.

/// Another article in the window has the same normalised text.
pub const SAME_TEXT: &str = "same_text";
/// The same URL was fetched before, and the new text adds less than the limit.
pub const SAME_URL_LITTLE_NEW: &str = "same_url_little_new";
/// The same URL holds a similar text, with new words or other numbers.
pub const SAME_URL_CHANGED: &str = "same_url_changed";
/// The same URL holds a similar text under another headline.
pub const SAME_URL_OTHER_HEADLINE: &str = "same_url_other_headline";
/// The same URL holds another text, too short to be compared.
pub const SAME_URL_SHORT_TEXT: &str = "same_url_short_text";
/// The same URL holds quite another text: a new article, with the flaw `url_reused`.
pub const SAME_URL_OTHER_TEXT: &str = "same_url_other_text";
/// The story is told in the window, and the article adds little to it.
pub const SAME_STORY_LITTLE_NEW: &str = "same_story_little_new";
/// The story is told in the window, and the article adds more than the limits.
pub const SAME_STORY_MUCH_NEW: &str = "same_story_much_new";
/// The story is told in the window only by articles that were repeats themselves, and what they repeat lacks too much.
pub const SAME_STORY_NOT_TOLD: &str = "same_story_not_told";
/// The story is told in the window with other numbers.
pub const SAME_STORY_OTHER_NUMBERS: &str = "same_story_other_numbers";
/// Nothing in the window matches.
pub const NO_MATCH: &str = "no_match";

/// All of them. A new one is put at the end.
pub const ALL: [&str; 11] = [
    SAME_TEXT,
    SAME_URL_LITTLE_NEW,
    SAME_URL_CHANGED,
    SAME_URL_SHORT_TEXT,
    SAME_URL_OTHER_TEXT,
    NO_MATCH,
    SAME_URL_OTHER_HEADLINE,
    SAME_STORY_LITTLE_NEW,
    SAME_STORY_MUCH_NEW,
    SAME_STORY_NOT_TOLD,
    SAME_STORY_OTHER_NUMBERS,
];

/// Flaw of an article whose URL held quite another text before.
pub const FLAW_URL_REUSED: &str = "url_reused";
