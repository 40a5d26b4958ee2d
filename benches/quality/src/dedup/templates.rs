//! Texts that are the same every day but for their numbers: six families, a new issue each day, copied by many sources
//! with small edits. Copies of one issue belong together; another day's issue is news.

use std::collections::HashSet;

use crate::corpus::{DAY_MS, Document, HOUR_MS, MINUTE_MS};
use crate::edits::respelled;
use crate::insertions::insert;
use crate::replay::Bench;
use crate::report::{Figure, Target};
use crate::sample::Random;
use crate::systems::System;

const DAYS: usize = 20;
const COPIES: usize = 15;
const CITIES: [&str; 18] = [
    "الرياض",
    "جدة",
    "مكة المكرمة",
    "المدينة المنورة",
    "الدمام",
    "أبها",
    "تبوك",
    "حائل",
    "بريدة",
    "نجران",
    "جازان",
    "عرعر",
    "سكاكا",
    "الباحة",
    "الطائف",
    "الأحساء",
    "ينبع",
    "حفر الباطن",
];
const CURRENCIES: [&str; 12] = [
    "الدولار الأمريكي",
    "اليورو",
    "الجنيه الإسترليني",
    "الين الياباني",
    "الفرنك السويسري",
    "الدينار الكويتي",
    "الدينار البحريني",
    "الدرهم الإماراتي",
    "الريال القطري",
    "الجنيه المصري",
    "الليرة التركية",
    "الروبية الهندية",
];
const TEAMS: [&str; 16] = [
    "الهلال",
    "النصر",
    "الأهلي",
    "الاتحاد",
    "الشباب",
    "الفتح",
    "التعاون",
    "الرائد",
    "الفيصلي",
    "الخليج",
    "نجران",
    "هجر",
    "الوحدة",
    "القادسية",
    "الباطن",
    "الحزم",
];
const COMPANIES: [&str; 14] = [
    "الصناعات المتحدة",
    "بنك الواحة",
    "اتصالات الخليج",
    "إسمنت الشمال",
    "التعدين الوطنية",
    "الطيران الأهلي",
    "مصافي الساحل",
    "الغذائية الأولى",
    "تأمين المدار",
    "عقارات الربوة",
    "كهرباء الجنوب",
    "زجاج العرب",
    "نقليات النخبة",
    "دواء المستقبل",
];
const REGIONS: [&str; 10] = [
    "سواحل تشيلي",
    "جزيرة سومطرة",
    "شرق تركيا",
    "جنوب إيران",
    "شمال اليابان",
    "بحر إيجة",
    "جبال الهندوكوش",
    "غرب المكسيك",
    "جزر الكوريل",
    "وسط إيطاليا",
];

/// Headline and sentences of one issue.
type Issue = (String, Vec<String>);
type Family = (&'static str, fn(&mut Random, usize) -> Issue);

const FAMILIES: [Family; 6] = [
    ("weather", weather),
    ("exchange rates", exchange_rates),
    ("gold prices", gold_prices),
    ("match results", match_results),
    ("stock index", stock_index),
    ("earthquake notices", earthquake),
];

fn weather(random: &mut Random, day: usize) -> Issue {
    let mut sentences = vec![
        format!("أصدرت هيئة الأرصاد تقريرها اليومي عن حالة الطقس المتوقعة ليوم {day} من الشهر الجاري"),
        "تكون السماء غائمة جزئيا على المرتفعات مع فرصة لهطول أمطار رعدية ونشاط في الرياح السطحية المثيرة للأتربة على \
         الطرق السريعة"
            .to_owned(),
        "وجاءت درجات الحرارة المتوقعة في المدن على النحو التالي".to_owned(),
    ];
    sentences.extend(
        CITIES.iter().map(|city| {
            format!("{city} العظمى {} والصغرى {}", random.between(33, 50), random.between(18, 32))
        }),
    );
    sentences.push("ودعت الهيئة الجميع إلى متابعة النشرات الصادرة عنها".to_owned());
    ("حالة الطقس المتوقعة اليوم".to_owned(), sentences)
}

fn exchange_rates(random: &mut Random, day: usize) -> Issue {
    let mut sentences = vec![format!(
        "فيما يلي أسعار صرف العملات الأجنبية مقابل الريال كما أعلنتها البنوك المحلية صباح يوم {day}"
    )];
    sentences.extend(CURRENCIES.iter().map(|currency| {
        let (whole, part) = (random.between(1, 13), random.between(100, 900));
        format!("{currency} {whole}.{part} ريال للشراء و {whole}.{} ريال للبيع", part + random.between(2, 40))
    }));
    sentences.push("وتختلف الأسعار من بنك إلى آخر بحسب حجم المعاملة ووقت تنفيذها".to_owned());
    ("أسعار صرف العملات مقابل الريال".to_owned(), sentences)
}

fn gold_prices(random: &mut Random, day: usize) -> Issue {
    let mut sentences = vec![format!(
        "شهدت أسعار الذهب في الأسواق المحلية تحركا طفيفا خلال تعاملات يوم {day} متأثرة بحركة السعر العالمي للمعدن الأصفر"
    )];
    sentences.extend([24, 22, 21, 18, 14].iter().map(|karat| {
        format!(
            "وسجل سعر غرام الذهب من عيار {karat} نحو {}.{} ريال",
            random.between(80, 150),
            random.between(10, 99)
        )
    }));
    sentences.push(format!(
        "وبلغ سعر الأونصة في التعاملات الفورية {}.{} دولار فيما سجل الجنيه الذهب {} ريال",
        random.between(1050, 1200),
        random.between(10, 99),
        random.between(800, 1100)
    ));
    sentences.push("ولا تشمل هذه الأسعار أجور المصنعية التي تختلف من محل إلى آخر".to_owned());
    ("أسعار الذهب اليوم في السوق المحلية".to_owned(), sentences)
}

fn match_results(random: &mut Random, day: usize) -> Issue {
    let mut teams = TEAMS.to_vec();
    random.shuffle(&mut teams);
    let mut sentences =
        vec![format!("اختتمت مساء أمس مباريات الجولة {day} من دوري المحترفين وأسفرت عن النتائج التالية")];
    sentences.extend(teams.chunks(2).map(|pair| {
        format!(
            "فاز {} على {} بنتيجة {} مقابل {} وحضر المباراة {} متفرجا وجاء هدف الفوز في الدقيقة {}",
            pair[0],
            pair[1],
            random.between(2, 6),
            random.between(0, 2),
            random.between(900, 30_000),
            random.between(2, 90)
        )
    }));
    sentences.push("وتستأنف المنافسات الأسبوع المقبل على ملاعب مختلفة".to_owned());
    ("نتائج مباريات دوري المحترفين".to_owned(), sentences)
}

fn stock_index(random: &mut Random, day: usize) -> Issue {
    let mut companies = COMPANIES.to_vec();
    random.shuffle(&mut companies);
    let direction = *random.of(&["مرتفعا", "منخفضا"]);
    let mut sentences = vec![
        format!(
            "أغلق مؤشر السوق الرئيسية جلسة يوم {day} {direction} بمقدار {}.{} نقطة عند مستوى {} نقطة",
            random.between(3, 150),
            random.between(10, 99),
            random.between(7000, 9800)
        ),
        format!(
            "وبلغت قيمة التداولات {} مليون ريال وتجاوز عدد الأسهم المتداولة {} مليون سهم عبر {} صفقة",
            random.between(2500, 7000),
            random.between(100, 350),
            random.between(60_000, 140_000)
        ),
    ];
    for (what, listed) in [("ارتفاعا", &companies[..5]), ("انخفاضا", &companies[5..10])] {
        let shares: Vec<String> = listed
            .iter()
            .map(|company| {
                format!("{company} بنسبة {}.{} في المئة", random.between(1, 10), random.between(10, 99))
            })
            .collect();
        sentences.push(format!("وكانت أسهم الشركات الأكثر {what} هي {}", shares.join(" و ")));
    }
    sentences.push("وتوزعت التداولات على مختلف القطاعات المدرجة في السوق".to_owned());
    ("مؤشر السوق يغلق تعاملات اليوم".to_owned(), sentences)
}

fn earthquake(random: &mut Random, day: usize) -> Issue {
    let region = *random.of(&REGIONS);
    let sentences = vec![
        format!(
            "ضرب زلزال بلغت قوته {}.{} درجة على مقياس ريختر منطقة {region} يوم {day} حسبما أعلن مركز رصد الزلازل",
            random.between(4, 7),
            random.between(0, 10)
        ),
        format!(
            "وأوضح المركز أن الهزة وقعت عند الساعة {}:{} بالتوقيت المحلي على عمق {} كيلومترا",
            random.between(1, 24),
            random.between(10, 60),
            random.between(8, 160)
        ),
        format!(
            "وحدد موقعها عند خط عرض {}.{} وخط طول {}.{} على بعد {} كيلومترا من أقرب مدينة",
            random.between(10, 60),
            random.between(10, 99),
            random.between(20, 170),
            random.between(10, 99),
            random.between(12, 240)
        ),
        "ولم ترد حتى الآن أنباء عن وقوع خسائر بشرية أو أضرار مادية كما لم يصدر تحذير من موجات مد عاتية"
            .to_owned(),
        "وتقع المنطقة ضمن نطاق نشط زلزاليا يشهد هزات متكررة على مدار العام".to_owned(),
    ];
    (format!("زلزال يضرب {region}"), sentences)
}

/// One source's copy of an issue: the first source's is the issue itself.
fn copy(random: &mut Random, source: usize, (title, sentences): &Issue) -> (String, String) {
    let (mut title, mut sentences) = (title.clone(), sentences.clone());
    if source > 0 {
        if random.chance(30) {
            sentences.pop();
        }
        if random.chance(30) {
            sentences.insert(0, format!("متابعات {source} -"));
        }
        if random.chance(20) {
            let at = sentences.len() / 2;
            sentences.swap(at, at + 1);
        }
        if random.chance(20) {
            title = format!("بالتفصيل: {title}");
        }
    }
    let body = sentences.join(".\n");
    if source > 0 && random.chance(50) { (respelled(&title), respelled(&body)) } else { (title, body) }
}

/// An issue's copy: which family, which day.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    family: usize,
    day: usize,
}

fn issues(begin_ms: i64) -> Vec<(Place, Document)> {
    let mut random = Random::new(12);
    let mut copies = Vec::new();
    for day in 0..DAYS {
        for (family, (name, make)) in FAMILIES.iter().enumerate() {
            let issue = make(&mut random, day + 1);
            let day_ms = begin_ms + i64::try_from(day).unwrap_or_default() * DAY_MS;
            for source in 0..COPIES {
                let time_ms = day_ms + random.between(0, 40) * MINUTE_MS;
                let after_ms = i64::try_from(source).unwrap_or_default() * HOUR_MS * 3 / 4;
                let (title, body) = copy(&mut random, source, &issue);
                let mut document = insert("template", copies.len(), time_ms + after_ms, &title, body);
                document.source = format!("{name} {source}");
                copies.push((Place { family, day }, document));
            }
        }
    }
    copies
}

pub fn templates<S: System>(bench: &Bench<'_, S>) -> Result<Vec<Figure>, String> {
    let begin_ms = bench.data.documents.first().map_or(0, |document| document.time_ms + 3 * HOUR_MS);
    let (places, inserts): (Vec<Place>, Vec<Document>) = issues(begin_ms).into_iter().unzip();
    let outcomes = bench.replay(&inserts, &HashSet::new())?;
    let mut figures = Vec::new();
    for (family, (name, _)) in FAMILIES.iter().enumerate() {
        let (mut same_day, mut other_day) = (Vec::new(), Vec::new());
        for (at, place) in places.iter().enumerate().filter(|(_, place)| place.family == family) {
            let Some(outcome) = outcomes[bench.inserted(at)] else { continue };
            let matched = outcome.link().map(|number| number.checked_sub(bench.data.documents.len()));
            let is_same =
                matched.is_some_and(|matched| matched.is_some_and(|matched| places[matched] == *place));
            // The first source's copy begins the day.
            if at % COPIES > 0 {
                same_day.push(is_same);
            }
            other_day.push(outcome.is_suppressed() && !is_same);
        }
        let name = |what: &str| format!("{name}: {what}");
        figures.push(Figure::share_of(name("linked to the same day's"), &same_day, Target::AtLeast(100.0)));
        figures.push(Figure::share_of(name("suppressed by another's"), &other_day, Target::AtMost(0.0)));
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_has_an_issue_of_each_family_with_its_own_text() {
        let copies = issues(0);
        assert_eq!(copies.len(), DAYS * FAMILIES.len() * COPIES);
        let texts: HashSet<String> =
            copies.iter().step_by(COPIES).map(|(_, document)| document.text()).collect();
        assert_eq!(texts.len(), DAYS * FAMILIES.len());
    }
}
