//! Rules per source: where it is found, its zone, the order of day and month, what to drop of its pages.
//!
//! Owns reading and checking the files, and looking a source up by host or label. It applies no rule itself.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;
use xxhash_rust::xxh3::Xxh3;

use crate::config::settings::SourcesSettings;
use crate::parse::fold::fold;

const COMPILED_IN: &str = include_str!("../config/sources.toml");
const COMPILED_IN_NAME: &str = "config/sources.toml (compiled in)";

/// A user's file is at most this large.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// Why the rules can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SourcesError {
    #[error("can't read the sources file {file}: {source}")]
    Read { file: String, source: std::io::Error },
    #[error(
        "the sources file {file} has more than {FILE_BYTES_MAX} bytes; divide the sources among deployments"
    )]
    TooLarge { file: String },
    #[error("{file}, line {line}: {problem}")]
    Line { file: String, line: usize, problem: String },
}

/// How a numeric date is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayMonthOrder {
    #[default]
    DayFirst,
    MonthFirst,
}

/// How articles of a source are deduplicated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DedupPolicy {
    #[default]
    Default,
    /// They are compared and their verdicts told, and never suppressed.
    Never,
}

/// What deduplication must know of an article's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DedupSource<'a> {
    /// Sources of one family are one source: they repeat each other's frames and background.
    pub family: &'a str,
    pub policy: DedupPolicy,
}

/// The rules of one source.
#[derive(Debug, Clone)]
pub struct SourceRule {
    /// What comes out as the article's source.
    pub key: String,
    /// Lower case, in punycode; pages of these hosts and of all below them.
    pub hosts: Vec<String>,
    pub labels: Vec<String>,
    /// The zone of dates that state none, with its IANA name.
    pub zone: Option<(String, TimeZone)>,
    pub day_month_order: DayMonthOrder,
    pub dedup: DedupPolicy,
    /// The family of sources that it belongs to; without one it is its own.
    pub dedup_family: Option<String>,
    /// CSS selectors.
    pub drop_selectors: Vec<String>,
    /// The file of the source's keyword dictionary; a relative one begins at the folder of the rules' file.
    pub keywords: Option<PathBuf>,
}

/// All rules, found by key, host or label.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    rules: Vec<SourceRule>,
    by_key: HashMap<String, usize>,
    by_host: HashMap<String, usize>,
    /// By the folded label.
    by_label: HashMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    source: BTreeMap<Spanned<String>, RuleText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    #[serde(default)]
    hosts: Vec<Spanned<String>>,
    #[serde(default)]
    labels: Vec<Spanned<String>>,
    zone: Option<Spanned<String>>,
    #[serde(default)]
    day_month_order: DayMonthOrder,
    #[serde(default)]
    dedup: DedupPolicy,
    dedup_family: Option<String>,
    #[serde(default)]
    drop_selectors: Vec<Spanned<String>>,
    keywords: Option<PathBuf>,
}

impl Sources {
    /// The compiled-in rules and the user's file; a key that is in both has the user's rules alone.
    pub fn load(settings: &SourcesSettings) -> Result<Self, SourcesError> {
        let mut rules = BTreeMap::new();
        read_rules(COMPILED_IN, COMPILED_IN_NAME, &mut rules)?;
        if !settings.file.is_empty() {
            let file = &settings.file;
            read_rules(&read(file)?, file, &mut rules)?;
        }
        Ok(Self::index(rules))
    }

    fn index(rules: BTreeMap<String, Placed>) -> Self {
        let mut sources = Self::default();
        // The user's rules come last: they win a host or label that two keys name.
        let mut placed: Vec<Placed> = rules.into_values().collect();
        placed.sort_by_key(|placed| placed.is_users);
        for Placed { rule, .. } in placed {
            let index = sources.rules.len();
            sources.by_key.insert(rule.key.clone(), index);
            sources.by_host.extend(rule.hosts.iter().map(|host| (host.clone(), index)));
            sources.by_label.extend(rule.labels.iter().map(|label| (fold(label), index)));
            sources.rules.push(rule);
        }
        sources
    }

    /// How articles of a source, as it stands in the article, are deduplicated.
    #[must_use]
    pub fn dedup_source<'a>(&'a self, source: &'a str) -> DedupSource<'a> {
        let by_key = self.by_key.get(source).and_then(|index| self.rules.get(*index));
        match by_key.or_else(|| self.by_label(source)) {
            Some(rule) => {
                DedupSource { family: rule.dedup_family.as_deref().unwrap_or(&rule.key), policy: rule.dedup }
            }
            None => DedupSource { family: source, policy: DedupPolicy::Default },
        }
    }

    /// Which sources are deduplicated by a policy or as part of a family, in short: how many, and a hash of their keys,
    /// families and policies. Equal where all of these are equal, in whatever order the files name them. By which hosts and
    /// labels an article is of a source is no part of it.
    #[must_use]
    pub fn dedup_policies(&self) -> String {
        let mut policies: Vec<(&str, DedupSource<'_>)> = self
            .rules
            .iter()
            .map(|rule| (rule.key.as_str(), self.dedup_source(&rule.key)))
            .filter(|(key, dedup)| *dedup != DedupSource { family: key, policy: DedupPolicy::Default })
            .collect();
        if policies.is_empty() {
            return "none".to_owned();
        }
        policies.sort_unstable_by_key(|(key, _)| *key);
        let mut hash = Xxh3::new();
        for (key, dedup) in &policies {
            for name in [key, dedup.family] {
                hash.update(&(name.len() as u64).to_le_bytes());
                hash.update(name.as_bytes());
            }
            hash.update(&[u8::from(dedup.policy == DedupPolicy::Never)]);
        }
        format!("{} with a policy, hash {:016x}", policies.len(), hash.digest())
    }

    /// The rule whose host is this one or the nearest above it: `news.example.com` finds `example.com`.
    #[must_use]
    pub fn by_host(&self, host: &str) -> Option<&SourceRule> {
        let mut rest = host.trim_end_matches('.');
        loop {
            if let Some(index) = self.by_host.get(rest) {
                return self.rules.get(*index);
            }
            rest = rest.split_once('.')?.1;
        }
    }

    /// The rule that has this key, or else this label, whatever its spelling.
    #[must_use]
    pub fn by_label(&self, label: &str) -> Option<&SourceRule> {
        let index = self.by_key.get(label).or_else(|| self.by_label.get(&fold(label)))?;
        self.rules.get(*index)
    }

    /// All rules, the compiled-in ones first, each by key.
    pub fn iter(&self) -> impl Iterator<Item = &SourceRule> {
        self.rules.iter()
    }
}

/// A rule and where it came from.
struct Placed {
    rule: SourceRule,
    is_users: bool,
}

/// A text with its file's name, to tell lines in messages.
struct Page<'text> {
    text: &'text str,
    file: &'text str,
}

impl Page<'_> {
    fn error(&self, at: usize, problem: String) -> SourcesError {
        let line = 1 + self.text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        SourcesError::Line { file: self.file.to_owned(), line, problem }
    }
}

fn read_rules(text: &str, file: &str, rules: &mut BTreeMap<String, Placed>) -> Result<(), SourcesError> {
    let page = Page { text, file };
    let parsed: File = toml::from_str(text)
        .map_err(|error| page.error(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
    let mut hosts_here: HashMap<String, String> = HashMap::new();
    for (key, rule) in parsed.source {
        let at = key.span().start;
        let key = key.into_inner();
        if key.trim().is_empty() {
            return Err(page.error(at, "a source's key must not be empty".to_owned()));
        }
        let rule = check(&key, rule, &page)?;
        for host in &rule.hosts {
            if let Some(other) = hosts_here.insert(host.clone(), key.clone()) {
                return Err(page.error(at, format!("the host {host} belongs to {other:?} and to {key:?}")));
            }
        }
        rules.insert(key, Placed { rule, is_users: file != COMPILED_IN_NAME });
    }
    Ok(())
}

fn check(key: &str, rule: RuleText, page: &Page<'_>) -> Result<SourceRule, SourcesError> {
    let zone = match rule.zone {
        Some(name) => Some(check_zone(&name, page)?),
        None => None,
    };
    let mut hosts = Vec::new();
    for host in &rule.hosts {
        hosts.push(check_host(host, page)?);
    }
    for selector in &rule.drop_selectors {
        if dom_query::Matcher::new(selector.get_ref()).is_err() {
            let problem = format!("{:?} is no CSS selector", selector.get_ref());
            return Err(page.error(selector.span().start, problem));
        }
    }
    for label in &rule.labels {
        if fold(label.get_ref()).is_empty() {
            return Err(page.error(label.span().start, "a label must not be empty".to_owned()));
        }
    }
    Ok(SourceRule {
        key: key.to_owned(),
        hosts,
        labels: rule.labels.into_iter().map(Spanned::into_inner).collect(),
        zone,
        day_month_order: rule.day_month_order,
        dedup: rule.dedup,
        dedup_family: rule.dedup_family,
        drop_selectors: rule.drop_selectors.into_iter().map(Spanned::into_inner).collect(),
        keywords: rule.keywords.map(|file| Path::new(page.file).parent().unwrap_or(Path::new("")).join(file)),
    })
}

fn check_zone(name: &Spanned<String>, page: &Page<'_>) -> Result<(String, TimeZone), SourcesError> {
    let text = name.get_ref();
    let zone = crate::parse::date::zone_by_name(text).ok_or_else(|| {
        page.error(
            name.span().start,
            format!("{text:?} is no time zone that is known here; use an IANA name such as Africa/Cairo"),
        )
    })?;
    Ok((text.clone(), zone))
}

/// A host name alone, in the form that URLs have: lower case, punycode, no dot at its end.
fn check_host(host: &Spanned<String>, page: &Page<'_>) -> Result<String, SourcesError> {
    let text = host.get_ref().trim().trim_end_matches('.');
    let is_bare = !text.is_empty() && !text.contains(['/', ':', '@', '?', '#', ' ', '*']);
    let parsed = if is_bare { url::Host::parse(text).ok() } else { None };
    parsed.map(|parsed| parsed.to_string()).ok_or_else(|| {
        let problem =
            format!("{text:?} is no host name; write it without scheme, path and star: example.com");
        page.error(host.span().start, problem)
    })
}

fn read(file: &str) -> Result<String, SourcesError> {
    let fail = |source| SourcesError::Read { file: file.to_owned(), source };
    let size = std::fs::metadata(file).map_err(fail)?.len();
    if size > FILE_BYTES_MAX {
        return Err(SourcesError::TooLarge { file: file.to_owned() });
    }
    std::fs::read_to_string(file).map_err(fail)
}

#[cfg(test)]
mod tests;
