//! Content that is not looked into: text that counts as parsed, and the fallback where looking failed.

use super::assemble::{Evident, Found};
use super::dump::is_title;
use super::html::visible_lines;
use super::text::{collapse, is_blank, lines};
use crate::article::{Content, Paragraph, ParagraphRole};

/// Text that counts as parsed: each line a paragraph.
pub(super) fn mapped(text: &str) -> Found {
    Found { method: "mapped", paragraphs: paragraphs(lines(text), usize::MAX), ..Found::default() }
}

/// The visible lines of any content. The first line is the headline if it looks like one and more lines follow.
pub(super) fn fallback(content: &Content, paragraphs_max: usize) -> Found {
    // One line more than fits: the first may become the headline, and the limit must see that there is more.
    let lines_max = paragraphs_max.saturating_add(2);
    let (mut paragraphs, may_have_title) = match content {
        Content::Dump(text) => (paragraphs(lines(text), lines_max), true),
        Content::Text(text) => (paragraphs(lines(text), lines_max), false),
        Content::Html(page) => {
            let visible = visible_lines(page);
            (self::paragraphs(visible.iter().map(String::as_str), lines_max), true)
        }
    };
    let mut found = Found { method: "plain", ..Found::default() };
    if may_have_title && paragraphs.len() > 1 && is_title(&paragraphs[0].text) {
        let title = paragraphs.remove(0);
        found.headline = Some(Evident { value: title.text, evidence: "line:1".to_owned() });
    }
    found.paragraphs = paragraphs;
    found
}

fn paragraphs<'text>(lines: impl Iterator<Item = &'text str>, lines_max: usize) -> Vec<Paragraph> {
    lines
        .filter(|line| !is_blank(line))
        .take(lines_max)
        .map(|line| Paragraph { text: collapse(line).into_owned(), role: ParagraphRole::Text })
        .collect()
}
