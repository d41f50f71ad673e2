//! Times how events are counted, without HTTP: `counts_alone FOLDER`, where `filters.txt` and `filters-past.txt` hold the same
//! filters, one a line, asked now and at a moment of the past (see `questions.rs`). Each is counted by day and by each field, as
//! the server does it, names included; and so are all events, without a filter. Prints JSON.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use marchline::domain::buckets::Interval;
use marchline::domain::privacy::Clearance;
use marchline::http::counting::Counting;
use marchline::index::Index;
use marchline::query::aggregate::{FacetOwn, Field};
use marchline::query::facets::{FacetQuery, VALUES};
use marchline::query::histogram::HistogramQuery;
use marchline::query::known_values::KnownValues;
use serde_json::{Value, json};

#[allow(dead_code, reason = "pages are the matter of another program")]
mod asked;
mod setup;
mod timing;

use asked::Asked;
use setup::{Failure, Opened, command, folder, number, open};

/// How often all events are counted in a round.
const AGAIN: usize = 10;
/// Nothing is to be given up here.
const PATIENCE: Duration = Duration::from_mins(10);

fn main() -> Result<(), Failure> {
    let matches = command("counts_alone", &[("take", "400"), ("rounds", "5")]).get_matches();
    let Opened { mut conn, index, .. } = open(&matches)?;
    let (folder, rounds) = (folder(&matches), number(&matches, "rounds"));
    let mut read = |name| Asked::read_all(&folder.join(name), number(&matches, "take"), &index, &mut conn);
    let (now, past) = (read("filters.txt")?, read("filters-past.txt")?);
    let all = Asked::read("", &index.read(), &mut conn)?;
    let all: Vec<&Asked> = [&all; AGAIN].into();
    let lists = [("now", now.iter().collect()), ("past", past.iter().collect()), ("unfiltered", all)];
    let kinds = [Kind::ByDay].into_iter().chain(Field::ALL.iter().map(|field| Kind::Values(*field)));
    let known = KnownValues::default();
    let mut kinds_told: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    let mut any_facet: BTreeMap<&str, Vec<Vec<f64>>> = BTreeMap::new();
    for kind in kinds {
        for (when, list) in &lists {
            let times = kind.measured(list, &index, &known, rounds)?;
            kinds_told.entry(kind.name()).or_default().insert(when, timing::told(&times));
            if matches!(kind, Kind::Values(_)) {
                let gathered = any_facet.entry(when).or_insert_with(|| vec![Vec::new(); rounds]);
                gathered.iter_mut().zip(times).for_each(|(gathered, times)| gathered.extend(times));
            }
        }
    }
    let any_facet: BTreeMap<&str, Value> = any_facet.into_iter().map(|(when, times)| (when, pooled(times))).collect();
    println!("{:#}", json!({"questions": now.len(), "kinds": kinds_told, "any_facet": any_facet}));
    Ok(())
}

/// The times of all fields together.
fn pooled(mut rounds: Vec<Vec<f64>>) -> Value {
    for times in &mut rounds {
        times.sort_unstable_by(f64::total_cmp);
    }
    timing::told(&rounds)
}

/// What is counted.
#[derive(Clone, Copy)]
enum Kind {
    ByDay,
    Values(Field),
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::ByDay => "histogram",
            Self::Values(field) => field.code(),
        }
    }

    fn measured(
        self,
        questions: &[&Asked],
        index: &Index,
        known: &KnownValues,
        rounds: usize,
    ) -> Result<Vec<Vec<f64>>, Failure> {
        // The first round is the warm-up.
        let round = |_| timing::round(questions, |asked| self.count(asked, index, known));
        Ok((0..=rounds).map(round).collect::<Result<Vec<_>, Failure>>()?.split_off(1))
    }

    fn count(self, asked: &Asked, index: &Index, known: &KnownValues) -> Result<(), Failure> {
        let Asked { query, named, seq, .. } = asked;
        let (clearance, deadline) = (Clearance::Public, Instant::now() + PATIENCE);
        let counting = Counting { index, query, named, seq: *seq, clearance, deadline, known };
        match self {
            Self::ByDay => {
                black_box(counting.histogram(&HistogramQuery { interval: Interval::Day, group_by: None })?);
            }
            Self::Values(field) => {
                let asked = FacetQuery { fields: vec![field], limit: VALUES, own: FacetOwn::Exclude };
                black_box(counting.facets(&asked)?);
            }
        }
        Ok(())
    }
}
