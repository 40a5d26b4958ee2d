use proptest::prelude::*;

use super::*;

fn words(source: &str) -> Vec<String> {
    let text = Text::of(source);
    text.tokens().iter().map(|token| text.folded(token).to_owned()).collect()
}

#[test]
fn words_are_folded_and_marks_divide_them() {
    assert_eq!(words("إلى القاهِرة، أُمّة"), ["الي", "القاهره", "امه"]);
    assert_eq!(words("Al-Sisi's U.S. plan"), ["al", "sisi", "s", "u", "s", "plan"]);
    assert_eq!(words("مؤتمـــر ٢٠٢٤ لـBBC"), ["موتمر", "2024", "ل", "bbc"]);
    assert!(words(" ،. \u{200f}").is_empty());
}

#[test]
fn offsets_count_scalar_values_and_keep_a_trailing_diacritic() {
    let source = "😀 وَبغدادُ\u{200f} x";
    let text = Text::of(source);
    let token = text.tokens()[0];
    let characters: Vec<char> = source.chars().collect();
    let of = |start: u32, end: u32| characters[start as usize..end as usize].iter().collect::<String>();
    assert_eq!(of(token.start, token.end), "وَبغدادُ");
    let (start, byte_start) = text.behind_letters(&token, 1);
    assert_eq!(of(start, token.end), "بغدادُ");
    assert_eq!(text.surface(byte_start, token.byte_end), "بغدادُ");
}

#[test]
fn what_stands_between_words_is_told() {
    let text = Text::of("قناة “الميناء” قالت: نعم. ثم\nCafé-Bar U.S");
    let gaps: Vec<u8> = text.tokens().iter().map(|token| token.gap).collect();
    assert_eq!(gaps[0], gap::PARAGRAPH);
    assert_eq!(gaps[1], gap::SPACE | gap::BREAK | gap::QUOTE);
    assert!(text.tokens()[1].is(shape::QUOTE_AFTER));
    assert_eq!(gaps[3], gap::SPACE | gap::BREAK);
    assert_eq!(gaps[4], gap::SPACE | gap::SENTENCE);
    assert_eq!(gaps[5], gap::PARAGRAPH);
    assert_eq!((gaps[6], gaps[8]), (gap::JOIN, gap::JOIN));
    assert!(text.tokens()[5].is(shape::CAPITAL) && !text.tokens()[5].is(shape::CAPITALS));
}

#[test]
fn a_text_of_one_endless_word_or_of_endless_words_is_bounded() {
    let text = "ا".repeat(1_000_000);
    let text = Text::of(&text);
    assert_eq!((text.tokens().len(), text.folded.len()), (1, 0));
    let many = "كلمة ".repeat(TOKENS_MAX + 5);
    let text = Text::of(&many);
    assert_eq!((text.tokens().len(), text.is_cut()), (TOKENS_MAX, true));
    let all = format!("{}. \n", "كلمة ".repeat(TOKENS_MAX));
    let text = Text::of(&all);
    assert_eq!((text.tokens().len(), text.is_cut()), (TOKENS_MAX, false));
    // Words that only their scripts divide.
    let many = "aب".repeat(TOKENS_MAX);
    let text = Text::of(&many);
    assert_eq!((text.tokens().len(), text.is_cut()), (TOKENS_MAX, true));
}

proptest! {
    #[test]
    fn every_word_is_where_it_says(source in prop_oneof![any::<String>(), "[ء-ي\u{64b}-\u{652}\u{200e}\u{202b} a-zA-Z.\"-]{0,80}"]) {
        let characters: Vec<char> = source.chars().collect();
        let text = Text::of(&source);
        let mut last = 0;
        for token in text.tokens() {
            prop_assert!(token.start >= last && token.end > token.start);
            last = token.end;
            let slice: String = characters[token.start as usize..token.end as usize].iter().collect();
            prop_assert_eq!(&slice, text.surface(token.byte_start, token.byte_end));
        }
    }
}
