//! Followers of two nodes while many write, nodes are killed and the database goes away: nothing that was acknowledged is lost,
//! nothing is missed, and nothing is told twice.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use marchline::domain::scope::Scope;
use marchline::node::clock::Clock;
use marchline::store::log;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::desk::{Desk, connect};
use crate::support::feed::{Kept, Stream, apply, ask, follow, seq};
use crate::support::http::{Answer, try_send};
use crate::support::on_both_databases;
use crate::support::postgres::Cluster;
use crate::support::program::Served;
use crate::support::receiver::{Message, Receiver};
use crate::support::soak::{is_long, progress, times};
use crate::support::world::{Backend, Database, World, event};

const WRITERS: usize = 32;

/// A version, by what whoever wrote it was answered, and by what whoever follows was told: operation, id and revision.
type Version = (i64, String, i64);

/// Two nodes, of which one may be gone for a while, and a database that may, too.
struct Nodes {
    served: [Mutex<Option<Served>>; 2],
    /// Where they listen, or listened.
    bases: [Mutex<String>; 2],
    is_over: AtomicBool,
    /// The last operation, once all is written.
    last: AtomicI64,
    /// Requests that were answered 503.
    unavailable: AtomicUsize,
    world: World,
    /// The server of PostgreSQL, which is there for this test alone.
    cluster: Mutex<Option<Cluster>>,
}

impl Nodes {
    fn on(backend: Backend) -> Self {
        let cluster = (backend == Backend::Postgres).then(Cluster::start);
        let database = cluster.as_ref().map_or_else(|| Database::new(backend), Database::of_cluster);
        let world = World::with_clock(database, Clock::system()).with_source();
        let served = [(); 2].map(|()| serve(&world));
        let bases = [0, 1].map(|node| Mutex::new(served[node].base.clone()));
        Self {
            served: served.map(|served| Mutex::new(Some(served))),
            bases,
            is_over: AtomicBool::new(false),
            last: AtomicI64::new(i64::MAX),
            unavailable: AtomicUsize::new(0),
            world,
            cluster: Mutex::new(cluster),
        }
    }

    fn base(&self, node: usize) -> String {
        self.bases[node % 2].lock().expect("no panic").clone()
    }

    fn seq(&self) -> i64 {
        self.world.node.index.head().seq
    }

    /// Kills these nodes, and starts others in their place.
    fn replace(&self, nodes: &[usize]) {
        let mut places: Vec<_> = nodes.iter().map(|node| self.served[*node].lock().expect("no panic")).collect();
        for place in &mut places {
            drop(place.take());
        }
        // Nobody waits until their leases end.
        connect(&self.world).batch_execute("UPDATE webhook SET lease_until = created_at").expect("the time has come");
        for (node, place) in nodes.iter().zip(&mut places) {
            let next = serve(&self.world);
            self.bases[*node].lock().expect("no panic").clone_from(&next.base);
            **place = Some(next);
        }
    }

    /// Lets the database crash and come back under the nodes, which must find it again by themselves. One that is a file cannot go
    /// away: there all nodes crash at once, which closes it.
    fn shake(&self, writer: &Client) {
        let mut cluster = self.cluster.lock().expect("no panic");
        let Some(cluster) = cluster.as_mut() else {
            return self.replace(&[0, 1]);
        };
        cluster.ask("stop");
        for node in [0, 1] {
            let client = writer.elsewhere(&self.base(node));
            let get = |target: &str| try_send(&self.base(node), "GET", target, &[]).expect("an answer");
            assert_eq!(get("/healthz").status, 200);
            assert_unavailable(&get("/readyz"));
            assert_unavailable(&client.post("/v1/events", &event("Nowhere", json!({}))));
            assert_unavailable(&client.send("GET", "/v1/changes?limit=7&after=1", &[]));
            assert_unavailable(&get("/v1/changes?limit=7&after=1"));
            // What is known without the database is told without it.
            assert_eq!(get("/v1/vocabulary").status, 200);
        }
        cluster.ask("start");
        for served in &self.served {
            let mut served = served.lock().expect("no panic");
            let Served { child, base, .. } = served.as_mut().expect("it runs");
            while try_send(base, "GET", "/readyz", &[]).expect("an answer").status != 200 {
                assert!(child.try_wait().expect("a child").is_none(), "the node has ended");
            }
        }
    }

    /// Writes to either node until it is over, and tells what was acknowledged; what fails is tried no more, and may have been
    /// written or not.
    fn write(&self, writer: &Client, number: usize) -> Vec<Version> {
        let (mut count, mut place, mut acknowledged) = (0, None::<String>, Vec::new());
        while !self.is_over.load(Ordering::Relaxed) {
            count += 1;
            let client = writer.elsewhere(&self.base(number + count / 7));
            let title = json!({"title": format!("{number}, {count}")});
            let is_vigil = count % 11 == 0;
            let answer = match &place {
                Some(place) if count % 5 > 0 && !is_vigil => {
                    client.try_send_json("PATCH", place, &[("if-match", "*")], &title)
                }
                _ => {
                    let kind = if is_vigil { "vigil" } else { "rally" };
                    client.try_send_json("POST", "/v1/events", &[], &event("New", json!({"type": kind})))
                }
            };
            let Ok(answer) = answer else { continue };
            if ![200, 201].contains(&answer.status) {
                assert_unavailable(&answer);
                self.unavailable.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            let document = answer.json();
            acknowledged.push((seq(&document), text(&document["id"]), number_of(&document["revision"])));
            place = answer.header("location").filter(|_| !is_vigil).or(place);
        }
        acknowledged
    }

    /// Follows by pages, each from another node, until the last operation.
    fn poll(&self, reader: &Client, number: usize) -> Followed {
        let (mut followed, mut target, mut turn) = (Followed::default(), "/v1/changes?limit=100".to_owned(), number);
        loop {
            turn += 1;
            let client = reader.elsewhere(&self.base(turn));
            let Ok(page) = client.try_get(&target) else { continue };
            if page.status != 200 {
                // The other node is ahead of this one, or the database is away.
                assert_unavailable(&page);
                continue;
            }
            let page = page.json();
            page["data"].as_array().expect("entries").iter().for_each(|entry| followed.take(entry));
            page["page"]["next"].as_str().expect("a path").clone_into(&mut target);
            if page["page"]["last_seq"].as_i64() >= Some(self.last.load(Ordering::Relaxed)) {
                return followed;
            }
        }
    }

    /// Follows by a stream, which it takes up again wherever it breaks off: as a browser does, which shows no key and never
    /// connects again once it was answered anything but a stream, or as another client.
    fn listen(&self, reader: &Client, number: usize) -> Followed {
        let (mut followed, mut place, mut turn) = (Followed::default(), "1.0".to_owned(), number);
        let is_browser = number.is_multiple_of(2);
        loop {
            turn += 1;
            let headers = [("last-event-id", place.as_str()), ("authorization", reader.authorization())];
            let shown = if is_browser { &headers[..1] } else { &headers };
            let mut stream = match Stream::open(&self.base(turn), "/v1/changes/stream?after=0", shown) {
                Ok(stream) => stream,
                Err(why) => {
                    let is_answer = why.starts_with(|first: char| first.is_ascii_digit());
                    assert!(!is_answer || !is_browser && why.starts_with("503"), "{why}");
                    continue;
                }
            };
            while let Ok(Some(sent)) = stream.block() {
                let Some(id) = sent.id.clone() else { continue };
                place = id;
                if sent.data.is_some() {
                    assert_eq!(sent.event, None);
                    let entry = sent.json();
                    let at = seq(&entry);
                    assert_eq!(place, format!("1.{at}"));
                    followed.take(&entry);
                    if at >= self.last.load(Ordering::Relaxed) {
                        return followed;
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

fn serve(world: &World) -> Served {
    Served::start(&world.database.url, &["--webhook-private", "on", "--webhook-retry", "1,86400"])
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

fn number_of(value: &Value) -> i64 {
    value.as_i64().expect("a number")
}

/// That somebody is told to come again, in the form in which all problems are told.
fn assert_unavailable(answer: &Answer) {
    let kind = answer.header("content-type");
    assert_eq!((answer.status, kind.as_deref()), (503, Some("application/problem+json")), "{}", answer.body);
    assert!(answer.header("retry-after").is_some(), "{}", answer.body);
}

/// What a follower was told.
#[derive(Default)]
struct Followed {
    seqs: Vec<i64>,
    versions: HashSet<Version>,
    /// What follows from it, by the last operation that all wait for.
    kept: Kept,
}

impl Followed {
    fn take(&mut self, entry: &Value) {
        self.seqs.push(seq(entry));
        for item in entry["items"].as_array().expect("items") {
            self.versions.insert((seq(entry), text(&item["id"]), number_of(&item["revision"])));
        }
        apply(&mut self.kept, entry);
    }
}

on_both_databases! {
    fn followers_of_two_nodes_miss_nothing(nodes: Nodes) {
        let (desk, receiver) = (Desk::of(&nodes.world), Receiver::new());
        let (webhook, _) = desk.subscribe(&receiver, json!({"filter": "type=vigil", "after": 0}));
        let base = nodes.base(0);
        let writer = Client::at(&base, &nodes.world.database, &[Scope::Write]);
        let reader = Client::at(&base, &nodes.world.database, &[Scope::ReadRestricted]);
        let begun = Instant::now();
        let duration = Duration::from_secs(if is_long() { 60 } else { 10 });
        let (acknowledged, followed) = thread::scope(|scope| {
            let (nodes, writer, reader) = (&nodes, &writer, &reader);
            let followers: Vec<_> = (0..times(2, 4)).flat_map(|number| [
                scope.spawn(move || nodes.poll(reader, number)),
                scope.spawn(move || nodes.listen(reader, number)),
            ]).collect();
            let writers: Vec<_> = (0..WRITERS).map(|number| scope.spawn(move || nodes.write(writer, number))).collect();
            for round in 0.. {
                let before = nodes.seq();
                if round == 1 {
                    nodes.shake(writer);
                } else {
                    nodes.replace(&[round % 2]);
                }
                // So much is written between two of them.
                while nodes.seq() < before + 30 {
                    thread::yield_now();
                }
                progress(|| format!("{} operations, {} kills", nodes.seq(), round + 1));
                if round >= 2 && begun.elapsed() > duration {
                    break;
                }
            }
            nodes.is_over.store(true, Ordering::Relaxed);
            let acknowledged: Vec<Version> =
                writers.into_iter().flat_map(|writer| writer.join().expect("a writer")).collect();
            // One more, which all wait for.
            writer.elsewhere(&nodes.base(0)).create("/v1/events", &event("Last", json!({"type": "vigil"})));
            let last = log::head(&mut connect(&nodes.world)).expect("a head").seq;
            nodes.last.store(last, Ordering::Relaxed);
            // Whoever has read it already is told by one more that it was the last.
            writer.elsewhere(&nodes.base(0)).create("/v1/events", &event("Behind the last", json!({})));
            let followed: Vec<Followed> =
                followers.into_iter().map(|follower| follower.join().expect("a follower")).collect();
            (acknowledged, followed)
        });
        let last = nodes.last.load(Ordering::Relaxed);
        let total = |at: i64| {
            ask(&nodes.base(1), &format!("/v1/events?limit=1&as_of={at}"), None).ok()["page"]["total"].clone()
        };
        for Followed { seqs, versions, kept } in &followed {
            // Some are told of the one behind it, too.
            let told = i64::try_from(seqs.len()).expect("a number");
            assert!([last, last + 1].contains(&told), "{told} of {last}");
            assert!(seqs.iter().copied().eq(1..=told), "{seqs:?}");
            assert_eq!(total(told), kept.keys().filter(|(resource, _)| resource == "event").count());
            let lost: Vec<_> = acknowledged.iter().filter(|version| !versions.contains(*version)).collect();
            assert!(lost.is_empty(), "{lost:?}");
        }
        desk.wait(&webhook, |webhook| webhook["position"].as_i64() >= Some(last));
        // A message whose answer was lost has come again.
        let mut seen = HashSet::new();
        let delivered: Vec<i64> =
            receiver.rest().iter().map(Message::seq).filter(|seq| seen.insert(*seq)).collect();
        let (vigils, _) = follow(&nodes.base(0), "type=vigil&limit=500", None);
        assert_eq!(delivered, vigils.iter().map(seq).collect::<Vec<_>>());
        let (told, unavailable) = (followed.len(), nodes.unavailable.load(Ordering::Relaxed));
        progress(|| format!(
            "{last} operations, {} acknowledged, {unavailable} answers of 503, {told} followers, {} messages, {:.0?}",
            acknowledged.len(), delivered.len(), begun.elapsed()
        ));
    }
}
