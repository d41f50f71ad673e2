//! Times the index without server and store: `index_alone FOLDER`, where `now.txt` and `past.txt` hold the same questions, one a
//! line, asked now and at a moment of the past (see `questions.rs`). A question is planned and its page found, as the
//! server does it; what it names was looked up before, since names that only the store knows are no matter of the index.
//! Prints JSON.

use std::hint::black_box;

use libsqlite3_sys::SQLITE_VERSION;
use marchline::index::State;
use marchline::index::order::Sort;
use serde_json::{Value, json};

mod asked;
mod setup;
mod timing;

use asked::{Asked, LIMIT};
use setup::{Failure, Opened, command, folder, number, open};

fn main() -> Result<(), Failure> {
    let matches = command("index_alone", &[("take", "4000"), ("rounds", "5")]).get_matches();
    let Opened { mut conn, index, .. } = open(&matches)?;
    let (folder, rounds) = (folder(&matches), number(&matches, "rounds"));
    let mut read = |name| Asked::read_all(&folder.join(name), number(&matches, "take"), &index, &mut conn);
    let (now, past) = (read("now.txt")?, read("past.txt")?);
    let state = index.read();
    let of = |by_size: bool| {
        let is_by_size = |asked: &&Asked| matches!(asked.query.order(), Sort::Size | Sort::SizeDescending);
        let [now, past] =
            [&now, &past].map(|all| all.iter().filter(|asked| is_by_size(asked) == by_size).collect::<Vec<_>>());
        let times = |asked: &[&Asked], counted| measured(asked, &state, counted, rounds);
        Ok::<_, Failure>(json!({
            "questions": now.len(),
            "ids": {"now": times(&now, false)?, "past": times(&past, false)?},
            "total": {"now": times(&now, true)?, "past": times(&past, true)?},
        }))
    };
    let result = json!({
        "sqlite": SQLITE_VERSION.to_str()?,
        "answers": answers(&now, &state)?,
        "by_time": of(false)?,
        "by_size": of(true)?,
    });
    println!("{result:#}");
    Ok(())
}

/// How large the answers are.
fn answers(questions: &[Asked], state: &State) -> Result<Value, Failure> {
    let pages = questions.iter().map(|asked| asked.page(state, LIMIT, true)).collect::<Result<Vec<_>, Failure>>()?;
    let full = pages.iter().filter(|page| page.items.len() == LIMIT).count();
    let empty = pages.iter().filter(|page| page.items.is_empty()).count();
    let mut totals: Vec<usize> = pages.iter().filter_map(|page| page.total).collect();
    totals.sort_unstable();
    let percent = |count: usize| count * 100 / pages.len().max(1);
    Ok(json!({
        "full_percent": percent(full),
        "empty_percent": percent(empty),
        "median_total": totals.get(totals.len() / 2),
    }))
}

fn measured(questions: &[&Asked], state: &State, counted: bool, rounds: usize) -> Result<Value, Failure> {
    let ask = |asked: &&Asked| asked.page(state, LIMIT, counted).map(|page| drop(black_box(page)));
    // The first round is the warm-up.
    let all = (0..=rounds).map(|_| timing::round(questions, ask)).collect::<Result<Vec<_>, Failure>>()?;
    Ok(timing::told(&all[1..]))
}
