//! The change feed as server-sent events.

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::feed::{Stream, follow, seq};
use crate::support::http::send;
use crate::support::on_both_databases;
use crate::support::program::Served;
use crate::support::world::{World, event};

const PATH: &str = "/v1/changes/stream";

fn open(world: &World, query: &str, headers: &[(&str, &str)]) -> Stream {
    Stream::open(world.base(), &format!("{PATH}?{query}"), headers).expect("a stream")
}

on_both_databases! {
    fn it_tells_what_was_and_then_what_comes(world: World) {
        let world = world.founded();
        let mut stream = open(&world, "after=0", &[]);
        let (entries, _) = follow(world.base(), "", None);
        for entry in &entries {
            let sent = stream.event();
            assert_eq!((&sent.json(), &sent.id, &sent.event), (entry, &Some(format!("1.{}", seq(entry))), &None));
        }
        let source = world.get("/v1/sources?limit=1").ok()["data"][0]["id"].clone();
        for title in ["First", "Second"] {
            world.put(Resource::Event, event(title, json!({"sources": [{"id": source}]})));
            let entry = stream.event().json();
            assert_eq!((&entry["seq"], &entry["items"][0]["document"]["title"]), (&json!(world.seq()), &json!(title)));
        }
        assert!(world.get("/metrics").body.contains("marchline_change_streams 1\n"));
    }

    fn whoever_comes_back_goes_on_where_it_was(world: World) {
        let world = world.founded();
        // The header tells where the client is, and `after` where it began.
        let mut stream = open(&world, "after=3", &[("last-event-id", "1.40")]);
        assert_eq!([stream.event().id, stream.event().id], ["1.41", "1.42"].map(|id| Some(id.to_owned())));
        let mut rallies = open(&world, "type=rally&after=0", &[]);
        let (entries, _) = follow(world.base(), "type=rally", None);
        for entry in entries {
            assert_eq!(rallies.event().json(), entry);
        }
        // Where the others have nothing for the client, it is given its place with a comment.
        let id = loop {
            if let Some(id) = rallies.block().expect("a stream").expect("more of it").id {
                break id;
            }
        };
        assert_eq!(id, "1.42");
    }

    fn a_place_of_another_epoch_is_told_to_begin_anew(world: World) {
        let world = world.founded();
        let mut stream = open(&world, "", &[("last-event-id", "7.3")]);
        let sent = stream.event();
        assert_eq!((sent.event.as_deref(), sent.id.as_deref()), (Some("reset"), Some("1.42")));
        assert_eq!(sent.json(), json!({"epoch": 1, "seq": 42}));
        let source = world.get("/v1/sources?limit=1").ok()["data"][0]["id"].clone();
        world.put(Resource::Event, event("Then", json!({"sources": [{"id": source}]})));
        assert_eq!(stream.event().id.as_deref(), Some("1.43"));
    }

    fn it_ends_when_its_key_is_accepted_no_more(world: World) {
        let world = world.with_source();
        let admin = Client::of(&world, &[Scope::Admin]);
        let reader = Client::of(&world, &[Scope::ReadRestricted]);
        let mut stream = open(&world, "after=1", &[("authorization", reader.authorization())]);
        world.put(Resource::Event, event("Secret", json!({"privacy": {"embargo": true, "reason": "court"}})));
        assert_eq!(stream.event().json()["items"][0]["document"]["title"], "Secret");
        let keys = admin.send("GET", "/v1/keys", &[]).ok();
        let of = |key: &&Value| key["scopes"] == json!(["read:restricted"]);
        let id = keys["data"].as_array().expect("keys").iter().find(of).expect("the key")["id"].clone();
        assert_eq!(admin.send("DELETE", &format!("/v1/keys/{}", id.as_str().expect("an id")), &[]).status, 204);
        while stream.block().expect("a stream that ends well").is_some() {}
    }

    fn it_ends_at_once_when_the_node_stops(world: World) {
        let world = world.founded();
        let served = Served::start(&world.database.url, &[]);
        let mut stream = Stream::open(&served.base, &format!("{PATH}?after=41"), &[]).expect("a stream");
        assert_eq!(stream.event().id.as_deref(), Some("1.42"));
        assert_eq!(served.stop(), Some(0));
        while stream.block().expect("a stream that ends well").is_some() {}
    }

    fn what_cannot_be_honoured_is_named_before_it_begins(world: World) {
        let world = world.founded();
        let faults = |query: &str, headers: &[(&str, &str)]| {
            let answer = world.get_with(&format!("{PATH}?{query}"), headers);
            assert_eq!(answer.status, 400, "{}", answer.body);
            answer.faults().into_iter().map(|(name, code)| format!("{name} {code}")).collect::<Vec<_>>()
        };
        assert_eq!(faults("limit=3&as_of=3", &[]), ["as_of unknown_parameter", "limit unknown_parameter"]);
        assert_eq!(faults("after=99", &[("last-event-id", "42")]), ["after ahead_of_store", "Last-Event-ID malformed"]);
        assert_eq!(world.get_with(PATH, &[("last-event-id", "1.43")]).status, 503, "ahead of this node");
        assert_eq!(world.get_with(PATH, &[("accept", "application/json")]).status, 406);
        let head = send(world.base(), "HEAD", PATH, &[("accept-encoding", "gzip")]);
        assert_eq!((head.status, head.header("content-type").as_deref()), (200, Some("text/event-stream")));
    }
}
