//! Random filters in CQL2 text.

use chrono::{Duration, NaiveDate};
use serde_json::Value;

use super::filters::codes;
use super::oracle::{Moment, list, point};
use super::random::Random;

/// Properties that are compared as text, with the parameters that ask about them.
const NAMES: [(&str, &str); 16] = [
    ("id", "id"),
    ("type", "type"),
    ("category", "category"),
    ("tactics", "tactic"),
    ("status", "status"),
    ("verification", "verification"),
    ("actor", "actor"),
    ("actor_within", "actor_within"),
    ("actor_kind", "actor_kind"),
    ("role", "role"),
    ("location", "location"),
    ("country", "country"),
    ("admin1", "admin1"),
    ("campaign", "campaign"),
    ("issue", "issue"),
    ("source", "source"),
];
pub const SIGNS: [&str; 6] = ["=", "<>", "<", "<=", ">", ">="];

/// A filter that has to do with an event, of up to so many levels.
pub fn random_expression(random: &mut Random, moment: &Moment, event: &Value, levels: usize) -> String {
    joined(random, levels, &mut |random| condition(random, moment, event))
}

/// Conditions that are joined and negated, in up to so many levels.
pub fn joined(random: &mut Random, levels: usize, condition: &mut impl FnMut(&mut Random) -> String) -> String {
    if levels == 0 || random.chance(30) {
        return condition(random);
    }
    let one = joined(random, levels - 1, condition);
    let other = joined(random, levels - 1, condition);
    match random.below(4) {
        0 => format!("NOT ({one})"),
        1 => format!("({one}) AND ({other})"),
        _ => format!("({one}) OR NOT ({other})"),
    }
}

fn condition(random: &mut Random, moment: &Moment, event: &Value) -> String {
    match random.below(11) {
        0..5 => names(random, moment, event),
        10 => {
            let property = *random.pick(&["arrests", "detained", "injuries", "deaths"]);
            match random.below(6) {
                0 => format!("{property} IS {}NULL", random.pick(&["", "NOT "])),
                _ => format!("{property} {} {}", random.pick(&SIGNS), random.below(8)),
            }
        }
        5 => {
            let property = *random.pick(&["size", "size_low", "size_high"]);
            let own = event["size"][*random.pick(&["low", "high", "best"])].as_u64().unwrap_or(500);
            let number = (own + 1).saturating_sub(u64::try_from(random.below(3)).expect("a number"));
            match random.below(8) {
                0 => format!("{property} IS NULL"),
                1 => format!("{property} BETWEEN {} AND {number}", number / 2),
                _ => format!("{property} {} {number}", random.pick(&SIGNS)),
            }
        }
        6 => {
            let property = *random.pick(&["recorded_at", "created_at"]);
            let instant = event[property].as_str().expect("an instant");
            format!("{property} {} TIMESTAMP('{instant}')", random.pick(&SIGNS))
        }
        7 => {
            let points: Vec<_> = list(event, "places").iter().filter_map(point).collect();
            let (lat, lon) = points.first().copied().unwrap_or((12.5, 20.5));
            let function = *random.pick(&["S_INTERSECTS", "S_INTERSECTS", "S_DISJOINT"]);
            match random.below(6) {
                0 => "geometry IS NULL".to_owned(),
                _ => format!(
                    "{function}(geometry, BBOX({:.3}, {:.3}, {:.3}, {:.3}))",
                    (lon - 9.0005).max(-180.0),
                    (lat - 5.0005).max(-90.0),
                    (lon + 7.0005).min(180.0),
                    (lat + 3.0005).min(90.0)
                ),
            }
        }
        _ => time(random),
    }
}

fn names(random: &mut Random, moment: &Moment, event: &Value) -> String {
    match random.below(10) {
        0 => {
            let precision = *random.pick(codes("place_precision"));
            return format!("place_precision {} '{precision}'", random.pick(&["=", "<>"]));
        }
        1 => return format!("has {} '{}'", random.pick(&["=", "<>"]), random.pick(codes("has"))),
        _ => {}
    }
    let (property, parameter) = *random.pick(&NAMES);
    let mut values: Vec<String> = moment.values(parameter, event).concat();
    values.extend(moment.values(parameter, random.pick(&moment.events)).concat());
    values.extend(codes(parameter).iter().map(|code| (*code).to_owned()));
    if values.is_empty() || random.chance(10) {
        return format!("{property} IS {}NULL", random.pick(&["", "NOT "]));
    }
    let value = random.pick(&values).clone();
    match random.below(5) {
        0 => format!("{property} IN ('{value}', '{}')", random.pick(&values)),
        1 => format!("{property} <> '{value}'"),
        2 if property != "id" => {
            let half = value.len() / 2;
            let pattern =
                if random.chance(50) { format!("{}%", &value[..half]) } else { format!("%{}", &value[half..]) };
            format!("{property} LIKE '{pattern}'")
        }
        _ => format!("{property} = '{value}'"),
    }
}

/// A condition on a time.
pub fn time(random: &mut Random) -> String {
    let base = NaiveDate::from_ymd_opt(2025, 10, 1).expect("a day");
    let from = base + Duration::days(i64::try_from(random.below(100)).expect("a number"));
    let to = from + Duration::days(i64::try_from(random.below(60)).expect("a number"));
    let single = if random.chance(50) { format!("DATE('{from}')") } else { format!("TIMESTAMP('{from}T04:30:00Z')") };
    let both =
        if random.chance(50) { format!("'{from}', '{to}'") } else { format!("'{from}T04:30:00Z', '{to}T23:15:00Z'") };
    let relation = *random.pick(&["T_INTERSECTS", "T_DISJOINT", "T_AFTER", "T_BEFORE", "T_DURING", "T_CONTAINS"]);
    match random.below(5) {
        0 => format!("when IS {}NULL", random.pick(&["", "NOT "])),
        1 | 2 => format!("{} {} {single}", random.pick(&["start", "end"]), random.pick(&SIGNS)),
        _ => format!("{relation}({}, INTERVAL({both}))", random.pick(&["when", "when", "start", "end"])),
    }
}
