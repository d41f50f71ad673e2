//! Draws the questions that `bench/run` asks, the same for the same data and seed: `questions FOLDER`. Every line of a file is
//! a path with its query string. Prints how many versions `neighbours.txt` shows.
//!
//! - `now.txt`: random filters, orders and, in every second one, a cursor at the place of an event; no two are equal;
//! - `past.txt`: line by line the same, asked at a moment of the past;
//! - `neighbours.txt`: pages that begin one item behind each other, in random order. Their number is large and that of the
//!   versions on them small, so they can all be in memory though no answer is asked for again for a while;
//! - `filters.txt`, `filters-past.txt`: random filters alone, by which events can be counted day by day;
//! - `rare.txt`, `any.txt`, `best.txt`, and `…-past.txt`: random words (see `draw_words.rs`);
//! - `plain.txt`: what every other server can be asked too.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use fastrand::Rng;
use marchline::index::State;
use marchline::index::order::EventKey;
use marchline::query::cursor::Cursor;
use marchline::store::connection::AnyConnection;

#[allow(dead_code, reason = "what is drawn is not read from files")]
mod asked;
mod draw;
mod draw_words;
mod setup;

use asked::{Asked, LIMIT};
use draw::{Drawn, World};
use draw_words::{Vocabulary, Wanted};
use setup::{Failure, Opened, command, folder, number, open};

/// Pages that begin one item behind each other.
const NEIGHBOURS: usize = 20;
/// Questions drawn for one that is kept, before it is said that there are too few different ones.
const PATIENCE: usize = 50;

/// The years in which events happen.
const EVENTS_BEGIN: i32 = 2000;
const EVENTS_END: i32 = 2026;

const NUMBERS: [(&str, &str); 6] = [
    ("seed", "1"),
    ("count", "1000"),
    ("neighbours", "1000"),
    ("filters", "1000"),
    ("words", "1000"),
    ("plain", "1000"),
];

fn main() -> Result<(), Failure> {
    let matches = command("questions", &NUMBERS).get_matches();
    let (folder, number) = (folder(&matches), |name| number(&matches, name));
    let Opened { conn, index, .. } = &mut open(&matches)?;
    let state = &*index.read();
    // One for each list, so that none depends on how many the others have.
    let mut seed = number("seed") as u64;
    let mut rng = || {
        seed += 1 << 32;
        Rng::with_seed(seed)
    };
    let world = &World::pick(conn, state, &mut rng())?;
    let mut drawing = Drawing { world, state, conn, rng: rng() };
    let (now, past): (Vec<_>, Vec<_>) = drawing.pairs(number("count"))?.into_iter().unzip();
    write(&folder, "now.txt", &now)?;
    write(&folder, "past.txt", &past)?;
    drawing.rng = rng();
    let (neighbours, shown) = drawing.neighbours(number("neighbours"))?;
    write(&folder, "neighbours.txt", &neighbours)?;
    drawing.rng = rng();
    let filters = drawing.filters(number("filters"))?;
    drawing.write_both(&folder, "filters", filters)?;
    let words = Vocabulary::of(world);
    for (name, wanted) in [("rare", Wanted::Rare), ("any", Wanted::Any), ("best", Wanted::Best)] {
        drawing.rng = rng();
        let drawn = (0..number("words")).map(|_| words.draw(&mut drawing.rng, wanted).ok_or("there are no such words"));
        let drawn = drawn.collect::<Result<Vec<_>, _>>()?;
        drawing.write_both(&folder, name, drawn)?;
    }
    let rng = &mut rng();
    let plain: Vec<String> = (0..number("plain")).map(|_| world.draw_plain(rng)).collect();
    write(&folder, "plain.txt", &plain)?;
    println!("{shown}");
    Ok(())
}

struct Drawing<'a> {
    world: &'a World<'a>,
    state: &'a State,
    conn: &'a mut AnyConnection,
    rng: Rng,
}

impl Drawing<'_> {
    /// Questions, each as it is asked now and at a moment of the past.
    fn pairs(&mut self, count: usize) -> Result<Vec<(String, String)>, Failure> {
        let (mut pairs, mut known) = (Vec::with_capacity(count), HashSet::new());
        for _ in 0..count * PATIENCE {
            if pairs.len() == count {
                break;
            }
            let drawn = self.world.draw(&mut self.rng);
            let as_of = self.moment_since(drawn.since);
            let (mut now, mut past) = (drawn.text.clone(), with(&drawn.text, "as_of", as_of));
            if self.rng.bool() {
                let backward = self.rng.u8(..5) == 0;
                now = self.at_event(&now, &drawn, self.state.head.seq, backward)?;
                past = self.at_event(&past, &drawn, as_of, backward)?;
            }
            if known.insert(now.clone()) {
                pairs.push((now, past));
            }
        }
        enough(pairs, count)
    }

    fn moment_since(&mut self, seq: i64) -> i64 {
        self.rng.i64(seq..=self.state.head.seq)
    }

    /// A question with a cursor at the place that an event has in its order, be that an answer or not.
    fn at_event(&mut self, question: &str, drawn: &Drawn, seq: i64, backward: bool) -> Result<String, Failure> {
        let sort = if drawn.sort.is_empty() { String::new() } else { format!("&sort={}", drawn.sort) };
        let alone = Asked::read(&format!("id={}&as_of={seq}{sort}", drawn.about), self.state, self.conn)?;
        let page = alone.page(self.state, 1, false)?;
        let (key, _) = page.items.first().ok_or("an event of the log is not in the index")?;
        let asked = Asked::read(question, self.state, self.conn)?;
        Ok(with(question, "cursor", cursor(&asked, self.state, key, backward)))
    }

    /// Pages beside one another, and how many versions are on them.
    fn neighbours(&mut self, count: usize) -> Result<(Vec<String>, usize), Failure> {
        let (mut questions, mut shown) = (HashSet::new(), HashSet::new());
        let mut list = Vec::with_capacity(count);
        for _ in 0..count * PATIENCE {
            if list.len() >= count {
                break;
            }
            let drawn = self.world.draw(&mut self.rng);
            let asked = Asked::read(&drawn.text, self.state, self.conn)?;
            if !questions.insert(drawn.text.clone()) {
                continue;
            }
            let page = asked.page(self.state, LIMIT + NEIGHBOURS, false)?;
            // The last item of the answer has no page behind it.
            let first = page.items.len().saturating_sub(usize::from(!page.has_next)).min(NEIGHBOURS);
            for (key, _) in &page.items[..first] {
                list.push(with(&drawn.text, "cursor", cursor(&asked, self.state, key, false)));
            }
            shown.extend(page.items.iter().skip(1).map(|(_, version)| version.version_no));
        }
        list.truncate(count);
        self.rng.shuffle(&mut list);
        Ok((enough(list, count)?, shown.len()))
    }

    /// Filters alone, each with the operation that wrote the event it was drawn around; no two are equal.
    fn filters(&mut self, count: usize) -> Result<Vec<(String, i64)>, Failure> {
        let (mut filters, mut known) = (Vec::with_capacity(count), HashSet::new());
        for _ in 0..count * PATIENCE {
            if filters.len() == count {
                break;
            }
            let Drawn { filters: text, since, .. } = self.world.draw(&mut self.rng);
            if !is_too_long(&text) && known.insert(text.clone()) {
                filters.push((text, since));
            }
        }
        enough(filters, count)
    }

    /// Writes a list as it is asked now, and at moments of the past.
    fn write_both(&mut self, folder: &Path, name: &str, list: Vec<(String, i64)>) -> Result<(), Failure> {
        let past: Vec<String> =
            list.iter().map(|(text, since)| with(text, "as_of", self.moment_since(*since))).collect();
        let now: Vec<String> = list.into_iter().map(|(text, _)| text).collect();
        write(folder, &format!("{name}.txt"), &now)?;
        write(folder, &format!("{name}-past.txt"), &past)
    }
}

/// Whether a window that is open on one side has more days than are counted at once: where it begins before all events, or ends
/// behind them.
fn is_too_long(filters: &str) -> bool {
    let year = |name: &str| {
        let edge = filters.split('&').find_map(|pair| pair.strip_prefix(name))?;
        edge.get(..4)?.parse::<i32>().ok()
    };
    match (year("from="), year("to=")) {
        (Some(from), None) => from < EVENTS_BEGIN,
        (None, Some(to)) => to > EVENTS_END,
        _ => false,
    }
}

fn write(folder: &Path, name: &str, questions: &[String]) -> Result<(), Failure> {
    let mut file = BufWriter::new(File::create(folder.join(name))?);
    questions.iter().try_for_each(|question| writeln!(file, "{}", path(question)))?;
    Ok(file.flush()?)
}

fn cursor(asked: &Asked, state: &State, key: &EventKey, backward: bool) -> String {
    Cursor { epoch: state.head.epoch, seq: asked.seq, question: asked.digest, backward, key: *key }.encode()
}

fn with(question: &str, name: &str, value: impl std::fmt::Display) -> String {
    let separator = if question.is_empty() { "" } else { "&" };
    format!("{question}{separator}{name}={value}")
}

fn path(question: &str) -> String {
    let separator = if question.is_empty() { "" } else { "?" };
    format!("/v1/events{separator}{question}")
}

fn enough<T>(list: Vec<T>, count: usize) -> Result<Vec<T>, Failure> {
    if list.len() < count { Err("the dataset is too small for so many different questions".into()) } else { Ok(list) }
}
