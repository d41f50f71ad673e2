//! The change feed as server-sent events.

use std::sync::Arc;

use futures_util::FutureExt;
use marchline::domain::privacy::Clearance;
use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::feed::filter::Filter;
use marchline::feed::{Limits, Question};
use marchline::http::feeds::{Feeds, Following};
use marchline::index::Index;
use marchline::node::WriterSlot;
use marchline::node::reader::Reader;
use marchline::view::ready::EventView;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::feed::{Sent, Stream, follow, seq};
use crate::support::http::send;
use crate::support::on_both_databases;
use crate::support::program::Served;
use crate::support::world::{World, event, serve};

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

    fn a_node_that_is_behind_lets_a_client_wait(world: World) {
        let world = world.with_source();
        // A node that learns of nothing until it is told to.
        let slow = Arc::new(Index::new());
        let mut conn = world.database.parsed().connect().expect("the database is there");
        slow.start(&mut conn, None).expect("the log can be read");
        let running = serve(&slow, &WriterSlot::default(), &world.database);
        world.put(Resource::Event, event("Told by the quick one", json!({})));
        let mut quick = open(&world, "after=1", &[]);
        let place = quick.event().id.expect("a place");
        assert_eq!(place, "1.2");

        let come_back = |query: &str, headers: &[(&str, &str)]| {
            Stream::open(&running.base, &format!("{PATH}?{query}"), headers).expect("a stream")
        };
        // What it began behind may be ahead of this node as well.
        let mut waiting = [come_back("after=0", &[("last-event-id", &place)]), come_back("after=2", &[])];
        for stream in &mut waiting {
            assert_eq!(stream.block().expect("a stream").expect("its place").id.as_ref(), Some(&place));
            assert_eq!(stream.block().expect("a stream").expect("a heartbeat"), Sent::default());
        }
        // One that waits for too long connects again, to another node perhaps.
        let mut given_up = come_back("after=0", &[("last-event-id", &place)]);
        while let Some(sent) = given_up.block().expect("a stream that ends well") {
            assert_eq!(sent.data, None);
        }
        let mut waiting = [come_back("after=0", &[("last-event-id", &place)]), come_back("after=2", &[])];
        slow.catch_up(&mut conn).expect("the log can be read");
        world.put(Resource::Event, event("And then", json!({})));
        slow.catch_up(&mut conn).expect("the log can be read");
        for stream in &mut waiting {
            assert_eq!(stream.event().id.as_deref(), Some("1.3"), "neither again nor too late");
        }
    }

    fn whoever_breaks_off_leaves_the_feed_to_others(world: World) {
        let world = world.founded();
        let question = Question { filter: Filter::default(), view: EventView::default(), clearance: Clearance::Public };
        let following = Arc::new(Following::new(question));
        let feeds = Arc::new(Feeds::new(Arc::clone(&world.node.index), &Reader::new(world.database.parsed())));
        let limits = Limits { until: i64::MAX, entries: 10, bytes: 1 << 20 };
        actix_web::rt::System::new().block_on(async {
            for after in 0..20 {
                // It is begun and not waited for, as where a connection ends.
                assert!(feeds.read(&following, after, limits).now_or_never().is_none());
            }
            let stretch = feeds.read(&following, 30, limits).await.expect("it is read");
            assert_eq!(stretch.entries.len(), 10);
        });
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
        assert_eq!(faults("after=99", &[("last-event-id", "42")]), ["Last-Event-ID malformed", "after ahead_of_store"]);
        assert_eq!(faults("after=99", &[("last-event-id", "1.43")]), ["Last-Event-ID ahead_of_store"], "nobody was told of it");
        assert_eq!(world.get_with(PATH, &[("accept", "application/json")]).status, 406);
        let head = send(world.base(), "HEAD", PATH, &[("accept-encoding", "gzip")]);
        assert_eq!((head.status, head.header("content-type").as_deref()), (200, Some("text/event-stream")));
    }
}
