//! Where names that the model found in Arabic begin and end.
//!
//! Owns what is known of that better than a model of single words knows it, and what the model knows better than the rules.

use super::super::clitics::ARTICLE;
use super::super::lexicon::vocabulary::{phrase, word};
use super::super::lexicon::{Name, flag};
use super::super::sequence::{NameKind, Span};
use super::super::text::{gap, shape};
use super::learned::MARGIN_MIN;
use super::{Proposal, Reading, Rule, arabic, bodies, known};
use crate::article::EntityKind;

/// The model's spans with their words put right; what has no words left falls out.
pub(super) fn fit(reading: &Reading, spans: &[Span]) -> Vec<Span> {
    let fitted = spans.iter().filter_map(|span| {
        let kind = if is_known_person(reading, span) { NameKind::Person } else { span.kind };
        let (first, end) = match kind {
            NameKind::Person => person(reading, span),
            _ => other(reading, span),
        }?;
        Some(Span { first, end, kind, ..*span })
    });
    fitted.collect()
}

/// Whether what the model takes for a place or a body is a person that the lexicons know by these words, title and all
/// (`البابا فرنسيس`), and none is named by them (`جسر الملك فهد`).
fn is_known_person(reading: &Reading, span: &Span) -> bool {
    let is_person = |name: &Name| {
        reading.lexicon.entity(name.entity).kind == EntityKind::Person
            && name.flags & (flag::WEAK | flag::AMBIGUOUS) == 0
    };
    let mut same = known::candidates(reading, span.first, span.end - span.first);
    !arabic::is_behind_head(reading, span.first)
        && same.any(|candidate| known::names(reading, candidate).any(|name| is_person(&name)))
}

/// A person's name without a title and without what someone says (`حسام: «صلاح`), with what a connector connects to
/// (`مصطفى أيت الطالب`) and with the origin behind a kunya (`أبو حمزة المصري`).
fn person(reading: &Reading, span: &Span) -> Option<(usize, usize)> {
    let first = span.first + titles(reading, span);
    let breaks = |at: &usize| reading.token(*at).is_some_and(|token| token.gap & gap::BREAK != 0);
    let end = (first + 1..span.end).find(breaks).unwrap_or(span.end);
    let last = without_connectors(reading, first, end)?;
    if last == end {
        return Some((first, end + usize::from(is_origin_of_kunya(reading, first, end))));
    }
    let connected = arabic::connected(reading, last).map(|count| last + count);
    // A noun with the article is a name there, too.
    let is_definite = || reading.continues(end) && has_article(reading, end);
    Some((first, connected.or_else(|| is_definite().then_some(end + 1)).unwrap_or(last)))
}

/// Whether the word begins with the article, which إلى does not.
fn has_article(reading: &Reading, index: usize) -> bool {
    reading.nature(index).has_article && reading.folded(index).starts_with(ARTICLE)
}

/// The words of the title that a person's name begins with. A given name that is a title, too, is one where another
/// follows: `السيد حسن`.
fn titles(reading: &Reading, span: &Span) -> usize {
    let titles = reading.phrase_at(span.first, phrase::PERSON_TITLE);
    let behind = span.first + titles;
    let nature = reading.nature(span.first);
    let is_title = nature.given <= known::GIVEN_IS_NO_TITLE
        || nature.has_article && reading.nature(behind).given > known::GIVEN_IS_NO_TITLE;
    if behind < span.end && is_title { titles } else { 0 }
}

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

/// Whether the word behind a name that begins with أبو is its last one, an adjective of a country or a family's name:
/// `أبو حمزة المصري`, but not `خطاب أبو مازن التاريخي`.
fn is_origin_of_kunya(reading: &Reading, first: usize, next: usize) -> bool {
    const KUNYA: [&str; 3] = ["ابو", "ابي", "ابا"];
    next > first + 1
        && KUNYA.contains(&reading.folded(first))
        && reading.continues(next)
        && has_article(reading, next)
        && reading.folded(next).ends_with('ي')
        && reading.nature(next).is(word::NATIONALITY | word::FAMILY_NAME)
        && !reading.nature(next).is(word::TITLE_MODIFIER)
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
    use proptest::prelude::*;

    use super::super::{Language, Rule, unknown};
    use super::*;
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
            ("وعلق على خطاب [أبو مازن] التاريخي", "أبو مازن"),
            ("وقال [القائد \"أبو علي]\" ذلك", "أبو علي"),
            ("وقال [السيد حسن نصر الله] ذلك", "حسن نصر الله"),
            ("وقال [خالد بن] عبد الله ذلك", "خالد بن عبد الله"),
            ("وقال [تميم بن حمد آل] ثاني ذلك", "تميم بن حمد آل ثاني"),
            ("وصل [خالد بن] وقال ذلك", "خالد"),
        ] {
            assert_eq!(fitted(marked, NameKind::Person, 9).0, name, "{marked}");
        }
    }

    #[test]
    fn who_has_a_title_is_no_place() {
        assert_eq!(fitted("وزار [البابا فرنسيس] المدينة", NameKind::Place, 9).0, "فرنسيس");
        assert_eq!(fitted("وعبر جسر [الملك فهد] أمس", NameKind::Place, 9).0, "الملك فهد");
        for place in ["السيدة زينب", "لواء بني كنانة", "الشيخ زويد"] {
            let marked = format!("وصل الوفد إلى [{place}] أمس");
            assert_eq!(fitted(&marked, NameKind::Place, 9).0, place, "no lexicon has a person of that name");
        }
    }

    #[test]
    fn a_body_is_called_what_it_calls_itself() {
        for (marked, name) in [
            ("وأعلن [حزب الله اللبناني] ذلك", "حزب الله"),
            ("قال الأمين العام [لحزب الله اللبناني] ذلك", "لحزب الله"),
            ("وأعلن [حزب الله العراقي] ذلك", "حزب الله العراقي"),
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

    proptest! {
        /// Whatever the model found: names lie in the text, in its order, and have words.
        #[test]
        fn fitted_names_lie_in_the_text_in_its_order(
            pieces in proptest::collection::vec(prop::sample::select(&PIECES[..]), 1..20),
            lengths in proptest::collection::vec((0_usize..3, 1_usize..6, 0_usize..3), 0..8),
        ) {
            let source = pieces.join(" ");
            let (text, lexicon) = (Text::of(&source), Lexicon::compiled_in());
            let matches = matching::matches(&text, &lexicon, true);
            let reading = Reading::new(&text, &matches, &lexicon, Language::Arabic);
            let words = text.tokens().len();
            let (mut spans, mut at) = (Vec::new(), 0);
            for (apart, count, kind) in lengths {
                let kind = [NameKind::Person, NameKind::Place, NameKind::Organisation][kind];
                let first = at + apart;
                at = first + count;
                if at <= words {
                    spans.push(Span { first, end: at, kind, margin: MARGIN_MIN });
                }
            }
            let fitted = fit(&reading, &spans);
            prop_assert!(fitted.iter().all(|span| span.first < span.end && span.end <= words));
            prop_assert!(fitted.is_sorted_by(|one, next| one.first < next.first));
        }
    }

    const PIECES: [&str; 20] = [
        "أبو",
        "حمزة",
        "المصري",
        "آل",
        "ثاني",
        "بن",
        "عبد",
        "الله",
        "حزب",
        "اللبناني",
        "البابا",
        "فرنسيس",
        "السيد",
        "حسن",
        "موقع",
        "صحيفة",
        "«تدمر»",
        "قال:",
        "لحزب",
        "المسلمون",
    ];
}
