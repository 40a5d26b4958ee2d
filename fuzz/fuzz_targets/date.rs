//! Any text as a date: on a dump's labelled line, in a page's metadata, and among the words of its visible text.
#![no_main]

mod common;

use khabar::article::Content;
use libfuzzer_sys::fuzz_target;

const TEXT: &str =
    "The council voted on Monday to repair the old bridge before the winter, after months of debate.";

fuzz_target!(|date: &str| {
    let line = date.replace(['\n', '\r'], " ");
    let _ = common::parsed(Content::Dump(format!("A bridge for Tartus\nتاريخ النشر: {line}\n{TEXT}\n")));
    let shown = line.replace(['<', '"'], " ");
    let _ = common::parsed(Content::Html(format!(
        "<html><head><meta name=date content=\"{shown}\"></head><body><h1>A bridge for Tartus</h1>\
         <p class=date>{shown}</p><p>{TEXT}</p></body></html>"
    )));
});
