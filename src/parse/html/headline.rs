//! Choosing the headline among the places of a page that name it.
//!
//! The places: the h1, og:title, JSON-LD's headline, the title element. og:title and title often carry the site's name
//! behind a bar or dash; it is taken off where the rest is what another place says, or where it is the site's name.
//! The text that most places agree on wins (compared folded); among equals the order above decides. Where no two
//! agree, a single h1 wins over og:title, JSON-LD and title, and the headline counts as unconfirmed.

use crate::parse::assemble::Evident;
use crate::parse::fold::{fold, same};

/// Marks between a headline and the site's name.
const SEPARATORS: &[&str] = &[" | ", " - ", " – ", " — ", " :: ", " » ", " · ", " • "];

/// The texts of the places.
#[derive(Debug, Default)]
pub(super) struct Places<'page> {
    pub h1: &'page [String],
    pub og_title: Option<&'page str>,
    pub json_ld: Option<&'page str>,
    pub title: Option<&'page str>,
    pub site_name: Option<&'page str>,
}

/// The headline, and whether two places agree on it.
pub(super) fn choose(places: &Places<'_>) -> Option<(Evident, bool)> {
    let mut candidates: Vec<(&'static str, String)> = Vec::new();
    candidates.extend(places.h1.iter().take(3).map(|text| ("h1", text.clone())));
    let others =
        [("og:title", places.og_title), ("json-ld:headline", places.json_ld), ("title", places.title)];
    let whole: Vec<(&'static str, &str)> =
        others.iter().filter_map(|(place, text)| text.map(|text| (*place, text))).collect();
    let known: Vec<String> = candidates
        .iter()
        .map(|(_, text)| fold(text))
        .chain(whole.iter().map(|(_, text)| fold(text)))
        .collect();
    for (place, text) in whole {
        candidates.push((place, without_site(text, &known, places.site_name)));
    }
    candidates.retain(|(_, text)| !is_site(text, places.site_name));
    let folded: Vec<String> = candidates.iter().map(|(_, text)| fold(text)).collect();
    let votes = |index: usize| {
        // Several h1 with one text are one voice.
        let mut voices: Vec<&str> = Vec::new();
        for (other, (place, _)) in candidates.iter().enumerate() {
            if folded[other] == folded[index] && !voices.contains(place) {
                voices.push(place);
            }
        }
        voices
    };
    let most = (0..candidates.len()).map(|index| votes(index).len()).max()?;
    // The first of the most: the order of the places decides.
    let chosen = if most >= 2 {
        (0..candidates.len()).find(|index| votes(*index).len() == most)?
    } else {
        let is_many_h1 = places.h1.len() > 1;
        (0..candidates.len()).find(|index| !(is_many_h1 && candidates[*index].0 == "h1")).unwrap_or(0)
    };
    let evidence = votes(chosen).join(", ");
    Some((Evident { value: candidates[chosen].1.clone(), evidence }, most >= 2))
}

fn is_site(text: &str, site_name: Option<&str>) -> bool {
    text.trim().is_empty() || site_name.is_some_and(|site| same(text, site))
}

/// The text without the site's name at its end or beginning.
fn without_site(text: &str, known: &[String], site_name: Option<&str>) -> String {
    for separator in SEPARATORS {
        for (head, tail) in [text.rsplit_once(separator), text.split_once(separator)].into_iter().flatten() {
            let (folded_head, folded_tail) = (fold(head), fold(tail));
            if known.contains(&folded_head) || site_name.is_some_and(|site| same(tail, site)) {
                return head.trim().to_owned();
            }
            if known.contains(&folded_tail) || site_name.is_some_and(|site| same(head, site)) {
                return tail.trim().to_owned();
            }
        }
    }
    text.to_owned()
}
