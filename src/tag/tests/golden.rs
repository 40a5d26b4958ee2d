//! Articles labelled by hand, as newsrooms write them: the labels are whole, and the mentions found among them get no
//! worse.

use std::fs;
use std::path::{Path, PathBuf};

use super::marked::{self, KINDS, Labelled, Marked};
use crate::article::{Article, EntityKind, Paragraph, ParagraphRole};
use crate::tag::Tagger;

/// A little under what is found today, in permille over the mentions of all articles. Raise them when the rules improve.
const PRECISION_MIN: usize = 795;
const RECALL_MIN: usize = 715;

/// Fewer articles say little.
const ARTICLES_MIN: usize = 50;

fn files() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tag");
    let mut files: Vec<(PathBuf, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("article.txt"))
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    files
}

fn kind(label: &str) -> EntityKind {
    let place = KINDS.iter().position(|known| *known == label).unwrap();
    [
        EntityKind::Person,
        EntityKind::Organisation,
        EntityKind::Place,
        EntityKind::Event,
        EntityKind::Work,
        EntityKind::Currency,
    ][place]
}

#[test]
fn labelled_articles_are_whole() {
    let mut wrong = Vec::new();
    for (path, text) in files() {
        let faults = marked::read(&text).map_or_else(|fault| vec![fault], |labelled| faults(&labelled));
        wrong.extend(faults.into_iter().map(|fault| format!("{}: {fault}", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn faults(labelled: &Labelled) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, fault: String| {
        if !holds {
            faults.push(fault);
        }
    };
    check(!labelled.headline.text.is_empty(), "no headline".to_owned());
    check(["ar", "en"].contains(&labelled.language.as_str()), format!("language {}", labelled.language));
    let is_topic = |code: &String| {
        code.strip_prefix("medtop:")
            .is_some_and(|digits| digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    check(labelled.subjects.iter().all(is_topic), format!("subjects {:?}", labelled.subjects));
    check(
        labelled.subjects.first().is_some_and(|code| code.ends_with("000000")),
        "the first subject is no top topic".to_owned(),
    );
    let is_country = |code: &String| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    check(labelled.countries.iter().all(is_country), format!("countries {:?}", labelled.countries));
    check((3..=8).contains(&labelled.keywords.len()), format!("keywords {:?}", labelled.keywords));
    check(labelled.keywords.iter().all(|keyword| !keyword.is_empty()), "an empty keyword".to_owned());
    check(labelled.paragraphs().count() > 0, "no body".to_owned());
    for text in [&labelled.headline, &labelled.body] {
        for fault in misplaced(text) {
            check(false, fault);
        }
    }
    faults
}

/// Marks whose positions do not lead to their words.
fn misplaced(marked: &Marked) -> Vec<String> {
    let words =
        |start: usize, end: usize| marked.text.chars().skip(start).take(end - start).collect::<String>();
    let mentions = marked.mentions.iter().map(|mention| (mention.start, mention.end, &mention.surface));
    let quotations =
        marked.quotations.iter().map(|quotation| (quotation.start, quotation.end, &quotation.text));
    mentions
        .chain(quotations)
        .filter(|(start, end, surface)| words(*start, *end) != **surface)
        .map(|(start, _, surface)| format!("{surface} does not stand at {start}"))
        .chain(
            marked
                .quotations
                .iter()
                .filter(|one| one.speaker.is_empty())
                .map(|one| format!("nobody says {}", one.text)),
        )
        .collect()
}

fn article(labelled: &Labelled) -> Article {
    let paragraph = |text: &str| Paragraph { text: text.to_owned(), role: ParagraphRole::Text };
    Article {
        headline: Some(labelled.headline.text.clone()),
        paragraphs: labelled.paragraphs().map(paragraph).collect(),
        ..Article::default()
    }
}

#[test]
fn mentions_in_labelled_articles_are_found_as_well_as_before() {
    let tagger = Tagger::compiled_in();
    let files = files();
    assert!(files.len() >= ARTICLES_MIN, "{} articles", files.len());
    let (mut right, mut found, mut labelled_mentions) = (0, 0, 0);
    for (path, text) in files {
        let labelled = marked::read(&text).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        let tags = tagger.tag(&article(&labelled));
        found += tags.mentions.len();
        labelled_mentions += labelled.body.mentions.len();
        right += tags
            .mentions
            .iter()
            .filter(|mention| {
                let is_same = |label: &marked::Mention| {
                    (label.start, label.end, kind(label.kind))
                        == (mention.start, mention.end, tags.entities[mention.entity].kind)
                };
                labelled.body.mentions.iter().any(is_same)
            })
            .count();
    }
    let (precision, recall) = (right * 1_000 / found.max(1), right * 1_000 / labelled_mentions.max(1));
    assert!(
        precision >= PRECISION_MIN && recall >= RECALL_MIN,
        "precision {precision} of {PRECISION_MIN}, recall {recall} of {RECALL_MIN} permille"
    );
}

#[test]
fn files_that_are_not_whole_are_refused() {
    let head = "headline: A\nlanguage: en\nsubjects: medtop:01000000\ncountries: FR\nkeywords: a|b|c\n\n";
    assert!(marked::read(&format!("{head}In {{LOC|Paris}}.")).is_ok());
    assert!(marked::read(&format!("{head}{{Q:He|“Of {{LOC|Paris}}”}} he said.")).is_ok());
    for body in [
        "In {LOC|Paris.",
        "In Paris}.",
        "In {LOC|}.",
        "In {LOC| Paris}.",
        "In {CITY|Paris}.",
        "In {LOC Paris}.",
        "{ORG|Bank of {LOC|Paris}}",
        "{Q:|“Yes”}",
        "{Q:He|“Yes, {Q:She|“no”}”}",
        "One\nline",
        "One\n\n\n\nline",
    ] {
        assert!(marked::read(&format!("{head}{body}")).is_err(), "{body}");
    }
    assert!(marked::read("headline: A\n\nIn Paris.").is_err());
    assert!(marked::read(&format!("headline: B\n{head}In Paris.")).is_err());
}
