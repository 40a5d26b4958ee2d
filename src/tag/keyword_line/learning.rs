//! What a program that learns the weights asks of this room: what an article offers to make keywords of, and the features
//! of the gaps of a line.

use std::sync::Arc;

use hashbrown::HashMap;

use super::super::lexicon::Lexicon;
use super::super::lexicon::roles::role;
use super::super::lexicon::vocabulary::{hash, word};
use super::super::matching::{self, Matches};
use super::super::text::{Text, gap, shape};
use super::gaps::{FEATURES, Gaps};
use super::standing::Standing;
use crate::article::EntityKind;

/// Reads lines and articles with the compiled-in lexicons.
pub struct KeywordLines {
    lexicon: Arc<Lexicon>,
}

/// An article that lines of keywords belong to.
pub struct KeywordArticle<'a> {
    text: Text<'a>,
    matches: Matches,
    lexicon: &'a Lexicon,
}

/// A gap between two words of a line.
pub struct Example {
    /// Below [`KeywordLines::FEATURES`].
    pub features: Vec<u16>,
    /// A keyword ends there.
    pub ends: bool,
}

/// What an article's text offers: names that the lexicons know, and phrases of two or three words that it repeats.
#[derive(Default)]
pub struct Offer {
    pub places: Vec<String>,
    pub names: Vec<String>,
    pub phrases: Vec<String>,
}

impl Default for KeywordLines {
    fn default() -> Self {
        Self { lexicon: Lexicon::compiled_in() }
    }
}

impl KeywordLines {
    /// The number of weights.
    pub const FEATURES: usize = FEATURES;

    /// Kind, id and Arabic name of each entity that has one.
    pub fn names(&self) -> impl Iterator<Item = (EntityKind, &str, &str)> {
        let [entities, ..] = self.lexicon.sizes();
        let numbers = 0..u32::try_from(entities).unwrap_or(u32::MAX);
        numbers.filter_map(|number| {
            let name = self.lexicon.name_in(number, "ar")?;
            Some((self.lexicon.entity(number).kind, self.lexicon.id(number), name))
        })
    }

    /// A word that neither begins nor ends a keyword.
    #[must_use]
    pub fn is_within(&self, word: &str) -> bool {
        is_within(&self.lexicon, word)
    }

    #[must_use]
    pub fn article<'a>(&'a self, source: &'a str) -> KeywordArticle<'a> {
        let text = Text::of(source);
        let matches = matching::matches(&text, &self.lexicon, true);
        KeywordArticle { text, matches, lexicon: &self.lexicon }
    }
}

impl KeywordArticle<'_> {
    #[must_use]
    pub fn offer(&self) -> Offer {
        Offer::of(&self.text, &self.matches, self.lexicon)
    }

    /// The gaps of the line that these keywords make up. `hides` is asked for each of them whether the lexicons are to know
    /// nothing of it, if it has several words.
    pub fn examples(&self, keywords: &[String], hides: &mut dyn FnMut() -> bool) -> Vec<Example> {
        let line = keywords.join(" ");
        let text = Text::of(&line);
        let mut ends = Vec::new();
        let mut hidden = Vec::new();
        for keyword in keywords {
            let own = Text::of(keyword);
            let is_hidden = hides() && own.tokens().len() > 1;
            hidden.extend(own.tokens().iter().map(|_| is_hidden));
            ends.push(hidden.len());
        }
        if text.tokens().len() != hidden.len() {
            return Vec::new();
        }
        let matches = matching::matches(&text, self.lexicon, true);
        let standing = Standing::of(&text, &matches, &self.text, &self.matches);
        let gaps = Gaps::new(&text, &matches, self.lexicon, &standing, &hidden);
        let spaces =
            (0..hidden.len().saturating_sub(1)).filter(|index| text.tokens()[index + 1].gap == gap::SPACE);
        let example = |index| {
            let mut features = Vec::new();
            // There are fewer than 65,536.
            gaps.features(index, |feature| features.push(u16::try_from(feature).unwrap_or(u16::MAX)));
            Example { features, ends: ends.contains(&(index + 1)) }
        };
        spaces.map(example).collect()
    }
}

impl Offer {
    fn of(text: &Text, matches: &Matches, lexicon: &Lexicon) -> Self {
        let mut offer = Self::default();
        let mut end = 0;
        for (place, candidate) in matches.candidates.iter().enumerate() {
            let first = candidate.first as usize;
            let is_longest = matches.candidates[place + 1..]
                .iter()
                .take_while(|other| other.first == candidate.first)
                .all(|other| other.count <= candidate.count);
            if first < end || !is_longest || candidate.letters > 1 {
                continue;
            }
            end = first + usize::from(candidate.count);
            let (_, start) = text.behind_letters(&text.tokens()[first], candidate.letters);
            let surface = text.surface(start, text.tokens()[end - 1].byte_end).to_owned();
            let entity = lexicon.entity(lexicon.name(candidate.name).entity);
            if entity.kind == EntityKind::Place {
                offer.places.push(surface);
            } else {
                offer.names.push(surface);
            }
        }
        offer.find_phrases(text, matches, lexicon);
        offer
    }

    /// Two or three words that stand together again and go together by their grammar.
    fn find_phrases(&mut self, text: &Text, matches: &Matches, lexicon: &Lexicon) {
        let tokens = text.tokens();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for first in 0..tokens.len() {
            for count in 2..=3 {
                let Some(words) = tokens.get(first..first + count) else { break };
                if words[1..].iter().any(|token| token.gap != gap::SPACE)
                    || !goes_together(text, matches, lexicon, first, count)
                {
                    continue;
                }
                let surface = text.surface(words[0].byte_start, words[count - 1].byte_end);
                let seen = counts.entry(surface).or_default();
                *seen += 1;
                if *seen == 2 {
                    self.phrases.push(surface.to_owned());
                }
            }
        }
    }
}

fn is_within(lexicon: &Lexicon, word: &str) -> bool {
    lexicon.roles.of(word, hash(word)) & role::WITHIN_KEYWORD != 0
}

fn goes_together(text: &Text, matches: &Matches, lexicon: &Lexicon, first: usize, count: usize) -> bool {
    let word = |index: usize| {
        let token = &text.tokens()[index];
        let folded = text.folded(token);
        let is_plain = token.is(shape::ARABIC) && folded.len() > 4 && !is_within(lexicon, folded);
        let nature = &matches.natures[index];
        let is_common = nature.is(word::COMMON | word::NOT_A_NAME | word::SPEECH_VERB);
        (folded, folded.starts_with("ال"), is_plain && !is_common)
    };
    let is_adjective = |folded: &str| folded.ends_with('ي') || folded.ends_with("يه");
    let (one, one_definite, one_plain) = word(first);
    let (two, two_definite, two_plain) = word(first + 1);
    if !one_plain || !two_plain {
        return false;
    }
    let pair = match (one_definite, two_definite) {
        (true, true) => is_adjective(two),
        (false, true) => !one.starts_with(['ي', 'ت', 'و', 'ب', 'ل', 'ف', 'ك']),
        (false, false) => one.ends_with('ه') && two.ends_with("يه"),
        (true, false) => false,
    };
    if count == 2 {
        return pair;
    }
    let (three, three_definite, three_plain) = word(first + 2);
    pair && three_plain && three_definite == two_definite && is_adjective(three)
}
