//! The country that an article is about, on articles whose newsroom says it.

use std::path::Path;

use khabar::tag::Tagger;

use crate::table::{Line, Section, Target};
use crate::{data, tags, text};

/// What the newsroom calls countries, and their codes. Where a name may mean two, either is right.
const COUNTRIES: [(&str, &[&str]); 89] = [
    ("فلسطين المحتلة", &["PS"]),
    ("الولايات المتحدة الأميركية", &["US"]),
    ("روسيا", &["RU"]),
    ("إيران", &["IR"]),
    ("تركيا", &["TR"]),
    ("السودان", &["SD"]),
    ("سوريا", &["SY"]),
    ("لبنان", &["LB"]),
    ("اليمن", &["YE"]),
    ("الصين", &["CN"]),
    ("المملكة المتحدة", &["GB"]),
    ("فرنسا", &["FR"]),
    ("ألمانيا", &["DE"]),
    ("أوكرانيا", &["UA"]),
    ("العراق", &["IQ"]),
    ("تونس", &["TN"]),
    ("كوريا الشمالية", &["KP"]),
    ("باكستان", &["PK"]),
    ("الهند", &["IN"]),
    ("المملكة العربية السعودية", &["SA"]),
    ("مصر", &["EG"]),
    ("الأردن", &["JO"]),
    ("البرازيل", &["BR"]),
    ("الجزائر", &["DZ"]),
    ("المجر", &["HU"]),
    ("ليبيا", &["LY"]),
    ("بولندا", &["PL"]),
    ("بيرو", &["PE"]),
    ("اليابان", &["JP"]),
    ("أرمينيا", &["AM"]),
    ("نيجيريا", &["NG"]),
    ("بوركينا فاسو", &["BF"]),
    ("فلسطين", &["PS"]),
    ("إيطاليا", &["IT"]),
    ("روسيا البيضاء", &["BY"]),
    ("اليونان", &["GR"]),
    ("كوبا", &["CU"]),
    ("المغرب", &["MA"]),
    ("أفغانستان", &["AF"]),
    ("الصومال", &["SO"]),
    ("صربيا", &["RS"]),
    ("بلجيكا", &["BE"]),
    ("جنوب أفريقيا", &["ZA"]),
    ("فنزويلا", &["VE"]),
    ("أستراليا", &["AU"]),
    ("كينيا", &["KE"]),
    ("إثيوبيا", &["ET"]),
    ("كندا", &["CA"]),
    ("الأرجنتين", &["AR"]),
    ("هولندا", &["NL"]),
    ("الكويت", &["KW"]),
    ("اسبانيا", &["ES"]),
    ("كولومبيا", &["CO"]),
    ("سويسرا", &["CH"]),
    ("مالي", &["ML"]),
    ("فنلندا", &["FI"]),
    ("الإمارات العربية المتحدة", &["AE"]),
    ("قطر", &["QA"]),
    ("المكسيك", &["MX"]),
    ("عمان", &["OM"]),
    ("أذربيجان", &["AZ"]),
    ("كرواتيا", &["HR"]),
    ("البرتغال", &["PT"]),
    ("موزمبيق", &["MZ"]),
    ("جمهورية التشيك", &["CZ"]),
    ("البحرين", &["BH"]),
    ("النرويج", &["NO"]),
    ("نيوزيلندا", &["NZ"]),
    ("سلوفينيا", &["SI"]),
    ("النمسا", &["AT"]),
    ("كازاخستان", &["KZ"]),
    ("كوريا الجنوبية", &["KR"]),
    ("مولدوفا", &["MD"]),
    ("رواندا", &["RW"]),
    ("باراغواي", &["PY"]),
    ("اندونيسيا", &["ID"]),
    ("النيجر", &["NE"]),
    ("موريتانيا", &["MR"]),
    ("الكاميرون", &["CM"]),
    ("السنغال", &["SN"]),
    ("فيتنام", &["VN"]),
    ("البوسنة والهرسك", &["BA"]),
    ("الدنمارك", &["DK"]),
    ("السويد", &["SE"]),
    ("الغابون", &["GA"]),
    ("الإكوادور", &["EC"]),
    ("غواتيمالا", &["GT"]),
    ("تايوان", &["TW"]),
    ("الكونغو", &["CD", "CG"]),
];

pub fn measure(folder: &Path, tagger: &Tagger) -> Result<Section, String> {
    let mut section =
        Section::new("Country that an article is about (Al Mayadeen, articles with the class country)");
    let (mut first, mut worst) = (Vec::new(), Vec::new());
    let mut among_three = Vec::new();
    for row in data::classified(folder)? {
        let Some(name) = row.class("country") else { continue };
        let spelling = text::folded(name);
        let (_, codes) = COUNTRIES
            .into_iter()
            .find(|(known, _)| text::folded(known) == spelling)
            .ok_or_else(|| format!("the country {name} has no code in countries.rs"))?;
        let tags = tagger.tag(&tags::article(Some(&row.title), row.text.lines()));
        let found = tags::countries(&tags);
        let place = found.iter().position(|code| codes.contains(code));
        first.push(place == Some(0));
        among_three.push(place.is_some_and(|place| place < 3));
        if place != Some(0) {
            worst.push(format!("{} is about {name}, found {}: {}", row.id, found.join(" "), row.title));
        }
    }
    section.worst.push(worst);
    section.lines.push(Line::share("the first country", &first, Target::AtLeast(0.78)));
    section.lines.push(Line::share("among the first three", &among_three, Target::AtLeast(0.95)));
    Ok(section)
}
