//! Labelled sentences, and the texts that they make.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use khabar::tag::learning::Prepared;
use khabar::tag::sequence::classes::WordClasses;
use khabar::tag::sequence::{NameKind, OUTSIDE};

/// Sentences of one text: enough that a name comes again.
const SENTENCES_PER_TEXT: usize = 12;
const CLITICS: [&str; 5] = ["و", "ف", "ب", "ل", "ك"];

/// A token and its label as the corpus has it.
pub struct Token {
    pub form: String,
    pub label: Label,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    Outside,
    First(NameKind),
    Inside(NameKind),
}

pub type Sentence = Vec<Token>;

/// Whether single letters that Arabic writes in one word with the next stand alone or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clitics {
    AsTheyAre,
    Attached,
}

/// A file and the part of its sentences that is learned from, in per mille.
pub struct Part {
    path: PathBuf,
    learned: Range<usize>,
}

impl Part {
    pub fn parse(argument: &str) -> Result<Self, String> {
        let Some((path, range)) = argument.rsplit_once(':') else {
            return Ok(Self { path: PathBuf::from(argument), learned: 0..1000 });
        };
        let range =
            range.split_once('-').and_then(|(first, last)| Some(first.parse().ok()?..last.parse().ok()?));
        let learned = range.ok_or_else(|| format!("{argument}: the part is two numbers, such as 0-833"))?;
        Ok(Self { path: PathBuf::from(path), learned })
    }

    pub fn judged(path: &str) -> Self {
        Self { path: PathBuf::from(path), learned: 0..0 }
    }

    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn bounds(&self, count: usize) -> Range<usize> {
        self.learned.start * count / 1000..self.learned.end * count / 1000
    }

    pub fn learned(&self) -> Result<Vec<Sentence>, String> {
        let mut sentences = read(&self.path)?;
        let bounds = self.bounds(sentences.len());
        Ok(sentences.drain(bounds).collect())
    }

    pub fn left_out(&self) -> Result<Vec<Sentence>, String> {
        let mut sentences = read(&self.path)?;
        let bounds = self.bounds(sentences.len());
        sentences.drain(bounds);
        Ok(sentences)
    }
}

fn read(path: &Path) -> Result<Vec<Sentence>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut sentences = vec![Sentence::new()];
    let mut before = Label::Outside;
    for line in text.lines() {
        let Some((form, label)) = line.split_once('\t') else {
            sentences.push(Sentence::new());
            before = Label::Outside;
            continue;
        };
        let label = self::label(label.trim(), before);
        before = label;
        if let Some(sentence) = sentences.last_mut() {
            sentence.push(Token { form: form.to_owned(), label });
        }
    }
    sentences.retain(|sentence| !sentence.is_empty());
    Ok(sentences)
}

/// In corpora that write `I-` only, a name begins where none of its kind was.
fn label(text: &str, before: Label) -> Label {
    let Some((place, kind)) = text.split_once('-') else { return Label::Outside };
    let kind = match kind {
        "PER" => NameKind::Person,
        "LOC" => NameKind::Place,
        "ORG" => NameKind::Organisation,
        _ => NameKind::Other,
    };
    let goes_on = before == Label::First(kind) || before == Label::Inside(kind);
    if place == "I" && goes_on { Label::Inside(kind) } else { Label::First(kind) }
}

pub fn has_divided_clitics(sentence: &Sentence) -> bool {
    sentence.iter().any(|token| CLITICS.contains(&token.form.as_str()))
}

/// A text with the label of each of its words.
pub struct Labelled {
    pub prepared: Prepared,
    pub labels: Vec<u8>,
    /// The words of each sentence.
    pub sentences: Vec<Range<usize>>,
}

/// The sentences as texts of some lines.
pub fn texts(sentences: &[Sentence], clitics: Clitics, classes: &WordClasses) -> Vec<Labelled> {
    sentences.chunks(SENTENCES_PER_TEXT).map(|part| text(part, clitics, classes)).collect()
}

fn text(sentences: &[Sentence], clitics: Clitics, classes: &WordClasses) -> Labelled {
    let mut source = String::new();
    let mut characters: u32 = 0;
    // Where each token begins, its label, and whether a sentence begins with it.
    let mut starts: Vec<(u32, Label, bool)> = Vec::new();
    for sentence in sentences {
        for (at, token) in sentence.iter().enumerate() {
            let is_joined = clitics == Clitics::Attached && at > 0 && is_clitic(&sentence[at - 1], token);
            if !is_joined && characters > 0 {
                source.push(if at == 0 { '\n' } else { ' ' });
                characters += 1;
            }
            starts.push((characters, token.label, at == 0));
            source.push_str(&token.form);
            characters += token.form.chars().count() as u32;
        }
    }
    let prepared = Prepared::of(&source, classes);
    let mut labels = Vec::new();
    let mut begins = Vec::new();
    let mut token = 0;
    let mut is_new = true;
    let mut named: Option<usize> = None;
    for (word, place) in prepared.places().enumerate() {
        // The label of the last token in the word: what stands before it are clitics.
        let first = token;
        while token < starts.len() && starts[token].0 < place.end {
            is_new |= starts[token].2;
            token += 1;
        }
        let last = token.max(first + 1) - 1;
        let last = if token == first { last.saturating_sub(1) } else { last };
        let label = starts[last.min(starts.len() - 1)].1;
        if is_new {
            begins.push(word);
            is_new = false;
        }
        let (number, name) = match label {
            Label::Outside => (OUTSIDE, None),
            // A second word of one token goes on with its name.
            Label::First(kind) if named == Some(last) => (kind.first_label() + 1, Some(last)),
            Label::First(kind) => (kind.first_label(), Some(last)),
            Label::Inside(kind) if labels.last().copied().and_then(NameKind::of_label) == Some(kind) => {
                (kind.first_label() + 1, Some(last))
            }
            Label::Inside(kind) => (kind.first_label(), Some(last)),
        };
        named = name;
        labels.push(number);
    }
    let ends = begins.iter().skip(1).copied().chain([labels.len()]);
    let sentences = begins.iter().copied().zip(ends).map(|(start, end)| start..end).collect();
    Labelled { prepared, labels, sentences }
}

fn is_clitic(before: &Token, token: &Token) -> bool {
    let is_arabic = token.form.chars().next().is_some_and(|first| ('\u{621}'..='\u{64a}').contains(&first));
    before.label == Label::Outside && CLITICS.contains(&before.form.as_str()) && is_arabic
}
