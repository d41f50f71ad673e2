//! What keeps one question from taking the node away from the others.

use std::time::Duration;

use marchline::config::Config;
use marchline::domain::resource::Resource;
use serde_json::json;

use crate::cql2::written;
use crate::support::http::{Answer, send, send_raw};
use crate::support::on_both_databases;
use crate::support::program::{Served, run};
use crate::support::world::{Backend, Database, World, config, event, serve_with};

/// So many events that looking at each is not a matter of a moment.
fn filled(world: World) -> World {
    let world = world.with_source();
    for number in 0..40 {
        world.put(Resource::Event, event(&format!("{number}"), json!({"size": {"best": number}})));
    }
    world
}

fn with(world: &World, more: impl Fn(Config) -> Config) -> crate::support::world::Running {
    serve_with(more(config(&world.database)), &world.node.index, &world.node.lent)
}

fn slow_ones() -> Vec<String> {
    let conditions = vec!["size > 5"; 20].join(" OR ");
    let filter = written(&conditions);
    ["events", "events/facets", "events/histogram", "events/extent"].map(|path| format!("/v1/{path}?{filter}")).into()
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["code"].as_str().expect("a code").to_owned())
}

on_both_databases! {
    fn while_all_turns_are_taken_short_questions_are_answered(world: World) {
        let world = filled(world);
        let busy = with(&world, |config| Config { question_turns: Some(0), ..config });
        std::thread::scope(|scope| {
            let waiting: Vec<_> = slow_ones().into_iter().map(|target| {
                let base = busy.base.clone();
                scope.spawn(move || (send(&base, "GET", &target, &[]), target))
            }).collect();
            for target in ["/v1/events", "/v1/events?type=rally&sort=size", "/v1", "/v1/sources/test-source"] {
                assert_eq!(send(&busy.base, "GET", target, &[]).status, 200, "{target}");
            }
            for waiting in waiting {
                let (answer, target) = waiting.join().expect("an answer");
                assert_eq!(told(&answer), (503, "unavailable".to_owned()), "{target}");
                assert_eq!(answer.header("retry-after").as_deref(), Some("1"), "{target}");
            }
        });
    }

    fn a_question_that_takes_too_long_is_given_up(world: World) {
        let world = filled(world);
        let hasty = with(&world, |config| Config { question_timeout: Duration::ZERO, ..config });
        for target in slow_ones() {
            let answer = send(&hasty.base, "GET", &target, &[]);
            assert_eq!(told(&answer), (503, "took_too_long".to_owned()), "{target}");
            assert_eq!(world.get(&target).status, 200, "{target}");
        }
        assert_eq!(send(&hasty.base, "GET", "/v1/events?type=rally", &[]).status, 200);
    }

    fn a_slow_question_is_answered_like_a_short_one(world: World) {
        let world = filled(world);
        let conditions = vec!["size > 5"; 20].join(" OR ");
        let target = format!("/v1/events?sort=size&limit=7&{}", written(&conditions));
        let first = world.get(&target).ok();
        assert_eq!(first["page"]["total"], 34);
        let next = world.get(&format!("{target}&cursor={}", first["page"]["next"].as_str().expect("a cursor"))).ok();
        let back = world.get(&format!("{target}&cursor={}", next["page"]["previous"].as_str().expect("a cursor"))).ok();
        assert_eq!(first["data"], back["data"]);
        let short = world.get("/v1/events?sort=size&limit=14&size_min=6").ok();
        let both: Vec<_> = [&first, &next].iter().flat_map(|page| page["data"].as_array().expect("a list")).collect();
        assert_eq!(both, short["data"].as_array().expect("a list").iter().collect::<Vec<_>>());
    }

    fn those_who_write_give_way_to_those_who_answer(world: World) {
        let served = Served::start(&world.database.url, &[]);
        let look = |_| {
            std::thread::yield_now();
            those_who_give_way(served.child.id())
        };
        // The writer has another thread that answers.
        assert_eq!((0..10_000).find_map(look), Some(["imports", "writer", "writer"].map(str::to_owned).to_vec()));
    }
}

/// Questions that would cost much if they were worked on; none of them is a client's mistake alone.
fn hostile() -> Vec<(&'static str, String)> {
    let many = |part: &str, times: usize| vec![part; times].join(",");
    let in_json = |filter: &str| format!("events?filter_lang=cql2-json&{}", written(filter));
    vec![
        ("a polygon of 100,000 points", format!("events?within=POLYGON(({}0%200))", "0%200,".repeat(100_000))),
        ("a polygon of 10,000 points", format!("events?within=POLYGON(({}0%200))", "0+0,".repeat(10_000))),
        ("10,000 terms", format!("events?type={}", many("rally", 10_000))),
        ("10,000 terms of a filter", format!("events?filter=type+IN+({})", many("'rally'", 10_000))),
        ("an hourly histogram of all time", "events/histogram?interval=hour&from=0001&to=9999".to_owned()),
        ("a deep filter", format!("events?filter={}type='rally'{}", "(".repeat(10_000), ")".repeat(10_000))),
        ("a long filter", format!("events?filter={}", "size>1+OR+".repeat(100_000))),
        ("many negations", format!("events?filter={}TRUE", "NOT+".repeat(8_000))),
        ("many patterns", format!("events?filter={}", vec!["actor+LIKE+'%25a%25b%25c%25d%25'"; 100].join("+OR+"))),
        ("a long pattern", format!("events?filter=location+LIKE+'{}'", "%25a".repeat(1_000))),
        (
            "every facet with every condition",
            format!(
                "events/facets?facet=actor,location,source&facet_limit=100&filter={}",
                vec!["size<>1"; 100].join("+AND+")
            ),
        ),
        ("a one-letter prefix", "events?q=a*".to_owned()),
        (
            "32 prefixes, shown",
            format!(
                "events?limit=500&highlight=true&q={}",
                (b'a'..=b'z').map(|c| format!("{}e*", char::from(c))).collect::<Vec<_>>().join("+")
            ),
        ),
        ("33 words", format!("events?q={}", (0..33).map(|n| format!("w{n}")).collect::<Vec<_>>().join("+"))),
        ("all that has a common word, shown", "events?limit=500&highlight=true&sort=relevance&q=protest".to_owned()),
        ("a deep filter in JSON", in_json(&"[".repeat(30_000))),
        (
            "a wide filter in JSON",
            in_json(&format!(r#"{{"op":"in","args":[{{"property":"size"}},[{}]]}}"#, many("1", 10_000))),
        ),
        (
            "a polygon of many points in JSON",
            in_json(&format!(
                r#"{{"op":"s_intersects","args":[{{"property":"geometry"}},{{"type":"Polygon","coordinates":[[{}]]}}]}}"#,
                many("[0,0]", 5_000)
            )),
        ),
        (
            "when first told, a hundred times",
            format!(
                "events?{}",
                written(
                    &(0..100)
                        .map(|n| format!("created_at > TIMESTAMP('2020-01-01T00:00:00.{n:03}Z')"))
                        .collect::<Vec<_>>()
                        .join(" OR ")
                )
            ),
        ),
        ("the whole world by distance", "events?sort=distance&near=0,0&limit=500".to_owned()),
        (
            "many parameters",
            format!("events?{}", (0..20_000).map(|number| format!("x{number}=1")).collect::<Vec<_>>().join("&")),
        ),
    ]
}

/// The names of a process's threads that are nicer to others than the one it began with, in order (`proc_pid_stat(5)`). `None` while one
/// of its threads has never waited yet: it may not have come to say how nice it is.
fn those_who_give_way(pid: u32) -> Option<Vec<String>> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).expect("the process is there");
    let mut told = Vec::new();
    for thread in threads {
        let told_of = |what: &str| std::fs::read_to_string(thread.as_ref().ok()?.path().join(what)).ok();
        let (stat, status) = (told_of("stat")?, told_of("status")?);
        if status.lines().any(|line| line == "voluntary_ctxt_switches:\t0") {
            return None;
        }
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
        told.push((rest.split_whitespace().nth(16)?.parse::<i32>().ok()?, name.to_owned()));
    }
    let (normal, _) = *told.iter().find(|(_, name)| name == "marchline")?;
    let mut nicer: Vec<_> = told.into_iter().filter(|(nice, _)| *nice > normal).map(|(_, name)| name).collect();
    nicer.sort_unstable();
    Some(nicer)
}

/// Bytes of memory that a process holds.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is there");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its memory");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("a number") << 10
}

#[test]
fn hostile_questions_are_refused_or_answered_within_bounds() {
    let database = Database::new(Backend::Sqlite);
    let generated = run(&database.url, &["generate", "--events", "300", "--seed", "1"]);
    assert!(generated.status.success(), "{generated:?}");
    let served = Served::start(&database.url, &["--rate-limit", "off", "--workers", "1", "--document-cache", "1"]);
    let ask = |target: &str| {
        let request = format!("GET /v1/{target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let answer = send_raw(&served.base, request.as_bytes());
        answer.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok()).unwrap_or(0)
    };
    assert_eq!(ask("events?limit=500"), 200);
    let idle = resident(served.child.id());
    for (what, target) in hostile() {
        let status = ask(&target);
        // A request whose head is longer than the server reads is cut off before any of it is looked at.
        let is_too_long = status == 0 && target.len() > 1 << 17;
        assert!(status == 200 || (400..500).contains(&status) || is_too_long, "{what}: {status}");
        assert_eq!(ask("events?limit=1"), 200, "behind {what}");
    }
    let grown = resident(served.child.id()).saturating_sub(idle);
    assert!(grown < 64 << 20, "the server holds {grown} bytes more");
}
