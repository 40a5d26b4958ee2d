//! The language that a page or an envelope states, brought into the form of BCP 47 (RFC 5646), or ignored; and the script
//! that a tag tells where it is not the usual one.

use super::script::Script;

/// A stated language, normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stated {
    /// The whole tag: language, then script and region where they are valid: `ar-SA`.
    pub(super) tag: String,
    /// The primary subtag.
    pub(super) language: String,
}

/// Longer statements are no language tags.
const TAG_BYTES_MAX: usize = 64;

/// The two-letter codes of ISO 639-1.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy \
da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik \
io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt \
my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn \
so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Codes of three letters (ISO 639-3) that news is written in.
const LANGUAGES_OF_THREE_LETTERS: &str = "aeb acm afb aii ajp apc apd arc arq ars ary arz ast azb bal bho ceb ckb \
cmn doi fil hak haw hsb hmn ilo kab kok kmr lad lah lmo mai mni mnw nan nds nqo pap pnb prs rom scn sco shi shn skr \
szl syr tcy tet tpi tzm wuu xmf yue zgh";

/// Codes that were replaced, and the codes of ISO 639-2 and 639-3 that have a shorter one.
const REPLACED: &[(&str, &str)] = &[
    ("iw", "he"),
    ("in", "id"),
    ("ji", "yi"),
    ("jw", "jv"),
    ("mo", "ro"),
    ("ara", "ar"),
    ("arb", "ar"),
    ("eng", "en"),
    ("fas", "fa"),
    ("per", "fa"),
    ("pes", "fa"),
    ("urd", "ur"),
    ("pus", "ps"),
    ("kur", "ku"),
    ("fra", "fr"),
    ("fre", "fr"),
    ("deu", "de"),
    ("ger", "de"),
    ("spa", "es"),
    ("por", "pt"),
    ("ita", "it"),
    ("rus", "ru"),
    ("tur", "tr"),
    ("heb", "he"),
    ("zho", "zh"),
    ("chi", "zh"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("hin", "hi"),
];

/// Scripts of ISO 15924 that tags of news carry.
const SCRIPTS: &str = "Adlm Arab Armn Beng Cyrl Deva Ethi Geor Grek Gujr Guru Hang Hans Hant Hebr Jpan Khmr Knda Kore \
Laoo Latn Mlym Mong Mymr Nkoo Orya Sinh Syrc Taml Telu Tfng Thaa Thai Tibt";

/// Regions: ISO 3166-1 alpha-2, and the areas of UN M49 in use.
const REGIONS: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI \
FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS \
IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO \
MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA \
RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT \
TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW 001 002 003 005 009 013 015 019 029 142 145 \
150 419";

/// Reads what a page states: `ar`, `ar-SA`, `ar_SA.UTF-8`, `zh-hant-tw`. `None` where that is no language; a script or
/// region that does not exist is dropped, and so is all that follows the region.
pub(super) fn normalise(stated: &str) -> Option<Stated> {
    let stated = stated.trim();
    if stated.len() > TAG_BYTES_MAX {
        return None;
    }
    let end = stated.find(['.', '@', ',', ';', ' ']).unwrap_or(stated.len());
    let mut subtags = stated[..end].split(['-', '_']);
    let language = language_of(subtags.next()?)?;
    let mut tag = language.clone();
    let mut rest = subtags.peekable();
    if let Some(script) = rest.peek().and_then(|subtag| script_of(subtag)) {
        tag.push('-');
        tag.push_str(&script);
        rest.next();
    }
    if let Some(region) = rest.peek().and_then(|subtag| region_of(subtag)) {
        tag.push('-');
        tag.push_str(&region);
    }
    Some(Stated { tag, language })
}

/// Languages that are written in more than one script, with their usual one: the likely subtags of Unicode CLDR.
const USUAL_SCRIPTS: &[(&str, Script)] = &[
    ("az", Script::Latin),
    ("bs", Script::Latin),
    ("ff", Script::Latin),
    ("kk", Script::Cyrillic),
    ("ku", Script::Latin),
    ("ky", Script::Cyrillic),
    ("pa", Script::Gurmukhi),
    ("sh", Script::Latin),
    ("sr", Script::Cyrillic),
    ("tk", Script::Latin),
    ("tt", Script::Cyrillic),
    ("uz", Script::Latin),
];

/// The tag with the script behind the language, where it is not the usual one and the tag tells none.
pub(super) fn with_script(tag: &str, script: Script) -> String {
    let mut subtags = tag.split('-');
    let language = subtags.next().unwrap_or_default();
    let usual = USUAL_SCRIPTS.iter().find(|(known, _)| *known == language).map(|(_, usual)| *usual);
    let tells_script = subtags.next().is_some_and(|subtag| subtag.len() == script.code().len());
    if tells_script || usual.is_none_or(|usual| usual == script) {
        return tag.to_owned();
    }
    let rest = &tag[language.len()..];
    format!("{language}-{}{rest}", script.code())
}

fn language_of(subtag: &str) -> Option<String> {
    let lower = subtag.to_ascii_lowercase();
    let known = REPLACED.iter().find(|(old, _)| *old == lower).map_or(lower.as_str(), |(_, current)| current);
    (has(LANGUAGES, known) || has(LANGUAGES_OF_THREE_LETTERS, known)).then(|| known.to_owned())
}

fn script_of(subtag: &str) -> Option<String> {
    let mut script = subtag.to_ascii_lowercase();
    script.get_mut(..1)?.make_ascii_uppercase();
    has(SCRIPTS, &script).then_some(script)
}

fn region_of(subtag: &str) -> Option<String> {
    let region = subtag.to_ascii_uppercase();
    has(REGIONS, &region).then_some(region)
}

fn has(list: &str, code: &str) -> bool {
    list.split(' ').any(|known| known == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_told_where_it_is_not_the_usual_one() {
        let with = with_script;
        assert_eq!(with("sr", Script::Latin), "sr-Latn");
        assert_eq!(with("sr-RS", Script::Latin), "sr-Latn-RS");
        assert_eq!(with("sr", Script::Cyrillic), "sr");
        assert_eq!(with("az", Script::Arabic), "az-Arab");
        assert_eq!(with("ku-IQ", Script::Arabic), "ku-Arab-IQ");
        assert_eq!(with("uz-Cyrl", Script::Cyrillic), "uz-Cyrl");
        assert_eq!(with("ar", Script::Arabic), "ar");
        assert_eq!(with("und", Script::Latin), "und");
    }

    #[test]
    fn scripts_have_the_codes_that_tags_may_carry() {
        for (language, usual) in USUAL_SCRIPTS {
            assert!(has(SCRIPTS, usual.code()), "{language}");
            assert!(usual.can_write(language), "{language}");
        }
    }
}
