//! What an article is about: IPTC Media Topics, by the phrases that speak for them.
//!
//! Owns the topics, the evidence, and when it is too little to say anything. All numbers are integers.

mod lexicon;
#[cfg(test)]
mod tests;

use hashbrown::HashMap;

use lexicon::HintsAt;
pub(crate) use lexicon::Subjects;

use super::clitics::stems;
use super::lexicon::vocabulary::{NONE, Word, hash};
use super::matching::{Form, Matches};
use super::text::{Text, Token, shape};
use crate::article::TaggedSubject;

/// Subjects of one article.
const SUBJECTS_MAX: usize = 12;
const TOP_TOPICS_MAX: usize = 3;
/// Words behind these are not looked at: what an article is about is said at its beginning.
const WORDS_MAX: usize = 3_000;
/// The words that spoke for a subject, as they stand in the text.
const WITNESSES_MAX: usize = 5;

/// What a phrase of each weight is worth, alone and once.
const VALUES: [i64; 10] = [0, 1, 2, 4, 7, 11, 17, 25, 34, 45];
/// What so many occurrences of one phrase are worth, in hundredths of one: each adds less.
const TIMES: [i64; 6] = [0, 100, 150, 183, 208, 228];
/// The headline says what it is about.
const HEADLINE_TIMES: usize = 2;
/// The article of a phrase's first word is left off when so many bytes remain: three letters.
const STEM_BYTES_MIN: usize = 6;

/// Evidence that makes a topic as likely as not, in hundredths of a phrase's value.
const EVIDENCE_HALF: i64 = 6_000;
/// A topic with less confidence is not told.
const CONFIDENCE_MIN: i64 = 30;
/// A deeper topic has so much of the evidence of the topic above it, in per cent, and so much at least.
const DEEPER_SHARE_MIN: i64 = 18;
const DEEPER_EVIDENCE_MIN: i64 = 3_400;

/// The subjects of a text whose body begins at a byte; `language` is its primary subtag.
pub(super) fn of(
    text: &Text,
    matches: &Matches,
    body_byte: u32,
    subjects: &Subjects,
    language: &str,
) -> Vec<TaggedSubject> {
    let Some(language_number) = subjects.language(language) else { return Vec::new() };
    let finder = Finder::new(text, matches, subjects, language_number);
    let found = finder.find(body_byte);
    let sums = weigh(&found, subjects);
    let subject = |(confidence, number): (i64, u16)| {
        let topic = &subjects.topics()[usize::from(number)];
        TaggedSubject {
            code: topic.code.to_string(),
            name: topic.name(language).to_owned(),
            english: topic.name("en").to_owned(),
            confidence: u8::try_from(confidence.clamp(0, 100)).unwrap_or_default(),
            evidence: witnesses(number, &found, text, subjects),
        }
    };
    choose(&sums, subjects).into_iter().map(subject).collect()
}

/// How often a phrase stands in a text, and where first.
#[derive(Debug, Clone, Copy)]
struct Found {
    times: usize,
    place: (u32, u32),
}

/// Looks for phrases.
struct Finder<'a> {
    text: &'a Text<'a>,
    subjects: &'a Subjects,
    language: u8,
    words: Vec<Word>,
    /// The nodes of phrases that begin with a form of a word.
    forms: Vec<u32>,
    /// Where those of each word end.
    forms_ends: Vec<usize>,
}

impl<'a> Finder<'a> {
    /// Looks up all words and forms at once, as none waits for another's answer.
    fn new(text: &'a Text<'a>, matches: &Matches, subjects: &'a Subjects, language: u8) -> Self {
        let find = |hash: &u64| subjects.vocabulary.find(*hash);
        let words: Vec<Word> = matches.hashes.iter().take(WORDS_MAX).map(find).collect();
        let (mut forms, mut forms_ends) = (Vec::new(), Vec::with_capacity(words.len()));
        let is_known = |node: &u32| *node != NONE;
        for (word, token) in text.tokens().iter().enumerate().take(words.len()) {
            let long_enough =
                |form: &&Form| !form.without_article || usize::from(form.bytes) >= STEM_BYTES_MIN;
            let found = matches.forms.of(word);
            forms.extend(found.iter().filter(long_enough).map(|form| find(&form.hash).node).filter(is_known));
            // Those of common words and of other languages are not looked up for names.
            if found.is_empty() && token.is(shape::ARABIC) {
                let stems = stems(text.folded(token), STEM_BYTES_MIN);
                forms.extend(stems.map(|stem| find(&hash(stem.rest)).node).filter(is_known));
            }
            forms_ends.push(forms.len());
        }
        Self { text, subjects, language, words, forms, forms_ends }
    }

    /// All phrases in the text, but for those within a longer one, which says what it says: خادم الحرمين الشريفين is no
    /// place of pilgrimage.
    fn find(&self, body_byte: u32) -> Vec<(HintsAt, Found)> {
        let mut places: HashMap<u32, usize> = HashMap::new();
        let mut all: Vec<(HintsAt, Found)> = Vec::new();
        let mut spoken = 0;
        for (first, token) in self.text.tokens().iter().enumerate().take(self.words.len()) {
            let Some(phrase) = self.longest(first).filter(|phrase| first + phrase.words > spoken) else {
                continue;
            };
            spoken = first + phrase.words;
            let last = self.text.tokens()[first + phrase.words - 1];
            let times = if token.byte_start < body_byte { HEADLINE_TIMES } else { 1 };
            let place = *places.entry(phrase.node).or_insert_with(|| {
                let found = Found { times: 0, place: (token.byte_start, last.byte_end) };
                all.push((phrase.hints, found));
                all.len() - 1
            });
            all[place].1.times += times;
        }
        all
    }

    /// The longest phrase that begins at a word.
    fn longest(&self, first: usize) -> Option<Phrase> {
        let start = first.checked_sub(1).map_or(0, |before| self.forms_ends[before]);
        let forms = self.forms[start..self.forms_ends[first]].iter().copied();
        let mut best: Option<Phrase> = None;
        for node in std::iter::once(self.words[first].node).chain(forms) {
            self.walk(first, node, &mut best);
        }
        best
    }

    /// Follows phrases from a node on.
    fn walk(&self, first: usize, mut node: u32, best: &mut Option<Phrase>) {
        let (vocabulary, mut words) = (&self.subjects.vocabulary, 1);
        while node != NONE {
            let here = vocabulary.node(node);
            let hints = here.ending;
            if best.is_none_or(|best| words > best.words)
                && self.subjects.hints(hints).iter().any(|hint| hint.language == self.language)
            {
                *best = Some(Phrase { node, words, hints });
            }
            let next = first + words;
            let goes_on = here.goes_on && self.text.tokens().get(next).is_some_and(Token::continues);
            let Some(next) = self.words.get(next).filter(|_| goes_on) else { break };
            node = vocabulary.next_node(node, next.number);
            words += 1;
        }
    }
}

/// A phrase in the text.
#[derive(Debug, Clone, Copy)]
struct Phrase {
    node: u32,
    words: usize,
    hints: HintsAt,
}

/// What a phrase speaks for, and with what worth in hundredths of a phrase's value: the topics of its hints, and those above
/// them.
fn spoken_for<'a>(
    hints: HintsAt,
    found: &Found,
    subjects: &'a Subjects,
) -> impl Iterator<Item = (u16, i64)> + 'a {
    let times = TIMES[found.times.min(TIMES.len() - 1)];
    subjects.hints(hints).iter().flat_map(move |hint| {
        let worth = VALUES[usize::from(hint.weight)] * times;
        subjects.path(Some(hint.topic)).map(move |topic| (topic, worth))
    })
}

/// The worth of all phrases for each topic.
fn weigh(found: &[(HintsAt, Found)], subjects: &Subjects) -> Vec<i64> {
    let mut sums = vec![0; subjects.topics().len()];
    for (hints, found) in found {
        for (topic, worth) in spoken_for(*hints, found, subjects) {
            sums[usize::from(topic)] += worth;
        }
    }
    sums
}

/// The topics that are told, each top topic before those below it, with their confidence.
fn choose(sums: &[i64], subjects: &Subjects) -> Vec<(i64, u16)> {
    let topics = subjects.topics();
    let sum = |topic: u16| sums[usize::from(topic)];
    let numbers = || (0..topics.len()).filter_map(|topic| u16::try_from(topic).ok());
    let all: i64 = numbers().filter(|topic| topics[usize::from(*topic)].parent.is_none()).map(sum).sum();
    let confidence = |topic: u16| {
        let sum = sum(topic);
        // The share of what speaks for any topic, less where little speaks at all.
        if sum == 0 { 0 } else { (100 * sum / all.max(1)).midpoint(100) * sum / (sum + EVIDENCE_HALF) }
    };
    let mut tops: Vec<(i64, u16)> = numbers()
        .filter(|topic| topics[usize::from(*topic)].parent.is_none())
        .map(|topic| (confidence(topic), topic))
        .filter(|(confidence, topic)| *confidence >= CONFIDENCE_MIN && 100 * sum(*topic) >= 20 * all)
        .collect();
    tops.sort_by_key(|(confidence, topic)| (-sum(*topic), -*confidence, *topic));
    tops.truncate(TOP_TOPICS_MAX);
    let mut chosen: Vec<(i64, u16)> = Vec::new();
    for (confidence, top) in tops {
        chosen.push((confidence, top));
        let mut deeper: Vec<(i64, u16)> = numbers()
            .filter(|topic| topics[usize::from(*topic)].top == top && *topic != top)
            .filter(|topic| {
                let above = topics[usize::from(*topic)].parent.map_or(0, sum);
                sum(*topic) >= DEEPER_EVIDENCE_MIN && 100 * sum(*topic) >= DEEPER_SHARE_MIN * above
            })
            .map(|topic| (confidence * sum(topic) / (sum(topic) + EVIDENCE_HALF / 2), topic))
            .filter(|(confidence, _)| *confidence >= CONFIDENCE_MIN / 2)
            .collect();
        deeper.sort_by_key(|(confidence, topic)| (-*confidence, *topic));
        chosen.extend(deeper);
    }
    chosen.truncate(SUBJECTS_MAX);
    chosen
}

/// The phrases that spoke loudest for a topic, each once.
fn witnesses(topic: u16, found: &[(HintsAt, Found)], text: &Text, subjects: &Subjects) -> Vec<String> {
    let mut witnesses: Vec<(i64, (u32, u32))> = Vec::new();
    for (hints, found) in found {
        let own = spoken_for(*hints, found, subjects).filter(|(spoken_for, _)| *spoken_for == topic);
        witnesses.extend(own.map(|(_, worth)| (worth, found.place)));
    }
    witnesses.sort_by_key(|(worth, place)| (-*worth, *place));
    let mut shown: Vec<String> = Vec::new();
    for (_, (start, end)) in witnesses {
        let surface = text.surface(start, end);
        if shown.len() < WITNESSES_MAX && !shown.iter().any(|known| known == surface) {
            shown.push(surface.to_owned());
        }
    }
    shown
}
