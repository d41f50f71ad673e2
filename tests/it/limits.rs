//! Limits: how many requests a client may make, and how it is told.

use serde_json::json;

use crate::support::http::{Answer, send};
use crate::support::on_both_databases;
use crate::support::program::{Served, run, words};
use crate::support::world::{Backend, Database};

/// A database that nobody serves yet.
struct Empty(Database);

impl Empty {
    fn on(backend: Backend) -> Self {
        Self(Database::new(backend))
    }

    fn key(&self) -> String {
        let output = run(&self.0.url, &["keys", "create", "--name", "Desk", "--scope", "write"]);
        format!("Bearer {}", words(&output).0.lines().last().expect("the key"))
    }
}

/// The name and the parameters of a `RateLimit` or `RateLimit-Policy`.
fn parts(answer: &Answer, name: &str) -> (String, u64, u64) {
    let value = answer.header(name).unwrap_or_else(|| panic!("{name} is told: {answer:?}"));
    let mut parts = value.split(';');
    let policy = parts.next().expect("a policy").trim_matches('"').to_owned();
    let mut number = |wanted: &str| {
        let (known, number) = parts.next().and_then(|part| part.split_once('=')).expect("a parameter");
        assert_eq!(known, wanted, "{value}");
        number.parse().expect("a whole number")
    };
    let names = if name == "ratelimit" { ["r", "t"] } else { ["q", "w"] };
    (policy, number(names[0]), number(names[1]))
}

on_both_databases! {
    fn a_client_that_asks_too_often_is_told_when_to_ask_again(empty: Empty) {
        let key = empty.key();
        // A quota that comes back within a minute: too slowly to matter here.
        let served = Served::start(&empty.0.url, &["--rate-limit", "3,2"]);
        let ask = |target: &str, headers: &[(&str, &str)]| send(&served.base, "GET", target, headers);
        for (left, (target, status)) in [("/v1/events", 200), ("/nowhere", 404), ("/v1", 401)].into_iter().enumerate() {
            let headers = [("authorization", "Bearer nonsense")];
            let answer = ask(target, if status == 401 { &headers } else { &[] });
            assert_eq!(answer.status, status, "{}", answer.body);
            assert_eq!(parts(&answer, "ratelimit-policy"), ("address".to_owned(), 3, 60));
            assert_eq!(parts(&answer, "ratelimit").1, 2 - left as u64, "{target} counts");
        }
        for (target, headers) in [("/v1/events", &[][..]), ("/nowhere", &[]), ("/v1", &[("authorization", "Bearer x")])] {
            let answer = ask(target, headers);
            assert_eq!((answer.status, &answer.json()["code"]), (429, &json!("rate_limited")), "{target}");
            assert_eq!(answer.header("content-type").as_deref(), Some("application/problem+json"), "{target}");
            let wait: u64 = answer.header("retry-after").and_then(|value| value.parse().ok()).expect("seconds");
            assert_eq!(parts(&answer, "ratelimit"), ("address".to_owned(), 0, wait));
            assert!((1..=20).contains(&wait), "{wait}");
            let origin = ask(target, &[("origin", "https://newsroom.example")]);
            assert_eq!(origin.header("access-control-allow-origin").as_deref(), Some("*"), "a page sees why");
        }
        for left in [1, 0] {
            let answer = ask("/v1/events", &[("authorization", &key)]);
            assert_eq!((answer.status, parts(&answer, "ratelimit").1), (200, left), "a key has a quota of its own");
            assert_eq!(parts(&answer, "ratelimit-policy"), ("key".to_owned(), 2, 60));
        }
        assert_eq!(ask("/v1/events", &[("authorization", &key)]).status, 429);
        for target in ["/healthz", "/readyz"] {
            let answer = ask(target, &[]);
            assert_eq!((answer.status, answer.header("ratelimit")), (200, None), "{target} is not limited");
        }
    }

    fn clients_behind_a_proxy_are_told_apart(empty: Empty) {
        let served = Served::start(&empty.0.url, &["--rate-limit", "1,1", "--proxies", "1"]);
        let ask = |from: &str| send(&served.base, "GET", "/v1", &[("x-forwarded-for", from)]).status;
        assert_eq!([ask("192.0.2.1"), ask("192.0.2.1"), ask("192.0.2.2")], [200, 429, 200]);
        assert_eq!(ask("198.51.100.1, 192.0.2.1"), 429, "what the client says itself is not believed");
    }

    fn without_a_limit_nothing_is_counted(empty: Empty) {
        let served = Served::start(&empty.0.url, &["--rate-limit", "off"]);
        for _ in 0..700 {
            let answer = send(&served.base, "GET", "/v1/events?limit=1", &[]);
            assert_eq!((answer.status, answer.header("ratelimit"), answer.header("ratelimit-policy")), (200, None, None));
        }
    }

    fn unless_it_is_said_a_client_may_ask_600_times_a_minute(empty: Empty) {
        let served = Served::start_with(&empty.0.url, &[], &[("MARCHLINE_RATE_LIMIT", "")]);
        let answer = send(&served.base, "GET", "/v1/events", &[]);
        assert_eq!(parts(&answer, "ratelimit-policy"), ("address".to_owned(), 600, 60));
    }
}
