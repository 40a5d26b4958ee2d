use proptest::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::features::{Hashed, Word, stem};
use super::*;
use crate::tag::text::{gap, shape};

const ROW_BITS: u32 = 8;

fn word(folded: &str, gap: u8) -> Word<'_> {
    Word { folded, hash: xxh3_64(folded.as_bytes()), shape: 0, gap, hints: 0, classes: [0; 2] }
}

/// A model whose bias row and whose row of one word's form speak for labels.
fn model(words: &[Word<'_>], likes: &[(usize, u8)]) -> Model {
    let mut rows = vec![[0; NAMED]; 1 << ROW_BITS];
    let hashes: Vec<Hashed> = words.iter().map(Hashed::of).collect();
    for (at, label) in likes {
        for row in Model::feature_rows(words, &hashes, *at, ROW_BITS) {
            rows[row as usize][usize::from(*label - 1)] = 20;
        }
    }
    Model::new(&rows, [[0; LABELS]; LABELS])
}

const fn is_inside(label: u8) -> bool {
    label != OUTSIDE && label.is_multiple_of(2)
}

/// Whether a label may follow another: the inside of a name follows its beginning or its inside.
const fn may_follow(label: u8, before: u8) -> bool {
    !is_inside(label) || before == label || before + 1 == label
}

#[test]
fn a_model_comes_back_from_its_file_and_every_fault_of_it_is_named() {
    let words = [word("a", gap::PARAGRAPH), word("b", gap::SPACE)];
    let model = model(&words, &[(0, 1), (1, 2)]);
    let bytes = model.to_bytes();
    let read = Model::from_bytes(&bytes).unwrap();
    assert_eq!(read.to_bytes(), bytes);
    assert_eq!(read.names(&words), model.names(&words));
    let changed = |at: usize, to: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = to;
        Model::from_bytes(&bytes).unwrap_err()
    };
    assert_eq!(changed(0, b'x'), ModelError::Magic);
    assert_eq!(changed(8, 9), ModelError::Version { found: 9 });
    assert_eq!(changed(12, 7), ModelError::Shape { labels: 7, row_bits: ROW_BITS });
    assert_eq!(changed(16, 30), ModelError::Shape { labels: file::LABELS_WRITTEN, row_bits: 30 });
    assert_eq!(changed(bytes.len() / 2, 0x55), ModelError::Hash);
    let cut = Model::from_bytes(&bytes[..bytes.len() - 1]).unwrap_err();
    assert_eq!(cut, ModelError::Length { found: bytes.len() - 1, expected: bytes.len() });
    assert_eq!(Model::from_bytes(b"KHABARSQ").unwrap_err(), ModelError::Magic);
}

#[test]
fn a_name_does_not_go_on_behind_the_end_of_a_sentence() {
    let scores = vec![[9, 0, 0, 0, 0, 0, 0, 0], [0, 9, 0, 0, 0, 0, 0, 0]];
    let none = [[0; LABELS]; LABELS];
    let joined = [word("a", gap::PARAGRAPH), word("b", gap::SPACE)];
    assert_eq!(Model::best_labels(&joined, &scores, &none), [1, 2]);
    for gap in [gap::SENTENCE | gap::SPACE, gap::PARAGRAPH] {
        let divided = [word("a", gap::PARAGRAPH), word("b", gap)];
        assert_eq!(Model::best_labels(&divided, &scores, &none), [1, 0], "{gap}");
    }
}

#[test]
fn of_labels_that_are_as_good_the_smaller_one_is_taken() {
    let words = [word("a", gap::PARAGRAPH), word("b", gap::SPACE)];
    assert_eq!(Model::best_labels(&words, &[[0; NAMED]; 2], &[[0; LABELS]; LABELS]), [0, 0]);
    assert!(Model::best_labels(&[], &[], &[[0; LABELS]; LABELS]).is_empty());
}

#[test]
fn what_arabic_writes_before_a_word_is_no_part_of_its_stem() {
    for (folded, expected) in [
        ("والرييس", "رييس"),
        ("للعراق", "عراق"),
        ("وبالقاهره", "قاهره"),
        ("باريس", "اريس"),
        ("وفد", "وفد"),
        ("london", "london"),
        ("", ""),
    ] {
        assert_eq!(stem(folded), expected, "{folded}");
    }
}

#[test]
fn memory_tells_what_the_same_words_were_elsewhere() {
    let words: Vec<Word<'_>> =
        ["سمير", "عطوان", "قال", "وعطوان", "اضاف"].iter().map(|folded| word(folded, gap::SPACE)).collect();
    let names = [Span { first: 0, end: 2, kind: NameKind::Person, margin: 1 }];
    let hashes: Vec<Hashed> = words.iter().map(Hashed::of).collect();
    let memory = memory::of(&words, &hashes, &names);
    assert_eq!(memory[1], memory[3]);
    assert!(memory[0] > 0 && memory[1] > 0 && memory[0] != memory[1]);
    assert_eq!((memory[2], memory[4]), (0, 0));
}

#[test]
fn where_all_scores_are_the_lowest_no_name_is_whatever_leads_there() {
    let words = [word("a", gap::PARAGRAPH), word("b", gap::SPACE), word("c", gap::SPACE)];
    let person = [9, 9, 0, 0, 0, 0, 0, 0];
    let mut transitions = [[0; LABELS]; LABELS];
    // Who is in a name would rather stay there.
    transitions[1][2] = 500;
    transitions[2][2] = 500;
    assert_eq!(Model::best_labels(&words, &[person; 3], &transitions), [1, 2, 2]);
    let scores = [person, [i32::MIN; NAMED], person];
    assert_eq!(Model::best_labels(&words, &scores, &transitions), [1, 0, 1]);
}

#[test]
fn a_hopeless_word_is_one_without_likely_neighbours() {
    let of = |best: i16| -> Scores {
        let mut scores = [best - 1; NAMED];
        scores[3] = best;
        scores
    };
    let left_out = |all: &[i16]| -> Vec<bool> {
        let mut scores: Vec<Scores> = all.iter().map(|best| of(*best)).collect();
        leave_out_hopeless(&mut scores);
        scores.iter().map(|scores| *scores == NEVER).collect()
    };
    let (low, likely) = (HOPELESS - 1, LIKELY);
    assert_eq!(left_out(&[low, low, HOPELESS, likely - 1, low]), [true, true, false, false, true]);
    assert_eq!(left_out(&[low, likely, low, low]), [false, false, false, true]);
    assert!(left_out(&[]).is_empty());
}

#[test]
fn what_a_thread_has_read_before_changes_no_name() {
    let forms: Vec<String> = (0..3 * WORDS_REMEMBERED).map(|number| format!("w{number}")).collect();
    let rows = (0..1_usize << ROW_BITS)
        .map(|row| std::array::from_fn(|label| i8::try_from((row * 31 + label * 17) % 97).unwrap()))
        .collect::<Vec<Row>>();
    let model = Model::new(&rows, [[0; LABELS]; LABELS]);
    // Each form twice, the second time in capitals: other features, the same place in the cache.
    let words: Vec<Word<'_>> = forms
        .iter()
        .flat_map(|form| {
            [shape::LATIN, shape::LATIN | shape::CAPITAL]
                .map(|shape| Word { shape, ..word(form, gap::SPACE) })
        })
        .collect();
    let cold = |words: &[Word<'_>]| {
        std::thread::scope(|threads| threads.spawn(|| model.names(words)).join().unwrap())
    };
    let texts: Vec<&[Word<'_>]> = words.chunks(50).collect();
    let warm: Vec<Vec<Span>> = texts.iter().rev().chain(&texts).map(|text| model.names(text)).collect();
    for (text, found) in texts.iter().zip(&warm[texts.len()..]) {
        assert_eq!(*found, cold(text));
    }
}

#[test]
fn classes_are_read_by_line_and_a_wrong_line_is_refused() {
    let classes = classes::WordClasses::read("# head\n3\t40\ta b\n4\t41\tc\n").unwrap();
    assert_eq!([classes.of("a"), classes.of("c"), classes.of("d")], [[3, 40], [4, 41], [0, 0]]);
    for wrong in ["3 40 a", "3\tx\ta", "70000\t1\ta"] {
        assert!(classes::WordClasses::read(wrong).is_none(), "{wrong}");
    }
}

proptest! {
    /// The search gives the best of all sequences of labels that are allowed.
    #[test]
    fn the_search_is_as_good_as_trying_all(
        scores in prop::collection::vec(prop::array::uniform8(-9_i32..9), 1..4),
        transitions in prop::array::uniform9(prop::array::uniform9(-5_i32..5)),
        gaps in prop::array::uniform4(prop::sample::select(vec![gap::SPACE, gap::SENTENCE])),
    ) {
        let words: Vec<Word<'_>> = gaps.iter().take(scores.len()).map(|gap| word("x", *gap)).collect();
        let value = |labels: &[u8]| {
            let mut before = OUTSIDE;
            let mut sum = 0;
            for ((at, label), word) in labels.iter().enumerate().zip(&words) {
                if !may_follow(*label, before) || (is_inside(*label) && word.gap == gap::SENTENCE) {
                    return None;
                }
                sum += transitions[usize::from(before)][usize::from(*label)];
                sum += usize::from(*label).checked_sub(1).map_or(0, |name| scores[at][name]);
                before = *label;
            }
            Some(sum)
        };
        let found = Model::best_labels(&words, &scores, &transitions);
        let narrow = |number: i32| i16::try_from(number).unwrap();
        let narrow_scores: Vec<Scores> = scores.iter().map(|scores| scores.map(narrow)).collect();
        prop_assert_eq!(&found, &search::best_labels(&words, &narrow_scores, &transitions.map(|row| row.map(narrow))));
        let mut best = i32::MIN;
        for number in 0..LABELS.pow(u32::try_from(scores.len()).unwrap()) {
            let mut rest = number;
            let labels: Vec<u8> = scores.iter().map(|_| {
                let label = u8::try_from(rest % LABELS).unwrap();
                rest /= LABELS;
                label
            }).collect();
            best = best.max(value(&labels).unwrap_or(i32::MIN));
        }
        prop_assert_eq!(value(&found), Some(best));
    }

    /// Names lie in the text, in its order, and do not overlap.
    #[test]
    fn names_lie_apart_in_the_text(seed in prop::collection::vec(any::<i8>(), 64), count in 0_usize..12) {
        let words: Vec<Word<'_>> = (0..count).map(|at| word(["a", "b", "c"][at % 3], gap::SPACE)).collect();
        let rows = (0..1_usize << ROW_BITS)
            .map(|row| std::array::from_fn(|label| seed[(row * 7 + label) % 64]))
            .collect::<Vec<Row>>();
        let names = Model::new(&rows, [[0; LABELS]; LABELS]).names(&words);
        let mut last = 0;
        for name in names {
            prop_assert!(name.first >= last && name.end > name.first && name.end <= count);
            last = name.end;
        }
    }
}
