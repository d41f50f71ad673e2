//! Backups: made while others write, whole or not there, and restored into an epoch in which nothing answers from the lost
//! future.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::connection::SimpleConnection;
use marchline::domain::resource::Resource;
use marchline::store::restores::{self, JUMP, Restore};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::http::{Answer, send};
use crate::support::on_both_databases;
use crate::support::program::{Served, command, run, words, write_lines};
use crate::support::random::{Generator, Random, backend_of};
use crate::support::sql::number;
use crate::support::world::{Backend, Database, World, event};

/// Tells a thread to stop, also where the test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A database with synthetic events that nobody serves, and a folder.
struct Filled {
    backend: Backend,
    database: Database,
    folder: TempDir,
}

impl Filled {
    fn on(backend: Backend) -> Self {
        let database = Database::new(backend);
        good(&run(&database.url, &["generate", "--events", "20"]));
        Self { backend, database, folder: TempDir::new().expect("a temporary folder") }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("a 'backup'.file")
    }

    fn execute(&self, statement: &str) {
        let mut conn = self.database.parsed().connect().expect("the database is there");
        conn.batch_execute(statement).expect("the database does what it is told");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

/// What a command said that must succeed.
fn good(output: &Output) -> String {
    let (said, complained) = words(output);
    assert_eq!(output.status.code(), Some(0), "{said}{complained}");
    said
}

/// What a command complained about that must fail, in one line.
fn bad(output: &Output) -> String {
    let (said, complained) = words(output);
    assert_eq!((output.status.code(), said.as_str()), (Some(1), ""), "{complained}");
    assert_eq!(complained.lines().count(), 1, "{complained}");
    complained
}

fn back_up(url: &str, file: &Path, more: &[&str]) -> Output {
    run(url, &[&["backup", "--out", text(file)], more].concat())
}

fn restore(url: &str, file: &Path, more: &[&str]) -> Output {
    run(url, &[&["restore", text(file)], more].concat())
}

/// The backup's digest, which stands beside it.
fn beside(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}.sha256", text(file)))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

/// Whether there is nothing at all in a database that a backup was to be restored into.
fn is_untouched(database: &Database) -> bool {
    if database.url.starts_with("sqlite") {
        return names(database.dir()).is_empty();
    }
    let mut conn = database.parsed().connect().expect("the database is there");
    number(&mut conn, "SELECT count(*) AS number FROM pg_tables WHERE schemaname = 'public'") == 0
}

fn restores_of(database: &Database) -> Vec<(i64, i64, i64)> {
    let mut conn = database.parsed().connect().expect("the database is there");
    let restores = restores::all(&mut conn).expect("a table");
    restores.into_iter().map(|Restore { epoch, from_seq, to_seq, .. }| (epoch, from_seq, to_seq)).collect()
}

/// Changes a byte of a file.
fn flip(file: &Path, position: usize) {
    let mut bytes = fs::read(file).expect("the file is there");
    bytes[position] ^= 4;
    fs::write(file, bytes).expect("the file can be written");
}

on_both_databases! {
    fn a_backup_comes_back_as_it_was(filled: Filled) {
        let (url, file) = (&filled.database.url, filled.file());
        let before = good(&run(url, &["export"]));
        let said = good(&back_up(url, &file, &[]));
        assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);
        assert_eq!(names(filled.folder.path()), ["a 'backup'.file", "a 'backup'.file.sha256"]);
        let digest = fs::read_to_string(beside(&file)).expect("it is there");
        let (digest, name) = digest.trim_end().split_once("  ").expect("a digest and a name");
        assert!(said.ends_with(&format!("sha256 {digest}\n")) && name == "a 'backup'.file", "{said}");
        let bytes = fs::metadata(&file).expect("it is there").len();
        assert!(said.contains(&format!(" {bytes} bytes ")) && said.contains(" operations, "), "{said}");

        let restored = Database::new(filled.backend);
        let said = good(&restore(&restored.url, &file, &[]));
        let (epoch, from, to) = restores_of(&restored)[0];
        assert_eq!((epoch, to), (2, from + JUMP));
        assert!(said.contains(&format!("up to {from}; epoch 2 begins behind {to}")), "{said}");
        assert_eq!(good(&run(&restored.url, &["export"])), before);
        assert!(good(&run(&restored.url, &["check"])).ends_with(" 0 differences\n"));
        // It can be written to, and backed up, and so on.
        good(&run(&restored.url, &["generate", "--events", "3", "--seed", "7"]));
        good(&back_up(&restored.url, &file, &["--force"]));
        let again = Database::new(filled.backend);
        good(&restore(&again.url, &file, &[]));
        assert!(good(&run(&again.url, &["check"])).ends_with(" 0 differences\n"));
        assert_eq!(restores_of(&again).iter().map(|(epoch, ..)| *epoch).collect::<Vec<_>>(), [2, 3]);
    }

    fn a_backup_that_is_made_while_others_write_is_of_one_moment(world: World) {
        let world = world.with_source();
        let folder = TempDir::new().expect("a temporary folder");
        let (file, done) = (folder.path().join("backup"), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let writing = scope.spawn(|| {
                let mut written = 0;
                while !done.load(Ordering::SeqCst) {
                    world.put(Resource::Event, event(&format!("march {written}"), json!({})));
                    written += 1;
                }
            });
            let stop = Stop(&done);
            for _ in 0..3 {
                let before = world.node.index.head().seq;
                good(&back_up(&world.database.url, &file, &["--force"]));
                assert!(world.node.index.head().seq > before, "nobody wrote meanwhile");
            }
            drop(stop);
            writing.join().expect("all is written");
        });
        let restored = Database::new(backend_of(&world));
        good(&restore(&restored.url, &file, &[]));
        assert!(good(&run(&restored.url, &["check"])).ends_with(" 0 differences\n"));
        let (_, seq, _) = restores_of(&restored)[0];
        let served = Served::start(&restored.url, &[]);
        let now = send(&served.base, "GET", "/v1/events?limit=500", &[]).ok();
        let then = world.get(&format!("/v1/events?limit=500&as_of={seq}")).ok();
        assert_eq!((&now["data"], &now["page"]["total"]), (&then["data"], &then["page"]["total"]));
        // The first operation is the source's, and each of the others an event.
        assert_eq!(now["page"]["total"], seq - 1);
    }

    fn what_is_not_whole_is_not_restored(filled: Filled) {
        let file = filled.file();
        good(&back_up(&filled.database.url, &file, &[]));
        let whole = fs::read(&file).expect("it is there");
        let target = Database::new(filled.backend);
        let refused = || {
            let said = bad(&restore(&target.url, &file, &[]));
            assert!(said.contains(text(&file)) && is_untouched(&target), "{said}");
            said
        };
        let mut random = Random::new();
        for length in [whole.len() - 1, whole.len() / 2, 600, 16] {
            fs::write(&file, &whole[..length]).expect("it can be written");
            assert!(refused().contains("is damaged: its SHA-256 is "), "{length}");
        }
        for _ in 0..3 {
            fs::write(&file, &whole).expect("it can be written");
            flip(&file, 16 + random.below(whole.len() - 16));
            assert!(refused().contains("is damaged: its SHA-256 is "));
        }
        // Where there is no digest to compare it with, it is looked at.
        fs::remove_file(beside(&file)).expect("it is there");
        for length in [whole.len() / 2, 600, 16] {
            fs::write(&file, &whole[..length]).expect("it can be written");
            assert!(refused().contains("is damaged: "), "{length}");
        }
        for foreign in [&b""[..], b"hello", b"PK\x03\x04 and so on"] {
            fs::write(&file, foreign).expect("it can be written");
            assert!(refused().contains("is no backup of Marchline"));
        }
        fs::remove_file(&file).expect("it is there");
        refused();
        fs::write(&file, &whole).expect("it can be written");
        let output = restore(&target.url, &file, &[]);
        good(&output);
        assert!(words(&output).1.contains("no .sha256"), "{}", words(&output).1);
    }

    fn a_backup_of_something_else_is_not_restored(filled: Filled) {
        let target = Database::new(filled.backend);
        let refused = |file: &Path| {
            let said = bad(&restore(&target.url, file, &[]));
            assert!(is_untouched(&target), "{said}");
            said
        };
        let file = filled.file();
        // One that a later version has written to.
        filled.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')");
        good(&back_up(&filled.database.url, &file, &[]));
        assert!(refused(&file).contains("use a newer marchline"));
        // One of the other database.
        let other = if filled.backend == Backend::Sqlite { Backend::Postgres } else { Backend::Sqlite };
        let other = Filled::on(other);
        good(&back_up(&other.database.url, &other.file(), &[]));
        assert!(refused(&other.file()).contains("export and import"));
        // One that is none of Marchline's.
        let foreign = Database::new(filled.backend);
        foreign.parsed().connect().expect("a database").batch_execute("CREATE TABLE bird (name TEXT)").expect("a table");
        let said = bad(&back_up(&foreign.url, &file, &["--force"]));
        assert!(said.contains("no database of Marchline") || said.contains("does not exist"), "{said}");
        if filled.backend == Backend::Sqlite {
            let foreign = foreign.url.strip_prefix("sqlite://").expect("a file");
            assert!(refused(Path::new(foreign)).contains("is no backup of Marchline"));
        }
    }

    fn a_backup_of_an_older_program_is_brought_up_to_date(filled: Filled) {
        filled.execute("DROP TABLE restore; DELETE FROM __diesel_schema_migrations WHERE version = '0006'");
        good(&back_up(&filled.database.url, &filled.file(), &[]));
        let restored = Database::new(filled.backend);
        good(&restore(&restored.url, &filled.file(), &[]));
        assert_eq!(restores_of(&restored).len(), 1);
        assert!(good(&run(&restored.url, &["check"])).ends_with(" 0 differences\n"));
    }

    fn no_file_and_no_database_is_replaced_unasked(filled: Filled) {
        let (url, file) = (&filled.database.url, filled.file());
        fs::write(&file, "mine").expect("it can be written");
        assert!(bad(&back_up(url, &file, &[])).contains("--force"));
        assert_eq!(fs::read(&file).expect("it is there"), b"mine");
        good(&back_up(url, &file, &["--force"]));
        let before = good(&run(url, &["export"]));
        bad(&restore(url, &file, &[]));
        assert_eq!((good(&run(url, &["export"])), restores_of(&filled.database)), (before, vec![]));
        // One whose tables were made and that holds nothing can be restored into, where that takes no more than a rename.
        let empty = Database::new(filled.backend);
        good(&run(&empty.url, &["migrate"]));
        match filled.backend {
            Backend::Sqlite => drop(good(&restore(&empty.url, &file, &[]))),
            Backend::Postgres => {
                assert!(bad(&restore(&empty.url, &file, &[])).contains("holds tables already"));
                assert!(bad(&restore(&empty.url, &file, &["--force"])).contains("new database"));
            }
        }
    }

    fn a_killed_backup_leaves_no_file_by_that_name(filled: Filled) {
        let (url, file) = (&filled.database.url, filled.file());
        let new = PathBuf::from(format!("{}.new", text(&file)));
        for _ in 0..4 {
            let mut child = command(url, &["backup", "--out", text(&file)]).spawn().expect("the program runs");
            while !new.exists() && child.try_wait().expect("a child").is_none() {}
            child.kill().expect("it is ours");
            child.wait().expect("it ends");
            if file.exists() {
                // It was faster.
                good(&restore(&Database::new(filled.backend).url, &file, &[]));
                fs::remove_file(&file).expect("it is there");
            }
        }
        fs::write(&new, "what was left").expect("it can be written");
        good(&back_up(url, &file, &[]));
        assert!(!new.exists());
        good(&restore(&Database::new(filled.backend).url, &file, &[]));
    }

    fn nothing_answers_from_the_lost_future(world: World) {
        let mut life = Life::of(world);
        let first = life.lose_what_comes();
        life.tells_that_it_is_lost(&first);
        // The same again, with a backup of the epoch that has begun.
        let second = life.lose_what_comes();
        life.tells_that_it_is_lost(&second);
        life.tells_that_it_is_lost(&first);
        assert!(good(&run(&life.database.url, &["check"])).ends_with(" 0 differences\n"));
    }
}

/// What was given out in a future that is lost now.
struct Lost {
    /// The newest operation of the backup, and the title of the event then.
    kept: i64,
    title: Value,
    /// The newest operation of that future, and when it was recorded.
    newest: i64,
    recorded_at: String,
    /// Each with what it was given for.
    cursors: Vec<(String, String)>,
    etags: Vec<(String, String)>,
}

/// A database that is served, backed up and restored.
struct Life {
    served: Option<Served>,
    database: Database,
    backend: Backend,
    folder: TempDir,
    event: String,
    epoch: i64,
}

impl Life {
    fn of(world: World) -> Self {
        let world = world.with_source();
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 12);
        let event = world.put(Resource::Event, event("as it was", json!({}))).id.to_string();
        let (backend, folder) = (backend_of(&world), TempDir::new().expect("a temporary folder"));
        // What else there is of the world stops here.
        let database = world.database;
        let mut life = Self { served: None, database, backend, folder, event, epoch: 1 };
        life.serve();
        life
    }

    /// Serves with the index of the life before, and tells what the log says.
    fn serve(&mut self) -> String {
        let index = self.folder.path().join("index");
        self.served.insert(Served::start(&self.database.url, &["--index-file", text(&index)])).log.clone()
    }

    fn get(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        send(&self.served.as_ref().expect("it is served").base, "GET", target, headers)
    }

    /// Writes four operations, which another process applies.
    fn write(&self, title: &str) {
        let own = json!({"id": self.event, "type": "rally", "title": title, "sources": [{"id": "test-source"}]});
        let others = (0..3).map(|_| event(title, json!({})));
        let line = |document: Value| json!({"resource": "event", "document": document}).to_string();
        let file = self.folder.path().join("lines");
        write_lines(&file, [own].into_iter().chain(others).map(line));
        assert_eq!(
            good(&run(&self.database.url, &["import", "--format", "ndjson", text(&file)])),
            "created 3, corrected 1, unchanged 0, refused 0\n"
        );
    }

    fn newest(&self) -> i64 {
        let mut conn = self.database.parsed().connect().expect("the database is there");
        number(&mut conn, "SELECT seq AS number FROM dataset")
    }

    /// What shows the event.
    fn targets(&self) -> [String; 5] {
        let event = &self.event;
        [
            format!("/v1/events/{event}"),
            format!("/v1/events/{event}/revisions"),
            format!("/v1/events/{event}/links"),
            format!("/v1/events?id={event}"),
            "/v1/events".to_owned(),
        ]
    }

    /// Backs up, writes, restores, and writes something else instead.
    fn lose_what_comes(&mut self) -> Lost {
        let file = self.folder.path().join("backup");
        let (kept, own) = (self.newest(), format!("/v1/events/{}", self.event));
        let title = self.get(&own, &[]).ok()["title"].clone();
        good(&back_up(&self.database.url, &file, &["--force"]));
        self.write("lost");
        let newest = self.newest();
        let reached = newest.to_string();
        let answer = self.get(&own, &[("Min-Revision", &reached)]).ok();
        assert_eq!((&answer["title"], &answer["seq"]), (&json!("lost"), &json!(kept + 1)));
        let cursor = |list: &&str| {
            let next = self.get(list, &[]).ok()["page"]["next"].as_str().expect("more").to_owned();
            ((*list).to_owned(), next)
        };
        let lists = ["/v1/events?limit=3", "/v1/events?limit=3&sort=recorded", "/v1/actors?limit=3"];
        let etag = |target: &String| (target.clone(), self.get(target, &[]).header("etag").expect("a validator"));
        let lost = Lost {
            kept,
            title,
            newest,
            recorded_at: answer["recorded_at"].as_str().expect("an instant").to_owned(),
            cursors: lists.iter().map(cursor).collect(),
            etags: self.targets().iter().map(etag).collect(),
        };
        let served = self.served.take().expect("it is served");
        if self.backend == Backend::Sqlite {
            let said = bad(&restore(&self.database.url, &file, &["--force"]));
            assert!(said.contains("is in use"), "{said}");
        }
        assert_eq!(served.stop(), Some(0));
        match self.backend {
            Backend::Sqlite => drop(good(&restore(&self.database.url, &file, &["--force"]))),
            Backend::Postgres => {
                self.database = Database::new(Backend::Postgres);
                good(&restore(&self.database.url, &file, &[]));
            }
        }
        self.epoch += 1;
        assert_eq!(restores_of(&self.database).last(), Some(&(self.epoch, kept, kept + JUMP)));
        self.write(&format!("otherwise {}", self.epoch));
        let log = self.serve();
        assert!(log.contains("it is of another dataset, or of another epoch"), "{log}");
        lost
    }

    fn tells_that_it_is_lost(&self, lost: &Lost) {
        let own = &self.targets()[0];
        let revision = format!("{}.", self.epoch);
        let is_lost = |answer: Answer, parameter: &str, code: &str| {
            assert_eq!(answer.status, 410, "{}", answer.body);
            assert_eq!(answer.json()["code"], code);
            assert_eq!(answer.faults(), [(parameter.to_owned(), code.to_owned())]);
            assert!(answer.header("dataset-revision").is_some_and(|header| header.starts_with(&revision)));
        };
        for (seq, code) in [(lost.kept, 0), (lost.kept + 1, 2), (lost.kept + JUMP - 1, 2), (lost.kept + JUMP, 0)] {
            let output = run(&self.database.url, &["export", "--format", "csv", "--query", &format!("as_of={seq}")]);
            assert_eq!(output.status.code(), Some(code), "{:?}", words(&output));
        }
        for target in self.targets().iter().map(String::as_str).chain(["/v1", "/v1/actors", "/v1/events.geojson"]) {
            let separator = if target.contains('?') { '&' } else { '?' };
            let at = |moment: &str| self.get(&format!("{target}{separator}as_of={moment}"), &[]);
            for seq in [lost.kept + 1, lost.newest, lost.kept + JUMP - 1] {
                is_lost(at(&seq.to_string()), "as_of", "revision_lost");
                is_lost(self.get(target, &[("Min-Revision", &seq.to_string())]), "Min-Revision", "revision_lost");
            }
            for seq in [lost.kept, lost.kept + JUMP, lost.kept + JUMP + 1] {
                assert_eq!(at(&seq.to_string()).status, 200, "{target} at {seq}");
                assert_eq!(self.get(target, &[("Min-Revision", &seq.to_string())]).status, 200, "{target} at {seq}");
            }
            assert_eq!(at(&(self.newest() + 1).to_string()).faults()[0].1, "ahead_of_store");
        }
        // An instant names a time, and then only this was known that is known now.
        for moment in [lost.kept.to_string(), (lost.kept + JUMP).to_string(), lost.recorded_at.clone()] {
            assert_eq!(self.get(&format!("{own}?as_of={moment}"), &[]).ok()["title"], lost.title, "{moment}");
        }
        assert_eq!(self.get(own, &[]).ok()["title"], format!("otherwise {}", self.epoch));
        for (list, cursor) in &lost.cursors {
            is_lost(self.get(&format!("{list}&cursor={cursor}"), &[]), "cursor", "cursor_expired");
        }
        for (target, etag) in &lost.etags {
            assert_eq!(self.get(target, &[("If-None-Match", etag)]).status, 200, "{target}");
        }
    }
}

/// The numbers of a future that is lost are not given again where the database that had it is there to be asked.
#[test]
fn the_same_backup_can_be_restored_again() {
    let filled = Filled::on(Backend::Sqlite);
    let (url, file) = (&filled.database.url, filled.file());
    good(&back_up(url, &file, &[]));
    good(&restore(url, &file, &["--force"]));
    let (_, from, to) = restores_of(&filled.database)[0];
    good(&run(url, &["generate", "--events", "3", "--seed", "7"]));
    let mut conn = filled.database.parsed().connect().expect("the database is there");
    let newest = number(&mut conn, "SELECT seq AS number FROM dataset");
    drop(conn);
    assert!(newest > to);
    good(&restore(url, &file, &["--force"]));
    assert_eq!(restores_of(&filled.database), [(3, from, newest + JUMP)]);
    assert!(good(&run(url, &["check"])).ends_with(" 0 differences\n"));
}

/// A process that has opened the database before its file was replaced must not go on with a file that has no name.
#[test]
fn a_database_that_was_replaced_is_none_any_more() {
    let filled = Filled::on(Backend::Sqlite);
    let path = Path::new(filled.database.url.strip_prefix("sqlite://").expect("a file"));
    good(&back_up(&filled.database.url, &filled.file(), &[]));
    fs::set_permissions(path, fs::Permissions::from_mode(0o640)).expect("it is ours");
    let mut opened = fs::File::open(path).expect("it is there");
    good(&restore(&filled.database.url, &filled.file(), &["--force"]));
    let mut begin = [0; 16];
    opened.read_exact(&mut begin).expect("it is longer");
    assert_ne!(&begin, b"SQLite format 3\0");
    assert_eq!(fs::metadata(path).expect("it is there").permissions().mode() & 0o777, 0o640);
    // One that has another name still is what it was.
    let other = filled.folder.path().join("linked.db");
    fs::hard_link(path, &other).expect("one file system");
    good(&restore(&filled.database.url, &filled.file(), &["--force"]));
    assert!(good(&run(&format!("sqlite://{}", text(&other)), &["check"])).ends_with(" 0 differences\n"));
}

#[test]
fn a_backup_does_not_take_the_place_of_its_database() {
    let filled = Filled::on(Backend::Sqlite);
    let path = Path::new(filled.database.url.strip_prefix("sqlite://").expect("a file"));
    assert!(bad(&back_up(&filled.database.url, path, &["--force"])).contains("is the database itself"));
    let nowhere = Database::new(Backend::Sqlite);
    assert!(bad(&back_up(&nowhere.url, &filled.file(), &[])).contains("there is no "));
    assert_eq!((names(nowhere.dir()), names(filled.folder.path())), (vec![], vec![]));
}

#[test]
fn without_the_tools_of_postgres_it_is_said_which_are_needed() {
    let filled = Filled::on(Backend::Postgres);
    let folder = TempDir::new().expect("a temporary folder");
    let tools = ["--postgres-tools", text(folder.path())];
    let said = bad(&back_up(&filled.database.url, &filled.file(), &tools));
    assert!(said.contains("pg_dump and pg_restore are needed") && said.contains(text(folder.path())), "{said}");
    assert_eq!(names(filled.folder.path()), [""; 0]);
    good(&back_up(&filled.database.url, &filled.file(), &[]));
    let target = Database::new(Backend::Postgres);
    let said = bad(&restore(&target.url, &filled.file(), &tools));
    assert!(said.contains("pg_dump and pg_restore are needed") && is_untouched(&target), "{said}");
    // SQLite needs none.
    let filled = Filled::on(Backend::Sqlite);
    good(&back_up(&filled.database.url, &filled.file(), &tools));
}

#[test]
fn no_password_stands_in_the_arguments_of_a_tool() {
    let filled = Filled::on(Backend::Postgres);
    let folder = TempDir::new().expect("a temporary folder");
    let seen = folder.path().join("seen");
    for name in ["pg_dump", "pg_restore"] {
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = --version ] && echo '{name} (PostgreSQL) 17.0' && exit\n\
             echo \"$@\" PGPASSWORD=$PGPASSWORD >>'{}'\necho 'fails on purpose' >&2\nexit 1\n",
            text(&seen)
        );
        let program = folder.path().join(name);
        fs::write(&program, script).expect("it can be written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }
    let (scheme, rest) = filled.database.url.split_once("://").expect("a URL");
    let (user, place) = rest.split_once('@').expect("a user");
    let user = user.split(':').next().expect("a name");
    let url = format!("{scheme}://{user}:hunter%32@{place}");
    let said = bad(&back_up(&url, &filled.file(), &["--postgres-tools", text(folder.path())]));
    assert!(said.contains("fails on purpose") && !said.contains("hunter"), "{said}");
    let seen = fs::read_to_string(seen).expect("the tool was run");
    let (arguments, password) = seen.split_once(" PGPASSWORD=").expect("both");
    assert!(arguments.contains("--dbname") && !arguments.contains("hunter") && password == "hunter2\n", "{seen}");
    assert_eq!(names(filled.folder.path()), [""; 0]);
}
