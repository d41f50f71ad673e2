//! Random questions about random events, asked by anybody and by those who may read what is restricted, and held against an
//! evaluation that knows nothing but their words and the log.

use std::collections::BTreeSet;
use std::thread;

use marchline::domain::buckets::Interval;
use marchline::domain::privacy::Clearance;
use marchline::domain::scope::Scope;
use marchline::http::openapi::openapi_text;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::paging::{PARTS, SORTS, assert_in_order, items};
use crate::support::client::Client;
use crate::support::filters::random_filters;
use crate::support::on_both_databases;
use crate::support::oracle::{Filters, Moment, OF_EVENTS};
use crate::support::oracle_counts::FIELDS;
use crate::support::oracle_text::parts;
use crate::support::random::{Generator, Random};
use crate::support::truth;
use crate::support::world::{Backend, World};

/// How much is written, and how many questions are asked about it.
struct Extent {
    events: usize,
    operations: usize,
    policies: usize,
    questions: usize,
}

/// What the everyday run takes the time for.
const SHORT: Extent = Extent { events: 65, operations: 20, policies: 6, questions: 240 };
/// Several segments, also of the size that they have where nothing is small for tests.
const LONG: Extent = Extent { events: 320, operations: 150, policies: 40, questions: 2_000 };

/// Asks so many questions, half of them as either reader, each at one of three moments, while events are written and corrected
/// and segments merged.
fn ask(world: &World, extent: &Extent) {
    let insider = Client::of(world, &[Scope::ReadRestricted]);
    let mut generator = Generator::new(Random::new());
    generator.fill(world, extent.events);
    let mut seqs = vec![world.seq()];
    for _ in 0..2 {
        generator.live(world, extent.operations);
        generator.cover(world, extent.policies);
        seqs.push(world.seq());
    }
    let log = truth::log(world);
    let mut moments = Vec::new();
    for seq in seqs {
        let readers = [
            (Clearance::Public, Moment::read(world, seq)),
            (Clearance::Restricted, Moment::read_by(&insider, world, seq)),
        ];
        for (clearance, moment) in readers {
            assert_eq!(truth::given(&moment.events), truth::told(&log, seq, clearance), "{clearance:?} at {seq}");
            moments.push(moment);
        }
    }
    let mut random = generator.random.fork();
    thread::scope(|scope| {
        scope.spawn(|| generator.go_on(world, extent.questions));
        compare(world, &mut random, &moments, extent.questions);
    });
}

/// Asks so many questions, and holds the answers against an evaluation of what each moment's documents say.
fn compare(world: &World, random: &mut Random, moments: &[Moment], questions: usize) {
    let (mut met, mut asked) = (0, BTreeSet::new());
    for number in 0..questions {
        let moment = &moments[number % moments.len()];
        let filters = random_filters(random, moment);
        let written =
            |(name, value): &(&str, String)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
        let query = filters.iter().map(written).collect::<Vec<_>>().join("&");
        let has_near = filters.iter().any(|(name, _)| *name == "near");
        let sort = if has_near && random.chance(60) { "distance" } else { *random.pick(SORTS) };
        let sort = if sort == "distance" && !has_near { "-size" } else { sort };
        let words = filters.iter().find(|(name, _)| *name == "q").map(|(_, words)| words.as_str());
        let words = words.filter(|words| parts(words).iter().any(|(_, is_excluded)| !is_excluded));
        let shown = words.map_or("", |_| "&highlight=true");
        let target = format!("/v1/events?{query}&sort={sort}&limit=500&as_of={}&{PARTS}{shown}", moment.seq);
        let list = moment.ask(world.base(), &target, &[]).ok();
        let expected = moment.answer(&filters, sort);
        let ids = |events: &[&Value]| events.iter().map(|event| event["id"].to_string()).collect::<BTreeSet<_>>();
        let answered: Vec<&Value> = items(&list).iter().collect();
        assert_eq!(ids(&answered), ids(&expected), "{filters:?} {target}");
        assert_eq!(list["page"]["total"], expected.len(), "{target}");
        if let Some(words) = words {
            for event in &answered {
                moment.assert_highlights(event, words);
            }
        }
        if sort == "distance" {
            for pair in answered.windows(2) {
                let [nearer, farther] = [pair[0], pair[1]].map(|event| moment.distance(event, &filters));
                // A sphere and the ellipsoid differ by a hundredth at most.
                assert!(nearer <= farther * 1.012, "{nearer} m before {farther} m: {filters:?} {target}");
            }
        } else {
            assert_in_order(items(&list), sort);
        }
        count(world, random, moment, &filters, &query);
        met += usize::from(!expected.is_empty() && expected.len() < moment.events.len());
        asked.extend(filters.into_iter().map(|(name, _)| name.to_owned()));
    }
    assert!(met > questions / 2, "only {met} queries told events apart");
    assert_eq!(asked, documented_filters(), "every filter is among the random ones");
}

/// Asks the same question by time, by value or for its bounds.
fn count(world: &World, random: &mut Random, moment: &Moment, filters: &Filters, query: &str) {
    let ask = |what: &str, more: &str| {
        moment.ask(world.base(), &format!("/v1/events/{what}?{query}&as_of={}{more}", moment.seq), &[])
    };
    // Which of several participations or places is meant cannot be asked by another filter than the field's own.
    let is_told = |filter: &str| OF_EVENTS.contains(&filter) || !filters.iter().any(|(name, _)| *name == filter);
    match random.below(5) {
        0 => moment.assert_extent(filters, &ask("extent", "").ok()),
        1..3 => {
            let (limit, fields) = (random.between(1, 12), [random.pick(&FIELDS).0, random.pick(&FIELDS).0]);
            let named = if fields[0] == fields[1] { fields[0].to_owned() } else { fields.join(",") };
            let filter_of = |field: &str| FIELDS.iter().find(|(known, _)| *known == field).expect("a field").1;
            let is_included = random.chance(50) && fields.iter().all(|field| is_told(filter_of(field)));
            let own = if is_included { "include" } else { "exclude" };
            let answer = ask("facets", &format!("&facet={named}&facet_limit={limit}&facet_own={own}")).ok();
            for facet in items(&answer) {
                moment.assert_facet(filters, facet, limit, !is_included);
            }
        }
        _ => {
            let interval = *random.pick(Interval::CODES);
            let field = random.chance(50).then(|| *random.pick(&FIELDS)).filter(|(_, filter)| is_told(filter));
            let field = field.map(|(field, _)| field);
            let group_by = field.map(|field| format!("&group_by={field}")).unwrap_or_default();
            let answer = ask("histogram", &format!("&interval={interval}{group_by}"));
            // Hours of all that is dated to a year are too many, in every other way of counting too.
            if answer.status == 400 {
                let code = answer.faults().pop().expect("a fault").1;
                assert!(code == "too_many_buckets" || (code == "too_many_groups" && field.is_some()), "{code}");
                return;
            }
            moment.assert_histogram(filters, interval, field, &answer.ok());
        }
    }
}

/// The filters of events by the OpenAPI document.
fn documented_filters() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&openapi_text()).expect("JSON");
    let parameters = document["paths"]["/v1/events"]["get"]["parameters"].as_array().expect("parameters").iter();
    let names = parameters.filter(|parameter| parameter["in"] == "query").filter_map(|one| one["name"].as_str());
    let others = ["sort", "include", "lang", "vocab", "highlight", "limit", "cursor", "count", "as_of"];
    names.filter(|name| !others.contains(name)).map(str::to_owned).collect()
}

on_both_databases! {
    fn filters_mean_what_their_words_say(world: World) {
        ask(&world, &SHORT);
    }
}

#[test]
#[ignore = "takes minutes without optimisation: make test runs it"]
fn many_questions_in_sqlite() {
    ask(&World::on(Backend::Sqlite), &LONG);
}

#[test]
#[ignore = "takes minutes without optimisation: make test runs it"]
fn many_questions_in_postgres() {
    ask(&World::on(Backend::Postgres), &LONG);
}
