//! How sure a value is, by what found it: the share of such values that were right on labelled pages.
//!
//! Owns the numbers and nothing else. What found a value, what else in the content says the same, and which flaws the
//! value has is told by the rooms that found it.
//!
//! [`MEASURED`] holds counts of one half of the pages of the public sets that `benches/quality` reads (wcxb_dev and
//! htmldate, pages and the same pages as plain text), November 2026: of a headline that it is the labelled one, of a date
//! that its day is, of authors that all names are and no other. `QUALITY_CALIBRATION` counts the
//! pages that it is given. A count becomes a confidence by the rule of succession, which takes little for certain that was
//! seen seldom ([`Row::hundredths`]).
//! Places of metadata that agree with each other count as one: one program writes them all, and they were right no more
//! often than one alone.
//!
//! What no label measures gets a number that is stated, not measured ([`unmeasured`]). It is always less than 90: a user
//! who takes what is 90 and more takes what was measured, and what whoever fed the record stated, which is no guess.

use Finder::{Address, Fallback, Feeder, FirstLine, Heading, Label, Line, Page, Script, Shown};
use Support::{Agreed, Alone, Contradicted, Disputed};

use super::flaws;

/// What found a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finder {
    /// Whoever fed the record stated it beside the content.
    Feeder,
    /// The page's metadata and markup: JSON-LD, meta elements, `itemprop`, the title.
    Page,
    /// The page's h1.
    Heading,
    /// The text that readers of a page see, or a `time` element in it.
    Shown,
    /// The page's address.
    Address,
    /// Data of a page's scripts.
    Script,
    /// A label in a dump: `Published:`.
    Label,
    /// The shape and place of a line: the first of a dump, and any other.
    FirstLine,
    Line,
    /// The plain text of what could not be parsed.
    Fallback,
}

/// What the other places of the content that tell a field say of a value. Places of one kind are one place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Support {
    /// There is no other.
    #[default]
    Alone,
    /// One says the same, and none another.
    Agreed,
    /// One says the same, and one another.
    Disputed,
    /// None says the same, and one another.
    Contradicted,
}

impl Support {
    /// Of what others say the same, and another.
    pub const fn of(is_agreed: bool, is_contradicted: bool) -> Self {
        match (is_agreed, is_contradicted) {
            (true, true) => Disputed,
            (true, false) => Agreed,
            (false, true) => Contradicted,
            (false, false) => Alone,
        }
    }
}

/// A way in which values of a field are found, and how many of them were right.
struct Row {
    field: &'static str,
    /// With a flaw: only values that have it.
    flaw: Option<&'static str>,
    finders: &'static [Finder],
    support: &'static [Support],
    right: u16,
    cases: u16,
}

impl Row {
    /// The rule of succession: one right and one wrong value more than were seen.
    fn hundredths(&self) -> u8 {
        let (right, cases) = (u32::from(self.right) + 1, u32::from(self.cases) + 2);
        u8::try_from((right * 100 + cases / 2) / cases).unwrap_or(100)
    }

    fn is_of(&self, field: &str, finder: Finder, way: &Way<'_>) -> bool {
        self.field == field
            && self.finders.contains(&finder)
            && self.support.contains(&way.support)
            && self.flaw.is_none_or(|flaw| way.flaws.contains(&flaw))
    }
}

const ANY: &[Support] = &[Alone, Agreed, Disputed, Contradicted];
/// Whoever else says so.
const BACKED: &[Support] = &[Agreed, Disputed];
/// All that looks for a value in the content.
const READERS: &[Finder] = &[Page, Heading, Shown, Address, Script, Label, FirstLine, Line];

const fn row(
    field: &'static str,
    finders: &'static [Finder],
    support: &'static [Support],
    (right, cases): (u16, u16),
) -> Row {
    Row { field, flaw: None, finders, support, right, cases }
}

/// The same of values with a flaw, whatever found them.
const fn flawed(field: &'static str, flaw: &'static str, (right, cases): (u16, u16)) -> Row {
    Row { field, flaw: Some(flaw), finders: READERS, support: ANY, right, cases }
}

/// The first row that fits counts.
const MEASURED: &[Row] = &[
    flawed("headline", flaws::HEADLINE_UNCONFIRMED, (4, 9)),
    // Backed: og:title or the title says it word for word.
    row("headline", &[Heading], BACKED, (263, 272)),
    row("headline", &[Heading], ANY, (60, 88)),
    row("headline", &[Page], ANY, (21, 23)),
    row("headline", &[FirstLine], ANY, (163, 196)),
    row("headline", &[Line], ANY, (375, 559)),
    flawed("published", flaws::DATE_OF_CHANGE, (47, 70)),
    flawed("published", flaws::DATE_GUESSED, (5, 7)),
    flawed("published", flaws::DATE_DIFFERS, (27, 31)),
    // Metadata without a zone were right less often; with what readers see, which seldom names one, it made no difference.
    Row { flaw: Some(flaws::DATE_ZONE_ASSUMED), ..row("published", &[Page], BACKED, (46, 50)) },
    Row { flaw: Some(flaws::DATE_ZONE_ASSUMED), ..row("published", &[Page], ANY, (5, 10)) },
    row("published", &[Page], BACKED, (322, 324)),
    row("published", &[Page], &[Alone], (56, 63)),
    row("published", &[Page], &[Contradicted], (4, 7)),
    row("published", &[Shown], &[Alone, Agreed], (125, 129)),
    row("published", &[Shown], ANY, (23, 25)),
    row("published", &[Address], ANY, (13, 13)),
    row("published", &[Label], ANY, (69, 73)),
    row("published", &[FirstLine, Line], ANY, (620, 689)),
    row("authors", &[Page], &[Agreed], (127, 131)),
    row("authors", &[Page], &[Disputed], (24, 27)),
    row("authors", &[Page], &[Alone], (14, 17)),
    row("authors", &[Page], &[Contradicted], (10, 16)),
    row("authors", &[Shown], ANY, (56, 69)),
    row("authors", &[Label], ANY, (21, 25)),
    row("authors", &[FirstLine, Line], ANY, (142, 207)),
];

/// What no label measures, in hundredths: a statement or a label says what it means, a shape or a place is a guess.
const fn unmeasured(finder: Finder) -> u8 {
    match finder {
        Feeder => 100,
        Page | Heading | Label | Address => 80,
        Script | Shown | FirstLine | Line => 60,
        Fallback => 40,
    }
}

/// Flaws that no label measures, and the most that a value with one is worth, in hundredths: one that was cut is not
/// whole, one counted back from the fetch time is as good as that, and an assumed zone may be another.
const UNMEASURED_FLAWS: [(&str, &str, u8); 4] = [
    ("headline", flaws::HEADLINE_CUT, 30),
    ("published", flaws::DATE_RELATIVE, 75),
    ("modified", flaws::DATE_RELATIVE, 60),
    ("modified", flaws::DATE_ZONE_ASSUMED, 75),
];

/// The evidence of a date in JSON-LD that can't be read as JSON. Few labelled pages have one, so that no count is of it.
pub(super) const BROKEN_JSON_LD: &str = "json-ld:broken";

/// How a value was found, beside its field and its evidence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'value> {
    /// Of the extraction: `html`, `dump`, `mapped`, `plain`.
    pub method: &'static str,
    pub support: Support,
    /// The codes of the value's flaws; those of other values do no harm.
    pub flaws: &'value [&'static str],
}

/// The confidence in a field's value, 0 to 100. `found` is its evidence: `h1, og:title`, `label:تاريخ النشر`.
pub(super) fn of(field: &str, found: &str, way: &Way<'_>) -> u8 {
    let finder = finder_of(found, way.method);
    let way =
        Way { support: if field == "headline" { support_of_headline(found) } else { way.support }, ..*way };
    let measured = MEASURED.iter().find(|row| row.is_of(field, finder, &way)).map(Row::hundredths);
    let confidence = match measured {
        Some(measured) if found == BROKEN_JSON_LD => measured.min(unmeasured(finder)),
        Some(measured) => measured,
        None => unmeasured(finder),
    };
    let limits = UNMEASURED_FLAWS.iter().filter(|(of, flaw, _)| *of == field && way.flaws.contains(flaw));
    limits.map(|(_, _, limit)| *limit).fold(confidence, u8::min)
}

fn finder_of(found: &str, method: &str) -> Finder {
    let kind = found.split_once(':').map_or(found, |(kind, _)| kind);
    match kind {
        "envelope" => Feeder,
        _ if method == "plain" => Fallback,
        "label" => Label,
        "line" if found == "line:1" => FirstLine,
        "line" | "dateline" => Line,
        "text" | "time" => Shown,
        "url" => Address,
        "script" => Script,
        _ if voices(found).any(|voice| voice == "h1") => Heading,
        _ => Page,
    }
}

/// The places of a page that say a headline word for word.
fn voices(found: &str) -> impl Iterator<Item = &str> {
    found.split(", ")
}

/// JSON-LD is no voice here: an h1 that it alone repeats was right no more often than one that nothing repeats.
fn support_of_headline(found: &str) -> Support {
    Support::of(voices(found).any(|voice| voice == "og:title" || voice == "title"), false)
}

/// Whether two pieces of evidence are of places that say independently of each other what they say.
pub(super) fn are_independent(one: &str, other: &str) -> bool {
    finder_of(one, "") != finder_of(other, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(field: &str, found: &str, support: Support, flaws: &[&'static str]) -> u8 {
        of(field, found, &Way { method: "html", support, flaws })
    }

    #[test]
    fn every_count_is_possible_and_every_row_can_be_reached() {
        for (index, row) in MEASURED.iter().enumerate() {
            assert!(row.right <= row.cases && row.hundredths() < 100);
            let is_hidden = MEASURED[..index].iter().any(|before| {
                before.field == row.field
                    && before.flaw.is_none()
                    && row.finders.iter().all(|finder| before.finders.contains(finder))
                    && row.support.iter().all(|support| before.support.contains(support))
            });
            assert!(!is_hidden, "row {index} of {}", row.field);
        }
    }

    #[test]
    fn who_says_the_same_raises_it_and_who_says_another_lowers_it() {
        for (field, found) in [("published", "json-ld:datePublished"), ("authors", "meta:author")] {
            let [agreed, alone, contradicted] =
                [Agreed, Alone, Contradicted].map(|support| html(field, found, support, &[]));
            assert!(agreed >= 90 && agreed > alone && alone > contradicted, "{field}");
        }
        let all = html("headline", "h1, og:title, title", Alone, &[]);
        assert!(all > html("headline", "h1, json-ld:headline", Alone, &[]));
    }

    #[test]
    fn flaws_lower_it() {
        for (field, found, flaw) in [
            ("headline", "og:title", flaws::HEADLINE_UNCONFIRMED),
            ("headline", "h1, title", flaws::HEADLINE_CUT),
            ("published", "text", flaws::DATE_DIFFERS),
            ("published", "text", flaws::DATE_GUESSED),
            ("published", "time:datetime", flaws::DATE_OF_CHANGE),
            ("published", "time:datetime", flaws::DATE_RELATIVE),
            ("published", "meta:date", flaws::DATE_ZONE_ASSUMED),
            ("modified", "meta:updated", flaws::DATE_ZONE_ASSUMED),
        ] {
            let (whole, flawed) = (html(field, found, Alone, &[]), html(field, found, Alone, &[flaw]));
            assert!(flawed < whole, "{field} {found} {flaw}: {flawed} {whole}");
        }
    }

    #[test]
    fn what_is_stated_beside_the_content_is_no_guess_and_what_is_not_measured_stays_below_ninety() {
        assert_eq!(html("published", "envelope:published", Contradicted, &[flaws::DATE_DIFFERS]), 100);
        for found in
            ["meta:article:section", "label:قسم", "line:3", "html:lang", "dateline", "rel:tag", "script:x"]
        {
            assert!((1..90).contains(&html("section", found, Agreed, &[])), "{found}");
        }
    }

    #[test]
    fn what_json_ld_says_that_is_broken_is_not_worth_what_readable_metadata_are() {
        let broken = |support| html("published", BROKEN_JSON_LD, support, &[]);
        assert_eq!(broken(Agreed), 80);
        assert!(broken(Contradicted) < 80);
        assert!(!are_independent(BROKEN_JSON_LD, "meta:date"));
    }

    #[test]
    fn the_plain_text_of_what_failed_is_worth_little() {
        let plain = of("headline", "line:1", &Way { method: "plain", support: Alone, flaws: &[] });
        let dump = of("headline", "line:1", &Way { method: "dump", support: Alone, flaws: &[] });
        assert!(plain < 50 && plain < dump);
    }
}
