use jiff::tz::TimeZone;

use super::*;
use crate::parse::date::Words;

fn evident(value: &str) -> Evident {
    Evident { value: value.to_owned(), evidence: "test".to_owned() }
}

fn seen(value: &str, score: i32) -> Seen {
    Seen { date: evident(value), score, is_beside: true, is_before: false }
}

fn list(values: &[&str]) -> Vec<Evident> {
    values.iter().map(|value| evident(value)).collect()
}

fn in_utc<T>(act: impl FnOnce(&Words, &DateContext<'_>) -> T) -> T {
    let (words, zone) = (Words::load().unwrap(), TimeZone::UTC);
    act(&words, &DateContext { day_first: true, zone: &zone, zone_name: "UTC", fetched_at_ms: None })
}

/// The value that comes first, the day that readers see, and whether the places differ.
fn first(stated: Stated, shown: Vec<Seen>) -> (String, Option<String>, bool) {
    let shown = Shown { published: shown, ..Shown::default() };
    let weighed = in_utc(|words, context| weigh(stated, shown, words, context));
    let value = weighed.published.first().map(|date| date.value.clone()).unwrap_or_default();
    (value, weighed.day.map(|day| day.to_string()), !weighed.flaws.is_empty())
}

fn published(values: &[&str]) -> Stated {
    Stated { published: list(values), ..Stated::default() }
}

const STATED: &str = "2024-03-05T12:00:00Z";

#[test]
fn a_seen_date_counts_before_a_stated_one_if_enough_speaks_for_it() {
    let other = |score| first(published(&[STATED]), vec![seen("1 March 2024", score)]);
    assert_eq!(other(8), (STATED.to_owned(), None, false));
    assert_eq!(other(9), ("1 March 2024".to_owned(), None, true));
    let far = Seen { is_beside: false, ..seen("1 March 2024", 8) };
    assert_eq!(first(published(&[STATED]), vec![far]).0, STATED);
}

#[test]
fn a_stated_day_that_is_seen_beside_the_headline_stays() {
    let shown = vec![seen("1 March 2024", 12), seen("5 March 2024", 4)];
    assert_eq!(first(published(&[STATED]), shown), (STATED.to_owned(), None, false));
}

#[test]
fn statements_that_may_mean_something_else_count_less() {
    let doubtful = || Stated { doubtful: list(&[STATED]), ..Stated::default() };
    assert_eq!(first(doubtful(), vec![seen("1 March 2024", 6)]).0, "1 March 2024");
    assert_eq!(first(doubtful(), vec![seen("1 March 2024", 5)]).0, STATED);
    // Above the headline the present day may stand.
    let above = Seen { is_before: true, ..seen("9 May 2024", 8) };
    assert_eq!(first(doubtful(), vec![above]).0, STATED);
    // Publication not before the last change: the time when a program made the page.
    let made = Stated { modified: list(&[STATED]), ..published(&[STATED]) };
    assert_eq!(first(made, vec![seen("1 March 2024", 6)]).0, "1 March 2024");
}

#[test]
fn the_day_of_the_last_change_is_of_this_article() {
    let changed = Stated { modified: list(&["2024-04-02T08:00:00Z"]), ..published(&[STATED]) };
    assert_eq!(first(changed, vec![seen("2 April 2024", 4)]), ("2 April 2024".to_owned(), None, true));
    assert_eq!(first(published(&[STATED]), vec![seen("2 April 2024", 4)]).0, STATED);
}

#[test]
fn a_page_made_behind_the_last_change_that_readers_see_was_not_published_then() {
    let seen_change = |change: &str, stated: Stated| {
        let shown = Shown { modified: list(&[change]), ..Shown::default() };
        let weighed = in_utc(|words, context| weigh(stated, shown, words, context));
        (weighed.published[0].value.clone(), !weighed.flaws.is_empty())
    };
    let doubtful = |value: &str| Stated { doubtful: list(&[value]), ..Stated::default() };
    assert_eq!(seen_change("2 March 2024", doubtful(STATED)), ("2 March 2024".to_owned(), true));
    assert_eq!(seen_change("9 March 2024", doubtful(STATED)), (STATED.to_owned(), false));
    // What readers are told of the publication itself, and the address, count before it.
    let both = Shown {
        published: vec![seen("1 March 2024", 6)],
        modified: list(&["2 March 2024"]),
        ..Shown::default()
    };
    let weighed = in_utc(|words, context| weigh(doubtful(STATED), both, words, context));
    assert_eq!(weighed.published[0].value, "1 March 2024");
    let with_path = Stated { of_path: Some(evident("2024-02-28")), ..doubtful(STATED) };
    assert_eq!(seen_change("2 March 2024", with_path).0, "2024-02-28");
    // A date of publication may be that for which the article was written.
    assert_eq!(seen_change("2 March 2024", published(&[STATED])), (STATED.to_owned(), false));
    // The same instant elsewhere, or hours of the same day.
    assert_eq!(seen_change("5 March 2024", doubtful(STATED)).0, STATED);
    assert_eq!(seen_change("4 March 2024", doubtful("2024-03-05T05:00:00Z")).0, "2024-03-05T05:00:00Z");
}

#[test]
fn the_path_of_the_address_counts_before_what_was_stated_later() {
    let with_path =
        |path: &str| Stated { of_path: Some(evident(path)), path_is_sure: true, ..published(&[STATED]) };
    assert_eq!(first(with_path("2022-07-01"), Vec::new()), ("2022-07-01".to_owned(), None, true));
    assert_eq!(first(with_path("2024-05-01"), Vec::new()), (STATED.to_owned(), None, false));
    assert_eq!(first(with_path("2024-03-05"), vec![seen("1 March 2024", 12)]).0, STATED);
}

#[test]
fn a_path_that_is_not_sure_counts_only_where_nothing_else_is() {
    let path = "2022-07-01";
    let beside = |stated: Stated, shown: Vec<Seen>| {
        let stated = Stated { of_path: Some(evident(path)), ..stated };
        first(stated, shown).0
    };
    assert_eq!(beside(published(&[STATED]), Vec::new()), STATED);
    let doubtful = || Stated { doubtful: list(&[STATED]), ..Stated::default() };
    assert_eq!(beside(doubtful(), Vec::new()), path);
    assert_eq!(beside(doubtful(), vec![seen("1 March 2024", 9)]), "1 March 2024");
    assert_eq!(beside(doubtful(), vec![seen("5 March 2024", 4)]), STATED);
    assert_eq!(beside(Stated::default(), vec![seen("1 March 2024", 9)]), "1 March 2024");
    assert_eq!(beside(Stated::default(), vec![seen("1 March 2024", 8)]), path);
    // It agrees: the day that the newsroom's clock gives an instant.
    let late = Stated { of_path: Some(evident("2024-03-06")), ..published(&["2024-03-05T23:30:00Z"]) };
    assert_eq!(first(late, Vec::new()).1.as_deref(), Some("2024-03-06"));
}

#[test]
fn the_same_instant_in_another_zone_is_no_other_date() {
    let late = "2024-03-05T23:30:00Z";
    let on_next_day = Some("2024-03-06".to_owned());
    assert_eq!(
        first(published(&[late]), vec![seen("6 March 2024", 9)]),
        (late.to_owned(), on_next_day, false)
    );
    assert_eq!(first(published(&[late]), vec![seen("6 March 2024", 6)]), (late.to_owned(), None, false));
    // The seen hour is another one: the stated zone is wrong.
    let mistaken = "2024-03-06T04:31:13-06:00";
    assert_eq!(
        first(published(&[mistaken]), vec![seen("5 March 2024, 22:31 -06:00", 9)]).0,
        "5 March 2024, 22:31 -06:00"
    );
    // No zone has this day, or the statement has no time.
    assert_eq!(first(published(&[late]), vec![seen("4 March 2024", 9)]).0, "4 March 2024");
    assert_eq!(first(published(&["2024-03-05"]), vec![seen("6 March 2024", 9)]).0, "6 March 2024");
}

#[test]
fn a_wall_clock_has_the_zone_that_the_page_states_it_with_elsewhere() {
    let bare = "2024-03-05 02:24:00";
    let zoned = "2024-03-05 02:24:00 UTC";
    assert_eq!(first(published(&[bare]), vec![seen(zoned, 7)]), (zoned.to_owned(), None, false));
    assert_eq!(first(published(&[bare, zoned]), Vec::new()).0, zoned);
    let other = "2024-03-05 08:24:00 UTC";
    assert_eq!(first(published(&[bare]), vec![seen(other, 7)]).0, bare);
    assert_eq!(first(published(&["2024-03-05"]), vec![seen(zoned, 7)]).0, "2024-03-05");
}

#[test]
fn dates_of_scripts_count_if_they_are_of_one_day() {
    let of = |values: &[&str]| in_utc(|words, context| of_one_day(&list(values), words, context)).is_some();
    assert!(of(&["2024-03-05T08:00:00Z", "2024-03-05T10:00:00Z"]));
    assert!(!of(&["2024-03-05T08:00:00Z", "2024-03-06T08:00:00Z"]));
    assert!(!of(&["soon"]));
}
