//! Articles of our own, labelled by hand: `tests/data/tag/*/article.txt` of the repository.

use std::path::{Path, PathBuf};

use khabar::article::{Article, EntityKind, Tags};
use khabar::tag::Tagger;

use crate::marked::{self, KINDS, Labelled};
use crate::spans::{self, Counts, Gold, Scored};
use crate::table::{Line, Section, Target};
use crate::{quotes, subjects, tags};

pub struct Case {
    pub name: String,
    pub labelled: Labelled,
}

impl Case {
    pub fn article(&self) -> Article {
        tags::article(Some(&self.labelled.headline.text), self.labelled.paragraphs())
    }
}

/// Where the repository keeps what its tests of tags read.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/tag")
}

pub fn cases() -> Result<Vec<Case>, String> {
    let folder = folder();
    let listed = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = listed
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("article.txt").is_file())
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(path.join("article.txt"))
                .map_err(|error| format!("{name}: {error}"))?;
            let labelled = marked::read(&text).map_err(|fault| format!("{name}: {fault}"))?;
            Ok(Case { name, labelled })
        })
        .collect()
}

fn kind(label: &str) -> EntityKind {
    const ORDER: [EntityKind; 6] = [
        EntityKind::Person,
        EntityKind::Organisation,
        EntityKind::Place,
        EntityKind::Event,
        EntityKind::Work,
        EntityKind::Currency,
    ];
    ORDER[KINDS.iter().position(|known| *known == label).unwrap_or_default()]
}

fn gold(labelled: &Labelled) -> Vec<Gold> {
    let gold = |mention: &marked::Mention| Gold {
        kind: kind(mention.kind),
        starts: vec![mention.start],
        name: Some(mention.start),
        end: mention.end,
        surface: mention.surface.clone(),
    };
    labelled.body.mentions.iter().map(gold).collect()
}

fn score(case: &Case, tags: &Tags) -> Scored {
    spans::score(&case.labelled.body.text, &EntityKind::ALL, &gold(&case.labelled), &tags::mentions(tags))
}

/// Whether each right mention of the Arabic articles begins at the name.
pub fn clean(cases: &[Case], tagger: &Tagger) -> Vec<bool> {
    let arabic = cases.iter().filter(|case| case.labelled.language == "ar");
    arabic.flat_map(|case| score(case, &tagger.tag(&case.article())).clean).collect()
}

pub fn measure(cases: &[Case], tagger: &Tagger) -> Section {
    let mut section = Section::new("Articles of our own, labelled by hand (bodies)");
    for (language, name) in [("ar", "Arabic"), ("en", "English")] {
        let cases: Vec<&Case> = cases.iter().filter(|case| case.labelled.language == language).collect();
        let tags: Vec<Tags> = cases.iter().map(|case| tagger.tag(&case.article())).collect();
        let scored: Vec<Scored> = cases.iter().zip(&tags).map(|(case, tags)| score(case, tags)).collect();
        let counts: Vec<Vec<Counts>> = scored.iter().map(|scored| scored.counts.clone()).collect();
        section.lines.extend(spans::lines(
            &format!("{name}, entities"),
            &EntityKind::ALL,
            &counts,
            Target::None,
        ));
        let by_rule = spans::rules(&scored);
        let errors: Vec<String> = scored.into_iter().flat_map(|scored| scored.errors).collect();
        let frequent = by_rule.into_iter().chain(spans::frequent(&errors));
        section.worst.push(frequent.map(|error| format!("{name}: {error}")).collect());
        section.lines.push(topics(name, &cases, &tags));
        section.lines.push(countries(name, &cases, &tags, &mut section.worst));
        section.lines.push(quotations(name, &cases, &tags));
    }
    section
}

fn topics(language: &str, cases: &[&Case], tags: &[Tags]) -> Line {
    let name = format!("{language}, best top topic");
    let right: Option<Vec<bool>> = cases
        .iter()
        .zip(tags)
        .map(|(case, tags)| {
            let found = tags::subjects(tags)?;
            Some(subjects::top_topic(&found) == subjects::top_topic(&case.labelled.subjects))
        })
        .collect();
    right.map_or_else(
        || Line::not_built(&name, Target::None),
        |right| Line::share(&name, &right, Target::None),
    )
}

fn countries(language: &str, cases: &[&Case], tags: &[Tags], worst: &mut Vec<Vec<String>>) -> Line {
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for (case, tags) in cases.iter().zip(tags) {
        let found = tags::countries(tags);
        let Some(first) = case.labelled.countries.first().filter(|code| !code.is_empty()) else { continue };
        right.push(found.first().is_some_and(|found| found == first));
        if right.last() == Some(&false) {
            wrong.push(format!("{language}: {} is about {first}, found {}", case.name, found.join(" ")));
        }
    }
    worst.push(wrong);
    Line::share(format!("{language}, first country"), &right, Target::None)
}

fn quotations(language: &str, cases: &[&Case], tags: &[Tags]) -> Line {
    let name = format!("{language}, quotes with the right speaker, F1");
    let counts: Option<Vec<Counts>> = cases
        .iter()
        .zip(tags)
        .map(|(case, tags)| {
            let found: Vec<_> = tags::quotes(tags, &case.labelled.body.text)?
                .into_iter()
                .filter(|quote| !quote.speakers.is_empty())
                .collect();
            let labelled = &case.labelled.body.quotations;
            let right = labelled
                .iter()
                .filter(|own| {
                    found.iter().any(|quote| {
                        quotes::is_same(&own.text, quote) && quotes::is_speaker(&own.speaker, quote)
                    })
                })
                .count();
            let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            Some(Counts { right: small(right), found: small(found.len()), gold: small(labelled.len()) })
        })
        .collect();
    counts.map_or_else(
        || Line::not_built(&name, Target::None),
        |counts| spans::line(&name, &counts, Target::None),
    )
}
