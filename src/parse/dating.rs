//! From the dates that were found, in the order in which they count, to the article's dates.
//!
//! Owns what they are read with (zone, order of day and month, fetch time), which of them is taken, and what stands in
//! where there is none. In which order the dates of a page count is told in `html::weighing`.

use super::Parser;
use super::assemble::{Evident, Found};
use super::date::{self, DateContext};
use super::flaws;
use crate::article::{ArticleDate, Decoded, Flaw};
use crate::sources::{DayMonthOrder, SourceRule};

impl Parser {
    pub(super) fn date_context<'parser>(
        &'parser self,
        rule: Option<&'parser SourceRule>,
        is_american: bool,
        fetched_at_ms: Option<i64>,
    ) -> DateContext<'parser> {
        let (zone_name, zone) = rule
            .and_then(|rule| rule.zone.as_ref())
            .map_or((self.zone_name.as_str(), &self.zone), |(name, zone)| (name.as_str(), zone));
        let day_first = rule.map_or(!is_american, |rule| rule.day_month_order == DayMonthOrder::DayFirst);
        DateContext { day_first, zone, zone_name, fetched_at_ms }
    }

    /// The stated date, else the first one found that can be read.
    pub(super) fn published(
        &self,
        decoded: &Decoded,
        found: &mut Found,
        context: &DateContext<'_>,
        flaws: &mut Vec<Flaw>,
    ) -> Option<ArticleDate> {
        let stated = decoded.stated.published.as_ref();
        let mut candidates: Vec<Evident> = stated
            .map(|value| Evident { value: value.clone(), evidence: "envelope:published".to_owned() })
            .into_iter()
            .collect();
        candidates.append(&mut found.published);
        if let Some(date) = self.first_readable(&candidates, context, flaws) {
            // A date that was counted back stands at a clock of ours, not at the newsroom's.
            let read = |candidate: &Evident| {
                date::read(&candidate.value, &candidate.evidence, &self.date_words, context)
                    .ok()
                    .filter(|(_, flaws)| !date::is_relative(flaws))
            };
            let others: Vec<ArticleDate> = candidates.iter().filter_map(read).map(|(date, _)| date).collect();
            let date = date::at_home(date, &others);
            let Some(day) = found.day_shown else { return Some(date) };
            let (date, zone) = date::on_day(date, day);
            flaws.extend(zone.map(|zone| Flaw::new(flaws::DATE_ZONE_ASSUMED).with_detail(zone)));
            return Some(date);
        }
        None
    }

    /// What stands for the date of publication where none was found: that of the last change, else a guess.
    pub(super) fn published_perhaps(
        &self,
        modified: Option<&ArticleDate>,
        guessed: &[Evident],
        context: &DateContext<'_>,
        flaws: &mut Vec<Flaw>,
    ) -> Option<ArticleDate> {
        if let Some(modified) = modified {
            // A page that names only its last change was published then, or before: the nearest that is known.
            flaws.push(Flaw::new(flaws::DATE_OF_CHANGE));
            return Some(modified.clone());
        }
        let date = self.first_readable(guessed, context, flaws)?;
        flaws.push(Flaw::new(flaws::DATE_GUESSED));
        Some(date)
    }

    pub(super) fn first_readable(
        &self,
        candidates: &[Evident],
        context: &DateContext<'_>,
        flaws: &mut Vec<Flaw>,
    ) -> Option<ArticleDate> {
        let mut relative = None;
        for candidate in candidates {
            match date::read(&candidate.value, &candidate.evidence, &self.date_words, context) {
                // "3 hours ago" counts only where no place states the date itself.
                Ok((date, of_date)) if date::is_relative(&of_date) => {
                    relative = relative.or(Some((date, of_date)));
                }
                Ok((date, of_date)) => {
                    flaws.extend(of_date);
                    return Some(date);
                }
                Err(problem) if relative.is_none() => flaws.push(problem.flaw(&candidate.value)),
                Err(_) => {}
            }
        }
        let (date, of_date) = relative?;
        flaws.extend(of_date);
        Some(date)
    }
}
