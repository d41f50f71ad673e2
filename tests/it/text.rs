//! Words, phrases and names that events are found by.

use std::path::Path;

use diesel::connection::SimpleConnection;
use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::index::relevance::BEST;
use marchline::node::operation::{Command, Operation};
use marchline::text::compare::compare;
use marchline::text::index::MANY;
use marchline::text::shelf::{Saved, folder_beside};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::concurrency::Second;
use crate::support::client::Client;
use crate::support::http::send;
use crate::support::lists::{fault, faults, texts};
use crate::support::on_both_databases;
use crate::support::random::backend_of;
use crate::support::town;
use crate::support::world::{World, event};

fn q(text: &str) -> String {
    format!("q={}", utf8_percent_encode(text, NON_ALPHANUMERIC))
}

fn put(world: &World, title: &str, more: Value) {
    world.put(Resource::Event, event(title, more));
}

/// The titles of the events that match, in the order of their words.
fn found_with(world: &World, text: &str, more: &str) -> Vec<String> {
    let list = world.get(&format!("/v1/events?{}{more}", q(text))).ok();
    let mut titles = texts(&list, "/title");
    assert_eq!(list["page"]["total"], titles.len(), "{text}");
    titles.sort();
    titles
}

fn found(world: &World, text: &str) -> Vec<String> {
    found_with(world, text, "")
}

/// Events that have nothing to be found by, enough of them that what was written before is on disk.
fn bury(world: &World) {
    let filler = |n| event(&format!("Filler {n}"), json!({"type": "vigil"}));
    let put = |n| Command::Put { resource: Resource::Event, document: filler(n) };
    for first in (0..MANY + 10).step_by(100) {
        let commands = (first..(first + 100).min(MANY + 10)).map(put).collect();
        world.submit(Operation::of(commands)).expect("good documents");
    }
}

const NOBODY: [&str; 0] = [];

on_both_databases! {
    fn words_are_found_in_all_their_forms(world: World) {
        let world = world.with_town();
        put(&world, "Marcha por la inmigración", json!({"language": "es"}));
        put(&world, "A vigil", json!({"language": "es-MX", "summary": "Con INMIGRANTES de todo el país"}));
        put(&world, "March", json!({"language": "en", "translations": {"es": {"title": "Los inmigrantes marchan"}}}));
        put(&world, "Immigrants protest", json!({"language": "en", "demands": [
            {"summary": "against raids", "verbatim": ["Abolish ICE", "No más redadas"], "stance": "for"}]}));
        put(&world, "Die Straße", json!({"language": "de", "summary": "Äpfel und Birnen"}));
        put(&world, "Kein Wort", json!({"language": "de", "summary": "Ein Apfel"}));
        for round in ["in memory", "on disk"] {
            let all = ["A vigil", "Marcha por la inmigración", "March"];
            for text in ["inmigración", "inmigracion", "INMIGRANTES", "inmigrante"] {
                let mut all = all.to_vec();
                all.sort_unstable();
                assert_eq!(found(&world, text), all, "{text} {round}");
            }
            assert_eq!(found(&world, "immigration"), ["Immigrants protest"], "{round}");
            assert_eq!(found(&world, "protesting immigrants"), ["Immigrants protest"], "all words, {round}");
            assert_eq!(found(&world, "protesting vigils"), NOBODY, "{round}");
            assert_eq!(found(&world, "abolished redada"), ["Immigrants protest"], "demands and their words, {round}");
            assert_eq!(found(&world, "birne"), NOBODY, "no rules for German, {round}");
            assert_eq!(found(&world, "APFEL birnen"), ["Die Straße"], "{round}");
            assert_eq!(found(&world, "immig*"), ["Immigrants protest"], "{round}");
            assert_eq!(found(&world, "äpf*"), ["Die Straße", "Kein Wort"], "{round}");
            assert_eq!(found(&world, "inmigr* -vigil"), ["March", "Marcha por la inmigración"], "{round}");
            assert_eq!(found(&world, "-filler -inmigrante -apf*"), ["Immigrants protest"], "{round}");
            bury(&world);
        }
    }

    fn a_phrase_stands_in_one_text(world: World) {
        let world = world.with_town();
        put(&world, "No Kings!", json!({}));
        put(&world, "No more kings", json!({}));
        put(&world, "Kings? No", json!({"summary": "The king said no."}));
        put(&world, "We say no", json!({"summary": "Kings and crowns"}));
        put(&world, "O’Brien's anti-ICE rally", json!({}));
        for round in ["in memory", "on disk"] {
            assert_eq!(found(&world, "\"no kings\""), ["No Kings!"], "{round}");
            assert_eq!(found(&world, "no kings -\"no kings\""), ["Kings? No", "No more kings", "We say no"], "{round}");
            assert_eq!(found(&world, "“NO MORE KINGS”"), ["No more kings"], "{round}");
            assert_eq!(found(&world, "\"king\""), ["Kings? No"], "quoted words are in no other form, {round}");
            assert_eq!(found(&world, "anti-ice"), ["O’Brien's anti-ICE rally"], "{round}");
            assert_eq!(found(&world, "o'brien"), ["O’Brien's anti-ICE rally"], "{round}");
            assert_eq!(found(&world, "anti -ice"), NOBODY, "{round}");
            bury(&world);
        }
    }

    fn names_of_actors_and_places_are_searched_as_they_were(world: World) {
        let world = world.with_rally();
        assert_eq!(found(&world, "union"), ["A rally on the square"]);
        assert_eq!(found(&world, "unión rally"), ["A rally on the square"], "one word in a name, one in the title");
        assert_eq!(found(&world, "\"old union\""), ["A rally on the square"]);
        assert_eq!(found(&world, "\"union union\""), NOBODY, "a name and an alias are two texts");
        assert_eq!(found(&world, "uni* -square"), NOBODY, "the square is a place");
        assert_eq!(found(&world, "-union"), ["A vigil"]);
        let before = world.seq();
        let renamed = json!({"slug": "union", "name": "Workers’ League", "kind": "union"});
        world.put(Resource::Actor, renamed);
        assert_eq!(found(&world, "union"), NOBODY);
        assert_eq!(found(&world, "leagues"), ["A rally on the square"]);
        assert_eq!(found_with(&world, "union", &format!("&as_of={before}")), ["A rally on the square"]);
        assert_eq!(found_with(&world, "leagues", &format!("&as_of={before}")), NOBODY);
        let entries = world.get(&format!("/v1/changes?after={before}&q=leagues")).ok();
        let moved = &entries["data"][0]["items"][0];
        assert_eq!((&moved["id"], &moved["matched"]), (&json!(town::RALLY), &json!("entered")), "{entries}");
    }

    fn a_version_is_found_by_what_it_said(world: World) {
        let world = world.with_source();
        let id = town::RALLY;
        put(&world, "Before", json!({"id": id, "summary": "tambourines"}));
        let first = world.seq();
        put(&world, "Behind", json!({"id": id, "summary": "trumpets"}));
        for round in ["in memory", "on disk"] {
            assert_eq!(found(&world, "tambourine"), NOBODY, "{round}");
            assert_eq!(found(&world, "trumpet"), ["Behind"], "{round}");
            assert_eq!(found_with(&world, "tambourine", &format!("&as_of={first}")), ["Before"], "{round}");
            let feed = world.get("/v1/changes?after=0&q=trumpet").ok();
            assert_eq!(texts(&json!({"data": feed["data"][0]["items"]}), "/matched"), ["entered"], "{feed} {round}");
            bury(&world);
        }
    }

    fn what_counts_events_takes_words_too(world: World) {
        let world = world.with_source();
        put(&world, "A march of bakers", json!({"type": "march", "when": {"start": {"edtf": "2026-03-14"}}}));
        put(&world, "Bakers rally", json!({"when": {"start": {"edtf": "2026-03-15"}}}));
        put(&world, "Millers rally", json!({"when": {"start": {"edtf": "2026-03-15"}}}));
        let get = |target: &str| world.get(target).ok();
        assert_eq!(get("/v1/events/histogram?q=baker&interval=day")["total"], 2);
        assert_eq!(get("/v1/events/facets?q=baker&facet=type")["data"][0]["values"].as_array().map(Vec::len), Some(2));
        assert_eq!(get("/v1/events/extent?q=baker")["total"], 2);
        assert_eq!(get("/v1/events.geojson?q=baker")["features"].as_array().map(Vec::len), Some(2));
        assert_eq!(get("/v1/events?q=baker&type=march")["page"]["total"], 1);
        assert_eq!(get("/v1/events?q=baker")["query"]["q"], "baker");
        assert_eq!(get("/v1/events?q=a,b")["page"]["total"], 0, "one value, never split");
    }

    fn what_is_hidden_is_not_found(world: World) {
        let world = world.with_source();
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        let as_insider = |text: &str, more: &str| {
            let (list, _) = insider.get(&format!("/v1/events?{}{more}", q(text)));
            texts(&list, "/title")
        };
        let open = json!({"id": town::RALLY, "summary": "in the cellar of the bakery"});
        put(&world, "A secret meeting", open.clone());
        bury(&world);
        let first = world.seq();
        assert_eq!(found(&world, "cellar meetings"), ["A secret meeting"]);
        let mut covered = open;
        covered["privacy"] = json!({"place": "locality", "public_title": "A gathering", "public_summary": "somewhere"});
        put(&world, "A secret meeting", covered.clone());
        for round in ["in memory", "on disk"] {
            for at in [String::new(), format!("&as_of={first}")] {
                assert_eq!(found_with(&world, "cellar", &at), NOBODY, "{round} {at}");
                assert_eq!(found_with(&world, "\"the bakery\"", &at), NOBODY, "{round} {at}");
                assert_eq!(found_with(&world, "gathering somewhere", &at), ["A gathering"], "{round} {at}");
                assert_eq!(as_insider("cellar", &at), ["A secret meeting"], "{round} {at}");
                assert_eq!(as_insider("gathering", &at), NOBODY, "insiders read the whole, {round} {at}");
            }
            bury(&world);
        }
        covered["privacy"] = json!({"embargo": true});
        put(&world, "A secret meeting", covered);
        for round in ["in memory", "on disk"] {
            for at in [String::new(), format!("&as_of={first}")] {
                assert_eq!(found_with(&world, "gathering", &at), NOBODY, "{round} {at}");
                assert_eq!(found_with(&world, "cellar", &at), NOBODY, "{round} {at}");
                assert_eq!(found_with(&world, "\"the bakery\"", &at), NOBODY, "{round} {at}");
                assert_eq!(as_insider("cellar", &at), ["A secret meeting"], "{round} {at}");
            }
            bury(&world);
        }
    }

    fn titles_rank_above_summaries_and_rare_words_above_common_ones(world: World) {
        let world = world.with_source();
        put(&world, "In a summary", json!({"summary": "A lantern parade, lantern by lantern"}));
        put(&world, "A lantern", json!({"summary": "A parade"}));
        put(&world, "A parade", json!({"summary": "With a lantern"}));
        put(&world, "The lantern parade", json!({}));
        put(&world, "Another parade", json!({}));
        put(&world, "Later, in a summary", json!({"summary": "parade of lanterns"}));
        let at = world.seq();
        for round in ["in memory", "on disk"] {
            let list = world.get(&format!("/v1/events?q=parade+lantern&sort=relevance&as_of={at}")).ok();
            let best = ["The lantern parade", "A lantern", "A parade", "Later, in a summary", "In a summary"];
            assert_eq!(texts(&list, "/title"), best, "{round}");
            let list = world.get(&format!("/v1/events?q=lantern&sort=relevance&as_of={at}")).ok();
            let best = ["The lantern parade", "A lantern", "Later, in a summary", "A parade", "In a summary"];
            assert_eq!(texts(&list, "/title"), best, "{round}");
            bury(&world);
        }
    }

    fn pages_by_relevance_end_behind_the_best(world: World) {
        let world = world.with_source();
        let all = BEST + 3;
        for n in 0..all {
            put(&world, &format!("Vigil {n}"), json!({}));
        }
        let target = "/v1/events?q=vigil&sort=relevance&limit=7";
        let (mut page, mut met) = (world.get(target).ok(), Vec::new());
        loop {
            assert_eq!(page["page"]["total"], all);
            met.extend(texts(&page, "/title"));
            let Some(next) = page["page"]["next"].as_str().map(str::to_owned) else { break };
            put(&world, "Another vigil", json!({}));
            page = world.get(&format!("{target}&cursor={next}")).ok();
        }
        let newest: Vec<String> = (3..all).rev().map(|n| format!("Vigil {n}")).collect();
        assert_eq!(met, newest);
        let previous = page["page"]["previous"].as_str().expect("a cursor");
        let before = world.get(&format!("{target}&cursor={previous}")).ok();
        let end = met.len() - texts(&page, "/title").len();
        assert_eq!(texts(&before, "/title"), met[end - 7..end]);
        assert_eq!(faults(&world, "/v1/events?sort=relevance"), [fault("sort", "needs_words")]);
        assert_eq!(faults(&world, "/v1/events?sort=relevance&q=-vigil"), [fault("sort", "needs_words")]);
        assert_eq!(faults(&world, "/v1/events.geojson?sort=relevance&q=vigil"), [fault("sort", "unsupported_here")]);
    }

    fn what_cannot_be_meant_is_refused(world: World) {
        let world = world.with_source();
        for (text, code) in [
            ("\"no kings", "unbalanced_quotes"),
            ("\"\"", "no_words"),
            ("!?", "no_words"),
            ("-", "no_words"),
            ("a*", "prefix_too_short"),
            ("*", "prefix_too_short"),
            ("im*ig", "misplaced_star"),
            ("im**", "misplaced_star"),
            ("anti-ic*", "misplaced_star"),
            ("\"no kin*\"", "misplaced_star"),
        ] {
            assert_eq!(faults(&world, &format!("/v1/events?{}", q(text))), [fault("q", code)], "{text}");
        }
        let many: Vec<String> = (0..500).map(|n| format!("w{n}")).collect();
        let long = "x".repeat(5_000);
        assert_eq!(faults(&world, &format!("/v1/events?{}", q(&many[..100].join(" ")))), [fault("q", "too_many")]);
        assert_eq!(faults(&world, &format!("/v1/events?{}", q(&many.join(" ")))), [fault("q", "too_long")]);
        assert_eq!(faults(&world, &format!("/v1/events?{}", q(&long))), [fault("q", "too_long")]);
        assert_eq!(faults(&world, "/v1/events?q="), [fault("q", "empty")]);
        assert_eq!(faults(&world, "/v1/changes?after=0&q=%22"), [fault("q", "unbalanced_quotes")]);
        for text in ["| |", "a | b", "ea", "\u{301}\u{301}x", "北京", "مظاهرة", "--a", "a\"b\"c", "&&& || AND OR NOT", "title:x^2"] {
            let status = world.get(&format!("/v1/events?{}", q(text))).status;
            assert!([200, 400].contains(&status), "{text}: {status}");
        }
    }
}

/// The events that a node finds.
fn at(node: &Second, text: &str) -> Vec<String> {
    let list = send(&node.base, "GET", &format!("/v1/events?{}", q(text)), &[]).ok();
    texts(&list, "/title")
}

/// What `marchline check` says of the words in a folder, as soon as there are some.
fn checked(world: &World, folder: &Path) -> Vec<String> {
    while !folder.join("words/meta.json").exists() || Saved::open(folder).is_err() {}
    let mut conn = world.database.parsed().connect().expect("the database is there");
    compare(&mut conn, folder).expect("the database can be read")
}

/// Whether a word of a title is in the files of a folder, be it that of a row that is found no more.
fn is_written(folder: &Path, word: &str) -> bool {
    let index = tantivy::Index::open_in_dir(folder.join("words")).expect("a folder of words");
    let field = index.schema().get_field("title_plain").expect("titles");
    let term = tantivy::Term::from_field_text(field, word);
    let reader: tantivy::IndexReader = index.reader_builder().try_into().expect("it can be read");
    let has_word = |segment: &tantivy::SegmentReader| {
        let words = segment.inverted_index(field).expect("it can be read");
        words.get_term_info(&term).expect("it can be read").is_some()
    };
    reader.searcher().segment_readers().iter().any(has_word)
}

const NONE: [&str; 0] = [];

on_both_databases! {
    fn words_in_a_folder_are_used_again_unless_they_are_damaged(world: World) {
        let world = world.with_source();
        let file = world.database.dir().join("timeline.index");
        let folder = folder_beside(&file);
        put(&world, "Tambourines", json!({}));
        bury(&world);
        let node = Second::with_file(&world.database, Some(&file));
        assert_eq!(at(&node, "tambourine"), ["Tambourines"]);
        assert_eq!(checked(&world, &folder), NONE);
        let beside = Second::with_file(&world.database, Some(&file));
        assert_eq!(at(&beside, "tambourine"), ["Tambourines"], "who finds the folder taken keeps words in memory");
        drop(beside);
        drop(node);
        let written = || std::fs::read(folder.join("words/meta.json")).expect("it is there");
        let before = written();
        put(&world, "More tambourines", json!({}));
        let node = Second::with_file(&world.database, Some(&file));
        assert_eq!(at(&node, "tambourine").len(), 2, "what was written since is read from the log");
        assert_eq!(written(), before, "and the folder is as it was");
        drop(node);
        let damaged = std::fs::read_dir(folder.join("words")).expect("a folder").map(|entry| entry.expect("a file").path());
        let damaged = damaged.filter(|path| path.extension().is_some_and(|name| name == "idx"));
        for path in damaged {
            let mut bytes = std::fs::read(&path).expect("a file");
            bytes[0] ^= 1;
            std::fs::write(&path, bytes).expect("it can be written");
        }
        assert!(checked(&world, &folder)[0].ends_with("is damaged"));
        let node = Second::with_file(&world.database, Some(&file));
        assert_eq!(at(&node, "tambourine").len(), 2);
        assert_eq!(checked(&world, &folder), NONE, "it was written anew");
    }

    fn a_redacted_word_goes_from_the_folder_too(world: World) {
        let world = world.with_source();
        let admin = Client::of(&world, &[Scope::Admin]);
        let file = world.database.dir().join("timeline.index");
        let folder = folder_beside(&file);
        put(&world, "Tambourines of Jane", json!({"id": town::RALLY}));
        bury(&world);
        let node = Second::with_file(&world.database, Some(&file));
        assert_eq!(at(&node, "tambourine"), ["Tambourines of Jane"]);
        assert_eq!(checked(&world, &folder), NONE);
        assert!(is_written(&folder, "tambourines"), "the test means nothing");
        let done = admin.post(&format!("/v1/events/{}/redact", town::RALLY), &json!({"text": ["Tambourines"]}));
        let seq = done.ok()["seq"].as_i64().expect("a number");
        // The node hears of it, and lets go of the word when it comes to it.
        while Saved::open(&folder).is_ok_and(|saved| saved.is_none_or(|saved| saved.title.redacted < seq)) {}
        assert!(!is_written(&folder, "tambourines"));
        assert_eq!((at(&node, "tambourine"), at(&node, "jane")), (vec![], vec!["[redacted] of Jane".to_owned()]));
        drop(node);
        assert_eq!(checked(&world, &folder), NONE);
    }

    fn words_of_another_log_are_not_believed(world: World) {
        let world = world.with_source();
        let file = world.database.dir().join("timeline.index");
        let folder = folder_beside(&file);
        put(&world, "Tambourines", json!({}));
        bury(&world);
        let other = World::on(backend_of(&world)).with_source();
        put(&other, "Trumpets", json!({}));
        bury(&other);
        drop(Second::with_file(&world.database, Some(&file)));
        let node = Second::with_file(&other.database, Some(&file));
        assert_eq!((at(&node, "tambourine"), at(&node, "trumpet")), (vec![], vec!["Trumpets".to_owned()]));
        drop(node);
        assert!(checked(&world, &folder)[0].ends_with("they are of another dataset, or of another epoch"));
        assert_eq!(checked(&other, &folder), NONE);
        let mut conn = other.database.parsed().connect().expect("the database is there");
        let statement = "UPDATE document SET body = replace(body, 'Trumpets', 'Trombones')";
        conn.batch_execute(statement).expect("documents");
        assert!(checked(&other, &folder)[0].ends_with("has other words"));
    }
}
