//! Files shaped like those of the Crowd Counting Consortium, with every trouble that is known of them, from a seed. The
//! counts that a correct import gives come from the generator's own truth; it knows nothing of the importer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Which of the two layouts a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// 74 columns.
    Phase3,
    /// The compiled file, with its 12 source columns.
    Compiled,
}

/// A file, and what a correct import makes of it.
pub struct Generated {
    /// The file.
    pub text: String,
    /// Records in it, broken ones counted once.
    pub records: u64,
    /// Events that it tells.
    pub events: u64,
    /// Rows equal to an earlier one.
    pub collapsed: u64,
    /// Rows that cannot be taken in.
    pub refused: u64,
    /// Rows broken by a carriage return.
    pub joined: u64,
    /// Cells encoded twice.
    pub repaired: u64,
    /// Events that a corrected file tells anew.
    pub corrected: u64,
    /// The lines on which the records begin that cannot be taken in.
    pub refused_lines: BTreeSet<u64>,
    /// Links of counter-protests to what they oppose.
    pub links: u64,
    /// Events that have such a link, on either side.
    pub linked: u64,
    /// Those of them that are counter-protests.
    pub opposing: u64,
    /// Events by the ISO code of their state.
    pub by_state: BTreeMap<String, u64>,
    /// Events by their day.
    pub by_day: BTreeMap<String, u64>,
    /// Events by their main type.
    pub by_type: BTreeMap<String, u64>,
}

const PHASE3: &str = "date,locality,state,resolved_locality,resolved_state,resolved_county,fips_code,lat,lon,location,title,\
event_type,organizations,participants,notables,targets,claims_summary,claims_verbatim,issue_tags_summary,issue_tags_verbatim,\
issues,valence,conf,macroevent,online,size_text,size_low,size_high,size_mean,size_cat,participant_measures,police_measures,\
participant_injuries,police_injuries,arrests,property_damage,arrests_any,participant_casualties_any,police_casualties_any,\
property_damage_any,participant_deaths,police_deaths,notes,coder";

const COMPILED: &str = "date,locality,state,location_detail,online,type,title,macroevent,actors,organizations,participants,\
claims,valence,issues,issues_major,size_low,size_high,size_mean,size_text,size_cat,arrests,arrests_any,injuries_crowd,\
injuries_crowd_any,injuries_police,injuries_police_any,property_damage,property_damage_any,chemical_agents,\
participant_measures,police_measures,participant_deaths,police_deaths,SOURCES,notes,lat,lon,resolved_locality,\
resolved_county,resolved_state,fips_code";

/// Locality, state, county, latitude and longitude.
const TOWNS: [(&str, &str, &str, &str, &str); 8] = [
    ("Austin", "TX", "Travis County", "30.2672", "-97.7431"),
    ("El Paso", "TX", "El Paso County", "31.7619", "-106.485"),
    ("Los Angeles", "CA", "Los Angeles County", "34.0522", "-118.2437"),
    ("Portland", "OR", "Multnomah County", "45.5152", "-122.6784"),
    ("Cañon City", "CO", "Fremont County", "38.441", "-105.2424"),
    ("St. Louis", "MO", "St. Louis city", "38.627", "-90.1994"),
    ("San Juan", "PR", "San Juan Municipio", "18.4655", "-66.1057"),
    ("Franklin", "NJ", "Somerset County", "40.4973", "-74.5371"),
];

/// What the cell says, and the main type it means.
const TYPES: [(&str, &str); 12] = [
    ("rally", "rally"),
    ("rally; march", "march"),
    ("march; rally", "march"),
    ("Protest", "protest"),
    ("protest", "protest"),
    ("demonstration", "demonstration"),
    ("vigil", "vigil"),
    ("Rally; Counter-Protest", "counter_protest"),
    ("civil disobedience; sit-in", "sit_in"),
    ("strike; rally", "strike"),
    ("rally;vigil", "vigil"),
    ("march", "march"),
];

const SPOTS: [&str; 5] =
    ["", "City Hall", "State Capitol; Main Street Bridge", "Plaza de la República", "Corner of 5th, Main"];
const ORGANIZATIONS: [&str; 5] =
    ["", "Indivisible", "SEIU Local 1021; Sunrise Movement", "Jane Roe; Black Lives Matter", "Texas Democratic Party"];
const PARTICIPANTS: [&str; 4] = ["", "students; teachers", "faith leaders", "family of John Doe; nurses"];
const TARGETS: [&str; 5] = ["", "ICE", "President Trump; Elon Musk", "Gov. Greg Abbott", "Starbucks; Richard Roe"];
const CLAIMS: [&str; 4] = [
    "for democracy; against authoritarianism",
    "against ICE",
    "in solidarity with immigrants",
    "for higher wages, now",
];
const VERBATIM: [&str; 4] = ["", "No Kings; “Sí se puede”", "She said \"enough\"; two\nlines", "Abolish ICE"];
const SIZES: [[&str; 5]; 6] = [
    ["", "", "", "", "0"],
    ["dozens", "24", "24", "24.0", "1"],
    ["hundreds", "200.0", "200.0", "200.0", "2"],
    ["about 150; count video", "150", "150", "150.0", "2"],
    ["100-400", "100", "400", "250.0", "2"],
    ["tens of thousands", "20000", "39153.0", "29576.5", "4"],
];
const SOURCES: [&str; 5] = [
    "https://www.example-news.test/2025/story?id=1&b=2",
    "kxan.com",
    "Flyer, handed out at the event",
    "https://twitter.com/someone/status/1",
    "www.example-paper.test/local",
];

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        usize::try_from(z % u64::try_from(n).expect("a number")).expect("a number")
    }

    fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }
}

/// So many rows and the troubles between them, from a seed.
pub fn rows(seed: u64, count: usize, shape: Shape) -> Generated {
    File::new(seed, shape, false).filled(count)
}

/// The same file, after its makers have corrected every tenth row: row 3, 13 and so on.
pub fn corrected_rows(seed: u64, count: usize, shape: Shape) -> Generated {
    File::new(seed, shape, true).filled(count)
}

/// Whether a row is one of those that are corrected.
pub fn is_corrected(number: usize) -> bool {
    number % 10 == 3
}

/// Every third row stands in a macroevent, two in each.
fn macroevent(number: usize) -> Option<usize> {
    (number % 3 == 1).then_some(20_000 + number / 6)
}

struct File {
    random: Random,
    columns: Vec<String>,
    /// Whether it is the corrected file.
    later: bool,
    /// Whether the row at hand is corrected.
    correcting: bool,
    /// The line on which the next row begins.
    line: u64,
    /// Counter-protests and other events by macroevent.
    sides: BTreeMap<usize, (u64, u64)>,
    /// The macroevent of the row at hand.
    macroevent: Option<usize>,
    out: Generated,
}

impl File {
    fn new(seed: u64, shape: Shape, later: bool) -> Self {
        let numbered = |prefix: &str, n: usize| (1..=n).map(|i| format!("{prefix}{i}")).collect::<Vec<_>>().join(",");
        let header = match shape {
            Shape::Phase3 => format!("{PHASE3},{}", numbered("source", 30)),
            Shape::Compiled => COMPILED.replace("SOURCES", &numbered("source_", 12)),
        };
        let columns = header.split(',').map(str::to_owned).collect();
        let out = Generated {
            text: format!("\u{feff}{header}\r\n"),
            records: 0,
            events: 0,
            collapsed: 0,
            refused: 0,
            joined: 0,
            repaired: 0,
            corrected: 0,
            refused_lines: BTreeSet::new(),
            links: 0,
            linked: 0,
            opposing: 0,
            by_state: BTreeMap::new(),
            by_day: BTreeMap::new(),
            by_type: BTreeMap::new(),
        };
        Self {
            random: Random(seed),
            columns,
            later,
            correcting: false,
            line: 2,
            sides: BTreeMap::new(),
            macroevent: None,
            out,
        }
    }

    fn filled(mut self, count: usize) -> Generated {
        for number in 0..count {
            self.row(number);
        }
        for (against, rest) in self.sides.into_values().filter(|(against, rest)| against * rest > 0) {
            self.out.links += against * rest;
            self.out.linked += against + rest;
            self.out.opposing += against;
        }
        self.out
    }

    /// One row, sound or with a trouble.
    fn row(&mut self, number: usize) {
        let (town, kind) = (self.random.below(TOWNS.len()), self.random.below(TYPES.len()));
        let day = format!("20{:02}-{:02}-{:02}", 17 + number / 4_000 % 9, 1 + number / 300 % 12, 1 + number / 10 % 28);
        let mut cells = self.cells(&day, number, town, kind);
        self.macroevent = macroevent(number);
        self.correcting = self.later && is_corrected(number);
        if self.correcting {
            self.set(&mut cells, &["arrests"], "77");
        }
        let truth = (format!("US-{}", TOWNS[town].1), day, TYPES[kind].1);
        match self.random.below(100) {
            // A day that is none.
            0 => cells[0] = "1/31/2025".into(),
            // A state that is none.
            1 => self.set(&mut cells, &["state"], "ZZ"),
            // A cell too many.
            2 => cells.push("surplus".into()),
            // A quote left open.
            3 => {
                // On one line: what else it had would be a record of its own.
                for cell in &mut cells {
                    *cell = cell.replace('\n', " ");
                }
                let line = line_of(&cells, false).replacen(',', ",\"", 1);
                return self.refuse(&line);
            }
            4..8 => return self.encoded_twice(cells, truth),
            8..10 => return self.broken(cells, truth),
            10..14 => return self.twice(&cells, truth),
            14..16 => return self.alike(cells, truth),
            16 => self.write("\r\n"),
            _ => {}
        }
        let bad = cells[0].contains('/') || cells.len() > self.columns.len() || cells.iter().any(|cell| cell == "ZZ");
        let line = line_of(&cells, false);
        if bad { self.refuse(&line) } else { self.event(&line, &truth) }
    }

    fn encoded_twice(&mut self, mut cells: Vec<String>, truth: (String, String, &str)) {
        let title = format!("Marcha de la Peña â€“ “aquí” {}", self.random.below(1_000_000)).replace("ñ", "Ã±");
        self.set(&mut cells, &["title"], &title);
        self.out.repaired += 1;
        let line = line_of(&cells, false);
        self.event(&line, &truth);
    }

    /// Broken by a lone carriage return within a cell that is not quoted.
    fn broken(&mut self, mut cells: Vec<String>, truth: (String, String, &str)) {
        self.set(&mut cells, &["location", "location_detail"], "Old Town\rSquare");
        self.out.joined += 1;
        let line = line_of(&cells, true);
        self.event(&line, &truth);
    }

    /// The same row twice.
    fn twice(&mut self, cells: &[String], truth: (String, String, &str)) {
        let line = line_of(cells, false);
        self.event(&line, &truth);
        self.write(&line);
        self.out.records += 1;
        self.out.collapsed += 1;
    }

    /// Two events that differ in what does not identify them.
    fn alike(&mut self, mut cells: Vec<String>, truth: (String, String, &str)) {
        for size in ["111", "222.0"] {
            for column in ["size_low", "size_high", "size_mean"] {
                self.set(&mut cells, &[column], size);
            }
            let line = line_of(&cells, false);
            self.event(&line, &truth);
        }
    }

    fn event(&mut self, line: &str, (state, day, kind): &(String, String, &str)) {
        self.write(line);
        self.out.records += 1;
        self.out.events += 1;
        self.out.corrected += u64::from(self.correcting);
        if let Some(macroevent) = self.macroevent {
            let (against, rest) = self.sides.entry(macroevent).or_default();
            *if *kind == "counter_protest" { against } else { rest } += 1;
        }
        *self.out.by_state.entry(state.clone()).or_default() += 1;
        *self.out.by_day.entry(day.clone()).or_default() += 1;
        *self.out.by_type.entry((*kind).to_owned()).or_default() += 1;
    }

    fn refuse(&mut self, line: &str) {
        self.out.refused_lines.insert(self.line);
        self.write(line);
        self.out.records += 1;
        self.out.refused += 1;
    }

    /// Adds a row to the text; a line ends with CR, LF or both.
    fn write(&mut self, row: &str) {
        self.out.text.push_str(row);
        let ends = row.replace("\r\n", "\n").matches(['\r', '\n']).count();
        self.line += u64::try_from(ends).expect("a number");
    }

    fn set(&self, cells: &mut [String], names: &[&str], value: &str) {
        let position = self.columns.iter().position(|column| names.contains(&column.as_str())).expect("a column");
        value.clone_into(&mut cells[position]);
    }

    fn cells(&mut self, day: &str, number: usize, town: usize, kind: usize) -> Vec<String> {
        let (town, r) = (TOWNS[town], &mut self.random);
        let resolved = r.below(25) != 0;
        let size = SIZES[r.below(SIZES.len())];
        let claims = r.pick(&CLAIMS);
        let sources = r.below(4);
        let online = r.below(40) == 0;
        let cell = |name: &String| {
            let geocoded = |value: &str| if resolved { value.to_owned() } else { String::new() };
            match name.as_str() {
                "date" => day.to_owned(),
                "locality" => town.0.to_owned(),
                "state" => town.1.to_owned(),
                "resolved_locality" => geocoded(town.0),
                "resolved_state" => geocoded(town.1),
                "resolved_county" => geocoded(town.2),
                "lat" => geocoded(town.3),
                "lon" => geocoded(town.4),
                "fips_code" => geocoded("6037.0"),
                "location" | "location_detail" => r.pick(&SPOTS).to_owned(),
                "title" => format!("Event {number}"),
                "event_type" | "type" => TYPES[kind].0.to_owned(),
                "organizations" => r.pick(&ORGANIZATIONS).to_owned(),
                "participants" => r.pick(&PARTICIPANTS).to_owned(),
                "actors" => "students; Indivisible".to_owned(),
                "notables" => "Jane Roe, singer".to_owned(),
                "targets" => r.pick(&TARGETS).to_owned(),
                "claims_summary" => claims.to_owned(),
                "claims_verbatim" => r.pick(&VERBATIM).to_owned(),
                "claims" => format!("{claims}; {}", r.pick(&VERBATIM)),
                "issue_tags_summary" | "issues" | "issues_major" => "democracy; migration & asylum".to_owned(),
                "valence" => r.pick(&["0", "1", "2", "1.0"]).to_owned(),
                "conf" => r.pick(&["1", "1.0", "", "0"]).to_owned(),
                "macroevent" => match macroevent(number) {
                    Some(id) if number.is_multiple_of(4) => format!("{id}.0"),
                    Some(id) => id.to_string(),
                    None => String::new(),
                },
                "online" => if online { "1.0" } else { "0" }.to_owned(),
                "size_text" => size[0].to_owned(),
                "size_low" => size[1].to_owned(),
                "size_high" => size[2].to_owned(),
                "size_mean" => size[3].to_owned(),
                "size_cat" => size[4].to_owned(),
                "arrests" => r.pick(&["", "", "3", "more than 5", "unspecified"]).to_owned(),
                "arrests_any" | "injuries_crowd_any" => r.pick(&["0", "1", "", "0.0"]).to_owned(),
                "property_damage" => r.pick(&["", "0", "1", "graffiti; broken windows"]).to_owned(),
                "police_measures" => r.pick(&["", "called to scene; riot gear; pepper spray"]).to_owned(),
                "chemical_agents" => r.pick(&["", "0", "1", "tear gas"]).to_owned(),
                "participant_deaths" => r.pick(&["", "0"]).to_owned(),
                "notes" => "Date guessed from a tweet by Jane Roe".to_owned(),
                "coder" => "JR".to_owned(),
                name => match name.strip_prefix("source").and_then(|n| n.trim_start_matches('_').parse::<usize>().ok())
                {
                    Some(n) if n <= sources => SOURCES[(n + r.below(SOURCES.len())) % SOURCES.len()].to_owned(),
                    _ => String::new(),
                },
            }
        };
        self.columns.clone().iter().map(cell).collect()
    }
}

/// The cells as a line. `bare` leaves carriage returns without quotes, which is what breaks lines.
fn line_of(cells: &[String], bare: bool) -> String {
    let mut line = String::new();
    for (position, cell) in cells.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        let needs_quotes = cell.contains([',', '"', '\n']) || (!bare && cell.contains('\r'));
        let quoted = if needs_quotes { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() };
        write!(line, "{comma}{quoted}").expect("a text can be written to");
    }
    line.push_str("\r\n");
    line
}
