use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::json;
use tracing_subscriber::layer::SubscriberExt;

use super::*;

/// 2024-12-02T10:20:30.456Z.
const MOMENT_MS: i64 = 1_733_134_830_456;

fn captured(level_max: LevelFilter, work: impl FnOnce()) -> Vec<Value> {
    let lines = Arc::new(Mutex::new(String::new()));
    let sink = Arc::clone(&lines);
    let layer = LogLayer {
        level_max,
        form: Form::Json,
        write: Box::new(move |text: &str| sink.lock().unwrap().push_str(text)),
    };
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
    let text = lines.lock().unwrap().clone();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_event_becomes_one_json_object() {
    let lines = captured(LevelFilter::INFO, || {
        events::emit(
            &events::CONSUMER_RESUMED,
            "reading goes on\nafter \"a\" while",
            &[("paused_ms", json!(12))],
        );
    });
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["level"], "info");
    assert_eq!(lines[0]["event"], "consumer_resumed");
    assert_eq!(lines[0]["msg"], "reading goes on\nafter \"a\" while");
    assert_eq!(lines[0]["paused_ms"], 12);
    let time: jiff::Timestamp = lines[0]["ts"].as_str().unwrap().parse().unwrap();
    assert!(time.as_millisecond() > MOMENT_MS);
}

#[test]
fn events_below_the_level_are_dropped() {
    let lines = captured(LevelFilter::WARN, || {
        events::emit(&events::CONSUMER_RESUMED, "m", &[]);
        events::emit(&events::FENCED, "m", &[]);
    });
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["event"], "fenced");
}

#[test]
fn libraries_are_heard_from_warn_on_and_never_as_errors() {
    let lines = captured(LevelFilter::DEBUG, || {
        tracing::info!(target: "somelib", "chatter");
        tracing::error!(target: "somelib", "trouble");
        tracing::warn!(target: "librdkafka", "disconnected");
    });
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["event"], &lines[0]["level"]), (&json!("library_log"), &json!("warn")));
    assert_eq!((&lines[0]["severity"], &lines[0]["msg"]), (&json!("error"), &json!("trouble")));
    assert_eq!(lines[1]["event"], "kafka_client_log");
}

#[test]
fn the_forms_of_a_line() {
    let line = Line::new(
        "warn",
        "broker_unreachable".to_owned(),
        "no answer\u{1b}[2J".to_owned(),
        r#"{"attempt":3,"bootstrap_servers":"a:1, b:2","cause":"refused"}"#,
    )
    .at(MOMENT_MS);
    assert_eq!(
        line.render(Form::Json),
        "{\"ts\":\"2024-12-02T10:20:30.456Z\",\"level\":\"warn\",\"event\":\"broker_unreachable\",\
         \"msg\":\"no answer\\u001b[2J\",\"attempt\":3,\"bootstrap_servers\":\"a:1, b:2\",\"cause\":\"refused\"}\n"
    );
    assert_eq!(
        line.render(Form::Human { colours: false }),
        "10:20:30.456Z WARN  broker_unreachable  no answer\\u{1b}[2J  attempt=3  bootstrap_servers=\"a:1, b:2\"  \
         cause=refused\n"
    );
    assert!(line.render(Form::Human { colours: true }).contains("\u{1b}[33mWARN"));
}

#[test]
fn the_place_of_a_bug_tells_nothing_of_the_machine_that_built_it() {
    for (file, place) in [
        ("src/parse/mod.rs", "src/parse/mod.rs"),
        ("/home/someone/registry/src/index/some-crate-1.2.3/src/lib.rs", "some-crate-1.2.3/src/lib.rs"),
        ("/rustc/0123abc/library/core/src/option.rs", "core/src/option.rs"),
    ] {
        assert_eq!(place_of(file), place);
    }
}

proptest! {
    #[test]
    fn a_line_is_one_line_and_parses(message in ".*", value in ".*", unix_ms in any::<i64>()) {
        let fields = json!({"cause": value}).to_string();
        let line = Line::new("info", "running".to_owned(), message, &fields).at(unix_ms);
        for form in [Form::Json, Form::Human { colours: false }] {
            let text = line.render(form);
            prop_assert_eq!(text.matches('\n').count(), 1);
            prop_assert!(text.ends_with('\n'));
        }
        let parsed: Value = serde_json::from_str(&line.render(Form::Json)).unwrap();
        prop_assert_eq!(&parsed["cause"], &json!(value));
    }
}
