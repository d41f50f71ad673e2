use proptest::prelude::*;

use super::*;

const LOS_ANGELES: Tz = Tz::America__Los_Angeles;

fn facts(start: &str, end: Option<&str>, zone: Option<Tz>) -> Option<TimeFacts> {
    TimeFacts::of(&When::new(Some(start), end, zone).unwrap())
}

fn window(from: Option<&str>, to: Option<&str>) -> Window {
    Window::parse(from, to, None).unwrap()
}

/// "definite", "possible" or "no".
fn touches(window: &Window, start: &str, end: Option<&str>, zone: Option<Tz>) -> &'static str {
    let facts = facts(start, end, zone);
    let definite = window.matches(facts.as_ref(), Overlap::Definite);
    let possible = window.matches(facts.as_ref(), Overlap::Possible);
    assert!(possible || !definite, "what is definite is possible");
    match (definite, possible) {
        (true, _) => "definite",
        (_, true) => "possible",
        _ => "no",
    }
}

#[test]
fn the_founding_facts() {
    let last_of_january = window(Some("2026-01-31"), Some("2026-01-31"));
    let since_then = window(Some("2026-01-31"), None);
    let day_before = window(Some("2026-01-30"), Some("2026-01-30"));
    for zone in [None, Some(LOS_ANGELES)] {
        for (start, end, on_the_31st, on_the_30th) in [
            ("2026-01-30", Some("2026-01-31"), "definite", "definite"),
            ("2026-01-31", None, "definite", "no"),
            ("2026-01-31", Some("2026-02-01"), "definite", "no"),
            ("[2026-01-30,2026-01-31]", None, "possible", "possible"),
            ("[..2026-01-31]", None, "possible", "possible"),
            ("[..2026-01-30]", None, "no", "possible"),
        ] {
            assert_eq!(touches(&last_of_january, start, end, zone), on_the_31st, "{start} {zone:?}");
            assert_eq!(touches(&since_then, start, end, zone), on_the_31st, "{start} {zone:?}");
            assert_eq!(touches(&day_before, start, end, zone), on_the_30th, "{start} {zone:?}");
        }
    }
}

#[test]
fn a_qualified_date_is_definite_only_in_the_next_coarser_unit() {
    for (start, holds, misses) in [
        ("2026-01-15?", ("2026-01", "2026-01"), ("2026-01-02", "2026-01-31")),
        ("2026-01~", ("2026", "2026"), ("2026-01", "2026-11")),
        ("2026-24%", ("2026", "2027"), ("2026", "2027-11")),
        ("2026?", ("202X", "202X"), ("2026", "2026")),
        ("202X~", ("20XX", "20XX"), ("202X", "202X")),
        ("20XX~", ("2XXX", "2XXX"), ("20XX", "20XX")),
        ("[2026-01-15~,2026-02-03]", ("2026-01", "2026-02"), ("2026-01-15", "2026-02-03")),
        ("2026-01-15?", ("2026-01-01T00:00:00", "2026-01-31T23:59:59"), ("2026-01", "2026-01-30")),
    ] {
        let holds = window(Some(holds.0), Some(holds.1));
        let misses = window(Some(misses.0), Some(misses.1));
        assert_eq!(touches(&holds, start, None, None), "definite", "{start}");
        assert_eq!(touches(&misses, start, None, None), "possible", "{start}");
    }
    let all_years = window(Some("0001"), Some("9999"));
    assert_eq!(touches(&all_years, "2XXX~", None, None), "definite");
}

#[test]
fn in_utc_a_qualified_date_widens_in_its_own_calendar() {
    let utc = |from, to| Window::parse(Some(from), Some(to), Some(LOS_ANGELES)).unwrap();
    let january = utc("2026-01-01T00:00:00", "2026-01-31T23:59:59");
    assert_eq!(touches(&january, "2026-01-15?", None, Some(LOS_ANGELES)), "definite");
    assert_eq!(touches(&january, "2026-01-15?", None, None), "possible");
    assert_eq!(touches(&utc("2025-12-31", "2026-02-01"), "2026-01-15?", None, None), "definite");
}

#[test]
fn an_instant_is_utc_and_a_date_is_the_place_s_own() {
    let evening = "2026-01-30T20:00:00";
    let local_day = window(Some("2026-01-30"), Some("2026-01-30"));
    let utc_day = window(Some("2026-01-30T00:00:00Z"), Some("2026-01-30T23:59:59Z"));
    assert_eq!(touches(&local_day, evening, None, Some(LOS_ANGELES)), "definite");
    assert_eq!(touches(&utc_day, evening, None, Some(LOS_ANGELES)), "no");
    assert_eq!(touches(&local_day, "2026-01-31T04:00:00Z", None, Some(LOS_ANGELES)), "definite");
    assert_eq!(touches(&local_day, "2026-01-31T04:00:00Z", None, None), "no");
    // Without a zone the written offset tells the event's own calendar.
    assert_eq!(touches(&local_day, "2026-01-30T20:00:00-08:00", None, None), "definite");
    assert_eq!(touches(&utc_day, "2026-01-30T20:00:00-08:00", None, None), "no");

    let in_tokyo = Window::parse(Some("2026-01-31"), Some("2026-01-31"), Some(Tz::Asia__Tokyo)).unwrap();
    assert_eq!(touches(&in_tokyo, evening, None, Some(LOS_ANGELES)), "definite");
    assert_eq!(touches(&in_tokyo, "2026-01-30", None, Some(LOS_ANGELES)), "possible");
}

#[test]
fn edges_are_whole_values() {
    let micros = |edge: Option<WindowEdge>| edge.map(|edge| (edge.frame, edge.micros));
    let utc = |text| Instant::parse(text).unwrap().micros();
    let january = window(Some("2026-01"), Some("2026-01"));
    assert_eq!(micros(january.from), Some((Frame::Local, utc("2026-01-01T00:00:00Z"))));
    assert_eq!(micros(january.to), Some((Frame::Local, utc("2026-01-31T23:59:59.999999Z"))));
    let instants = window(Some("2026-01-31T10:00:00+02:00"), Some("2026-01-31T10:00:00Z"));
    assert_eq!(micros(instants.from), Some((Frame::Utc, utc("2026-01-31T08:00:00Z"))));
    assert_eq!(micros(instants.to), Some((Frame::Utc, utc("2026-01-31T10:00:00.999999Z"))));
    let fraction = window(None, Some("2026-01-31T10:00:00.5Z"));
    assert_eq!(micros(fraction.to), Some((Frame::Utc, utc("2026-01-31T10:00:00.5Z"))));
    let open = window(Some("[..2026-01]"), Some("[2026-01..]"));
    assert_eq!(micros(open.from), Some((Frame::Local, Instant::MIN.micros())));
    assert_eq!(micros(open.to), Some((Frame::Local, Instant::MAX.micros())));
}

#[test]
fn only_the_window_without_edges_holds_the_undated() {
    let undated = TimeFacts::of(&When::default());
    assert_eq!(undated, None);
    for overlap in [Overlap::Possible, Overlap::Definite] {
        assert!(Window::default().matches(None, overlap));
        assert!(!window(Some("0001"), None).matches(None, overlap));
        assert!(!window(None, Some("9999")).matches(None, overlap));
    }
}

#[test]
fn faults_name_the_edge() {
    let faults = |from, to| {
        let faults = Window::parse(Some(from), Some(to), None).unwrap_err();
        faults.iter().map(|fault| format!("{} {}", fault.side, fault.code)).collect::<Vec<_>>()
    };
    assert_eq!(faults("soon", "0000"), ["from invalid_edtf", "to out_of_range"]);
    assert_eq!(faults("2026-01/2026-02", "2026"), ["from interval_in_window"]);
    assert_eq!(faults("2026-02", "2026-01"), ["from from_after_to"]);
    assert_eq!(faults("2026-01-01T00:00:01Z", "2026-01-01T00:00:00Z"), ["from from_after_to"]);
    let moment = Some("2026-01-01T00:00:00.5Z");
    assert!(Window::parse(moment, moment, None).is_ok());
    assert!(Window::parse(Some("2026-02"), Some("2026-01-01T00:00:00Z"), None).is_ok());

    let detail = |from| Window::parse(Some(from), None, None).unwrap_err()[0].detail.clone();
    assert_eq!(detail("2026-01/2026-02"), "One date is wanted, not an interval: write from=2026-01 and to=2026-02.");
    assert!(detail("2026-01-30T18:00:00 02:00").ends_with("In a URL a plus sign is written %2B."));
}

fn ordered(bounds: (i64, i64)) -> Span {
    Span { earliest: bounds.0.min(bounds.1), latest: bounds.0.max(bounds.1) }
}

proptest! {
    /// An event is a start and an end, each some hour of its bounds: possible if some choice touches the window,
    /// definite if every one does.
    #[test]
    fn overlap_is_what_trying_every_reading_gives(
        start in (0_i64..24, 0_i64..24), length in (0_i64..24, 0_i64..24), from in 0_i64..48, to in 0_i64..48,
    ) {
        let start = ordered(start);
        let length = ordered(length);
        // Ends that never lie before a start keep the choices independent.
        let end = Span { earliest: start.latest + length.earliest, latest: start.latest + length.latest };
        let placed = |span| Placed { written: span, sure: span };
        let frame = FrameFacts::of(placed(start), placed(end));
        let facts = TimeFacts { local: frame, utc: frame };
        let edge = |micros| Some(WindowEdge { frame: Frame::Local, micros });
        let (from, to) = (from.min(to), from.max(to));
        let window = Window { from: edge(from), to: edge(to) };

        let mut readings = (start.earliest..=start.latest)
            .flat_map(|begin| (end.earliest..=end.latest).map(move |end| (begin, end)));
        let touches = |(begin, end): (i64, i64)| begin <= to && end >= from;
        prop_assert_eq!(window.matches(Some(&facts), Overlap::Possible), readings.clone().any(touches));
        prop_assert_eq!(window.matches(Some(&facts), Overlap::Definite), readings.all(touches));
    }

    #[test]
    fn any_text_is_read_or_refused(
        from in "\\PC{0,20}|[0-9XTZ:.,/~?%{}\\[\\]+-]{0,30}", to in "[0-9]{4}(-[0-9X]{2}){0,2}[?~%]?", zoned: bool,
    ) {
        let _ = Window::parse(Some(&from), Some(&to), zoned.then_some(LOS_ANGELES));
    }

    #[test]
    fn a_window_of_an_event_s_own_date_holds_it(
        year in 1_u32..=9999, month in 1_u32..=12, day in 1_u32..=28, precision in 0_usize..3, zoned: bool,
    ) {
        let text = [format!("{year:04}"), format!("{year:04}-{month:02}"), format!("{year:04}-{month:02}-{day:02}")];
        let own = &text[precision];
        let zone = zoned.then_some(LOS_ANGELES);
        prop_assert_eq!(touches(&window(Some(own), Some(own)), own, None, zone), "definite");
        if let Some(zone) = zone {
            let in_utc = Window::parse(Some(own), Some(own), Some(zone)).unwrap();
            prop_assert_eq!(touches(&in_utc, own, None, Some(zone)), "definite");
        }
    }
}
