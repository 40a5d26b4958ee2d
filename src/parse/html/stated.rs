//! The body that a page states in its metadata (JSON-LD's articleBody).
//!
//! Rarely there, often cut or spoilt where it is, and seldom better than the visible text. So it counts only where the
//! page shows much less (a script would fetch the rest), and where it agrees with what is shown.

use super::fallback;
use crate::article::{Flaw, Paragraph, ParagraphRole};
use crate::parse::assemble::{Found, one_line};
use crate::parse::flaws;
use crate::parse::fold::fold;
use crate::parse::text::{first_bytes, lines, word_count};

/// A stated body of fewer words is a summary.
const WORDS_MIN: usize = 40;
/// It must have so many times the letters of the visible text.
const TIMES_LONGER: usize = 2;
/// A longer one is cut here; the limits of all bodies follow.
const BYTES_MAX: usize = 1 << 20;

/// Takes the stated body in place of a visible text that is much shorter and a part of it.
pub(super) fn take_body(body: &str, found: &mut Found) {
    let body = first_bytes(body, BYTES_MAX);
    let texts: Vec<String> = if body.contains("</") || body.contains("&lt;") || body.contains("&#") {
        fallback::lines(body)
    } else {
        lines(body).map(one_line).filter(|line| !line.is_empty()).collect()
    };
    let stated: String = texts.iter().map(|text| fold(text)).collect();
    let shown: Vec<String> = found.paragraphs.iter().map(|paragraph| fold(&paragraph.text)).collect();
    let shown_bytes: usize = shown.iter().map(String::len).sum();
    let agreeing: usize = shown.iter().filter(|text| stated.contains(text.as_str())).map(String::len).sum();
    let is_longer = stated.len() >= TIMES_LONGER * shown_bytes.max(1);
    let agrees = agreeing * 2 >= shown_bytes;
    let is_text = texts.iter().map(|text| word_count(text)).sum::<usize>() >= WORDS_MIN;
    if is_longer && agrees && is_text {
        found.paragraphs =
            texts.into_iter().map(|text| Paragraph { text, role: ParagraphRole::Text }).collect();
        found.flaws.push(Flaw::new(flaws::BODY_FROM_METADATA));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATED: &str = "The council voted on Monday to repair the old bridge before the winter.\n\nResidents of both banks had \
        asked for it since the flood of March, the mayor told reporters.\n\nWork begins in September and is expected to \
        last for two years, according to the engineers of the council.";

    fn taken(shown: &[&str], stated: &str) -> usize {
        let paragraphs = shown
            .iter()
            .map(|text| Paragraph { text: (*text).to_owned(), role: ParagraphRole::Text })
            .collect();
        let mut found = Found { paragraphs, ..Found::default() };
        take_body(stated, &mut found);
        found.paragraphs.len()
    }

    #[test]
    fn a_stated_body_counts_where_the_page_shows_a_part_of_it() {
        assert_eq!(
            taken(&["The council voted on Monday to repair the old bridge before the winter."], STATED),
            3
        );
        assert_eq!(taken(&[], STATED), 3);
        assert_eq!(taken(&[], &format!("<p>{}</p>", STATED.replace("\n\n", "</p><p>"))), 3);
    }

    #[test]
    fn a_visible_text_of_its_own_stays() {
        assert_eq!(taken(&["Another text altogether, that the metadata know nothing of."], STATED), 1);
        assert_eq!(taken(&STATED.split("\n\n").take(2).collect::<Vec<_>>(), STATED), 2);
        assert_eq!(taken(&[], "A summary of few words."), 0);
    }
}
