//! How near an Arabic spelling is to a Latin one: both are reduced to the consonants that either script keeps.
//!
//! Owns the classes of consonants. They are coarse on purpose: p and b, the sorts of t and d, of s and z, and of k, g, q,
//! kh and gh are one class each; vowels, h, and the letters that stand for them are dropped.

/// Consonants of a Latin name by class, in upper case.
pub fn of_latin(ascii: &str) -> String {
    let letters: Vec<char> = ascii.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let mut skeleton = String::new();
    let mut index = 0;
    while let Some(&letter) = letters.get(index) {
        let next = letters.get(index + 1).copied().unwrap_or(' ');
        index += 1;
        let class = match (letter, next) {
            ('c' | 's', 'h') | ('t', 's' | 'z') => {
                index += 1;
                "S"
            }
            ('k' | 'g', 'h') => {
                index += 1;
                "K"
            }
            ('p', 'h') => {
                index += 1;
                "F"
            }
            ('c', 'e' | 'i' | 'y') | ('s' | 'z', _) => "S",
            ('b' | 'p', _) => "B",
            ('f' | 'v', _) => "F",
            ('t' | 'd', _) => "T",
            ('k' | 'g' | 'q' | 'c' | 'j', _) => "K",
            ('x', _) => "KS",
            ('l', _) => "L",
            ('r', _) => "R",
            ('m', _) => "M",
            ('n', _) => "N",
            _ => "",
        };
        append(&mut skeleton, class);
    }
    skeleton
}

/// Consonants of an Arabic name by the same classes.
pub fn of_arabic(name: &str) -> String {
    let mut skeleton = String::new();
    for word in name.split([' ', '-']) {
        let mut letters = word.chars().peekable();
        while let Some(letter) = letters.next() {
            let class = match letter {
                'ت' if matches!(letters.peek(), Some('ش' | 'س' | 'ز')) => {
                    letters.next();
                    "S"
                }
                'ب' | 'پ' => "B",
                'ف' | 'ڤ' => "F",
                'ت' | 'ط' | 'ث' | 'د' | 'ض' | 'ذ' => "T",
                'س' | 'ص' | 'ز' | 'ش' | 'ظ' => "S",
                'ك' | 'ق' | 'ج' | 'غ' | 'خ' => "K",
                'ل' => "L",
                'ر' => "R",
                'م' => "M",
                'ن' => "N",
                _ => "",
            };
            append(&mut skeleton, class);
        }
    }
    skeleton
}

/// Consonants that are written twice are one.
fn append(skeleton: &mut String, class: &str) {
    if !skeleton.ends_with(class) || class.is_empty() {
        skeleton.push_str(class);
    }
}

/// How many consonants must be put in, taken out or changed to make one skeleton the other.
pub fn distance(one: &str, other: &str) -> usize {
    let other = other.as_bytes();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.bytes().enumerate() {
        let mut diagonal = index;
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
        for column in 0..other.len() {
            let changed = diagonal + usize::from(other[column] != letter);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_share_their_consonants() {
        for (latin, arabic) in [
            ("Moscow", "موسكو"),
            ("Volgograd", "فولغوغراد"),
            ("Volgograd", "فولجوجراد"),
            ("Chelyabinsk", "تشيليابينسك"),
            ("Halab", "حلب"),
            ("Philadelphia", "فيلادلفيا"),
        ] {
            assert_eq!(of_latin(latin), of_arabic(arabic), "{latin}");
        }
    }

    #[test]
    fn persian_spellings_of_v_are_farther() {
        let latin = of_latin("Varanasi");
        assert_eq!(distance(&latin, &of_arabic("فاراناسي")), 0);
        assert_eq!(distance(&latin, &of_arabic("واراناسي")), 1);
    }

    #[test]
    fn distances_count_changes() {
        assert_eq!(distance("", "ABC"), 3);
        assert_eq!(distance("ABC", "AXC"), 1);
        assert_eq!(distance("ABC", "ABC"), 0);
    }
}
