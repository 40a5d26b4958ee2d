//! Which of a city's alternate names is the Arabic one.
//!
//! GeoNames' alternate names come without their language here. Persian, Urdu, Pashto, Kurdish and Uyghur names fall out by
//! their letters; what is left is judged by how near its consonants are to the Latin name, by the spelling of Arabic
//! newsrooms (hamza, ta marbuta, غ for g), and by a list of Arabic names that knows the city by its English one.

use crate::fold::{fold, letters, to_ascii, without_marks};
use crate::skeleton;

/// Names beside the chosen one that are kept as aliases.
const MOST_ALIASES: usize = 4;
/// Spellings in Arabic letters of one city that are looked at.
const MOST_CANDIDATES: usize = 40;

/// Words before a name that say what it is the name of; encyclopaedias write them, newsrooms don't.
const HEADS: [&str; 12] = [
    "ولاية",
    "والاية",
    "ناحية",
    "مركز",
    "دائرة",
    "قضاء",
    "بلدية",
    "محافظة",
    "مقاطعة",
    "قرية",
    "قصبه",
    "ثانه فو",
];

/// What is known of the city whose Arabic name is looked for.
pub struct City<'source> {
    /// Its name in ASCII.
    pub latin: &'source str,
    /// Its alternate names in any script and language.
    pub alternates: &'source [&'source str],
    /// Arabic names from other sources, in order of trust.
    pub known: &'source [String],
    /// Whether Arabic is spoken there: the local name is then an Arabic one, and may begin with the article.
    pub arab: bool,
    /// Whether Persian, Pashto or Urdu is written there: their spelling stands in for an Arabic one that is missing.
    pub persian: bool,
}

/// An Arabic name, and other spellings of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Spelling {
    /// The name as a careful newsroom writes it.
    pub name: String,
    /// Other spellings that differ by more than folding.
    pub aliases: Vec<String>,
}

/// The Arabic name of `city`; `None` where no spelling is Arabic and near enough to the Latin name.
pub fn choose(city: &City) -> Option<Spelling> {
    let mut latin = vec![skeleton::of_latin(city.latin)];
    latin.extend(
        city.alternates
            .iter()
            .filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase()))
            .filter_map(|name| to_ascii(name))
            .map(|name| skeleton::of_latin(&name)),
    );
    let mut candidates: Vec<String> = Vec::new();
    let known: Vec<String> = city.known.iter().filter_map(|name| clean(name, false)).collect();
    let alternates = city.alternates.iter().filter_map(|name| clean(name, city.persian));
    for name in alternates.chain(known.iter().cloned()) {
        let name = with_endings(&name, city);
        if !candidates.contains(&name) && candidates.len() < MOST_CANDIDATES {
            candidates.push(name);
        }
    }
    let known: Vec<String> = known.iter().map(|name| fold(name)).collect();
    let with_article = candidates.iter().any(|name| name.starts_with("ال"));
    let mut judged: Vec<(usize, usize, String)> = candidates
        .into_iter()
        .filter_map(|name| {
            let far = far(&name, &latin)?;
            Some((cost(&name, far, city, &known, with_article), far, name))
        })
        .collect();
    judged.sort();
    let (_, _, name) = judged.first().cloned()?;
    let mut folded = vec![bare(&name)];
    let mut aliases = Vec::new();
    for (_, far, alias) in judged.into_iter().skip(1) {
        let short = bare(&alias);
        let near = far == 0 || known.contains(&fold(&alias));
        if near && letters(&short) > 3 && aliases.len() < MOST_ALIASES && !folded.contains(&short) {
            folded.push(short);
            aliases.push(with_hamza(&alias, city.latin));
        }
    }
    Some(Spelling { name: with_hamza(&name, city.latin), aliases })
}

/// A name less its article, as names are compared.
fn bare(name: &str) -> String {
    let folded = fold(name);
    folded.strip_prefix("ال").map(ToOwned::to_owned).unwrap_or(folded)
}

/// `name` in clean Arabic letters; `None` if it is of another language. With `persian`, the Persian forms of kaf and ya are
/// rewritten, and no other letter is.
fn clean(name: &str, persian: bool) -> Option<String> {
    let mut arabic = String::with_capacity(name.len());
    for letter in without_marks(name).chars() {
        match letter {
            'ء'..='غ' | 'ف'..='ي' | ' ' => arabic.push(letter),
            '-' | '–' => arabic.push(' '),
            'ک' if persian => arabic.push('ك'),
            'ی' if persian => arabic.push('ي'),
            _ => return None,
        }
    }
    let mut arabic = arabic.split_whitespace().collect::<Vec<_>>().join(" ");
    while let Some(rest) =
        HEADS.iter().find_map(|head| arabic.strip_prefix(head)?.strip_prefix(' ').map(ToOwned::to_owned))
    {
        arabic = rest;
    }
    let inner_alef_maksura = arabic.split(' ').any(|word| {
        let last = word.chars().count().saturating_sub(1);
        word.chars().enumerate().any(|(index, letter)| index < last && matches!(letter, 'ى' | 'ة'))
    });
    let split_up = arabic.split(' ').any(|word| word.chars().count() < 2);
    (!inner_alef_maksura && !split_up && !arabic.starts_with('ئ') && !arabic.contains("ااا"))
        .then_some(arabic)
}

/// The distance of `name` to the nearest Latin name, where the first, canonical one is nearer by one than all others.
/// `None` if more than a third of the consonants are wrong.
fn far(name: &str, latin: &[String]) -> Option<usize> {
    let own = skeleton::of_arabic(name);
    let without_article = name.strip_prefix("ال").map(skeleton::of_arabic);
    latin
        .iter()
        .enumerate()
        .filter_map(|(index, latin)| {
            let mut distance = skeleton::distance(&own, latin);
            if let Some(short) = &without_article {
                distance = distance.min(skeleton::distance(short, latin));
            }
            (distance * 3 <= own.len().max(latin.len())).then_some(distance + usize::from(index > 0))
        })
        .min()
}

/// `name` with the ends of Arabic newsrooms, where the Latin name tells them: ي and no ى for i, in an Arab country ة and no
/// ه for a, and the word for city only where the Latin name has it.
fn with_endings(name: &str, city: &City) -> String {
    let latin = city.latin.to_ascii_lowercase();
    let named_city = ["city", "madin", "medin", "ciudad"].iter().any(|word| latin.contains(word));
    let name = name.strip_prefix("مدينة ").filter(|_| !named_city).unwrap_or(name);
    if let Some(stem) = name.strip_suffix('ى').filter(|_| latin.ends_with(['i', 'y'])) {
        return format!("{stem}ي");
    }
    if let Some(stem) =
        name.strip_suffix('ه').filter(|_| city.arab && (latin.ends_with('a') || latin.ends_with("ah")))
    {
        return format!("{stem}ة");
    }
    name.to_owned()
}

/// How unlike the newsroom's Arabic name of the city `name` is.
fn cost(name: &str, far: usize, city: &City, known: &[String], with_article: bool) -> usize {
    let mut cost = 4 * far;
    let folded = fold(name);
    cost += match known.iter().position(|known| *known == folded) {
        Some(index) => index.min(3),
        None => 6,
    };
    if name.starts_with('ا') && !name.starts_with("ال") {
        cost += 3;
    }
    if name.ends_with('ه') {
        cost += 3;
    }
    if (name.ends_with('ى') || name.contains(['ؤ', 'ئ'])) && !city.arab {
        cost += 2;
    }
    if name.chars().skip(1).any(|letter| matches!(letter, 'أ' | 'إ'))
        && !name.contains(" أ")
        && !name.contains("الأ")
    {
        cost += 2;
    }
    if city.latin.to_ascii_lowercase().contains('g') && !city.arab {
        cost += usize::from(!name.contains('غ')) + usize::from(name.contains('ج'));
    }
    if city.arab && with_article && !name.starts_with("ال") {
        cost += 2;
    }
    let words = |text: &str| text.split([' ', '-']).filter(|word| !word.is_empty()).count();
    let article = usize::from(city.latin.starts_with("Al ") || city.latin.contains(" al "));
    cost + 2 * words(name).abs_diff(words(city.latin).saturating_sub(article).max(1))
}

/// A foreign name that begins with a bare alef, with its hamza by the vowel that the Latin name begins with.
fn with_hamza(name: &str, latin: &str) -> String {
    let Some(rest) = name.strip_prefix('ا') else { return name.to_owned() };
    if rest.starts_with('ل') || rest.starts_with("بن") || rest.starts_with("سط") {
        return name.to_owned();
    }
    match latin.chars().next().map(|first| first.to_ascii_uppercase()) {
        Some('E' | 'I') => format!("إ{rest}"),
        Some('A' | 'O' | 'U') => format!("أ{rest}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(latin: &str, alternates: &[&str], known: &[&str], arab: bool) -> Option<Spelling> {
        let known: Vec<String> = known.iter().map(|&name| name.to_owned()).collect();
        choose(&City { latin, alternates, known: &known, arab, persian: false })
    }

    fn name(latin: &str, alternates: &[&str], arab: bool) -> Option<String> {
        chosen(latin, alternates, &[], arab).map(|spelling| spelling.name)
    }

    #[test]
    fn other_languages_of_the_script_fall_out() {
        assert_eq!(
            name("Volgograd", &["ولگوگراد", "ڤۆڵگۆگراد", "فولغوغراد"], false).as_deref(),
            Some("فولغوغراد")
        );
        assert_eq!(name("Kyiv", &["کیف", "كىيېۋ", "كييف"], false).as_deref(), Some("كييف"));
        assert_eq!(name("Pasir Gudang", &["پاسیر گودانگ"], false), None);
    }

    #[test]
    fn persian_names_in_shared_letters_lose() {
        assert_eq!(name("Varanasi", &["واراناسي", "فاراناسي"], false).as_deref(), Some("فاراناسي"));
        assert_eq!(name("Gaza", &["غزه", "غزة"], true).as_deref(), Some("غزة"));
    }

    #[test]
    fn newsroom_spelling_wins() {
        assert_eq!(name("Volgograd", &["فولجوجراد", "فولغوغراد"], false).as_deref(), Some("فولغوغراد"));
        assert_eq!(name("Mosul", &["موصل", "الموصل"], true).as_deref(), Some("الموصل"));
        assert_eq!(name("Otsu", &["اوتسو"], false).as_deref(), Some("أوتسو"));
    }

    #[test]
    fn a_known_name_is_chosen_and_others_stay_as_aliases() {
        let spelling = chosen("Kolkata", &["كلكتا", "كولكاتا"], &["كلكتا"], false);
        assert_eq!(
            spelling,
            Some(Spelling { name: "كلكتا".to_owned(), aliases: vec!["كولكاتا".to_owned()] })
        );
    }

    #[test]
    fn names_of_something_else_are_not_taken() {
        assert_eq!(chosen("Springfield", &[], &["لندن"], false), None);
    }

    #[test]
    fn heads_and_odd_endings_go() {
        assert_eq!(name("Sohar", &["ولاية صحار"], true).as_deref(), Some("صحار"));
        assert_eq!(name("Benghazi", &["بنغازى"], true).as_deref(), Some("بنغازي"));
        assert_eq!(name("As Samawah", &["السماوه"], true).as_deref(), Some("السماوة"));
    }

    #[test]
    fn persian_letters_stand_in_where_persian_is_written() {
        let city =
            City {
                latin: "Kermanshah", alternates: &["کرمانشاه"], known: &[], arab: false, persian: true
            };
        assert_eq!(choose(&city).map(|spelling| spelling.name).as_deref(), Some("كرمانشاه"));
    }
}
