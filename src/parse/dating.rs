//! From the dates that were found, in the order in which they count, to the article's dates.
//!
//! Owns what they are read with (zone, order of day and month, fetch time), which of them is taken, and what stands in
//! where there is none. In which order the dates of a page count is told in `html::weighing`.

use jiff::Timestamp;

use super::assemble::{Evident, Found};
use super::confidence::{self, Support};
use super::date::{self, DateContext};
use super::{Parser, flaws};
use crate::article::{ArticleDate, DatePrecision, Decoded, Flaw};
use crate::sources::{DayMonthOrder, SourceRule};

/// The dates of an article, and what is odd about each.
#[derive(Debug, Default)]
pub(super) struct Dates {
    pub published: Option<ArticleDate>,
    /// What other dates say of the day of publication.
    pub support: Support,
    pub modified: Option<ArticleDate>,
    pub flaws_of_published: Vec<Flaw>,
    pub flaws_of_modified: Vec<Flaw>,
    /// Where no date calls itself that of publication, what stands for it has these.
    pub flaws_of_guess: Vec<Flaw>,
}

impl Dates {
    pub fn flaws(&self) -> impl Iterator<Item = &Flaw> {
        self.flaws_of_published.iter().chain(&self.flaws_of_modified).chain(&self.flaws_of_guess)
    }
}

impl Parser {
    /// The article's dates.
    pub(super) fn dates(&self, decoded: &Decoded, found: &mut Found, context: &DateContext<'_>) -> Dates {
        let mut dates = Dates::default();
        let published = self.published(decoded, found, context, &mut dates.flaws_of_published);
        dates.modified = self.first_readable(&found.modified, context, &mut dates.flaws_of_modified);
        if let Some((date, support)) = published {
            (dates.published, dates.support) = (Some(date), support);
        } else {
            let of_guess = &mut dates.flaws_of_guess;
            dates.published =
                self.published_perhaps(dates.modified.as_ref(), &found.guessed, context, of_guess);
        }
        dates
    }

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

    /// The stated date, else the first one found that can be read, and what the other dates say of its day.
    fn published(
        &self,
        decoded: &Decoded,
        found: &mut Found,
        context: &DateContext<'_>,
        flaws: &mut Vec<Flaw>,
    ) -> Option<(ArticleDate, Support)> {
        let stated = decoded.stated.published.as_ref();
        let mut candidates: Vec<Evident> = stated
            .map(|value| Evident { value: value.clone(), evidence: "envelope:published".to_owned() })
            .into_iter()
            .collect();
        candidates.append(&mut found.published);
        let date = self.first_readable(&candidates, context, flaws)?;
        // A date that was counted back stands at a clock of ours, not at the newsroom's.
        let read = |candidate: &Evident| {
            date::read(&candidate.value, &candidate.evidence, &self.date_words, context)
                .ok()
                .filter(|(_, flaws)| !date::is_relative(flaws))
        };
        let others: Vec<ArticleDate> = candidates.iter().filter_map(read).map(|(date, _)| date).collect();
        let chosen = date.clone();
        let mut date = date::at_home(date, &others);
        if let Some(day) = found.day_shown {
            let (on_day, zone) = date::on_day(date, day);
            date = on_day;
            flaws.extend(zone.map(|zone| Flaw::new(flaws::DATE_ZONE_ASSUMED).with_detail(zone)));
        }
        let others: Vec<ArticleDate> = others.into_iter().filter(|other| *other != chosen).collect();
        let support = support_of(&date, &others);
        Some((date, support))
    }

    /// What stands for the date of publication where none was found: that of the last change, else a guess.
    fn published_perhaps(
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

    fn first_readable(
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

/// What the other dates of a page say of the day of one: those of another kind whether it is right, all whether it is
/// another. The same instant in another zone is the same day.
fn support_of(date: &ArticleDate, others: &[ArticleDate]) -> Support {
    let minute = minute_of(date);
    let has_day = |other: &ArticleDate| {
        date.value.get(..10) == other.value.get(..10) || (minute.is_some() && minute == minute_of(other))
    };
    let is_independent = |other: &&ArticleDate| confidence::are_independent(&date.evidence, &other.evidence);
    let is_agreed = others.iter().filter(is_independent).any(has_day);
    Support::of(is_agreed, !others.iter().all(has_day))
}

/// Minutes since the epoch of a date that states its time and zone.
fn minute_of(date: &ArticleDate) -> Option<i64> {
    let is_instant = date.zone.is_some() && date.precision >= DatePrecision::Minute;
    let instant = date.value.parse::<Timestamp>().ok().filter(|_| is_instant)?;
    Some(instant.as_second().div_euclid(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(value: &str, precision: DatePrecision, zone: Option<&str>, evidence: &str) -> ArticleDate {
        ArticleDate {
            value: value.to_owned(),
            raw: value.to_owned(),
            precision,
            calendar: "gregorian",
            zone: zone.map(str::to_owned),
            evidence: evidence.to_owned(),
        }
    }

    #[test]
    fn one_instant_in_two_zones_is_no_contradiction() {
        let chosen = date("2024-06-05T22:30:00Z", DatePrecision::Second, Some("Z"), "json-ld:datePublished");
        let of = |value: &str, precision, zone, evidence: &str| {
            support_of(&chosen, &[date(value, precision, zone, evidence)])
        };
        let there = "2024-06-06T01:30:00+03:00";
        let (minute, zone) = (DatePrecision::Minute, Some("+03:00"));
        assert_eq!(of(there, minute, zone, "meta:date"), Support::Alone);
        assert_eq!(of(there, minute, zone, "time:datetime"), Support::Agreed);
        assert_eq!(of("2024-06-06T02:30:00+03:00", minute, zone, "meta:date"), Support::Contradicted);
        assert_eq!(of(there, minute, None, "meta:date"), Support::Contradicted);
        assert_eq!(of("2024-06-06T00:00:00+03:00", DatePrecision::Day, zone, "text"), Support::Contradicted);
    }
}
