//! Followers of two nodes while many write and nodes are killed: nothing is missed, and nothing is told twice.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use marchline::domain::scope::Scope;
use marchline::store::log;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::feed::{Kept, Stream, apply, ask, seq};
use crate::support::on_both_databases;
use crate::support::program::Served;
use crate::support::soak::{is_long, progress, times};
use crate::support::world::{World, event};

const WRITERS: usize = 8;

/// Two nodes, of which one may be gone for a while.
struct Nodes<'a> {
    world: &'a World,
    served: [Mutex<Option<Served>>; 2],
    /// Where they listen, or listened.
    bases: [Mutex<String>; 2],
    is_over: AtomicBool,
    /// The last operation, once all is written.
    last: AtomicI64,
}

impl<'a> Nodes<'a> {
    fn start(world: &'a World) -> Self {
        let served = [(); 2].map(|()| Served::start(&world.database.url, &[]));
        let bases = [0, 1].map(|node| Mutex::new(served[node].base.clone()));
        let served = served.map(|served| Mutex::new(Some(served)));
        Self { world, served, bases, is_over: AtomicBool::new(false), last: AtomicI64::new(i64::MAX) }
    }

    fn base(&self, node: usize) -> String {
        self.bases[node % 2].lock().expect("no panic").clone()
    }

    /// Kills a node and starts another one in its place.
    fn replace(&self, node: usize) {
        let mut served = self.served[node].lock().expect("no panic");
        drop(served.take());
        let next = Served::start(&self.world.database.url, &[]);
        self.bases[node].lock().expect("no panic").clone_from(&next.base);
        *served = Some(next);
    }

    /// Writes to either node until it is over; what fails is tried no more, and may have been written or not.
    fn write(&self, writer: &Client, number: usize) {
        let mut count = 0;
        let mut place: Option<String> = None;
        while !self.is_over.load(Ordering::Relaxed) {
            count += 1;
            let client = writer.elsewhere(&self.base(number + count / 7));
            let title = json!({"title": format!("{number}, {count}")});
            let answer = match &place {
                Some(place) if count % 5 > 0 => client.try_send_json("PATCH", place, &[("if-match", "*")], &title),
                _ => client.try_send_json("POST", "/v1/events", &[], &event("New", json!({}))),
            };
            place = answer.ok().and_then(|answer| answer.header("location")).or(place);
        }
    }

    /// Follows by pages, each from another node, until the last operation.
    fn poll(&self, reader: &Client, number: usize) -> Vec<Value> {
        let (mut entries, mut target, mut turn) = (Vec::new(), "/v1/changes?limit=20".to_owned(), number);
        loop {
            turn += 1;
            let client = reader.elsewhere(&self.base(turn));
            let Ok(page) = client.try_get(&target) else { continue };
            if page.status != 200 {
                // The other node is ahead of this one, for a moment.
                assert!([400, 503].contains(&page.status), "{}", page.body);
                continue;
            }
            let page = page.json();
            entries.extend(page["data"].as_array().expect("entries").iter().cloned());
            page["page"]["next"].as_str().expect("a path").clone_into(&mut target);
            if page["page"]["last_seq"].as_i64() >= Some(self.last.load(Ordering::Relaxed)) {
                return entries;
            }
        }
    }

    /// Follows by a stream, which it takes up again wherever it breaks off.
    fn listen(&self, reader: &Client, number: usize) -> Vec<Value> {
        let (mut entries, mut place, mut turn) = (Vec::new(), "1.0".to_owned(), number);
        loop {
            turn += 1;
            let headers = [("authorization", reader.authorization()), ("last-event-id", place.as_str())];
            let Ok(mut stream) = Stream::open(&self.base(turn), "/v1/changes/stream", &headers) else { continue };
            while let Ok(Some(sent)) = stream.block() {
                let Some(id) = sent.id.clone() else { continue };
                place = id;
                if sent.data.is_some() {
                    assert_eq!(sent.event, None);
                    let entry = sent.json();
                    let at = seq(&entry);
                    assert_eq!(place, format!("1.{at}"));
                    entries.push(entry);
                    if at >= self.last.load(Ordering::Relaxed) {
                        return entries;
                    }
                    // Now and then it breaks off by itself.
                    if at % 97 == 0 {
                        break;
                    }
                }
            }
        }
    }
}

on_both_databases! {
    fn followers_of_two_nodes_miss_nothing(world: World) {
        let world = world.with_source();
        let nodes = Nodes::start(&world);
        let base = nodes.base(0);
        let writer = Client::at(&base, &world.database, &[Scope::Write]);
        let reader = Client::at(&base, &world.database, &[Scope::ReadRestricted]);
        let followed: Vec<Vec<Value>> = thread::scope(|scope| {
            let (nodes, writer, reader) = (&nodes, &writer, &reader);
            let followers: Vec<_> = (0..times(2, 4)).flat_map(|number| [
                scope.spawn(move || nodes.poll(reader, number)),
                scope.spawn(move || nodes.listen(reader, number)),
            ]).collect();
            let writers: Vec<_> = (0..WRITERS).map(|number| scope.spawn(move || nodes.write(writer, number))).collect();
            let begun = Instant::now();
            for round in 0.. {
                let before = nodes.world.seq();
                nodes.replace(round % 2);
                // So much is written between two kills.
                while nodes.world.seq() < before + 30 {
                    thread::yield_now();
                }
                progress(|| format!("{} operations, {} kills", nodes.world.seq(), round + 1));
                if round >= 1 && (!is_long() || begun.elapsed() > Duration::from_mins(1)) {
                    break;
                }
            }
            nodes.is_over.store(true, Ordering::Relaxed);
            for writer in writers {
                writer.join().expect("a writer");
            }
            // One more, which all wait for: nothing is behind it.
            writer.elsewhere(&nodes.base(0)).create("/v1/events", &event("Last", json!({})));
            let mut conn = nodes.world.database.parsed().connect().expect("the database is there");
            nodes.last.store(log::head(&mut conn).expect("a head").seq, Ordering::Relaxed);
            // Whoever has read it already is told by one more that it was the last.
            writer.elsewhere(&nodes.base(0)).create("/v1/events", &event("Behind the last", json!({})));
            followers.into_iter().map(|follower| follower.join().expect("a follower")).collect()
        });
        let last = nodes.last.load(Ordering::Relaxed);
        let state = ask(&nodes.base(1), &format!("/v1/events?limit=1&as_of={last}"), None).ok();
        for entries in followed {
            let entries: Vec<&Value> = entries.iter().filter(|entry| seq(entry) <= last).collect();
            let told: Vec<i64> = entries.iter().map(|entry| seq(entry)).collect();
            assert_eq!(told, (1..=last).collect::<Vec<_>>());
            let mut kept = Kept::new();
            for entry in entries {
                apply(&mut kept, entry);
            }
            assert_eq!(state["page"]["total"], kept.keys().filter(|(resource, _)| resource == "event").count());
        }
    }
}
