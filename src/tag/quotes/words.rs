//! Words around a quotation, as they fold, that no lexicon has.
//!
//! Owns small closed classes of words: what introduces speech, what stands for the speaker, what leads away from it.

/// What joins a verb of speech to what was said: أن, إن, بأنها, that.
pub(super) fn is_complementizer(folded: &str) -> bool {
    let stem = folded.strip_prefix(['ب', 'ف', 'و']).unwrap_or(folded);
    matches!(stem, "ان" | "انه" | "انها" | "انهم" | "انهما" | "انك" | "اننا" | "انا" | "انني" | "اني")
        || matches!(folded, "that" | "saying" | "as")
}

/// Speech without a finite verb: `قائلا`, `بالقول`, `على حد قوله`.
pub(super) fn is_speech_noun(folded: &str) -> bool {
    matches!(
        folded,
        "بالقول"
            | "بقوله"
            | "بقولها"
            | "قوله"
            | "قولها"
            | "قولهم"
            | "القول"
            | "كاتبا"
            | "كاتبه"
    )
}

/// What names a source behind or before a quotation, with the source right behind it: `بحسب`, `وفقا ل`.
pub(super) fn is_attribution(folded: &str) -> bool {
    matches!(
        folded,
        "بحسب"
            | "حسب"
            | "وفق"
            | "وفقا"
            | "نقلا"
            | "لسان"
            | "قول"
            | "تعبير"
            | "وصف"
            | "تصريحات"
            | "according"
            | "per"
    )
}

/// What stands between such a word and the source.
pub(super) fn is_attribution_link(folded: &str) -> bool {
    matches!(
        folded,
        "عن" | "ما"
            | "لما"
            | "قول"
            | "تعبير"
            | "تصريحات"
            | "تصريح"
            | "بيان"
            | "to"
            | "the"
    )
}

/// Words that are no subject, and stand between a verb and its subject.
pub(super) fn is_adverb(folded: &str) -> bool {
    matches!(
        folded,
        "ايضا"
            | "امس"
            | "اليوم"
            | "سابقا"
            | "كذلك"
            | "لاحقا"
            | "بدوره"
            | "بدورها"
            | "حينها"
            | "وقتها"
            | "انذاك"
            | "مساء"
            | "صباح"
            | "السبت"
            | "الاحد"
            | "الاثنين"
            | "الثلاثاء"
            | "الاربعاء"
            | "الخميس"
            | "الجمعه"
            | "قايلا"
            | "قايله"
            | "حديثه"
            | "حديثها"
            | "كلمته"
            | "كلمتها"
            | "also"
            | "later"
            | "then"
            | "once"
            | "recently"
            | "earlier"
            | "often"
            | "has"
            | "had"
            | "have"
            | "was"
            | "now"
    )
}

/// What a phrase begins with that does not name the speaker.
pub(super) fn is_preposition(folded: &str) -> bool {
    matches!(
        folded,
        "في" | "من"
            | "علي"
            | "الي"
            | "عن"
            | "مع"
            | "خلال"
            | "بعد"
            | "قبل"
            | "امام"
            | "عبر"
            | "حول"
            | "عقب"
            | "ضمن"
            | "اثر"
            | "لدي"
            | "بشان"
            | "ضد"
            | "بين"
            | "تجاه"
            | "of"
            | "for"
            | "to"
            | "in"
            | "on"
            | "at"
            | "with"
            | "by"
            | "from"
            | "after"
            | "before"
            | "about"
            | "against"
            | "as"
            | "during"
            | "than"
            | "between"
    )
}

/// A pronoun for whom the text spoke of last.
pub(super) fn is_pronoun(folded: &str) -> bool {
    matches!(folded, "he" | "she" | "they" | "هو" | "هي" | "وهو" | "وهي")
}

/// First words of the names of organisations that speak: `قالت وكالة …`.
pub(super) fn is_speaking_body(folded: &str) -> bool {
    matches!(
        folded,
        "وكاله"
            | "قناه"
            | "صحيفه"
            | "شبكه"
            | "موقع"
            | "شركه"
            | "حركه"
            | "حزب"
            | "جماعه"
            | "منظمه"
            | "هييه"
            | "موسسه"
            | "اذاعه"
            | "مجله"
            | "وزاره"
            | "جيش"
            | "the"
            | "agency"
            | "newspaper"
            | "broadcaster"
    )
}

/// Sources that are not those of whom the text spoke last.
pub(super) fn is_anonymous(folded: &str) -> bool {
    matches!(
        folded,
        "المصدر"
            | "المصادر"
            | "الوكاله"
            | "الصحيفه"
            | "القناه"
            | "الموقع"
            | "التقرير"
            | "الشهود"
            | "المسوولون"
            | "الخبراء"
            | "المحللون"
    )
}

/// What stands before the name of a work, a campaign or the like.
pub(super) fn is_work(folded: &str) -> bool {
    matches!(
        folded.trim_start_matches(['و', 'ب', 'ل']),
        "فيلم"
            | "كتاب"
            | "روايه"
            | "اغنيه"
            | "مسلسل"
            | "برنامج"
            | "حمله"
            | "عمليه"
            | "مبادره"
            | "شعار"
            | "مسمي"
            | "اسم"
            | "عنوان"
            | "مسرحيه"
            | "مشروع"
            | "مجموعه"
            | "قصيده"
            | "تطبيق"
    )
}

/// What begins another clause, in which no subject of the verb before stands.
pub(super) fn is_relative(folded: &str) -> bool {
    matches!(folded, "بما" | "ما" | "مما" | "الذي" | "التي" | "الذين" | "حيث" | "بعدما" | "عندما")
}

/// What is a verb of speech only where a name follows: it is another word elsewhere.
pub(super) fn is_verb_before_name(folded: &str) -> bool {
    matches!(folded, "ورد" | "شكر" | "وشكر" | "تشكو" | "وتشكو" | "يشكو" | "ويشكو" | "شكا" | "وشكا")
}

/// What is a verb of speech only where a sentence or clause begins: a noun elsewhere.
pub(super) fn is_verb_at_start(folded: &str) -> bool {
    matches!(folded, "وصف" | "ووصف" | "نقل" | "ونقل")
}
