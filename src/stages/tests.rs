//! What is made of a record when: its language before the claim, all other tags only where it leaves enriched; and what
//! a stage that breaks costs.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::article::Verdict;
use crate::config::{LayerArguments, load};
use crate::dedup::claim::encode_claim;
use crate::flow::{Outcome, RawCoordinates};
use crate::output_limits::TOPIC_BYTES_DEFAULT;
use crate::sources::Sources;

static STAGES: LazyLock<Arc<Stages>> = LazyLock::new(|| {
    let settings = load(&LayerArguments::default()).unwrap().settings;
    let parser =
        Parser::new(&settings.parse, &settings.lexicon, Sources::load(&settings.sources).unwrap()).unwrap();
    let limits = Arc::new(OutputLimits::new(TOPIC_BYTES_DEFAULT));
    Arc::new(Stages::new(&settings, parser, Tagger::compiled_in(), Some(1), limits))
});

/// Those of the settings that nobody changed, for one scope of claims.
pub(crate) fn stages() -> Arc<Stages> {
    Arc::clone(&STAGES)
}

const ARABIC: &str = "افتتاح مكتبة الحي بعد ترميمها\nتاريخ النشر: 14 مارس 2024\nقال رئيس البلدية في القاهرة إن مكتبة الحي \
    ستفتح أبوابها للقراء صباح الأحد بعد ترميم استمر عامين.\nوأضاف: \"سنعير الكتب والأدوات لكل من يسكن هنا\".\n\
    The mayor said that the library would lend books and tools to everybody who lives in the street.\n";
const ENGLISH: &str = "Library lends its first ladder\nPublished: March 14, 2024\n\nA library in Cairo has lent its first \
    ladder, the mayor told reporters in Egypt on Thursday.\n\n\"We lend whatever people need,\" said Anna Example, who \
    keeps the shelves.\n";

/// The text with a last paragraph that breaks a stage.
fn broken(text: &str, fault: &str) -> String {
    format!(
        "{text}\nThe clerk wrote planted-fault:{fault}; into the margin of the book, and went home for the day.\n"
    )
}

pub(crate) fn raw(text: &str) -> RawRecord {
    RawRecord {
        coordinates: RawCoordinates { topic: Arc::from("raw"), partition: 0, offset: 7 },
        timestamp_ms: Some(1_710_400_000_000),
        key: None,
        payload: Some(text.as_bytes().to_vec()),
        headers: Vec::new(),
    }
}

pub(crate) fn judgement(suppressed: bool) -> Judgement {
    Judgement {
        verdict: if suppressed { Verdict::Exact } else { Verdict::New },
        matched: None,
        score_permille: 0,
        novelty_permille: 0,
        rule: if suppressed { rules::SAME_TEXT } else { rules::SAME_URL_OTHER_TEXT },
        sequence: 3,
        level: 1,
        suppressed,
    }
}

fn prepared(text: &str) -> Box<Prepared> {
    STAGES.prepare(raw(text)).unwrap()
}

/// The record that leaves, and its payload.
fn left(prepared: Box<Prepared>, suppressed: bool) -> (Outcome, Value) {
    let output = STAGES.finish(prepared, Some(&judgement(suppressed))).output;
    (output.outcome, serde_json::from_slice(&output.payload.unwrap()).unwrap())
}

/// What a record's way was before, when it was tagged in whole before its claim.
fn made_with_all_tags(text: &str, suppressed: bool) -> OutputRecord {
    let prepared = prepared(text);
    let (tags, judgement) = (STAGES.tagger.tag(&prepared.record.article), judgement(suppressed));
    assert_eq!(prepared.claim.as_ref().unwrap().language, tags.language);
    let mut record = prepared.record;
    if suppressed {
        return STAGES.emitter.duplicate(&record, &tags, &judgement, &[]);
    }
    record.article.extraction.flaws.push(Flaw::new(rules::FLAW_URL_REUSED));
    STAGES.emitter.enriched(&record, &tags, Some(&judgement), &[])
}

#[test]
fn records_are_the_same_as_with_all_tags_made_first() {
    for text in [ARABIC, ENGLISH] {
        for suppressed in [false, true] {
            let made = STAGES.finish(prepared(text), Some(&judgement(suppressed)));
            assert_eq!(made.output, made_with_all_tags(text, suppressed));
        }
    }
    let (_, item) = left(prepared(ARABIC), false);
    assert_eq!((&item["language"], &item["khabar"]["direction"]), (&json!("ar"), &json!("rtl")));
    let languages: Vec<&Value> = item["khabar"]["paragraphs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|paragraph| &paragraph["language"])
        .filter(|language| !language.is_null())
        .collect();
    assert_eq!(languages, [&json!("en")], "{item:#}");
    assert!(item["khabar"]["countries"].is_array() && item["khabar"]["quotes"].is_array(), "{item:#}");
}

#[test]
#[cfg(debug_assertions)]
fn a_suppressed_record_is_never_tagged() {
    let text = broken(ENGLISH, "tag:panic");
    let claimed = prepared(&text);
    assert_eq!((claimed.degraded.as_slice(), claimed.language.tag()), ([].as_slice(), "en"));
    let (outcome, duplicate) = left(claimed, true);
    assert_eq!((outcome, &duplicate["language"]), (Outcome::Duplicate, &json!("en")));
    assert_eq!(duplicate["degraded"], Value::Null);
    let (outcome, item) = left(prepared(&text), false);
    assert_eq!((outcome, &item["khabar"]["degraded"]), (Outcome::Enriched, &json!(["tag"])));
    assert_eq!((&item["language"], &item["khabar"]["mentions"]), (&json!("en"), &Value::Null));
}

#[test]
#[cfg(debug_assertions)]
fn a_language_that_can_not_be_told_costs_the_tags_and_not_the_record() {
    let text = broken(ENGLISH, "language:panic");
    let claimed = prepared(&text);
    assert_eq!((claimed.degraded.as_slice(), claimed.tagging), ([DEGRADED_TAG].as_slice(), Tagging::Nothing));
    assert_eq!(claimed.claim.as_ref().unwrap().language, "und");
    let (_, duplicate) = left(claimed, true);
    assert_eq!((&duplicate["degraded"], &duplicate["language"]), (&json!(["tag"]), &json!("und")));
    let (_, item) = left(prepared(&text), false);
    assert_eq!(item["khabar"]["degraded"], json!(["tag"]));
}

#[test]
#[cfg(debug_assertions)]
fn an_item_that_can_not_be_made_leaves_without_tags() {
    let text = broken(ENGLISH, "emit:panic");
    let (_, item) = left(prepared(&text), false);
    assert_eq!((&item["khabar"]["degraded"], &item["language"]), (&json!(["emit"]), &json!("en")));
}

#[test]
fn tags_that_would_end_the_process_change_neither_the_claim_nor_a_duplicate() {
    let claimed = |tagging| {
        let decoded = STAGES.decode(&raw(ENGLISH)).unwrap();
        let record = STAGES.parse(&decoded).unwrap();
        STAGES.claim(record, decoded.identity, tagging).unwrap()
    };
    let bytes = |prepared: &Prepared| encode_claim(prepared.claim.as_ref().unwrap());
    let (whole, poison) = (claimed(Tagging::Whole), claimed(Tagging::LanguageOnly));
    assert_eq!(bytes(&whole), bytes(&poison));
    assert_eq!(left(whole, true), left(claimed(Tagging::LanguageOnly), true));
    let (_, item) = left(poison, false);
    assert_eq!((&item["khabar"]["degraded"], &item["language"]), (&json!(["tag"]), &json!("en")));
    let (_, item) = left(claimed(Tagging::Nothing), false);
    assert_eq!(item["khabar"]["degraded"], json!(["tag"]));
}

#[test]
fn plain_text_is_tagged_as_far_as_it_can_be() {
    let plain = |tagging| STAGES.plain(STAGES.decode(&raw(ENGLISH)).unwrap(), tagging).unwrap();
    let degraded = |tagging| left(plain(tagging), false).1["khabar"]["degraded"].clone();
    assert_eq!(degraded(Tagging::Whole), json!(["parse"]));
    assert_eq!(degraded(Tagging::LanguageOnly), json!(["parse", "tag"]));
    assert_eq!(degraded(Tagging::Nothing), json!(["tag", "parse"]));
    assert_eq!(plain(Tagging::LanguageOnly).claim, plain(Tagging::Whole).claim);
}

/// The steps of a trial.
fn steps(text: &str, course: Course) -> Vec<Step> {
    let mut steps = Vec::new();
    STAGES.rehearse(&raw(text), course, &mut |step| steps.push(step));
    steps
}

#[test]
fn a_trial_says_each_step_of_its_course() {
    let whole = Step::ALL;
    assert_eq!(steps(ENGLISH, Course::Whole), whole);
    assert_eq!(steps(ENGLISH, Course::Plain), whole);
    assert_eq!(steps(ENGLISH, Course::Untagged), [Step::Decode, Step::Parse, Step::Claim]);
    assert_eq!(steps("{\"content\": \"cut", Course::Whole), [Step::Decode]);
}

#[test]
#[cfg(debug_assertions)]
fn a_trial_goes_on_behind_a_panic_as_a_worker_does() {
    // What parse gave up is plain text, and that is tried.
    assert_eq!(steps(&broken(ENGLISH, "parse:panic"), Course::Whole), Step::ALL);
    assert_eq!(steps(&broken(ENGLISH, "tag:panic"), Course::Whole), Step::ALL);
    let without_tags = &Step::ALL[..4];
    assert_eq!(steps(&broken(ENGLISH, "language:panic"), Course::Whole), without_tags);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_record_is_the_same_as_with_all_tags_made_first(
        headline in "[\\u{620}-\\u{64A}a-zA-Z ]{5,40}",
        words in proptest::collection::vec("[\\u{620}-\\u{64A}]{2,8}|[a-z]{2,8}|Cairo|القاهرة|\"|\n\n", 20..120),
        suppressed in any::<bool>(),
    ) {
        let text = format!("{headline}\n\n{}", words.join(" "));
        if let Ok(prepared) = STAGES.prepare(raw(&text)) {
            let made = STAGES.finish(prepared, Some(&judgement(suppressed)));
            prop_assert_eq!(made.output, made_with_all_tags(&text, suppressed));
        }
    }
}
