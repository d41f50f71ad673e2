//! Draws the questions that `bench/run` asks, the same for the same data and seed: `questions DATABASE_URL FOLDER`. Every
//! line of a file is a path with its query string, and no two are equal. Prints how many versions `neighbours.txt` shows.
//!
//! - `now.txt`: random filters, orders and, in every second one, a cursor at the place of an event;
//! - `past.txt`: line by line the same, asked at a moment of the past;
//! - `neighbours.txt`: pages that begin one item behind each other, in random order. Their number is large and that of the
//!   versions on them small, so they can all be in memory though no answer is asked for again for a while.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use clap::{Arg, Command, value_parser};
use fastrand::Rng;
use marchline::index::State;
use marchline::index::order::EventKey;
use marchline::query::cursor::Cursor;
use marchline::store::connection::AnyConnection;

mod asked;
mod draw;

use asked::{Asked, Failure, LIMIT, open};
use draw::{Drawn, World};

/// Pages that begin one item behind each other.
const NEIGHBOURS: usize = 20;
/// Questions drawn for one that is kept, before it is said that there are too few different ones.
const PATIENCE: usize = 50;

fn main() -> Result<(), Failure> {
    let number = |name, default| {
        let arg = Arg::new(name).long(name).value_name("NUMBER").default_value(default);
        arg.value_parser(value_parser!(u32))
    };
    let matches = Command::new("questions")
        .args([Arg::new("database").required(true), Arg::new("folder").required(true)])
        .args([number("seed", "1"), number("count", "1000"), number("neighbours", "1000")])
        .get_matches();
    let text = |name| matches.get_one::<String>(name).map_or("", String::as_str);
    let number = |name| matches.get_one::<u32>(name).copied().unwrap_or(1);
    let (mut conn, index) = open(text("database"))?;
    let state = index.read();
    let mut rng = Rng::with_seed(number("seed").into());
    let world = World::pick(&mut conn, &state, &mut rng)?;
    let mut drawing = Drawing { world, state: &state, conn, rng, shown: HashSet::new() };
    let folder = Path::new(text("folder"));
    let (now, past): (Vec<_>, Vec<_>) = drawing.pairs(number("count") as usize)?.into_iter().unzip();
    let neighbours = drawing.neighbours(number("neighbours") as usize)?;
    for (name, questions) in [("now.txt", now), ("past.txt", past), ("neighbours.txt", neighbours)] {
        let mut file = BufWriter::new(File::create(folder.join(name))?);
        questions.iter().try_for_each(|question| writeln!(file, "{}", path(question)))?;
        file.flush()?;
    }
    println!("{}", drawing.shown.len());
    Ok(())
}

struct Drawing<'a> {
    world: World<'a>,
    state: &'a State,
    conn: AnyConnection,
    rng: Rng,
    /// The versions on the pages of neighbours.
    shown: HashSet<i64>,
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
            let as_of = self.rng.i64(drawn.since..=self.state.head.seq);
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

    /// A question with a cursor at the place that an event has in its order, be that an answer or not.
    fn at_event(&mut self, question: &str, drawn: &Drawn, seq: i64, backward: bool) -> Result<String, Failure> {
        let sort = if drawn.sort.is_empty() { String::new() } else { format!("&sort={}", drawn.sort) };
        let alone = Asked::read(&format!("id={}&as_of={seq}{sort}", drawn.about), self.state, &mut self.conn)?;
        let page = alone.page(self.state, 1, false);
        let (key, _) = page.items.first().ok_or("an event of the log is not in the index")?;
        let asked = Asked::read(question, self.state, &mut self.conn)?;
        Ok(with(question, "cursor", cursor(&asked, self.state, key, backward)))
    }

    /// Pages beside one another.
    fn neighbours(&mut self, count: usize) -> Result<Vec<String>, Failure> {
        let mut questions = HashSet::new();
        let mut list = Vec::with_capacity(count);
        for _ in 0..count * PATIENCE {
            if list.len() >= count {
                break;
            }
            let drawn = self.world.draw(&mut self.rng);
            let asked = Asked::read(&drawn.text, self.state, &mut self.conn)?;
            if !questions.insert(drawn.text.clone()) {
                continue;
            }
            let page = asked.page(self.state, LIMIT + NEIGHBOURS, false);
            // The last item of the answer has no page behind it.
            let first = page.items.len().saturating_sub(usize::from(!page.has_next)).min(NEIGHBOURS);
            for (key, _) in &page.items[..first] {
                list.push(with(&drawn.text, "cursor", cursor(&asked, self.state, key, false)));
            }
            self.shown.extend(page.items.iter().skip(1).map(|(_, version)| version.version_no));
        }
        list.truncate(count);
        self.rng.shuffle(&mut list);
        enough(list, count)
    }
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
