//! Servers that are killed while clients write: what was acknowledged is there when they come back, and what was not can be
//! sent again and is done once.

use std::sync::mpsc::channel;
use std::thread;

use diesel::connection::SimpleConnection;
use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::store::connection::AnyConnection;
use marchline::store::log;
use serde_json::json;

use crate::support::client::Client;
use crate::support::on_both_databases;
use crate::support::program::{self, Served};
use crate::support::random::Random;
use crate::support::scribe::Scribe;
use crate::support::soak::{progress, times};
use crate::support::sql::words;
use crate::support::world::{World, event};

/// Clients that write at once.
const CLIENTS: usize = 4;

/// Has the database note under which settings each operation is written.
fn spy_on_writers(conn: &mut AnyConnection) {
    let statements = match conn {
        AnyConnection::Sqlite(_) => {
            "CREATE TABLE spy (word TEXT NOT NULL);
             CREATE TRIGGER spying AFTER INSERT ON operation BEGIN
                 INSERT INTO spy SELECT synchronous || ' ' || journal_mode FROM pragma_synchronous, pragma_journal_mode;
             END"
        }
        AnyConnection::Postgres(_) => {
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$;
             CREATE TABLE spy (word text NOT NULL);
             CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS $$
                 BEGIN INSERT INTO spy VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
             CREATE TRIGGER spying AFTER INSERT ON operation FOR EACH STATEMENT EXECUTE FUNCTION spy()"
        }
    };
    conn.batch_execute(statements).expect("the database notes it");
}

/// Lets the clients write, and kills the server (SIGKILL) at a random moment.
fn kill_under_load(served: Served, scribes: &mut [Scribe], random: &mut Random, conn: &mut AnyConnection) {
    let (target, patience) = (random.between(1, 30), random.below(60));
    let (tell, acknowledged) = channel();
    thread::scope(|scope| {
        for scribe in scribes {
            let tell = tell.clone();
            scope.spawn(move || {
                while scribe.write() {
                    tell.send(()).expect("the test waits");
                }
            });
        }
        acknowledged.iter().take(target).for_each(drop);
        // A moment more: an answer comes right behind a commit, and the server is to be killed in all it does.
        for _ in 0..patience {
            log::head(conn).expect("a head");
        }
        drop(served);
    });
}

on_both_databases! {
    fn what_was_acknowledged_outlives_a_killed_server(world: World) {
        let world = world.with_source();
        let database = &world.database;
        let shared = format!("/v1/events/{}", world.put(Resource::Event, event("Shared", json!({}))).id);
        let mut conn = database.parsed().connect().expect("the database is there");
        let mut random = Random::new();
        let mut served = Served::start(&database.url, &[]);
        let mut scribes = Scribe::team(CLIENTS, &served.base, database, &shared, &mut random);
        let kills = times(5, 50);
        let mut unanswered = 0;
        for kill in 1..=kills {
            let written: Vec<usize> = scribes.iter().map(Scribe::operations).collect();
            kill_under_load(served, &mut scribes, &mut random, &mut conn);
            served = Served::start(&database.url, &[]);
            for (scribe, first) in scribes.iter_mut().zip(written) {
                scribe.move_to(&served.base);
                unanswered += scribe.settle();
                scribe.hold(first, &served.base);
            }
            // The source, the shared event, and each request once.
            let operations = 2 + scribes.iter().map(Scribe::operations).sum::<usize>();
            let output = program::run(&database.url, &["check"]);
            let expected = format!("{operations} operations, {operations} versions, 0 differences\n");
            assert_eq!(program::words(&output).0, expected, "after kill {kill}");
            progress(|| format!("kill {kill} of {kills}, {operations} operations, {unanswered} sent again"));
        }
        for scribe in &scribes {
            scribe.hold(0, &served.base);
        }
        assert!(unanswered > 0, "no server was killed while it wrote: the test has missed its moments");
    }

    /// The node's own connection is asked, by a trigger; where the database's default is another than the program needs.
    fn a_server_waits_until_what_it_acknowledges_is_on_the_disk(world: World) {
        let mut conn = world.database.parsed().connect().expect("the database is there");
        spy_on_writers(&mut conn);
        let served = Served::start(&world.database.url, &[]);
        let client = Client::at(&served.base, &world.database, &[Scope::Write]);
        client.create("/v1/actors", &json!({"name": "A union", "kind": "union"}));
        let expected = if matches!(conn, AnyConnection::Sqlite(_)) { "2 wal" } else { "on" };
        assert_eq!(words(&mut conn, "SELECT word FROM spy"), [expected]);
    }
}
