use super::{DayMonthOrder, Sources, SourcesError};
use crate::config::settings::SourcesSettings;

fn load(text: &str) -> (String, Result<Sources, SourcesError>) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let name = file.path().to_str().unwrap().to_owned();
    let loaded = Sources::load(&SourcesSettings { file: name.clone() });
    (name, loaded)
}

fn key_of_host(sources: &Sources, host: &str) -> Option<String> {
    sources.by_host(host).map(|rule| rule.key.clone())
}

#[test]
fn hosts_match_by_whole_labels() {
    let (_, sources) =
        load("[source.a]\nhosts = [\"example.com\"]\n[source.b]\nhosts = [\"news.example.com\"]\n");
    let sources = sources.unwrap();
    for (host, key) in [
        ("example.com", Some("a")),
        ("www.example.com", Some("a")),
        ("news.example.com", Some("b")),
        ("m.news.example.com", Some("b")),
        ("notexample.com", None),
        ("com", None),
        ("", None),
        ("example.com.", Some("a")),
    ] {
        assert_eq!(key_of_host(&sources, host).as_deref(), key, "{host}");
    }
}

#[test]
fn hosts_are_compared_in_the_form_that_urls_have() {
    let (_, sources) = load("[source.a]\nhosts = [\"Крым.EXAMPLE.com\", \"موقع.example.org\"]\n");
    let sources = sources.unwrap();
    for url in ["https://крым.example.com/1", "https://موقع.example.org/"] {
        let host = url::Url::parse(url).unwrap().host_str().unwrap().to_owned();
        assert!(sources.by_host(&host).is_some(), "{url}");
    }
}

#[test]
fn labels_match_in_any_spelling() {
    let (_, sources) = load("[source.a]\nlabels = [\"صحيفة الأنباء\"]\n");
    let sources = sources.unwrap();
    for label in ["صحيفة الأنباء", "صحيفة الانباء", "صَحيفةُ  الأنباء", "a"]
    {
        assert_eq!(sources.by_label(label).map(|rule| rule.key.as_str()), Some("a"), "{label}");
    }
    assert!(sources.by_label("صحيفة أخرى").is_none());
}

#[test]
fn the_users_rules_replace_those_of_the_same_key_and_win_hosts() {
    let (_, sources) = load(
        "[source.alwafd]\nlabels = [\"W\"]\nday_month_order = \"month_first\"\n[source.mine]\nhosts = [\"wam.ae\"]\n",
    );
    let sources = sources.unwrap();
    let replaced = sources.by_label("W").unwrap();
    assert_eq!((replaced.key.as_str(), replaced.day_month_order), ("alwafd", DayMonthOrder::MonthFirst));
    assert!(replaced.zone.is_none());
    assert!(sources.by_host("alwafd.news").is_none());
    assert_eq!(key_of_host(&sources, "wam.ae").as_deref(), Some("mine"));
}

#[test]
fn without_a_file_the_compiled_in_rules_stand() {
    let sources = Sources::load(&SourcesSettings { file: String::new() }).unwrap();
    let rule = sources.by_host("www.npr.org").unwrap();
    assert_eq!(rule.zone.as_ref().map(|(name, _)| name.as_str()), Some("America/New_York"));
}

#[test]
fn mistakes_are_named_with_file_and_line() {
    for (text, line, word) in [
        ("[source.a]\nhost = [\"example.com\"]\n", 2, "host"),
        ("\n[source.a]\nzone = \"Mars/Base\"\n", 3, "Mars/Base"),
        ("[source.a]\nday_month_order = \"sideways\"\n", 2, "sideways"),
        ("[source.a]\nhosts = [\"https://example.com/\"]\n", 2, "example.com"),
        ("[source.a]\nhosts = [\"*.example.com\"]\n", 2, "example.com"),
        ("[source.a]\ndrop_selectors = [\"p[[\"]\n", 2, "p[["),
        ("[source.a]\nlabels = [\" \"]\n", 2, "label"),
        ("[source.a]\nhosts = [\"example.com\"]\n[source.b]\nhosts = [\"example.com\"]\n", 3, "example.com"),
        ("[sauce.a]\n", 1, "sauce"),
        ("[source.a\n", 1, ""),
    ] {
        let (name, loaded) = load(text);
        let error = loaded.unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("{name}, line {line}: ")) && error.contains(word),
            "{text:?}: {error}"
        );
    }
    let missing = Sources::load(&SourcesSettings { file: "no/such/sources.toml".to_owned() }).unwrap_err();
    assert!(missing.to_string().contains("no/such/sources.toml"));
}

#[test]
fn dedup_policies_are_told_alike_in_any_order_and_differ_where_one_does() {
    let policies = |text: &str| load(text).1.unwrap().dedup_policies();
    assert_eq!(policies(""), "none", "or a new version of the compiled-in rules would keep workers apart");
    assert_eq!(policies("[source.a]\nhosts = [\"example.com\"]\n"), "none");
    assert_eq!(policies("[source.a]\ndedup_family = \"a\"\n"), "none", "each source is its own family");
    let never = "[source.a]\ndedup = \"never\"\n";
    let family = "[source.b]\ndedup_family = \"group\"\n";
    let both = policies(&format!("{never}{family}"));
    // It stands in claims logs, for workers of other versions.
    assert_eq!(both, "2 with a policy, hash 0123ca9d4cf49d19");
    assert_eq!(both, policies(&format!("{family}{never}[source.c]\nlabels = [\"C\"]\n")));
    let others = [
        never.to_owned(),
        family.to_owned(),
        format!("{never}{}", family.replace("group", "other")),
        format!("{family}{}", never.replace("source.a", "source.d")),
        format!("{family}{}", never.replace("dedup = \"never\"", "dedup_family = \"a\"")),
    ];
    for other in others {
        assert_ne!(both, policies(&other), "{other}");
    }
}
