//! The scores of n-grams that tell languages apart, from the tables of ELD ("Efficient Language Detector").
//!
//! Takes the languages of Latin and Cyrillic letters out of its largest table and writes them as khabar reads them
//! (`src/tag/ngrams.rs` has the layout). Nothing is learned here: the same package gives the same bytes.

use std::collections::{BTreeMap, HashMap};

use khabar::tag::ngrams::{BOUNDARY, BUCKETS, GRAM_BYTES_MAX, MAGIC, bits_of, place_of};

/// ELD's code of each language that is taken, and khabar's. Its Malay stands for Indonesian, which nobody tells apart
/// from it by a line, and which far more news is written in.
const LANGUAGES: [(&str, &str); 36] = [
    ("az", "az"),
    ("be", "be"),
    ("bg", "bg"),
    ("ca", "ca"),
    ("cs", "cs"),
    ("da", "da"),
    ("de", "de"),
    ("en", "en"),
    ("es", "es"),
    ("et", "et"),
    ("eu", "eu"),
    ("fi", "fi"),
    ("fr", "fr"),
    ("hr", "hr"),
    ("hu", "hu"),
    ("is", "is"),
    ("it", "it"),
    ("lt", "lt"),
    ("lv", "lv"),
    ("ms", "id"),
    ("nl", "nl"),
    ("no", "nb"),
    ("pl", "pl"),
    ("pt", "pt"),
    ("ro", "ro"),
    ("ru", "ru"),
    ("sk", "sk"),
    ("sl", "sl"),
    ("sq", "sq"),
    ("sr", "sr"),
    ("sv", "sv"),
    ("tl", "tl"),
    ("tr", "tr"),
    ("uk", "uk"),
    ("vi", "vi"),
    ("yo", "yo"),
];

/// Those that ELD knows in Cyrillic letters.
const CYRILLIC: [&str; 5] = ["be", "bg", "ru", "sr", "uk"];

/// What every score of ELD is to be raised by; its tables leave it out.
const LEFT_OUT: u32 = 53;

/// Languages and what the n-gram speaks for each with.
type Scores = Vec<(u8, u8)>;

/// The model's bytes from the texts of `ngrams/large.js` and `dictionary.js` of the package.
pub fn build(ngrams: &str, dictionary: &str) -> Result<Vec<u8>, String> {
    let bytes_of = bytes_of(dictionary)?;
    let mut reader = Reader { rest: ngrams };
    reader.skip_to("languages:{")?;
    let mut names = HashMap::new();
    while !reader.takes('}') {
        let number = reader.number()?;
        reader.expect(':')?;
        names.insert(number, reader.key()?);
        reader.takes(',');
    }
    reader.skip_to("ngrams:{")?;
    let mut grams: BTreeMap<u64, Scores> = BTreeMap::new();
    while !reader.takes('}') {
        let key = reader.key()?;
        let bytes: Vec<u8> = key
            .chars()
            .map(|character| bytes_of.get(&character).copied())
            .collect::<Option<_>>()
            .filter(|bytes: &Vec<u8>| bytes.len() <= GRAM_BYTES_MAX)
            .ok_or_else(|| format!("{key:?} is no n-gram"))?;
        reader.expect(':')?;
        let scores = scores(&mut reader, &names, is_cyrillic(&bytes))?;
        if !scores.is_empty() {
            grams.insert(bits_of(&bytes), scores);
        }
        reader.takes(',');
    }
    write(&grams)
}

/// One n-gram's scores, of the languages that are taken and write such letters.
fn scores(reader: &mut Reader, names: &HashMap<u32, String>, is_cyrillic: bool) -> Result<Scores, String> {
    let mut scores = Vec::new();
    reader.expect('{')?;
    while !reader.takes('}') {
        let number = reader.number()?;
        reader.expect(':')?;
        let score = reader.number()? + LEFT_OUT;
        let name = names.get(&number).ok_or_else(|| format!("no language {number}"))?;
        let place = LANGUAGES.iter().position(|(theirs, _)| theirs == name);
        if let Some(place) = place.filter(|_| CYRILLIC.contains(&name.as_str()) == is_cyrillic) {
            scores.push((place as u8, u8::try_from(score).map_err(|error| format!("{name}: {error}"))?));
        }
        reader.takes(',');
    }
    Ok(scores)
}

/// Latin letters have no such first byte in UTF-8.
fn is_cyrillic(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| (0xD0..=0xD3).contains(byte))
}

/// The character that stands for each byte: the array of `dictionary.js`.
fn bytes_of(dictionary: &str) -> Result<HashMap<char, u8>, String> {
    let mut reader = Reader { rest: dictionary };
    reader.skip_to("dictionary = [")?;
    let mut bytes = HashMap::new();
    for byte in 0..=u8::MAX {
        reader.rest = reader.rest.trim_start();
        let key = reader.key()?;
        reader.takes(',');
        if let Some(character) = key.chars().next().filter(|character| *character != ' ') {
            bytes.insert(character, byte);
        }
    }
    bytes.insert(' ', BOUNDARY);
    Ok(bytes)
}

fn write(grams: &BTreeMap<u64, Scores>) -> Result<Vec<u8>, String> {
    let mut buckets: Vec<BTreeMap<u16, &Scores>> = vec![BTreeMap::new(); BUCKETS];
    for (bits, scores) in grams {
        let (bucket, key) = place_of(*bits);
        // Two of one place: the first stays. There are about a dozen.
        buckets[bucket].entry(key).or_insert(scores);
    }
    let (mut starts, mut keys, mut counts, mut pairs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut start = |keys: &Vec<u8>, pairs: &Vec<u8>| {
        for length in [keys.len() / 2, pairs.len() / 2] {
            starts.extend((length as u32).to_le_bytes());
        }
    };
    for bucket in &buckets {
        start(&keys, &pairs);
        for (key, scores) in bucket {
            keys.extend(key.to_le_bytes());
            counts.push(u8::try_from(scores.len()).map_err(|error| error.to_string())?);
            pairs.extend(scores.iter().flat_map(|(language, score)| [*language, *score]));
        }
    }
    start(&keys, &pairs);
    let mut bytes = MAGIC.to_vec();
    for length in [LANGUAGES.len(), keys.len() / 2, pairs.len() / 2] {
        bytes.extend((length as u32).to_le_bytes());
    }
    for (_, code) in LANGUAGES {
        bytes.extend(code.as_bytes());
    }
    for part in [starts, keys, counts, pairs] {
        bytes.extend(part);
    }
    Ok(bytes)
}

/// Reads the object literals of the package.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip_to(&mut self, mark: &str) -> Result<(), String> {
        let (_, rest) = self.rest.split_once(mark).ok_or_else(|| format!("no {mark} in it"))?;
        self.rest = rest;
        Ok(())
    }

    fn takes(&mut self, character: char) -> bool {
        let rest = self.rest.strip_prefix(character);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, character: char) -> Result<(), String> {
        let near = || self.rest.chars().take(20).collect::<String>();
        if self.rest.starts_with(character) {
            self.takes(character);
            return Ok(());
        }
        Err(format!("no {character} before {:?}", near()))
    }

    fn number(&mut self) -> Result<u32, String> {
        let end = self.rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits.parse().map_err(|error| format!("{digits:?}: {error}"))
    }

    /// A string in single or double quotes, or a bare name.
    fn key(&mut self) -> Result<String, String> {
        let quote = self.rest.chars().next().filter(|first| matches!(first, '\'' | '"'));
        let Some(quote) = quote else {
            let end = self.rest.find([':', ',', '}']).ok_or("a name without an end")?;
            let (name, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Ok(name.to_owned());
        };
        let (mut key, mut escaped) = (String::new(), false);
        for (index, character) in self.rest.char_indices().skip(1) {
            if character == '\\' && !escaped {
                escaped = true;
            } else if character == quote && !escaped {
                self.rest = &self.rest[index + 1..];
                return Ok(key);
            } else {
                key.push(character);
                escaped = false;
            }
        }
        Err("a string without an end".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_literals_are_read_with_and_without_quotes() {
        let mut reader = Reader { rest: r"' L\'4':{0:7},ab:1" };
        assert_eq!(reader.key().as_deref(), Ok(" L'4"));
        assert!(reader.takes(':') && reader.takes('{'));
        assert_eq!(reader.number(), Ok(0));
        reader.skip_to(",").unwrap();
        assert_eq!(reader.key().as_deref(), Ok("ab"));
        assert!(reader.expect('x').is_err());
    }
}
