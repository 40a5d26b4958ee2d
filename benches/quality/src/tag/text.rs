//! Words to compare by: what a reader takes for the same spelling becomes the same.

/// Words of letters and digits, folded: diacritics and tatweel go, hamzas and final letters become plain, lower case,
/// ASCII digits.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        if is_dropped(character) {
            continue;
        }
        if character.is_alphanumeric() {
            word.extend(fold(character).to_lowercase());
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The words, joined by blanks.
pub fn folded(text: &str) -> String {
    words(text).join(" ")
}

const fn is_dropped(character: char) -> bool {
    matches!(
        character,
        '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0640}' | '\u{200B}'..='\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    )
}

fn fold(character: char) -> char {
    match character {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ئ' => 'ي',
        'ة' => 'ه',
        'ؤ' => 'و',
        '٠'..='٩' => digit(character, '٠'),
        '۰'..='۹' => digit(character, '۰'),
        _ => character,
    }
}

fn digit(character: char, zero: char) -> char {
    char::from_digit(u32::from(character) - u32::from(zero), 10).unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_become_one() {
        assert_eq!(folded("«الكُويت»، إلى ٢٠٢٤"), "الكويت الي 2024");
        assert_eq!(folded("U.S. Navy"), "u s navy");
    }
}
