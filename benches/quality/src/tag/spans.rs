//! Mentions that were found, beside those that are labelled: exact spans, by characters of the body.

use std::collections::BTreeMap;

use khabar::article::EntityKind;

use crate::table::{Line, Target};

/// A labelled mention.
#[derive(Debug, Clone)]
pub struct Gold {
    pub kind: EntityKind,
    /// Where it may begin: the label's own start first, then behind clitics that the label left inside.
    pub starts: Vec<usize>,
    /// Where the name itself begins, if the label tells it.
    pub name: Option<usize>,
    pub end: usize,
    pub surface: String,
}

/// Mentions of one article and kind.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub right: u32,
    pub found: u32,
    pub gold: u32,
}

/// What one article gave.
#[derive(Debug, Default)]
pub struct Scored {
    /// By the place of the kind among those asked for.
    pub counts: Vec<Counts>,
    /// For each right mention (kind, end, and the word that it begins in): it begins at the name.
    pub clean: Vec<bool>,
    /// How it went wrong: a word for it and the surfaces.
    pub errors: Vec<String>,
    /// Right and all that each rule found.
    pub rules: BTreeMap<&'static str, (u32, u32)>,
}

/// A found mention: kind, first character, the one behind the last, surface, rule.
pub type Found<'a> = (EntityKind, usize, usize, &'a str, &'static str);

/// Compares the mentions of one body; kinds beside `kinds` do not count.
pub fn score(body: &str, kinds: &[EntityKind], gold: &[Gold], found: &[Found<'_>]) -> Scored {
    let word_starts = word_starts(body);
    let word_of = |place: usize| word_starts.get(place).copied().unwrap_or(place);
    let mut scored = Scored { counts: vec![Counts::default(); kinds.len()], ..Scored::default() };
    let mut is_found = vec![false; gold.len()];
    for gold in gold {
        if let Some(place) = kinds.iter().position(|kind| *kind == gold.kind) {
            scored.counts[place].gold += 1;
        }
    }
    for (kind, start, end, surface, rule) in found.iter().copied() {
        let Some(place) = kinds.iter().position(|own| *own == kind) else { continue };
        scored.counts[place].found += 1;
        let same = gold.iter().position(|gold| gold.kind == kind && gold.end == end);
        let right = same.filter(|same| gold[*same].starts.contains(&start) && !is_found[*same]);
        let counted = scored.rules.entry(rule).or_default();
        counted.1 += 1;
        if let Some(right) = right {
            counted.0 += 1;
            scored.counts[place].right += 1;
            is_found[right] = true;
        } else {
            let touched = gold.iter().find(|gold| gold.starts[0] < end && start < gold.end);
            scored.errors.push(touched.map_or_else(
                || format!("spurious {} by {rule}: {surface}", kind.name()),
                |gold| {
                    format!("{} {surface} by {rule} for {} {}", kind.name(), gold.kind.name(), gold.surface)
                },
            ));
        }
        if let Some(name) = same.and_then(|same| gold[same].name)
            && word_of(start) == word_of(name)
        {
            scored.clean.push(start == name);
        }
    }
    for (gold, _) in
        gold.iter().zip(&is_found).filter(|(gold, is_found)| !**is_found && kinds.contains(&gold.kind))
    {
        if !found.iter().any(|(_, start, end, ..)| gold.starts[0] < *end && *start < gold.end) {
            scored.errors.push(format!("missed {}: {}", gold.kind.name(), gold.surface));
        }
    }
    scored
}

/// For each character: where its word (what stands between blanks) begins.
fn word_starts(body: &str) -> Vec<usize> {
    let mut begun = 0;
    body.chars()
        .enumerate()
        .map(|(place, character)| {
            if character.is_whitespace() {
                begun = place + 1;
            }
            begun
        })
        .collect()
}

fn sum(counts: &[Counts]) -> (f64, f64, f64) {
    counts.iter().fold((0.0, 0.0, 0.0), |(right, found, gold), counts| {
        (right + f64::from(counts.right), found + f64::from(counts.found), gold + f64::from(counts.gold))
    })
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

pub fn f1(counts: &[Counts]) -> f64 {
    let (right, found, gold) = sum(counts);
    ratio(2.0 * right, found + gold)
}

/// One line: F1 over all articles, with precision and recall beside it.
pub fn line(name: impl Into<String>, counts: &[Counts], target: Target) -> Line {
    let (right, found, gold) = sum(counts);
    let note =
        format!("precision {:.3}, recall {:.3}, {gold:.0} labelled", ratio(right, found), ratio(right, gold));
    Line::measured(name, counts, target, f1).with_note(note)
}

/// Lines for all kinds together and for each; `articles` hold counts by kind.
pub fn lines(name: &str, kinds: &[EntityKind], articles: &[Vec<Counts>], target: Target) -> Vec<Line> {
    let all: Vec<Counts> = articles
        .iter()
        .map(|kinds| {
            kinds.iter().fold(Counts::default(), |sum, one| Counts {
                right: sum.right + one.right,
                found: sum.found + one.found,
                gold: sum.gold + one.gold,
            })
        })
        .collect();
    let mut lines = vec![line(format!("{name}, F1"), &all, target)];
    for (place, kind) in kinds.iter().enumerate() {
        let own: Vec<Counts> = articles.iter().map(|counts| counts[place]).collect();
        if own.iter().any(|counts| counts.gold > 0 || counts.found > 0) {
            lines.push(line(format!("  {}", kind.name()), &own, Target::None));
        }
    }
    lines
}

/// How many of each rule's mentions are right.
pub fn rules(scored: &[Scored]) -> Vec<String> {
    let mut sums: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for (rule, (right, found)) in scored.iter().flat_map(|scored| &scored.rules) {
        let sum = sums.entry(rule).or_default();
        *sum = (sum.0 + right, sum.1 + found);
    }
    sums.into_iter().map(|(rule, (right, found))| format!("right by {rule}: {right} of {found}")).collect()
}

/// Errors that recur, the most frequent first.
pub fn frequent(errors: &[String]) -> Vec<String> {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for error in errors {
        *counted.entry(error).or_default() += 1;
    }
    let mut counted: Vec<(usize, &str)> = counted.into_iter().map(|(error, count)| (count, error)).collect();
    counted.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    counted.into_iter().map(|(count, error)| format!("{count} x {error}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gold(starts: &[usize], end: usize) -> Gold {
        Gold {
            kind: EntityKind::Place,
            starts: starts.to_vec(),
            name: starts.last().copied(),
            end,
            surface: String::new(),
        }
    }

    #[test]
    fn a_clitic_in_the_span_is_told_apart() {
        let found = [(EntityKind::Place, 3, 7, "لمصر", "model"), (EntityKind::Place, 9, 13, "تونس", "model")];
        let gold = [gold(&[4], 7), gold(&[8, 9], 13)];
        let scored = score("من لمصر وتونس", &[EntityKind::Place], &gold, &found);
        assert_eq!((scored.counts[0].right, scored.counts[0].found, scored.counts[0].gold), (1, 2, 2));
        assert_eq!(scored.clean, [false, true]);
    }
}
