//! Any text dump: an article or a named rejection.
#![no_main]

mod common;

use khabar::article::Content;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|dump: &str| {
    let _ = common::parsed(Content::Dump(dump.to_owned()));
});
