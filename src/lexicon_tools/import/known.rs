//! Which entities of a database the compiled-in lexicons have already.
//!
//! Owns the comparison: by an id that both have, else by name. A person of two ids would be two persons of one name, of whom
//! neither is meant for sure.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::Found;
use super::names;
use crate::article::EntityKind;
use crate::tag::lexicon::{Lexicon, flag};

/// Ids that only khabar gives; others tell an entity by themselves.
const OWN: &str = "khabar:";

const GEONAMES: &str = "geonames:";

/// How much agreement it takes: a name of several words, or one in each of two languages; of a place always the latter.
const AGREEMENT: usize = 2;

/// The entities of the compiled-in lexicons.
#[derive(Debug)]
pub(super) struct Known {
    pub lexicon: Arc<Lexicon>,
    by_wikidata: HashMap<u32, u32>,
    by_id: HashMap<String, u32>,
    /// Those that were found by name.
    taken: HashSet<u32>,
}

impl Known {
    pub fn compiled_in() -> Self {
        let lexicon = Lexicon::compiled_in();
        let entities = 0..u32::try_from(lexicon.sizes()[0]).unwrap_or(u32::MAX);
        let by_id = entities.clone().map(|number| (lexicon.id(number).to_owned(), number)).collect();
        let by_wikidata = entities
            .map(|number| (lexicon.entity(number).wikidata, number))
            .filter(|(wikidata, _)| *wikidata > 0)
            .collect();
        Self { lexicon, by_wikidata, by_id, taken: HashSet::new() }
    }

    /// The entity's number in the compiled-in lexicons, if they have it.
    pub fn find(&mut self, found: &Found) -> Option<u32> {
        let same = self.by_wikidata.get(&found.wikidata).or_else(|| self.by_id.get(&own_id(found)));
        let same = same.or_else(|| {
            found.geonames.iter().find_map(|number| self.by_id.get(&format!("{GEONAMES}{number}")))
        });
        same.copied().or_else(|| self.by_name(found))
    }

    /// The id that the entity's rows get, and its kind: those of the known one where there is one.
    pub fn id(&self, found: &Found, known: Option<u32>) -> (String, EntityKind) {
        match known {
            Some(number) => (self.lexicon.id(number).to_owned(), self.lexicon.entity(number).kind),
            None => (own_id(found), found.kind),
        }
    }

    /// The one entity of its kind that has its name, where that has several words or another language agrees. The first
    /// that asks gets it; databases number the famous first.
    fn by_name(&mut self, found: &Found) -> Option<u32> {
        let is_place = found.kind == EntityKind::Place;
        if is_place && (!found.geonames.is_empty() || found.country.is_none()) {
            return None;
        }
        let mut agreed: Option<(u32, usize)> = None;
        for names in &found.names {
            let Some(name) = names::tidy(&names.name) else { continue };
            let mut same =
                self.lexicon.named(&name).filter(|known| self.is_alike(found, known.entity, known.flags));
            let Some(one) = same.next() else { continue };
            let is_only = same.next().is_none();
            match agreed {
                _ if !is_only => return None,
                Some((number, _)) if number != one.entity => return None,
                _ => {
                    let weight = if name.contains(' ') && !is_place { AGREEMENT } else { 1 };
                    agreed = Some((one.entity, weight + agreed.map_or(0, |(_, before)| before)));
                }
            }
        }
        let (number, weight) = agreed?;
        (weight >= AGREEMENT && self.taken.insert(number)).then_some(number)
    }

    fn is_alike(&self, found: &Found, number: u32, flags: u8) -> bool {
        let known = self.lexicon.entity(number);
        known.kind == found.kind
            && known.wikidata == 0
            && flags & (flag::WEAK | flag::AMBIGUOUS) == 0
            && known.country.is_none_or(|country| found.country.is_none_or(|other| other == country))
            && match found.kind {
                EntityKind::Place => {
                    known.country == found.country && self.lexicon.id(number).starts_with(GEONAMES)
                }
                _ => self.lexicon.id(number).starts_with(OWN),
            }
    }
}

fn own_id(found: &Found) -> String {
    match (found.is_country, found.geonames.first()) {
        (Some([one, two]), _) => format!("iso3166:{}{}", char::from(one), char::from(two)),
        (None, Some(number)) => format!("{GEONAMES}{number}"),
        (None, None) => format!("wikidata:Q{}", found.wikidata),
    }
}
