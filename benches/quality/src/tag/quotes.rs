//! Whether a found quotation is a labelled one, and who speaks.

use crate::tags::Quote;
use crate::text;

/// Quotations are the same where this part of their words is: where exactly one ends is told by its closing.
const SHARED_MIN: f64 = 0.8;

/// Whether the speakers' names mean the same: the words of one are among those of the other.
pub fn is_speaker(labelled: &str, quote: &Quote) -> bool {
    let labelled = text::words(labelled);
    quote.speakers.iter().map(|speaker| text::words(speaker)).any(|speaker| {
        let (short, long) =
            if speaker.len() < labelled.len() { (&speaker, &labelled) } else { (&labelled, &speaker) };
        !short.is_empty() && short.iter().all(|word| long.contains(word))
    })
}

/// Whether the words are the same, but for a few at an end.
pub fn is_same(labelled: &str, quote: &Quote) -> bool {
    let labelled = text::words(labelled);
    let mut left = labelled.clone();
    let found = text::words(&quote.text);
    let mut shared = 0_u32;
    for word in &found {
        if let Some(place) = left.iter().position(|own| own == word) {
            left.swap_remove(place);
            shared += 1;
        }
    }
    let count = |words: &[String]| u32::try_from(words.len()).map_or(f64::MAX, f64::from);
    2.0 * f64::from(shared) >= SHARED_MIN * (count(&labelled) + count(&found)) && shared > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_name_is_the_same_speaker_and_another_is_not() {
        let quote =
            Quote {
                speakers: vec!["شولتس".to_owned()], text: "أود أن أوضح".to_owned(), is_closed: true
            };
        assert!(is_speaker("أولاف شولتس", &quote) && !is_speaker("بيسكوف", &quote));
        assert!(is_same("\"أود أن أوضح\".", &quote) && !is_same("أود", &quote));
    }
}
