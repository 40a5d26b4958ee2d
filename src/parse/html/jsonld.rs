//! JSON-LD: what a page says of its article in schema.org's words.

use serde_json::Value;

use crate::parse::assemble::one_line;

/// A larger block is ignored.
const BLOCK_BYTES_MAX: usize = 1 << 20;
/// Of one block, this many values are visited at most.
const VISITS_MAX: usize = 5000;
/// Text values of a list, at most.
const LIST_MAX: usize = 200;

/// Types that are an article.
const ARTICLE_TYPES: &[&str] = &[
    "Article",
    "NewsArticle",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "OpinionNewsArticle",
    "BackgroundNewsArticle",
    "ReviewNewsArticle",
    "AskPublicNewsArticle",
    "BlogPosting",
    "LiveBlogPosting",
    "Report",
    "TechArticle",
    "ScholarlyArticle",
    "MedicalScholarlyArticle",
    "AdvertiserContentArticle",
    "SatiricalArticle",
];

/// Types of a page that holds something; their dates are those of the article, for want of better ones.
const PAGE_TYPES: &[&str] = &[
    "WebPage",
    "ItemPage",
    "AboutPage",
    "FAQPage",
    "QAPage",
    "MedicalWebPage",
    "Recipe",
    "HowTo",
    "SocialMediaPosting",
    "DiscussionForumPosting",
    "CreativeWork",
    "PodcastEpisode",
    "VideoObject",
];

/// What one block says.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub article: Option<JsonLd>,
    pub page: Option<JsonLd>,
}

/// What the first article of a page's JSON-LD says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct JsonLd {
    pub headline: Option<String>,
    pub published: Option<String>,
    pub modified: Option<String>,
    pub authors: Vec<String>,
    pub publisher: Option<String>,
    pub image: Option<String>,
    pub language: Option<String>,
    pub section: Option<String>,
    pub keywords: Vec<String>,
    pub url: Option<String>,
    /// The article's text, its line breaks kept.
    pub body: Option<String>,
    /// The article is not free to all.
    pub is_paid: bool,
}

/// The article of one block. `Err` where the block is too large or no JSON; `Ok(None)` where it holds no article.
pub(super) fn read(block: &str) -> Result<Found, ()> {
    if block.len() > BLOCK_BYTES_MAX {
        return Err(());
    }
    let trimmed = block.trim().trim_start_matches("<!--").trim_end_matches("-->").trim();
    let value = match serde_json::from_str::<Value>(trimmed) {
        Ok(value) => value,
        // Line breaks inside strings are the most frequent mistake; as spaces they do no harm.
        Err(_) => serde_json::from_str(&mended(trimmed)).map_err(|_| ())?,
    };
    let graph = visit(&value);
    let article = graph.iter().copied().find(|value| is_article(value));
    let page = || graph.iter().copied().find(|value| has_type(value, PAGE_TYPES));
    Ok(Found {
        article: article.map(|article| from_article(article, &graph)),
        page: page().map(|page| from_article(page, &graph)),
    })
}

/// A block with what is most often wrong put right: controls inside of strings, quotes written as references.
fn mended(block: &str) -> String {
    let block = block.replace(|character: char| character.is_control(), " ");
    if block.contains("{&quot;") { block.replace("&quot;", "\"").replace("&amp;", "&") } else { block }
}

/// All objects of the block, in reading order, without recursion.
fn visit(root: &Value) -> Vec<&Value> {
    let mut objects = Vec::new();
    let mut open = vec![root];
    let mut visits = 0;
    while let Some(value) = open.pop() {
        visits += 1;
        if visits > VISITS_MAX {
            break;
        }
        match value {
            Value::Array(list) => open.extend(list.iter().take(VISITS_MAX).rev()),
            Value::Object(map) => {
                objects.push(value);
                open.extend(map.values().filter(|value| value.is_object() || value.is_array()));
            }
            _ => {}
        }
    }
    objects
}

fn is_article(value: &Value) -> bool {
    has_type(value, ARTICLE_TYPES)
}

/// Whether a name, without what stands before it, is a type of articles.
pub(super) fn is_article_type(name: &str) -> bool {
    is_among(name, ARTICLE_TYPES)
}

fn is_among(name: &str, types: &[&str]) -> bool {
    types.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn has_type(value: &Value, types: &[&str]) -> bool {
    let is_type = |value: &Value| {
        value.as_str().is_some_and(|name| is_among(name.rsplit(['/', ':']).next().unwrap_or(name), types))
    };
    match value.get("@type") {
        Some(Value::Array(list)) => list.iter().any(is_type),
        Some(value) => is_type(value),
        None => false,
    }
}

fn from_article(article: &Value, graph: &[&Value]) -> JsonLd {
    let text = |name: &str| article.get(name).and_then(first_text);
    let date = |name: &str| article.get(name).and_then(date_of);
    let names = |name: &str| article.get(name).map(|value| names_of(value, graph)).unwrap_or_default();
    JsonLd {
        headline: text("headline").or_else(|| text("name")),
        published: date("datePublished").or_else(|| date("dateCreated")).or_else(|| date("uploadDate")),
        modified: date("dateModified"),
        authors: names("author"),
        publisher: names("publisher").into_iter().next(),
        image: article.get("image").and_then(image_of),
        language: article.get("inLanguage").and_then(language_of),
        section: text("articleSection"),
        keywords: article.get("keywords").map(keywords_of).unwrap_or_default(),
        body: article.get("articleBody").and_then(Value::as_str).map(str::to_owned),
        is_paid: article.get("isAccessibleForFree").is_some_and(is_false),
        url: article.get("mainEntityOfPage").and_then(address_of).or_else(|| text("url")),
    }
}

/// False as a value, or in words: `false`, `"False"`, `"http://schema.org/False"`.
fn is_false(value: &Value) -> bool {
    match value {
        Value::Bool(value) => !value,
        Value::String(text) => {
            text.rsplit('/').next().is_some_and(|word| word.trim().eq_ignore_ascii_case("false"))
        }
        _ => false,
    }
}

fn text_of(value: &Value) -> Option<String> {
    let text = one_line(value.as_str()?);
    (!text.is_empty()).then_some(text)
}

/// The value, or the first of a list.
fn first_text(value: &Value) -> Option<String> {
    match value {
        Value::Array(list) => list.iter().find_map(text_of),
        value => text_of(value),
    }
}

/// A date: a text, a list of them, a number that is a day or counts seconds or milliseconds, or an object that gives a
/// value its type. A shorter number, such as a year alone, would hide the whole date that stands elsewhere.
fn date_of(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => {
            let digits = number.as_u64()?.to_string();
            matches!(digits.len(), 8 | 10 | 13).then_some(digits)
        }
        Value::Object(map) => map.get("@value").and_then(first_text),
        value => first_text(value),
    }
}

/// Names of people or organisations: texts, objects, lists of them, or references into the graph.
fn names_of(value: &Value, graph: &[&Value]) -> Vec<String> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        value => std::slice::from_ref(value),
    };
    let name_of = |value: &Value| {
        text_of(value).or_else(|| value.get("name").and_then(first_text)).or_else(|| {
            let id = value.get("@id")?;
            let target =
                graph.iter().find(|object| object.get("@id") == Some(id) && object.get("name").is_some())?;
            target.get("name").and_then(first_text)
        })
    };
    list.iter().take(LIST_MAX).filter_map(name_of).collect()
}

fn image_of(value: &Value) -> Option<String> {
    match value {
        Value::Array(list) => list.iter().take(LIST_MAX).find_map(single_image),
        value => single_image(value),
    }
}

fn single_image(value: &Value) -> Option<String> {
    text_of(value).or_else(|| value.get("url").and_then(first_text))
}

fn language_of(value: &Value) -> Option<String> {
    first_text(value).or_else(|| value.get("alternateName").and_then(text_of))
}

fn address_of(value: &Value) -> Option<String> {
    first_text(value).or_else(|| value.get("@id").and_then(text_of))
}

fn keywords_of(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().take(LIST_MAX).filter_map(text_of).collect(),
        value => text_of(value).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_however_they_are_stated() {
        for (date, found) in [
            (r#""2024-06-05""#, Some("2024-06-05")),
            (r#"["2024-06-05","2024-06-06"]"#, Some("2024-06-05")),
            ("1717577400", Some("1717577400")),
            ("1717577400000", Some("1717577400000")),
            ("20240605", Some("20240605")),
            ("2024", None),
            ("20240605.5", None),
            ("-17175774", None),
            (r#"{"@type":"Date","@value":"2024-06-05"}"#, Some("2024-06-05")),
            (r#"{"@type":"Date"}"#, None),
            ("null", None),
        ] {
            let block = format!(r#"{{"@type":"newsArticle","headline":"A bridge","datePublished":{date}}}"#);
            let article = read(&block).unwrap().article.unwrap();
            assert_eq!(article.published.as_deref(), found, "{date}");
        }
    }
}
