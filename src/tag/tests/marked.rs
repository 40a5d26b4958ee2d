//! Reads articles that were labelled by hand: `tests/data/tag/<case>/article.txt`.
//!
//! Owns the format alone: first lines `key: value`, an empty line, then the body with its marks, `{PER|…}` for a mention
//! and `{Q:speaker|"…"}` for a quotation. It says what is wrong with a file, and never what is right about an article. The
//! benchmark of tags reads the same files with it, so it knows nothing of the rest of khabar.

/// The kinds of mentions that are marked.
pub const KINDS: [&str; 6] = ["PER", "ORG", "LOC", "EVT", "WRK", "CUR"];

const KEYS: [&str; 5] = ["headline", "language", "subjects", "countries", "keywords"];

/// One labelled article, its marks taken out of the text.
#[derive(Debug, Clone, Default)]
pub struct Labelled {
    pub headline: Marked,
    pub language: String,
    /// Codes of IPTC Media Topics: the best top topic first.
    pub subjects: Vec<String>,
    /// ISO 3166-1 alpha-2, the first one first.
    pub countries: Vec<String>,
    pub keywords: Vec<String>,
    /// Paragraphs are divided by two line breaks, as in the body of an article.
    pub body: Marked,
}

impl Labelled {
    pub fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.body.text.split("\n\n").filter(|paragraph| !paragraph.is_empty())
    }
}

/// A text and what was marked in it.
#[derive(Debug, Clone, Default)]
pub struct Marked {
    pub text: String,
    pub mentions: Vec<Mention>,
    pub quotations: Vec<Quotation>,
}

/// Positions count characters of the text.
#[derive(Debug, Clone)]
pub struct Mention {
    /// One of [`KINDS`].
    pub kind: &'static str,
    pub start: usize,
    pub end: usize,
    pub surface: String,
}

/// A quotation with its quotation marks.
#[derive(Debug, Clone)]
pub struct Quotation {
    pub speaker: String,
    pub start: usize,
    pub end: usize,
    pub text: String,
}

/// Reads one file; the error says what is wrong and near which words.
pub fn read(file: &str) -> Result<Labelled, String> {
    let (head, body) = file.split_once("\n\n").ok_or("no empty line divides the keys from the body")?;
    let mut labelled = Labelled::default();
    let mut seen = Vec::new();
    for line in head.lines() {
        let (key, value) = line.split_once(": ").ok_or_else(|| format!("no `key: value`: {line}"))?;
        let known = KEYS.into_iter().find(|known| *known == key);
        let key = known.ok_or_else(|| format!("there is no key {key}"))?;
        if seen.contains(&key) {
            return Err(format!("{key} stands twice"));
        }
        seen.push(key);
        let listed = |divider: char| value.split(divider).map(|one| one.trim().to_owned()).collect();
        match key {
            "headline" => labelled.headline = unmark(value)?,
            "language" => value.clone_into(&mut labelled.language),
            "subjects" => labelled.subjects = listed(' '),
            "countries" => labelled.countries = listed(' '),
            _ => labelled.keywords = listed('|'),
        }
    }
    if let Some(missing) = KEYS.iter().find(|key| !seen.contains(key)) {
        return Err(format!("the key {missing} is missing"));
    }
    labelled.body = unmark(body.trim_end())?;
    match labelled
        .body
        .text
        .split("\n\n")
        .find(|paragraph| paragraph.trim().is_empty() || paragraph.contains('\n'))
    {
        Some(paragraph) => Err(format!("a paragraph is empty or broken: {paragraph}")),
        None => Ok(labelled),
    }
}

/// An open mark: what it is, and where its words begin.
struct Open<'a> {
    label: &'a str,
    start: usize,
    /// In bytes of the text without marks.
    byte: usize,
}

fn unmark(source: &str) -> Result<Marked, String> {
    let mut marked = Marked::default();
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    let mut rest = source;
    while let Some(next) = rest.chars().next() {
        let here = || rest.chars().take(40).collect::<String>();
        match next {
            '{' => {
                let (label, words) =
                    rest[1..].split_once('|').ok_or_else(|| format!("a mark without `|`: {}", here()))?;
                let is_quotation = label.starts_with("Q:");
                // A quotation holds mentions, a mention holds nothing.
                if open.len() > 1
                    || open.first().is_some_and(|outer| is_quotation || !outer.label.starts_with("Q:"))
                {
                    return Err(format!("a mark within a mark: {}", here()));
                }
                open.push(Open { label, start: at, byte: marked.text.len() });
                rest = words;
            }
            '}' => {
                let last = open.pop().ok_or_else(|| format!("a mark ends that never began: {}", here()))?;
                close(&last, at, &mut marked)?;
                rest = &rest[1..];
            }
            _ => {
                marked.text.push(next);
                at += 1;
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    match open.pop() {
        Some(left) => Err(format!("the mark {} never ends", left.label)),
        None => Ok(marked),
    }
}

fn close(open: &Open<'_>, end: usize, marked: &mut Marked) -> Result<(), String> {
    let surface = marked.text[open.byte..].to_owned();
    if surface.is_empty() || surface.trim() != surface || surface.contains('\n') {
        return Err(format!(
            "the mark {} is empty, broken, or begins or ends with a blank: {surface}",
            open.label
        ));
    }
    if let Some(speaker) = open.label.strip_prefix("Q:") {
        if speaker.trim().is_empty() || speaker.contains(['{', '}', '\n']) {
            return Err(format!("a quotation without a speaker: {surface}"));
        }
        let speaker = speaker.to_owned();
        marked.quotations.push(Quotation { speaker, start: open.start, end, text: surface });
        return Ok(());
    }
    let kind = KINDS.into_iter().find(|kind| *kind == open.label);
    let kind = kind.ok_or_else(|| format!("there is no kind {}: {surface}", open.label))?;
    marked.mentions.push(Mention { kind, start: open.start, end, surface });
    Ok(())
}
