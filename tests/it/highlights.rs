//! What a list shows of where the words of its question stand.

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::lists::{fault, faults};
use crate::support::on_both_databases;
use crate::support::town::{RALLY, rally};
use crate::support::world::{World, event};

/// What is shown of the events of a list: the field, and the text with what was asked for in brackets.
fn shown_in(list: &Value) -> Vec<(String, String)> {
    let written = |run: &Value| {
        let text = run["text"].as_str().expect("a text");
        if run["hit"].as_bool().expect("a truth") { format!("[{text}]") } else { text.to_owned() }
    };
    let piece = |piece: &Value| {
        let runs = piece["fragment"].as_array().expect("a list").iter();
        (piece["field"].as_str().expect("a field").to_owned(), runs.map(written).collect())
    };
    let events = list["data"].as_array().expect("a list").iter();
    events.flat_map(|event| event["highlights"].as_array().expect("highlights").iter().map(piece)).collect()
}

fn shown(world: &World, query: &str) -> Vec<(String, String)> {
    shown_in(&world.get(&format!("/v1/events?highlight=true&{query}")).ok())
}

fn pieces<const N: usize>(expected: [(&str, &str); N]) -> Vec<(String, String)> {
    expected.map(|(field, text)| (field.to_owned(), text.to_owned())).into()
}

on_both_databases! {
    fn each_event_shows_where_the_words_stand(world: World) {
        let world = world.with_town();
        world.put(Resource::Event, rally(json!({"title": "<b>Marching</b> for immigrants", "language": "en", "summary": "No kings & no “Kings”!",
            "translations": {"es": {"title": "Marcha", "summary": "Por la INMIGRACIÓN"}},
            "demands": [{"summary": "against raids", "verbatim": ["No más redadas"], "stance": "against"}]})));
        assert_eq!(shown(&world, "q=march+marcha+%22no+kings%22+inmigrantes+redad*"), pieces([
            ("title", "<b>[Marching]</b> for immigrants"),
            ("summary", "[No kings] & [no “Kings]”!"),
            ("title", "[Marcha]"),
            ("summary", "Por la [INMIGRACIÓN]"),
            ("demands", "No más [redadas]"),
        ]));
        assert_eq!(shown(&world, "q=union+squ*"), pieces([("actors", "Old [Union]"), ("actors", "[Unión]"), ("places", "[square]")]));
        assert_eq!(shown(&world, "q=old+-kingdom"), pieces([("actors", "[Old] Union")]), "what must not be there is not shown");
        let list = world.get("/v1/events?highlight=true&q=inmigrantes+old").ok();
        let [text, name] = [0, 1].map(|at| &list["data"][0]["highlights"][at]);
        assert_eq!((&text["language"], &text["ref"], &text["offset"]), (&json!("es"), &Value::Null, &json!(0)));
        assert_eq!((&name["language"], &name["field"]), (&Value::Null, &json!("actors")));
        assert_eq!(list["data"][0]["actors"][0]["actor"]["id"], name["ref"]);
        // Without being asked for they are not there, and what is given beside them is the same.
        for query in ["q=inmigrantes+old", "q=inmigrantes+old&highlight=false"] {
            let plain = world.get(&format!("/v1/events?{query}")).ok();
            let mut bare = list["data"][0].clone();
            bare.as_object_mut().expect("an event").remove("highlights");
            assert_eq!(plain["data"][0], bare, "{query}");
        }
    }

    fn long_texts_are_cut_and_many_pieces_are_left_out(world: World) {
        let world = world.with_source();
        let filler = "word after word ".repeat(40);
        let demands: Vec<Value> = (0..20).map(|n| json!({"summary": format!("drum {n}"), "stance": "for"})).collect();
        world.put(Resource::Event, event("A parade", json!({"summary": format!("{filler}drums {filler}"), "demands": demands})));
        let list = world.get("/v1/events?highlight=true&q=drum").ok();
        let pieces = list["data"][0]["highlights"].as_array().expect("a list");
        assert_eq!(pieces.len(), 10);
        let whole: String = pieces[0]["fragment"].as_array().expect("a list").iter().filter_map(|run| run["text"].as_str()).collect();
        assert!(whole.chars().count() <= 200 && whole.contains("after word drums word after") && ["word", "after"].iter().any(|word| whole.starts_with(word)), "{whole}");
        let offset = usize::try_from(pieces[0]["offset"].as_u64().expect("a number")).expect("a small number");
        assert!(format!("{filler}drums {filler}")[offset..].starts_with(&whole));
    }

    fn nothing_hidden_is_shown(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, crate::privacy::told_under(crate::privacy::coarse()));
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        assert_eq!(shown(&world, "q=gathering"), pieces([("title", "A [gathering]")]));
        assert_eq!(shown(&world, "q=gather*+people"), pieces([("title", "A [gathering]"), ("summary", "[People] met.")]));
        for secret in ["whistle", "square", "geheim"] {
            assert_eq!(shown(&world, &format!("q={secret}")), [], "{secret}");
            let (list, _) = insider.get(&format!("/v1/events?highlight=true&q={secret}"));
            assert!(!shown_in(&list).is_empty(), "{secret}: {list}");
        }
        // One word that the public may find shows no other one.
        assert!(shown(&world, "q=state").iter().all(|(field, _)| field == "places"));
    }

    fn names_are_those_of_the_moment_and_validators_know_them(world: World) {
        let world = world.with_rally();
        let before = world.seq();
        let target = "/v1/events?highlight=true&q=uni*";
        let tag = |target: &str| world.get(target).header("etag").expect("a validator");
        let first = tag(target);
        assert_ne!(first, tag("/v1/events?q=uni*"));
        world.put(Resource::Actor, json!({"slug": "union", "name": "Workers’ League", "kind": "union", "aliases": ["Unidos"]}));
        assert_ne!(first, tag(target));
        assert_eq!(shown(&world, "q=uni*"), pieces([("actors", "[Unidos]")]));
        assert_eq!(shown(&world, &format!("q=uni*&as_of={before}")), pieces([("actors", "Old [Union]"), ("actors", "[Unión]")]));
        assert_eq!(world.get_with(target, &[("if-none-match", &tag(target))]).status, 304);
    }

    fn it_is_refused_where_it_cannot_be_honoured(world: World) {
        let world = world.with_rally();
        for query in ["highlight=true", "highlight=true&q=-rally"] {
            assert_eq!(faults(&world, &format!("/v1/events?{query}")), [fault("highlight", "needs_words")], "{query}");
        }
        assert_eq!(faults(&world, "/v1/events?highlight=1&q=rally"), [fault("highlight", "unknown_value")]);
        assert_eq!(faults(&world, "/v1/events?highlight=true&q=%22"), [fault("q", "unbalanced_quotes")]);
        assert_eq!(world.get("/v1/events?highlight=false").status, 200);
        for path in ["events.geojson", "events.ndjson", "events.csv", "events/facets", "events/histogram", "events/extent", "changes"] {
            assert_eq!(faults(&world, &format!("/v1/{path}?highlight=true&q=rally")), [fault("highlight", "unknown_parameter")], "{path}");
        }
        assert_eq!(faults(&world, &format!("/v1/events/{RALLY}?highlight=true")), [fault("highlight", "unknown_parameter")]);
    }
}
