//! Learns the weights: from lines that are made up of names of the lexicons, phrases about subjects, and noun phrases of
//! news texts, and from the articles labelled by hand. Measures them, too.
//!
//! `KHABAR_SANAD` names the texts to learn from, one JSON object with `text` a line: SANAD, Arabic news articles under
//! CC BY 4.0. `KHABAR_KEYWORDS` names articles with keywords to measure with, one JSON object with `title`, `text` and
//! `keywords` a line. Both tests are ignored, as neither file is part of this project.

use std::fmt::Write as _;
use std::fs;

use hashbrown::HashMap;

use super::super::labelled;
use super::super::lexicon::Lexicon;
use super::super::lexicon::roles::role;
use super::super::lexicon::vocabulary::{hash, word};
use super::super::matching::{self, Matches};
use super::super::text::{Text, gap, shape};
use super::gaps::{FEATURES, Gaps};
use super::standing::Standing;
use super::weights::{THRESHOLD, WEIGHTS};
use crate::article::EntityKind;

/// Articles that lines are made for.
const ARTICLES: usize = 6_000;

/// How often the labelled articles count beside those.
const LABELLED_TIMES: usize = 4;

const EPOCHS: usize = 6;
const RATE: f32 = 0.1;
const SHRINKAGE: f32 = 1e-5;

/// Numbers that are the same on every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % bound.max(1)
    }

    fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    fn one<'a>(&mut self, list: &'a [String]) -> &'a str {
        if list.is_empty() { "" } else { &list[self.below(list.len())] }
    }
}

/// A gap: its features, and whether a keyword ends there.
type Example = (Vec<u16>, bool);

/// What keywords are made of.
#[derive(Default)]
struct Stock {
    people: Vec<String>,
    organisations: Vec<String>,
    places: Vec<String>,
    countries: Vec<String>,
    subjects: Vec<String>,
    titles: Vec<String>,
    /// Feminine and masculine adjectives of nationality, without the article.
    feminine: Vec<String>,
    masculine: Vec<String>,
}

impl Stock {
    fn of(lexicon: &Lexicon) -> Self {
        let mut stock = Self::default();
        let [entities, ..] = lexicon.sizes();
        for number in 0..u32::try_from(entities).unwrap() {
            let Some(name) = lexicon.name_in(number, "ar") else { continue };
            let list = match lexicon.entity(number).kind {
                EntityKind::Person => &mut stock.people,
                EntityKind::Organisation => &mut stock.organisations,
                EntityKind::Place if lexicon.id(number).starts_with("iso3166:") => &mut stock.countries,
                EntityKind::Place => &mut stock.places,
                _ => continue,
            };
            list.push(name.to_owned());
        }
        let rows = |file: &str| {
            let path = format!("{}/config/lexicon/{file}", env!("CARGO_MANIFEST_DIR"));
            let text = fs::read_to_string(path).unwrap();
            let rows = text.lines().filter(|line| !line.starts_with('#'));
            rows.map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        for row in rows("subjects.tsv").iter().filter(|row| row.len() > 3 && row[1] == "ar") {
            let words: Vec<&str> = row[3].split(' ').collect();
            let is_phrase = (1..=3).contains(&words.len()) && !row[3].starts_with('ي');
            if is_phrase && !is_within(words[0]) && !is_within(words[words.len() - 1]) {
                stock.subjects.push(row[3].clone());
            }
        }
        for row in rows("titles.tsv")
            .iter()
            .filter(|row| row.len() > 2 && row[0] == "person_title" && row[1] == "ar")
        {
            if row[2].split(' ').count() <= 3 {
                stock.titles.push(row[2].clone());
            }
        }
        for row in rows("nationalities.tsv").iter().filter(|row| row.len() > 2 && row[1] == "ar") {
            for form in row[2].split('|').filter(|form| !form.contains(' ')) {
                if form.ends_with("ية") {
                    stock.feminine.push(form.to_owned());
                } else if form.ends_with('ي') {
                    stock.masculine.push(form.to_owned());
                }
            }
        }
        stock
    }
}

/// What an article's text offers.
#[derive(Default)]
struct Offer {
    places: Vec<String>,
    names: Vec<String>,
    phrases: Vec<String>,
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
        offer.find_phrases(text, matches);
        offer
    }

    /// Two or three words that stand together again and go together by their grammar.
    fn find_phrases(&mut self, text: &Text, matches: &Matches) {
        let tokens = text.tokens();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for first in 0..tokens.len() {
            for count in 2..=3 {
                let Some(words) = tokens.get(first..first + count) else { break };
                if words[1..].iter().any(|token| token.gap != gap::SPACE)
                    || !goes_together(text, matches, first, count)
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

/// A word that neither begins nor ends a keyword.
fn is_within(word: &str) -> bool {
    Lexicon::compiled_in().roles.of(word, hash(word)) & role::WITHIN_KEYWORD != 0
}

fn goes_together(text: &Text, matches: &Matches, first: usize, count: usize) -> bool {
    let word = |index: usize| {
        let token = &text.tokens()[index];
        let folded = text.folded(token);
        let is_plain = token.is(shape::ARABIC) && folded.len() > 4 && !is_within(folded);
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

/// One keyword; the second says that the lexicons are to know nothing of it.
fn keyword(chance: &mut Chance, stock: &Stock, offer: &Offer, before: &[String]) -> String {
    let country = |chance: &mut Chance| {
        let own = !offer.places.is_empty() && chance.percent(50);
        chance.one(if own { &offer.places } else { &stock.countries }).to_owned()
    };
    let phrase = |chance: &mut Chance| {
        let own = !offer.phrases.is_empty() && chance.percent(55);
        chance.one(if own { &offer.phrases } else { &stock.subjects }).to_owned()
    };
    let adjective = |chance: &mut Chance, noun: &str| {
        let list =
            if noun.ends_with('ة') || noun.ends_with("ات") { &stock.feminine } else { &stock.masculine };
        let article =
            if noun.rsplit(' ').next().is_some_and(|last| last.starts_with("ال")) { "ال" } else { "" };
        format!("{article}{}", chance.one(list))
    };
    match chance.below(100) {
        0..20 if !offer.names.is_empty() => chance.one(&offer.names).to_owned(),
        0..33 => phrase(chance),
        33..41 => chance.one(&stock.people).to_owned(),
        41..44 => chance.one(&stock.people).rsplit(' ').next().unwrap_or_default().to_owned(),
        44..52 => chance.one(&stock.organisations).to_owned(),
        52..60 => country(chance),
        60..63 => chance.one(&stock.places).to_owned(),
        63..74 => {
            const BETWEEN: [&str; 8] = ["في", "في", "في", "على", "إلى", "مع", "بين", "ضد"];
            format!("{} {} {}", phrase(chance), BETWEEN[chance.below(BETWEEN.len())], country(chance))
        }
        74..77 => format!("{} و{}", country(chance), country(chance)),
        77..86 => {
            let noun = phrase(chance);
            let own = adjective(chance, &noun);
            let other =
                if chance.percent(25) { format!(" {}", adjective(chance, &noun)) } else { String::new() };
            format!("{noun} {own}{other}")
        }
        86..89 => {
            let noun = chance
                .one(&stock.subjects)
                .split(' ')
                .next()
                .unwrap_or_default()
                .trim_start_matches("ال")
                .to_owned();
            let owner = if chance.percent(40) {
                chance.one(&stock.people).rsplit(' ').next().unwrap_or_default().to_owned()
            } else {
                country(chance)
            };
            format!("{noun} {owner}")
        }
        89..91 => format!("{} {}", phrase(chance), 2010 + chance.below(20)),
        91..93 => format!("{} ل{}", phrase(chance), country(chance).trim_start_matches("ال")),
        93..96 => format!("{} {}", chance.one(&stock.titles), chance.one(&stock.people)),
        _ if !before.is_empty() => before[chance.below(before.len())].clone(),
        _ => phrase(chance),
    }
}

/// Features of the gaps of a line that these keywords make up.
fn examples(
    keywords: &[String],
    hidden_share: usize,
    chance: &mut Chance,
    article: super::Article,
) -> Vec<Example> {
    let line = keywords.join(" ");
    let text = Text::of(&line);
    let mut ends = Vec::new();
    let mut hidden = Vec::new();
    for keyword in keywords {
        let own = Text::of(keyword);
        let is_hidden = chance.percent(hidden_share) && own.tokens().len() > 1;
        hidden.extend(own.tokens().iter().map(|_| is_hidden));
        ends.push(hidden.len());
    }
    if text.tokens().len() != hidden.len() {
        return Vec::new();
    }
    let matches = matching::matches(&text, article.lexicon, true);
    let standing = Standing::of(&text, &matches, article.text, article.matches);
    let gaps = Gaps::new(&text, &matches, article.lexicon, &standing, &hidden);
    let mut found = Vec::new();
    for index in 0..hidden.len().saturating_sub(1) {
        if text.tokens()[index + 1].gap != gap::SPACE {
            continue;
        }
        let mut features = Vec::new();
        gaps.features(index, |feature| features.push(u16::try_from(feature).unwrap()));
        found.push((features, ends.contains(&(index + 1))));
    }
    found
}

fn lines(variable: &str) -> Vec<serde_json::Value> {
    let path = std::env::var(variable).unwrap_or_else(|_| panic!("{variable} names no file"));
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn made_up(lexicon: &Lexicon, chance: &mut Chance) -> Vec<Example> {
    let stock = Stock::of(lexicon);
    let mut all = Vec::new();
    for line in lines("KHABAR_SANAD").iter().take(ARTICLES) {
        let text = Text::of(line["text"].as_str().unwrap());
        let matches = matching::matches(&text, lexicon, true);
        let offer = Offer::of(&text, &matches, lexicon);
        let mut keywords: Vec<String> = Vec::new();
        for _ in 0..=chance.below(3) {
            let own = !offer.places.is_empty() && chance.percent(70);
            keywords.push(chance.one(if own { &offer.places } else { &stock.countries }).to_owned());
        }
        for _ in 0..2 + chance.below(8) {
            let next = keyword(chance, &stock, &offer, &keywords);
            if chance.percent(5) {
                keywords.push(next.clone());
            }
            keywords.push(next);
        }
        keywords.retain(|keyword| !keyword.is_empty());
        all.extend(examples(
            &keywords,
            45,
            chance,
            super::Article { text: &text, matches: &matches, lexicon },
        ));
    }
    all
}

fn labelled(lexicon: &Lexicon, chance: &mut Chance) -> Vec<Example> {
    let mut all = Vec::new();
    for labelled in labelled::all().iter().filter(|labelled| labelled.name.starts_with("ar_")) {
        let source = format!(
            "{}\n\n{}",
            labelled.article.headline.clone().unwrap_or_default(),
            labelled.article.body()
        );
        let text = Text::of(&source);
        let matches = matching::matches(&text, lexicon, true);
        let article = super::Article { text: &text, matches: &matches, lexicon };
        for _ in 0..LABELLED_TIMES {
            let mut keywords = labelled.keywords.clone();
            for _ in 0..chance.below(6) {
                let at = chance.below(keywords.len() + 1);
                keywords.insert(at, chance.one(&labelled.mentions).to_owned());
            }
            all.extend(examples(&keywords, 20, chance, article));
        }
    }
    all
}

fn learn(examples: &mut [Example], chance: &mut Chance) -> Vec<f32> {
    let mut weights = vec![0.0_f32; FEATURES];
    let mut squares = vec![1e-6_f32; FEATURES];
    for _ in 0..EPOCHS {
        for index in (1..examples.len()).rev() {
            examples.swap(index, chance.below(index + 1));
        }
        for (features, ends) in examples.iter() {
            let sum: f32 = features.iter().map(|feature| weights[usize::from(*feature)]).sum();
            let error = 1.0 / (1.0 + (-sum.clamp(-30.0, 30.0)).exp()) - f32::from(u8::from(*ends));
            for feature in features {
                let feature = usize::from(*feature);
                let slope = error + SHRINKAGE * weights[feature];
                squares[feature] += slope * slope;
                weights[feature] -= RATE * slope / squares[feature].sqrt();
            }
        }
    }
    weights
}

#[test]
#[ignore = "needs texts to learn from"]
fn weights() {
    let lexicon = Lexicon::compiled_in();
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut examples = made_up(&lexicon, &mut chance);
    let made_up = examples.len();
    examples.extend(labelled(&lexicon, &mut chance));
    println!("{made_up} gaps of lines that were made up, {} of articles", examples.len() - made_up);
    let weights = learn(&mut examples, &mut chance);
    let whole: Vec<i16> = weights
        .iter()
        .map(|weight| {
            #[allow(clippy::cast_possible_truncation)]
            let rounded = (weight * 100.0).round() as i16;
            rounded
        })
        .collect();
    measure(&whole);
    let mut rows = String::new();
    for row in whole.chunks(16) {
        let row: Vec<String> = row.iter().map(ToString::to_string).collect();
        writeln!(rows, "    {},", row.join(", ")).unwrap();
    }
    let path = format!("{}/src/tag/keyword_line/weights.rs", env!("CARGO_MANIFEST_DIR"));
    let file = fs::read_to_string(&path).unwrap();
    let (head, _) = file.split_once("[i16; FEATURES] = ").unwrap();
    fs::write(path, format!("{head}[i16; FEATURES] = [\n{rows}];\n")).unwrap();
}

#[test]
#[ignore = "needs articles to measure with"]
fn measured() {
    measure(&WEIGHTS);
}

/// Prints span F1 and exact lines by threshold.
fn measure(weights: &[i16]) {
    let lexicon = Lexicon::compiled_in();
    let Ok(_) = std::env::var("KHABAR_KEYWORDS") else { return };
    let thresholds = [THRESHOLD, -100, -50, 0, 50, 100, 150, 200];
    let mut sums = [[0_usize; 4]; 8];
    let all = lines("KHABAR_KEYWORDS");
    for line in &all {
        let field = |key: &str| line[key].as_str().unwrap_or_default();
        let source = format!("{}\n\n{}", field("title"), field("text"));
        let text = Text::of(&source);
        let matches = matching::matches(&text, &lexicon, true);
        let keywords = line["keywords"].as_array().unwrap().iter();
        let keywords: Vec<String> = keywords.map(|keyword| keyword.as_str().unwrap().to_owned()).collect();
        let joined = keywords.join(" ");
        let own = Text::of(&joined);
        let own_matches = matching::matches(&own, &lexicon, true);
        let standing = Standing::of(&own, &own_matches, &text, &matches);
        let gaps = Gaps::new(&own, &own_matches, &lexicon, &standing, &[]);
        let mut expected = Vec::new();
        let mut next = 0;
        for keyword in &keywords {
            let first = next;
            next += Text::of(keyword).tokens().len();
            if next > first {
                expected.push((first, next));
            }
        }
        for (threshold, sums) in thresholds.iter().zip(&mut sums) {
            let mut found = Vec::new();
            let mut first = 0;
            for index in 1..=own.tokens().len() {
                let ends = index == own.tokens().len()
                    || match own.tokens()[index].gap {
                        gap::JOIN => false,
                        gap::SPACE => {
                            let mut sum = 0;
                            gaps.features(index - 1, |feature| sum += i32::from(weights[feature]));
                            sum > *threshold
                        }
                        _ => true,
                    };
                if ends {
                    found.push((first, index));
                    first = index;
                }
            }
            sums[0] += found.iter().filter(|span| expected.contains(span)).count();
            sums[1] += found.len();
            sums[2] += expected.len();
            sums[3] += usize::from(found == expected);
        }
    }
    for (threshold, [right, found, expected, exact]) in thresholds.iter().zip(sums) {
        let f1 = 2000 * right / (found + expected);
        println!("above {threshold}: F1 0.{f1:03}, exact 0.{:03} of {}", 1000 * exact / all.len(), all.len());
    }
}
