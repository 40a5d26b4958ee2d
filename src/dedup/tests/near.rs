//! What newspapers do to a text, and what the verdict must be.

use super::news::{Random, claim};
use super::{HOUR_MS, level};
use crate::article::{Judgement, Verdict};
use crate::dedup::level::{Addition, Engine, Level};
use crate::dedup::rules;
use crate::dedup::sketch::sketch;
use crate::dedup::window::Window;

const NOW_MS: i64 = 1_700_000_000_000;

/// Judges texts one after the other, each of another source and URL, ten minutes apart.
fn judged(level: Level, texts: &[String]) -> Vec<Judgement> {
    let mut window = Window::new(level);
    texts
        .iter()
        .zip(0..)
        .map(|(text, at)| {
            let time_ms = NOW_MS + at * HOUR_MS / 6;
            let source = 100 + u64::try_from(at).unwrap();
            let claim = claim(at, &format!("https://news.example/{at}"), source, time_ms, text);
            window.apply(&claim, at, time_ms).unwrap()
        })
        .collect()
}

fn verdicts(texts: &[String]) -> Vec<Verdict> {
    judged(level(), texts).into_iter().map(|judgement| judgement.verdict).collect()
}

fn story(seed: u64, words: usize) -> Vec<String> {
    let mut random = Random(seed);
    (0..words).map(|_| format!("خبر{}", random.below(100_000))).collect()
}

#[test]
fn a_copy_with_another_source_line_or_a_related_block_is_a_near_repeat() {
    let text = story(1, 300);
    let prefixed = [vec!["الرياض".to_owned(), "واس".to_owned()], text.clone()].concat();
    let with_block = [text.clone(), story(2, 40)].concat();
    let all = judged(level(), &[text.join(" "), prefixed.join(" "), with_block.join(" ")]);
    for copy in &all[1..] {
        assert_eq!((copy.verdict, copy.rule), (Verdict::Near, rules::SAME_STORY_LITTLE_NEW));
        assert_eq!(copy.matched.as_ref().unwrap().coordinates.offset, 0);
        assert!(copy.suppressed && copy.novelty_permille < 330, "{copy:?}");
    }
}

#[test]
fn a_cut_copy_is_contained() {
    let text = story(3, 400);
    let cut = text[..140].to_vec();
    assert_eq!(verdicts(&[text.join(" "), cut.join(" ")]), [Verdict::New, Verdict::Contained]);
}

#[test]
fn a_full_article_after_its_flash_extends_it() {
    let text = story(41, 400);
    let all = judged(level(), &[text[..120].join(" "), text.join(" "), text[..150].join(" ")]);
    assert_eq!((all[1].verdict, all[1].rule), (Verdict::Extends, rules::SAME_STORY_MUCH_NEW));
    assert!(!all[1].suppressed && all[1].novelty_permille > 600);
    assert!(all[2].suppressed, "its substance came with the full one");
}

#[test]
fn a_story_that_only_came_merged_with_another_reaches_downstream_once() {
    let (first, second) = (story(5, 200), story(6, 200));
    let merged = [first.clone(), second.clone()].concat();
    let all = verdicts(&[first.join(" "), merged.join(" "), second.join(" ")]);
    assert_eq!(all, [Verdict::New, Verdict::Extends, Verdict::Near]);
}

#[test]
fn the_same_frame_with_other_numbers_is_an_update_and_never_suppressed() {
    let words = story(7, 120);
    let with_numbers = |numbers: [u32; 5]| {
        let mut text = words.clone();
        for (at, number) in numbers.iter().enumerate() {
            text.insert(10 + at * 20, number.to_string());
        }
        text.join(" ")
    };
    let all = judged(
        level(),
        &[
            with_numbers([31, 1450, 22, 78, 905]),
            with_numbers([33, 1462, 25, 71, 911]),
            with_numbers([31, 1450, 22, 78, 905]).replace(&words[3], "عدلت"),
        ],
    );
    assert_eq!((all[1].verdict, all[1].rule), (Verdict::Update, rules::SAME_STORY_OTHER_NUMBERS));
    assert_eq!(all[2].verdict, Verdict::Near, "a copy of the first issue");
    assert_eq!(all[2].matched.as_ref().unwrap().coordinates.offset, 0);
}

/// The verdict on a text of which `shared` of 300 words stand in one of another source, fetched so many hours before, from
/// the `begin`th word on; each with these numbers among the shared words.
fn told_before(engine: Engine, hours: i64, (begin, shared): (usize, usize), numbers: [&[u32]; 2]) -> Verdict {
    let mut window = Window::new(Level { engine: engine.number(), window_hours: 168, ..level() });
    let common = story(41, 300)[begin..begin + shared].to_vec();
    let mut last = Verdict::New;
    for (at, (numbers, own)) in (0..).zip(numbers.into_iter().zip([42, 43])) {
        let mut own = story(own, 300 - shared);
        let rest = own.split_off(begin.min(own.len()));
        let mut words = [own, common.clone(), rest].concat();
        for (number, place) in numbers.iter().zip((begin + 10..).step_by(15)) {
            words.insert(place, number.to_string());
        }
        let time_ms = NOW_MS + at * hours * HOUR_MS;
        let url = format!("https://news.example/{at}");
        let claim = claim(at, &url, 100 + at.unsigned_abs(), time_ms, &words.join(" "));
        last = window.apply(&claim, at, time_ms).unwrap().verdict;
    }
    last
}

#[test]
fn a_story_that_comes_back_days_later_is_known_by_its_numbers() {
    let (three, four) = (Engine::Three, Engine::Four);
    let (all, most, two_thirds) = ((0, 270), (0, 228), (0, 200));
    let (known, other): (&[u32], &[u32]) = (&[60, 23], &[61, 23]);
    for (engine, hours, shared, numbers, is_told) in [
        (four, 48, all, [known, other], true),
        (four, 48, two_thirds, [known, known], true),
        (four, 48, two_thirds, [known, other], false),
        (four, 48, two_thirds, [known, &[]], false),
        (four, 48, most, [known, &[]], true),
        (four, 48, most, [known, other], false),
        (four, 33, two_thirds, [known, other], false),
        (four, 24, two_thirds, [known, other], true),
        // Up to the third engine they say nothing, and a day and a half is not far.
        (three, 48, two_thirds, [known, known], false),
        (three, 48, most, [&[], &[]], false),
        (three, 33, two_thirds, [known, other], true),
    ] {
        let verdict = told_before(engine, hours, shared, numbers);
        let case = format!("{engine:?} {hours} {shared:?} {numbers:?} {verdict:?}");
        assert_eq!(verdict != Verdict::New, is_told, "{case}");
    }
}

#[test]
fn a_story_with_another_lead_is_known_by_its_numbers() {
    let behind_the_lead = (90, 190);
    for (engine, numbers, is_told) in
        [(Engine::Four, [60, 23], true), (Engine::Four, [61, 24], false), (Engine::Three, [60, 23], false)]
    {
        let verdict = told_before(engine, 1, behind_the_lead, [&[60, 23], &numbers]);
        assert_eq!(verdict != Verdict::New, is_told, "{engine:?} {numbers:?} {verdict:?}");
    }
}

#[test]
fn a_table_of_the_same_numbers_in_another_order_is_news() {
    let words = story(12, 80);
    // Ten numbers for forty places: every day has all of them.
    let table = |day: usize| {
        let mut random = Random(day as u64);
        let places = words[..40].iter().map(|place| format!("{place} {}", 20 + random.below(10)));
        places.chain(words[40..].iter().cloned()).collect::<Vec<String>>()
    };
    let texts = [
        table(1).join(" "),
        table(2).join(" "),
        ["متابعات 7", &table(2)[..60].join(" ")].join(" "),
        table(1)[5..].join(" "),
    ];
    let [first, second] = [&texts[0], &texts[1]].map(|text| sketch("", text));
    assert_eq!((&first.numerals, first.numeral_pairs.len()), (&second.numerals, 16));
    let all = judged(level(), &texts);
    assert!(!all[1].suppressed, "{:?}", all[1]);
    for (copy, issue) in [(2, 1), (3, 0)] {
        assert!(all[copy].suppressed, "{:?}", all[copy]);
        assert_eq!(all[copy].matched.as_ref().unwrap().coordinates.offset, issue);
    }
}

#[test]
fn a_frame_that_many_stories_share_makes_no_repeat() {
    let frame = story(8, 60);
    let texts: Vec<String> =
        (0..40).map(|at| [frame.clone(), story(100 + at, 120)].concat().join(" ")).collect();
    let suppressed = judged(level(), &texts).iter().filter(|judgement| judgement.suppressed).count();
    assert_eq!(suppressed, 0);
}

#[test]
fn near_repeats_are_marked_or_passed_as_the_level_says() {
    let text = story(9, 300);
    let texts = [text.join(" "), text[..280].join(" ")];
    let marked = judged(Level { near: "mark".to_owned(), ..level() }, &texts);
    assert_eq!((marked[1].verdict, marked[1].suppressed), (Verdict::Near, false));
    let off = judged(Level { near: "off".to_owned(), addition: None, ..level() }, &texts);
    assert_eq!(off[1].verdict, Verdict::New);
}

#[test]
fn what_counts_as_little_is_the_levels_to_say() {
    let text = story(10, 300);
    let texts = [text[..260].join(" "), text.join(" ")];
    assert!(judged(level(), &texts)[1].suppressed);
    let strict = Level { addition: Some(Addition { novelty_permille: 0, words: 0 }), ..level() };
    assert_eq!(judged(strict, &texts)[1].verdict, Verdict::Extends);
}

#[test]
fn a_growing_article_comes_out_in_steps() {
    let text = story(11, 800);
    let versions: Vec<String> = (1..16).map(|step| text[..200 + step * 40].join(" ")).collect();
    let all = judged(level(), &versions);
    let enriched = all.iter().filter(|judgement| !judgement.suppressed).count();
    assert!((2..15).contains(&enriched), "{enriched} of 15 versions");
    let last = all.iter().rposition(|judgement| !judgement.suppressed).unwrap();
    assert!(last >= 10, "the last enriched version is {last}");
}

#[test]
fn texts_of_scripts_without_spaces_are_compared_too() {
    // Chinese, Japanese and Thai: the first of so many letters.
    for (first, letters) in [(0x4e00, 3000), (0x3041, 83), (0x0e01, 46)] {
        let mut random = Random(12);
        let mut written = |count: usize| -> String {
            let letter = |random: &mut Random| first + u32::try_from(random.below(letters)).unwrap();
            (0..count).map(|_| char::from_u32(letter(&mut random)).unwrap()).collect()
        };
        let (text, other) = (written(400), written(400));
        let cut: String = text.chars().take(150).chain("。".chars()).collect();
        assert_eq!(verdicts(&[text, cut, other]), [Verdict::New, Verdict::Contained, Verdict::New]);
    }
}

#[test]
fn hostile_texts_get_a_verdict_like_any_other() {
    let one_word = "كلمة ".repeat(20_000);
    let many = (0..1_000_000).map(|word| format!("w{word}")).collect::<Vec<_>>().join(" ");
    let texts = [one_word.clone(), format!("{one_word} نهاية"), many.clone(), "عشرة احرف".to_owned(), many];
    let all = verdicts(&texts);
    assert_eq!(all[0], Verdict::New);
    assert_eq!(all[4], Verdict::Exact);
}

#[test]
fn many_articles_of_one_template_and_many_copies_of_one_text_are_each_judged_by_few() {
    let template = story(13, 60);
    let mut window = Window::new(level());
    let mut random = Random(14);
    for at in 0..10_000_i64 {
        let text = [template.clone(), random.words(20)].concat().join(" ");
        let claim = claim(at, &format!("https://news.example/t{at}"), 1, NOW_MS + at, &text);
        window.apply(&claim, at, NOW_MS + at).unwrap();
    }
    let words = story(15, 120).join(" ");
    let mut copy = claim(0, "https://news.example/c", 1, NOW_MS, &words);
    let mut enriched = 0;
    for at in 10_000..12_000_i64 {
        // Equal sketches, other hashes: each is compared with all the candidates that an article can have.
        copy.identity.coordinates.offset = at;
        copy.article_id[..8].copy_from_slice(&at.to_le_bytes());
        copy.sketch.text_hash[..8].copy_from_slice(&at.to_le_bytes());
        copy.source_hash = at.unsigned_abs();
        enriched += i64::from(!window.apply(&copy, at, NOW_MS + at).unwrap().suppressed);
    }
    assert_eq!(enriched, 1);
}

#[test]
fn a_source_that_is_never_suppressed_is_told_what_it_repeats_and_reaches_downstream() {
    let text = story(16, 300);
    let mut window = Window::new(level());
    let mut judged = |at: i64, text: &str, never_suppressed: bool| {
        let mut claim = claim(at, &format!("https://news.example/{at}"), 1 + at.unsigned_abs(), NOW_MS, text);
        claim.never_suppressed = never_suppressed;
        let judged = window.apply(&claim, at, NOW_MS + at).unwrap();
        (judged.verdict, judged.suppressed)
    };
    assert_eq!(judged(0, &text.join(" "), false), (Verdict::New, false));
    assert_eq!(judged(1, &text.join(" "), true), (Verdict::Exact, false));
    assert_eq!(judged(2, &text[..280].join(" "), true), (Verdict::Near, false));
    assert_eq!(judged(3, &text[5..].join(" "), false), (Verdict::Near, true));
}
