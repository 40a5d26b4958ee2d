//! The language of an article: what its letters and words tell, with the page's statement as the judge of ties.
//!
//! It is told before all other tags, and without a lexicon: an article's claim carries it.

use super::script::{Census, Script};
use super::stated::{self, Stated};
use super::{arabic, latin};
use crate::article::{Article, Direction, Tags};

/// BCP 47's tag for a language that can't be told.
const UNDETERMINED: &str = "und";

/// Fewer Han characters may be a headline of another language.
const HAN_CERTAIN_MIN: usize = 60;

/// Kana make a text Japanese when they are at least one in this many of its Han and kana characters. Chinese news
/// holds a Japanese name at most.
const KANA_SHARE: usize = 20;

/// Languages that letters and word statistics confuse: of one line, the stated one is believed.
const NEIGHBOURS: &[&[&str]] = &[
    &["ar", "arz", "ary", "arq", "apc", "ajp", "acm", "afb", "ars", "aeb", "apd"],
    &["fa", "prs"],
    &["ur", "pnb", "lah", "skr"],
    &["zh", "yue", "wuu", "nan", "hak", "cmn"],
    &["no", "nb", "nn", "da"],
    &["hr", "sr", "bs", "sh"],
    &["id", "ms", "jv", "su"],
    &["nl", "af"],
    &["pt", "gl"],
    &["tl", "fil"],
];

/// What the text itself tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Detected {
    pub(super) language: &'static str,
    pub(super) weight: Weight,
}

/// What a detected language is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// It supports what the page states and says nothing alone.
    Guess,
    /// It stands where the page states nothing.
    Likely,
    /// It outweighs another language that the page states.
    Certain,
}

impl Detected {
    pub(super) const fn certain(language: &'static str) -> Self {
        Self { language, weight: Weight::Certain }
    }

    pub(super) const fn likely(language: &'static str) -> Self {
        Self { language, weight: Weight::Likely }
    }
}

/// The language that an article is in as a whole, and the script of most of its letters. All other tags build on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MainLanguage {
    tag: String,
    script: Option<Script>,
}

impl MainLanguage {
    /// Tells it.
    #[must_use]
    pub fn of(article: &Article) -> Self {
        let census = Census::of(article);
        let tag = language_of(article, &census);
        match census.dominant() {
            Some(script) => Self { tag: stated::with_script(&tag, script), script: Some(script) },
            None => Self { tag, script: None },
        }
    }

    /// That of an article of which nothing could be told.
    #[must_use]
    pub fn undetermined() -> Self {
        Self { tag: UNDETERMINED.to_owned(), script: None }
    }

    /// BCP 47, with the script where that is not the language's usual one; `und` where nothing could be told.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Follows the script that most letters are of, whatever language is stated; a text without letters runs left to
    /// right.
    #[must_use]
    pub fn direction(&self) -> Direction {
        match self.script {
            Some(script) if script.is_right_to_left() => Direction::RightToLeft,
            _ => Direction::LeftToRight,
        }
    }

    /// The tags of an article of which nothing else is told.
    #[must_use]
    pub fn alone(&self) -> Tags {
        Tags { language: self.tag.clone(), direction: self.direction(), ..Tags::default() }
    }

    /// `None` for a text without letters.
    pub(super) const fn script(&self) -> Option<Script> {
        self.script
    }
}

fn language_of(article: &Article, census: &Census) -> String {
    let stated = article.language_stated.as_deref().and_then(stated::normalise);
    let Some(script) = census.dominant() else {
        return stated.map_or_else(|| UNDETERMINED.to_owned(), |stated| stated.tag);
    };
    // A template's language that this script does not write says nothing about the text.
    let stated = stated.filter(|stated| script.can_write(&stated.language));
    let detected = detect(super::scanned_chars(article), census, script);
    match (detected, stated) {
        (Some(detected), Some(stated)) if outweighs(detected, script, &stated) => {
            detected.language.to_owned()
        }
        (_, Some(stated)) => stated.tag,
        (Some(detected), None) if detected.weight >= Weight::Likely => detected.language.to_owned(),
        (_, None) => UNDETERMINED.to_owned(),
    }
}

/// Whether the text contradicts the statement, and is to be believed.
fn outweighs(detected: Detected, script: Script, stated: &Stated) -> bool {
    if detected.language == stated.language || detected.weight < Weight::Certain {
        return false;
    }
    // The statistics give a language that they don't know to its nearest relative.
    let is_statistical = matches!(script, Script::Latin | Script::Cyrillic | Script::Devanagari);
    if is_statistical && detected.language != latin::ENGLISH && !latin::knows(&stated.language) {
        return false;
    }
    !are_alike(detected.language, &stated.language)
}

fn detect(
    characters: impl Iterator<Item = char> + Clone,
    census: &Census,
    script: Script,
) -> Option<Detected> {
    match script {
        Script::Arabic => arabic::detect(characters),
        Script::Latin | Script::Cyrillic | Script::Devanagari => {
            latin::detect(characters, script, census.letters(script))
        }
        _ => by_script(characters, census, script),
    }
}

/// What a passage is told to be beyond doubt, by means that cost little.
pub(super) fn of_passage(
    characters: impl Iterator<Item = char> + Clone,
    census: &Census,
    script: Script,
) -> Option<&'static str> {
    let detected = match script {
        Script::Arabic => arabic::detect(characters),
        Script::Latin | Script::Cyrillic => latin::detect_cheaply(characters, script, census.letters(script)),
        Script::Devanagari => None,
        _ => by_script(characters, census, script),
    };
    detected.filter(|detected| detected.weight == Weight::Certain).map(|detected| detected.language)
}

/// Whether the two are the same, or confused too often to tell them apart by a line.
pub(super) fn are_alike(one: &str, other: &str) -> bool {
    one == other || NEIGHBOURS.iter().any(|group| group.contains(&one) && group.contains(&other))
}

/// What the script alone tells.
fn by_script(
    characters: impl Iterator<Item = char> + Clone,
    census: &Census,
    script: Script,
) -> Option<Detected> {
    match script {
        Script::Hebrew => Some(hebrew(characters)),
        Script::Han if census.letters(Script::Kana) * KANA_SHARE >= han_and_kana(census) => {
            Some(Detected::certain("ja"))
        }
        // Korean and Japanese headlines may be of Han characters only.
        Script::Han if census.letters(Script::Han) < HAN_CERTAIN_MIN => Some(Detected::likely("zh")),
        // One alphabet for more than one language: the page may know better.
        Script::Bengali | Script::Ethiopic | Script::Tibetan | Script::Myanmar | Script::Georgian => {
            script.language().map(Detected::likely)
        }
        _ => script.language().map(Detected::certain),
    }
}

const fn han_and_kana(census: &Census) -> usize {
    census.letters(Script::Han) + census.letters(Script::Kana)
}

/// Yiddish writes its vowels: the digraphs and pointed letters that Hebrew news does not use.
fn hebrew(characters: impl Iterator<Item = char>) -> Detected {
    /// One Yiddish letter in this many characters.
    const YIDDISH_SHARE: usize = 100;
    let (mut yiddish, mut total) = (0, 0);
    for character in characters {
        if Script::of(character) == Some(Script::Hebrew) {
            total += 1;
        }
        if matches!(character, 'װ' | 'ױ' | 'ײ' | '\u{FB1F}' | '\u{FB2E}' | '\u{FB2F}') {
            yiddish += 1;
        }
    }
    Detected::certain(if yiddish > 1 && yiddish * YIDDISH_SHARE >= total { "yi" } else { "he" })
}
