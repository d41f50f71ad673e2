//! What Prometheus is told, and that the guide lists all of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Utc;
use diesel::connection::SimpleConnection;
use marchline::domain::resource::Resource;
use marchline::node::operation::{Command, Operation};
use marchline::store::connection::DatabaseUrl;
use marchline::text::index::MANY;
use serde_json::json;

use crate::support::ccc::{Shape, rows};
use crate::support::http::send_raw;
use crate::support::imports::import;
use crate::support::on_both_databases;
use crate::support::paths::RALLY;
use crate::support::postgres;
use crate::support::town::{VIGIL, id};
use crate::support::world::{Backend, World, event};

/// What the client would decompress is not there in an answer to HEAD.
const PLAIN: &[(&str, &str)] = &[("accept-encoding", "identity")];

type Labels = BTreeMap<String, String>;

/// One answer of `/metrics`, read line by line.
#[derive(Debug, Default)]
struct Scrape {
    /// Types by the names of families.
    types: BTreeMap<String, String>,
    helps: BTreeMap<String, String>,
    units: BTreeMap<String, String>,
    samples: Vec<(String, Labels, f64)>,
}

impl Scrape {
    fn of(world: &World) -> Self {
        let answer = world.get("/metrics");
        assert_eq!(answer.status, 200, "{}", answer.body);
        Self::read(&answer.body)
    }

    fn read(text: &str) -> Self {
        let lines = text.strip_suffix("# EOF\n").expect("the end is marked");
        let mut scrape = Self::default();
        for line in lines.lines() {
            if let Some(comment) = line.strip_prefix("# ") {
                let (keyword, rest) = comment.split_once(' ').expect("a keyword");
                let (name, value) = rest.split_once(' ').expect("a name and a value");
                let known = match keyword {
                    "TYPE" => &mut scrape.types,
                    "HELP" => &mut scrape.helps,
                    "UNIT" => &mut scrape.units,
                    _ => panic!("no line of OpenMetrics: {line}"),
                };
                assert_eq!(known.insert(name.to_owned(), value.to_owned()), None, "{line} is there twice");
                continue;
            }
            let (series, value) = line.rsplit_once(' ').expect("a value");
            let (name, labels) = match series.split_once('{') {
                Some((name, labels)) => (name, read_labels(labels.strip_suffix('}').expect("labels end"))),
                None => (series, Labels::new()),
            };
            let value = value.parse().unwrap_or_else(|error| panic!("{line}: {error}"));
            let twice = scrape.samples.iter().any(|(known, with, _)| known == name && *with == labels);
            assert!(!twice, "{series} is there twice");
            scrape.samples.push((name.to_owned(), labels, value));
        }
        scrape
    }

    /// The sum of a sample over all series that have these labels.
    fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |with: &Labels| labels.iter().all(|(key, value)| with.get(*key).is_some_and(|known| known == value));
        self.samples.iter().filter(|(known, with, _)| known == name && has(with)).map(|(.., value)| value).sum()
    }

    fn requests(&self, method: &str, route: &str, status: &str) -> f64 {
        let counted = [("method", method), ("route", route), ("status", status)];
        self.sum("marchline_http_requests_total", &counted)
    }

    /// The family that a sample belongs to, with its type.
    fn family(&self, sample: &str) -> (&str, &str) {
        let suffixes = ["", "_total", "_bucket", "_sum", "_count"];
        let mut names = suffixes.iter().filter_map(|suffix| sample.strip_suffix(suffix));
        let found = names.find_map(|name| self.types.get_key_value(name));
        found.map_or_else(|| panic!("{sample} has no type"), |(name, kind)| (name.as_str(), kind.as_str()))
    }

    /// Name, type and labels of everything, as the guide lists it.
    fn listed(&self) -> BTreeMap<String, (String, BTreeSet<String>)> {
        let mut listed: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
        for (sample, labels, _) in &self.samples {
            let (family, kind) = self.family(sample);
            let name = if kind == "counter" { sample } else { family };
            let entry = listed.entry(name.to_owned()).or_insert_with(|| (kind.to_owned(), BTreeSet::new()));
            entry.1.extend(labels.keys().filter(|label| *label != "le").cloned());
        }
        listed
    }

    /// Every value of a label.
    fn values(&self, label: &str) -> BTreeSet<&str> {
        self.samples.iter().filter_map(|(_, labels, _)| labels.get(label)).map(String::as_str).collect()
    }
}

/// `a="b",c="d"`; none of our values holds a quote or a comma.
fn read_labels(text: &str) -> Labels {
    let label = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or_else(|| panic!("no label: {pair}"));
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        (name.to_owned(), value.unwrap_or_else(|| panic!("not quoted: {pair}")).to_owned())
    };
    text.split(',').map(label).collect()
}

fn is_snake_case(name: &str) -> bool {
    name.split('_').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

/// The table of the guide.
fn guide() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operating.md")).expect("the guide");
    let lines = guide.lines().skip_while(|line| *line != "| Name | Type | Labels | Meaning |").skip(2);
    let row = |line: &str| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let code = |cell: &str| cell.trim_matches('`').to_owned();
        let labels = cells[2].split(", ").filter(|cell| !cell.is_empty()).map(code).collect();
        assert!(cells[3].len() > 10, "{line}");
        (code(cells[0]), (cells[1].to_owned(), labels))
    };
    lines.take_while(|line| line.starts_with('|')).map(row).collect()
}

on_both_databases! {
    fn requests_are_counted_by_route_and_status(world: World) {
        let world = world.founded();
        let etag = world.get("/v1/events").header("etag").expect("a validator");
        assert_eq!(world.get("/v1/events?type=rally&lang=es").status, 200);
        assert_eq!(world.get_with("/v1/events", &[("if-none-match", etag.as_str())]).status, 304);
        assert_eq!(world.get(RALLY).status, 200);
        assert_eq!(world.get("/v1/actors/nobody").status, 404);
        assert_eq!(world.send("DELETE", "/v1/actors", &[]).status, 405);
        assert_eq!(world.send("HEAD", "/v1/sources", PLAIN).status, 200);
        let scrape = Scrape::of(&world);
        let counted = [
            ("GET", "/v1/events", "200", 2.0), ("GET", "/v1/events", "304", 1.0), ("GET", "/v1/events/{id}", "200", 1.0),
            ("GET", "/v1/actors/{id}", "404", 1.0), ("DELETE", "/v1/actors", "405", 1.0), ("HEAD", "/v1/sources", "200", 1.0),
        ];
        for (method, route, status, times) in counted {
            assert_eq!(scrape.requests(method, route, status).to_string(), times.to_string(), "{method} {route} {status}");
        }
        let expected = counted.iter().map(|(.., times)| times).sum::<f64>().to_string();
        assert_eq!(scrape.sum("marchline_http_requests_total", &[]).to_string(), expected, "and nothing else");
        assert_eq!(scrape.sum("marchline_http_request_duration_seconds_count", &[]).to_string(), expected);
        let took = scrape.sum("marchline_http_request_duration_seconds_sum", &[]);
        assert!(took > 0.0 && took < 60.0, "{took} seconds");
        // The scrape itself is counted when the next one comes.
        assert_eq!(Scrape::of(&world).requests("GET", "/metrics", "200").to_string(), "1");
    }

    fn what_clients_make_up_is_no_label(world: World) {
        let world = world.founded();
        let before = Scrape::of(&world);
        for number in 0..20 {
            assert_eq!(world.get(&format!("/nowhere/{number}?secret={number}")).status, 404);
            assert_eq!(world.get(&format!("/v1/actors/made-up-{number}")).status, 404);
            send_raw(world.base(), format!("BREW{number} /v1/events HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes());
        }
        let answer = world.get("/metrics");
        let after = Scrape::read(&answer.body);
        assert_eq!(after.requests("GET", "-", "404").to_string(), "20");
        assert_eq!(after.requests("other", "/v1/events", "405").to_string(), "20");
        let routes: Vec<_> = after.values("route").difference(&before.values("route")).copied().collect();
        assert_eq!(routes, ["-", "/metrics", "/v1/actors/{id}", "/v1/events"]);
        assert_eq!(after.values("method").into_iter().collect::<Vec<_>>(), ["GET", "other"]);
        for hidden in ["nowhere", "secret", "made-up", "BREW", "127.0.0.1", "019c1159"] {
            assert!(!answer.body.contains(hidden), "{hidden} is told");
        }
    }

    fn the_index_and_the_writer_are_measured(world: World) {
        let world = world.founded();
        world.load_founding();
        world.refused(Resource::Actor, json!({"slug": "nameless"}));
        let scrape = Scrape::of(&world);
        let operations = |outcome: &str| scrape.sum("marchline_writer_operations_total", &[("outcome", outcome)]).to_string();
        assert_eq!(["accepted", "unchanged", "refused", "failed"].map(operations), ["42", "42", "1", "0"]);
        let is = |name: &str, labels: &[(&str, &str)]| scrape.sum(&format!("marchline_{name}"), labels).to_string();
        assert_eq!(is("writer_group_operations_sum", &[]), "85", "each in one transaction");
        assert_eq!(is("writer_group_operations_count", &[]), is("writer_group_duration_seconds_count", &[]));
        assert_eq!((is("writer_queue_operations", &[]), is("log_lag_operations", &[])), ("0".to_owned(), "0".to_owned()));
        assert_eq!((is("index_events", &[]), is("index_event_versions", &[])), ("13".to_owned(), "13".to_owned()));
        assert_eq!(is("index_seq", &[]), world.seq().to_string());
        for resource in Resource::ALL.iter().filter(|resource| resource.has_slug()) {
            let total = world.get(&format!("/v1/{resource}s?limit=1")).ok()["page"]["total"].to_string();
            assert_eq!(is("index_entities", &[("resource", resource.code())]), total, "{resource}");
        }
        // The world's server has one worker.
        assert_eq!((is("reader_connections", &[]), is("reader_reconnects_total", &[])), ("1".to_owned(), "0".to_owned()));
        assert_eq!(is("build_info", &[("version", env!("CARGO_PKG_VERSION"))]), "1");
    }

    fn the_gauges_follow_what_is_written(world: World) {
        let world = world.with_rally();
        let seen = |world: &World| {
            let scrape = Scrape::of(world);
            ["index_events", "index_event_versions", "index_seq", "log_lag_operations"]
                .map(|name| scrape.sum(&format!("marchline_{name}"), &[]).to_string())
        };
        let seq = world.seq();
        assert_eq!(seen(&world), ["2".to_owned(), "2".to_owned(), seq.to_string(), "0".to_owned()]);
        world.retract(Resource::Event, id(VIGIL), "It was none.");
        assert_eq!(seen(&world), ["1".to_owned(), "3".to_owned(), (seq + 1).to_string(), "0".to_owned()]);
    }

    fn what_nobody_is_told_of_is_not_counted(world: World) {
        let counted = || Scrape::of(&world).sum("marchline_index_entities", &[("resource", "actor")]).to_string();
        let actor = |name: &str| Command::Put { resource: Resource::Actor, document: json!({"name": name, "kind": "union"}) };
        let hidden = Operation { openly: false, ..Operation::one(actor("Hidden")) };
        world.submit(hidden).expect("a good document");
        assert_eq!(counted(), "0");
        world.submit(Operation::one(actor("Known"))).expect("a good document");
        assert_eq!(counted(), "1");
    }

    fn the_words_of_events_are_measured(world: World) {
        let world = world.with_rally();
        assert_eq!(world.get("/v1/events?q=rally").ok()["page"]["total"], 1, "words are gathered when they are asked for");
        let seen = |name: &str| Scrape::of(&world).sum(&format!("marchline_text_{name}"), &[]);
        let zero = |name: &str| assert_eq!(seen(name).to_string(), "0", "{name}");
        assert_eq!((seen("written_rows") + seen("recent_rows")).to_string(), "2", "a row a version");
        zero("lag_operations");
        let filler = |n| Command::Put { resource: Resource::Event, document: event(&format!("Filler {n}"), json!({})) };
        world.submit(Operation::of((0..MANY).map(filler).collect())).expect("good documents");
        while seen("recent_rows") > 0.0 {
            std::thread::yield_now();
        }
        assert_eq!(seen("written_rows").to_string(), (2 + MANY).to_string());
        assert!(seen("segments") >= 1.0 && seen("written_bytes") > 100.0);
        zero("lag_operations");
    }

    fn imports_tell_how_far_they_are(world: World) {
        let seen = |world: &World, format: &str| {
            let scrape = Scrape::of(world);
            ["records", "read_bytes", "file_bytes", "told_timestamp_seconds"]
                .map(|name| scrape.sum(&format!("marchline_import_{name}"), &[("format", format)]).to_string())
        };
        for format in ["ccc", "ndjson"] {
            assert_eq!(seen(&world, format), ["0"; 4], "{format}");
        }
        let file = rows(8, 30, Shape::Phase3);
        import(&world, &file, &["--dry-run"]);
        assert_eq!(seen(&world, "ccc"), ["0"; 4], "a dry run writes nothing");
        let before = Utc::now().timestamp();
        import(&world, &file, &[]);
        let [records, read, all, told] = seen(&world, "ccc");
        let bytes = file.text.len().to_string();
        assert_eq!((records, &read, &all), (file.events.to_string(), &bytes, &bytes));
        let told: i64 = told.parse().expect("whole seconds");
        assert!((before..=Utc::now().timestamp()).contains(&told), "{told}");
        assert_eq!(seen(&world, "ndjson"), ["0"; 4]);
    }

    fn every_metric_is_in_the_guide_and_nothing_else(world: World) {
        world.get("/v1");
        assert_eq!(Scrape::of(&world).listed(), guide(), "docs/operating.md");
    }

    fn names_follow_the_conventions(world: World) {
        world.get("/v1");
        let scrape = Scrape::of(&world);
        let families: BTreeSet<_> = scrape.types.keys().collect();
        assert_eq!(scrape.helps.keys().collect::<BTreeSet<_>>(), families, "all have words");
        for (name, kind) in &scrape.types {
            assert!(name.starts_with("marchline_") && is_snake_case(name), "{name}");
            assert!(["counter", "gauge", "histogram"].contains(&kind.as_str()), "{name}: {kind}");
            assert!(!name.ends_with("_total"), "{name}: the type says it");
            for unit in ["_milliseconds", "_ms", "_millis", "_minutes", "_kilobytes", "_kb", "_mb", "_percent"] {
                assert!(!name.ends_with(unit), "{name} is in no base unit");
            }
            assert!(kind != "histogram" || name.ends_with("_seconds") || name.ends_with("_operations"), "{name} has no unit");
            assert_eq!(scrape.units.contains_key(name), name.ends_with("_seconds") || name.ends_with("_bytes"), "{name}");
        }
        for (name, unit) in &scrape.units {
            assert!(name.ends_with(&format!("_{unit}")), "{name} {unit}");
        }
        for (sample, labels, value) in &scrape.samples {
            let (family, kind) = scrape.family(sample);
            assert_eq!(*sample == format!("{family}_total"), kind == "counter", "{sample}");
            assert!(labels.keys().all(|label| is_snake_case(label)), "{sample}: {labels:?}");
            assert!(value.is_finite() && *value >= 0.0, "{sample} {value}");
        }
    }

    fn buckets_add_up(world: World) {
        let world = world.founded();
        world.get("/v1/events");
        let scrape = Scrape::of(&world);
        let mut series: BTreeMap<(String, Labels), Vec<(f64, f64)>> = BTreeMap::new();
        for (sample, labels, value) in &scrape.samples {
            if let Some(family) = sample.strip_suffix("_bucket") {
                let mut labels = labels.clone();
                let bound = labels.remove("le").expect("a bound").replace('+', "").parse().expect("a number");
                series.entry((family.to_owned(), labels)).or_default().push((bound, *value));
            }
        }
        assert_eq!(series.len(), 3, "requests, the size of groups, and their time");
        for ((family, labels), buckets) in series {
            assert!(buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{family} {labels:?}: {buckets:?}");
            let labels: Vec<_> = labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let last = buckets.last().expect("buckets");
            let count = scrape.sum(&format!("{family}_count"), &labels);
            assert!(last.0.is_infinite() && count > 0.0 && last.1.to_string() == count.to_string(), "{family}: {last:?} {count}");
        }
    }

    fn the_form_is_open_metrics_or_plain_text(world: World) {
        let open = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        let plain = "text/plain; version=0.0.4; charset=utf-8";
        let prometheus = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.1";
        for (accept, form) in [("*/*", open), (prometheus, open), ("text/plain", plain), ("text/*;q=0.5", plain)] {
            let answer = world.get_with("/metrics", &[("accept", accept)]);
            assert_eq!((answer.status, answer.header("content-type").as_deref()), (200, Some(form)), "{accept}");
            assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
            Scrape::read(&answer.body);
        }
        for accept in ["text/html", "application/json", "image/*"] {
            assert_eq!(world.get_with("/metrics", &[("accept", accept)]).status, 406, "{accept}");
        }
        assert_eq!(world.get("/metrics?name=x").faults(), [("name".to_owned(), "unknown_parameter".to_owned())]);
        let head = world.send("HEAD", "/metrics", PLAIN);
        assert_eq!((head.status, head.body.as_str(), head.header("content-type").as_deref()), (200, "", Some(open)));
    }
}

/// Has the server of PostgreSQL do something, from outside the world's database.
fn administer(statement: &str) {
    let admin: DatabaseUrl = postgres::admin_url().parse().expect("a database URL");
    admin.connect().expect("PostgreSQL is reachable").batch_execute(statement).expect("it does what it is told");
}

/// The name of a world's database.
fn database_name(world: &World) -> &str {
    world.database.url.rsplit_once('/').expect("a URL with a database").1
}

// SQLite has no connections that break.
#[test]
fn a_broken_connection_is_replaced_and_counted() {
    let world = World::on(Backend::Postgres);
    let seen = |world: &World| {
        let scrape = Scrape::of(world);
        ["connections", "reconnects_total"].map(|name| scrape.sum(&format!("marchline_reader_{name}"), &[]).to_string())
    };
    assert_eq!(seen(&world), ["1", "0"]);
    let name = database_name(&world);
    administer(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
    assert_eq!(seen(&world), ["1", "1"]);
    assert_eq!(seen(&world), ["1", "1"]);
}

#[test]
fn without_its_database_a_node_still_tells_what_it_knows() {
    let world = World::on(Backend::Postgres).with_rally();
    assert_eq!(Scrape::of(&world).sum("marchline_log_lag_operations", &[]).to_string(), "0");
    administer(&format!("DROP DATABASE {} WITH (FORCE)", database_name(&world)));
    let scrape = Scrape::of(&world);
    assert!(scrape.sum("marchline_log_lag_operations", &[]).is_nan(), "the lag cannot be known");
    assert_eq!(scrape.sum("marchline_reader_connections", &[]).to_string(), "0");
    assert_eq!(scrape.sum("marchline_index_events", &[]).to_string(), "2");
}
