use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::settings::{Delivery, Secret};
use super::*;

fn with_overrides(overrides: &[&str]) -> Result<Loaded, ConfigError> {
    load(&LayerArguments {
        overrides: overrides.iter().map(|text| (*text).to_owned()).collect(),
        ..LayerArguments::default()
    })
}

fn messages(result: Result<Loaded, ConfigError>) -> Vec<String> {
    result.err().map(|error| error.problems.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/config");
    let mut cases: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// What a case shows: each key that differs from the defaults with its value and origin, or the errors.
fn outcome(case: &Path) -> String {
    let mut files: Vec<PathBuf> = fs::read_dir(case)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    let environment = lines(&case.join("environment"))
        .iter()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let overrides = lines(&case.join("set"));
    let text = match load(&LayerArguments { files, environment, overrides }) {
        Err(error) => format!("{error}\n"),
        Ok(loaded) => {
            let mut text = String::new();
            for row in effective(&loaded).unwrap() {
                if row.origin != Origin::Default {
                    writeln!(text, "[{}] {} = {} ({})", row.section, row.name, row.value, row.origin)
                        .unwrap();
                }
            }
            text
        }
    };
    text.replace(&format!("{}/", case.display()), "")
}

#[test]
fn golden_cases() {
    let cases = cases();
    assert!(cases.len() >= 10, "the cases are there");
    for case in cases {
        let expected_path = case.join("expected.txt");
        let found = outcome(&case);
        if std::env::var_os("KHABAR_WRITE_DOCS").is_some() {
            fs::write(&expected_path, &found).unwrap();
        }
        let expected = fs::read_to_string(&expected_path).unwrap_or_default();
        assert_eq!(found, expected, "{}", case.display());
    }
}

#[test]
fn the_defaults_are_complete_and_valid() {
    let loaded = with_overrides(&[]).unwrap();
    assert!(loaded.origins.values().all(|origin| *origin == Origin::Default));
    let rows = effective(&loaded).unwrap();
    let listed: BTreeSet<String> = rows.iter().map(|row| row.key.clone()).collect();
    let known: BTreeSet<String> = loaded.origins.keys().cloned().collect();
    assert_eq!(listed, known, "config/khabar.toml and the settings have the same keys");
    assert_eq!(rows[0].name, "delivery", "in the order of the file");
}

#[test]
fn every_key_has_a_comment_or_shares_its_neighbours() {
    let mut is_explained = false;
    for line in DEFAULTS.lines() {
        match line.trim() {
            "" => is_explained = false,
            text if text.starts_with('#') => is_explained = true,
            text if text.starts_with('[') => is_explained = true,
            text => assert!(is_explained, "no comment above {text}"),
        }
    }
}

#[test]
fn later_layers_win_and_origins_tell() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("1.toml"), folder.path().join("2.toml"));
    fs::write(&first, "delivery = \"at-least-once\"\n[kafka]\ngroup = \"a\"\nraw_topics = [\"x\", \"y\"]\n")
        .unwrap();
    fs::write(&second, "[kafka]\ngroup = \"b\"\nrack = \"r2\"\n").unwrap();
    let loaded = load(&LayerArguments {
        files: vec![first.clone(), second.clone()],
        environment: vec![
            ("KHABAR__KAFKA__RACK".to_owned(), "r3".to_owned()),
            ("KHABAR__KAFKA__CLIENT_ID".to_owned(), "c3".to_owned()),
            ("KHABAR_PORT".to_owned(), "tcp://10.0.0.1:80".to_owned()),
        ],
        overrides: vec!["kafka.client_id=c4".to_owned(), "kafka.raw_topics=z".to_owned()],
    })
    .unwrap();
    let kafka = &loaded.settings.kafka;
    assert_eq!(loaded.settings.delivery, Delivery::AtLeastOnce);
    assert_eq!((kafka.group.as_str(), kafka.rack.as_str(), kafka.client_id.as_str()), ("b", "r3", "c4"));
    assert_eq!(kafka.raw_topics, ["z"], "a list replaces the earlier one");
    assert_eq!(loaded.origins["delivery"], Origin::File(first));
    assert_eq!(loaded.origins["kafka.group"], Origin::File(second));
    assert_eq!(loaded.origins["kafka.rack"], Origin::Environment("KHABAR__KAFKA__RACK".to_owned()));
    assert_eq!(loaded.origins["kafka.client_id"], Origin::CommandLine);
    assert_eq!(loaded.origins["kafka.claims_topic"], Origin::Default);
}

#[test]
fn texts_are_read_by_the_type_of_the_default() {
    let loaded = with_overrides(&[
        "kafka.group=12",
        "transaction.records_max=2_000",
        "dedup.enabled=false",
        "kafka.raw_topics=a, b",
        "lexicon.dump_labels=[\"one,1.txt\", \"two.txt\"]",
        "kafka.properties.queued.min.messages=5",
    ])
    .unwrap();
    assert_eq!(loaded.settings.kafka.group, "12");
    assert_eq!(loaded.settings.transaction.records_max, 2000);
    assert!(!loaded.settings.dedup.enabled);
    assert_eq!(loaded.settings.kafka.raw_topics, ["a", "b"]);
    assert_eq!(loaded.settings.lexicon.dump_labels, ["one,1.txt", "two.txt"]);
    assert_eq!(loaded.settings.kafka.properties["queued.min.messages"], "5");
}

#[test]
fn properties_come_from_files_and_environment_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("k.toml");
    fs::write(&file, "[kafka.properties]\n\"fetch.min.bytes\" = 1\nfetch.wait.max.ms = \"50\"\n").unwrap();
    let loaded = load(&LayerArguments {
        files: vec![file],
        environment: vec![("KHABAR__KAFKA__PROPERTIES__LINGER_MS".to_owned(), "7".to_owned())],
        overrides: vec![],
    })
    .unwrap();
    let properties: Vec<(&str, &str)> = loaded
        .settings
        .kafka
        .properties
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(properties, [("fetch.min.bytes", "1"), ("fetch.wait.max.ms", "50"), ("linger.ms", "7")]);
    assert_eq!(
        loaded.origins["kafka.properties.linger.ms"],
        Origin::Environment("KHABAR__KAFKA__PROPERTIES__LINGER_MS".to_owned())
    );
}

#[test]
fn what_would_break_a_guarantee_is_refused_with_a_reason() {
    for name in [
        "enable.auto.commit",
        "isolation.level",
        "transactional.id",
        "acks",
        "Group.ID",
        "offset.store.path",
        "rebalance_cb",
        "test.mock.num.brokers",
        "compression.type",
        "sasl.mechanisms",
        "ssl.key.password",
    ] {
        let found = messages(with_overrides(&[&format!("kafka.properties.{name}=x")]));
        assert_eq!(found.len(), 1, "{name}");
        assert!(
            found[0].contains(name) && found[0].contains("refused: ") && found[0].contains("use instead: ")
        );
    }
    for name in ["fetch.min.bytes", "ssl.cipher.suites", "sasl.oauthbearer.method", "debug", "no.such.name"] {
        assert_eq!(property_refusal(name), None, "{name}");
    }
}

#[test]
fn unreadable_files_are_named_and_huge_ones_refused() {
    let folder = tempfile::tempdir().unwrap();
    let huge = folder.path().join("huge.toml");
    fs::write(&huge, "#".repeat((1 << 20) + 1)).unwrap();
    let missing = folder.path().join("missing.toml");
    let found = messages(load(&LayerArguments {
        files: vec![missing, huge, folder.path().to_owned()],
        ..LayerArguments::default()
    }));
    assert_eq!(found.len(), 3);
    assert!(found[0].contains("missing.toml: cannot be read"));
    assert!(found[1].contains("huge.toml: larger than"));
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("dotted.toml", format!("{}a = 1", "a.".repeat(100_000))),
        ("arrays.toml", format!("a = {}", "[".repeat(100_000))),
        ("inline.toml", format!("a = {}", "{a=".repeat(100_000))),
        ("header.toml", format!("[{}a]", "a.".repeat(100_000))),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        assert!(
            !messages(load(&LayerArguments { files: vec![file], ..Default::default() })).is_empty(),
            "{name}"
        );
    }
    let long = format!("{}=1", "a.".repeat(100_000));
    assert_eq!(messages(with_overrides(&[&long])).len(), 1);
}

#[test]
fn secrets_never_show() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.toml");
    fs::write(&broken, "[kafka]\nsasl_password = \"hunter2\n").unwrap();
    let wrong_type = folder.path().join("type.toml");
    fs::write(&wrong_type, "[kafka]\nsasl_password = [\"hunter2\"]\n").unwrap();
    for file in [broken, wrong_type] {
        let error = load(&LayerArguments { files: vec![file], ..Default::default() }).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
    let error = with_overrides(&["kafka.sasl_password:hunter2"]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");

    let loaded = with_overrides(&[
        "kafka.security_protocol=sasl_ssl",
        "kafka.sasl_mechanism=PLAIN",
        "kafka.sasl_username=u",
        "kafka.sasl_password=hunter2",
        "kafka.properties.sasl.oauthbearer.client.secret=hunter2",
        "kafka.properties.ssl.key.pem=hunter2",
    ])
    .unwrap();
    let rows = effective(&loaded).unwrap();
    assert!(!format!("{rows:?}").contains("hunter2"));
    assert_eq!(rows.iter().filter(|row| row.value.as_str() == Some("(hidden)")).count(), 3);
    assert!(!format!("{loaded:?}").contains("hunter2"));
    assert!(!serde_json::to_string(&loaded.settings).unwrap().contains("hunter2"));
    assert!(!format!("{:?}", secrets::read(&loaded.settings).unwrap()).contains("hunter2"));
}

#[test]
fn secrets_come_from_the_first_line_of_their_files() {
    let folder = tempfile::tempdir().unwrap();
    let (password, empty) = (folder.path().join("password"), folder.path().join("empty"));
    fs::write(&password, "hunter2 \r\nanother line\n").unwrap();
    fs::write(&empty, "\n").unwrap();
    let mut settings = with_overrides(&[]).unwrap().settings;
    settings.kafka.sasl_password_file = password.display().to_string();
    settings.kafka.ssl_key_password_file = password.display().to_string();
    let secrets = secrets::read(&settings).unwrap();
    assert_eq!(secrets.sasl_password.reveal(), "hunter2");
    assert_eq!(secrets.ssl_key_password.reveal(), "hunter2");

    settings.kafka.sasl_password_file = empty.display().to_string();
    settings.kafka.ssl_key_password_file = "/no/such/file".to_owned();
    settings.kafka.ssl_ca_file = "/no/such/ca".to_owned();
    let error = secrets::read(&settings).unwrap_err().to_string();
    assert!(
        error.contains("the first line is empty")
            && error.contains("/no/such/file")
            && error.contains("/no/such/ca")
    );

    settings = with_overrides(&[]).unwrap().settings;
    settings.kafka.sasl_password = Secret::new("direct".to_owned());
    assert_eq!(secrets::read(&settings).unwrap().sasl_password.reveal(), "direct");
}

/// Keys of all kinds, half-right and wrong ones among them.
fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_.]{0,24}",
        Just("kafka.group".to_owned()),
        Just("kafka.raw_topics".to_owned()),
        Just("kafka.bootstrap_servers".to_owned()),
        Just("kafka.properties.debug".to_owned()),
        Just("transaction.interval_ms".to_owned()),
        Just("dedup.enabled".to_owned()),
        Just("decode.json.url".to_owned()),
        Just("http.listen".to_owned()),
        Just("parse.zone".to_owned()),
        ".*",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_text_makes_it_panic(
        file in prop_oneof![".*", "(\\[[a-z.]{1,12}\\]\n([a-z_]{1,12} = (\"[a-z]*\"|-?[0-9]{1,20}|true|\\[\\])\n){0,4}){0,4}"],
        pairs in prop::collection::vec((any_key(), ".*"), 0..6),
        loose in prop::collection::vec(".*", 0..3),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("any.toml");
        fs::write(&path, &file).unwrap();
        let environment = pairs
            .iter()
            .map(|(key, value)| (format!("KHABAR__{}", key.to_uppercase().replace('.', "__")), value.clone()))
            .collect();
        let overrides = pairs.iter().map(|(key, value)| format!("{key}={value}")).chain(loose).collect();
        if let Err(error) = load(&LayerArguments { files: vec![path], environment, overrides }) {
            prop_assert!(!error.problems.is_empty());
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
