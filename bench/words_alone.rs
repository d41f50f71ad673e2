//! Times the search for words without server and store: `words_alone FOLDER`, with the lists of questions that `questions.rs`
//! draws. Each round begins as a server does that has just started: no word was looked up, so that the first question for one
//! reads it from the disk, or from what the operating system keeps of it. Prints JSON.

use std::hint::black_box;

use marchline::index::Index;
use marchline::text::shelf::Saved;
use marchline::text::written::Written;
use serde_json::{Value, json};

mod asked;
mod setup;
mod timing;

use asked::{Asked, LIMIT};
use setup::{Failure, Opened, command, folder, number, open};

fn main() -> Result<(), Failure> {
    let matches = command("words_alone", &[("take", "400"), ("rounds", "5")]).get_matches();
    let Opened { mut conn, index, words } = open(&matches)?;
    let saved = Saved::open(&words.ok_or("no folder of words is named")?)?.ok_or("no words are kept there")?;
    if saved.title.seq != index.head().seq {
        return Err("the words that are kept are not those of all operations".into());
    }
    let (folder, rounds) = (folder(&matches), number(&matches, "rounds"));
    let mut lists = serde_json::Map::new();
    for name in ["rare", "any", "best"] {
        let mut read = |name: String| Asked::read_all(&folder.join(name), number(&matches, "take"), &index, &mut conn);
        let (now, past) = (read(format!("{name}.txt"))?, read(format!("{name}-past.txt"))?);
        let times = |asked: &[Asked]| measured(asked, &index, &saved.written, rounds);
        forget(&index, &saved.written);
        let told = json!({"now": times(&now)?, "past": times(&past)?, "answers": answers(&now, &index)?});
        lists.insert(name.to_owned(), told);
    }
    println!("{:#}", Value::Object(lists));
    Ok(())
}

/// Lets what is written be all that is known of words.
fn forget(index: &Index, written: &Written) {
    let state = index.read();
    state.text.become_current(Some(written.clone()), Vec::new(), state.head);
}

fn measured(questions: &[Asked], index: &Index, written: &Written, rounds: usize) -> Result<Value, Failure> {
    let round = |_| {
        forget(index, written);
        let state = index.read();
        timing::round(questions, |asked| asked.page(&state, LIMIT, true).map(|page| drop(black_box(page))))
    };
    // The first round is the warm-up.
    let all = (0..=rounds).map(round).collect::<Result<Vec<_>, Failure>>()?;
    Ok(timing::told(&all[1..]))
}

/// How many events the questions find.
fn answers(questions: &[Asked], index: &Index) -> Result<Value, Failure> {
    let state = index.read();
    let total = |asked: &Asked| Ok(asked.page(&state, 1, true)?.total.unwrap_or_default());
    let mut totals = questions.iter().map(total).collect::<Result<Vec<usize>, Failure>>()?;
    totals.sort_unstable();
    Ok(json!({"questions": totals.len(), "median_total": totals.get(totals.len() / 2), "most": totals.last()}))
}
