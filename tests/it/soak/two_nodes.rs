//! Clients that write at once to two nodes of one database: nothing is done twice, and nothing is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::store::log;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::http::{Answer, send};
use crate::support::on_both_databases;
use crate::support::program::Served;
use crate::support::random::Random;
use crate::support::scribe::Scribe;
use crate::support::soak::{progress, times};
use crate::support::world::{World, event};

/// Clients that write at once, every other one to the second node.
const WRITERS: usize = 32;

/// Two servers, each of a process of its own, and one client of both.
struct Nodes {
    served: [Served; 2],
    clients: [Client; 2],
}

impl Nodes {
    fn start(world: &World) -> Self {
        let served = [(); 2].map(|()| Served::start(&world.database.url, &[]));
        let first = Client::at(&served[0].base, &world.database, &[Scope::Write]);
        let second = first.elsewhere(&served[1].base);
        Self { served, clients: [first, second] }
    }

    /// The client of the node that a writer writes to.
    fn client(&self, writer: usize) -> &Client {
        &self.clients[writer % 2]
    }

    /// The same from both nodes, as soon as they know all that is stored.
    fn read(&self, world: &World, target: &str) -> [Value; 2] {
        let mut conn = world.database.parsed().connect().expect("the database is there");
        let head = log::head(&mut conn).expect("a head").seq.to_string();
        [0, 1].map(|node| send(&self.served[node].base, "GET", target, &[("min-revision", &head)]).ok())
    }
}

on_both_databases! {
    fn one_key_sent_to_two_nodes_at_once_makes_one_event(world: World) {
        let world = world.with_source();
        let nodes = Nodes::start(&world);
        let rounds = times(6, 200);
        let mut made = BTreeSet::new();
        for round in 0..rounds {
            // All of them send the same, or every fourth, or two by two.
            let keys = [1, 4, 16][round % 3];
            let answers: Vec<(usize, Answer)> = thread::scope(|scope| {
                let send = |writer: usize| {
                    let title = format!("round {round}, {}", writer / 2 % keys);
                    let key = [("idempotency-key", title.as_str())];
                    nodes.client(writer).send_json("POST", "/v1/events", &key, &event(&title, json!({})))
                };
                let threads: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || send(writer))).collect();
                let answers = threads.into_iter().map(|thread| thread.join().expect("an answer"));
                answers.enumerate().map(|(writer, answer)| (writer / 2 % keys, answer)).collect()
            });
            let mut first: BTreeMap<usize, &Answer> = BTreeMap::new();
            for (key, answer) in &answers {
                let first = first.entry(*key).or_insert(answer);
                assert_eq!((answer.status, answer.header("location"), &answer.body),
                    (201, first.header("location"), &first.body));
            }
            assert_eq!(first.len(), keys);
            made.extend(first.values().map(|answer| answer.header("location").expect("a place")));
            progress(|| format!("round {} of {rounds}, {} events", round + 1, made.len()));
        }
        for list in nodes.read(&world, "/v1/events") {
            assert_eq!(list["page"]["total"], made.len());
        }
    }

    fn patches_of_many_clients_lose_no_update(world: World) {
        let world = world.with_source();
        let nodes = Nodes::start(&world);
        // Of all that try at once one succeeds, so that the work grows with their square.
        let (clients, rounds) = (times(32, 100), times(1, 20));
        for round in 1..=rounds {
            let place = nodes.clients[0].create("/v1/events", &event("Edited", json!({})));
            let created = nodes.read(&world, &place);
            assert_eq!(created[0], created[1]);
            thread::scope(|scope| {
                for number in 0..clients {
                    let (client, place) = (nodes.client(number), &place);
                    scope.spawn(move || while !add_issue(client, place, number) {});
                }
            });
            for document in nodes.read(&world, &place) {
                let issues = document["issues"].as_array().expect("a list").iter();
                let issues: BTreeSet<&str> = issues.map(|issue| issue.as_str().expect("a slug")).collect();
                assert_eq!((issues.len(), &document["revision"]), (clients, &json!(clients + 1)), "{issues:?}");
            }
            progress(|| format!("round {round} of {rounds}"));
        }
    }

    fn evidence_that_many_send_at_once_is_all_added(world: World) {
        let world = world.with_source();
        let nodes = Nodes::start(&world);
        let place = nodes.clients[0].create("/v1/events", &event("Much seen", json!({})));
        let (clients, target) = (times(64, 500), format!("{place}/evidence"));
        thread::scope(|scope| {
            for number in 0..clients {
                let (client, target) = (nodes.client(number), &target);
                scope.spawn(move || {
                    let evidence = json!({"source": {"id": "test-source"}, "field": "size", "value": number});
                    client.create(target, &evidence);
                });
            }
        });
        for document in nodes.read(&world, &format!("{place}?include=evidence")) {
            let values = document["evidence"].as_array().expect("a list").iter().map(|item| item["value"].as_u64());
            assert_eq!(values.collect::<BTreeSet<_>>(), (0..clients as u64).map(Some).collect());
        }
    }

    fn every_acknowledged_write_is_on_both_nodes(world: World) {
        let world = world.with_source();
        let shared = format!("/v1/events/{}", world.put(Resource::Event, event("Shared", json!({}))).id);
        let nodes = Nodes::start(&world);
        let bases = [0, 1].map(|node| nodes.served[node].base.as_str());
        let mut scribes = Scribe::team(WRITERS, bases[0], &world.database, &shared, &mut Random::new());
        scribes.iter_mut().step_by(2).for_each(|scribe| scribe.move_to(bases[1]));
        let rounds = times(1, 20);
        for round in 1..=rounds {
            thread::scope(|scope| {
                for scribe in &mut scribes {
                    scope.spawn(move || (0..3).for_each(|_| assert!(scribe.write(), "no answer")));
                }
            });
            progress(|| format!("round {round} of {rounds}"));
        }
        thread::scope(|scope| {
            for base in bases {
                let scribes = &scribes;
                scope.spawn(move || scribes.iter().for_each(|scribe| scribe.hold(0, base)));
            }
        });
        // The source, the shared event, and each request once.
        let operations = 2 + scribes.iter().map(Scribe::operations).sum::<usize>();
        for dataset in nodes.read(&world, "/v1") {
            assert_eq!(dataset["seq"], operations);
        }
        let lists = nodes.read(&world, "/v1/events?limit=500&sort=recorded&include=evidence");
        assert_eq!(lists[0]["data"], lists[1]["data"]);
    }
}

/// Adds an issue to an event of which any version may have been read. False where it has been changed since.
fn add_issue(client: &Client, place: &str, number: usize) -> bool {
    let (document, etag) = client.get(place);
    let mut issues = document["issues"].as_array().expect("a list").clone();
    issues.push(format!("issue-{number}").into());
    let answer = client.patch(place, &etag, &json!({"issues": issues}));
    assert!([200, 412].contains(&answer.status), "{}: {}", answer.status, answer.body);
    answer.status == 200
}
