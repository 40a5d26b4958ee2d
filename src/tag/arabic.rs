//! Languages of the Arabic script, told apart by the letters that only some of them have.
//!
//! Statistics of words confuse Persian, Urdu and Arabic; the alphabets do not. A letter counts for a language when the
//! others write it in foreign names at most.

use super::language::Detected;
use super::script::Script;

/// Letters of one's own must be at least this share (in thousandths) of a text before they decide: foreign names and
/// dialect spellings bring single ones into Arabic.
const OWN_LETTERS_PERMILLE_MIN: usize = 10;

/// A text of Arabic letters with no evidence either way is taken for Arabic from this many letters on.
const LETTERS_PLAIN_MIN: usize = 20;

#[derive(Debug, Default)]
struct Letters {
    total: usize,
    arabic: usize,
    /// ى ends Arabic words; Uyghur and some Pashto have it everywhere.
    alef_maksura: usize,
    /// ي and ك where Persian and its neighbours write ی and ک.
    arabic_forms: usize,
    persian: usize,
    persian_forms: usize,
    urdu: usize,
    pashto: usize,
    kurdish: usize,
    uyghur: usize,
    sindhi: usize,
}

/// The language of a text of which most letters are Arabic ones; `None` where they do not tell.
pub(super) fn detect(characters: impl Iterator<Item = char>) -> Option<Detected> {
    let letters = count(characters);
    // Persian comes last but for Arabic: its letters are in the alphabets of all the others.
    let neighbours = [
        (letters.urdu, "ur"),
        (letters.pashto, "ps"),
        (letters.kurdish, "ckb"),
        (letters.uyghur, "ug"),
        (letters.sindhi, "sd"),
    ];
    let mut best = (0, "");
    for (count, language) in neighbours {
        if count > best.0 {
            best = (count, language);
        }
    }
    if is_share(best.0, &letters) && best.0 > letters.arabic {
        return Some(Detected::certain(best.1));
    }
    if is_share(letters.persian, &letters) && letters.persian > letters.arabic {
        return Some(Detected::certain("fa"));
    }
    if is_share(letters.arabic + letters.alef_maksura, &letters) {
        return Some(Detected::certain("ar"));
    }
    if letters.persian_forms > letters.arabic_forms {
        return Some(Detected::guess("fa"));
    }
    let is_arabic = letters.arabic_forms + letters.arabic + letters.alef_maksura > 0;
    (is_arabic || letters.total >= LETTERS_PLAIN_MIN).then_some(Detected::guess("ar"))
}

const fn is_share(count: usize, letters: &Letters) -> bool {
    count > 0 && count * 1_000 >= letters.total * OWN_LETTERS_PERMILLE_MIN
}

fn count(characters: impl Iterator<Item = char>) -> Letters {
    let mut letters = Letters::default();
    for character in characters {
        if Script::of(character) != Some(Script::Arabic) {
            continue;
        }
        letters.total += 1;
        match character {
            'ة' | 'أ' | 'إ' => letters.arabic += 1,
            'ى' => letters.alef_maksura += 1,
            'ي' | 'ك' => letters.arabic_forms += 1,
            'پ' | 'چ' | 'ژ' | 'گ' | 'ۀ' => letters.persian += 1,
            'ی' | 'ک' => letters.persian_forms += 1,
            'ٹ' | 'ڈ' | 'ڑ' | 'ے' | 'ں' | 'ہ' | 'ۂ' | 'ۃ' | 'ۓ' => letters.urdu += 1,
            'ټ' | 'ډ' | 'ړ' | 'ږ' | 'ښ' | 'ځ' | 'څ' | 'ڼ' | 'ۍ' | 'ګ' => letters.pashto += 1,
            'ڕ' | 'ێ' | 'ڵ' => letters.kurdish += 1,
            // Of two alphabets each: counted for both, so that the letters of one's own decide.
            'ە' | 'ۆ' => {
                letters.kurdish += 1;
                letters.uyghur += 1;
            }
            'ې' => {
                letters.pashto += 1;
                letters.uyghur += 1;
            }
            'ۇ' | 'ۈ' | 'ۋ' | 'ڭ' => letters.uyghur += 1,
            'ٻ' | 'ڀ' | 'ٿ' | 'ٺ' | 'ٽ' | 'ڄ' | 'ڃ' | 'ڇ' | 'ڌ' | 'ڏ' | 'ڊ' | 'ڍ' | 'ڙ' | 'ڦ' | 'ڪ' | 'ڳ'
            | 'ڱ' | 'ڻ' | '۾' | '۽' => letters.sindhi += 1,
            _ => {}
        }
    }
    letters
}
