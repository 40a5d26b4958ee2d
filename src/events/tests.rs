use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::*;

/// All Rust files below `src`, with their path relative to it, in order.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn is_below(name: &str, rooms: &[&str]) -> bool {
    rooms.iter().any(|room| name == format!("{room}.rs") || name.starts_with(&format!("{room}/")))
}

/// Whether `word` occurs where no identifier character stands around it.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && (!after.is_some_and(is_part) || word.ends_with(['(', ':']))
    })
}

fn code_of(source: &str) -> String {
    source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn only_the_catalogue_logs() {
    let logging =
        ["info!(", "warn!(", "error!(", "debug!(", "trace!(", "log!(", "span!(", "event!(", "dbg!("];
    let printing = ["println!(", "eprintln!(", "print!(", "eprint!("];
    let mut offences = Vec::new();
    for (name, source) in sources() {
        if is_below(&name, &["events", "telemetry"]) {
            continue;
        }
        let code = code_of(&source);
        let measuring =
            ["dedup/tests/purity", "parse/dump/tests", "tag/keyphrases/tests", "tag/keyword_line/learning"];
        let prints_by_trade =
            is_below(&name, &["cli", "main", "worker/model"]) || is_below(&name, &measuring);
        let forbidden =
            logging.iter().chain(if prints_by_trade { [].iter() } else { printing.iter() }).copied();
        for word in forbidden.chain(["tracing::", "log::"]) {
            if has_word(&code, word) {
                offences.push(format!("src/{name}: {word}"));
            }
        }
    }
    assert!(offences.is_empty(), "log through events::emit: {offences:#?}");
}

#[test]
fn every_event_is_emitted_somewhere() {
    let catalogue = include_str!("catalogue.rs");
    let constants: Vec<&str> = catalogue
        .lines()
        .filter_map(|line| line.trim_start().split_once(" = \""))
        .map(|(constant, _)| constant)
        .collect();
    assert_eq!(constants.len(), CATALOGUE.len());
    let code: Vec<String> = sources()
        .into_iter()
        .filter(|(name, _)| !is_below(name, &["events"]))
        .map(|(_, source)| code_of(&source))
        .collect();
    let unused: Vec<&str> = constants
        .into_iter()
        .filter(|constant| !code.iter().any(|source| has_word(source, constant)))
        .collect();
    assert!(unused.is_empty(), "events that nothing emits: {unused:?}");
}

#[test]
fn names_are_unique_and_texts_are_there() {
    let is_snake_case = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let mut names = BTreeSet::new();
    for kind in CATALOGUE {
        assert!(names.insert(kind.name), "{} is listed twice", kind.name);
        assert!(is_snake_case(kind.name), "{}", kind.name);
        assert!(kind.fields.iter().all(|field| is_snake_case(field)), "{}", kind.name);
        let reserved = ["ts", "level", "event", "msg", HELD_BACK];
        let clash = kind.fields.iter().find(|field| reserved.contains(field));
        assert_eq!(clash, None, "{}: a field of every line", kind.name);
        assert_eq!(kind.fields.iter().collect::<BTreeSet<_>>().len(), kind.fields.len(), "{}", kind.name);
        assert!(!kind.meaning.is_empty() && !kind.remedy.is_empty(), "{}", kind.name);
    }
}

#[test]
fn the_document_is_the_catalogue() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/EVENTS.md");
    if std::env::var_os("KHABAR_WRITE_DOCS").is_some() {
        fs::write(&path, markdown()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == markdown(),
        "docs/EVENTS.md is old: write it with `khabar events --format markdown`, or by this test with KHABAR_WRITE_DOCS=1"
    );
}

#[test]
fn repeated_warnings_are_held_back_and_counted() {
    let repeats = Repeats::new(2);
    let start = Instant::now();
    let passes: Vec<Pass> = (0..5).map(|_| repeats.pass(&BROKER_UNREACHABLE, start)).collect();
    assert_eq!(passes[..2], [Pass::Shown { held_back: 0 }; 2]);
    assert_eq!(passes[2..], [Pass::Held; 3]);

    assert_eq!(repeats.pass(&POLL_LATE, start), Pass::Shown { held_back: 0 }, "each kind has its own count");

    let later = start + Duration::from_secs(WINDOW_SECONDS);
    assert_eq!(repeats.pass(&BROKER_UNREACHABLE, later), Pass::Shown { held_back: 3 });
    assert_eq!(repeats.pass(&BROKER_UNREACHABLE, later), Pass::Shown { held_back: 0 });
}

#[test]
fn errors_and_information_are_never_held_back() {
    let repeats = Repeats::new(0);
    let now = Instant::now();
    for kind in CATALOGUE.iter().filter(|kind| kind.level != Level::Warn) {
        for _ in 0..100 {
            assert_eq!(repeats.pass(kind, now), Pass::Shown { held_back: 0 }, "{}", kind.name);
        }
    }
}

#[test]
#[cfg(debug_assertions)]
fn a_field_outside_the_catalogue_is_a_bug() {
    let outcome = std::panic::catch_unwind(|| emit(&JOINING, "m", &[("surprise", Value::from(1))]));
    assert!(outcome.is_err());
}
