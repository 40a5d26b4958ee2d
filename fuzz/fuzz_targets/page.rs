//! Any HTML page: an article or a named rejection.
#![no_main]

mod common;

use khabar::article::Content;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|page: &str| {
    let _ = common::parsed(Content::Html(page.to_owned()));
});
