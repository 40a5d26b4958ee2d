//! Choosing the headline among the places of a page that name it.
//!
//! The places: the h1, og:title, JSON-LD's headline, the title element. og:title and title often carry the site's name
//! behind a bar or dash; it is taken off where the rest is what another place says, or where it is the site's name or
//! that of its host. So is a section's name, known by standing behind different texts.
//!
//! What readers see is the h1; og:title and title are often written for search engines and agree with each other. So
//! an h1 that speaks of the same as one of the others ([`speaks_of`]) is the headline, even where no other place says
//! it word for word; where it has a date or kicker before what two others agree on, that part is. Else the text that
//! most places agree on wins (compared folded), and among equals the order above decides. Where nothing agrees, a single
//! h1 of some words wins over og:title, JSON-LD and title, and the headline counts as unconfirmed.

use std::collections::BTreeSet;

use crate::parse::assemble::Evident;
use crate::parse::fold::{fold, fold_char, is_letter_or_digit, same};
use crate::parse::text::word_count;

/// Marks between a headline and the site's name.
const SEPARATORS: &[&str] = &[" | ", " - ", " – ", " — ", " :: ", " » ", " · ", " • "];
/// Marks between a site's or section's name and a headline, beside those.
const COLONS: &[&str] = &[": ", " : "];
/// Of several h1, so many are looked at.
const H1_MAX: usize = 3;
/// Two texts speak of the same if they share so many words, and so many hundredths of the shorter one's.
const SHARED_WORDS_MIN: usize = 2;
const SHARED_PERCENT_MIN: usize = 25;
/// Shorter words say nothing of what a text is about: in Latin letters, and in others.
const LATIN_WORD_CHARS_MIN: usize = 4;
const WORD_CHARS_MIN: usize = 3;
/// A shorter name of a host's owner is found in words by accident.
const HOST_NAME_BYTES_MIN: usize = 4;
/// Behind a bar stands a site's name, if it is as short as that and leaves so many words.
const SITE_NAME_WORDS_MAX: usize = 3;
const HEADLINE_WORDS_MIN: usize = 3;

/// The texts of the places.
#[derive(Debug, Default)]
pub(super) struct Places<'page> {
    pub h1: &'page [String],
    pub og_title: Option<&'page str>,
    pub json_ld: Option<&'page str>,
    pub title: Option<&'page str>,
    pub site_name: Option<&'page str>,
    /// The host of the page's address.
    pub host: Option<&'page str>,
}

struct Candidate {
    place: &'static str,
    text: String,
    folded: String,
}

/// The headline, and whether two places agree on it, word for word or in what they speak of.
pub(super) fn choose(places: &Places<'_>) -> Option<(Evident, bool)> {
    let candidates = candidates(places);
    let spoken_of = candidates.iter().position(|candidate| {
        candidate.place == "h1"
            && candidates.iter().any(|other| {
                other.place != "h1"
                    && (other.folded == candidate.folded || speaks_of(&candidate.text, &other.text))
            })
            && !is_site_part(&candidate.text, places)
    });
    let spoken_of = spoken_of.map(|index| agreed_part(&candidates, index).unwrap_or(index));
    let most = (0..candidates.len()).map(|index| voices(&candidates, index).len()).max()?;
    let chosen = spoken_of.or_else(|| {
        if most >= 2 {
            return (0..candidates.len()).find(|index| voices(&candidates, *index).len() == most);
        }
        let is_many_h1 = places.h1.len() > 1;
        let is_name = |text: &str| word_count(text) < HEADLINE_WORDS_MIN || is_site_part(text, places);
        let alone = |index: &usize| {
            let candidate = &candidates[*index];
            candidate.place != "h1" || !(is_many_h1 || is_name(&candidate.text))
        };
        (0..candidates.len()).find(alone).or((!candidates.is_empty()).then_some(0))
    })?;
    let evidence = voices(&candidates, chosen).join(", ");
    let value = best_spelling(&candidates, chosen);
    Some((Evident { value, evidence }, most >= 2 || spoken_of.is_some()))
}

fn candidates(places: &Places<'_>) -> Vec<Candidate> {
    let others =
        [("og:title", places.og_title), ("json-ld:headline", places.json_ld), ("title", places.title)];
    let whole: Vec<(&'static str, &str)> =
        others.iter().filter_map(|(place, text)| text.map(|text| (*place, text))).collect();
    let known: Vec<String> =
        places.h1.iter().map(|text| fold(text)).chain(whole.iter().map(|(_, text)| fold(text))).collect();
    let h1 = places.h1.iter().take(H1_MAX);
    let sections = sections(h1.clone().map(String::as_str).chain(whole.iter().map(|(_, text)| *text)));
    let h1 = h1.map(|text| ("h1", without_section(text, &sections).to_owned()));
    let others = whole
        .iter()
        .map(|(place, text)| (*place, without_site(without_section(text, &sections), &known, places)));
    h1.chain(others)
        .filter(|(_, text)| !is_site(text, places.site_name))
        .map(|(place, text)| Candidate { place, folded: fold(&text), text })
        .collect()
}

/// The text that several other places agree on, where this one has more before it: a date, a kicker.
fn agreed_part(candidates: &[Candidate], index: usize) -> Option<usize> {
    let whole = &candidates[index].folded;
    (0..candidates.len()).find(|other| {
        let part = &candidates[*other];
        part.folded != *whole
            && whole.ends_with(part.folded.as_str())
            && word_count(&part.text) >= HEADLINE_WORDS_MIN
            && voices(candidates, *other).len() >= 2
    })
}

/// What stands behind a mark and after different texts in several places: the name of a section.
fn sections<'page>(texts: impl Iterator<Item = &'page str>) -> Vec<String> {
    let mut tails: Vec<(String, String)> = Vec::new();
    let mut sections = Vec::new();
    for text in texts {
        for separator in SEPARATORS {
            let Some((head, tail)) = text.rsplit_once(separator) else { continue };
            if word_count(tail) > SITE_NAME_WORDS_MAX || word_count(head) < HEADLINE_WORDS_MIN {
                continue;
            }
            let (head, tail) = (fold(head), fold(tail));
            if tails.iter().any(|(other, known)| *known == tail && *other != head) {
                sections.push(tail.clone());
            }
            tails.push((head, tail));
        }
    }
    sections
}

fn without_section<'text>(text: &'text str, sections: &[String]) -> &'text str {
    let heads = SEPARATORS.iter().filter_map(|separator| text.rsplit_once(separator));
    let mut named = heads.filter(|(_, tail)| sections.contains(&fold(tail)));
    named.next().map_or(text, |(head, _)| head.trim())
}

/// The places that say what a candidate says; several h1 with one text are one voice.
fn voices(candidates: &[Candidate], index: usize) -> Vec<&'static str> {
    let mut voices = Vec::new();
    for candidate in candidates {
        if candidate.folded == candidates[index].folded && !voices.contains(&candidate.place) {
            voices.push(candidate.place);
        }
    }
    voices
}

/// The text, or what another place says with the same letters where this one has capitals only.
fn best_spelling(candidates: &[Candidate], chosen: usize) -> String {
    let is_shouted =
        |text: &str| text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase);
    let chosen = &candidates[chosen];
    let spellings = || candidates.iter().filter(|candidate| candidate.folded == chosen.folded);
    let calm = is_shouted(&chosen.text)
        .then(|| spellings().find(|candidate| !is_shouted(&candidate.text)))
        .flatten();
    calm.unwrap_or(chosen).text.clone()
}

/// Whether two texts share enough words to be headlines of one article.
fn speaks_of(left: &str, right: &str) -> bool {
    let (left, right) = (words(left), words(right));
    let shared = left.intersection(&right).count();
    shared >= SHARED_WORDS_MIN && shared * 100 >= left.len().min(right.len()) * SHARED_PERCENT_MIN
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(|character: char| !is_letter_or_digit(character))
        .map(|word| word.chars().filter_map(fold_char).collect::<String>())
        .filter(|word| {
            let chars_min = if word.is_ascii() { LATIN_WORD_CHARS_MIN } else { WORD_CHARS_MIN };
            word.chars().count() >= chars_min || word.chars().all(char::is_numeric)
        })
        .collect()
}

/// Whether the title says this text beside the headline: a site's or section's name.
fn is_site_part(text: &str, places: &Places<'_>) -> bool {
    let folded = fold(text);
    let parts_agree = |title: &str| {
        SEPARATORS.iter().chain(COLONS).any(|separator| {
            title.rsplit_once(separator).is_some_and(|(head, tail)| {
                let is_tail = fold(tail) == folded && word_count(head) >= HEADLINE_WORDS_MIN;
                let is_head = fold(head) == folded
                    && word_count(text) < HEADLINE_WORDS_MIN
                    && word_count(tail) >= HEADLINE_WORDS_MIN;
                is_tail || is_head
            })
        })
    };
    is_of_host(text, places.host) || places.title.is_some_and(parts_agree)
}

fn is_site(text: &str, site_name: Option<&str>) -> bool {
    text.trim().is_empty() || site_name.is_some_and(|site| same(text, site))
}

/// Whether a text is the name that the host bears.
fn is_of_host(text: &str, host: Option<&str>) -> bool {
    let letters = |text: &str| text.chars().filter(|letter| is_letter_or_digit(*letter)).collect::<String>();
    let (name, Some(host)) = (letters(&fold(text)), host) else { return false };
    let host = host.strip_prefix("www.").unwrap_or(host);
    let owner = letters(host.split('.').next().unwrap_or(host));
    let host = letters(host);
    name.len() >= HOST_NAME_BYTES_MIN
        && (host.contains(&name) || (owner.len() >= HOST_NAME_BYTES_MIN && name.contains(&owner)))
}

/// The text without the site's name at its end or beginning.
fn without_site(text: &str, known: &[String], places: &Places<'_>) -> String {
    let is_site = |part: &str| {
        places.site_name.is_some_and(|site| same(part, site))
            || (word_count(part) <= SITE_NAME_WORDS_MAX && is_of_host(part, places.host))
    };
    for separator in SEPARATORS {
        for (head, tail) in [text.rsplit_once(separator), text.split_once(separator)].into_iter().flatten() {
            if known.contains(&fold(head)) || is_site(tail) {
                return head.trim().to_owned();
            }
            if known.contains(&fold(tail)) || is_site(head) {
                return tail.trim().to_owned();
            }
        }
    }
    text.trim_end_matches(|character: char| character.is_whitespace() || "⋆★|·•»–—".contains(character))
        .trim_start()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(h1: &[&str], og_title: &str, title: &str, host: &str) -> String {
        let h1: Vec<String> = h1.iter().map(|text| (*text).to_owned()).collect();
        let og_title = Some(og_title).filter(|text| !text.is_empty());
        let places = Places { h1: &h1, og_title, title: Some(title), host: Some(host), ..Places::default() };
        choose(&places).map(|(headline, _)| headline.value).unwrap_or_default()
    }

    #[test]
    fn the_h1_wins_where_it_speaks_of_the_same() {
        let title = "Port strike enters second week: what we know";
        assert_eq!(
            chosen(&["Dockers hold out as port strike drags on"], title, title, "example.com"),
            "Dockers hold out as port strike drags on"
        );
        assert_eq!(chosen(&["Our promise to readers"], title, title, "example.com"), title);
        let arabic = "وزير المالية يعلن خفض أسعار الفائدة | صحيفة المثال";
        assert_eq!(
            chosen(&["المالية تعلن خفض أسعار الفائدة ابتداء من اليوم"], arabic, arabic, "almithal.example"),
            "المالية تعلن خفض أسعار الفائدة ابتداء من اليوم"
        );
    }

    #[test]
    fn names_of_sites_are_no_headlines() {
        assert_eq!(
            chosen(&["Lessons"], "", "Lessons: How we lost the harvest", "example.com"),
            "Lessons: How we lost the harvest"
        );
        assert_eq!(
            chosen(
                &[],
                "Harvest fails again in the north | Daily Grain",
                "Harvest fails again in the north | Daily Grain",
                "www.dailygrain.example"
            ),
            "Harvest fails again in the north"
        );
        assert_eq!(
            chosen(
                &["The Daily Grain", "Harvest fails again"],
                "Harvest fails again",
                "Harvest fails again - The Daily Grain",
                "dailygrain.example"
            ),
            "Harvest fails again"
        );
    }

    #[test]
    fn what_stands_beside_the_headline_in_its_own_place_is_taken_off() {
        let title = "Harvest fails again in the north";
        assert_eq!(
            chosen(&["Dec 18 2024 Harvest fails again in the north"], title, title, "example.com"),
            title
        );
        let arabic = "انهيار محصول القمح في الشمال";
        assert_eq!(chosen(&["عاجل: انهيار محصول القمح في الشمال"], arabic, arabic, "example.com"), arabic);
        assert_eq!(
            chosen(
                &["Harvest fails again in the north | Opinion"],
                "Harvest fails again in the north | Opinion",
                "Why wheat runs out in the north | Opinion",
                "example.com"
            ),
            title
        );
    }

    #[test]
    fn capitals_yield_to_the_usual_spelling() {
        assert_eq!(
            chosen(&["HARVEST FAILS AGAIN"], "Harvest fails again", "x", "example.com"),
            "Harvest fails again"
        );
    }
}
