//! Paragraphs in another language than their article: a quotation, a passage that was left untranslated.
//!
//! Owns which paragraphs are looked at and how sure it must be. A paragraph is told by its own first letters and by the
//! article's language alone, so no paragraph changes what is said of another.

use crate::article::{Article, ParagraphLanguage};

use super::script::{Census, Script};
use super::{language, latin};

/// So much of a paragraph is looked at: about fifteen words, which tell a language as well as more would.
const CHARS_MAX: usize = 120;

/// A paragraph of fewer letters is too short to be sure of; a Han or kana character counts for two.
const LETTERS_MIN: usize = 40;

/// At least this part of the letters must be of one script: numerator and denominator.
const SCRIPT_SHARE: (usize, usize) = (4, 5);

/// A paragraph that begins with so many characters, more than half of them of the article's script, is in that script.
const BEGINNING_CHARS: usize = 32;

/// Paragraphs looked at.
const PARAGRAPHS_MAX: usize = 1_000;

/// The paragraphs whose language is certain and not the article's, in their order.
///
/// `tag` is the article's language, `script` the one that most of its letters are of. Within the Arabic script,
/// languages are not told apart by a paragraph: the letters of names and of quoted words would decide.
pub(super) fn of(article: &Article, tag: &str, script: Option<Script>) -> Vec<ParagraphLanguage> {
    let primary = tag.split('-').next().unwrap_or_default();
    let paragraphs = article.paragraphs.iter().take(PARAGRAPHS_MAX).enumerate();
    paragraphs
        .filter_map(|(paragraph, content)| {
            let language = language_of(&content.text, primary, script)?;
            Some(ParagraphLanguage { paragraph, language })
        })
        .collect()
}

fn language_of(text: &str, article_language: &str, article_script: Option<Script>) -> Option<&'static str> {
    if is_dismissed(text, article_language, article_script) {
        return None;
    }
    let characters = text.chars().take(CHARS_MAX);
    let census = Census::of_text(characters.clone());
    let script = census.dominant()?;
    if script == Script::Arabic && article_script == Some(Script::Arabic) {
        return None;
    }
    let letters = match script {
        Script::Han | Script::Kana => 2 * (census.letters(Script::Han) + census.letters(Script::Kana)),
        Script::Hangul => 2 * census.letters(script),
        _ => census.letters(script),
    };
    let (share, of) = SCRIPT_SHARE;
    if letters < LETTERS_MIN || letters * of < census.all_letters() * share {
        return None;
    }
    language::of_passage(characters, &census, script)
        .filter(|language| !language::are_alike(language, article_language))
}

/// Whether the first words tell that the paragraph is in no other language: they tell it of most, at little cost.
fn is_dismissed(text: &str, article_language: &str, article_script: Option<Script>) -> bool {
    let beginning = || text.chars().take(BEGINNING_CHARS);
    match article_script {
        Some(Script::Latin) if article_language == latin::ENGLISH => latin::begins_in_english(text),
        Some(Script::Latin) | None => false,
        Some(script) => {
            let letters = |of: Script| beginning().filter(|letter| Script::of(*letter) == Some(of)).count();
            script == Script::Arabic && letters(script) * 2 > BEGINNING_CHARS
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::article::{Paragraph, ParagraphRole};

    const TEXTS: [&str; 8] = [
        "قالت البلدية في بيان إن أعمال توسعة الميناء ستبدأ في مطلع الشهر المقبل وتستمر عامين على الأقل.",
        "The harbour will stay open while the work goes on, the mayor told reporters on Tuesday evening.",
        "Le port restera ouvert pendant les travaux, a déclaré la maire aux journalistes mardi soir.",
        "Der Hafen bleibt während der Bauarbeiten geöffnet, sagte die Bürgermeisterin am Dienstagabend.",
        "Порт останется открытым на время работ, заявила мэр города журналистам во вторник вечером.",
        "شهردار گفت که بندر در زمان اجرای پروژه باز می‌ماند و برای ماهیگیران مشکلی پیش نخواهد آمد.",
        "市長は火曜日の夜、工事の間も港は開いたままだと記者団に語った。工事は来月始まる。",
        "No comment",
    ];

    fn article(texts: &[&str]) -> Article {
        let paragraph = |text: &&str| Paragraph { text: (*text).to_owned(), role: ParagraphRole::Text };
        Article { paragraphs: texts.iter().map(paragraph).collect(), ..Article::default() }
    }

    fn found(texts: &[&str], tag: &str, script: Script) -> Vec<(usize, &'static str)> {
        let found = of(&article(texts), tag, Some(script));
        found.iter().map(|found| (found.paragraph, found.language)).collect()
    }

    #[test]
    fn a_passage_in_another_language_is_told() {
        let in_arabic = found(&TEXTS, "ar-EG", Script::Arabic);
        assert_eq!(in_arabic, [(1, "en"), (2, "fr"), (3, "de"), (4, "ru"), (6, "ja")]);
        let in_english = found(&TEXTS, "en", Script::Latin);
        assert_eq!(in_english, [(0, "ar"), (2, "fr"), (3, "de"), (4, "ru"), (5, "fa"), (6, "ja")]);
    }

    #[test]
    fn what_is_short_mixed_or_a_neighbour_is_not() {
        let mixed = "قال المتحدث باسم الشركة The harbour will stay open while the work goes on في بيان";
        assert!(found(&[mixed, "The harbour will stay open"], "ar", Script::Arabic).is_empty());
        let danish =
            "Havnen forbliver åben, mens arbejdet står på, sagde borgmesteren til pressen tirsdag aften.";
        assert_eq!(found(&[danish], "en", Script::Latin), [(0, "da")]);
        assert!(found(&[danish], "nb", Script::Latin).is_empty());
        let names =
            "Maria Schmidt, Jean Dupont, Robert Smith, Anna Kowalska, Luigi Rossi, Peter Jensen, Ayşe Demir";
        assert!(found(&[names], "ar", Script::Arabic).is_empty());
    }

    proptest! {
        #[test]
        fn a_paragraphs_language_is_never_the_articles_and_no_other_paragraph_changes_it(
            chosen in proptest::collection::vec(0..TEXTS.len(), 0..8),
            added in 0..TEXTS.len(),
            free in any::<String>(),
            tag in proptest::sample::select(vec!["ar", "en", "fr-CA", "de", "ru", "fa", "ja", "und"]),
            script in proptest::sample::select(vec![Script::Arabic, Script::Latin, Script::Cyrillic]),
        ) {
            let mut texts: Vec<&str> = chosen.iter().map(|index| TEXTS[*index]).collect();
            texts.push(&free);
            let before = found(&texts, tag, script);
            let primary = tag.split('-').next().unwrap();
            prop_assert!(before.iter().all(|(_, language)| *language != primary));
            texts.push(TEXTS[added]);
            let after = found(&texts, tag, script);
            prop_assert_eq!(&after[..before.len()], &before[..]);
        }
    }
}
