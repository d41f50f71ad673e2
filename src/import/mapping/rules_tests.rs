//! Rules with names, in mappings of one's own.

use super::tests::taken;
use super::*;
use crate::domain::size::SizeRule;
use crate::domain::vocabulary::EventType;

/// A collection without ids, of another country than the United States.
const OURS: &str = r#"
scheme = "ours"
needed = { from = "day", steps = [{ day = [2000, 2030] }] }
group = "happening"

[files]
format = "csv"
required = ["day", ["what", "kind"]]
begins = "day"
empty = ["-"]

[dataset]
slug = "ours"
publisher = "Ours"

[identity]
by = ["day", "town"]
aside = ["remarks"]

[event]
type = { all_of = [{ from = ["what", "kind"], steps = [{ table = "types" }] }, "more"], steps = [{ order = ["march", "rally"] }], default = "protest" }
start = "day"

[[places]]
country = { value = "DE" }
admin1 = "land"
found_in = "found"
locality = "town"
lat = "lat"
lon = "lon"

[[actors]]
name = "calls"
role = { value = "organizer" }

[[actors]]
fallback = true
name = { from = "all", steps = [{ split = ";" }] }
names = { value = "groups_or_bodies" }

[[demands]]
rule = "coded_claims"
mixed = { from = "claims", steps = [{ split = ";" }] }
heading = { value = "on placards" }

[[sources]]
any = { numbered = "link" }

[size]
text = "crowd"
order = "order"
plurals = { value = "literal" }

[outcomes]
detained = "detained"
detained_any = "detained_any"
injuries_unspecified_any = "hurt"
deaths_unspecified = "dead"
property_damage = "damage"

[tables.types]
loose = true
entries = { "sit-in" = "sit_in", march = "march", "counter protest" = "counter_protest" }

[lost]
"*" = "Nobody asked for it."
twin = { reason = "The town's own name stands.", unless_as = "town" }
"#;

const HEADER: &str = "day,town,kind,more,land,found,lat,lon,happening,calls,all,claims,link,link_2,crowd,order,detained,\
                      detained_any,hurt,dead,damage,twin,remarks,odd";

fn read(rows: &[&str]) -> (crate::import::test_world::World, Vec<crate::domain::event::EventContent>, Report) {
    let mapping = Mapping::parse(OURS).unwrap_or_else(|faults| panic!("{faults:?}"));
    taken(&mapping, format!("{HEADER}\n{}\n", rows.join("\n")).as_bytes()).expect("a file of ours")
}

fn losses(report: &Report) -> Vec<(&str, u64, &str)> {
    report.losses.iter().collect()
}

#[test]
fn what_a_record_needs_refuses_it_and_what_nobody_asked_for_is_told() {
    let (_, events, report) = read(&[
        "2024-01-01,Bonn,march,,,,,,,,,,,,,,,,,,,BONN,,",
        "2024-1-01,Bonn,march,,,,,,,,,,,,,,,,,,,,,",
        ",Bonn,march,,,,,,,,,,,,,,,,,,,,,",
        "2024-01-02,Bonn,dance,,,,,,,,,,,,,,,,,,,Cologne,x,y",
    ]);
    assert_eq!((report.lines, report.refused, events.len()), (4, 2, 2));
    let told: Vec<_> =
        report.errors.iter().map(|e| (e.line, e.column.as_deref().unwrap(), e.reason.as_str())).collect();
    assert_eq!(
        told,
        [
            (3, "day", "Expected a day as `YYYY-MM-DD`."),
            (4, "day", "The day is missing."),
            (5, "kind", "The mapping does not know the value.")
        ]
    );
    let unknown = "Nobody asked for it.";
    assert_eq!(
        losses(&report),
        [("odd", 1, unknown), ("remarks", 1, unknown), ("twin", 1, "The town's own name stands.")]
    );
    assert_eq!(events[1].event_type, EventType::Protest);
}

#[test]
fn records_without_ids_are_told_by_their_place_among_alike_ones() {
    let mapping = Mapping::parse(OURS).unwrap();
    let row = |more: &str, damage: &str, remarks: &str, odd: &str| {
        format!("2024-01-01,Bonn,march,{more},,,,,7.0,,,,,,,,,,,,{damage},,{remarks},{odd}\n")
    };
    let rows = [
        row("", "", "", ""),
        row("", "", "x", "y"),
        row("", "windows", "", ""),
        row("counter_protest", "", "", ""),
        row("", "-", "", ""),
    ];
    let mut found = Vec::new();
    let each = |mapped: Mapped| found.push((mapped.line, mapped.identity, mapped.group.unwrap()));
    let report = rehearse(&mapping, format!("{HEADER}\n{}", rows.concat()).as_bytes(), each).unwrap();
    assert_eq!(
        (report.created, report.collapsed),
        (3, 2),
        "remarks, unknown columns and empty words make no difference"
    );
    let lines: Vec<u64> = found.iter().map(|(line, ..)| *line).collect();
    assert_eq!(lines, [2, 4, 5]);
    assert!(found[0].1 != found[1].1 && found[1].1 != found[2].1);
    assert!(found.iter().all(|(.., group)| group.name == "7" && !group.opposes), "a tactic opposes nothing");
}

#[test]
fn several_values_are_put_together_and_actors_are_named_once() {
    let (world, events, _) = read(&[
        "2024-01-01,Bonn,SIT IN,march,,,,,,Attac,students; Attac; Greenpeace,for peace; No war,https://a.example/1,b.example,,,,,,,,,,",
    ]);
    let event = &events[0];
    assert_eq!((event.event_type, &event.tactics[..]), (EventType::March, &[EventType::SitIn][..]));
    let actors: Vec<_> = event.actors.iter().map(|p| (world.actors[&p.actor].name.as_str(), p.role.code())).collect();
    assert_eq!(actors, [("Attac", "organizer"), ("Students", "participant"), ("Greenpeace", "participant")]);
    let demands: Vec<_> =
        event.demands.iter().map(|d| (d.summary.as_str(), d.stance.code(), d.verbatim.len())).collect();
    assert_eq!(demands, [("for peace", "for", 1)]);
    assert_eq!(event.sources.len(), 2);
}

#[test]
fn a_point_that_was_found_elsewhere_is_left_aside() {
    let (_, events, report) = read(&[
        "2024-01-01,Bonn,march,,Hessen,hessen,50.7,7.1,,,,,,,,,,,,,,,,",
        "2024-01-02,Bonn,march,,Hessen,Bayern,50.7,x,,,,,,,,,,,,,,,,",
    ]);
    assert_eq!((events[0].places[0].point.is_some(), events[1].places[0].point), (true, None));
    assert_eq!(report.errors.iter().map(|e| e.column.as_deref().unwrap()).collect::<Vec<_>>(), ["found"]);
}

#[test]
fn sizes_by_order_and_counts_by_a_flag_stand_where_nothing_else_is_told() {
    let (_, events, report) = read(&[
        "2024-01-01,A,march,,,,,,,,,,,,,3,,1.0,1,0,yes,,,",
        "2024-01-01,B,march,,,,,,,,,,,,hundreds,3,2,1,1,4,no,,,",
        "2024-01-01,C,march,,,,,,,,,,,,about 300,9,,2,,,,,,",
        "2024-01-01,D,march,,,,,,,,,,,,,9,,,,,,,,",
    ]);
    let sizes: Vec<_> =
        events.iter().map(|e| e.size.as_ref().map(|s| (s.low, s.high, s.rule.map(SizeRule::code)))).collect();
    assert_eq!(sizes[0], Some((Some(1_000), Some(9_999), None)));
    assert_eq!(sizes[1].and_then(|(low, _, rule)| low.zip(rule)), Some((200, "literal")));
    assert_eq!(sizes[3], None);
    let outcomes = |at: usize| events[at].outcomes.clone().expect("outcomes");
    assert_eq!(outcomes(0).detained.and_then(|count| count.low), Some(1));
    assert_eq!(
        (outcomes(0).injuries.unspecified.is_some(), outcomes(0).property_damage),
        (true, vec!["unspecified".into()])
    );
    assert_eq!(outcomes(1).detained.and_then(|count| count.high), Some(2));
    assert_eq!(
        (outcomes(1).injuries.unspecified, outcomes(1).property_damage),
        (None, vec![]),
        "casualties may be deaths"
    );
    assert_eq!(
        report.errors.iter().map(|e| e.column.as_deref().unwrap()).collect::<Vec<_>>(),
        ["detained_any", "order"]
    );
}

#[test]
fn a_record_that_a_carriage_return_has_broken_is_put_together() {
    let (_, events, report) = read(&["2024-01-01,Bo\rnn,march,,,,,,,,,,,,,,,,,,,,,"]);
    assert_eq!((report.joined, report.notices_total, events.len()), (1, 1, 1));
}

#[test]
fn faults_of_rules_name_their_keys() {
    let keys = |text: &str| -> Vec<String> {
        Mapping::parse(text).expect_err("faults").into_iter().map(|fault| fault.key).collect()
    };
    let dataset = "[dataset]\nslug = \"ours\"\npublisher = \"Ours\"\n";
    let faulty = format!(
        "scheme = \"a\"\nid = \"nr\"\nneeded = {{ from = \"day\", steps = [{{ day = [2030, 2000] }}] }}\n[files]\nformat = \"csv\"\n\
         begins = \"number\"\n{dataset}[identity]\naside = [\"x\"]\n[event]\ntype = {{ all_of = [\"a\"], numbered = \"b\" }}\n\
         [[places]]\nrule = \"coded_claims\"\n[[demands]]\nrule = \"coded_claims\"\n[lost]\nx = {{ unless_as = \"y\" }}\n"
    );
    let found = keys(&faulty);
    for key in [
        "id",
        "needed.steps.0.day",
        "files.begins",
        "identity.by",
        "event.type.from",
        "places.0.rule",
        "demands.0.heading",
        "lost.x.reason",
    ] {
        assert!(found.iter().any(|known| known == key), "{key} is not among {found:?}");
    }
    let json = format!(
        "scheme = \"a\"\n[files]\nformat = \"ndjson\"\n{dataset}[identity]\nby = [\"a\"]\n[event]\ntype = {{ numbered = \"b\" }}\n"
    );
    let found = keys(&json);
    assert!(
        ["identity.by", "event.type.numbered"].iter().all(|key| found.iter().any(|known| known == key)),
        "{found:?}"
    );
    let neither = format!("scheme = \"a\"\n[files]\nformat = \"csv\"\n{dataset}[event]\ntype = \"b\"\n");
    assert_eq!(keys(&neither), ["id"]);
}
