//! The best top topic of IPTC Media Topics, on sets whose classes say one.

use std::collections::BTreeMap;
use std::path::Path;

use khabar::article::Article;
use khabar::tag::Tagger;
use serde::Deserialize;

use crate::table::{Line, Section, Target};
use crate::{data, tags};

const ARTS: &str = "medtop:01000000";
const ECONOMY: &str = "medtop:04000000";
const HEALTH: &str = "medtop:07000000";
const POLITICS: &str = "medtop:11000000";
const RELIGION: &str = "medtop:12000000";
const SCIENCE: &str = "medtop:13000000";
const SPORT: &str = "medtop:15000000";
const CONFLICT: &str = "medtop:16000000";

/// Newspapers file wars under politics.
const POLITICAL: &[&str] = &[POLITICS, CONFLICT];

/// Any of a class's topics is right.
type Topics = &'static [&'static str];

const SANAD: [(&str, Topics); 7] = [
    ("Culture", &[ARTS]),
    ("Finance", &[ECONOMY]),
    ("Medical", &[HEALTH]),
    ("Politics", POLITICAL),
    ("Religion", &[RELIGION]),
    ("Sports", &[SPORT]),
    ("Tech", &[SCIENCE]),
];

/// Of the categories of `keywords_ar`; the third, miscellaneous news, says no topic.
const CATEGORIES: [(&str, Topics); 2] = [("سياسة", POLITICAL), ("اقتصاد", &[ECONOMY])];

/// Sections that the addresses of the Saudi newspapers name: of which source, a part of the address, the topic. Local news,
/// opinions and unnamed sections say none.
const SECTIONS: [(&str, &str, Topics); 15] = [
    ("alwatan", "/Politics/", POLITICAL),
    ("alwatan", "/Sports/", &[SPORT]),
    ("alwatan", "/Economy/", &[ECONOMY]),
    ("alwatan", "/Culture/", &[ARTS]),
    ("3alyoum", "/news/pol/", POLITICAL),
    ("3alyoum", ".com/sports/", &[SPORT]),
    ("3alyoum", ".com/finance/", &[ECONOMY]),
    ("3alyoum", ".com/culture/", &[ARTS]),
    ("3alyoum", ".com/technology/", &[SCIENCE]),
    ("aljazirah", "/du", POLITICAL),
    ("aljazirah", "/sp", &[SPORT]),
    ("aljazirah", "/ec", &[ECONOMY]),
    ("aljazirah", "/cu", &[ARTS]),
    ("arreyadi", "/", &[SPORT]),
    ("arriyadiyah", "/", &[SPORT]),
];

#[derive(Deserialize)]
struct Classed {
    id: String,
    topic: String,
    text: String,
}

/// Reads the articles of a set.
type Read = fn(&Path) -> Result<Vec<Item>, String>;

/// One article, and the topics that are right for it.
struct Item {
    id: String,
    class: String,
    topics: Topics,
    article: Article,
}

/// The first top topic among codes: `medtop:` and two digits before six zeros.
pub fn top_topic(codes: &[String]) -> Option<&String> {
    codes.iter().find(|code| code.len() == "medtop:01000000".len() && code.ends_with("000000"))
}

pub fn measure(folder: &Path, tagger: &Tagger) -> Result<Section, String> {
    let mut section = Section::new("Subjects: the best top topic of IPTC Media Topics");
    let sets: [(&str, Read); 3] = [
        ("SANAD, 7 classes", sanad),
        ("Al Mayadeen, politics and economy", categories),
        ("Saudi newspapers, sections named in addresses", sections),
    ];
    let target = Target::AtLeast(0.85);
    if tags::subjects(&tagger.tag(&Article::default())).is_none() {
        section.lines.extend(sets.map(|(name, _)| Line::not_built(name, target)));
        return Ok(section);
    }
    for (name, read) in sets {
        accuracy(name, &read(folder)?, tagger, target, &mut section);
    }
    Ok(section)
}

fn accuracy(name: &str, items: &[Item], tagger: &Tagger, target: Target, section: &mut Section) {
    let (mut right, mut worst) = (Vec::new(), Vec::new());
    let mut by_class: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
    for item in items {
        let tags = tagger.tag(&item.article);
        let found = tags::subjects(&tags).unwrap_or_default();
        let best = top_topic(&found).map_or("none", String::as_str);
        let is_right = item.topics.contains(&best);
        right.push(is_right);
        by_class.entry(&item.class).or_default().push(is_right);
        if !is_right {
            let told = tags.subjects.iter().find(|subject| subject.code == best);
            let evidence = told.map(|subject| subject.evidence.join(", ")).unwrap_or_default();
            worst.push(format!("{name}: {} of {} is {best}: {evidence}", item.id, item.class));
        }
    }
    section.worst.push(worst);
    section.lines.push(Line::share(name, &right, target));
    let classes =
        by_class.iter().map(|(class, right)| Line::share(format!("  {class}"), right, Target::None));
    section.lines.extend(classes);
}

fn sanad(folder: &Path) -> Result<Vec<Item>, String> {
    let rows: Vec<Classed> = data::objects(&folder.join("tag/topic_ar_sanad.jsonl.xz"))?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let (_, topics) = SANAD.into_iter().find(|(class, _)| *class == row.topic)?;
            Some(Item {
                article: tags::article(None, row.text.lines()),
                id: row.id,
                class: row.topic,
                topics,
            })
        })
        .collect())
}

fn categories(folder: &Path) -> Result<Vec<Item>, String> {
    Ok(data::classified(folder)?
        .into_iter()
        .filter_map(|row| {
            let (class, topics) =
                CATEGORIES.into_iter().find(|(class, _)| row.class("category") == Some(*class))?;
            let article = tags::article(Some(&row.title), row.text.lines());
            Some(Item { id: row.id, class: class.to_owned(), topics, article })
        })
        .collect())
}

fn sections(folder: &Path) -> Result<Vec<Item>, String> {
    Ok(data::newspapers(folder)?
        .into_iter()
        .filter_map(|row| {
            let (source, part, topics) = SECTIONS
                .into_iter()
                .find(|(source, part, _)| row.source == *source && names(&row.url, part))?;
            let class = format!("{source} {part}");
            let article = tags::article(Some(&row.title), row.body.lines());
            Some(Item { id: row.id, class, topics, article })
        })
        .collect())
}

/// Whether the address names the section: in its path, or as the letters before the number of its last part.
fn names(url: &str, part: &str) -> bool {
    match part.strip_prefix('/').filter(|letters| !letters.is_empty() && !letters.ends_with('/')) {
        None => url.contains(part),
        Some(letters) => url
            .rsplit('/')
            .next()
            .and_then(|last| last.strip_prefix(letters))
            .is_some_and(|number| number.starts_with(|first: char| first.is_ascii_digit())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_parts_of_a_path_or_letters_before_a_number() {
        assert!(names("http://a.com/2015/20150721/sp12.htm", "/sp"));
        assert!(!names("http://a.com/2015/20150721/spa.htm", "/sp"));
        assert!(names("http://a.com/sports/a/b/", ".com/sports/"));
    }
}
