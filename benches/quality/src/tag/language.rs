//! The language of a body and of a headline alone, on texts of the repository.

use khabar::article::Article;
use khabar::tag::Tagger;

use crate::golden::{self, Case};
use crate::table::{Line, Section, Target};
use crate::tags;

/// Files of texts: language, spelling, text.
const TABLES: [&str; 2] = ["arabic_script.tsv", "arabic_script_held_out.tsv"];

pub fn measure(cases: &[Case], tagger: &Tagger) -> Result<Section, String> {
    let mut section = Section::new("Language, on texts of our own; nothing is stated about them");
    let mut bodies: Vec<(String, Article)> = Vec::new();
    for table in TABLES {
        let path = golden::folder().join(table);
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let rows = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
            let mut cells = line.split('\t');
            Some((cells.next()?.to_owned(), tags::article(None, cells.nth(1))))
        });
        bodies.extend(rows);
    }
    let language = |case: &Case| case.labelled.language.clone();
    bodies.extend(cases.iter().map(|case| (language(case), tags::article(None, case.labelled.paragraphs()))));
    let headlines: Vec<(String, Article)> = cases
        .iter()
        .map(|case| (language(case), tags::article(Some(&case.labelled.headline.text), [])))
        .collect();
    for (name, texts, target) in [("bodies", bodies, 0.995), ("headlines alone", headlines, 0.97)] {
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
        section.lines.push(Line::share(name, &right, Target::AtLeast(target)));
    }
    Ok(section)
}
