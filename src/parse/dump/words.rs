//! The words by which lines without a label are told: agencies, sections, words of dates, buttons and counters.
//!
//! Owns the lexicon `config/lexicon/dump_words.tsv` and the comparing of names with it.

use hashbrown::{HashMap, HashSet};

use super::overlap::without_particles;
use crate::parse::fold::{digit, fold, fold_char, is_letter, is_letter_or_digit};
use crate::parse::lexicon::LexiconError;
use crate::parse::text::first_chars;

const COMPILED_IN: &str = include_str!("../../../config/lexicon/dump_words.tsv");
const COMPILED_IN_NAME: &str = "config/lexicon/dump_words.tsv (compiled in)";

/// What the words of the lexicon are.
#[derive(Debug, Default)]
pub(crate) struct Words {
    agencies: Names,
    sections: Names,
    dates: Names,
    buttons: Names,
    comments: Names,
    /// By their first letter.
    captions: HashMap<char, Vec<String>>,
    professions: Names,
    media: Names,
    others: Names,
    kickers: Names,
    institutions: Names,
    pages: Names,
    neutral: Names,
}

impl Words {
    pub fn load() -> Result<Self, LexiconError> {
        let mut words = Self::default();
        for (index, line) in COMPILED_IN.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            words.add(line).map_err(|problem| LexiconError::Line {
                file: COMPILED_IN_NAME.to_owned(),
                line: index + 1,
                problem,
            })?;
        }
        Ok(words)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let fields: Vec<&str> = line.split('\t').collect();
        let [kind, _language, words] = fields.as_slice() else {
            return Err("expected three fields with tabs between them: kind, language, words".to_owned());
        };
        let folded = fold(words);
        if *kind == "page" {
            self.pages.insert(without_particles(&folded))?;
        }
        let list = match *kind {
            "agency" => &mut self.agencies,
            "section" => &mut self.sections,
            "date" => &mut self.dates,
            "button" => &mut self.buttons,
            "comments" => &mut self.comments,
            "medium" => &mut self.media,
            "others" => &mut self.others,
            "kicker" => &mut self.kickers,
            "institution" => &mut self.institutions,
            "profession" => &mut self.professions,
            "page" => &mut self.pages,
            "neutral" => &mut self.neutral,
            "caption" => {
                let first = folded.chars().next().ok_or("a caption begins with a word")?;
                self.captions.entry(first).or_default().push(folded);
                return Ok(());
            }
            other => return Err(format!("{other:?} is no kind of words")),
        };
        list.insert(&folded)
    }

    pub fn is_agency(&self, text: &str) -> bool {
        self.agencies.hold(text)
    }

    pub fn is_section(&self, text: &str) -> bool {
        self.sections.hold(text)
    }

    pub fn is_date_word(&self, word: &str) -> bool {
        self.dates.hold(word)
    }

    pub fn is_profession(&self, text: &str) -> bool {
        self.professions.hold(text)
    }

    /// Whether a word is one that names of newspapers and agencies hold.
    pub fn is_medium(&self, word: &str) -> bool {
        self.media.hold(word)
    }

    /// Whether a short line holds a word that headings above other articles hold: `more`, `also`.
    pub fn heads_others(&self, text: &str) -> bool {
        text.split_whitespace().take(HEADING_WORDS_MAX).any(|word| self.others.hold(word))
    }

    /// Whether a line stands above headlines and names the kind of article: `Analysis`, `خاص`.
    pub fn is_kicker(&self, text: &str) -> bool {
        self.kickers.hold(text)
    }

    /// Whether a word is one that names of ministries, offices and councils begin or end with.
    pub fn is_institution(&self, word: &str) -> bool {
        self.institutions.hold(word)
    }

    /// Whether a word, or two together, name a button or what a counter counts.
    pub fn is_button(&self, words: &str) -> bool {
        self.buttons.hold(words)
    }

    /// A text without the words that say nothing beside others.
    pub fn without_neutral(&self, text: &str) -> String {
        let words = text.split_whitespace().filter(|word| !self.neutral.hold(word));
        words.take(COUNTED_WORDS_MAX).collect::<Vec<&str>>().join(" ")
    }

    /// How many words of a line are words of pages, and how many say anything: words that only join others and numbers
    /// don't.
    pub fn count_page_words(&self, text: &str) -> (usize, usize) {
        let (mut of_page, mut all, mut numbers) = (0, 0, 0);
        let is_mark =
            |one: char| !is_letter_or_digit(one) && fold_char(one).is_some() && !matches!(one, '-' | '\'');
        for word in text.split(is_mark).flat_map(str::split_whitespace).take(COUNTED_WORDS_MAX) {
            // Without what French writes in front.
            let word = word
                .split_once('\'')
                .filter(|(front, _)| front.chars().count() < 3)
                .map_or(word, |(_, word)| word);
            let folded = folded_name(word);
            numbers += usize::from(word.chars().all(|one| digit(one).is_some()));
            if !folded.chars().any(is_letter) || self.neutral.hold_folded(&folded) {
                continue;
            }
            all += 1;
            let is_of_page = self.pages.hold_folded(&folded)
                || self.buttons.hold_folded(&folded)
                || self.pages.hold_folded(without_particles(&folded));
            of_page += usize::from(is_of_page);
        }
        // Such as those of a telephone.
        (of_page, all + usize::from(numbers >= NUMBERS_MIN))
    }

    /// Whether a line heads the comments of readers, perhaps with their number.
    pub fn heads_comments(&self, text: &str) -> bool {
        if text.len() > NAME_BYTES_MAX {
            return false;
        }
        let name: String = text.chars().filter(|character| digit(*character).is_none()).collect();
        let folded = folded_name(&name);
        self.comments.hold_folded(&folded)
            || name.len() < text.len()
                && ["thoughtson", "thoughton", "responsesto", "commentson", "repliesto"]
                    .iter()
                    .any(|begin| folded.starts_with(begin))
    }

    /// Whether a line begins with words that describe a picture.
    pub fn begins_caption(&self, text: &str) -> bool {
        let text = first_chars(text, CAPTION_CHARS);
        let captions = folded_letters(text).next().and_then(|first| self.captions.get(&first));
        captions.is_some_and(|captions| {
            let folded = folded_name(text);
            captions.iter().any(|caption| folded.starts_with(caption.as_str()))
        })
    }
}

/// Of a line, so many words are counted.
const COUNTED_WORDS_MAX: usize = 40;
/// So many numbers in a line say something.
const NUMBERS_MIN: usize = 3;
/// A heading above other articles has no more words.
const HEADING_WORDS_MAX: usize = 8;
/// No name of the lexicon has more bytes, folded, and no longer text is looked at.
const NAME_BYTES_MAX: usize = 256;
/// Of a line, so many characters tell whether it begins like a caption.
const CAPTION_CHARS: usize = 80;

/// Names, folded.
#[derive(Debug, Default)]
struct Names {
    names: HashSet<Box<[u8]>>,
    /// Of the longest.
    bytes_max: usize,
}

impl Names {
    fn insert(&mut self, folded: &str) -> Result<(), String> {
        if folded.is_empty() || folded.len() > NAME_BYTES_MAX {
            return Err(format!("{folded:?} must have between 1 and {NAME_BYTES_MAX} bytes of letters"));
        }
        self.bytes_max = self.bytes_max.max(folded.len());
        self.names.insert(folded.as_bytes().into());
        Ok(())
    }

    /// Whether the text is one of them. Looks no further than the longest of them reaches.
    fn hold(&self, text: &str) -> bool {
        if text.len() > NAME_BYTES_MAX {
            return false;
        }
        // Few letters take more bytes when folded; a text that has no room for that is longer than any name.
        let mut folded = [0_u8; NAME_BYTES_MAX];
        let (mut length, mut end) = (0, 0);
        for character in folded_letters(text).filter(|character| is_of_name(*character)) {
            let next = length + character.len_utf8();
            let is_letter = is_letter_or_digit(character);
            let Some(room) = folded.get_mut(length..next).filter(|_| !is_letter || next <= self.bytes_max)
            else {
                return false;
            };
            character.encode_utf8(room);
            length = next;
            if is_letter {
                end = next;
            }
        }
        self.names.contains(&folded[..end])
    }

    /// The same of a text that is folded.
    fn hold_folded(&self, folded: &str) -> bool {
        self.names.contains(folded.as_bytes())
    }
}

/// Dots and quotation marks are no part of a name.
fn is_of_name(character: char) -> bool {
    !matches!(character, '.' | '"' | '“' | '”' | '«' | '»')
}

/// A name folded, without marks at its ends and dots within: `أ.ف.ب`, `(A.F.P.)`.
fn folded_name(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    folded.extend(folded_letters(text).filter(|character| is_of_name(*character)));
    folded.truncate(folded.trim_end_matches(|character: char| !is_letter_or_digit(character)).len());
    folded
}

/// The folded characters from the first letter or digit on.
fn folded_letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter_map(fold_char).skip_while(|character| !is_letter_or_digit(*character))
}
