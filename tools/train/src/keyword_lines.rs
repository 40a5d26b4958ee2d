//! The weights that divide a page's keyword line: learned from lines that are made up of names of the lexicons, phrases
//! about subjects and noun phrases of news texts, and from the articles labelled by hand.
//!
//! No newsroom's keywords are among them. A linear model of the gaps between words, by stochastic gradient descent on the
//! logistic loss with a rate for each weight (AdaGrad; Duchi and others, JMLR 2011).

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use khabar::article::EntityKind;
use khabar::tag::learning::{Example, KeywordArticle, KeywordLines, Offer};

use crate::marked;

/// Articles that lines are made for.
const ARTICLES: usize = 6_000;
/// How often the labelled articles count beside those.
const LABELLED_TIMES: usize = 4;
/// Of a hundred keywords so many are ones that the lexicons are to know nothing of.
const HIDDEN_SHARE: usize = 45;
const LABELLED_HIDDEN_SHARE: usize = 20;

const EPOCHS: usize = 6;
const RATE: f32 = 0.1;
const SHRINKAGE: f32 = 1e-5;
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
/// Weights in a line of the file.
const ROW: usize = 16;
/// What stands in the file before the weights.
const HEAD_END: &str = "[i16; FEATURES] = ";

/// The file of weights with new ones: `file` as it is, `texts` one a line, `lexicons` the folder of the lexicons, `labelled`
/// that of the articles labelled by hand.
pub fn learn(file: &str, texts: &[String], lexicons: &Path, labelled: &Path) -> Result<String, String> {
    let (head, _) = file.split_once(HEAD_END).ok_or("the file has no weights to replace")?;
    let lines = KeywordLines::default();
    let mut chance = Chance(SEED);
    let mut examples = made_up(&lines, texts, lexicons, &mut chance)?;
    let made_up = examples.len();
    examples.extend(of_labelled(&lines, labelled, &mut chance)?);
    println!("{made_up} gaps of lines that were made up, {} of articles", examples.len() - made_up);
    let mut rows = String::new();
    for row in weights(&mut examples, &mut chance).chunks(ROW) {
        let row: Vec<String> =
            row.iter().map(|weight| ((weight * 100.0).round() as i16).to_string()).collect();
        let _ = writeln!(rows, "    {},", row.join(", "));
    }
    Ok(format!("{head}{HEAD_END}[\n{rows}];\n"))
}

fn weights(examples: &mut [Example], chance: &mut Chance) -> Vec<f32> {
    let mut weights = vec![0.0_f32; KeywordLines::FEATURES];
    let mut squares = vec![1e-6_f32; KeywordLines::FEATURES];
    for _ in 0..EPOCHS {
        for index in (1..examples.len()).rev() {
            examples.swap(index, chance.below(index + 1));
        }
        for Example { features, ends } in examples.iter() {
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

fn made_up(
    lines: &KeywordLines,
    texts: &[String],
    lexicons: &Path,
    chance: &mut Chance,
) -> Result<Vec<Example>, String> {
    let stock = Stock::of(lines, lexicons)?;
    let mut all = Vec::new();
    for text in texts.iter().take(ARTICLES) {
        let article = lines.article(text);
        let offer = article.offer();
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
        all.extend(examples(&article, &keywords, HIDDEN_SHARE, chance));
    }
    Ok(all)
}

fn examples(
    article: &KeywordArticle<'_>,
    keywords: &[String],
    hidden_share: usize,
    chance: &mut Chance,
) -> Vec<Example> {
    article.examples(keywords, &mut || chance.percent(hidden_share))
}

/// Keywords of the Arabic articles labelled by hand, mixed with names that the articles mention.
fn of_labelled(lines: &KeywordLines, folder: &Path, chance: &mut Chance) -> Result<Vec<Example>, String> {
    let failed = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let listed = fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    let mut paths: Vec<_> = listed.filter_map(|entry| Some(entry.ok()?.path().join("article.txt"))).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(|error| failed(&path, &error))?;
        let labelled = marked::read(&text).map_err(|error| failed(&path, &error))?;
        if labelled.language != "ar" {
            continue;
        }
        let [headline, body] = [&labelled.headline, &labelled.body];
        let source = format!("{}\n\n{}", headline.text, body.text);
        let article = lines.article(&source);
        let mentions = headline.mentions.iter().chain(&body.mentions);
        let mentions: Vec<String> = mentions.map(|mention| mention.surface.clone()).collect();
        for _ in 0..LABELLED_TIMES {
            let mut keywords = labelled.keywords.clone();
            for _ in 0..chance.below(6) {
                let at = chance.below(keywords.len() + 1);
                keywords.insert(at, chance.one(&mentions).to_owned());
            }
            all.extend(examples(&article, &keywords, LABELLED_HIDDEN_SHARE, chance));
        }
    }
    Ok(all)
}

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
    fn of(lines: &KeywordLines, folder: &Path) -> Result<Self, String> {
        let mut stock = Self::default();
        for (kind, id, name) in lines.names() {
            let list = match kind {
                EntityKind::Person => &mut stock.people,
                EntityKind::Organisation => &mut stock.organisations,
                EntityKind::Place if id.starts_with("iso3166:") => &mut stock.countries,
                EntityKind::Place => &mut stock.places,
                _ => continue,
            };
            list.push(name.to_owned());
        }
        let rows = |file: &str| rows(&folder.join(file));
        for row in rows("subjects.tsv")?.iter().filter(|row| row.len() > 3 && row[1] == "ar") {
            let words: Vec<&str> = row[3].split(' ').collect();
            let is_phrase = (1..=3).contains(&words.len()) && !row[3].starts_with('ي');
            if is_phrase && !lines.is_within(words[0]) && !lines.is_within(words[words.len() - 1]) {
                stock.subjects.push(row[3].clone());
            }
        }
        for row in rows("titles.tsv")?
            .iter()
            .filter(|row| row.len() > 2 && row[0] == "person_title" && row[1] == "ar")
        {
            if row[2].split(' ').count() <= 3 {
                stock.titles.push(row[2].clone());
            }
        }
        for row in rows("nationalities.tsv")?.iter().filter(|row| row.len() > 2 && row[1] == "ar") {
            for form in row[2].split('|').filter(|form| !form.contains(' ')) {
                if form.ends_with("ية") {
                    stock.feminine.push(form.to_owned());
                } else if form.ends_with('ي') {
                    stock.masculine.push(form.to_owned());
                }
            }
        }
        Ok(stock)
    }
}

/// The columns of a lexicon file.
fn rows(path: &Path) -> Result<Vec<Vec<String>>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    Ok(rows.map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

/// Numbers that are the same on every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }

    fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    fn one<'a>(&mut self, list: &'a [String]) -> &'a str {
        if list.is_empty() { "" } else { &list[self.below(list.len())] }
    }
}

/// One keyword.
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

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "قال وزير الخارجية التونسي إن الأمن الغذائي أولوية. وبحث الوزير الأمن الغذائي مع مصر وقطر.";

    fn learned(texts: &[String]) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let file = format!("// Of before.\nconst WEIGHTS: {HEAD_END}[0];\n");
        learn(&file, texts, &root.join("config/lexicon"), &root.join("tests/data/tag")).unwrap()
    }

    #[test]
    fn the_same_texts_give_the_same_weights_and_others_give_others() {
        let [one, other] = [vec![TEXT.to_owned(); 20], vec!["لا شيء هنا.".to_owned(); 20]];
        let file = learned(&one);
        assert_eq!(file, learned(&one));
        assert_ne!(file, learned(&other));
        let (head, weights) = file.split_once(HEAD_END).unwrap();
        assert_eq!(head, "// Of before.\nconst WEIGHTS: ");
        let count = weights
            .split([',', '[', ']', ';', '\n'])
            .filter(|part| part.trim().parse::<i16>().is_ok())
            .count();
        assert_eq!(count, KeywordLines::FEATURES);
    }
}
