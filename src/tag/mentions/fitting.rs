//! Where names that the model found in Arabic begin and end.
//!
//! Owns what is known of that better than a model of single words knows it, and what the model knows better than the rules.

use super::super::clitics::ARTICLE;
use super::super::lexicon::vocabulary::{phrase, word};
use super::super::sequence::{NameKind, Span};
use super::super::text::{gap, shape};
use super::learned::MARGIN_MIN;
use super::{Proposal, Reading, Rule, arabic, bodies, known};

/// The model's spans with their words put right; what has no words left falls out.
pub(super) fn fit(reading: &Reading, spans: &[Span]) -> Vec<Span> {
    let fitted = spans.iter().filter_map(|span| {
        let kind = if is_titled(reading, span) { NameKind::Person } else { span.kind };
        let (first, end) = match kind {
            NameKind::Person => person(reading, span.first, span.end),
            _ => other(reading, span),
        }?;
        Some(Span { first, end, kind, ..*span })
    });
    fitted.collect()
}

/// Whether what the model takes for a place begins with a title, and no place or body is named by it: `البابا فرنسيس`.
fn is_titled(reading: &Reading, span: &Span) -> bool {
    let titles = reading.phrase_at(span.first, phrase::PERSON_TITLE);
    span.kind == NameKind::Place
        && (1..span.end - span.first).contains(&titles)
        && !arabic::is_behind_head(reading, span.first)
}

/// A person's name without a title and without what someone says (`حسام: «صلاح`), with what a connector connects to
/// (`مصطفى أيت الطالب`) and with the origin behind a kunya (`أبو حمزة المصري`).
fn person(reading: &Reading, mut first: usize, mut end: usize) -> Option<(usize, usize)> {
    let breaks = |at: &usize| reading.token(*at).is_some_and(|token| token.gap & gap::BREAK != 0);
    end = (first + 1..end).find(breaks).unwrap_or(end);
    let titles = reading.phrase_at(first, phrase::PERSON_TITLE);
    if titles < end - first && reading.nature(first).given <= known::GIVEN_IS_NO_TITLE {
        first += titles;
    }
    let words = (first, without_connectors(reading, first, end)?);
    let is_cut = words.1 < end && reading.continues(end) && may_be_connected(reading, end);
    if is_cut || is_origin_of_kunya(reading, first, end) {
        return Some((first, end + 1));
    }
    Some(words)
}

/// Whether a connector may stand before the word: a noun with the article is a name there (`أيت الطالب`).
fn may_be_connected(reading: &Reading, index: usize) -> bool {
    let nature = reading.nature(index);
    nature.has_article || nature.clitics > 0 || !nature.is(NO_NAME)
}

/// Traits of words that are of no name.
const NO_NAME: u16 = word::COMMON | word::NOT_A_NAME | word::SPEECH_VERB | word::HEAD | word::TITLE_MODIFIER;

/// Another name without its head before a quotation mark (`تنظيم «داعش»`), and a body's without its country where it is
/// called by the rest.
fn other(reading: &Reading, span: &Span) -> Option<(usize, usize)> {
    let (mut first, mut end) = (span.first, span.end);
    let opens = |at: &usize| reading.token(*at).is_some_and(|token| token.gap & gap::QUOTE != 0);
    let closes = |at: &usize| reading.token(*at).is_some_and(|token| token.is(shape::QUOTE_AFTER));
    if let Some(quoted) = (first + 1..end).rev().find(opens) {
        first = quoted;
        end = (first..end).find(closes).map_or(end, |last| last + 1);
    }
    end = without_connectors(reading, first, end)?;
    let is_organisation = span.kind == NameKind::Organisation;
    if is_organisation && bodies::needs_no_country(reading, first, end - first).is_some() {
        end -= 1;
    }
    Some((first, end))
}

/// Where a name ends without connectors that nothing follows.
fn without_connectors(reading: &Reading, first: usize, end: usize) -> Option<usize> {
    (first..end).rev().find(|at| !reading.nature(*at).is(word::CONNECTOR)).map(|last| last + 1)
}

/// Whether the word behind a name that begins with أبو is its last one, as an adjective of origin.
fn is_origin_of_kunya(reading: &Reading, first: usize, next: usize) -> bool {
    const KUNYA: [&str; 3] = ["ابو", "ابي", "ابا"];
    next > first + 1
        && KUNYA.contains(&reading.folded(first))
        && reading.continues(next)
        && reading.folded(next).starts_with(ARTICLE)
        && reading.folded(next).ends_with('ي')
        && !reading.nature(next).is(NO_NAME)
}

/// Ends people's names that a rule reads further than the model where the model ends them: in Arabic what follows a name
/// looks like one of its words (`حسن نصر الله الأمين العام`). Of ten such names in newswire that the model had not
/// learned, eight were right so, and none as the rule had it.
pub(super) fn cut_people(spans: &[Span], proposals: &mut Vec<Proposal>) {
    proposals.retain_mut(|proposal| {
        if !matches!(proposal.rule, Rule::Title | Rule::GivenName) {
            return true;
        }
        let first = proposal.first as usize;
        let at = spans.partition_point(|span| span.first < first);
        let ends_sooner = |span: &&Span| {
            span.first == first
                && span.kind == NameKind::Person
                && span.margin >= MARGIN_MIN
                && span.end < proposal.end() as usize
        };
        let Some(span) = spans.get(at).filter(ends_sooner) else { return true };
        // Fewer than the proposal's own, which are a u8.
        proposal.count = u8::try_from(span.end - first).unwrap_or(proposal.count);
        // A given name alone is one by the model's word only.
        proposal.count > 1 || proposal.rule == Rule::Title
    });
}

#[cfg(test)]
mod tests {
    use super::super::{Language, Rule, unknown};
    use super::*;
    use crate::article::EntityKind;
    use crate::tag::lexicon::Lexicon;
    use crate::tag::matching;
    use crate::tag::text::Text;

    /// What becomes of the words that stand in brackets where the model takes them for a name, and of a rule's proposal
    /// that begins with them and has `rule_words` words.
    fn fitted(marked: &str, kind: NameKind, rule_words: usize) -> (String, Option<u8>) {
        let source = marked.replace(['[', ']'], "");
        let (start, end) = (marked.find('[').unwrap(), marked.find(']').unwrap() - 1);
        let (text, lexicon) = (Text::of(&source), Lexicon::compiled_in());
        let matches = matching::matches(&text, &lexicon, true);
        let reading = Reading::new(&text, &matches, &lexicon, Language::Arabic);
        let tokens = text.tokens();
        let first = tokens.iter().position(|token| token.byte_start as usize == start).unwrap();
        let last = tokens.iter().position(|token| token.byte_end as usize == end).unwrap();
        let spans = fit(&reading, &[Span { first, end: last + 1, kind, margin: MARGIN_MIN }]);
        let mut rules = vec![unknown(EntityKind::Person, first, rule_words, 0, Rule::GivenName, 70)];
        cut_people(&spans, &mut rules);
        let surface = text.surface(tokens[spans[0].first].byte_start, tokens[spans[0].end - 1].byte_end);
        (surface.to_owned(), rules.first().map(|proposal| proposal.count))
    }

    #[test]
    fn a_persons_name_begins_behind_a_title_and_ends_where_speech_begins() {
        for (marked, name) in [
            ("وقال [الأستاذ سليم المرادي] أمس", "سليم المرادي"),
            ("[سليم: «فتحنا] الباب»", "سليم"),
            ("وكان [مصطفى أيت] الطالب هناك", "مصطفى أيت الطالب"),
            ("وصل [خالد بن] إلى القرية", "خالد"),
            ("خطب [أبو حمزة] المصري في الناس", "أبو حمزة المصري"),
            ("خطب [أبو حمزة] الدولي في الناس", "أبو حمزة"),
            ("خطب [سالم حمزة] المصري في الناس", "سالم حمزة"),
        ] {
            assert_eq!(fitted(marked, NameKind::Person, 9).0, name, "{marked}");
        }
    }

    #[test]
    fn who_has_a_title_is_no_place() {
        assert_eq!(fitted("وزار [البابا فرنسيس] المدينة", NameKind::Place, 9).0, "فرنسيس");
        assert_eq!(fitted("وعبر جسر [الملك فهد] أمس", NameKind::Place, 9).0, "الملك فهد");
    }

    #[test]
    fn a_body_is_called_what_it_calls_itself() {
        for (marked, name) in [
            ("وأعلن [حزب الله اللبناني] ذلك", "حزب الله"),
            ("قال الأمين العام [لحزب الله اللبناني] ذلك", "لحزب الله"),
            ("فاز [ريال مدريد الإسباني] أمس", "ريال مدريد"),
            ("رحبت [منظمة التحرير الفلسطينية] بذلك", "منظمة التحرير الفلسطينية"),
            ("نفت [وزارة الخارجية الروسية] ذلك", "وزارة الخارجية الروسية"),
            ("انسحب [تنظيم «داعش]» أمس", "داعش"),
        ] {
            assert_eq!(fitted(marked, NameKind::Organisation, 9).0, name, "{marked}");
        }
    }

    #[test]
    fn a_rule_reads_no_further_than_the_model() {
        let words = |marked, rule_words| fitted(marked, NameKind::Person, rule_words).1;
        assert_eq!(words("قال [حسن نصر الله] الأمين العام", 4), Some(3));
        assert_eq!(
            words("قال [حسن نصر الله] الأمين العام", 2),
            Some(2),
            "a shorter one is left to the longest"
        );
        assert_eq!(words("كان [إسماعيل] الابن البكر", 2), None, "a given name alone is the model's");
    }
}
