//! Which of a page's dates is that of its publication.
//!
//! Owns the order of the places that state one, and what happens where they differ: places that agree are believed, the
//! path of the address is if its form is sure (another form only where nothing else is), a date that readers see beside
//! the headline is believed before metadata of another day, and a statement that says when the page was made, or of what
//! kind it is not sure, is believed least, and not where it comes behind the last change that readers see. A day that is
//! the same instant in another zone is no other day. Reading dates is [`crate::parse::date`]'s.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::shown::{Seen, Shown};
use crate::article::{ArticleDate, DatePrecision, Flaw};
use crate::parse::assemble::Evident;
use crate::parse::date::{self, DateContext};
use crate::parse::flaws;

/// From this score on a date that readers see is believed before what the page states.
const SURE_SCORE_MIN: i32 = 9;
/// The same where the statement is of a kind that often means something else.
const SCORE_BESIDE_DOUBTFUL_MIN: i32 = 6;
/// The same where the seen day is the one that the page states as that of its last change: it is of this article then.
const SCORE_OF_CHANGE_MIN: i32 = 4;
/// The same for the day that an instant has at the newsroom.
const SCORE_OF_DAY_MIN: i32 = 7;
/// The hours by which a wall clock on Earth differs from UTC, at most.
const OFFSET_HOURS_MIN: i8 = -12;
const OFFSET_HOURS_MAX: i8 = 14;

/// Day, hour and minute of a date in RFC 3339.
const CLOCK_BYTES: usize = "2024-06-05T02:24".len();
/// Dates of a page that are looked at for a zone.
const ZONED_MAX: usize = 32;

const HOUR_SECONDS: u64 = 60 * 60;

/// What a page states of its dates, apart from the text that readers see.
#[derive(Debug, Default)]
pub(super) struct Stated {
    /// Of publication, most trusted first.
    pub published: Vec<Evident>,
    /// Those of a kind that often means something else: when the page was made, or changed.
    pub doubtful: Vec<Evident>,
    pub modified: Vec<Evident>,
    /// In the path of its address.
    pub of_path: Option<Evident>,
    /// The form that the path has is hardly ever anything but a day.
    pub path_is_sure: bool,
}

/// The dates in the order in which they count.
#[derive(Debug, Default)]
pub(super) struct Weighed {
    pub published: Vec<Evident>,
    pub modified: Vec<Evident>,
    pub guessed: Vec<Evident>,
    /// The day that readers see of the instant that is stated first.
    pub day: Option<Date>,
    pub flaws: Vec<Flaw>,
}

/// A date that was read.
struct Read<'list> {
    evident: &'list Evident,
    date: ArticleDate,
    day: Date,
}

/// What speaks against the first statement.
enum Rival<'list> {
    None,
    /// It is right, and this is its day.
    Day(Date),
    /// Another date.
    Date(&'list Evident),
}

struct Scale<'page> {
    words: &'page date::Words,
    context: &'page DateContext<'page>,
}

/// Weighs the dates against each other.
pub(super) fn weigh(stated: Stated, shown: Shown, words: &date::Words, context: &DateContext<'_>) -> Weighed {
    let scale = Scale { words, context };
    let mut weighed = Weighed::default();
    let first = scale.first(&stated.published).or_else(|| scale.first(&stated.doubtful));
    if let Some(first) = first {
        let zoned = scale.zoned(&first, &stated, &shown);
        let is_zoned = zoned.is_some();
        let first = zoned.unwrap_or(first);
        match scale.rival(&first, &stated, &shown) {
            Rival::None => {}
            Rival::Day(day) => weighed.day = Some(day),
            Rival::Date(rival) => {
                weighed.published.push(rival.clone());
                weighed.flaws.push(Flaw::new(flaws::DATE_DIFFERS).with_detail(first.evident.value.as_str()));
            }
        }
        weighed.published.extend(is_zoned.then(|| first.evident.clone()));
    }
    weighed.published.extend(stated.published);
    let (sure, mut unsure) =
        if stated.path_is_sure { (stated.of_path, None) } else { (None, stated.of_path) };
    weighed.published.extend(sure);
    weighed.published.extend(stated.doubtful);
    let is_seen_surely = shown.published.first().is_some_and(|seen| seen.score >= SURE_SCORE_MIN);
    weighed.published.extend(unsure.take_if(|_| !is_seen_surely));
    weighed.published.extend(shown.published.into_iter().map(|seen| seen.date));
    weighed.published.extend(unsure);
    weighed.modified = stated.modified;
    weighed.modified.extend(shown.modified);
    weighed.guessed = shown.guessed;
    weighed
}

/// The first of these dates if all that can be read are of one day; else none, because each may be of another article.
pub(super) fn of_one_day(
    dates: &[Evident],
    words: &date::Words,
    context: &DateContext<'_>,
) -> Option<Evident> {
    let scale = Scale { words, context };
    let mut days = dates.iter().filter_map(|evident| scale.read(evident));
    let first = days.next()?;
    days.all(|other| other.day == first.day).then(|| first.evident.clone())
}

impl Scale<'_> {
    /// The date as read; `None` for one that can't be, or that was counted back from the fetch time.
    fn read<'list>(&self, evident: &'list Evident) -> Option<Read<'list>> {
        let (date, flaws) = date::read(&evident.value, &evident.evidence, self.words, self.context).ok()?;
        let day = date.value.get(..10)?.parse().ok()?;
        (!date::is_relative(&flaws)).then_some(Read { evident, date, day })
    }

    fn first<'list>(&self, list: &'list [Evident]) -> Option<Read<'list>> {
        list.iter().find_map(|evident| self.read(evident))
    }

    /// The same wall clock where the page states it with its zone: `2024-06-05 02:24:00` beside `… 02:24:00 UTC`.
    fn zoned<'list>(
        &self,
        first: &Read<'_>,
        stated: &'list Stated,
        shown: &'list Shown,
    ) -> Option<Read<'list>> {
        if first.date.zone.is_some() || first.date.precision < DatePrecision::Minute {
            return None;
        }
        let clock = first.date.value.get(..CLOCK_BYTES)?;
        let statements = stated.published.iter().chain(&stated.doubtful);
        let others = statements.chain(shown.published.iter().map(|seen| &seen.date)).take(ZONED_MAX);
        let mut others = others.filter_map(|evident| self.read(evident));
        others.find(|other| other.date.zone.is_some() && other.date.value.get(..CLOCK_BYTES) == Some(clock))
    }

    fn rival<'list>(&self, first: &Read<'_>, stated: &'list Stated, shown: &'list Shown) -> Rival<'list> {
        let is_doubtful = self.first(&stated.published).is_none();
        let path = stated.of_path.as_ref().and_then(|evident| self.read(evident));
        if let Some(path) = &path {
            if path.day == first.day {
                return Rival::None;
            }
            if may_be_day(&first.date, path.day) {
                return Rival::Day(path.day);
            }
            // An address is made once, and metadata anew with each change.
            if stated.path_is_sure && (is_doubtful || path.day < first.day) {
                return Rival::Date(path.evident);
            }
        }
        let seen = self.rival_seen(first, is_doubtful, stated, shown);
        let of_path = || path.filter(|_| is_doubtful).map(|path| Rival::Date(path.evident));
        let of_change = || self.change_before(first, shown).filter(|_| is_doubtful).map(Rival::Date);
        seen.or_else(of_path).or_else(of_change).unwrap_or(Rival::None)
    }

    /// The last change that readers see, if it is of an earlier day: what is published is so before it is changed, and
    /// the first statement is then the time when a program made the page.
    fn change_before<'list>(&self, first: &Read<'_>, shown: &'list Shown) -> Option<&'list Evident> {
        let change = shown.modified.first()?;
        let day = self.read(change)?.day;
        (day < first.day && !may_be_day(&first.date, day)).then_some(change)
    }

    /// What a date that readers see says against the first statement; `None` if it says nothing about it.
    fn rival_seen<'list>(
        &self,
        first: &Read<'_>,
        is_doubtful: bool,
        stated: &Stated,
        shown: &'list Shown,
    ) -> Option<Rival<'list>> {
        let mut seen = shown.published.iter().filter_map(|seen| Some((seen, self.read(&seen.date)?)));
        let (best, read) = seen.next()?;
        let agrees = |(seen, read): (&Seen, Read<'_>)| seen.is_beside && read.day == first.day;
        if read.day == first.day || seen.any(agrees) {
            return Some(Rival::None);
        }
        if may_be_day(&first.date, read.day) && !is_other_instant(&first.date, &read.date) {
            let is_clear = best.is_beside && best.score >= SCORE_OF_DAY_MIN;
            return Some(if is_clear { Rival::Day(read.day) } else { Rival::None });
        }
        let is_of_change = stated
            .modified
            .iter()
            .filter_map(|evident| self.read(evident))
            .any(|change| change.day == read.day);
        // Pages show the present day above their headlines.
        let may_be_present = best.is_before && read.day > first.day;
        let needed = match () {
            () if is_of_change && best.is_beside => SCORE_OF_CHANGE_MIN,
            () if may_be_present || !best.is_beside => SURE_SCORE_MIN,
            () if is_doubtful || self.is_of_making(first, stated) => SCORE_BESIDE_DOUBTFUL_MIN,
            () => SURE_SCORE_MIN,
        };
        (best.score >= needed).then_some(Rival::Date(&best.date))
    }

    /// Whether publication is stated at or behind the last change: the time when a program made the page.
    fn is_of_making(&self, first: &Read<'_>, stated: &Stated) -> bool {
        let instant = |date: &ArticleDate| date.value.parse::<Timestamp>().ok();
        let change = self.first(&stated.modified).and_then(|change| instant(&change.date));
        change.zip(instant(&first.date)).is_some_and(|(change, first)| first >= change)
    }
}

/// Whether both state a time with its zone, and mean another hour.
fn is_other_instant(one: &ArticleDate, other: &ArticleDate) -> bool {
    let instant = |date: &ArticleDate| {
        let is_instant = date.zone.is_some() && date.precision >= DatePrecision::Minute;
        date.value.parse::<Timestamp>().ok().filter(|_| is_instant).map(Timestamp::as_second)
    };
    instant(one).zip(instant(other)).is_some_and(|(one, other)| one.abs_diff(other) >= HOUR_SECONDS)
}

/// Whether an instant that is stated with its zone has this other day at some place on Earth.
pub(super) fn may_be_day(date: &ArticleDate, day: Date) -> bool {
    if date.zone.is_none() || date.precision < DatePrecision::Minute {
        return false;
    }
    let Ok(instant) = date.value.parse::<Timestamp>() else { return false };
    let day_at = |hours: i8| Offset::constant(hours).to_datetime(instant).date();
    (day_at(OFFSET_HOURS_MIN)..=day_at(OFFSET_HOURS_MAX)).contains(&day)
}

#[cfg(test)]
mod tests;
