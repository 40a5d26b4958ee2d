//! Claims byte for byte: whatever else changes, replicas of two versions that share a log must make the same of a text.
//!
//! Each folder of `tests/data/claims` holds a headline, a body and the claim that they make, in hexadecimal, in lines of
//! 64 digits. `KHABAR_WRITE_CLAIMS=1` writes it anew, and fails: what then differs needs a new version of the entry, or a new
//! engine.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::claim_of;
use crate::dedup::claim::encode_claim;
use crate::dedup::sketch::sketch;

fn hexadecimal(bytes: &[u8]) -> String {
    let mut written = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        let end = if at % 32 == 31 || at + 1 == bytes.len() { "\n" } else { "" };
        write!(written, "{byte:02x}{end}").unwrap();
    }
    written
}

#[test]
fn a_text_makes_the_same_claim_in_every_version() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/claims");
    let mut cases = 0;
    for folder in fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        let mut claim = claim_of(5, Some("https://news.example/1"), "raw");
        claim.sketch = sketch(read("headline.txt").trim_end(), &read("body.txt"));
        let made = hexadecimal(&encode_claim(&claim));
        let known = fs::read_to_string(folder.join("claim.hex")).unwrap_or_default();
        if std::env::var_os("KHABAR_WRITE_CLAIMS").is_some() {
            fs::write(folder.join("claim.hex"), &made).unwrap();
        }
        assert_eq!(made, known, "{}", folder.display());
        cases += 1;
    }
    assert!(cases >= 7, "{cases} cases");
}
