//! Entities on public sets: one token and its tag a line, an empty line behind each sentence.
//!
//! A text is 12 sentences, each a paragraph, its tokens joined by blanks.

use std::path::Path;

use khabar::article::EntityKind;
use khabar::tag::Tagger;

use crate::spans::{self, Gold, Scored};
use crate::table::{Line, Section, Target};
use crate::{data, tags};

const KINDS: [EntityKind; 3] = [EntityKind::Person, EntityKind::Place, EntityKind::Organisation];
const SENTENCES: usize = 12;

/// The first words of the article that the last five of AQMAR begin with: nuclear power, the periodic table, physics,
/// the national team of Portugal and the footballer Raúl. The file does not say where articles end.
const AQMAR_HELD_OUT: [&str; 5] = ["الطاقة", "النووية", "هي", "الطاقة", "التي"];

/// Where the labels of a set have clitics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clitics {
    /// In tokens of their own, but for the two letters of `لل`.
    Divided,
    /// The same, with the tokens joined to the words behind them as they are written.
    Joined,
    /// Within the labelled words.
    Inside,
    /// There are none.
    None,
}

struct Token {
    text: String,
    tag: String,
}

type Sentence = Vec<Token>;

pub struct Text {
    pub paragraphs: Vec<String>,
    pub gold: Vec<Gold>,
}

pub fn measure(folder: &Path, tagger: &Tagger) -> Result<(Section, Vec<bool>), String> {
    let mut section =
        Section::new("Entities on public sets: exact spans of persons, places and organisations");
    let newsfane = sentences(&folder.join("tag/ner_ar_newsfane.tsv.xz"))?;
    // Rules may be made with the rest in view; the model has learned it, so only their share says anything there.
    let is_tuning = std::env::var("TAG_SPLIT").is_ok_and(|split| split == "tune");
    let held_out_from = newsfane.len() - newsfane.len() / 6;
    let held_out = if is_tuning { &newsfane[..held_out_from] } else { &newsfane[held_out_from..] };
    let aqmar = sentences(&folder.join("tag/ner_ar_aqmar.tsv.xz"))?;
    let begins = |sentence: &Sentence| {
        sentence.len() > AQMAR_HELD_OUT.len()
            && AQMAR_HELD_OUT.iter().zip(sentence).all(|(word, token)| *word == token.text)
    };
    let from = aqmar.iter().rposition(begins).unwrap_or(aqmar.len() - aqmar.len() / 4);
    let uner = sentences(&folder.join("tag/ner_en_uner_dev.tsv.xz"))?;
    let (sixth, five) =
        if is_tuning { ("what was learned", "what was learned") } else { ("last sixth", "last 5 articles") };
    let (newswire, wikipedia) =
        (format!("Arabic newswire (NewsFANE, {sixth})"), format!("Arabic Wikipedia (AQMAR, {five})"));
    let sets = [
        (newswire.as_str(), held_out, Clitics::Divided, Target::AtLeast(0.74)),
        ("the same, clitics joined to their words", held_out, Clitics::Joined, Target::None),
        (
            wikipedia.as_str(),
            if is_tuning { &aqmar[..from] } else { &aqmar[from..] },
            Clitics::Inside,
            Target::AtLeast(0.68),
        ),
        ("English web (UNER dev)", uner.as_slice(), Clitics::None, Target::AtLeast(0.58)),
    ];
    let mut clean = Vec::new();
    for (name, sentences, clitics, target) in sets {
        let scored: Vec<Scored> =
            sentences.chunks(SENTENCES).map(|chunk| score(&text(chunk, clitics), tagger)).collect();
        if clitics == Clitics::Joined {
            clean.extend(scored.iter().flat_map(|scored| scored.clean.iter().copied()));
        }
        let counts: Vec<_> = scored.iter().map(|scored| scored.counts.clone()).collect();
        section.lines.extend(spans::lines(name, &KINDS, &counts, target));
        let by_rule = spans::rules(&scored);
        let errors: Vec<String> = scored.into_iter().flat_map(|scored| scored.errors).collect();
        if clitics != Clitics::Joined {
            let frequent = by_rule.into_iter().chain(spans::frequent(&errors));
            section.worst.push(frequent.map(|error| format!("{name}: {error}")).collect());
        }
    }
    Ok((section, clean))
}

/// The line about clitics, over the joined newswire and other labelled articles.
pub fn clitics(clean: &[bool]) -> Line {
    Line::share("Arabic spans that begin at the name, not at a clitic", clean, Target::AtLeast(0.98))
        .with_note("of those with the right kind, end and first word")
}

fn score(text: &Text, tagger: &Tagger) -> Scored {
    let article = tags::article(None, text.paragraphs.iter().map(String::as_str));
    let tags = tagger.tag(&article);
    spans::score(&article.body(), &KINDS, &text.gold, &tags::mentions(&tags))
}

fn sentences(path: &Path) -> Result<Vec<Sentence>, String> {
    let mut sentences = vec![Vec::new()];
    for line in data::lines(path)? {
        if let Some((text, tag)) = line.split_once('\t') {
            let token = Token { text: text.trim().to_owned(), tag: tag.trim().to_owned() };
            if let Some(last) = sentences.last_mut() {
                last.push(token);
            }
        } else if sentences.last().is_some_and(|last| !last.is_empty()) {
            sentences.push(Vec::new());
        }
    }
    sentences.retain(|sentence| !sentence.is_empty());
    if sentences.is_empty() { Err(format!("{} holds no sentence", path.display())) } else { Ok(sentences) }
}

fn kind(tag: &str) -> Option<(bool, EntityKind)> {
    let (position, name) = tag.split_once('-')?;
    let kind = match name {
        "PER" => EntityKind::Person,
        "LOC" => EntityKind::Place,
        "ORG" => EntityKind::Organisation,
        _ => return None,
    };
    Some((position == "B", kind))
}

/// The sentences as one text, with the labels by its characters.
fn text(sentences: &[Sentence], clitics: Clitics) -> Text {
    let mut text = Text { paragraphs: Vec::new(), gold: Vec::new() };
    let mut at = 0;
    for sentence in sentences {
        let mut paragraph = String::new();
        let mut last: Option<Gold> = None;
        for (place, token) in sentence.iter().enumerate() {
            let is_joined = clitics == Clitics::Joined
                && place.checked_sub(1).is_some_and(|before| is_clitic(&sentence[before], &token.text));
            if place > 0 && !is_joined {
                paragraph.push(' ');
            }
            let start = at + paragraph.chars().count();
            paragraph.push_str(&token.text);
            let end = at + paragraph.chars().count();
            match (kind(&token.tag), last.take()) {
                (Some((false, kind)), Some(mut gold)) if gold.kind == kind => {
                    gold.end = end;
                    gold.surface = format!("{} {}", gold.surface, token.text);
                    last = Some(gold);
                }
                (now, ended) => {
                    text.gold.extend(ended);
                    last = now.map(|(_, kind)| begun(kind, start, end, &token.text, clitics));
                }
            }
        }
        text.gold.extend(last);
        at += paragraph.chars().count() + 2;
        text.paragraphs.push(paragraph);
    }
    text
}

fn begun(kind: EntityKind, start: usize, end: usize, surface: &str, clitics: Clitics) -> Gold {
    let letters: Vec<char> = surface.chars().collect();
    let mut starts = vec![start];
    let article_lost = letters.starts_with(&['ل', 'ل']) && letters.len() > 4;
    if clitics == Clitics::Inside {
        let is_clitic = |place: usize| letters.get(place).is_some_and(|letter| "وفبلكس".contains(*letter));
        // A name has more than two letters.
        if is_clitic(0) && letters.len() > 3 {
            starts.push(start + 1);
        }
        if is_clitic(0) && is_clitic(1) && letters.len() > 4 {
            starts.push(start + 2);
        }
    } else if article_lost && clitics != Clitics::None {
        starts.extend([start + 1, start + 2]);
    }
    let name = match clitics {
        Clitics::Inside | Clitics::None => None,
        Clitics::Divided | Clitics::Joined => Some(if article_lost { start + 2 } else { start }),
    };
    Gold { kind, starts, name, end, surface: surface.to_owned() }
}

/// Whether the token is a clitic that is written together with the next.
fn is_clitic(token: &Token, next: &str) -> bool {
    const CLITICS: [&str; 5] = ["و", "ف", "ب", "ل", "ك"];
    let is_word =
        next.chars().count() > 1 && next.chars().all(|letter| ('\u{0621}'..='\u{06FF}').contains(&letter));
    // Written together, the article loses its alef behind `ل`: such tokens are left as they are.
    let loses_letters = token.text == "ل" && next.starts_with("ال");
    token.tag == "O" && CLITICS.contains(&token.text.as_str()) && is_word && !loses_letters
}
