//! What the window says of its memory.

use super::*;

/// Different in every code, so that all of its keys are new.
fn distinct(number: u32) -> Claim {
    let mut claim = claim_of(number.into(), None, "");
    let hash = u128::from(number) + 1;
    (claim.article_id, claim.sketch.text_hash) = (hash.to_le_bytes(), hash.to_be_bytes());
    claim.has_url = true;
    claim.sketch.shingles = 300;
    let spread = |place: u32| (number.wrapping_mul(48).wrapping_add(place)).wrapping_mul(0x9e37_79b1) >> 16;
    claim.sketch.codes = (0..48).map(|place| u16::try_from(spread(place)).unwrap()).collect();
    claim.sketch.codes.sort_unstable();
    claim.sketch.key_tails = (0..12).map(|place| u16::try_from(spread(place + 7)).unwrap()).collect();
    claim
}

#[test]
fn the_windows_memory_grows_with_its_claims_and_is_given_back() {
    const CLAIMS: u32 = 60_000;
    let mut window = Window::new(level());
    let mut earlier = window.bytes();
    for number in 0..CLAIMS {
        window.insert(&distinct(number), 0).unwrap();
        if number % 20_000 == 19_999 {
            assert!(window.bytes() > earlier);
            earlier = window.bytes();
        }
    }
    let of_one = window.bytes() / CLAIMS as usize;
    assert!((150..700).contains(&of_one), "{of_one}");

    // A text that several have is listed.
    for _ in 0..1_000 {
        window.insert(&distinct(0), 0).unwrap();
    }
    assert!(window.bytes() > earlier);
    let full = window.bytes();
    // What expires gives its room back; the tables keep theirs.
    window.insert(&distinct(CLAIMS), 100 * HOUR_MS).unwrap();
    assert!(window.bytes() < full / 4 * 3, "{} of {full}", window.bytes());
}
