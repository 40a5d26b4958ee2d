//! Adjectives of countries with their inflections, as rows of `nationalities.tsv`.

use std::fmt::Write as _;

use crate::error::Error;
use crate::fold::fold;
use crate::table;

const NATIONALITIES: &str = include_str!("../nationalities.tsv");
/// What takes the place of the final ي in each word of an adjective, less the ي itself.
const ENDINGS: [&str; 8] = ["ي", "ية", "يون", "يين", "يان", "يتان", "يتين", "يات"];

/// All rows: two for each country, Arabic and English.
pub fn rows() -> Result<String, Error> {
    let mut rows = String::new();
    for line in table::lines("nationalities.tsv", NATIONALITIES, 2, 3)? {
        let mut arabic: Vec<String> = Vec::new();
        for form in line.parts(1) {
            if let Some(literal) = form.strip_prefix('=') {
                add(&mut arabic, literal.to_owned());
            } else {
                let bare = form.strip_prefix('-');
                let inflected = inflect(bare.unwrap_or(form));
                if inflected.is_empty() {
                    return Err(line.error(format!("{form} does not end in ي")));
                }
                for one in inflected.into_iter().filter(|one| bare != Some(one.as_str())) {
                    add(&mut arabic, one);
                }
            }
        }
        let mut english: Vec<String> = Vec::new();
        for form in line.parts(2) {
            let singular = form.trim_end_matches('+');
            add(&mut english, singular.to_owned());
            if form.ends_with('+') {
                add(&mut english, format!("{singular}s"));
            }
        }
        for (language, forms) in [("ar", arabic), ("en", english)] {
            if !forms.is_empty() {
                // Writing to a string can't fail.
                let _ = writeln!(rows, "{}\t{language}\t{}", line.column(0), forms.join("|"));
            }
        }
    }
    Ok(rows)
}

/// `form` in both genders and all numbers. In one of several words, those that end in ي are inflected together, and the
/// later ones have a form with the article, as in الكورية الشمالية.
fn inflect(form: &str) -> Vec<String> {
    if !form.ends_with('ي') {
        return Vec::new();
    }
    let words: Vec<&str> = form.split(' ').collect();
    let mut inflected = Vec::new();
    for ending in ENDINGS {
        let changed: Vec<String> = words
            .iter()
            .map(|word| match word.strip_suffix('ي') {
                Some(stem) => format!("{stem}{ending}"),
                None => (*word).to_owned(),
            })
            .collect();
        inflected.push(changed.join(" "));
        if words.len() > 1 && words.iter().all(|word| word.ends_with('ي')) {
            inflected.push(changed.join(" ال"));
        }
    }
    inflected
}

fn add(forms: &mut Vec<String>, form: String) {
    if !forms.iter().any(|known| fold(known) == fold(&form)) {
        forms.push(form);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjectives_are_inflected() {
        assert_eq!(
            inflect("روسي"),
            ["روسي", "روسية", "روسيون", "روسيين", "روسيان", "روسيتان", "روسيتين", "روسيات"]
        );
        assert!(inflect("كوري شمالي").contains(&"كورية الشمالية".to_owned()));
        assert!(inflect("جنوب أفريقي").contains(&"جنوب أفريقية".to_owned()));
    }

    #[test]
    fn a_country_s_own_name_is_no_adjective() {
        let rows = rows().expect("the table");
        let haiti = rows.lines().find(|row| row.starts_with("HT\tar\t")).expect("a row");
        assert!(haiti.split(['\t', '|']).all(|form| form != "هايتي"), "{haiti}");
        assert!(haiti.contains("هايتية"), "{haiti}");
    }
}
