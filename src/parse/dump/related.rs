//! What stands behind a label such as "read also": a title in the middle of the body, or a whole article at the end.
//!
//! The rules. The *segment* reaches from the label to the next label of its kind or to the end of the dump; labelled
//! lines at its very end are not part of it (source and keywords of the main article), labelled lines inside it are
//! the related article's own and are dropped.
//! 1. The title stands on the label's line, else on the next one. Several titles with bullets are several articles.
//! 2. The main article had ended before the label (a source or keyword line after its last paragraph): the whole
//!    segment belongs to the related article. If all its lines are titles, each is one.
//! 3. The title stands on the label's line: it is a reference only, and the body goes on below.
//! 4. Otherwise the first lines below the title decide by their words: if they take up more of the title's own words
//!    than of the main headline's, the segment is a whole article, else the body goes on. This is marked as a guess.

use std::collections::BTreeSet;

use super::{Line, is_title, without_decoration};
use crate::article::{Paragraph, ParagraphRole, Related};
use crate::parse::fold::fold_char;
use crate::parse::text::collapse;

/// This many lines below a title are compared with it.
const COMPARED_LINES: usize = 2;
/// Of each compared text, this many words at most.
const COMPARED_WORDS_MAX: usize = 200;
/// Words with fewer letters say nothing about the matter.
const WORD_CHARS_MIN: usize = 3;
/// Words are compared by their first letters: endings differ between a title and its text.
const STEM_CHARS: usize = 5;
/// More articles than this are not taken from one dump's label.
const RELATED_MAX: usize = 50;

/// What is known of the main article where the label stands.
pub(super) struct Main<'article> {
    pub headline: Option<&'article str>,
    pub paragraphs: &'article [Paragraph],
    /// Its source or keyword line stood after its last paragraph.
    pub is_closed: bool,
}

/// What a label opened.
pub(super) struct Block {
    pub related: Vec<Related>,
    /// The first line that is not part of it.
    pub next: usize,
    /// Rule 4 was used.
    pub is_guess: bool,
}

/// Reads what stands behind the label of `lines[label_index]`.
pub(super) fn read(lines: &[Line<'_, '_>], label_index: usize, main: &Main<'_>) -> Block {
    let inline = lines[label_index].label.map(|label| label.value).filter(|value| !value.is_empty());
    let start = label_index + 1;
    let end = segment_end(lines, start);
    let content: Vec<usize> = (start..end).filter(|index| lines[*index].label.is_none()).collect();
    if let Some(title) = inline {
        if main.is_closed {
            let related = article(Some(title), &content, lines);
            return Block { related: vec![related], next: end, is_guess: false };
        }
        return Block { related: vec![reference(title)], next: start, is_guess: false };
    }
    if main.is_closed {
        return Block { related: closed(&content, lines), next: end, is_guess: false };
    }
    let listed = content.iter().take_while(|index| has_bullet(lines[**index].text)).count().min(RELATED_MAX);
    if listed > 0 {
        let related = content[..listed].iter().map(|index| reference(lines[*index].text)).collect();
        return Block { related, next: content[listed - 1] + 1, is_guess: false };
    }
    open(&content, lines, main, end)
}

/// Rule 2.
fn closed(content: &[usize], lines: &[Line<'_, '_>]) -> Vec<Related> {
    let all_titles = content.len() > 1 && content.iter().all(|index| is_bare_title(lines[*index].text));
    if all_titles {
        return content.iter().take(RELATED_MAX).map(|index| reference(lines[*index].text)).collect();
    }
    match content.split_first() {
        Some((first, rest)) if is_title(lines[*first].text) => {
            vec![article(Some(lines[*first].text), rest, lines)]
        }
        Some(_) => vec![article(None, content, lines)],
        None => Vec::new(),
    }
}

/// Rule 4.
fn open(content: &[usize], lines: &[Line<'_, '_>], main: &Main<'_>, end: usize) -> Block {
    let Some((first, rest)) = content.split_first() else {
        return Block { related: Vec::new(), next: end, is_guess: false };
    };
    let title = lines[*first].text;
    if !is_title(title) {
        // Nothing below the label is a title: the label is dropped, the text is the body's.
        return Block { related: Vec::new(), next: *first, is_guess: true };
    }
    if rest.is_empty() {
        return Block { related: vec![reference(title)], next: end, is_guess: false };
    }
    if takes_up_title(title, rest, lines, main) {
        return Block { related: vec![article(Some(title), rest, lines)], next: end, is_guess: true };
    }
    // A line that is only a URL belongs to the title above it.
    let link = rest.first().filter(|index| is_url(lines[**index].text));
    let mut related = reference(title);
    if let Some(index) = link {
        related.url = Some(lines[*index].text.to_owned());
    }
    Block { related: vec![related], next: link.unwrap_or(first) + 1, is_guess: true }
}

/// The end of the segment: without the labelled lines that close it.
fn segment_end(lines: &[Line<'_, '_>], start: usize) -> usize {
    let next_related = (start..lines.len()).find(|index| lines[*index].is_related()).unwrap_or(lines.len());
    let mut end = next_related;
    while end > start && lines[end - 1].label.is_some() {
        end -= 1;
    }
    end
}

/// A related article of which only the title is there, and perhaps the URL behind it.
fn reference(text: &str) -> Related {
    let (title, url) = split_url(without_decoration(text));
    Related { headline: title, url, paragraphs: Vec::new() }
}

fn article(title: Option<&str>, content: &[usize], lines: &[Line<'_, '_>]) -> Related {
    let mut related = title.map(reference).unwrap_or_default();
    for index in content {
        let text = lines[*index].text;
        if related.url.is_none() && related.paragraphs.is_empty() && is_url(text) {
            related.url = Some(text.to_owned());
            continue;
        }
        related.paragraphs.push(Paragraph { text: collapse(text).into_owned(), role: ParagraphRole::Text });
    }
    related
}

/// `title https://…`, also in brackets.
fn split_url(text: &str) -> (Option<String>, Option<String>) {
    let Some(at) = text.find("http://").or_else(|| text.find("https://")) else {
        return (Some(collapse(text).into_owned()), None);
    };
    let (title, url) = text.split_at(at);
    let url = url.trim_end_matches([')', ']', '.', ' ']);
    if url.contains(char::is_whitespace) {
        return (Some(collapse(text).into_owned()), None);
    }
    let title = title.trim_end_matches(|character: char| {
        character.is_whitespace() || matches!(character, '(' | '[' | '-' | '–' | '|' | ':')
    });
    let title = (!title.is_empty()).then(|| collapse(title).into_owned());
    (title, Some(url.to_owned()))
}

fn is_url(text: &str) -> bool {
    (text.starts_with("http://") || text.starts_with("https://")) && !text.contains(char::is_whitespace)
}

fn has_bullet(text: &str) -> bool {
    text.starts_with(['•', '·', '-', '–', '—', '*', '›', '>', '▪', '■', '◄', '►', '●']) && is_title(text)
}

/// A title without a full stop: a line of a list of titles.
fn is_bare_title(text: &str) -> bool {
    is_title(text) && !super::ends_sentence(text)
}

/// Whether the lines below a title take up its words rather than those of the main headline.
fn takes_up_title(title: &str, rest: &[usize], lines: &[Line<'_, '_>], main: &Main<'_>) -> bool {
    let main_text =
        main.headline.or_else(|| main.paragraphs.first().map(|paragraph| paragraph.text.as_str()));
    let (mut title_words, mut main_words) = (BTreeSet::new(), BTreeSet::new());
    add_stems(title, &mut title_words);
    add_stems(main_text.unwrap_or_default(), &mut main_words);
    let mut below = BTreeSet::new();
    for index in rest.iter().take(COMPARED_LINES) {
        add_stems(lines[*index].text, &mut below);
    }
    let title_own = title_words.difference(&main_words);
    let main_own = main_words.difference(&title_words);
    let title_hits = title_own.filter(|word| below.contains(*word)).count();
    let main_hits = main_own.filter(|word| below.contains(*word)).count();
    // As shares: a long headline has more words to be hit.
    title_hits * main_words.len() > main_hits * title_words.len()
}

/// Adds the folded beginnings of a text's words, without the article and the particles that Arabic writes in front.
fn add_stems(text: &str, stems: &mut BTreeSet<String>) {
    let words = text.split(|character: char| !character.is_alphanumeric() && fold_char(character).is_some());
    for word in words.flat_map(str::split_whitespace).take(COMPARED_WORDS_MAX) {
        let folded: String = word.chars().filter_map(fold_char).take(32).collect();
        let bare = without_particles(&folded);
        if bare.chars().nth(WORD_CHARS_MIN - 1).is_some() {
            stems.insert(bare.chars().take(STEM_CHARS).collect());
        }
    }
}

fn without_particles(word: &str) -> &str {
    for prefix in ["وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ل", "ف"] {
        if let Some(bare) = word.strip_prefix(prefix)
            && bare.chars().nth(WORD_CHARS_MIN).is_some()
        {
            return bare;
        }
    }
    word
}
