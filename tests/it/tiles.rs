//! Tiles of a map, read as maps read them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::domain::vocabulary::{EventType, PlacePrecision};
use mvt_reader::Reader;
use mvt_reader::feature::Value as Tag;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::filters::random_filters;
use crate::support::http::{open_with, send};
use crate::support::on_both_databases;
use crate::support::oracle::{Filters, Moment};
use crate::support::random::{Generator, Random};
use crate::support::town::{location, rally};
use crate::support::world::{World, event};

/// Units along a side of a tile, around it, and along a side of a cell.
const EXTENT: i64 = 4_096;
const MARGIN: i64 = 256;
const CELL: i64 = 128;
/// Most places that a tile of a test shows one by one.
const MOST: usize = 12;
/// Filters that speak of a place, of which that one alone is drawn then.
const OF_PLACES: [&str; 7] = ["location", "country", "admin1", "place_precision", "bbox", "near", "within"];

/// A spot of a tile, from its north-west corner.
type Spot = (i64, i64);

/// A feature: its layer, where it is, and what it tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    layer: String,
    spot: Spot,
    tags: BTreeMap<String, String>,
}

impl Shown {
    fn is_inside(&self) -> bool {
        let (x, y) = self.spot;
        (0..EXTENT).contains(&x) && (0..EXTENT).contains(&y)
    }

    /// How many events it stands for.
    fn count(&self) -> usize {
        if self.layer == "events" { 1 } else { self.tags["count"].parse().expect("a number") }
    }
}

/// What a tile shows.
fn tile(base: &str, target: &str, headers: &[(&str, &str)]) -> Vec<Shown> {
    let mut answer = open_with(base, target, headers).expect("an answer");
    assert_eq!(answer.status(), 200, "{target}");
    let mut bytes = Vec::new();
    answer.body_mut().as_reader().read_to_end(&mut bytes).expect("a body");
    let reader = Reader::new(bytes).expect("a vector tile");
    let layers = reader.get_layer_metadata().expect("layers");
    let mut shown = Vec::new();
    for (number, layer) in layers.iter().enumerate() {
        assert_eq!((layer.version, layer.extent), (2, 4_096));
        for feature in reader.get_features(number).expect("features") {
            let geo_types::Geometry::MultiPoint(points) = feature.get_geometry() else {
                panic!("{} has something that is no point", layer.name);
            };
            let [point] = &points.0[..] else { panic!("a feature is one point") };
            let tags = feature.properties.clone().unwrap_or_default();
            let tags = tags.into_iter().map(|(name, tag)| (name, written(tag))).collect();
            shown.push(Shown { layer: layer.name.clone(), spot: (whole(point.x()), whole(point.y())), tags });
        }
    }
    shown.sort();
    shown
}

fn whole(number: f32) -> i64 {
    format!("{number:.0}").parse().expect("a spot of the tile")
}

fn written(tag: Tag) -> String {
    match tag {
        Tag::String(text) => text,
        Tag::UInt(number) => number.to_string(),
        other => panic!("{other:?} is no tag of ours"),
    }
}

fn at(lat: f64, lon: f64) -> Value {
    json!([{"location": {"id": "town"}, "point": {"lat": lat, "lon": lon}}])
}

/// Where a point lies on a map of so many units: the Mercator projection, as textbooks have it.
fn spot_of(point: &Value, units: i64) -> Spot {
    let [lat, lon] = ["lat", "lon"].map(|name| point[name].as_f64().expect("a number"));
    let y = (std::f64::consts::FRAC_PI_4 + lat.to_radians() / 2.0).tan().ln();
    let lon = if lon >= 180.0 { lon - 360.0 } else { lon };
    let unit = |share: f64| {
        let units: f64 = units.to_string().parse().expect("a number");
        format!("{:.0}", (share * units).floor()).parse::<i64>().expect("a number")
    };
    (unit((lon + 180.0) / 360.0), unit((1.0 - y / std::f64::consts::PI) / 2.0))
}

/// A square of the map.
#[derive(Clone, Copy, Debug)]
struct Square {
    zoom: u32,
    column: i64,
    row: i64,
}

impl Square {
    fn path(self) -> String {
        let Self { zoom, column, row } = self;
        format!("/v1/tiles/{zoom}/{column}/{row}.mvt")
    }

    /// All squares of a zoom level.
    fn all(zoom: u32) -> impl Iterator<Item = Self> {
        let across = 2_i64.pow(zoom);
        (0..across * across).map(move |number| Self { zoom, column: number / across, row: number % across })
    }

    /// The square that a point lies in.
    fn of(point: &Value, zoom: u32) -> Self {
        let (x, y) = spot_of(point, 2_i64.pow(zoom) * EXTENT);
        Self { zoom, column: x / EXTENT, row: y / EXTENT }
    }

    /// Where dots of these events stand on it or in its margin, by event.
    fn dots<'a>(self, events: &[&'a Value]) -> BTreeSet<(Spot, &'a str)> {
        let world = 2_i64.pow(self.zoom) * EXTENT;
        let on_it = -MARGIN..EXTENT + MARGIN;
        let mut dots = BTreeSet::new();
        for event in events {
            for place in event["places"].as_array().expect("places").iter().filter(|place| is_dot(place)) {
                let (x, y) = spot_of(&place["point"], world);
                for turn in [-world, 0, world] {
                    let spot = (x + turn - self.column * EXTENT, y - self.row * EXTENT);
                    if on_it.contains(&spot.0) && on_it.contains(&spot.1) {
                        dots.insert((spot, event["id"].as_str().expect("an id")));
                    }
                }
            }
        }
        dots
    }

    /// Holds what it shows against the documents: each cell, with how many events and the type of most; or each place.
    fn assert_shows(self, events: &[&Value], shown: &[Shown]) {
        let dots = self.dots(events);
        let code = |event: &Value, name: &str| event[name].as_str().expect("a code").to_owned();
        let known = |id: &str| events.iter().find(|event| event["id"] == id).expect("one of them");
        if self.zoom >= 14 && dots.len() <= MOST {
            let found: BTreeSet<_> = shown.iter().map(|shown| (shown.spot, shown.tags["id"].as_str())).collect();
            assert_eq!((found.len(), found), (shown.len(), dots), "{self:?}");
        } else {
            let mut cells: BTreeMap<Spot, BTreeSet<&str>> = BTreeMap::new();
            for ((x, y), id) in dots {
                cells.entry((x.div_euclid(CELL), y.div_euclid(CELL))).or_default().insert(id);
            }
            let mut found = BTreeMap::new();
            for one in shown {
                let told = if one.layer == "clusters" { &one.tags["type"] } else { &one.tags["id"] };
                let cell = (one.spot.0.div_euclid(CELL), one.spot.1.div_euclid(CELL));
                assert!(found.insert(cell, (one.count(), told.clone())).is_none(), "two features in one cell");
            }
            let expected = cells.into_iter().map(|(cell, ids)| {
                let count = |of: &str| ids.iter().filter(|id| code(known(id), "type") == of).count();
                let most = EventType::CODES.iter().rev().max_by_key(|of| count(of)).expect("a type");
                let told = if ids.len() == 1 { ids.first().expect("one") } else { most };
                (cell, (ids.len(), (*told).to_owned()))
            });
            assert_eq!(found, expected.collect(), "{self:?}");
        }
        for one in shown.iter().filter(|shown| shown.layer == "events") {
            let event = known(&one.tags["id"]);
            for name in ["type", "category", "status", "verification"] {
                assert_eq!(one.tags[name], code(event, name));
            }
            assert_eq!(one.tags.contains_key("from"), !event["when"]["start"].is_null());
        }
    }
}

/// Whether a place is on a map, which ends before the poles.
fn is_dot(place: &Value) -> bool {
    let precision = place["precision"].as_str().expect("a code");
    let is_on_the_map = place["point"]["lat"].as_f64().is_some_and(|lat| lat.abs() < 85.051_128);
    is_on_the_map && !["country", "admin1"].contains(&precision)
}

fn written_out(filters: &Filters) -> String {
    let written = |(name, value): &(&str, String)| format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    filters.iter().map(written).collect::<Vec<_>>().concat()
}

on_both_databases! {
    fn what_is_near_one_another_is_one_from_afar_and_many_from_near_by(world: World) {
        let world = world.with_town();
        for (kind, lat, lon) in [("rally", 0.001, 0.001), ("march", 0.002, 0.002), ("march", 0.002, 0.0021)] {
            world.put(Resource::Event, event("near", json!({"type": kind, "places": at(lat, lon)})));
        }
        world.put(Resource::Event, event("far away", json!({"type": "vigil", "places": at(40.0, 90.0)})));
        world.put(Resource::Event, event("in the land", json!({"places": [{"location": {"id": "land"}}]})));
        world.put(Resource::Event, event("nowhere", json!({"places": []})));
        let from_afar = tile(world.base(), "/v1/tiles/0/0/0.mvt", &[]);
        let [several, one] = &from_afar[..] else { panic!("{from_afar:?}") };
        let told = |shown: &Shown, name: &str| shown.tags[name].clone();
        assert_eq!((told(several, "count"), told(several, "type"), told(several, "category")), ("3".into(), "march".into(), "demonstration".into()));
        assert_eq!((told(one, "type"), one.layer.as_str(), several.spot), ("vigil".into(), "events", (2_048, 2_047)));
        let near = tile(world.base(), "/v1/tiles/14/8192/8191.mvt", &[]);
        let types: Vec<String> = near.iter().map(|shown| told(shown, "type")).collect();
        assert_eq!(types, ["rally", "march", "march"]);
        assert!(near.iter().all(|shown| shown.layer == "events" && told(shown, "precision") == "point"));
        // The tile beside it shows in its margin what is near its edge, and the one beside that nothing.
        let beside = tile(world.base(), "/v1/tiles/14/8191/8191.mvt", &[]);
        assert_eq!(beside.iter().map(|shown| (shown.spot, shown.is_inside())).collect::<Vec<_>>(), [((4_282, 3_909), false)]);
        assert_eq!(tile(world.base(), "/v1/tiles/14/8190/8191.mvt", &[]), []);
        assert_eq!(tile(world.base(), "/v1/tiles/14/8192/8191.mvt?type=rally", &[]).len(), 1);
        assert_eq!(tile(world.base(), "/v1/tiles/14/8192/8191.mvt?as_of=1", &[]), []);
        // Too many to be shown one by one.
        for _ in 0..10 {
            world.put(Resource::Event, event("one more", json!({"type": "march", "places": at(0.002, 0.002)})));
        }
        let near = tile(world.base(), "/v1/tiles/14/8192/8191.mvt", &[]);
        assert!(near.iter().any(|shown| shown.layer == "clusters" && told(shown, "count") == "11"), "{near:?}");
    }

    fn a_dot_has_the_days_of_the_events_own_calendar(world: World) {
        let world = world.with_town();
        world.put(Resource::Event, rally(json!({"when": {"start": {"edtf": "2026-03-14T18:00:00"}, "end": {"edtf": "2026-03-15"}}})));
        world.put(Resource::Event, event("some day", json!({"when": {"start": {"edtf": "2026-02"}}, "places": at(0.0, 0.0)})));
        world.put(Resource::Event, event("never", json!({"places": at(0.0, 90.0)})));
        let shown = tile(world.base(), "/v1/tiles/0/0/0.mvt", &[]);
        let days: Vec<_> = shown.iter().map(|shown| (shown.tags.get("from").map(String::as_str), shown.tags.get("to").map(String::as_str))).collect();
        assert_eq!(days, [(Some("2026-03-14"), Some("2026-03-15")), (Some("2026-02-01"), Some("2026-02-28")), (None, None)]);
    }

    fn an_event_counts_once_in_a_cell_and_in_each_of_its_cells(world: World) {
        let world = world.with_town();
        let three = json!([
            {"location": {"id": "town"}, "point": {"lat": 10.0, "lon": 10.0}},
            {"location": {"id": "town"}, "point": {"lat": 50.0, "lon": 90.0}},
            {"location": {"id": "town"}, "point": {"lat": 10.1, "lon": 10.1}},
        ]);
        world.put(Resource::Event, event("on the move", json!({"places": three})));
        let counts = |shown: Vec<Shown>| shown.iter().map(Shown::count).collect::<Vec<_>>();
        assert_eq!(counts(tile(world.base(), "/v1/tiles/0/0/0.mvt", &[])), [1, 1]);
        world.put(Resource::Event, event("beside it", json!({"places": at(10.0, 10.0)})));
        assert_eq!(counts(tile(world.base(), "/v1/tiles/0/0/0.mvt", &[])), [2, 1]);
    }

    fn the_world_goes_on_behind_the_antimeridian_and_ends_before_the_poles(world: World) {
        let world = world.with_town();
        for (lat, lon) in [(-0.1, 180.0), (-17.0, -180.0), (60.0, 179.99), (90.0, 0.0), (-89.0, 10.0), (85.05, 0.0)] {
            world.put(Resource::Event, event("at the edge", json!({"places": at(lat, lon)})));
        }
        let inside = |path: &str| tile(world.base(), path, &[]).iter().filter(|shown| shown.is_inside()).map(Shown::count).sum::<usize>();
        assert_eq!(inside("/v1/tiles/0/0/0.mvt"), 4);
        assert_eq!([inside("/v1/tiles/1/0/0.mvt"), inside("/v1/tiles/1/1/0.mvt"), inside("/v1/tiles/1/0/1.mvt"), inside("/v1/tiles/1/1/1.mvt")], [0, 2, 2, 0]);
        // What is west of the antimeridian stands in the margin of the tile east of it.
        let fiji = tile(world.base(), "/v1/tiles/6/63/32.mvt", &[]);
        assert_eq!(fiji.iter().map(|shown| shown.spot.0).collect::<Vec<_>>(), [4_096]);
        assert_eq!(tile(world.base(), "/v1/tiles/6/0/32.mvt", &[]).iter().map(|shown| shown.spot.0).collect::<Vec<_>>(), [0]);
    }

    fn where_one_place_is_asked_for_no_other_is_drawn(world: World) {
        let world = world.with_town();
        let both = json!([{"location": {"id": "square"}}, {"location": {"id": "town"}, "point": {"lat": 40.0, "lon": 90.0}}]);
        world.put(Resource::Event, event("in two places", json!({"places": both})));
        let shown = |path: &str| tile(world.base(), path, &[]).len();
        assert_eq!((shown("/v1/tiles/5/5/12.mvt"), shown("/v1/tiles/5/24/12.mvt")), (1, 1));
        for query in ["location=square", "place_precision=venue&bbox=-119,34,-118,35", "near=34.05,-118.25&radius_m=5000", "within=POLYGON((-119 34,-118 34,-118 35,-119 35,-119 34))"] {
            let query = query.replace(' ', "%20");
            assert_eq!(shown(&format!("/v1/tiles/5/5/12.mvt?{query}")), 1, "{query}");
            assert_eq!(shown(&format!("/v1/tiles/5/24/12.mvt?{query}")), 0, "{query}");
        }
        assert_eq!(shown("/v1/tiles/5/24/12.mvt?bbox=89,39,91,41"), 1);
        assert_eq!(shown("/v1/tiles/5/24/12.mvt?location=town&bbox=89,39,91,41"), 1);
        assert_eq!(shown("/v1/tiles/5/24/12.mvt?location=town&bbox=9,39,11,41"), 0);
    }

    fn from_afar_only_places_that_are_asked_for_are_drawn_of_several(world: World) {
        let world = world.with_town();
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 60);
        for number in 0..24 {
            let own = json!({"location": {"id": "town"}, "point": {"lat": -60.0 + 5.0 * f64::from(number), "lon": 100.0}, "precision": "point"});
            let places = if number % 2 == 0 { json!([own, {"location": {"id": "square"}}]) } else { json!([{"location": {"id": "town"}}, own]) };
            world.put(Resource::Event, event("in two places", json!({"places": places})));
        }
        let moment = Moment::read(&world, world.seq());
        for (west, south, east, north) in [(-180.0, -90.0, 180.0, 90.0), (-120.0, 30.0, -110.0, 40.0), (-170.0, -20.0, 170.0, 90.0), (90.0, -30.0, 110.0, 50.0)] {
            for precision in ["point", "venue", "locality", "admin2"] {
                let filters: Filters = vec![("bbox", format!("{west},{south},{east},{north}")), ("place_precision", precision.to_owned())];
                let rank = |code: &str| PlacePrecision::parse(code).expect("a code").rank();
                let is_asked_for = |place: &Value| {
                    let side = |name: &str| place["point"][name].as_f64();
                    let is_inside = side("lon").is_some_and(|lon| (west..=east).contains(&lon)) && side("lat").is_some_and(|lat| (south..=north).contains(&lat));
                    is_inside && rank(place["precision"].as_str().expect("a code")) >= rank(precision)
                };
                let mut events: Vec<Value> = moment.answer(&filters, "when").into_iter().cloned().collect();
                for event in &mut events {
                    event["places"].as_array_mut().expect("places").retain(is_asked_for);
                }
                let events: Vec<&Value> = events.iter().collect();
                for square in (0..3).flat_map(Square::all) {
                    let path = format!("{}?{}", square.path(), written_out(&filters).trim_start_matches('&'));
                    square.assert_shows(&events, &tile(world.base(), &path, &[]));
                }
            }
        }
    }

    fn a_place_that_was_elsewhere_is_drawn_there(world: World) {
        let world = world.with_town();
        world.put(Resource::Event, rally(json!({})));
        let then = world.seq();
        world.put(Resource::Location, location("square", "venue", Some("town"), json!({"point": {"lat": 40.0, "lon": 90.0}})));
        let shown = |query: &str| {
            let [here, there] = ["5/5/12", "5/24/12"].map(|path| tile(world.base(), &format!("/v1/tiles/{path}.mvt{query}"), &[]).len());
            (here, there)
        };
        assert_eq!((shown(""), shown(&format!("?as_of={then}"))), ((0, 1), (1, 0)));
    }

    fn tiles_show_what_the_documents_say(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 60);
        let mut seqs = vec![world.seq()];
        generator.live(&world, 25);
        generator.cover(&world, 8);
        seqs.push(world.seq());
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        let mut random = generator.random.fork();
        let mut singles = 0;
        for seq in seqs {
            for (moment, key) in [(Moment::read(&world, seq), None), (Moment::read_by(&insider, &world, seq), Some(insider.authorization()))] {
                let headers: Vec<_> = key.iter().map(|key| ("authorization", *key)).collect();
                for number in 0..4 {
                    let mut filters = if number == 0 { Filters::new() } else { random_filters(&mut random, &moment) };
                    filters.retain(|(name, _)| !OF_PLACES.contains(name) && *name != "radius_m");
                    let events = moment.answer(&filters, "when");
                    let shown = |square: Square| tile(world.base(), &format!("{}?as_of={seq}{}", square.path(), written_out(&filters)), &headers);
                    for zoom in 0..3 {
                        let mut counted = 0;
                        for square in Square::all(zoom) {
                            let features = shown(square);
                            square.assert_shows(&events, &features);
                            counted += features.iter().filter(|shown| shown.is_inside()).map(Shown::count).sum::<usize>();
                        }
                        let mut naive = BTreeSet::new();
                        for event in &events {
                            for place in event["places"].as_array().expect("places").iter().filter(|place| is_dot(place)) {
                                let (x, y) = spot_of(&place["point"], 2_i64.pow(zoom) * EXTENT);
                                naive.insert((event["id"].to_string(), x / CELL, y / CELL));
                            }
                        }
                        assert_eq!(counted, naive.len(), "{filters:?} at {zoom}");
                    }
                    let places = events.iter().flat_map(|event| event["places"].as_array().expect("places"));
                    let dots: Vec<&Value> = places.filter(|place| is_dot(place)).collect();
                    for zoom in [13, 14, 16, 18].into_iter().filter(|_| !dots.is_empty()) {
                        let square = Square::of(&random.pick(&dots)["point"], zoom);
                        let features = shown(square);
                        square.assert_shows(&events, &features);
                        singles += features.iter().filter(|shown| shown.layer == "events").count();
                    }
                }
            }
        }
        assert!(singles > 0, "nothing stood alone");
    }

    fn a_place_that_moves_is_drawn_elsewhere_from_afar_too(world: World) {
        let world = world.with_town();
        for _ in 0..10 {
            world.put(Resource::Event, event("here", json!({"places": [{"location": {"id": "square"}}]})));
        }
        let shown = || tile(world.base(), "/v1/tiles/0/0/0.mvt", &[]).iter().map(|shown| (shown.spot.0 / CELL, shown.count())).collect::<Vec<_>>();
        assert_eq!(shown(), [(5, 10)]);
        world.put(Resource::Location, location("square", "venue", Some("town"), json!({"point": {"lat": 40.0, "lon": 90.0}})));
        assert_eq!(shown(), [(24, 10)], "where it was counted before it moved");
    }

    fn tiles_from_afar_follow_places_that_move(world: World) {
        let world = world.with_town();
        let mut random = Random::new();
        let names = ["one", "two", "three", "four"];
        let put = |slug: &str, more: Value| world.put(Resource::Location, location(slug, "venue", Some("town"), more));
        for slug in names {
            put(slug, json!({}));
        }
        for number in 0..40 {
            let own = json!({"location": {"id": "town"}, "point": {"lat": f64::from(number), "lon": 100.0}});
            let named = random.some(&names, 2).into_iter().map(|slug| json!({"location": {"id": slug}}));
            let places: Vec<Value> = named.chain(random.chance(30).then_some(own)).collect();
            world.put(Resource::Event, event("somewhere", json!({"places": places})));
        }
        let tens = |random: &mut Random, below| 10.0 * f64::from(u32::try_from(random.below(below)).expect("a small number"));
        for round in 0..10 {
            for slug in random.some(&names, 3) {
                let point = json!({"lat": tens(&mut random, 17) - 80.0, "lon": tens(&mut random, 36) - 180.0});
                put(slug, if random.chance(70) { json!({"point": point}) } else { json!({}) });
            }
            if round % 2 == 1 {
                let new = format!("new-{round}");
                put(&new, json!({"point": {"lat": 10.0, "lon": 10.0}}));
                world.put(Resource::Event, event("there", json!({"places": [{"location": {"id": new}}]})));
            }
            let moment = Moment::read(&world, world.seq());
            let events = moment.answer(&Filters::new(), "when");
            // Some tiles are asked for again when places have moved several times.
            for square in (0..3).flat_map(Square::all).filter(|_| round == 9 || random.chance(60)) {
                square.assert_shows(&events, &tile(world.base(), &square.path(), &[]));
            }
        }
    }

    fn a_tile_from_afar_knows_every_type_in_its_last_cells(world: World) {
        let world = world.with_town();
        // In the margin, south of the equator.
        for _ in 0..2 {
            world.put(Resource::Event, event("in the south", json!({"type": "vigil", "places": at(-8.4, -26.2)})));
        }
        for code in EventType::CODES {
            world.put(Resource::Event, event("in the north", json!({"type": code, "places": at(80.0, -100.0)})));
        }
        let shown = tile(world.base(), "/v1/tiles/1/0/0.mvt", &[]);
        let told: Vec<_> = shown.iter().map(|shown| (shown.count(), shown.tags.get("type").map(String::as_str))).collect();
        assert!(told.contains(&(2, Some("vigil"))), "{told:?}");
    }

    fn tiles_from_afar_follow_what_is_written(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 60);
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        for _ in 0..6 {
            let seq = world.seq();
            for (moment, key) in [(Moment::read(&world, seq), None), (Moment::read_by(&insider, &world, seq), Some(insider.authorization()))] {
                let headers: Vec<_> = key.iter().map(|key| ("authorization", *key)).collect();
                let events = moment.answer(&Filters::new(), "when");
                for square in Square::all(0).chain(Square::all(1)) {
                    square.assert_shows(&events, &tile(world.base(), &square.path(), &headers));
                }
            }
            // Most of what is known stays as it was, and what was counted of it is known too.
            generator.live(&world, 4);
            generator.cover(&world, 1);
        }
    }

    fn a_hidden_spot_is_on_no_tile(world: World) {
        let world = world.with_town();
        let policy = json!({"place": "locality", "reason": "safety", "public_title": "Somewhere"});
        world.put(Resource::Event, event("a safe house", json!({"places": [{"location": {"id": "town"}, "point": {"lat": 34.2, "lon": -118.4}}], "privacy": policy})));
        world.put(Resource::Event, event("not yet", json!({"places": [{"location": {"id": "square"}}], "privacy": {"embargo": true, "reason": "safety"}})));
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        let shown = [("authorization", insider.authorization())];
        for (path, dots) in [("9/87/204", 2), ("14/2803/6533", 1), ("0/0/0", 1)] {
            let path = format!("/v1/tiles/{path}.mvt");
            assert_eq!(tile(world.base(), &path, &[]), [], "{path}");
            assert_eq!(tile(world.base(), &path, &shown).len(), dots, "{path}");
            assert_eq!(tile(world.base(), &path, &[]), [], "{path}, given to an insider before");
        }
        // Where the town has a point of its own, that is where the public is shown the event.
        world.put(Resource::Location, location("town", "locality", Some("state"), json!({"time_zone": "America/Los_Angeles", "point": {"lat": 34.0, "lon": -118.2}})));
        let public = tile(world.base(), "/v1/tiles/9/87/204.mvt", &[]);
        assert_eq!(public.iter().map(|shown| shown.tags["precision"].as_str()).collect::<Vec<_>>(), ["locality"]);
        let answer = send(world.base(), "GET", "/v1/tiles/9/87/204.mvt", &shown);
        assert_eq!(answer.header("cache-control").as_deref(), Some("private, no-store"));
    }

    fn a_tile_has_a_validator_of_what_it_shows(world: World) {
        let world = world.with_town();
        world.put(Resource::Event, event("here", json!({"places": at(10.0, 10.0)})));
        let (here, elsewhere) = ("/v1/tiles/3/4/3.mvt", "/v1/tiles/3/0/5.mvt");
        let validator = |path: &str| world.get(path).header("etag").expect("a validator");
        let (etag, empty) = (validator(here), world.get(elsewhere));
        assert_eq!((empty.status, empty.body.len(), empty.header("cache-control").as_deref()), (200, 0, Some("public, no-cache")));
        assert_eq!(empty.header("content-type").as_deref(), Some("application/vnd.mapbox-vector-tile"));
        assert_eq!(world.get_with(here, &[("origin", "https://maps.example")]).header("access-control-allow-origin").as_deref(), Some("*"));
        world.put(Resource::Event, event("there", json!({"places": at(-60.0, -170.0)})));
        assert_eq!(world.get_with(here, &[("if-none-match", &etag)]).status, 304, "nothing changed here");
        assert_ne!(empty.header("etag"), world.get(elsewhere).header("etag"));
        let head = world.send("HEAD", here, &[("accept-encoding", "identity")]);
        assert_eq!((head.status, head.header("etag"), head.body.len()), (200, Some(etag), 0));
    }

    fn what_is_no_tile_is_not_there(world: World) {
        let world = world.with_town();
        for path in ["0/1/0", "3/0/8", "19/0/0", "01/0/0", "-1/0/0", "+1/0/0", "a/0/0", "0/0/0x", "0/0/", "99999999999/0/0"] {
            let answer = world.get(&format!("/v1/tiles/{path}.mvt"));
            assert_eq!((answer.status, answer.json()["code"].clone()), (404, json!("not_found")), "{path}");
        }
        assert_eq!(world.get("/v1/tiles/0/0/0.mvt?limit=5&typ=rally&sort=when&bbox=1").faults().len(), 4);
        assert_eq!(world.get("/v1/tiles/0/0/0.mvt?location=nowhere").json()["errors"][0]["code"], "unknown_reference");
        assert_eq!(world.get_with("/v1/tiles/0/0/0.mvt", &[("accept", "application/json")]).status, 406);
        assert_eq!(world.send("POST", "/v1/tiles/0/0/0.mvt", &[]).status, 405);
    }

    fn a_map_is_told_where_the_tiles_of_its_question_are(world: World) {
        let world = world.with_town();
        let set = world.get("/v1/tiles.json?type=rally&q=%7Bz%7D").ok();
        let [address] = &set["tiles"].as_array().expect("addresses")[..] else { panic!("one address") };
        let address = address.as_str().expect("an address");
        assert!(address.ends_with("/v1/tiles/{z}/{x}/{y}.mvt?type=rally&q=%7Bz%7D"), "{address}");
        assert_eq!((&set["tilejson"], &set["minzoom"], &set["maxzoom"]), (&json!("3.0.0"), &json!(0), &json!(18)));
        let layers = set["vector_layers"].as_array().expect("layers").iter();
        let layers: Vec<_> = layers.map(|layer| (layer["id"].as_str().expect("an id"), layer["fields"].as_object().expect("fields").len())).collect();
        assert_eq!(layers, [("events", 8), ("clusters", 3)]);
        assert_eq!(world.get("/v1/tiles.json?type=rallye").status, 400);
        let etag = world.get("/v1/tiles.json").header("etag").expect("a validator");
        assert_eq!(world.get_with("/v1/tiles.json", &[("if-none-match", &etag)]).status, 304);
    }
}
