//! The articles labelled by hand, for tests that measure.

use std::fs;
use std::path::Path;

use crate::article::{Article, Paragraph, ParagraphRole};

/// One labelled article as plain text, with its labels.
pub(super) struct Labelled {
    pub name: String,
    pub article: Article,
    pub keywords: Vec<String>,
    /// The words of each mention.
    pub mentions: Vec<String>,
    /// The speaker's words, and the quotation without its marks.
    pub quotes: Vec<(String, String)>,
}

/// All of them, by name.
pub(super) fn all() -> Vec<Labelled> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tag");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases.iter().filter(|case| case.is_dir()).map(|case| read(case)).collect()
}

fn read(case: &Path) -> Labelled {
    let file = fs::read_to_string(case.join("article.txt")).unwrap();
    let (head, body) = file.split_once("\n\n").unwrap();
    let field = |key: &str| head.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    let mut labelled = Labelled {
        name: case.file_name().unwrap().to_string_lossy().into_owned(),
        article: Article::default(),
        keywords: field("keywords: ").split('|').map(str::to_owned).collect(),
        mentions: Vec::new(),
        quotes: Vec::new(),
    };
    let headline = labelled.plain(field("headline: "));
    labelled.quotes.clear();
    let body = labelled.plain(body.trim_end());
    labelled.article = article(Some(&headline), &body, field("language: "));
    labelled
}

impl Labelled {
    /// Takes the labels out of a text: `{KIND|words}` and `{Q:speaker|"words"}`.
    fn plain(&mut self, text: &str) -> String {
        let mut plain = String::new();
        let mut open: Vec<(Option<&str>, usize)> = Vec::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            if character == '{' {
                let (kind, behind) = rest[1..].split_once('|').unwrap();
                open.push((kind.strip_prefix("Q:"), plain.len()));
                rest = behind;
                continue;
            }
            rest = &rest[character.len_utf8()..];
            if character != '}' {
                plain.push(character);
                continue;
            }
            match open.pop().unwrap() {
                (Some(speaker), start) => {
                    let quoted = plain[start..].trim_matches(is_mark).trim();
                    self.quotes.push((speaker.to_owned(), quoted.to_owned()));
                }
                (None, start) => self.mentions.push(plain[start..].to_owned()),
            }
        }
        plain
    }
}

fn is_mark(character: char) -> bool {
    matches!(character, '"' | '“' | '”' | '«' | '»' | '‘' | '’')
}

/// An article of paragraphs that empty lines divide.
pub(super) fn article(headline: Option<&str>, text: &str, language: &str) -> Article {
    let paragraph = |text: &str| Paragraph { text: text.to_owned(), role: ParagraphRole::Text };
    Article {
        headline: headline.map(str::to_owned),
        paragraphs: text.split("\n\n").map(paragraph).collect(),
        language_stated: Some(language.to_owned()),
        ..Article::default()
    }
}
