//! Tables of events, read by what `docs/exports.md` says and by nothing else.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

/// A row: cells by the names of their columns.
pub type Row = HashMap<String, String>;

/// The records of a table as RFC 4180 has them.
pub fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => loop {
                match letters.next().expect("a quotation mark that ends") {
                    '"' if letters.peek() == Some(&'"') => cell.extend(letters.next()),
                    '"' => break,
                    other => cell.push(other),
                }
            },
            ',' => record.push(std::mem::take(&mut cell)),
            '\r' => {
                assert_eq!(letters.next(), Some('\n'), "lines end with CR LF");
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            other => cell.push(other),
        }
    }
    assert!(cell.is_empty() && record.is_empty(), "the last line ends too");
    records
}

/// The rows of a table behind its header.
pub fn rows(text: &str) -> Vec<Row> {
    let mut records = records(text).into_iter();
    let header = records.next().expect("a header");
    let row = |record: Vec<String>| {
        assert_eq!(record.len(), header.len(), "{record:?}");
        header.iter().cloned().zip(record.into_iter().map(|cell| safe(&cell))).collect()
    };
    records.map(row).collect()
}

/// Takes off the apostrophe that makes a formula text.
fn safe(cell: &str) -> String {
    let behind = cell.trim_start_matches('\'');
    let is_made_safe = behind.len() < cell.len() && behind.starts_with(['=', '+', '-', '@', '\t', '\r']);
    cell[usize::from(is_made_safe)..].to_owned()
}

/// The items of a list, each in its parts.
pub fn list(cell: &str) -> Vec<Vec<String>> {
    if cell.is_empty() {
        return Vec::new();
    }
    let (mut items, mut is_escaped) = (vec![vec![String::new()]], false);
    for letter in cell.chars() {
        let item = items.last_mut().expect("an item");
        match letter {
            _ if std::mem::take(&mut is_escaped) => item.last_mut().expect("a part").push(letter),
            '\\' => is_escaped = true,
            ';' => items.push(vec![String::new()]),
            ':' => item.push(String::new()),
            _ => item.last_mut().expect("a part").push(letter),
        }
    }
    items
}

fn text(cell: &str) -> Value {
    if cell.is_empty() { Value::Null } else { json!(cell) }
}

fn number(cell: &str) -> Value {
    if cell.is_empty() { Value::Null } else { serde_json::from_str(cell).expect("a number") }
}

fn count(cell: &str) -> Value {
    let (state, range) = match cell {
        "" => return Value::Null,
        "0" => return json!({"state": "none"}),
        "some" => return json!({"state": "some"}),
        other => other.strip_prefix("some ").map_or(("number", other), |range| ("some", range)),
    };
    let (low, high) = range.split_once("..").unwrap_or((range, range));
    json!({"state": state, "low": number(low), "high": number(high)})
}

fn place(parts: [&str; 6]) -> Value {
    let [slug, role, precision, lat, lon, radius] = parts;
    let point = if lat.is_empty() { Value::Null } else { json!({"lat": number(lat), "lon": number(lon)}) };
    json!({"location": {"id": slug}, "role": role, "precision": precision, "point": point, "radius_m": number(radius)})
}

/// The event that a row stands for, as it is written.
pub fn event(row: &Row) -> Value {
    let cell = |name: &str| row[name].as_str();
    let items = |name: &str| list(cell(name));
    let names = |name: &str| items(name).into_iter().map(|item| json!(item[0])).collect::<Vec<_>>();
    let references = |name: &str| items(name).into_iter().map(|item| json!({"id": item[0]})).collect::<Vec<_>>();
    let end = |name: &str| if cell(name).is_empty() { Value::Null } else { json!({"edtf": cell(name)}) };
    let mut places = Vec::new();
    if !cell("place").is_empty() {
        places.push(place(["place", "place_role", "place_precision", "lat", "lon", "radius_m"].map(cell)));
    }
    for item in items("more_places") {
        let parts: Vec<&str> = item.iter().map(String::as_str).collect();
        places.push(place(parts.try_into().expect("six parts")));
    }
    let actor = |item: Vec<String>| json!({"actor": {"id": item[0]}, "role": item[1]});
    let demand = |item: Vec<String>| json!({"stance": item[0], "summary": item[1], "verbatim": item[2..]});
    let external = |item: Vec<String>| json!({"scheme": item[0], "id": item[1]});
    let size = json!({
        "text": text(cell("size_text")), "low": number(cell("size_low")), "high": number(cell("size_high")),
        "best": number(cell("size_best")), "basis": text(cell("size_basis")), "rule": text(cell("size_rule")),
    });
    let by_group = |what: &str| {
        let group = |name: &str| (name.to_owned(), count(cell(&format!("{what}_{name}"))));
        Value::Object(["participants", "police", "others", "unspecified"].map(group).into_iter().collect::<Map<_, _>>())
    };
    let outcomes = json!({
        "arrests": count(cell("arrests")), "detained": count(cell("detained")),
        "injuries": by_group("injured"), "deaths": by_group("killed"),
        "property_damage": names("property_damage"), "participant_measures": names("participant_measures"),
        "police_measures": names("police_measures"),
    });
    let says_nothing = ["arrests", "detained", "property_damage", "participant_measures", "police_measures"]
        .into_iter()
        .map(str::to_owned)
        .chain(["injured", "killed"].into_iter().flat_map(|what| {
            ["participants", "police", "others", "unspecified"].map(|group| format!("{what}_{group}"))
        }))
        .all(|name| cell(&name).is_empty());
    json!({
        "id": cell("id"), "type": cell("type"), "tactics": names("tactics"), "status": cell("status"),
        "verification": cell("verification"), "verification_by": cell("verification_by"),
        "title": cell("title"), "summary": text(cell("summary")), "language": text(cell("language")),
        "when": {"start": end("start"), "end": end("end"), "time_zone": text(cell("time_zone"))},
        "places": places, "actors": items("actors").into_iter().map(actor).collect::<Vec<_>>(),
        "issues": names("issues"), "demands": items("demands").into_iter().map(demand).collect::<Vec<_>>(),
        "campaigns": references("campaigns"), "sources": references("sources"),
        "size": if cell("size_basis").is_empty() { Value::Null } else { size },
        "outcomes": if says_nothing { Value::Null } else { outcomes },
        "external_ids": items("external_ids").into_iter().map(external).collect::<Vec<_>>(),
    })
}
