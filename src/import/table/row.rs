//! A row of a table as the event that it is of, in the form in which events are written.

use serde_json::{Map, Value, json};

use crate::import::report::RowError;

/// The columns that are read: those that `docs/exports.md` marks *back*, and the two that tell what a row cannot say.
pub const NEEDED: [&str; 46] = [
    "id",
    "type",
    "tactics",
    "status",
    "verification",
    "verification_by",
    "title",
    "summary",
    "language",
    "start",
    "end",
    "time_zone",
    "place",
    "place_role",
    "place_precision",
    "lat",
    "lon",
    "radius_m",
    "more_places",
    "actors",
    "issues",
    "demands",
    "campaigns",
    "sources",
    "size_text",
    "size_low",
    "size_high",
    "size_best",
    "size_basis",
    "size_rule",
    "arrests",
    "detained",
    "injured_participants",
    "injured_police",
    "injured_others",
    "injured_unspecified",
    "killed_participants",
    "killed_police",
    "killed_others",
    "killed_unspecified",
    "property_damage",
    "participant_measures",
    "police_measures",
    "external_ids",
    "coarsened",
    "policy",
];

/// Columns of the primary place, and what is a number of these.
const PLACE: [&str; 6] = ["place", "place_role", "place_precision", "lat", "lon", "radius_m"];
const NUMBERS_OF_PLACE: [&str; 3] = ["lat", "lon", "radius_m"];

const GROUPS: [&str; 4] = ["participants", "police", "others", "unspecified"];

/// Columns of what followed from an event.
const LISTS_OF_OUTCOMES: [&str; 3] = ["property_damage", "participant_measures", "police_measures"];

/// A row, as it is read.
pub struct Row<'a> {
    line: u64,
    cells: &'a [String],
    positions: &'a [usize],
    errors: Vec<RowError>,
}

impl<'a> Row<'a> {
    /// A row whose columns stand there.
    pub const fn new(line: u64, cells: &'a [String], positions: &'a [usize]) -> Self {
        Self { line, cells, positions, errors: Vec::new() }
    }

    /// The event, and whether a privacy policy holds for it.
    ///
    /// # Errors
    /// All cells that cannot be read.
    pub fn event(mut self) -> Result<(Value, bool), Vec<RowError>> {
        if self.flag("coarsened") {
            let reason =
                "A privacy policy keeps something of the event back; what is left would be written over what is known.";
            self.fault("coarsened", "true", reason);
        }
        let is_under_policy = self.flag("policy");
        let mut event = Map::new();
        for name in ["id", "type", "status", "verification", "verification_by", "title", "summary", "language"] {
            event.insert(name.to_owned(), self.text(name));
        }
        let [start, end] = ["start", "end"].map(|name| match self.text(name) {
            Value::Null => Value::Null,
            edtf => json!({"edtf": edtf}),
        });
        event.insert("when".to_owned(), json!({"start": start, "end": end, "time_zone": self.text("time_zone")}));
        for name in ["tactics", "issues"] {
            event.insert(name.to_owned(), self.words(name).into());
        }
        for name in ["campaigns", "sources"] {
            let references = self.words(name).into_iter().map(|word| json!({"id": word})).collect();
            event.insert(name.to_owned(), references);
        }
        event.insert("places".to_owned(), self.places().into());
        let actors =
            self.items("actors", 2, 2).into_iter().map(|item| json!({"actor": {"id": item[0]}, "role": item[1]}));
        event.insert("actors".to_owned(), actors.collect());
        let demands = self.items("demands", 2, usize::MAX).into_iter();
        let demands = demands.map(|item| json!({"stance": item[0], "summary": item[1], "verbatim": item[2..]}));
        event.insert("demands".to_owned(), demands.collect());
        let external =
            self.items("external_ids", 2, 2).into_iter().map(|item| json!({"scheme": item[0], "id": item[1]}));
        event.insert("external_ids".to_owned(), external.collect());
        event.insert("size".to_owned(), self.size());
        event.insert("outcomes".to_owned(), self.outcomes());
        if self.errors.is_empty() { Ok((Value::Object(event), is_under_policy)) } else { Err(self.errors) }
    }

    /// What stands in a column, without the apostrophe that keeps a spreadsheet from taking it for a formula.
    fn cell(&self, name: &str) -> &'a str {
        let at = NEEDED.iter().position(|known| *known == name).and_then(|at| self.positions.get(at));
        let cell = at.and_then(|at| self.cells.get(*at)).map_or("", String::as_str);
        let behind = cell.trim_start_matches('\'');
        let is_made_safe = behind.len() < cell.len() && behind.starts_with(['=', '+', '-', '@', '\t', '\r']);
        if is_made_safe { &cell[1..] } else { cell }
    }

    fn fault(&mut self, column: &str, value: &str, reason: &str) {
        self.errors.push(RowError::of_cell(self.line, column, value, reason));
    }

    fn text(&self, name: &str) -> Value {
        match self.cell(name) {
            "" => Value::Null,
            text => text.into(),
        }
    }

    fn flag(&mut self, name: &str) -> bool {
        match self.cell(name) {
            // As spreadsheets write it.
            "true" | "TRUE" => true,
            "false" | "FALSE" => false,
            other => {
                self.fault(name, other, "Expected `true` or `false`.");
                false
            }
        }
    }

    /// A number of a column, or of a part of one.
    fn number(&mut self, column: &str, text: &str) -> Value {
        if text.is_empty() {
            return Value::Null;
        }
        if let Ok(number @ Value::Number(_)) = serde_json::from_str::<Value>(text) {
            return number;
        }
        self.fault(column, text, "Expected a number.");
        Value::Null
    }

    fn number_in(&mut self, name: &str) -> Value {
        self.number(name, self.cell(name))
    }

    /// The items of a list, each of so many parts.
    fn items(&mut self, name: &str, fewest: usize, most: usize) -> Vec<Vec<String>> {
        let cell = self.cell(name);
        match taken_apart(cell) {
            Some(items) if items.iter().all(|item| (fewest..=most).contains(&item.len())) => items,
            _ => {
                self.fault(
                    name,
                    cell,
                    "Expected items separated by `;`, and their parts by `:`, as the guide has them.",
                );
                Vec::new()
            }
        }
    }

    /// The items of a list that have one part each.
    fn words(&mut self, name: &str) -> Vec<String> {
        self.items(name, 1, 1).into_iter().flatten().collect()
    }

    fn places(&mut self) -> Vec<Value> {
        let mut places = Vec::new();
        if self.cell("place").is_empty() {
            self.refuse_without_place();
        } else {
            let parts = PLACE.map(|name| self.cell(name));
            places.push(self.place(NUMBERS_OF_PLACE, parts));
        }
        for item in self.items("more_places", 6, 6) {
            let parts: Vec<&str> = item.iter().map(String::as_str).collect();
            if let Ok(parts) = parts.try_into() {
                places.push(self.place(["more_places"; 3], parts));
            }
        }
        places
    }

    /// What is said of a primary place that is not named would be lost.
    fn refuse_without_place(&mut self) {
        for name in &PLACE[1..] {
            let cell = self.cell(name);
            let is_read = !NUMBERS_OF_PLACE.contains(name) || !self.number(name, cell).is_null();
            if is_read && !cell.is_empty() {
                self.fault(name, cell, "There is no `place` that this could be said of.");
            }
        }
    }

    /// A place whose numbers stand in these columns.
    fn place(&mut self, columns: [&str; 3], parts: [&str; 6]) -> Value {
        let [location, role, precision, lat, lon, radius] = parts;
        let [in_lat, in_lon, in_radius] = columns;
        let [lat, lon, radius] =
            [(in_lat, lat), (in_lon, lon), (in_radius, radius)].map(|(column, text)| self.number(column, text));
        let point = if lat.is_null() && lon.is_null() { Value::Null } else { json!({"lat": lat, "lon": lon}) };
        json!({"location": {"id": location}, "role": role, "precision": precision, "point": point, "radius_m": radius})
    }

    fn size(&mut self) -> Value {
        let [low, high, best] = ["size_low", "size_high", "size_best"].map(|name| self.number_in(name));
        let [text, basis, rule] = ["size_text", "size_basis", "size_rule"].map(|name| self.text(name));
        if [&text, &low, &high, &best, &basis, &rule].iter().all(|part| part.is_null()) {
            return Value::Null;
        }
        json!({"text": text, "low": low, "high": high, "best": best, "basis": basis, "rule": rule})
    }

    fn outcomes(&mut self) -> Value {
        let by_group = |row: &mut Self, what: &str| -> Map<String, Value> {
            GROUPS.iter().map(|group| ((*group).to_owned(), row.count(&format!("{what}_{group}")))).collect()
        };
        let mut outcomes = Map::new();
        for name in ["arrests", "detained"] {
            outcomes.insert(name.to_owned(), self.count(name));
        }
        for (name, what) in [("injuries", "injured"), ("deaths", "killed")] {
            outcomes.insert(name.to_owned(), by_group(self, what).into());
        }
        for name in LISTS_OF_OUTCOMES {
            outcomes.insert(name.to_owned(), self.words(name).into());
        }
        let outcomes = Value::Object(outcomes);
        if says_nothing(&outcomes) { Value::Null } else { outcomes }
    }

    /// A count as it stands in a cell: `0`, `3`, `3..5`, `some`, `some 2..`, `some 2..10`.
    fn count(&mut self, name: &str) -> Value {
        let cell = self.cell(name);
        let (state, range) = match cell {
            "" => return Value::Null,
            "0" => return json!({"state": "none"}),
            "some" => return json!({"state": "some"}),
            other => other.strip_prefix("some ").map_or(("number", other), |range| ("some", range)),
        };
        let (low, high) = range.split_once("..").unwrap_or((range, range));
        let bound = |text: &str| text.parse::<i64>().ok();
        match (bound(low), bound(high)) {
            (Some(low), Some(high)) => json!({"state": state, "low": low, "high": high}),
            (Some(low), None) if state == "some" && high.is_empty() => json!({"state": state, "low": low}),
            _ => {
                self.fault(name, cell, "Expected a count such as `3`, `3..5`, `some` or `some 2..`.");
                Value::Null
            }
        }
    }
}

/// Whether no member of a value, however deep, says anything.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(says_nothing),
        Value::Object(members) => members.values().all(says_nothing),
        _ => false,
    }
}

/// The items of a list, each in its parts; `None` where a `\` stands before nothing.
fn taken_apart(cell: &str) -> Option<Vec<Vec<String>>> {
    if cell.is_empty() {
        return Some(Vec::new());
    }
    let (mut items, mut item, mut part) = (Vec::new(), Vec::new(), String::new());
    let mut letters = cell.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => part.push(letters.next()?),
            ':' => item.push(std::mem::take(&mut part)),
            ';' => {
                item.push(std::mem::take(&mut part));
                items.push(std::mem::take(&mut item));
            }
            other => part.push(other),
        }
    }
    item.push(part);
    items.push(item);
    Some(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_apart_as_they_were_put_together() {
        let apart = |cell| taken_apart(cell).unwrap();
        assert_eq!(apart(""), Vec::<Vec<String>>::new());
        assert_eq!(apart("ice:target;dhs:target"), [["ice", "target"], ["dhs", "target"]]);
        assert_eq!(apart(r"2020pb:nm\:1\;\\"), [["2020pb", r"nm:1;\"]]);
        assert_eq!(apart("a;"), [["a"], [""]]);
        assert_eq!(taken_apart("a\\"), None);
    }
}
