use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::domain::instant::Instant;

fn micros(text: &str) -> i64 {
    Instant::parse(text).unwrap_or_else(|| panic!("an instant: {text}")).micros()
}

fn zone(name: &str) -> Tz {
    name.parse().expect("a zone")
}

/// The beginnings of buckets, and their lengths in minutes.
fn buckets(interval: Interval, name: &str, from: &str, to: &str) -> Vec<(String, i64)> {
    let zone = Some(name).filter(|name| !name.is_empty()).map(zone);
    let buckets = Buckets::between(interval, zone, micros(from), micros(to)).expect("not too many");
    let minutes = |bucket: usize| (buckets.ends[bucket] + 1 - buckets.starts[bucket]) / SECOND / 60;
    (0..buckets.len()).map(|bucket| (buckets.label(bucket), minutes(bucket))).collect()
}

fn expect(found: &[(String, i64)], expected: &[(&str, i64)]) {
    let found: Vec<_> = found.iter().map(|(label, minutes)| (label.as_str(), *minutes)).collect();
    assert_eq!(found, expected);
}

#[test]
fn days_have_23_and_25_hours_where_the_clock_is_set() {
    let spring = buckets(Interval::Day, "America/Los_Angeles", "2026-03-07T20:00:00Z", "2026-03-09T20:00:00Z");
    expect(
        &spring,
        &[
            ("2026-03-07T00:00:00-08:00", 1_440),
            ("2026-03-08T00:00:00-08:00", 1_380),
            ("2026-03-09T00:00:00-07:00", 1_440),
        ],
    );
    let autumn = buckets(Interval::Day, "America/Los_Angeles", "2026-11-01T20:00:00Z", "2026-11-01T20:00:00Z");
    expect(&autumn, &[("2026-11-01T00:00:00-07:00", 1_500)]);
}

#[test]
fn an_hour_that_is_shown_twice_is_two_buckets_and_a_skipped_one_is_none() {
    let autumn = buckets(Interval::Hour, "America/Los_Angeles", "2026-11-01T07:30:00Z", "2026-11-01T10:00:00Z");
    expect(
        &autumn,
        &[
            ("2026-11-01T00:00:00-07:00", 60),
            ("2026-11-01T01:00:00-07:00", 60),
            ("2026-11-01T01:00:00-08:00", 60),
            ("2026-11-01T02:00:00-08:00", 60),
        ],
    );
    let spring = buckets(Interval::Hour, "America/Los_Angeles", "2026-03-08T09:00:00Z", "2026-03-08T10:59:59Z");
    expect(&spring, &[("2026-03-08T01:00:00-08:00", 60), ("2026-03-08T03:00:00-07:00", 60)]);
    // On Lord Howe the clock is set back by half an hour, at two o'clock.
    let half = buckets(Interval::Hour, "Australia/Lord_Howe", "2026-04-04T14:30:00Z", "2026-04-04T15:40:00Z");
    expect(
        &half,
        &[("2026-04-05T01:00:00+11:00", 60), ("2026-04-05T01:30:00+10:30", 30), ("2026-04-05T02:00:00+10:30", 60)],
    );
    // It begins within the half hour that is shown for the second time.
    let second = buckets(Interval::Hour, "Australia/Lord_Howe", "2026-04-04T15:10:00Z", "2026-04-04T15:10:00Z");
    expect(&second, &[("2026-04-05T01:30:00+10:30", 30)]);
}

#[test]
fn a_day_that_was_skipped_is_no_bucket_and_one_without_a_midnight_begins_later() {
    let apia = buckets(Interval::Day, "Pacific/Apia", "2011-12-29T20:00:00Z", "2011-12-31T12:00:00Z");
    expect(
        &apia,
        &[
            ("2011-12-29T00:00:00-10:00", 1_440),
            ("2011-12-31T00:00:00+14:00", 1_440),
            ("2012-01-01T00:00:00+14:00", 1_440),
        ],
    );
    let sao_paulo = buckets(Interval::Day, "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T12:00:00Z");
    expect(&sao_paulo, &[("2018-11-04T01:00:00-02:00", 1_380)]);
}

#[test]
fn without_a_zone_they_are_those_of_the_calendar() {
    let (from, to) = ("2026-01-31T00:00:00Z", "2026-02-01T23:59:59Z");
    expect(&buckets(Interval::Day, "", from, to), &[("2026-01-31", 1_440), ("2026-02-01", 1_440)]);
    expect(&buckets(Interval::Week, "", from, to), &[("2026-01-26", 10_080)]);
    expect(&buckets(Interval::Month, "", from, to), &[("2026-01-01", 44_640), ("2026-02-01", 40_320)]);
    expect(&buckets(Interval::Year, "", from, to), &[("2026-01-01", 525_600)]);
    let hours = buckets(Interval::Hour, "", from, to);
    assert_eq!((hours.len(), hours[1].0.as_str()), (48, "2026-01-31T01:00:00"));
    expect(&buckets(Interval::Year, "UTC", from, from), &[("2026-01-01T00:00:00Z", 525_600)]);
}

#[test]
fn too_many_are_refused_with_the_interval_that_would_do() {
    let ever = |interval| Buckets::between(interval, None, Instant::MIN.micros(), Instant::MAX.micros());
    assert_eq!(ever(Interval::Year).expect("fewer than ten thousand years").len(), 9_999);
    for interval in [Interval::Hour, Interval::Day, Interval::Week, Interval::Month] {
        assert_eq!(ever(interval).expect_err("too many").instead, Interval::Year);
    }
    let years = |to: &str| Buckets::between(Interval::Hour, None, micros("2000-01-01T00:00:00Z"), micros(to));
    assert_eq!(years("2020-01-01T00:00:00Z").expect_err("too many").instead, Interval::Day);
    assert_eq!(years("2100-01-01T00:00:00Z").expect_err("too many").instead, Interval::Week);
    assert_eq!(years("2000-12-31T00:00:00Z").expect("one year").len(), 8_761);
}

const ZONES: [&str; 9] = [
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Europe/Berlin",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
];

proptest! {
    #[test]
    fn each_moment_lies_in_a_bucket_and_buckets_follow_one_another(
        interval in prop::sample::select(Interval::ALL),
        name in prop::sample::select(&ZONES[..]),
        from in micros("1920-01-01T00:00:00Z")..micros("2035-01-01T00:00:00Z"),
        length in 0_i64..400 * DAY,
    ) {
        let zone = zone(name);
        let buckets = Buckets::between(interval, Some(zone), from, from + length).expect("not too many");
        prop_assert!(buckets.starts[0] <= from && *buckets.ends.last().expect("one") >= from + length);
        let pairs = buckets.starts.iter().skip(1).zip(&buckets.ends);
        for (start, end) in pairs {
            // The same midnight may be shown twice; nothing lies between two buckets.
            prop_assert!(*start <= end + 1, "{name}: a gap");
            if interval == Interval::Hour {
                prop_assert_eq!(*start, end + 1);
            }
        }
        prop_assert!(buckets.starts.is_sorted() && buckets.ends.is_sorted());
        let labels: std::collections::BTreeSet<_> = (0..buckets.len()).map(|bucket| buckets.label(bucket)).collect();
        prop_assert_eq!(labels.len(), buckets.len(), "two buckets of one name");
    }
}
