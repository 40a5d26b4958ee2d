//! Dump articles of about 3 KB for the benchmark: made up from a small vocabulary, the same for the same number.

use std::fmt::Write as _;

/// An article is filled up to at least this size.
const BYTES_MIN: usize = 2_900;
/// One article in so many is English, the others are Arabic.
const ENGLISH_EVERY: u64 = 4;
const SENTENCES_PER_PARAGRAPH: u64 = 3;
const WORDS_PER_SENTENCE: u64 = 12;

const ARABIC: &str = "أعلنت الوزارة مشروع المدينة السكان الماء الميناء الطريق السوق المدرسة الجامعة البحث العلماء \
    الدراسة النتائج الموسم الأمطار المزارعون القمح الأسعار ارتفعت انخفضت خلال الأسبوع الماضي المقبل \
    وفق بيان المتحدث أكد أوضح أضاف اللجنة الاجتماع الخطة التمويل الشركة القطار المحطة المستشفى \
    الأطباء المتحف المعرض الكتاب الفريق المباراة اللاعبون البطولة الجمهور الحديقة الطاقة الشمس \
    الرياح الشبكة الكهرباء الجسر النهر الصيادون السفينة الشمال الجنوب الشرق الغرب الجديد";

const ENGLISH: &str = "the ministry announced a plan for harbour road market school researchers found that results \
    season rain farmers wheat prices rose fell during last week according to statement spokesman \
    said added committee meeting budget company train station hospital doctors museum exhibition \
    book team match players crowd garden energy solar wind network bridge river fishermen ship \
    north south east west new city residents water project will open soon";

/// The article of that number, as a text dump.
pub fn dump(number: u64) -> String {
    let mut dice = Dice(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let words = if number.is_multiple_of(ENGLISH_EVERY) { ENGLISH } else { ARABIC };
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut text = String::with_capacity(BYTES_MIN + 1_024);
    sentence(&mut text, &words, &mut dice);
    let (day, hour, minute) = (dice.below(28) + 1, dice.below(24), dice.below(60));
    let _ = writeln!(text, " {number}\nتاريخ النشر: {day:02}-11-2024 {hour:02}:{minute:02}");
    while text.len() < BYTES_MIN {
        for _ in 0..SENTENCES_PER_PARAGRAPH {
            sentence(&mut text, &words, &mut dice);
            text.push_str(". ");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text.push_str("المصدر: وكالة الحديقة\nكلمات دلالية:");
    for _ in 0..6 {
        text.push(' ');
        text.push_str(word(&words, &mut dice));
    }
    text.push('\n');
    text
}

fn sentence(text: &mut String, words: &[&str], dice: &mut Dice) {
    for place in 0..WORDS_PER_SENTENCE {
        if place > 0 {
            text.push(' ');
        }
        text.push_str(word(words, dice));
    }
}

fn word<'a>(words: &[&'a str], dice: &mut Dice) -> &'a str {
    words[usize::try_from(dice.below(words.len() as u64)).expect("a place in a short list")]
}

/// Pseudo-random numbers by the splitmix64 method (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}
