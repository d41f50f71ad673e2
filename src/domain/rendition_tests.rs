use serde_json::{Value, json};

use super::*;

/// An event of which there is nothing to say but its type.
fn plain(event_type: EventType) -> Value {
    let day = json!({"edtf": "2026-01-30", "earliest": "2026-01-30T00:00:00.000000Z", "latest": "2026-01-30T23:59:59.999999Z"});
    json!({
        "type": event_type, "tactics": [], "status": "happened", "verification": "reported",
        "when": {"start": day, "end": null, "precision": "day", "approximate": false, "time_zone": null},
        "places": [{"location": {"slug": "los-angeles", "country": "US"}}],
        "actors": [], "issues": [], "demands": [], "campaigns": [], "size": null, "outcomes": null,
    })
}

fn facts(event: &Value) -> Facts {
    serde_json::from_value(event.clone()).expect("the facts of an event")
}

/// (field, value) of all that is lost in one vocabulary but for the type.
fn lost_in(vocabulary: Vocabulary, more: Value) -> Vec<(String, Option<String>)> {
    let mut event = plain(EventType::Demonstration);
    event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let told = losses(&facts(&event), vocabulary, &[]);
    told.into_iter().filter(|loss| loss.field != "type").map(|loss| (loss.field.into_owned(), loss.value)).collect()
}

fn values(vocabulary: Vocabulary, more: Value) -> Vec<String> {
    lost_in(vocabulary, more).into_iter().map(|(_, value)| value.unwrap_or_default()).collect()
}

#[test]
fn every_type_has_its_codes_or_says_why_it_has_none() {
    for event_type in EventType::ALL {
        let Renditions { acled, ccc, plover, cameo } = Renditions::of(&facts(&plain(*event_type)), Vocabulary::ALL);
        let (acled, ccc, plover, cameo) = (acled.unwrap(), ccc.unwrap(), plover.unwrap(), cameo.unwrap());
        let whole = |first: &Option<Cow<'static, str>>, second: &Option<Cow<'static, str>>| match (first, second) {
            (Some(first), Some(second)) => Some(format!("{first}/{second}")),
            (first, _) => first.clone().map(Cow::into_owned),
        };
        for (vocabulary, code, loses) in [
            (Vocabulary::Acled, whole(&acled.event_type, &acled.sub_event_type), acled.loses),
            (Vocabulary::Ccc, ccc.event_type.map(Cow::into_owned), ccc.loses),
            (Vocabulary::Plover, whole(&plover.event, &plover.mode), plover.loses),
            (Vocabulary::Cameo, cameo.code.clone().map(Cow::into_owned), cameo.loses),
        ] {
            let entry = crosswalk(*event_type, vocabulary);
            assert_eq!(code.as_deref(), entry.code, "{event_type} in {vocabulary}");
            let told: Vec<_> = loses.iter().map(|loss| (&*loss.field, loss.value.as_deref(), &*loss.why)).collect();
            let expected: Vec<_> = entry.loss.map(|why| ("type", Some(event_type.code()), why)).into_iter().collect();
            assert_eq!(told, expected, "{event_type} in {vocabulary}");
        }
        assert!(cameo.code.as_ref().is_none_or(|code| code.starts_with(&*cameo.base.unwrap())), "{event_type}");
        assert!(cameo.code.is_none_or(|code| code.starts_with(&*cameo.root.unwrap())), "{event_type}");
        let has_disorder = acled.disorder_type.is_some();
        assert_eq!(
            has_disorder,
            acled.event_type.is_some_and(|name| name != "Riots" || acled.sub_event_type.is_some())
        );
    }
}

#[test]
fn a_tactic_is_lost_but_where_a_cell_takes_several_words() {
    let more = json!({"tactics": ["march", "arrests", "sit_in"]});
    for vocabulary in [Vocabulary::Acled, Vocabulary::Plover, Vocabulary::Cameo] {
        assert_eq!(values(vocabulary, more.clone()), ["march", "arrests", "sit_in"], "{vocabulary}");
    }
    let mut rally = plain(EventType::Rally);
    rally["tactics"] = more["tactics"].clone();
    let ccc = CccRendition::of(&facts(&rally));
    assert_eq!(ccc.event_type.as_deref(), Some("rally; march; sit-in"));
    assert_eq!(ccc.loses.iter().map(|loss| loss.value.as_deref()).collect::<Vec<_>>(), [Some("arrests")]);
}

#[test]
fn a_status_is_lost_where_no_mark_can_say_it() {
    for status in ["planned", "proposed", "ongoing", "cancelled", "rescheduled", "unverified"] {
        for vocabulary in Vocabulary::ALL {
            let told = lost_in(*vocabulary, json!({"status": status}));
            let is_told = *vocabulary == Vocabulary::Ccc && status == "unverified";
            let expected = [("status".to_owned(), Some(status.to_owned()))];
            assert_eq!(told, if is_told { &[][..] } else { &expected[..] }, "{status} in {vocabulary}");
        }
    }
}

#[test]
fn a_date_is_lost_as_far_as_a_record_cannot_bear_it() {
    let date = |edtf: &str| json!({"edtf": edtf, "earliest": "2026-01-01T00:00:00.000000Z", "latest": "2026-01-31T23:59:59.999999Z"});
    let when = |start: &str, end: Option<&str>, precision: &str, approximate: bool| json!({"when": {"start": date(start), "end": end.map(date), "precision": precision, "approximate": approximate, "time_zone": null}});
    let all = |more: Value| Vocabulary::ALL.iter().map(|one| values(*one, more.clone())).collect::<Vec<_>>();
    assert_eq!(all(when("2026-01", None, "month", false)), [vec![], vec!["2026-01"], vec!["2026-01"], vec!["2026-01"]]);
    assert_eq!(all(when("2026", None, "year", false)), [["2026"], ["2026"], ["2026"], ["2026"]]);
    assert_eq!(all(when("2026-01-30~", None, "day", true))[0], [""; 0]);
    assert_eq!(all(when("2026-01-30~", None, "day", true))[1], ["2026-01-30~"]);
    let days = all(when("2026-01-30", Some("2026-01-31"), "day", false));
    assert_eq!(days, [["2026-01-30/2026-01-31"]; 4]);
    let hours = when("2026-01-30T18:00:00", Some("2026-01-30T20:00:00"), "time", false);
    assert_eq!(all(hours), [["2026-01-30T18:00:00/2026-01-30T20:00:00"]; 4]);
    let undated =
        json!({"when": {"start": null, "end": null, "precision": null, "approximate": false, "time_zone": null}});
    for vocabulary in Vocabulary::ALL {
        assert_eq!(lost_in(*vocabulary, undated.clone()), [("when".to_owned(), None)]);
    }
}

#[test]
fn places_behind_the_first_are_lost_and_others_are_beyond_a_collection() {
    let place = |slug: &str, country: &str| json!({"location": {"slug": slug, "country": country}});
    let two = json!({"places": [place("tijuana", "MX"), place("san-diego", "US")]});
    assert_eq!(values(Vocabulary::Acled, two.clone()), ["san-diego"]);
    assert_eq!(values(Vocabulary::Ccc, two), ["MX", "san-diego"]);
    assert_eq!(values(Vocabulary::Ccc, json!({"places": [place("ponce", "PR")]})), [""; 0]);
    assert_eq!(lost_in(Vocabulary::Ccc, json!({"places": []})), [("places".to_owned(), None)]);
    assert_eq!(lost_in(Vocabulary::Cameo, json!({"places": []})), []);
}

#[test]
fn sizes_and_outcomes_are_lost_part_by_part() {
    let size = |basis: &str, high: Option<i64>| json!({"size": {"text": null, "low": 200, "high": high, "best": null, "basis": basis, "rule": null, "order": 2}});
    assert_eq!(values(Vocabulary::Acled, size("police", Some(300))), ["police"]);
    assert_eq!(values(Vocabulary::Ccc, size("unknown", None)), ["200.."]);
    assert_eq!(values(Vocabulary::Plover, size("police", Some(300))), ["200..300"]);
    let count = json!({"state": "number", "low": 3, "high": 3});
    let nobody = json!({"participants": null, "police": null, "others": null, "unspecified": null});
    let mut deaths = nobody.clone();
    deaths["police"] = count.clone();
    let outcomes = json!({"outcomes": {
        "arrests": {"state": "none", "low": 0, "high": 0}, "detained": count, "injuries": nobody, "deaths": deaths,
        "property_damage": ["broken windows"], "participant_measures": [], "police_measures": [],
    }});
    assert_eq!(values(Vocabulary::Ccc, outcomes.clone()), ["detained"]);
    let all = ["arrests", "detained", "deaths.police", "property_damage"];
    assert_eq!(values(Vocabulary::Acled, outcomes.clone()), all);
    assert_eq!(values(Vocabulary::Cameo, outcomes), all);
}

#[test]
fn what_it_was_about_is_lost_where_no_column_has_it() {
    let more = json!({
        "verification": "disputed", "issues": ["immigration"], "campaigns": [{"slug": "ice-out"}],
        "demands": [{"summary": "against raids", "verbatim": [], "stance": "against"}],
        "actors": [{"actor": {"slug": "a"}}, {"actor": {"slug": "b"}}, {"actor": {"slug": "c"}}],
    });
    assert_eq!(values(Vocabulary::Acled, more.clone()), ["disputed", "immigration", "against raids", "ice-out"]);
    assert_eq!(values(Vocabulary::Ccc, more.clone()), ["disputed", "ice-out"]);
    assert_eq!(values(Vocabulary::Plover, more), ["disputed", "a, b, c", "immigration", "against raids", "ice-out"]);
}
