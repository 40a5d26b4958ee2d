//! The language of a body and of a headline alone, on texts of the repository. `und` is the right answer to a headline
//! that tells none.

use khabar::article::Article;
use khabar::tag::Tagger;

use crate::golden::{self, Case};
use crate::table::{Line, Section, Target};
use crate::tags;

/// Files of bodies: language, spelling, text.
const ARABIC_SCRIPT: [&str; 2] = ["arabic_script.tsv", "arabic_script_held_out.tsv"];
/// Files of headlines: language, headline.
const HEADLINES: [&str; 2] = ["headlines.tsv", "headlines_held_out.tsv"];

/// Texts and their languages.
type Texts = Vec<(String, Article)>;

pub fn measure(cases: &[Case], tagger: &Tagger) -> Result<Section, String> {
    let body = |text: &str| tags::article(None, [text]);
    let headline = |text: &str| tags::article(Some(text), []);
    let [arabic_script, held_out] = ARABIC_SCRIPT.map(|file| rows(file, body));
    let (arabic_script, held_out) = (arabic_script?, held_out?);
    let [headlines, headlines_held_out] = HEADLINES.map(|file| rows(file, headline));
    let language = |case: &Case| case.labelled.language.clone();
    let of_cases = cases.iter().map(|case| (language(case), tags::article(None, case.labelled.paragraphs())));
    let bodies: Texts = arabic_script.into_iter().chain(held_out.iter().cloned()).chain(of_cases).collect();
    let of_cases = cases.iter().map(|case| (language(case), headline(&case.labelled.headline.text)));
    let mut section = Section::new("Language, on texts of our own; nothing is stated about them");
    for (name, texts, target) in [
        ("bodies", bodies, Target::AtLeast(0.995)),
        ("of these in Arabic letters, held out", held_out, Target::AtLeast(0.995)),
        ("headlines alone, of labelled articles", of_cases.collect(), Target::AtLeast(0.97)),
        ("headlines alone, the rules' own", headlines?, Target::None),
        ("headlines alone, held out", headlines_held_out?, Target::AtLeast(0.97)),
    ] {
        let (mut right, mut worst) = (Vec::new(), Vec::new());
        for (expected, article) in texts {
            let found = tagger.tag(&article).language;
            right.push(found.split('-').next() == Some(expected.as_str()));
            if right.last() == Some(&false) {
                let text = article.headline.clone().unwrap_or_else(|| article.body());
                worst.push(format!("{found} for {expected}: {}", text.chars().take(80).collect::<String>()));
            }
        }
        section.worst.push(worst);
        section.lines.push(Line::share(name, &right, target));
    }
    Ok(section)
}

/// The rows of one file: the language first, the text last.
fn rows(file: &str, article: impl Fn(&str) -> Article) -> Result<Texts, String> {
    let path = golden::folder().join(file);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let rows = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (language, rest) = line.split_once('\t')?;
        Some((language.to_owned(), article(rest.rsplit('\t').next()?)))
    });
    Ok(rows.collect())
}
