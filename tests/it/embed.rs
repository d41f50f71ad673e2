//! Timelines as pages that any site can frame.

use marchline::config::ReadAccess;
use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::pages::frame::STYLE;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::client::Client;
use crate::support::http::{self, Answer};
use crate::support::on_both_databases;
use crate::support::world::{World, config, event, serve_with};

const FOUNDING: &str = "/embed/timelines/ice-out-los-angeles";

/// What a browser sends.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn browse(world: &World, target: &str, language: &str) -> Answer {
    world.get_with(target, &[("accept", BROWSER), ("accept-language", language)])
}

/// A page that must be there.
fn page(world: &World, target: &str) -> String {
    let answer = browse(world, target, "en");
    assert_eq!(answer.status, 200, "{target}: {}", answer.body);
    answer.body
}

/// The page without its style.
fn bare(page: &str) -> String {
    page.replace(STYLE, "")
}

/// The titles of the events on a page, in order.
fn titles(page: &str) -> Vec<String> {
    let headings = page.split("<h2 ").skip(1).filter_map(|rest| rest.split_once('>')?.1.split_once("</h2>"));
    headings.map(|(title, _)| title.to_owned()).collect()
}

/// The headers that guard a page.
fn assert_guarded(answer: &Answer) {
    let policy = answer.header("content-security-policy").expect("a policy");
    let digest = data_encoding::BASE64.encode(&Sha256::digest(STYLE.as_bytes()));
    let rules: Vec<&str> = policy.split("; ").collect();
    let style = format!("style-src 'sha256-{digest}'");
    assert_eq!(rules, ["default-src 'none'", &style, "base-uri 'none'", "form-action 'none'", "frame-ancestors *"]);
    assert!(answer.body.contains(&format!("<style>{STYLE}</style>")), "the style is the one that the policy allows");
    assert_eq!(answer.header("referrer-policy").as_deref(), Some("no-referrer"));
    assert_eq!(answer.header("x-content-type-options").as_deref(), Some("nosniff"));
    assert_eq!(answer.header("content-type").as_deref(), Some("text/html; charset=utf-8"));
    assert!(answer.header("vary").is_some_and(|vary| vary.contains("Accept-Language")));
    assert_eq!((answer.header("set-cookie"), answer.header("x-frame-options")), (None, None));
    for mark in ["<script", " onload", " onerror", " style=", "<img", "<iframe", "@import", "url("] {
        assert!(!answer.body.contains(mark), "{mark}");
    }
}

fn timeline(world: &World, slug: &str, more: Value) {
    let mut document = json!({"slug": slug, "title": "A line"});
    for (name, value) in more.as_object().expect("members") {
        document[name] = value.clone();
    }
    world.put(Resource::Timeline, document);
}

on_both_databases! {
    fn a_page_shows_the_events_of_a_timeline_in_its_order(world: World) {
        let world = world.founded();
        let answer = browse(&world, FOUNDING, "en");
        assert_guarded(&answer);
        let listed = world.get("/v1/timelines/ice-out-los-angeles/events").ok();
        let expected: Vec<String> = listed["data"].as_array().expect("a list").iter().map(|event| event["title"].as_str().expect("a title").to_owned()).collect();
        assert_eq!(titles(&answer.body), expected);
        for part in ["<html lang=\"en\">", "13 events", "<strong class=\"mark\" data-status=\"proposed\">Proposed</strong>",
            "<time datetime=\"2026-01-30\">30</time>–<time datetime=\"2026-01-31\">31 January 2026</time>",
            "30 or 31 January 2026", "31 January 2026 or earlier", "“thousands”, 2,000 or more, according to the press", "not reported",
            "Two views of the order stand side by side.", "CC0-1.0",
            "href=\"../../v1/timelines/ice-out-los-angeles/events.atom\"", "href=\"../../v1/timelines/ice-out-los-angeles/events.ics\""] {
            assert!(answer.body.contains(part), "{part}: {}", bare(&answer.body));
        }
    }

    fn a_page_speaks_the_language_that_is_asked_for(world: World) {
        let world = world.founded();
        let spanish = |answer: &Answer| {
            assert_eq!(answer.header("content-language").as_deref(), Some("es"));
            for part in ["<html lang=\"es\">", "<title>“ICE Out”", "13 eventos", "Manifestación “ICE Out” en el centro de Los Ángeles", "30 o 31 de enero de 2026", "no se informó", "según la prensa", "Propuesto"] {
                assert!(answer.body.contains(part), "{part}: {}", bare(&answer.body));
            }
            // What is in another language says so: the timeline's own words, but no translated title.
            assert!(answer.body.contains("<h1 lang=\"en\" dir=\"auto\">") && !answer.body.contains("<h2 lang") && !answer.body.contains("lang=\"en\" dir=\"auto\">Manif"));
        };
        spanish(&browse(&world, &format!("{FOUNDING}?lang=es"), "en"));
        spanish(&browse(&world, &format!("{FOUNDING}?lang=es-MX"), "en"));
        spanish(&browse(&world, FOUNDING, "es-AR,en;q=0.5"));
        let other = browse(&world, &format!("{FOUNDING}?lang=fr"), "es");
        assert_eq!(other.header("content-language").as_deref(), Some("en"));
        assert_eq!(titles(&other.body), titles(&page(&world, FOUNDING)));
        let linked = page(&world, &format!("{FOUNDING}?lang=es"));
        assert!(linked.contains("events.ics?lang=es\""), "{}", bare(&linked));
    }

    fn nothing_of_an_event_is_markup(world: World) {
        let world = world.with_source();
        let hostile = "</h2><script>alert(1)</script>\"'&";
        world.put(Resource::Source, json!({"slug": "bad", "publisher": hostile, "title": hostile, "kind": "news", "url": "https://example.org/?a=\"><script>"}));
        world.put(Resource::Actor, json!({"slug": "bad", "name": hostile, "kind": "union"}));
        world.put(Resource::Location, json!({"slug": "bad", "name": hostile, "kind": "country", "country": "US"}));
        let id = world.put(Resource::Event, event(hostile, json!({"summary": hostile, "sources": [{"id": "bad"}, {"id": "test-source"}],
            "actors": [{"actor": {"id": "bad"}, "role": "organizer"}], "places": [{"location": {"id": "bad"}}],
            "size": {"text": hostile, "basis": "press"}}))).id;
        timeline(&world, "bad", json!({"title": hostile, "description": hostile, "cover": "https://example.org/cover.jpg", "entries": [{"event_id": id, "caption": hostile}]}));
        let answer = browse(&world, "/embed/timelines/bad", "en");
        assert_guarded(&answer);
        assert!(answer.body.matches("&lt;script&gt;").count() >= 9 && !answer.body.contains("alert(1)</script"), "{}", bare(&answer.body));
        let linked = "<a href=\"https://example.org/?a=";
        assert!(answer.body.contains(linked) && answer.body.contains("target=\"_blank\" rel=\"noopener noreferrer\""), "{}", bare(&answer.body));
        // The picture lies on another server, which is none of the reader's affair.
        assert!(!answer.body.contains("cover.jpg"));
        let refused = browse(&world, "/embed/timelines/%3Cscript%3E%00", "en");
        assert!(refused.status == 404 && !refused.body.contains('\0'));
        assert_guarded(&refused);
    }

    fn text_from_right_to_left_and_long_words_stand_apart(world: World) {
        let world = world.with_source();
        let id = world.put(Resource::Event, event("مسيرة في المدينة", json!({"language": "ar", "summary": "x".repeat(3_000)}))).id;
        timeline(&world, "rtl", json!({"language": "ar", "title": "خط زمني", "entries": [{"event_id": id, "caption": "كلمة"}]}));
        let page = page(&world, "/embed/timelines/rtl");
        for part in ["<h1 lang=\"ar\" dir=\"auto\">", "lang=\"ar\" dir=\"auto\">مسيرة", "<p class=\"caption\" lang=\"ar\" dir=\"auto\">", "date not reported", "<bdi>The Test</bdi>"] {
            assert!(page.contains(part), "{part}: {}", bare(&page));
        }
    }

    fn a_page_is_bounded_and_leads_on(world: World) {
        let world = world.with_source();
        for number in 0..60 {
            let when = json!({"start": {"edtf": format!("2026-03-{:02}", number % 28 + 1)}});
            world.put(Resource::Event, event(&format!("Event {number}"), json!({"when": when})));
        }
        timeline(&world, "all", json!({"query": {"type": "rally", "sort": "recorded"}}));
        let first = page(&world, "/embed/timelines/all?lang=en");
        assert_eq!(titles(&first).len(), 50);
        assert!(first.contains("50 of 60 events") && !first.contains("rel=\"prev\""), "{}", bare(&first));
        let link = |page: &str, relation: &str| {
            let (_, rest) = page.split_once(&format!("<a rel=\"{relation}\" href=\"")).expect("a link");
            rest.split_once('"').expect("an address").0.replace("&amp;", "&")
        };
        let next = link(&first, "next");
        assert!(next.starts_with("?lang=en&cursor="), "{next}");
        let second = page(&world, &format!("/embed/timelines/all{next}"));
        assert_eq!(titles(&second), (50..60).map(|number| format!("Event {number}")).collect::<Vec<_>>());
        let back = page(&world, &format!("/embed/timelines/all{}", link(&second, "prev")));
        assert_eq!(titles(&back), titles(&first));
        assert_eq!(titles(&page(&world, "/embed/timelines/all?limit=3")).len(), 3);
    }

    fn nobodys_key_opens_more_of_a_page(world: World) {
        let world = world.with_source();
        let open = world.put(Resource::Event, event("Open", json!({}))).id;
        let hidden = world.put(Resource::Event, event("Whistle", json!({"privacy": {"embargo": true}}))).id;
        timeline(&world, "both", json!({"entries": [{"event_id": hidden, "caption": "Secret words"}, {"event_id": open}]}));
        timeline(&world, "all", json!({"query": {}}));
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        for slug in ["both", "all"] {
            let target = format!("/embed/timelines/{slug}");
            let (public, shown) = (page(&world, &target), insider.send("GET", &target, &[("accept", BROWSER), ("accept-language", "en")]));
            assert_eq!(titles(&public), ["Open"]);
            assert_eq!((shown.status, shown.body), (200, public));
        }
        let mut settings = config(&world.database);
        settings.read_access = ReadAccess::Keys;
        let closed = serve_with(settings, &world.node.index, &world.node.lent);
        assert_eq!(http::send(&closed.base, "GET", "/embed/timelines/both", &[("accept", BROWSER)]).status, 401);
    }

    fn whoever_has_a_page_is_told_so(world: World) {
        let world = world.founded();
        let given = browse(&world, FOUNDING, "en");
        let etag = given.header("etag").expect("a validator");
        let again = |target: &str, language: &str| world.get_with(target, &[("accept", BROWSER), ("accept-language", language), ("if-none-match", &etag)]);
        let known = again(FOUNDING, "en");
        assert_eq!((known.status, known.body.as_str(), known.header("etag")), (304, "", Some(etag.clone())));
        assert!(known.header("vary").is_some_and(|vary| vary.contains("Accept-Language")));
        assert_eq!(again(FOUNDING, "es").status, 200);
        assert_eq!(again(&format!("{FOUNDING}?lang=es"), "en").status, 200);
        let before = world.seq();
        let cited = given.header("link").expect("a link");
        assert_eq!(cited, format!("<{FOUNDING}?as_of={before}>; rel=\"cite-as\""));
        let (mut line, _) = Client::of(&world, &[Scope::Write]).get("/v1/timelines/ice-out-los-angeles");
        line["description"] = "Other words.".into();
        for name in ["revision", "seq", "recorded_at", "event_count"] {
            line.as_object_mut().expect("an object").remove(name);
        }
        world.put(Resource::Timeline, line);
        let now = again(FOUNDING, "en");
        assert!(now.status == 200 && now.body.contains("Other words."));
        let then = page(&world, &format!("{FOUNDING}?as_of={before}"));
        assert!(then.contains("compiled in our own words") && then.contains(&format!("events.ics?as_of={before}\"")), "{}", bare(&then));
    }

    fn readers_are_told_in_words_and_programs_in_a_document(world: World) {
        let world = world.with_source();
        timeline(&world, "kept", json!({}));
        timeline(&world, "merged", json!({}));
        let client = Client::of(&world, &[Scope::Write]);
        assert_eq!(client.post("/v1/timelines/merged/merge", &json!({"into": "kept"})).status, 200);
        let kept = world.get("/v1/timelines/kept").ok()["id"].as_str().expect("an id").to_owned();
        let moved = browse(&world, "/embed/timelines/merged?lang=es", "en");
        assert_eq!((moved.status, moved.header("location")), (301, Some(format!("/embed/timelines/{kept}?lang=es"))));
        assert!(page(&world, "/embed/timelines/kept").contains("No events can be shown."));
        world.retract(Resource::Timeline, kept.parse().expect("a UUID"), "Entered <twice>");
        for (target, status, english, spanish) in [
            ("/embed/timelines/nowhere", 404, "This timeline does not exist", "Esta cronología no existe"),
            ("/embed/timelines/kept", 410, "Entered &lt;twice&gt;", "Esta cronología fue retirada"),
            ("/embed/timelines/kept?type=rally", 400, "There is no such parameter here.", "No se entiende"),
        ] {
            for (language, words) in [("en", english), ("es", spanish)] {
                let answer = browse(&world, target, language);
                assert_eq!((answer.status, answer.header("content-language").as_deref()), (status, Some(language)), "{target}");
                assert!(answer.body.contains(words) && answer.body.contains("<main class=\"notice\">"), "{words}: {}", bare(&answer.body));
                assert_guarded(&answer);
                assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
            }
            let told = world.get(target);
            assert_eq!((told.status, told.header("content-type").as_deref()), (status, Some("application/problem+json")), "{target}");
        }
        for accept in ["application/json", "text/html;q=0"] {
            let told = world.get_with("/embed/timelines/nowhere", &[("accept", accept)]);
            assert_eq!((told.status, told.header("content-type").as_deref()), (406, Some("application/problem+json")), "{accept}");
        }
        assert_eq!(world.send("POST", "/embed/timelines/nowhere", &[]).status, 405);
        let head = world.send("HEAD", "/embed/timelines/nowhere", &[("accept", BROWSER), ("accept-encoding", "identity")]);
        assert_eq!((head.status, head.body.as_str()), (404, ""));
    }

    fn only_pages_that_are_meant_for_it_can_be_framed_by_anybody(world: World) {
        let world = world.founded();
        for target in ["/docs/", "/v1/events", "/v1/timelines/ice-out-los-angeles", "/openapi.json"] {
            let policy = world.get(target).header("content-security-policy").unwrap_or_default();
            assert!(!policy.contains("frame-ancestors *"), "{target}");
        }
    }
}
