//! Which script a letter is of, and which script most letters of an article are of.
//!
//! Ranges are those of the Unicode blocks of each script, letters and the marks that make words.

use crate::article::Article;

/// The scripts that are told apart. The value is the place in a census.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Arabic,
    Cyrillic,
    Greek,
    Hebrew,
    Han,
    Kana,
    Hangul,
    Thai,
    Devanagari,
    Bengali,
    Gurmukhi,
    Gujarati,
    Oriya,
    Tamil,
    Telugu,
    Kannada,
    Malayalam,
    Sinhala,
    Lao,
    Tibetan,
    Myanmar,
    Georgian,
    Ethiopic,
    Khmer,
    Armenian,
    Syriac,
    Thaana,
    Nko,
    Adlam,
}

/// Number of scripts.
const SCRIPTS: usize = Script::Adlam as usize + 1;

/// One Han, kana or Hangul character says about as much as two letters of an alphabet.
const IDEOGRAPH_WEIGHT: usize = 2;

/// A headline's letter counts as much as this many of the body, which may hold what is not of the article.
const HEADLINE_WEIGHT: usize = 3;

/// The line that stretches a word is no letter.
const TATWEEL: u32 = 0x0640;

/// First and last code point of each range, in order.
const RANGES: &[(u32, u32, Script)] = &[
    (0x00AA, 0x00AA, Script::Latin),
    (0x00BA, 0x00BA, Script::Latin),
    (0x00C0, 0x00D6, Script::Latin),
    (0x00D8, 0x00F6, Script::Latin),
    (0x00F8, 0x02AF, Script::Latin),
    (0x0370, 0x03FF, Script::Greek),
    (0x0400, 0x052F, Script::Cyrillic),
    (0x0531, 0x0587, Script::Armenian),
    (0x05D0, 0x05F2, Script::Hebrew),
    (0x0620, 0x063F, Script::Arabic),
    (0x0641, 0x064A, Script::Arabic),
    (0x066E, 0x066F, Script::Arabic),
    (0x0671, 0x06D3, Script::Arabic),
    (0x06D5, 0x06D5, Script::Arabic),
    (0x06EE, 0x06EF, Script::Arabic),
    (0x06FA, 0x06FF, Script::Arabic),
    (0x0710, 0x074F, Script::Syriac),
    (0x0750, 0x077F, Script::Arabic),
    (0x0780, 0x07B1, Script::Thaana),
    (0x07CA, 0x07F5, Script::Nko),
    (0x08A0, 0x08C9, Script::Arabic),
    (0x0900, 0x0963, Script::Devanagari),
    (0x0970, 0x097F, Script::Devanagari),
    (0x0980, 0x09E3, Script::Bengali),
    (0x0A01, 0x0A5E, Script::Gurmukhi),
    (0x0A70, 0x0A76, Script::Gurmukhi),
    (0x0A81, 0x0AE3, Script::Gujarati),
    (0x0B01, 0x0B63, Script::Oriya),
    (0x0B82, 0x0BD7, Script::Tamil),
    (0x0C00, 0x0C63, Script::Telugu),
    (0x0C80, 0x0CE3, Script::Kannada),
    (0x0D00, 0x0D63, Script::Malayalam),
    (0x0D81, 0x0DDF, Script::Sinhala),
    (0x0E01, 0x0E4E, Script::Thai),
    (0x0E81, 0x0ECD, Script::Lao),
    (0x0F00, 0x0F17, Script::Tibetan),
    (0x0F35, 0x0FBC, Script::Tibetan),
    (0x1000, 0x103F, Script::Myanmar),
    (0x1050, 0x108F, Script::Myanmar),
    (0x10A0, 0x10FF, Script::Georgian),
    (0x1100, 0x11FF, Script::Hangul),
    (0x1200, 0x135A, Script::Ethiopic),
    (0x1780, 0x17D3, Script::Khmer),
    (0x1C90, 0x1CBF, Script::Georgian),
    (0x1E00, 0x1EFF, Script::Latin),
    (0x1F00, 0x1FFF, Script::Greek),
    (0x2DE0, 0x2DFF, Script::Cyrillic),
    (0x3041, 0x309F, Script::Kana),
    (0x30A1, 0x30FA, Script::Kana),
    (0x30FC, 0x30FF, Script::Kana),
    (0x3131, 0x318E, Script::Hangul),
    (0x3400, 0x4DBF, Script::Han),
    (0x4E00, 0x9FFF, Script::Han),
    (0xA640, 0xA69F, Script::Cyrillic),
    (0xAC00, 0xD7A3, Script::Hangul),
    (0xF900, 0xFAFF, Script::Han),
    (0xFB1D, 0xFB4F, Script::Hebrew),
    (0xFB50, 0xFDFF, Script::Arabic),
    (0xFE70, 0xFEFC, Script::Arabic),
    (0x1E900, 0x1E94B, Script::Adlam),
    (0x20000, 0x323AF, Script::Han),
];

impl Script {
    const ALL: [Self; SCRIPTS] = [
        Self::Latin,
        Self::Arabic,
        Self::Cyrillic,
        Self::Greek,
        Self::Hebrew,
        Self::Han,
        Self::Kana,
        Self::Hangul,
        Self::Thai,
        Self::Devanagari,
        Self::Bengali,
        Self::Gurmukhi,
        Self::Gujarati,
        Self::Oriya,
        Self::Tamil,
        Self::Telugu,
        Self::Kannada,
        Self::Malayalam,
        Self::Sinhala,
        Self::Lao,
        Self::Tibetan,
        Self::Myanmar,
        Self::Georgian,
        Self::Ethiopic,
        Self::Khmer,
        Self::Armenian,
        Self::Syriac,
        Self::Thaana,
        Self::Nko,
        Self::Adlam,
    ];

    /// The script of a letter; `None` for all that is no letter.
    pub(super) fn of(character: char) -> Option<Self> {
        if character.is_ascii() {
            return character.is_ascii_alphabetic().then_some(Self::Latin);
        }
        let code = u32::from(character);
        // Most Arabic text is in here; the search would cost five times as much.
        if (0x0620..=0x064A).contains(&code) {
            return (code != TATWEEL).then_some(Self::Arabic);
        }
        let index = RANGES.partition_point(|(_, last, _)| *last < code);
        RANGES.get(index).filter(|(first, _, _)| *first <= code).map(|(_, _, script)| *script)
    }

    pub(super) const fn is_right_to_left(self) -> bool {
        matches!(self, Self::Arabic | Self::Hebrew | Self::Syriac | Self::Thaana | Self::Nko | Self::Adlam)
    }

    /// The language of a text in this script where the script alone tells it, with more than a guess.
    pub(super) const fn language(self) -> Option<&'static str> {
        Some(match self {
            Self::Greek => "el",
            Self::Hebrew => "he",
            Self::Han => "zh",
            Self::Kana => "ja",
            Self::Hangul => "ko",
            Self::Thai => "th",
            Self::Bengali => "bn",
            Self::Gurmukhi => "pa",
            Self::Gujarati => "gu",
            Self::Oriya => "or",
            Self::Tamil => "ta",
            Self::Telugu => "te",
            Self::Kannada => "kn",
            Self::Malayalam => "ml",
            Self::Sinhala => "si",
            Self::Lao => "lo",
            Self::Tibetan => "bo",
            Self::Myanmar => "my",
            Self::Georgian => "ka",
            Self::Ethiopic => "am",
            Self::Khmer => "km",
            Self::Armenian => "hy",
            Self::Syriac => "syr",
            Self::Thaana => "dv",
            Self::Nko => "nqo",
            Self::Adlam => "ff",
            Self::Latin | Self::Arabic | Self::Cyrillic | Self::Devanagari => return None,
        })
    }

    /// Languages written in this script; those that are in no list are written in Latin letters.
    const fn languages(self) -> &'static [&'static str] {
        match self {
            Self::Latin => &["sr", "bs", "sh", "uz", "az", "kk", "tk", "tt", "ku", "ff"],
            Self::Arabic => &[
                "ar", "arz", "ary", "arq", "apc", "ajp", "acm", "afb", "ars", "aeb", "apd", "fa", "prs",
                "ur", "pnb", "lah", "skr", "ps", "ckb", "ku", "sd", "ug", "azb", "bal", "ks", "kk", "ky",
                "az", "uz", "pa",
            ],
            Self::Cyrillic => &[
                "ru", "uk", "be", "bg", "mk", "sr", "bs", "sh", "kk", "ky", "tg", "mn", "tt", "ba", "cv",
                "os", "ce", "av", "ab", "kv", "uz", "az", "tk",
            ],
            Self::Greek => &["el"],
            Self::Hebrew => &["he", "yi", "lad"],
            Self::Han => &["zh", "yue", "wuu", "nan", "hak", "cmn", "ja", "ko"],
            Self::Kana => &["ja"],
            Self::Hangul => &["ko"],
            Self::Thai => &["th"],
            Self::Devanagari => &["hi", "mr", "ne", "sa", "mai", "bho", "kok", "awa", "doi"],
            Self::Bengali => &["bn", "as", "mni"],
            Self::Gurmukhi => &["pa"],
            Self::Gujarati => &["gu"],
            Self::Oriya => &["or"],
            Self::Tamil => &["ta"],
            Self::Telugu => &["te"],
            Self::Kannada => &["kn", "tcy"],
            Self::Malayalam => &["ml"],
            Self::Sinhala => &["si", "pi"],
            Self::Lao => &["lo"],
            Self::Tibetan => &["bo", "dz"],
            Self::Myanmar => &["my", "mnw", "shn"],
            Self::Georgian => &["ka", "xmf"],
            Self::Ethiopic => &["am", "ti"],
            Self::Khmer => &["km"],
            Self::Armenian => &["hy"],
            Self::Syriac => &["syr", "arc", "aii"],
            Self::Thaana => &["dv"],
            Self::Nko => &["nqo"],
            Self::Adlam => &["ff"],
        }
    }

    /// The code of ISO 15924.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Latin => "Latn",
            Self::Arabic => "Arab",
            Self::Cyrillic => "Cyrl",
            Self::Greek => "Grek",
            Self::Hebrew => "Hebr",
            Self::Han => "Hani",
            Self::Kana => "Jpan",
            Self::Hangul => "Kore",
            Self::Thai => "Thai",
            Self::Devanagari => "Deva",
            Self::Bengali => "Beng",
            Self::Gurmukhi => "Guru",
            Self::Gujarati => "Gujr",
            Self::Oriya => "Orya",
            Self::Tamil => "Taml",
            Self::Telugu => "Telu",
            Self::Kannada => "Knda",
            Self::Malayalam => "Mlym",
            Self::Sinhala => "Sinh",
            Self::Lao => "Laoo",
            Self::Tibetan => "Tibt",
            Self::Myanmar => "Mymr",
            Self::Georgian => "Geor",
            Self::Ethiopic => "Ethi",
            Self::Khmer => "Khmr",
            Self::Armenian => "Armn",
            Self::Syriac => "Syrc",
            Self::Thaana => "Thaa",
            Self::Nko => "Nkoo",
            Self::Adlam => "Adlm",
        }
    }

    /// Whether a text of this script can be in this language (a primary subtag, lower case).
    pub(super) fn can_write(self, language: &str) -> bool {
        let listed = |script: &Self| script.languages().contains(&language);
        listed(&self) || (self == Self::Latin && !Self::ALL.iter().any(listed))
    }
}

/// How many letters of each script an article's beginning has, those of the headline with more weight.
#[derive(Debug)]
pub(super) struct Census {
    letters: [usize; SCRIPTS],
    /// The same, each letter of the headline more than once.
    weights: [usize; SCRIPTS],
}

impl Census {
    pub(super) fn of(article: &Article) -> Self {
        let (mut letters, mut weights) = ([0; SCRIPTS], [0; SCRIPTS]);
        let headline_chars = article.headline.as_deref().map_or(0, |headline| headline.chars().count());
        // Chained iterators are walked faster from within.
        super::scanned_chars(article).enumerate().for_each(|(index, character)| {
            if let Some(script) = Script::of(character) {
                letters[script as usize] += 1;
                weights[script as usize] += if index < headline_chars { HEADLINE_WEIGHT } else { 1 };
            }
        });
        Self { letters, weights }
    }

    /// Of a text that no headline is in.
    pub(super) fn of_text(characters: impl Iterator<Item = char>) -> Self {
        let mut letters = [0; SCRIPTS];
        for script in characters.filter_map(Script::of) {
            letters[script as usize] += 1;
        }
        Self { letters, weights: letters }
    }

    /// How many letters there are, of whatever script.
    pub(super) fn all_letters(&self) -> usize {
        self.letters.iter().sum()
    }

    pub(super) const fn letters(&self, script: Script) -> usize {
        self.letters[script as usize]
    }

    /// The script of most letters; of two with as many, the earlier in the list. Kana beside Han is one text.
    pub(super) fn dominant(&self) -> Option<Script> {
        let weight_of = |script: Script| self.weights[script as usize];
        let mut best = (None, 0);
        for script in Script::ALL {
            let weight = match script {
                Script::Han => (weight_of(Script::Han) + weight_of(Script::Kana)) * IDEOGRAPH_WEIGHT,
                Script::Kana | Script::Hangul => weight_of(script) * IDEOGRAPH_WEIGHT,
                _ => weight_of(script),
            };
            if weight > best.1 {
                best = (Some(script), weight);
            }
        }
        best.0
    }
}
