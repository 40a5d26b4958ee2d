//! What newspapers do to a text of an agency: generated edits of one article.

use crate::corpus::{Data, Document};
use crate::sample::Random;
use crate::text;

const LEAD_WORDS: usize = 20;
const HEADLINE_WORDS: usize = 8;
const RELATED: usize = 5;
const CHANGED_NUMBERS: usize = 3;
const ADDED_PARAGRAPH_WORDS: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// An agency's name or a dateline before the text, or a closing formula behind it.
    SourceLine,
    /// Letters that are written in several ways, vowel signs, digits, punctuation.
    Spelling,
    /// Other words in headline and beginning.
    LeadRewritten,
    /// The first part of the text, in percent of its words.
    Truncated(usize),
    /// Headlines of other articles behind the text.
    RelatedBlock,
    /// Sixty words that stand in every article of a source.
    Boilerplate,
    /// Three other numbers and one more paragraph.
    Updated,
    /// Sentences in another order.
    Reordered,
    /// Words replaced, in percent.
    Substituted(u64),
    /// The text of another article behind this one.
    Merged,
    /// Truncated to 70 %, respelled, with a source line and boilerplate.
    Combined,
}

impl Edit {
    pub const ALL: [Self; 15] = [
        Self::SourceLine,
        Self::Spelling,
        Self::LeadRewritten,
        Self::Truncated(70),
        Self::Truncated(50),
        Self::Truncated(30),
        Self::RelatedBlock,
        Self::Boilerplate,
        Self::Updated,
        Self::Reordered,
        Self::Substituted(10),
        Self::Substituted(20),
        Self::Substituted(30),
        Self::Merged,
        Self::Combined,
    ];

    pub fn name(self) -> String {
        match self {
            Self::SourceLine => "source line".to_owned(),
            Self::Spelling => "spelling".to_owned(),
            Self::LeadRewritten => "lead rewritten".to_owned(),
            Self::Truncated(percent) => format!("truncated to {percent} %"),
            Self::RelatedBlock => "related block".to_owned(),
            Self::Boilerplate => "boilerplate of 60 words".to_owned(),
            Self::Updated => "update (3 numbers, a paragraph)".to_owned(),
            Self::Reordered => "reordered".to_owned(),
            Self::Substituted(percent) => format!("{percent} % of words replaced"),
            Self::Merged => "merged with a later story".to_owned(),
            Self::Combined => "combined".to_owned(),
        }
    }
}

/// Blocks of about sixty words each, one for each source that has one.
pub const BOILERPLATE: [&str; 4] = [
    "جميع الحقوق محفوظة لصحيفة المرسى الإلكترونية ولا يجوز نسخ هذه المادة أو إعادة نشرها كليا أو جزئيا دون إذن خطي \
     مسبق من إدارة التحرير ويمكن للقراء الكرام متابعة آخر المستجدات عبر تطبيقنا المجاني على الهواتف الذكية أو الاشتراك \
     في نشرتنا البريدية اليومية التي تصلكم كل صباح متضمنة أبرز العناوين والتحليلات والصور ومقاطع الفيديو الحصرية من \
     مراسلينا في مختلف المناطق والمحافظات",
    "تابعوا صفحة بوابة الساحل على شبكات التواصل الاجتماعي وشاركونا آراءكم وتعليقاتكم حول الموضوع مع الالتزام بآداب \
     الحوار وعدم الإساءة إلى الأشخاص أو المقدسات علما بأن التعليقات المنشورة تعبر عن رأي أصحابها فقط ولا تتحمل البوابة \
     أي مسؤولية قانونية عنها كما يحق للمشرفين حذف كل تعليق مخالف للشروط دون إبداء الأسباب ونرحب بمقترحاتكم لتطوير \
     الخدمة عبر البريد المخصص لذلك دون مقابل",
    "نشر هذا الخبر أولا في موقع نخيل نيوز وهو موقع إخباري مستقل يهتم بالشأن المحلي والاقتصادي والرياضي ويصدر عن مؤسسة \
     نخيل للصحافة والطباعة والتوزيع ويعمل فيه فريق من الصحفيين والمصورين على مدار الساعة لتقديم محتوى موثوق وسريع \
     للاتصال بقسم الأخبار أو الإعلانات يرجى استخدام النموذج الموجود أسفل الصفحة الرئيسية وسيتم الرد خلال يومي عمل \
     من تاريخ الإرسال بإذن الله تعالى",
    "لمتابعة أخبار منصة الأفق لحظة بلحظة فعلوا خاصية الإشعارات في متصفحكم ولا تنسوا زيارة قسم الأرشيف الذي يضم آلاف \
     المواد المصنفة حسب التاريخ والكاتب والموضوع وقسم الخدمات الذي يعرض مواعيد الرحلات وأرقام الطوارئ وعناوين \
     المستشفيات والصيدليات المناوبة كما ندعوكم إلى المشاركة في استطلاع الرأي الأسبوعي والفوز بجوائز قيمة يعلن عنها \
     نهاية كل شهر في احتفال خاص بحضور القراء الكرام جميعا",
];

/// An article as it is edited: the articles around it lend words and headlines.
pub struct Draft<'a> {
    pub data: &'a Data,
    pub random: Random,
}

impl<'a> Draft<'a> {
    /// Headline and body of an edited copy. `other` is the story that merging adds.
    pub fn edit(&mut self, edit: Edit, document: &Document, other: &Document) -> (String, String) {
        let (title, body) = (document.title.clone(), document.body.clone());
        match edit {
            Edit::SourceLine => (title, self.with_source_line(&body)),
            Edit::Spelling => (respelled(&title), respelled(&body)),
            Edit::LeadRewritten => {
                let rest = &body[text::first_words(&body, LEAD_WORDS).len()..];
                (self.foreign_words(HEADLINE_WORDS), format!("{}{rest}", self.foreign_words(LEAD_WORDS)))
            }
            Edit::Truncated(percent) => (title, truncated(&body, percent)),
            Edit::RelatedBlock => (title, self.with_related_block(&body)),
            Edit::Boilerplate => (title, self.with_boilerplate(&body)),
            Edit::Updated => {
                let added = self.foreign_passage(ADDED_PARAGRAPH_WORDS);
                (title, format!("{}\n{added}", self.with_other_numbers(&body)))
            }
            Edit::Reordered => (title, self.reordered(&body)),
            Edit::Substituted(percent) => {
                (self.substituted(&title, percent), self.substituted(&body, percent))
            }
            Edit::Merged => (title, format!("{body}\n{}\n{}", other.title, other.body)),
            Edit::Combined => {
                let body = self.with_source_line(&respelled(&truncated(&body, 70)));
                (respelled(&title), self.with_boilerplate(&body))
            }
        }
    }

    fn with_source_line(&mut self, body: &str) -> String {
        const BEFORE: [&str; 5] =
            ["الرياض - واس: ", "متابعات - ", "وكالات (القاهرة) ", "جدة: محمد العتيبي - ", "رويترز - دبي "];
        const BEHIND: [&str; 3] = [" (انتهى)", " المصدر: وكالات", "\nتحرير: قسم الأخبار"];
        if self.random.chance(70) {
            format!("{}{body}", self.random.of(&BEFORE))
        } else {
            format!("{body}{}", self.random.of(&BEHIND))
        }
    }

    fn foreign_document(&mut self) -> &'a Document {
        let at = self.random.below(self.data.documents.len());
        &self.data.documents[at]
    }

    fn foreign_word(&mut self) -> String {
        let at = self.random.next();
        let words: Vec<&str> = self.foreign_document().body.split_whitespace().collect();
        let place = usize::try_from(at % (words.len().max(1) as u64)).unwrap_or_default();
        words.get(place).copied().unwrap_or("خبر").to_owned()
    }

    fn foreign_words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.foreign_word()).collect::<Vec<_>>().join(" ")
    }

    /// Successive words of another article.
    fn foreign_passage(&mut self, count: usize) -> String {
        loop {
            let body = &self.foreign_document().body;
            if body.split_whitespace().count() >= count {
                return text::first_words(body, count).to_owned();
            }
        }
    }

    fn with_related_block(&mut self, body: &str) -> String {
        let mut block = format!("{body}\nاقرأ أيضا");
        for _ in 0..RELATED {
            block.push('\n');
            block.push_str(&self.foreign_document().title);
        }
        block
    }

    fn with_boilerplate(&mut self, body: &str) -> String {
        let block = self.random.below(BOILERPLATE.len());
        // Most stand at the end of a page.
        if block == 0 {
            format!("{}\n{body}", BOILERPLATE[block])
        } else {
            format!("{body}\n{}", BOILERPLATE[block])
        }
    }

    fn with_other_numbers(&mut self, body: &str) -> String {
        let mut left = CHANGED_NUMBERS;
        let mut changed = String::with_capacity(body.len());
        for part in body.split_inclusive(char::is_whitespace) {
            let word = part.trim_end();
            let is_number = !word.is_empty() && word.chars().all(|character| character.is_ascii_digit());
            if left > 0 && is_number && word.len() < 7 {
                left -= 1;
                let number = word.parse::<i64>().unwrap_or_default() + self.random.between(1, 40);
                changed.push_str(&number.to_string());
                changed.push_str(&part[word.len()..]);
            } else {
                changed.push_str(part);
            }
        }
        changed
    }

    fn reordered(&mut self, body: &str) -> String {
        let mut sentences: Vec<&str> =
            body.split(['.', '\n']).map(str::trim).filter(|sentence| !sentence.is_empty()).collect();
        self.random.shuffle(&mut sentences);
        sentences.join(". ")
    }

    fn substituted(&mut self, text: &str, percent: u64) -> String {
        let words: Vec<String> = text
            .split_whitespace()
            .map(|word| if self.random.chance(percent) { self.foreign_word() } else { word.to_owned() })
            .collect();
        words.join(" ")
    }
}

fn truncated(body: &str, percent: usize) -> String {
    let words = body.split_whitespace().count();
    text::first_words(body, (words * percent).div_ceil(100)).to_owned()
}

/// Spelling that differs from newspaper to newspaper, in every word alike.
pub fn respelled(text: &str) -> String {
    let mut respelled = String::with_capacity(text.len() * 2);
    for (at, character) in text.chars().enumerate() {
        match character {
            'أ' | 'إ' | 'آ' => respelled.push('ا'),
            'ة' => respelled.push('ه'),
            'ى' => respelled.push('ي'),
            '0'..='9' => {
                let digit = u32::from(character) - u32::from('0');
                respelled.push(char::from_u32(0x660 + digit).unwrap_or(character));
            }
            '،' => respelled.push(','),
            '"' => respelled.push('»'),
            'ل' if at % 5 == 0 => respelled.push_str("لـ"),
            'م' if at % 7 == 0 => respelled.push_str("م\u{64f}"),
            _ => respelled.push(character),
        }
    }
    respelled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(words: &str) -> Document {
        let (title, body) = words.split_once('\n').unwrap();
        Document {
            id: "1".to_owned(),
            source: "a".to_owned(),
            url: "https://a.example/1".to_owned(),
            time_ms: 0,
            title: title.to_owned(),
            body: body.to_owned(),
        }
    }

    fn edited(edit: Edit) -> (String, String) {
        let passage: Vec<String> = (0..60).map(|number| format!("كلمة{number}")).collect();
        let body = format!("بلغ عددهم 40 في 3 مدن و 700 قرية.\n{}", passage.join(" "));
        let original = document(&format!("عنوان أول\n{body}"));
        let other = document("عنوان آخر\nنص آخر تماما");
        let data = Data { documents: vec![original.clone()], gold: Vec::new(), silver: Vec::new() };
        Draft { data: &data, random: Random::new(1) }.edit(edit, &original, &other)
    }

    #[test]
    fn a_respelled_copy_has_the_same_normalised_words() {
        let (title, body) = edited(Edit::Spelling);
        assert_ne!(title, "عنوان أول");
        assert_eq!(text::words(&title), text::words("عنوان أول"));
        assert!(body.contains('\u{664}'));
    }

    #[test]
    fn a_truncated_copy_keeps_its_share_of_words() {
        assert_eq!(edited(Edit::Truncated(50)).1.split_whitespace().count(), 35);
    }

    #[test]
    fn an_update_has_other_numbers_and_one_more_paragraph() {
        let body = edited(Edit::Updated).1;
        // The added paragraph has numbers too.
        let numbers = body.split_whitespace().filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
        assert!(numbers.zip(["40", "3", "700"]).all(|(changed, original)| changed != original));
        assert_eq!(body.split_whitespace().count(), 69 + ADDED_PARAGRAPH_WORDS);
    }

    #[test]
    fn a_merged_copy_ends_with_the_other_story() {
        assert!(edited(Edit::Merged).1.ends_with("عنوان آخر\nنص آخر تماما"));
    }

    #[test]
    fn boilerplate_is_sixty_words() {
        for block in BOILERPLATE {
            assert_eq!(block.split_whitespace().count(), 60);
        }
    }
}
