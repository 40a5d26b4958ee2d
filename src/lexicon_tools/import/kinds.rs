//! Which types of Wikidata are which kinds of entities.
//!
//! Owns the table. An item names only its direct types (P31), and the tree of subclasses stands in other items; so what is
//! "an instance of Syrian football club" is found only where the table, or the user, has that type.

use std::collections::HashMap;

use crate::article::EntityKind;

use EntityKind::{Currency, Event, Organisation, Person, Place, Work};

/// Types as numbers behind the Q, with their English names.
pub const KINDS: &[(u32, EntityKind, &str)] = &[
    (5, Person, "human"),
    (43_229, Organisation, "organization"),
    (4_830_453, Organisation, "business"),
    (6_881_511, Organisation, "enterprise"),
    (783_794, Organisation, "company"),
    (891_723, Organisation, "public company"),
    (7_278, Organisation, "political party"),
    (163_740, Organisation, "nonprofit organization"),
    (79_913, Organisation, "non-governmental organization"),
    (245_065, Organisation, "intergovernmental organization"),
    (484_652, Organisation, "international organization"),
    (327_333, Organisation, "government agency"),
    (192_350, Organisation, "ministry"),
    (7_188, Organisation, "government"),
    (35_749, Organisation, "parliament"),
    (11_204, Organisation, "legislature"),
    (178_790, Organisation, "trade union"),
    (176_799, Organisation, "military unit"),
    (17_127_659, Organisation, "terrorist organization"),
    (476_028, Organisation, "association football club"),
    (847_017, Organisation, "sports club"),
    (12_973_014, Organisation, "sports team"),
    (6_979_593, Organisation, "national association football team"),
    (11_032, Organisation, "newspaper"),
    (1_110_794, Organisation, "daily newspaper"),
    (41_298, Organisation, "magazine"),
    (192_283, Organisation, "news agency"),
    (1_616_075, Organisation, "television station"),
    (2_001_305, Organisation, "television channel"),
    (14_350, Organisation, "radio station"),
    (3_918, Organisation, "university"),
    (875_538, Organisation, "public university"),
    (902_104, Organisation, "private university"),
    (31_855, Organisation, "research institute"),
    (157_031, Organisation, "foundation"),
    (16_917, Organisation, "hospital"),
    (22_687, Organisation, "bank"),
    (46_970, Organisation, "airline"),
    (11_691, Organisation, "stock exchange"),
    (6_256, Place, "country"),
    (3_624_078, Place, "sovereign state"),
    (161_243, Place, "dependent territory"),
    (5_107, Place, "continent"),
    (82_794, Place, "geographic region"),
    (515, Place, "city"),
    (1_549_591, Place, "big city"),
    (1_637_706, Place, "million city"),
    (200_250, Place, "metropolis"),
    (5_119, Place, "capital city"),
    (3_957, Place, "town"),
    (532, Place, "village"),
    (486_972, Place, "human settlement"),
    (15_284, Place, "municipality"),
    (56_061, Place, "administrative territorial entity"),
    (10_864_048, Place, "first-level administrative division"),
    (13_220_204, Place, "second-level administrative division"),
    (35_657, Place, "state of the United States"),
    (1_093_829, Place, "city in the United States"),
    (484_170, Place, "commune of France"),
    (262_166, Place, "municipality in Germany"),
    (747_074, Place, "comune of Italy"),
    (23_442, Place, "island"),
    (4_022, Place, "river"),
    (8_502, Place, "mountain"),
    (46_831, Place, "mountain range"),
    (165, Place, "sea"),
    (23_397, Place, "lake"),
    (39_816, Place, "valley"),
    (37_901, Place, "strait"),
    (12_284, Place, "canal"),
    (8_514, Place, "desert"),
    (198, Event, "war"),
    (178_561, Event, "battle"),
    (180_684, Event, "conflict"),
    (40_231, Event, "public election"),
    (132_241, Event, "festival"),
    (7_944, Event, "earthquake"),
    (11_424, Work, "film"),
    (5_398_426, Work, "television series"),
    (7_725_634, Work, "literary work"),
    (571, Work, "book"),
    (482_994, Work, "album"),
    (8_142, Currency, "currency"),
];

/// Countries as numbers behind the Q. An entity of a country that is missing here gets no `country=`.
const COUNTRIES: &str = "AE878 AF889 AL222 AM399 AO916 AR414 AT40 AU408 AZ227 BA225 BD902 BE31 BF965 BG219 BH398 BI967 \
    BO750 BR155 BW963 BY184 CA16 CD974 CG971 CH39 CI1008 CL298 CM1009 CN148 CO739 CU241 CY229 CZ213 DE183 DJ977 DK35 \
    DZ262 EC736 EE191 EG79 ER986 ES29 ET115 FI33 FR142 GB145 GE230 GH117 GR41 HR224 HU28 ID252 IE27 IL801 IN668 IQ796 \
    IR794 IS189 IT38 JO810 JP17 KE114 KG813 KH424 KM970 KP423 KR884 KW817 KZ232 LA819 LB822 LK854 LT37 LU32 LV211 \
    LY1016 MA1028 MD217 ME236 MG1019 MK221 ML912 MM836 MN711 MR1025 MT233 MX96 MY833 MZ1029 NA1030 NE1032 NG1033 NL55 \
    NO20 NP837 NZ664 OM842 PE419 PH928 PK843 PL36 PS219060 PT45 PY733 QA846 RO218 RS403 RU159 RW1037 SA851 SD1049 \
    SE34 SG334 SI215 SK214 SN1041 SO1045 SS958 SY858 TD657 TH869 TJ863 TM874 TN948 TR43 TW865 TZ924 UA212 UG1036 US30 \
    UY77 UZ265 VE717 VN881 YE805 ZA258 ZM953 ZW954";

/// The table, with what a user added.
#[derive(Debug, Clone)]
pub struct Kinds {
    by_type: HashMap<u32, EntityKind>,
    countries: HashMap<u32, [u8; 2]>,
}

impl Default for Kinds {
    fn default() -> Self {
        let by_type = KINDS.iter().map(|(number, kind, _)| (*number, *kind)).collect();
        let countries = COUNTRIES.split_whitespace().filter_map(|country| {
            let code = country.as_bytes().first_chunk::<2>()?;
            Some((country.get(2..)?.parse().ok()?, *code))
        });
        Self { by_type, countries: countries.collect() }
    }
}

impl Kinds {
    /// Adds a type, or gives a known one another kind.
    pub fn add(&mut self, number: u32, kind: EntityKind) {
        self.by_type.insert(number, kind);
    }

    pub(super) fn of(&self, number: u32) -> Option<EntityKind> {
        self.by_type.get(&number).copied()
    }

    pub(super) fn country(&self, number: u32) -> Option<[u8; 2]> {
        self.countries.get(&number).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_name_each_type_and_country_once() {
        let kinds = Kinds::default();
        assert_eq!(kinds.by_type.len(), KINDS.len());
        assert_eq!(kinds.countries.len(), COUNTRIES.split_whitespace().count());
        let codes: std::collections::BTreeSet<_> = kinds.countries.values().collect();
        assert_eq!(codes.len(), kinds.countries.len());
        assert_eq!((kinds.of(5), kinds.country(79)), (Some(Person), Some(*b"EG")));
    }
}
