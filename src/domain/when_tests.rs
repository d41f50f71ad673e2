use chrono::{DateTime, Datelike, Months, NaiveDate, TimeZone};
use proptest::prelude::*;

use super::*;

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1_440 * MINUTE;

/// Zones whose clocks jump at midnight, fall back over it, by half an hour, or by a whole day, and some that do not.
const ZONES: [Tz; 17] = [
    Tz::America__Nuuk,
    Tz::America__Sao_Paulo,
    Tz::America__Havana,
    Tz::America__St_Johns,
    Tz::America__Santiago,
    Tz::America__Los_Angeles,
    Tz::America__Chicago,
    Tz::Asia__Beirut,
    Tz::Asia__Gaza,
    Tz::Asia__Tehran,
    Tz::Asia__Kolkata,
    Tz::Europe__London,
    Tz::Africa__Casablanca,
    Tz::Australia__Lord_Howe,
    Tz::Pacific__Apia,
    Tz::Pacific__Kwajalein,
    Tz::UTC,
];

fn when(start: &str, end: Option<&str>, zone: Option<Tz>) -> When {
    When::new(Some(start), end, zone).unwrap_or_else(|faults| panic!("{start} {end:?}: {faults:?}"))
}

fn bounds(edtf: &str, zone: Option<Tz>) -> [String; 2] {
    let date = when(edtf, None, zone).start.unwrap();
    [date.earliest.to_string(), date.latest.to_string()]
}

fn faults(start: Option<&str>, end: Option<&str>) -> Vec<String> {
    let faults = When::new(start, end, None).unwrap_err();
    faults.iter().map(|fault| format!("{} {}", fault.side, fault.code)).collect()
}

#[test]
fn bounds_follow_the_zone_or_hold_every_zone() {
    assert_eq!(
        bounds("2026-01-30", Some(Tz::America__Los_Angeles)),
        ["2026-01-30T08:00:00.000000Z", "2026-01-31T07:59:59.999999Z"]
    );
    assert_eq!(bounds("2026-01-30", None), ["2026-01-29T10:00:00.000000Z", "2026-01-31T11:59:59.999999Z"]);
    assert_eq!(bounds("2026-XX-12", Some(Tz::UTC)), ["2026-01-12T00:00:00.000000Z", "2026-12-12T23:59:59.999999Z"]);
    assert_eq!(bounds("2026-24", Some(Tz::UTC)), ["2026-12-01T00:00:00.000000Z", "2027-02-28T23:59:59.999999Z"]);
}

#[test]
fn clocks_that_jump_at_midnight() {
    // Midnight did not exist: the day began at 01:00, which is 03:00 UTC.
    assert_eq!(
        bounds("2018-11-04", Some(Tz::America__Sao_Paulo)),
        ["2018-11-04T03:00:00.000000Z", "2018-11-05T01:59:59.999999Z"]
    );
    assert_eq!(bounds("2018-11-03", Some(Tz::America__Sao_Paulo))[1], "2018-11-04T02:59:59.999999Z");
    // The clock fell from midnight back to 23:00: the day before has two last hours.
    assert_eq!(bounds("2018-02-17", Some(Tz::America__Sao_Paulo))[1], "2018-02-18T02:59:59.999999Z");
    // The last hour did not exist.
    assert_eq!(bounds("2024-03-30", Some(Tz::America__Nuuk))[1], "2024-03-31T00:59:59.999999Z");
    // It fell at 00:01 to 23:01: the new day began, and the old one came back.
    assert_eq!(bounds("2010-11-06", Some(Tz::America__St_Johns))[1], "2010-11-07T03:29:59.999999Z");
    assert_eq!(bounds("2010-11-07", Some(Tz::America__St_Johns))[0], "2010-11-07T02:30:00.000000Z");
    // The day that Apia skipped is the instant of the jump.
    let jump = "2011-12-30T10:00:00.000000Z";
    assert_eq!(bounds("2011-12-30", Some(Tz::Pacific__Apia)), [jump, jump]);
    assert_eq!(bounds("2011-12-31", Some(Tz::Pacific__Apia))[0], jump);
    assert_eq!(bounds("2011-12-29", Some(Tz::Pacific__Apia))[1], "2011-12-30T09:59:59.999999Z");
}

#[test]
fn a_time_is_a_whole_second() {
    let new_york = Some(Tz::America__New_York);
    assert_eq!(
        bounds("2026-01-30T18:00:00Z", new_york),
        ["2026-01-30T18:00:00.000000Z", "2026-01-30T18:00:00.999999Z"]
    );
    assert_eq!(bounds("2026-01-30T18:00:00+05:30", None)[0], "2026-01-30T12:30:00.000000Z");
    assert_eq!(bounds("2026-01-30T18:00:00", new_york)[0], "2026-01-30T23:00:00.000000Z");
    assert_eq!(bounds("2026-01-30T18:00:00", None), ["2026-01-30T04:00:00.000000Z", "2026-01-31T06:00:00.999999Z"]);
    // Shown twice, skipped, and a leap second, which stays on its day.
    assert_eq!(bounds("2026-11-01T01:30:00", new_york), ["2026-11-01T05:30:00.000000Z", "2026-11-01T06:30:00.999999Z"]);
    let jump = "2026-03-08T07:00:00.000000Z";
    assert_eq!(bounds("2026-03-08T02:30:00", new_york), [jump, jump]);
    assert_eq!(bounds("2016-12-31T23:59:60Z", None)[1], "2016-12-31T23:59:59.999999Z");
}

#[test]
fn open_ends_are_cut_to_the_range() {
    for zone in [None, Some(Tz::America__Los_Angeles), Some(Tz::Asia__Tokyo)] {
        assert_eq!(bounds("[..2026]", zone)[0], Instant::MIN.to_string());
        assert_eq!(bounds("[2026..]", zone)[1], Instant::MAX.to_string());
    }
    assert_eq!(bounds("000X", None)[0], Instant::MIN.to_string());
    assert_eq!(bounds("9999-24", Some(Tz::UTC))[1], Instant::MAX.to_string());
    assert_eq!(bounds("XXXX", None), [Instant::MIN.to_string(), Instant::MAX.to_string()]);
}

#[test]
fn precision_is_the_smallest_unit_that_covers() {
    for (edtf, precision) in [
        ("2026-01-30T18:00:00", "time"),
        ("2026-01-30", "day"),
        ("200X-X2-31", "decade"),
        ("2026-X2-31", "day"),
        ("2026-01-XX", "month"),
        ("2026-01-3X", "month"),
        ("2026-21", "season"),
        ("2026-35", "season"),
        ("2026-XX-31", "year"),
        ("2026-0X", "year"),
        ("2026", "year"),
        ("202X", "decade"),
        ("202X-24", "decade"),
        ("1950S3", "decade"),
        ("20XX", "century"),
        ("1950S2", "century"),
        ("2XXX", "millennium"),
        ("2X26", "millennium"),
        ("XXXX", "millennium"),
        ("{2026-01-30,2026-02}", "month"),
        ("[..2026-01-30]", "day"),
        ("[1990..1995]", "year"),
    ] {
        assert_eq!(when(edtf, None, None).precision.unwrap().code(), precision, "{edtf}");
    }
    assert_eq!(when("2026-01-30", Some("2026-02"), None).precision, Some(TimePrecision::Month));
}

#[test]
fn an_interval_is_split() {
    let ends = |interval: &str| {
        let when = when(interval, None, None);
        [when.start.unwrap().edtf, when.end.unwrap().edtf]
    };
    assert_eq!(ends("2026-01-30/2026-02"), ["2026-01-30", "2026-02"]);
    assert_eq!(ends("2026-01-30/.."), ["2026-01-30", "[2026-01-30..]"]);
    assert_eq!(ends("2026-01-30~/"), ["2026-01-30~", "[2026-01-30~..]"]);
    assert_eq!(ends("../2026-01-30"), ["[..2026-01-30]", "2026-01-30"]);
    assert_eq!(ends("/2026-21"), ["[..2026-21]", "2026-21"]);
    assert_eq!(ends("..2025/2026.."), ["[..2025]", "[2026..]"]);
    for nothing in ["..2025/..", "/2026..", "..2025/"] {
        assert_eq!(faults(Some(nothing), None), ["start open_interval"]);
    }
}

#[test]
fn all_faults_are_told_at_once() {
    assert_eq!(faults(Some("2026-13"), Some("yesterday")), ["start invalid_edtf", "end invalid_edtf"]);
    assert_eq!(faults(Some("2026/2027"), Some("2028/2029")), ["start interval_with_end", "end interval_with_end"]);
    assert_eq!(faults(None, Some("2026/2027")), ["end interval_with_end", "end end_without_start"]);
    assert_eq!(faults(None, Some("0000")), ["end out_of_range", "end end_without_start"]);
    for year in ["0000", "-0001", "Y10000", "Y-17E7", "Y17E70000", "[..0000-12-31]", "0000S2", "0000-01-01T00:00:00"] {
        assert_eq!(faults(Some(year), None), ["start out_of_range"], "{year}");
    }
    assert_eq!(
        When::new(Some("2026-13"), None, None).unwrap_err()[0].detail,
        "Not an ISO 8601-2 date, at column 6: month must be 01-12 or a sub-year code 21-41."
    );
    assert_eq!(faults(Some(&format!("{{{}2026}}", "2026,".repeat(400))), None), ["start invalid_edtf"]);
}

#[test]
fn the_end_is_not_before_the_start() {
    let before = ["end end_before_start"];
    assert_eq!(faults(Some("2026-01-31"), Some("2026-01-30")), before, "compared in their own calendar");
    assert_eq!(faults(Some("2026-01-31T10:00:01Z"), Some("2026-01-31T11:00:00+01:00")), before);
    assert_eq!(faults(Some("2026-02"), Some("[..2026-01-31]")), before);
    for (start, end) in [
        ("2026-01-30", "2026-01"),
        ("2026-01-30", "2026-01-30"),
        ("2026-01-31T10:00:00", "2026-01-30T23:00:00Z"),
        ("2026-01-31", "[2026-01-30..]"),
    ] {
        when(start, Some(end), None);
    }
}

#[test]
fn undated_is_all_null_and_every_key_is_there() {
    let undated = When::new(None, None, None).unwrap();
    assert_eq!(undated, When::default());
    assert_eq!(
        serde_json::to_value(&undated).unwrap(),
        serde_json::json!({"start": null, "end": null, "precision": null, "approximate": false, "time_zone": null})
    );
    let dated = when("2026-01-30?", None, Some(Tz::America__Chicago));
    let json = serde_json::json!({
        "start": {
            "edtf": "2026-01-30?",
            "earliest": "2026-01-30T06:00:00.000000Z",
            "latest": "2026-01-31T05:59:59.999999Z",
        },
        "end": null, "precision": "day", "approximate": true, "time_zone": "America/Chicago",
    });
    assert_eq!(serde_json::to_value(&dated).unwrap(), json);
    assert_eq!(serde_json::from_value::<When>(json).unwrap(), dated);
}

#[test]
fn schemas_hold_no_choice_but_the_nullable_reference() {
    use utoipa::PartialSchema;
    let schema = serde_json::to_value(When::schema()).unwrap();
    assert_eq!(schema["required"], serde_json::json!(["start", "end", "precision", "approximate", "time_zone"]));
    assert_eq!(schema["properties"]["start"]["oneOf"][0], serde_json::json!({"type": "null"}));
    assert_eq!(schema["properties"]["time_zone"]["type"], serde_json::json!(["string", "null"]));
    let earliest = &serde_json::to_value(EdtfDate::schema()).unwrap()["properties"]["earliest"];
    assert_eq!((&earliest["type"], &earliest["format"]), (&"string".into(), &"date-time".into()));
}

/// The first and last minute, in microseconds, within which the clock of the zone shows one of these days, found by
/// looking at every minute around; what the clock skipped is the minute after.
fn enumerated(zone: Tz, first: NaiveDate, last: NaiveDate) -> (i64, i64) {
    let midnight = |day: NaiveDate| day.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_micros();
    let day_at = |micros: i64| zone.from_utc_datetime(&DateTime::from_timestamp_micros(micros).unwrap().naive_utc());
    let days = first..=last;
    let minutes_around = |day| (0..=4 * 1_440).map(move |minute| midnight(day) - 2 * DAY + minute * MINUTE);
    let within = |micros: &i64| days.contains(&day_at(*micros).date_naive());
    let Some(earliest) = minutes_around(first).find(within) else {
        let jump = minutes_around(first).find(|micros| day_at(*micros).date_naive() > last).unwrap();
        return (jump, jump);
    };
    let latest = minutes_around(last).rfind(within).unwrap();
    (earliest, latest + MINUTE - 1)
}

fn check(zone: Tz, edtf: &str, first: NaiveDate, last: NaiveDate) {
    let date = when(edtf, None, Some(zone)).start.unwrap();
    assert_eq!((date.earliest.micros(), date.latest.micros()), enumerated(zone, first, last), "{edtf} in {zone}");
}

/// Days around which some clock of `ZONES` did something odd.
const ODD_DAYS: [(i32, u32, u32); 13] = [
    (2024, 3, 30),  // Nuuk had no last hour
    (1993, 8, 21),  // Kwajalein crossed the date line
    (2011, 12, 30), // so did Apia
    (2018, 11, 4),  // São Paulo had no midnight
    (2018, 2, 17),
    (2026, 3, 8),
    (2026, 11, 1),
    (2026, 3, 29),
    (2026, 10, 25),
    (2010, 11, 6), // St John's fell back over midnight
    (2022, 3, 21),
    (2011, 10, 1),
    (2026, 4, 5),
];

#[test]
fn bounds_of_odd_days_are_what_looking_at_every_minute_gives() {
    for zone in ZONES {
        for (year, month, day) in ODD_DAYS {
            let odd = NaiveDate::from_ymd_opt(year, month, day).unwrap();
            for date in odd.iter_days().skip(1).take(1).chain([odd, odd.pred_opt().unwrap()]) {
                check(zone, &date.to_string(), date, date);
            }
        }
    }
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    // From 1972 on clocks are whole minutes apart.
    (0_u64..365 * 66).prop_map(|days| NaiveDate::from_ymd_opt(1972, 1, 1).unwrap() + chrono::Days::new(days))
}

fn any_zone() -> impl Strategy<Value = Tz> {
    proptest::sample::select(&ZONES[..])
}

/// Texts made of the alphabet of EDTF, so that some of them are dates.
const EDTF_LIKE: &str = "[\\[{]?(\\.\\.)?-?[Y?~%]?[0-9X]{4}(S[1-4])?([-,/.?~%]{1,2}[0-9X]{2}){0,3}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}(:[0-9]{2})?)?)?[?~%]?(\\.\\.)?[\\]}]?";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn bounds_are_what_looking_at_every_minute_gives(zone in any_zone(), day in any_day(), unit in 0..3) {
        let month_start = day.with_day(1).unwrap();
        let year_start = month_start.with_month(1).unwrap();
        let last_of = |first: NaiveDate, months| (first + Months::new(months)).pred_opt().unwrap();
        match unit {
            0 => check(zone, &day.to_string(), day, day),
            1 => check(zone, &day.format("%Y-%m").to_string(), month_start, last_of(month_start, 1)),
            _ => check(zone, &day.format("%Y").to_string(), year_start, last_of(year_start, 12)),
        }
    }

    #[test]
    fn without_a_zone_the_bounds_hold_those_of_every_zone(zone in any_zone(), day in any_day(), time: bool) {
        let text = if time { format!("{day}T00:30:00") } else { day.to_string() };
        let wide = when(&text, None, None).start.unwrap();
        let narrow = when(&text, None, Some(zone)).start.unwrap();
        prop_assert!(wide.earliest <= narrow.earliest && narrow.latest <= wide.latest);
        prop_assert!(narrow.earliest <= narrow.latest);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(start in "\\PC*", end in EDTF_LIKE, zone in any_zone()) {
        let _ = When::new(Some(&start), Some(&end), Some(zone));
        let _ = When::new(Some(&format!("{end}/{start}")), None, None);
    }

    #[test]
    fn what_is_read_has_ordered_bounds_and_keeps_its_canonical_text(text in EDTF_LIKE, zone in any_zone()) {
        let zone = (zone != Tz::UTC).then_some(zone);
        if let Ok(read) = When::new(Some(&text), None, zone) {
            let start = read.start.clone().unwrap();
            prop_assert!(start.earliest <= start.latest);
            let end = read.end.as_ref().map(|end| end.edtf.as_str());
            prop_assert_eq!(When::new(Some(&start.edtf), end, zone), Ok(read));
        }
    }

    #[test]
    fn an_interval_means_its_two_ends(a in any_day(), b in any_day(), zone in any_zone()) {
        let (first, last) = (a.min(b).to_string(), a.max(b).to_string());
        let split = when(&format!("{first}/{last}"), None, Some(zone));
        prop_assert_eq!(split, when(&first, Some(&last), Some(zone)));
    }
}
