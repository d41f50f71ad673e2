//! Times the index without server and store: `index_alone DATABASE_URL NOW PAST`, two files of the same questions, one a
//! line, asked now and at a moment of the past (see `questions.rs`). A question is planned and its page found, as the
//! server does it; what it names was looked up before, since names that only the store knows are no matter of the index.
//! Prints JSON; times are microseconds, medians of the rounds.

use std::fs;
use std::hint::black_box;
use std::time::Instant;

use clap::{Arg, Command, value_parser};
use libsqlite3_sys::SQLITE_VERSION;
use marchline::index::State;
use serde_json::{Value, json};

mod asked;

use asked::{Asked, Failure, LIMIT, open};

fn main() -> Result<(), Failure> {
    let number = |name, default| {
        let arg = Arg::new(name).long(name).value_name("NUMBER").default_value(default);
        arg.value_parser(value_parser!(u32))
    };
    let matches = Command::new("index_alone")
        .args(["database", "now", "past"].map(|name| Arg::new(name).required(true)))
        .args([number("take", "4000"), number("rounds", "5")])
        .get_matches();
    let text = |name| matches.get_one::<String>(name).map_or("", String::as_str);
    let number = |name| matches.get_one::<u32>(name).copied().unwrap_or(1) as usize;
    let (mut conn, index) = open(text("database"))?;
    let state = index.read();
    let mut read = |name| -> Result<Vec<(bool, Asked)>, Failure> {
        let file = fs::read_to_string(text(name))?;
        let question = |line: &str| {
            let query = line.split_once('?').map_or("", |(_, query)| query);
            Ok((query.contains("sort=size") || query.contains("sort=-size"), Asked::read(query, &state, &mut conn)?))
        };
        file.lines().take(number("take")).map(question).collect()
    };
    let (now, past) = (read("now")?, read("past")?);
    let rounds = number("rounds");
    let of = |by_size: bool| {
        let [now, past] = [&now, &past].map(|all| {
            let those = all.iter().filter(|(size, _)| *size == by_size);
            those.map(|(_, asked)| asked).collect::<Vec<_>>()
        });
        let times = |asked: &[&Asked], counted| measured(asked, &state, counted, rounds);
        json!({
            "questions": now.len(),
            "ids": {"now": times(&now, false), "past": times(&past, false)},
            "total": {"now": times(&now, true), "past": times(&past, true)},
        })
    };
    let result = json!({
        "sqlite": SQLITE_VERSION.to_str()?,
        "answers": answers(&now, &state),
        "by_time": of(false),
        "by_size": of(true),
    });
    println!("{result:#}");
    Ok(())
}

/// How large the answers are.
fn answers(questions: &[(bool, Asked)], state: &State) -> Value {
    let pages: Vec<_> = questions.iter().map(|(_, asked)| asked.page(state, LIMIT, true)).collect();
    let full = pages.iter().filter(|page| page.items.len() == LIMIT).count();
    let empty = pages.iter().filter(|page| page.items.is_empty()).count();
    let mut totals: Vec<usize> = pages.iter().filter_map(|page| page.total).collect();
    totals.sort_unstable();
    let percent = |count: usize| count * 100 / pages.len().max(1);
    json!({"full_percent": percent(full), "empty_percent": percent(empty), "median_total": totals.get(totals.len() / 2)})
}

fn measured(questions: &[&Asked], state: &State, counted: bool, rounds: usize) -> Value {
    // The first round is the warm-up.
    let all: Vec<Vec<f64>> = (0..=rounds).map(|_| round(questions, state, counted)).skip(1).collect();
    let percentile = |percent: usize| {
        let position = |times: &[f64]| (times.len() * percent).div_ceil(100).saturating_sub(1);
        let mut values: Vec<f64> = all.iter().filter_map(|times| times.get(position(times)).copied()).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    json!({"p50": percentile(50), "p99": percentile(99), "max": percentile(100)})
}

/// The time of each question, ascending.
fn round(questions: &[&Asked], state: &State, counted: bool) -> Vec<f64> {
    let time = |asked: &&Asked| {
        let started = Instant::now();
        black_box(asked.page(state, LIMIT, counted));
        started.elapsed().as_secs_f64() * 1e6
    };
    let mut times: Vec<f64> = questions.iter().map(time).collect();
    times.sort_unstable_by(f64::total_cmp);
    times
}
