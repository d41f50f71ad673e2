//! Many writers and readers at once: numbers stay dense and in commit order, on one node, on two, and over processes.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use diesel::connection::SimpleConnection;
use marchline::domain::privacy::Clearance;
use marchline::domain::resource::Resource;
use marchline::index::saved::SavedIndex;
use marchline::node::clock::Clock;
use marchline::node::operation::{Command, Operation, Refusal};
use marchline::node::{Node, Start};
use marchline::store::check::check;
use marchline::store::connection::{AnyConnection, DatabaseUrl};
use marchline::store::log::{self, ChangeKind};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::http::{Answer, send};
use crate::support::on_both_databases;
use crate::support::program::{self, Served, write_lines};
use crate::support::random::{Generator, Random, line};
use crate::support::world::{Backend, Database, Running, World, because, event, serve};

fn put(resource: Resource, document: Value) -> Operation {
    Operation::one(Command::Put { resource, document })
}

/// Reads the log from its beginning until it is told to stop and nothing is left; tells how far it came.
fn follow(database: DatabaseUrl, stop: Arc<AtomicBool>, mut random: Random) -> JoinHandle<i64> {
    thread::spawn(move || {
        let mut conn = database.connect().expect("the database is there");
        let (mut reached, mut recorded_at) = (0, None);
        loop {
            // Asked before the log is read: what was written until then must all be there.
            let last_round = stop.load(Ordering::SeqCst);
            let batch = i64::try_from(random.between(1, 40)).expect("a small number");
            let changes = log::changes(&mut conn, reached, batch).expect("the log can be read");
            let done = changes.is_empty();
            for change in changes {
                // Every operation of these tests has one change at least, and all of one stand together.
                if change.seq != reached {
                    assert_eq!(change.seq, reached + 1, "a number is missing, late or out of order");
                    assert!(recorded_at < Some(change.recorded_at), "recorded_at does not increase at {}", change.seq);
                }
                (reached, recorded_at) = (change.seq, Some(change.recorded_at));
            }
            if last_round && done {
                return reached;
            }
        }
    })
}

/// Watches a node's index: it never goes back, and when it says so, it knows.
fn watch(node: &Node, stop: Arc<AtomicBool>) -> JoinHandle<i64> {
    let index = Arc::clone(&node.index);
    let mut heads = index.watch();
    thread::spawn(move || {
        let mut newest = *heads.borrow();
        while !stop.load(Ordering::SeqCst) {
            let head = *heads.borrow_and_update();
            assert!(head.seq >= newest.seq && (head.seq == newest.seq || head.recorded_at > newest.recorded_at));
            let state = index.read();
            assert!(state.head.seq >= head.seq);
            let kinds = [Resource::Actor, Resource::Location, Resource::Source, Resource::Campaign, Resource::Timeline];
            let others: usize = kinds.iter().map(|kind| state.entities.all(*kind, head.seq).count()).sum();
            let events = state.events.total(head.seq, Clearance::Public);
            // Each operation of these tests makes one new member.
            assert_eq!(i64::try_from(events).expect("a number") + i64::try_from(others).expect("a number"), head.seq);
            newest = head;
        }
        newest.seq
    })
}

fn import(database: &Database, file: &std::path::Path) -> Child {
    let file = file.to_str().expect("a name");
    let mut command = program::command(&database.url, &["import", "--format", "ndjson", file]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs")
}

/// So many processes import at once while others follow.
fn many_processes_write(world: &World, processes: usize, events_each: usize) {
    let database = &world.database;
    let mut random = Random::new();
    let shared = json!({"slug": "shared", "publisher": "The Shared", "kind": "news"});
    let mut ids = BTreeSet::new();
    let mut files = Vec::new();
    for file in 0..processes {
        let mut lines = vec![line(&(Resource::Source, shared.clone()))];
        for number in 0..events_each {
            let id = random.id().to_string();
            let mut document = event(&format!("{file} {number}"), json!({"id": id, "sources": [{"id": "shared"}]}));
            document["when"] = json!({"start": {"edtf": format!("2026-01-{:02}", random.between(1, 28))}});
            lines.push(line(&(Resource::Event, document)));
            ids.insert(id);
        }
        let path = database.dir().join(format!("{file}.ndjson"));
        write_lines(&path, lines);
        files.push(path);
    }
    let total = 1 + i64::try_from(ids.len()).expect("a number");
    let served = Served::start(&database.url, &[]);
    let stop = Arc::new(AtomicBool::new(false));
    let follower = follow(database.parsed(), Arc::clone(&stop), random.fork());
    let watcher = watch(&world.node, Arc::clone(&stop));
    let mut imports: Vec<Child> = files.iter().map(|file| import(database, file)).collect();
    // Meanwhile readers see a prefix of what there will be, each time a longer one.
    let mut seen = 0;
    while imports.iter_mut().any(|child| child.try_wait().expect("a child").is_none()) {
        let dataset = send(&served.base, "GET", "/v1", &[]).ok();
        let (seq, counts) =
            (dataset["seq"].as_i64().expect("a number"), dataset["counts"].as_object().expect("counts"));
        assert!(seq >= seen, "the server went back from {seen} to {seq}");
        // The public is told of the shared source as soon as an event names it: the second operation does.
        let told = if seq == 1 { 0 } else { seq };
        assert_eq!(counts.values().filter_map(Value::as_i64).sum::<i64>(), told);
        seen = seq;
    }
    let mut created = 0;
    for child in imports {
        let output = child.wait_with_output().expect("the import ends");
        let (words, log) = program::words(&output);
        // The shared source is new to one of them.
        let rest = ["unchanged 0", "unchanged 1"].map(|unchanged| format!(", corrected 0, {unchanged}, refused 0\n"));
        assert!(output.status.success() && rest.iter().any(|rest| words.ends_with(rest)), "{words}{log}");
        let number =
            words.trim_start_matches("created ").split(',').next().and_then(|number| number.parse::<i64>().ok());
        created += number.expect("a number");
    }
    assert_eq!(created, total);
    let min_revision = [("Min-Revision", total.to_string())];
    let min_revision: Vec<_> = min_revision.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for base in [served.base.as_str(), world.base()] {
        let mut found = BTreeSet::new();
        let mut target = "/v1/events?limit=150&sort=recorded".to_owned();
        let mut seqs = Vec::new();
        loop {
            let list = send(base, "GET", &target, &min_revision).ok();
            assert_eq!(list["page"]["total"], ids.len());
            for event in list["data"].as_array().expect("a list") {
                assert!(found.insert(event["id"].as_str().expect("an id").to_owned()), "{event} twice");
                assert_eq!(event["revision"], 1);
                seqs.push(event["seq"].as_i64().expect("a number"));
            }
            let Some(next) = list["page"]["next"].as_str() else {
                break;
            };
            target = format!("/v1/events?limit=150&sort=recorded&cursor={next}");
        }
        assert_eq!(found, ids);
        assert_eq!(seqs, (2..=total).collect::<Vec<_>>());
    }
    stop.store(true, Ordering::SeqCst);
    assert_eq!(follower.join().expect("the follower is content"), total);
    assert!(watcher.join().expect("the watcher is content") <= total);
    let output = program::run(&database.url, &["check"]);
    assert_eq!(program::words(&output).0, format!("{total} operations, {total} versions, 0 differences\n"));
}

/// A second node in this process, with a server.
pub struct Second {
    /// Where it answers.
    pub base: String,
    // Dropped in this order: the server stops before its node goes.
    _running: Running,
    pub node: Node,
}

impl Second {
    /// Starts it.
    pub fn start(database: &Database) -> Self {
        Self::with_file(database, None)
    }

    /// Starts it with a file that keeps the index.
    pub fn with_file(database: &Database, file: Option<&Path>) -> Self {
        let start = Start::new(database.parsed(), Clock::system()).expect("the database is there");
        let node = start.finish(file.map(SavedIndex::at)).expect("the node starts");
        let running = serve(&node.index, &node.lent, database);
        Self { base: running.base.clone(), _running: running, node }
    }

    fn put(&self, resource: Resource, document: Value) -> (Uuid, i64) {
        let outcome = self.node.writer().expect("a writer").submit_and_wait(put(resource, document)).expect("accepted");
        (outcome.done[0].id, outcome.seq.expect("a number"))
    }
}

/// GET on a node that has come as far as `seq`.
fn get_at_least(base: &str, target: &str, seq: i64) -> Answer {
    send(base, "GET", target, &[("Min-Revision", &seq.to_string())])
}

/// The operation that an accepted one got.
fn number(world: &World, operation: Operation) -> i64 {
    world.submit(operation).expect("accepted").seq.expect("a number")
}

#[test]
fn eight_processes_write_to_postgres_at_once() {
    many_processes_write(&World::on(Backend::Postgres), 8, 30);
}

#[test]
fn four_processes_write_to_sqlite_at_once() {
    many_processes_write(&World::on(Backend::Sqlite), 4, 30);
}

on_both_databases! {
    fn what_one_node_writes_the_other_shows(world: World) {
        let world = world.with_source();
        let second = Second::start(&world.database);
        for round in 0..10 {
            let (mine, theirs) = (json!({"slug": format!("mine-{round}"), "name": "Mine", "kind": "union"}), event("theirs", json!({})));
            let seq = number(&world, put(Resource::Actor, mine));
            let seen = get_at_least(&second.base, &format!("/v1/actors/mine-{round}"), seq).ok();
            assert_eq!(seen["seq"], seq);
            let (id, next) = second.put(Resource::Event, theirs);
            assert_eq!(next, seq + 1, "numbers are dense over nodes");
            assert_eq!(get_at_least(world.base(), &format!("/v1/events/{id}"), next).ok()["seq"], next);
        }
    }

    fn what_one_node_renames_the_other_calls_so(world: World) {
        let world = world.with_source();
        let second = Second::start(&world.database);
        let union = |name: &str| json!({"slug": "union", "name": name, "kind": "union"});
        let before = number(&world, put(Resource::Actor, union("Old")));
        let named = json!({"actors": [{"actor": {"id": "union"}, "role": "organizer"}]});
        // The second node's writer knows the actor although its index has not been asked to wait for it.
        let (id, at) = second.put(Resource::Event, event("rally", named));
        assert_eq!(at, before + 1);
        let seq = number(&world, put(Resource::Actor, union("New")));
        let name = |answer: Answer| answer.ok()["actors"][0]["actor"]["name"].clone();
        for base in [world.base(), &second.base] {
            assert_eq!(name(get_at_least(base, &format!("/v1/events/{id}"), seq)), "New");
            assert_eq!(name(get_at_least(base, &format!("/v1/events/{id}?as_of={at}"), seq)), "Old");
        }
        let etags = [world.base(), &second.base].map(|base| get_at_least(base, &format!("/v1/events/{id}"), seq).header("etag"));
        assert_eq!(etags[0], etags[1], "one version has one validator on every node");
    }

    fn one_slug_is_given_once_whatever_node_is_asked(world: World) {
        let second = Second::start(&world.database);
        let writers = [world.writer().clone(), second.node.writer().expect("a writer").clone()];
        for round in 0..10 {
            let attempts: Vec<_> = (0..8).map(|n| {
                let document = json!({"id": Uuid::now_v7(), "slug": format!("slug-{round}"), "name": "One", "kind": "union"});
                writers[n % 2].submit(put(Resource::Actor, document))
            }).collect();
            let outcomes: Vec<_> = attempts.into_iter().map(|answer| answer.blocking_recv().expect("an answer")).collect();
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
            let taken = |outcome: &Result<_, Refusal>| match outcome {
                Err(Refusal::Invalid(faults)) => faults.iter().any(|fault| fault.code == "slug_taken"),
                Err(_) => false,
                Ok(_) => true,
            };
            assert!(outcomes.iter().all(taken), "{outcomes:?}");
        }
        assert_eq!(world.node.index.head().seq, 10);
    }

    fn what_is_acknowledged_can_be_read_at_once(world: World) {
        let world = world.with_source();
        let base = world.base().to_owned();
        let threads: Vec<JoinHandle<Vec<i64>>> = (0..8).map(|thread| {
            let (writer, base) = (world.writer().clone(), base.clone());
            thread::spawn(move || (0..15).map(|number| {
                let title = format!("{thread} {number}");
                let outcome = writer.submit_and_wait(put(Resource::Event, event(&title, json!({})))).expect("accepted");
                let (seq, id) = (outcome.seq.expect("a number"), outcome.done[0].id);
                let answer = send(&base, "GET", &format!("/v1/events/{id}"), &[]);
                let revision = answer.header("dataset-revision").expect("a revision");
                let newest: i64 = revision.split_once('.').and_then(|(_, seq)| seq.parse().ok()).expect("epoch.seq");
                assert!(newest >= seq, "{revision} after {seq}");
                let document = answer.ok();
                assert_eq!((document["seq"].as_i64(), document["title"].as_str()), (Some(seq), Some(title.as_str())));
                // At its own number it is there, and just before it was not.
                assert_eq!(send(&base, "GET", &format!("/v1/events/{id}?as_of={seq}"), &[]).status, 200);
                assert_eq!(send(&base, "GET", &format!("/v1/events/{id}?as_of={}", seq - 1), &[]).status, 404);
                seq
            }).collect())
        }).collect();
        let mut seqs: Vec<i64> = threads.into_iter().flat_map(|thread| thread.join().expect("content")).collect();
        seqs.sort_unstable();
        assert_eq!(seqs, (2..=121).collect::<Vec<_>>());
    }

    fn a_refused_operation_within_a_group_leaves_no_trace_and_no_gap(world: World) {
        let world = world.with_source();
        let actor = |slug: &str| Command::Put { resource: Resource::Actor, document: json!({"slug": slug, "name": slug, "kind": "union"}) };
        let bad = Command::Put { resource: Resource::Event, document: event("bad", json!({"type": "riots"})) };
        let uses = |slug: &str| put(Resource::Event, event("uses", json!({"actors": [{"actor": {"id": slug}, "role": "target"}]})));
        let all = |commands: Vec<Command>| Operation { grounds: because("test"), ..Operation::of(commands) };
        // Queued together, so that the writer takes them into few groups.
        let mut operations: Vec<Operation> = (0..5).map(|n| all(vec![actor(&format!("good-{n}"))])).collect();
        operations.push(all(vec![actor("ghost"), bad]));
        operations.push(uses("ghost"));
        operations.push(uses("good-4"));
        operations.push(all(vec![actor("ghost")]));
        operations.push(uses("ghost"));
        let answers: Vec<_> = operations.into_iter().map(|operation| world.writer().submit(operation)).collect();
        let outcomes: Vec<_> = answers.into_iter().map(|answer| answer.blocking_recv().expect("an answer")).collect();
        let seqs: Vec<Option<i64>> = outcomes.iter().map(|outcome| outcome.as_ref().ok().and_then(|outcome| outcome.seq)).collect();
        let expected = [Some(2), Some(3), Some(4), Some(5), Some(6), None, None, Some(7), Some(8), Some(9)];
        assert_eq!(seqs, expected, "{outcomes:?}");
        let faults = |outcome: &Result<_, Refusal>| match outcome {
            Err(Refusal::Invalid(faults)) => faults.iter().map(|fault| (fault.pointer.clone(), fault.code)).collect::<Vec<_>>(),
            _ => vec![],
        };
        assert_eq!(faults(&outcomes[5]), [("/1/type".to_owned(), "unknown_code")]);
        assert_eq!(faults(&outcomes[6]), [("/actors/0/actor/id".to_owned(), "unknown_reference")]);
        let ghost = world.get("/v1/actors/ghost").ok();
        assert_eq!((ghost["revision"].as_i64(), ghost["seq"].as_i64()), (Some(1), Some(8)));
        let mut conn = world.database.parsed().connect().expect("the database is there");
        let findings = check(&mut conn).expect("it can be read");
        assert_eq!((findings.operations, findings.versions, findings.differences), (9, 9, vec![]));
    }

    fn an_operation_of_several_commands_is_one_number_or_nothing(world: World) {
        let world = world.with_source();
        let command = |resource, document| Command::Put { resource, document };
        let commands = |event_type: &str| vec![
            command(Resource::Location, json!({"slug": "town", "name": "Town", "kind": "locality"})),
            command(Resource::Actor, json!({"slug": "union", "name": "Union", "kind": "union"})),
            command(Resource::Event, event("rally", json!({"type": event_type, "places": [{"location": {"id": "town"}}],
                "actors": [{"actor": {"id": "union"}, "role": "organizer"}]}))),
        ];
        let operation = |commands| Operation::of(commands);
        assert!(matches!(world.submit(operation(commands("riots"))), Err(Refusal::Invalid(_))));
        let mut withdrawing = commands("rally");
        withdrawing.push(Command::Retract { resource: Resource::Event, id: Uuid::now_v7(), base: None });
        assert!(matches!(world.submit(operation(withdrawing)), Err(Refusal::NotFound(Resource::Event, _))));
        assert_eq!(world.get("/v1/locations/town").status, 404);
        assert_eq!(world.get("/v1").ok()["seq"], 1);
        let outcome = world.submit(operation(commands("rally"))).expect("accepted");
        assert_eq!((outcome.seq, outcome.done.len()), (Some(2), 3));
        let event = world.get(&format!("/v1/events/{}", outcome.done[2].id)).ok();
        for seq in [&event["seq"], &world.get("/v1/locations/town").ok()["seq"], &world.get("/v1/actors/union").ok()["seq"]] {
            assert_eq!(*seq, 2);
        }
        // Again, it changes nothing and gets no number, although it names no ids.
        let same = commands("rally")[..2].to_vec();
        assert_eq!(world.submit(operation(same)).expect("accepted").seq, None);
        assert_eq!(world.get("/v1").ok()["seq"], 2);
    }

    /// Whether that is allowed or not: the answer must say, and never be that the store failed.
    fn an_operation_that_names_a_member_twice_is_accepted_or_told_why_not(world: World) {
        let command = |name: &str| Command::Put { resource: Resource::Actor, document: json!({"slug": "union", "name": name, "kind": "union"}) };
        let operation = Operation::of(vec![command("One"), command("Two")]);
        match world.submit(operation) {
            Ok(outcome) => {
                assert_eq!(outcome.seq, Some(1));
                assert_eq!(world.get("/v1/actors/union").ok()["name"], "Two");
            }
            Err(Refusal::Invalid(faults)) => assert!(faults[0].pointer.starts_with("/1"), "{faults:?}"),
            Err(other) => panic!("{other:?}"),
        }
        let mut conn = world.database.parsed().connect().expect("the database is there");
        assert_eq!(check(&mut conn).expect("it can be read").differences, [""; 0]);
    }

    /// The test makes the database refuse what no check of ours refuses: a constraint that nobody knows of.
    fn what_the_database_refuses_takes_no_other_operation_with_it(world: World) {
        let world = world.with_source();
        let mut conn = world.database.parsed().connect().expect("the database is there");
        let constraint = match &conn {
            AnyConnection::Postgres(_) => "ALTER TABLE event_version ADD CONSTRAINT no_poison CHECK (title <> 'poison')",
            AnyConnection::Sqlite(_) => {
                "CREATE TRIGGER no_poison BEFORE INSERT ON event_version WHEN NEW.title = 'poison' \
                 BEGIN SELECT RAISE(ABORT, 'no'); END"
            }
        };
        conn.batch_execute(constraint).expect("the constraint is there");
        let title = |n: usize| if n == 30 { "poison".to_owned() } else { format!("event {n}") };
        let put = |n| Command::Put { resource: Resource::Event, document: event(&title(n), json!({})) };
        let answers: Vec<_> = (0..60).map(|n| world.writer().submit(Operation::one(put(n)))).collect();
        for (n, answer) in answers.into_iter().enumerate() {
            let answer = answer.blocking_recv().expect("an answer");
            assert_eq!(answer.is_ok(), n != 30, "{n}: {answer:?}");
        }
        assert_eq!(world.get("/v1/events").ok()["page"]["total"], 59);
        assert_eq!(check(&mut conn).expect("it can be read").differences, [""; 0]);
    }

    fn check_finds_nothing_wrong_while_others_write(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 5);
        let stop = Arc::new(AtomicBool::new(false));
        let (database, stopped) = (world.database.parsed(), Arc::clone(&stop));
        let checking = thread::spawn(move || {
            let mut conn = database.connect().expect("the database is there");
            let mut wrong = HashSet::new();
            while !stopped.load(Ordering::SeqCst) {
                wrong.extend(check(&mut conn).expect("it can be read").differences);
            }
            wrong
        });
        generator.live(&world, 150);
        stop.store(true, Ordering::SeqCst);
        assert_eq!(checking.join().expect("the check ends"), HashSet::new());
    }

    /// Readers ask while events are corrected and actors renamed: whatever they are given belongs to one moment.
    fn a_list_is_of_one_moment(world: World) {
        let world = world.with_source();
        let actors = json!([{"actor": {"id": "union"}, "role": "organizer"}]);
        let ids: Vec<Uuid> = (0..4).map(|_| Uuid::now_v7()).collect();
        let round = |n: usize| {
            let mut commands =
                vec![Command::Put { resource: Resource::Actor, document: json!({"slug": "union", "name": format!("{n}"), "kind": "union"}) }];
            commands.extend(ids.iter().map(|id| {
                let document = event(&n.to_string(), json!({"id": id, "actors": actors}));
                Command::Put { resource: Resource::Event, document }
            }));
            Operation::of(commands)
        };
        assert_eq!(number(&world, round(0)), 2);
        let (base, stop) = (world.base().to_owned(), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        let reading = thread::spawn(move || {
            let mut moments: HashMap<String, usize> = HashMap::new();
            while !stopped.load(Ordering::SeqCst) {
                let list = send(&base, "GET", "/v1/events", &[]).ok();
                let events = list["data"].as_array().expect("a list");
                let expected = (list["query"]["as_of"].as_i64().expect("a number") - 2).to_string();
                assert_eq!(events.len(), 4);
                for event in events {
                    assert_eq!((event["title"].as_str(), event["actors"][0]["actor"]["name"].as_str()), (Some(expected.as_str()), Some(expected.as_str())));
                }
                *moments.entry(expected).or_default() += 1;
            }
            moments.len()
        });
        for n in 1..60 {
            assert_eq!(number(&world, round(n)), i64::try_from(n).expect("a number") + 2);
        }
        stop.store(true, Ordering::SeqCst);
        assert!(reading.join().expect("the reader is content") > 0);
    }
}

on_both_databases! {
    fn what_one_operation_names_is_no_trouble_to_those_beside_it(world: World) {
        let world = world.with_source();
        let of = |ids: Vec<String>| -> Vec<Value> { ids.iter().map(|id| json!({"scheme": "x", "id": id})).collect() };
        let many: Vec<String> = (0..1_200).map(|n| format!("many-{n}")).collect();
        let documents = || [
            event("First", json!({"id": "019c1159-7000-7005-8000-00000000a001", "external_ids": of(vec!["1".into()])})),
            event("No text", json!({"external_ids": of(vec!["\u{0}".into()])})),
            event("Too many", json!({"external_ids": of(many.clone())})),
            event("Taken", json!({"external_ids": of(vec!["1".into()])})),
            event("Last", json!({"id": "019c1159-7000-7005-8000-00000000a002", "external_ids": of(vec!["2".into()])})),
        ];
        for expected in [Some(ChangeKind::Created), None] {
            let put = |document| Operation::one(Command::Put { resource: Resource::Event, document });
            let waiting = documents().map(|document| world.writer().submit(put(document)));
            let answers = waiting.map(|answer| answer.blocking_recv().expect("the writer answers"));
            let told = answers.map(|answer| match answer {
                Ok(outcome) => Ok(outcome.done[0].kind),
                Err(Refusal::Invalid(faults)) => Err(faults[0].code),
                Err(other) => panic!("{other}"),
            });
            let (text, many, taken) = (Err("control_character"), Err("too_many"), Err("external_id_taken"));
            assert_eq!(told, [Ok(expected), text, many, taken, Ok(expected)]);
        }
    }
}
