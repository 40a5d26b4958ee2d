//! Any file of dump labels, and a dump, divided by a byte 0: the file is refused with its line, or dumps are parsed by it.
#![no_main]

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use khabar::config::settings::Settings;
use khabar::config::{LayerArguments, load};
use khabar::flow::{Header, RawCoordinates, RawRecord};
use khabar::output_limits::OutputLimits;
use khabar::parse::Parser;
use khabar::rejection::Code;
use khabar::sources::Sources;
use khabar::stages::Stages;
use khabar::tag::Tagger;
use libfuzzer_sys::fuzz_target;

static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("khabar-fuzz-{}.tsv", std::process::id())));
static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    let mut settings = load(&LayerArguments::default()).expect("the defaults are valid").settings;
    settings.lexicon.dump_labels = vec![FILE.display().to_string()];
    settings
});

fuzz_target!(|input: &[u8]| {
    let at = input.iter().position(|byte| *byte == 0).unwrap_or(input.len());
    let (labels, dump) = (&input[..at], input.get(at + 1..).unwrap_or_default());
    std::fs::write(&*FILE, labels).expect("the temporary directory takes files");
    let parser = match Parser::new(&SETTINGS.parse, &SETTINGS.lexicon, Sources::default()) {
        Ok(parser) => parser,
        Err(error) => {
            assert!(error.to_string().contains(&*FILE.display().to_string()));
            return;
        }
    };
    let limits = Arc::new(OutputLimits::new(1 << 20));
    let stages = Stages::new(&SETTINGS, parser, Tagger::compiled_in(), None, limits);
    let headers = vec![Header::text("content-type", "text/plain; charset=utf-8")];
    let coordinates = RawCoordinates { topic: Arc::from("raw"), partition: 0, offset: 0 };
    let payload = Some(dump.to_vec());
    let raw = RawRecord { coordinates, timestamp_ms: Some(0), key: None, payload, headers };
    match stages.prepare(raw) {
        Ok(prepared) => drop(stages.finish(prepared, None)),
        Err(rejected) => assert!(!matches!(rejected.1.code, Code::DecodePanicked | Code::ParsePanicked)),
    }
});
