//! The articles labelled by hand, for tests that measure.

use std::fs;
use std::path::Path;

use super::tests::marked;
use crate::article::{Article, Paragraph, ParagraphRole};

/// One labelled article as plain text, with its labels.
pub(crate) struct Labelled {
    pub name: String,
    pub article: Article,
    /// The speaker's words, and the quotation without its marks.
    pub quotes: Vec<(String, String)>,
}

/// All of them, by name.
pub(crate) fn all() -> Vec<Labelled> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tag");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases.iter().filter(|case| case.is_dir()).map(|case| read(case)).collect()
}

fn read(case: &Path) -> Labelled {
    let file = fs::read_to_string(case.join("article.txt")).unwrap();
    let labelled = marked::read(&file).unwrap();
    let [headline, body] = [labelled.headline, labelled.body];
    let quote =
        |quote: marked::Quotation| (quote.speaker, quote.text.trim_matches(is_mark).trim().to_owned());
    Labelled {
        name: case.file_name().unwrap().to_string_lossy().into_owned(),
        article: article(Some(&headline.text), &body.text, &labelled.language),
        quotes: body.quotations.into_iter().map(quote).collect(),
    }
}

fn is_mark(character: char) -> bool {
    matches!(character, '"' | '“' | '”' | '«' | '»' | '‘' | '’')
}

/// An article of paragraphs that empty lines divide.
pub(crate) fn article(headline: Option<&str>, text: &str, language: &str) -> Article {
    let paragraph = |text: &str| Paragraph { text: text.to_owned(), role: ParagraphRole::Text };
    Article {
        headline: headline.map(str::to_owned),
        paragraphs: text.split("\n\n").map(paragraph).collect(),
        language_stated: Some(language.to_owned()),
        ..Article::default()
    }
}
