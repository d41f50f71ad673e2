//! Parameters of events: which, in what order, and how they are given.

use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::{ADMIN1, CODE, COUNTRY, Form, ID, REFERENCE, parameters, query};
use crate::domain::buckets::Interval;
use crate::domain::crosswalk::Vocabulary;
use crate::domain::has::Has;
use crate::domain::vocabulary::PlacePrecision;
use crate::domain::window::Overlap;
use crate::index::order::Sort;
use crate::query::aggregate::{FacetOwn, Field};
use crate::query::cql2::Language;
use crate::query::event_query::{MAX_PEOPLE, MAX_RADIUS};
use crate::view::event::Include;

const SLUG: &str = "^!?[0-9a-z]+(-[0-9a-z]+)*$";
const EXTERNAL_ID: &str = r"^[^:]*[^:\s][^:]*:.*\S.*$";
const POINT: &str = r"^\s*-?[0-9.]+\s*,\s*-?[0-9.]+\s*$";
const BOX: &str = r"^\s*-?[0-9.]+\s*(,\s*-?[0-9.]+\s*){3}$";

parameters! {
    /// Filters of events.
    EventFilterParams => vec![
        query("id", Form::Terms(ID), "Ids of events; `!` excludes.", json!(["019c1159-7000-7000-8000-0000000000e4"])),
        query("type", Form::Terms(CODE), "Main types, as in `/v1/vocabulary`; `!` excludes.", json!(["rally", "clash"])),
        query("category", Form::Terms(CODE), "Categories of main types; `!` excludes.", json!(["demonstration"])),
        query("tactic", Form::Terms(CODE), "Further types, as in `/v1/vocabulary`; `!` excludes.", json!(["march"])),
        query("status", Form::Terms(CODE), "Statuses; `!` excludes.", json!(["happened", "ongoing"])),
        query("verification", Form::Terms(CODE), "How well an event is established; `!` excludes.",
            json!(["corroborated", "confirmed"])),
        query("actor", Form::Terms(REFERENCE), "Ids or slugs of actors that take part themselves. `actor`, \
            `actor_within`, `actor_kind` and `role` speak of one participation; with `!`, of none.", json!(["ice"])),
        query("actor_within", Form::Terms(REFERENCE), "Ids or slugs of actors: these or any of their parts take part; `!` \
            excludes.", json!(["dhs"])),
        query("actor_kind", Form::Terms(CODE), "Kinds of actors, as these are at the moment read; `!` excludes.",
            json!(["police"])),
        query("role", Form::Terms(CODE), "Roles in which an actor takes part; `!` excludes.", json!(["target"])),
        query("location", Form::Terms(REFERENCE), "Ids or slugs of locations: these or any below them. `location`, \
            `country`, `admin1`, `place_precision`, `bbox`, `near` and `within` speak of one place; with `!`, of none.", json!(["los-angeles"])),
        query("country", Form::Terms(COUNTRY), "ISO 3166-1 alpha-2 codes; `!` excludes.", json!(["US"])),
        query("admin1", Form::Terms(ADMIN1), "ISO 3166-2 codes; `!` excludes.", json!(["US-CA"])),
        query("place_precision", Form::Code(PlacePrecision::CODES), "How closely a place must be known at least: \
            `locality` also finds what is known to the venue.", "locality"),
        query("campaign", Form::Terms(REFERENCE), "Ids or slugs of campaigns; `!` excludes.", json!(["ice-out"])),
        query("issue", Form::Terms(SLUG), "Slugs of issues; `!` excludes.", json!(["immigration"])),
        query("source", Form::Terms(REFERENCE), "Ids or slugs of sources; `!` excludes.", json!(["parriva-2026-01-31"])),
        query("size_min", Form::Number(0, MAX_PEOPLE), "People: there may have been so many or more. A size without numbers \
            matches neither `size_min` nor `size_max`; one that is open upwards may be of any height.", 1_000),
        query("size_max", Form::Number(0, MAX_PEOPLE), "People: there may have been so many or fewer.", 5_000),
        query("has", Form::TermsOf(Has::CODES), "What an event reports; `!` excludes. `arrests`, `detained`, `injuries` and \
            `deaths` mean that there were some. `point` is a place with a point, `links` a link in either direction, \
            `size` a size be it only in words.", json!(["size", "arrests"])),
        query("q", Form::Text, "Words that stand in titles, summaries or demands, in any language of the event, or in names and \
            aliases of its actors and places. Case and accents make no difference, English and Spanish words are found in all \
            their forms. All words must stand there; \"quoted words\" in this order and form, in one text; `-` in front of a \
            word or phrase excludes; `immig*` finds words that begin so, with two letters at least.",
            "\"no kings\" inmigración -curfew"),
        query("linked_to", Form::Terms(ID), "Ids of events: linked with one of these, in either direction; `!` excludes.",
            json!(["019c1159-7000-7000-8000-0000000000e4"])),
        query("external_id", Form::Pattern(EXTERNAL_ID), "The id that another collection gave an event, as scheme:id. It is \
            one value, commas included.", "marchline-founding:E4"),
        query("recorded_since", Form::Text, "An RFC 3339 instant, or a date for its midnight in UTC: the version read was \
            recorded then or later.", "2026-01-31"),
        query("from", Form::Text, "Begin of the window: a date or EDTF value in the event's own calendar, or an RFC 3339 \
            instant.", "2026-01-31"),
        query("to", Form::Text, "End of the window, inclusive: `2026-01` means to the end of January. Forms as for \
            `from`.", "2026-01-31"),
        query("overlap", Form::Code(Overlap::CODES), "Whether an event may possibly lie in the window \
            (the default), or must definitely.", "possible"),
        query("time_zone", Form::Text, "An IANA zone: the dates of `from` and `to` are read in it, instead of in each \
            event's own calendar.", "America/Los_Angeles"),
        query("bbox", Form::Pattern(BOX), "A box as west,south,east,north in degrees; west may be greater than east across \
            the antimeridian. Points of countries and first-level divisions never match.", "-118.3,34.0,-118.2,34.1"),
        query("near", Form::Pattern(POINT), "A point as latitude,longitude in degrees: a place lies at most `radius_m` away, which may be left out, \
            along the WGS 84 ellipsoid. Points of countries and first-level divisions never match.", "34.05,-118.25"),
        query("radius_m", Form::Number(1, MAX_RADIUS), "How many metres away from `near` a place may be; as far as there is, unless given.", 5_000),
        query("within", Form::Text, "One or several polygons, as WKT (`POLYGON`, `MULTIPOLYGON`, longitude before latitude) or \
            GeoJSON, at most 10,000 vertices: a place lies in one of them or on an edge, and not in a hole. Edges are straight \
            between degrees; across the antimeridian longitudes go on to ±360, or the polygon is cut in two.",
            "POLYGON((-119 34,-118 34,-118 35,-119 35,-119 34))"),
        query("filter", Form::Text, "Conditions in CQL2 text (OGC 21-065r2), which hold beside all other parameters: comparisons, \
            `IN`, `BETWEEN`, `LIKE`, `IS NULL`, `S_INTERSECTS`, `S_DISJOINT` and functions of time, joined by `AND`, `OR` and \
            `NOT`. The guide to filters lists what can be asked about.", "type = 'rally' AND (size >= 1000 OR has = 'arrests')"),
        query("filter_lang", Form::Code(Language::CODES), "The form in which `filter` is written: text, unless told otherwise, or CQL2 JSON.",
            "cql2-text"),
    ]
}

parameters! {
    /// The order of a list of events.
    EventOrderParam => vec![
        query("sort", Form::Code(Sort::CODES), "The order, by `when.start.earliest`, by when the version was \
            recorded, or by the size's `best`, else `low`, else `high`; `-` turns it round. Undated events, or those without \
            a number, come last. `distance` needs `near`: nearest first, by the nearest place that meets all that is asked of \
            one. `relevance` goes by the words of `q`: the fewer events have a word the more it counts, and four times as much in a \
            title; pages end behind the best 1,000. `-when` unless given.", "-when"),
    ]
}

parameters! {
    /// Which buckets of time are counted.
    HistogramParams => vec![
        query("interval", Form::Code(Interval::CODES), "How long the buckets are; `day` unless given. Weeks begin on Monday. \
            Without `time_zone` they are of each event's own calendar, with it of that zone, where a day may have 23 or 25 \
            hours, and an hour that the clock shows twice is two buckets; where `from` or `to` is an instant, they are of UTC.",
            "day"),
        query("group_by", Form::Code(Field::CODES), "What the events of each bucket are told apart by. One that has several \
            values counts for each.", "type"),
    ]
}

parameters! {
    /// Which values are counted.
    FacetParams => vec![
        query("facet", Form::Codes(Field::CODES), "What the values of are counted; `type,status,verification,country,actor,\
            campaign,issue` unless given.", json!(["type", "locality"])),
        query("facet_limit", Form::Number(1, 100), "Most values of each; 10 unless given.", 10),
        query("facet_own", Form::Code(FacetOwn::CODES), "Whether the filter by a field holds where its own values are counted: \
            `exclude`, unless given, leaves it out, so that the alternatives are counted too.", "exclude"),
    ]
}

parameters! {
    /// How an event is given.
    EventViewParams => vec![
        query("include", Form::Codes(Include::CODES), "Parts that are given on request.",
            json!(["evidence"])),
        lang(),
        vocab(),
    ]
}

parameters! {
    /// Whether a list shows what its words found.
    HighlightParam => vec![
        query("highlight", Form::Flag, "Whether each event has `highlights`: where the words of `q` stand in its texts and in names, as \
            plain text cut into what was asked for and what was not; not unless given.", true),
    ]
}

fn lang() -> Parameter {
    let meaning = "A BCP 47 tag: title and summary are given in this language where there is a translation; `language` says \
        what was given.";
    query("lang", Form::Text, meaning, "es")
}

fn vocab() -> Parameter {
    let meaning = "Other vocabularies: `vocabulary` tells what each event is called there, and what of this very event a record \
        there cannot say.";
    query("vocab", Form::Codes(Vocabulary::CODES), meaning, json!(["acled"]))
}

parameters! {
    /// To which vocabularies an event is translated.
    VocabParam => vec![vocab()]
}

parameters! {
    /// In which language an event is given.
    LangParam => vec![lang()]
}

parameters! {
    /// How long a feed is.
    FeedParams => vec![
        query("limit", Form::Number(1, 500), "Most entries of the feed; 50 unless given.", 50),
    ]
}

parameters! {
    /// How a table begins, and which columns it has beside those of every table.
    TableParams => vec![
        vocab(),
        query("bom", Form::Code(&["0", "1"]), "`1` puts a byte order mark in front, by which Excel knows that a table is UTF-8.", "1"),
    ]
}

parameters! {
    /// How far to walk along links.
    DepthParam => vec![
        query("depth", Form::Number(1, 10), "How many links away an event may be; 1 unless given.", 2),
    ]
}
