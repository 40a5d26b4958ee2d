//! Golden cases from `tests/data/process`, inputs and outputs that fail, and order under many threads.
//!
//! A case is a folder: its files but `expected.jsonl` and `settings.txt` (lines of `--set`) are the inputs, in the order
//! of their names. Each line of `expected.jsonl` holds what the line of output must hold at least; null is absent.

use std::fs;
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crossbeam_channel::unbounded;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::input::{Bytes, Format, Input};
use super::intake::Intake;
use super::{Event, Job, Observer, ProcessError, Processor, Summary};
use crate::budget::Budget;
use crate::config::{LayerArguments, load};

#[derive(Default)]
struct Notes {
    unreadable: Vec<String>,
}

impl Observer for Notes {
    fn advanced(&mut self, _: &Summary) {}

    fn unreadable(&mut self, input: &str, cause: &str) {
        self.unreadable.push(format!("{input}: {cause}"));
    }
}

fn processor(overrides: &[&str]) -> Processor {
    let overrides = overrides.iter().map(|text| (*text).to_owned()).collect();
    let loaded = load(&LayerArguments { overrides, ..LayerArguments::default() }).unwrap();
    Processor::new(&loaded.settings).unwrap()
}

fn input(name: &str, format: Format, bytes: impl Read + Send + 'static) -> Input {
    Input { name: Arc::from(name), format, open: Box::new(move || Ok(Box::new(bytes) as Bytes)) }
}

fn lines(text: &str) -> Vec<Input> {
    vec![input("-", Format::Jsonl, Cursor::new(text.as_bytes().to_vec()))]
}

fn output_of(processor: &Processor, inputs: Vec<Input>) -> String {
    let mut output = Vec::new();
    processor.run(inputs, None, &mut output, &mut Notes::default()).unwrap();
    String::from_utf8(output).unwrap()
}

fn parsed(output: &str) -> Vec<Value> {
    assert!(output.is_empty() || output.ends_with('\n'));
    output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The number stands in every three words, so that no two articles are near repeats.
fn article(number: usize) -> String {
    format!(
        "Report number {number} from the harbour\nShip {number} came in {number} with crates {number} of lemons \
         {number} and left {number} at noon, {number} the harbour {number} master wrote {number} in his {number} \
         book.\nNobody knew {number} what ship {number} was called {number}."
    )
}

fn envelope(number: usize) -> String {
    json!({"url": format!("https://news.example.com/{number}"), "content": article(number)}).to_string()
}

/// Numbers, repeats of them, and lines that give nothing.
fn mixed(count: usize) -> String {
    let line = |number: usize| match number % 10 {
        3 => String::new(),
        5 => "{\"content\": \"cut".to_owned(),
        7 | 8 => json!({"content": article(number / 4)}).to_string(),
        _ => envelope(number % 37),
    };
    (0..count).map(|number| line(number) + "\n").collect()
}

#[test]
fn every_case_gives_the_lines_that_its_folder_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/process");
    let mut folders: Vec<PathBuf> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() >= 4, "the cases are missing");
    for folder in folders {
        check(&folder);
    }
}

fn check(folder: &Path) {
    let settings = fs::read_to_string(folder.join("settings.txt")).unwrap_or_default();
    let mut inputs = Vec::new();
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        if name != "expected.jsonl" && name != "settings.txt" {
            inputs.push(input(name, Format::Auto, Cursor::new(fs::read(&file).unwrap())));
        }
    }
    let found = parsed(&output_of(&processor(&settings.lines().collect::<Vec<_>>()), inputs));
    let expected = parsed(&fs::read_to_string(folder.join("expected.jsonl")).unwrap());
    for (number, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let mut lacking = Vec::new();
        lacks(found, expected, "", &mut lacking);
        assert!(lacking.is_empty(), "{} line {}: {lacking:#?}\n{found:#}", folder.display(), number + 1);
    }
    assert_eq!(found.len(), expected.len(), "{}", folder.display());
}

/// Where `found` is not what `expected` holds at least.
fn lacks(found: &Value, expected: &Value, at: &str, lacking: &mut Vec<String>) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            for (name, value) in expected {
                lacks(found.get(name).unwrap_or(&Value::Null), value, &format!("{at}/{name}"), lacking);
            }
        }
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
                lacks(found, expected, &format!("{at}/{number}"), lacking);
            }
        }
        _ if found == expected => {}
        _ => lacking.push(format!("{at}: {found}, not {expected}")),
    }
}

#[test]
fn one_line_comes_out_for_each_that_goes_in_whatever_the_line_ends() {
    let text = format!("{}\r\n\n{{\n  \r\n\0\n{}", envelope(1), envelope(2));
    let found = parsed(&output_of(&processor(&[]), lines(&text)));
    let outcomes: Vec<&str> = found.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["enriched", "rejected", "rejected", "rejected", "rejected", "enriched"]);
    for (number, line) in (1_u64..).zip(&found) {
        assert_eq!(line["source"], json!({"file": "-", "line": number}));
    }
    assert_eq!(found[5]["item"]["khabar"]["raw"], json!({"topic": "-", "partition": 0, "offset": 5}));
    assert_eq!(found[1]["error"]["stage"], "decode");
    assert!(found[1]["error"]["message"].as_str().unwrap().len() > 5);
}

#[test]
fn the_output_is_the_same_for_any_number_of_threads() {
    let text = mixed(600);
    for dedup in ["dedup.enabled=true", "dedup.enabled=false"] {
        let one = output_of(&processor(&[dedup, "workers.threads=1"]), lines(&text));
        let four = output_of(&processor(&[dedup, "workers.threads=4"]), lines(&text));
        assert_eq!(parsed(&one).len(), 600);
        assert!(one == four, "{dedup}: the lines differ");
        assert_eq!(dedup.ends_with("true"), one.contains("\"kind\":\"exact\""));
    }
}

#[test]
fn a_line_that_is_too_long_is_rejected_and_the_next_one_is_read() {
    let small =
        ["decode.payload_bytes_max=2048", "decode.content_bytes_max=2048", "parse.body_bytes_max=2048"];
    let processor = processor(&[&small[..], &["decode.meta_bytes_max=0"]].concat());
    let exactly = |bytes: usize| {
        let frame = json!({"content": "A b. "}).to_string().len();
        json!({"content": "A b. ".to_owned() + &"word ".repeat(bytes)[..bytes - frame]}).to_string()
    };
    for end in ["\n", "\r\n"] {
        let text = [exactly(2048), exactly(2049), exactly(500_000), envelope(1)].join(end);
        let found = parsed(&output_of(&processor, lines(&text)));
        let codes: Vec<Option<&str>> = found.iter().map(|line| line["error"]["code"].as_str()).collect();
        assert_eq!(codes, [None, Some("payload_too_large"), Some("payload_too_large"), None], "{end:?}");
    }
    let whole = vec![input("a.txt", Format::Auto, io::repeat(b'a').take(1 << 40))];
    assert_eq!(parsed(&output_of(&processor, whole))[0]["error"]["code"], "payload_too_large");
}

#[test]
fn the_given_fetch_time_holds_for_what_states_none() {
    let own = json!({"fetched_at": "2024-05-03T10:00:00Z", "content": article(3)}).to_string();
    let inputs = vec![
        input("a.txt", Format::Auto, Cursor::new(article(1))),
        input("b", Format::Jsonl, Cursor::new(envelope(2) + "\n" + &own)),
    ];
    let mut output = Vec::new();
    let fetched_at_ms = Some(1_714_600_000_000);
    processor(&[]).run(inputs, fetched_at_ms, &mut output, &mut Notes::default()).unwrap();
    let found = parsed(std::str::from_utf8(&output).unwrap());
    let times: Vec<&Value> = found.iter().map(|line| &line["item"]["khabar"]["raw"]["fetched_at"]).collect();
    assert_eq!(times, ["2024-05-01T21:46:40.000Z", "2024-05-01T21:46:40.000Z", "2024-05-03T10:00:00.000Z"]);
}

#[test]
fn only_a_setting_makes_records_shrink() {
    let long =
        json!({"content": article(1) + &"\nThe ship lay at anchor all day long.".repeat(800)}).to_string();
    let item =
        |overrides: &[&str]| parsed(&output_of(&processor(overrides), lines(&long)))[0]["item"].clone();
    let (whole, fitted) = (item(&[]), item(&["emit.record_bytes_max=16384"]));
    assert!(whole.to_string().len() > 30_000 && whole["khabar"]["degraded"].is_null());
    assert!(fitted.to_string().len() < 16_384 && !fitted["khabar"]["degraded"].is_null());
}

#[test]
fn what_breaks_off_is_named_and_the_other_inputs_go_on() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let locked = Input {
        name: Arc::from("locked"),
        format: Format::Auto,
        open: Box::new(|| Err(io::Error::from(io::ErrorKind::PermissionDenied))),
    };
    let begun = Cursor::new(envelope(1) + "\n" + &envelope(2)[..20]).chain(Broken);
    let inputs = vec![
        input("broken", Format::Jsonl, begun),
        input("broken.txt", Format::Auto, Broken),
        locked,
        input("whole", Format::Jsonl, Cursor::new(envelope(3))),
    ];
    let mut output = Vec::new();
    let mut notes = Notes::default();
    let summary = processor(&[]).run(inputs, None, &mut output, &mut notes).unwrap();
    let found = parsed(std::str::from_utf8(&output).unwrap());
    let places: Vec<&Value> = found.iter().map(|line| &line["source"]["file"]).collect();
    assert_eq!(places, ["broken", "whole"], "a line that broke off is no record");
    assert_eq!((summary.enriched, summary.unreadable, summary.reader_gone), (2, 3, false));
    assert_eq!(notes.unreadable[..2], ["broken: the disk is gone", "broken.txt: the disk is gone"]);
    assert!(notes.unreadable[2].starts_with("locked: "));
}

/// Takes so many bytes and then fails.
struct Full(usize, io::ErrorKind);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 < bytes.len() {
            return Err(io::Error::from(self.1));
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_ends_quietly_and_a_full_disk_does_not() {
    let endless = || vec![input("-", Format::Jsonl, Cursor::new(mixed(50)).chain(io::repeat(b'\n')))];
    let run = |kind| {
        let mut output = Full(1 << 19, kind);
        processor(&[]).run(endless(), None, &mut output, &mut Notes::default())
    };
    assert!(run(io::ErrorKind::BrokenPipe).unwrap().reader_gone);
    assert!(matches!(run(io::ErrorKind::StorageFull), Err(ProcessError::Write(_))));
    let mut output = Full(0, io::ErrorKind::BrokenPipe);
    let summary = processor(&[]).run(lines(&mixed(3)), None, &mut output, &mut Notes::default()).unwrap();
    assert!(summary.reader_gone, "found out with the last flush");
}

#[test]
fn a_thread_that_dies_ends_the_work_and_nobody_waits_for_it() {
    struct Bug;
    impl Read for Bug {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            panic!("on purpose");
        }
    }
    let inputs = vec![input("-", Format::Jsonl, Cursor::new(mixed(20)).chain(Bug))];
    let error = processor(&[]).run(inputs, None, &mut Vec::new(), &mut Notes::default()).unwrap_err();
    assert!(error.to_string().starts_with("the intake thread died: on purpose"), "{error}");
}

#[test]
fn reading_waits_where_as_much_is_in_flight_as_may_be() {
    let (jobs, queue) = unbounded();
    let (events, happened) = unbounded();
    let intake = Intake {
        budget: Budget::new(3, 1 << 20),
        payload_bytes_max: 1 << 20,
        fetched_at_ms: None,
        stop: Arc::new(AtomicBool::new(false)),
        jobs,
        events,
        records: 0,
    };
    let reading = std::thread::spawn(move || intake.run(lines(&mixed(40))));
    let mut in_flight = Vec::new();
    for index in 0..40 {
        let Job::Prepare { ticket, .. } = queue.recv().unwrap() else { panic!("nothing is prepared yet") };
        assert_eq!(ticket.index, index);
        in_flight.push(ticket);
        if in_flight.len() == 3 {
            assert!(queue.is_empty(), "a fourth record entered");
            in_flight.remove(0);
        }
    }
    assert!(matches!(happened.recv().unwrap(), Event::Ended { records: 40 }));
    reading.join().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_give_as_many_lines_as_they_have(bytes in prop::collection::vec(
        prop_oneof![3 => Just(b'\n'), 1 => Just(b'\r'), 2 => Just(b'{'), 6 => any::<u8>()], 0..400,
    )) {
        let line_count = bytes.split_inclusive(|byte| *byte == b'\n').count();
        let processor = processor(&["workers.threads=2", "workers.stack_kib=2048"]);
        let inputs = vec![
            input("lines", Format::Jsonl, Cursor::new(bytes.clone())),
            input("looked at", Format::Auto, Cursor::new(bytes)),
        ];
        let found = parsed(&output_of(&processor, inputs));
        let of_lines = found.iter().filter(|line| line["source"]["file"] == "lines").count();
        prop_assert_eq!(of_lines, line_count);
        prop_assert!(found.len() > of_lines, "the other input gives a line at least");
    }
}
