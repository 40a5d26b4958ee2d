//! Any configuration: a file, then variables and `--set` values, divided by bytes 0. It is valid, or all that is wrong
//! is told.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use khabar::config::settings::SourcesSettings;
use khabar::config::{LayerArguments, effective, load};
use khabar::sources::Sources;
use libfuzzer_sys::fuzz_target;

static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("khabar-fuzz-{}.toml", std::process::id())));

fuzz_target!(|input: &[u8]| {
    let mut parts = input.split(|byte| *byte == 0);
    std::fs::write(&*FILE, parts.next().unwrap_or_default()).expect("the temporary directory takes files");
    let mut layers = LayerArguments { files: vec![FILE.clone()], ..LayerArguments::default() };
    for part in parts {
        let text = String::from_utf8_lossy(part).into_owned();
        match text.split_once('=').filter(|(name, _)| name.starts_with("KHABAR__")) {
            Some((name, value)) => layers.environment.push((name.to_owned(), value.to_owned())),
            None => layers.overrides.push(text),
        }
    }
    match load(&layers) {
        Ok(loaded) => drop(effective(&loaded).expect("what was loaded can be shown")),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    // The rules per source are a file of their own; the same text is as good as any.
    let settings = SourcesSettings { file: FILE.display().to_string() };
    if let Err(error) = Sources::load(&settings) {
        assert!(!error.to_string().is_empty());
    }
});
