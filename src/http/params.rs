//! Parameters as the OpenAPI document describes them, from tables of name, form and meaning. They are read where they are
//! used; a test holds the two together.

use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{RefOr, Required};

use crate::domain::buckets::Interval;
use crate::domain::crosswalk::Vocabulary;
use crate::domain::has::Has;
use crate::domain::vocabulary::PlacePrecision;
use crate::domain::window::Overlap;
use crate::duplicates::standing::DuplicateState;
use crate::http::ogc::CRS84;
use crate::http::paging::{Count, DEFAULT_LIMIT};
use crate::index::order::Sort;
use crate::metrics::ImportFormat;
use crate::query::aggregate::{FacetOwn, Field};
use crate::query::cql2::Language;
use crate::query::event_query::{MAX_PEOPLE, MAX_RADIUS};
use crate::view::event::Include;

/// The form of a parameter's value.
enum Form {
    /// Values joined by commas, `!` in front of excluded ones; each matches the pattern.
    Terms(&'static str),
    /// The same, of codes that are all named.
    TermsOf(&'static [&'static str]),
    /// Codes joined by commas.
    Codes(&'static [&'static str]),
    /// One code.
    Code(&'static [&'static str]),
    /// Any text.
    Text,
    /// Any text, or none.
    Free,
    /// Text that matches a pattern.
    Pattern(&'static str),
    /// A whole number within a range.
    Number(i64, i64),
    /// A number of things, at least one, and the one that is meant where none is given.
    Count(i64),
    /// The sides of a box, of which there may be those of heights too.
    Sides,
    /// A number from 0 to 1.
    Share,
    /// `true` or `false`.
    Flag,
}

const CODE: &str = "^!?[a-z][a-z0-9_]*$";
const ID: &str = "^!?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";
const REFERENCE: &str = "^!?[0-9a-zA-Z]+(-[0-9a-zA-Z]+)*$";
const SLUG: &str = "^!?[0-9a-z]+(-[0-9a-z]+)*$";
const COUNTRY: &str = "^!?[A-Z]{2}$";
const ADMIN1: &str = "^!?[A-Z]{2}-[A-Z0-9]{1,3}$";
const EXTERNAL_ID: &str = r"^[^:]*[^:\s][^:]*:.*\S.*$";
const POINT: &str = r"^\s*-?[0-9.]+\s*,\s*-?[0-9.]+\s*$";
const BOX: &str = r"^\s*-?[0-9.]+\s*(,\s*-?[0-9.]+\s*){3}$";

fn parameter(place: ParameterIn, name: &str, form: Form, description: &str, example: Value) -> Parameter {
    let text = || ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    let one_of = |codes: &'static [&'static str]| text().enum_values(Some(codes.iter().copied()));
    let list = |items: ObjectBuilder| Schema::Array(ArrayBuilder::new().items(items).min_items(Some(1)).build());
    let is_list = matches!(form, Form::Terms(_) | Form::TermsOf(_) | Form::Codes(_) | Form::Sides);
    let schema = match form {
        Form::Terms(pattern) => list(text().pattern(Some(pattern))),
        Form::TermsOf(codes) => list(text().pattern(Some(format!("^!?({})$", codes.join("|"))))),
        Form::Codes(codes) => list(one_of(codes)),
        Form::Code(codes) => one_of(codes).into(),
        Form::Text => text().min_length(Some(1)).into(),
        Form::Free => text().into(),
        Form::Pattern(pattern) => text().pattern(Some(pattern)).into(),
        Form::Number(low, high) => ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(low))
            .maximum(Some(high))
            .into(),
        Form::Count(default) => ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(1))
            .default(Some(json!(default)))
            .into(),
        Form::Sides => {
            let sides = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Number));
            Schema::Array(ArrayBuilder::new().items(sides).min_items(Some(4)).max_items(Some(6)).build())
        }
        Form::Flag => ObjectBuilder::new().schema_type(SchemaType::Type(Type::Boolean)).into(),
        Form::Share => {
            ObjectBuilder::new().schema_type(SchemaType::Type(Type::Number)).minimum(Some(0)).maximum(Some(1)).into()
        }
    };
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .description(Some(description))
        .example(Some(example))
        .schema(Some(RefOr::T(schema)));
    // A list is one value with commas, never a parameter that is repeated.
    if is_list { parameter.style(Some(ParameterStyle::Form)).explode(Some(false)).build() } else { parameter.build() }
}

fn query(name: &str, form: Form, description: &str, example: impl Into<Value>) -> Parameter {
    parameter(ParameterIn::Query, name, form, description, example.into())
}

fn validator() -> Parameter {
    parameter(
        ParameterIn::Header,
        "If-None-Match",
        Form::Free,
        "An `ETag` given before: the answer is 304 while it \
            still holds.",
        json!("W/\"6f1ed002ab559585\""),
    )
}

macro_rules! parameters {
    ($(#[$meta:meta])* $name:ident => $list:expr) => {
        $(#[$meta])*
        pub struct $name;

        impl IntoParams for $name {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                $list
            }
        }
    };
}

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
    /// Filters of the list of coverage.
    CoverageFilterParams => vec![
        query("source", Form::Terms(REFERENCE), "Ids or slugs of sources; `!` excludes.", json!(["parriva-2026-01-31"])),
        query("location", Form::Terms(REFERENCE), "Ids or slugs of locations: entries for these, for what they lie in, and for \
            what lies in them; `!` excludes entries for these and what lies in them.", json!(["los-angeles"])),
        query("country", Form::Terms(COUNTRY), "ISO 3166-1 alpha-2 codes, in the same way.", json!(["US"])),
        query("admin1", Form::Terms(ADMIN1), "ISO 3166-2 codes, in the same way.", json!(["US-CA"])),
        query("from", Form::Text, "Begin of a window of days: a date or EDTF value, or an RFC 3339 instant for its day.",
            "2026-01-31"),
        query("to", Form::Text, "End of the window, inclusive. Forms as for `from`.", "2026-01-31"),
        query("overlap", Form::Code(Overlap::CODES), "`possible` (unless given): entries that touch the places and days asked \
            for. `definite`: only those that by themselves take in the whole of a place and of the window.", "possible"),
        query("time_zone", Form::Text, "An IANA zone in which instants are read as days, instead of UTC.",
            "America/Los_Angeles"),
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
    /// Which page of a list.
    PageParams => vec![
        query("limit", Form::Number(1, 500), "Most items of the page; 50 unless given.", 50),
        query("cursor", Form::Text, "`page.next` or `page.previous` of another page of the same list; the page is computed \
            at the moment of that one.", "WzEsNDIsOTk3LGZhbHNlLFsxLDJdXQ"),
        query("count", Form::Code(Count::CODES), "`none` leaves the total out.", "exact"),
    ]
}

parameters! {
    /// In which form a resource of `/ogc` is given.
    OgcFormParam => vec![
        query("f", Form::Code(&["json"]), "The form of the answer, whatever `Accept` says: there is JSON alone.", "json"),
    ]
}

parameters! {
    /// Which page of features, and in which reference system.
    OgcPageParams => vec![
        query("limit", Form::Count(DEFAULT_LIMIT.into()), "Most features of the page; whoever asks for more \
            is given 10,000.", 1_000),
        query("cursor", Form::Text, "Stands in the links `next` and `prev` of another page; the page is computed at the moment of \
            that one, so that pages together hold each feature once.", "WzEsNDIsOTk3LGZhbHNlLFsxLDJdXQ"),
        query("crs", Form::Code(&[CRS84]), "The reference system of the coordinates of the answer.", CRS84),
        query("bbox-crs", Form::Code(&[CRS84]), "The reference system of `bbox`.", CRS84),
    ]
}

parameters! {
    /// Where and when, as OGC API Features has it.
    OgcMemberParams => vec![
        query("bbox", Form::Sides, "A box as west,south,east,north in degrees, or west,south,lowest,east,north,highest, of which the \
            heights are not looked at; west may be greater than east across the antimeridian. A feature without a geometry does \
            not match, where others of its collection have one.", json!([-118.3, 34.0, -118.2, 34.1])),
        query("datetime", Form::Text, "A moment, or an interval of two with `/` between, of which one may be `..`: RFC 3339 instants, \
            or dates in the event's own calendar. A feature that is undated does not match, where others of its collection \
            have a time.", "2026-01-30T00:00:00Z/.."),
    ]
}

parameters! {
    /// Filters of events as features: those of the list, with where and when as OGC API Features has it.
    OgcEventParams => {
        let is_other = |parameter: &Parameter| !["bbox", "filter_lang"].contains(&parameter.name.as_str());
        let others = EventFilterParams::into_params(|| None).into_iter().filter(is_other);
        OgcMemberParams::into_params(|| None).into_iter().chain(others).collect()
    }
}

parameters! {
    /// How `filter` is to be read.
    OgcFilterParams => vec![
        query("filter-lang", Form::Code(Language::CODES), "The language of `filter`; `cql2-text` unless given.", "cql2-text"),
        query("filter-crs", Form::Code(&[CRS84]), "The reference system of coordinates in `filter`.", CRS84),
    ]
}

fn after() -> Parameter {
    query(
        "after",
        Form::Number(0, i64::MAX),
        "The number of an operation: what happened behind it is told; 0 unless given.",
        41,
    )
}

parameters! {
    /// Which page of the change feed.
    ChangePageParams => vec![
        after(),
        query("limit", Form::Number(1, 500), "Most entries of the page; 100 unless given. There may be fewer though more follow.",
            100),
    ]
}

parameters! {
    /// Where a stream of changes begins.
    StreamParams => vec![after()]
}

parameters! {
    /// Where a stream of changes goes on.
    StreamHeaders => vec![
        parameter(ParameterIn::Header, "Last-Event-ID", Form::Pattern(r"^[0-9]+\.[0-9]+$"), "The `id` of the last event that the \
            client was given: the stream goes on behind it, whatever `after` says. Where the node has not reached it yet the \
            stream begins and waits, for a minute at most.", json!("1.41")),
        min_revision(),
    ]
}

fn min_revision() -> Parameter {
    parameter(
        ParameterIn::Header,
        "Min-Revision",
        Form::Pattern("^[0-9]+$"),
        "The number of an operation: the node \
        waits up to two seconds until it has reached it, and answers 503 if it does not.",
        json!("42"),
    )
}

parameters! {
    /// The moment of a read.
    ReadParams => vec![
        query("as_of", Form::Text, "The number of an operation, or an RFC 3339 instant: the answer is given as it would \
            have been then.", "42"),
    ]
}

parameters! {
    /// What a read may ask by header.
    ReadHeaders => vec![
        min_revision(),
        validator(),
    ]
}

parameters! {
    /// What a page about the program may ask by header.
    ValidatorHeader => vec![validator()]
}

fn entity_filters(kind: &str) -> Vec<Parameter> {
    let kinds = query("kind", Form::Terms(CODE), "Kinds, as in `/v1/vocabulary`; `!` excludes.", json!([kind]));
    NamedFilterParams::into_params(|| None).into_iter().chain([kinds]).collect()
}

parameters! {
    /// Filters of the list of actors.
    ActorFilterParams => entity_filters("agency")
}

parameters! {
    /// Filters of the list of locations.
    LocationFilterParams => entity_filters("locality")
}

parameters! {
    /// Filters of the list of sources.
    SourceFilterParams => entity_filters("news")
}

parameters! {
    /// Filters of a list of things that have no kind.
    NamedFilterParams => vec![
        query("id", Form::Terms(ID), "Ids; `!` excludes.", json!(["019c1159-7000-7004-8000-000000000001"])),
        query("q", Form::Text, "Text that stands in a name or alias; case and accents make no difference.", "shutdown"),
    ]
}

parameters! {
    /// Filters of the list of duplicates.
    DuplicateFilterParams => vec![
        query("event", Form::Terms(ID), "Ids of events, of which one is in the pair; `!` excludes.",
            json!(["019c1159-7000-7000-8000-0000000000e4"])),
        query("state", Form::TermsOf(DuplicateState::CODES), "What became of the pair; `open` unless given.",
            json!(["open", "rejected"])),
        query("min_score", Form::Share, "The lowest score, from 0 to 1.", 0.8),
    ]
}

parameters! {
    /// What the history tells of a write.
    WriteParams => vec![
        query("reason", Form::Text, "Why, for the history; at most 300 characters.", "The organizers corrected the hour."),
        query("source", Form::Text, "The source that gave occasion: its id, slug or address; at most 300 characters.",
            "parriva-2026-01-31"),
    ]
}

fn format() -> Parameter {
    let mut format = query(
        "format",
        Form::Code(ImportFormat::SENT),
        "What the file is: `ndjson`, one object \
        `{\"resource\": …, \"document\": …}` a line, as exports are; `marchline`, a table as `/v1/events.csv` gives it; or a file of another \
        collection.",
        "ccc",
    );
    format.required = Required::True;
    format
}

parameters! {
    /// How a file is imported.
    ImportParams => vec![
        format(),
        query("dry_run", Form::Flag, "Whether the report only tells what would be done, and nothing is written; not unless given. \
            For `ccc`.", true),
        query("force", Form::Flag, "Whether changed rows are written over events that an editor has changed since, and with `sync` \
            whatever is gone is withdrawn; not unless given. For `ccc`.", false),
        query("sync", Form::Flag, "Whether events are withdrawn that were imported before and that the file does not have any \
            more; not unless given. For `ccc`.", true),
    ]
}

fn if_match(required: Required) -> Parameter {
    let meaning =
        "The `ETag` of what was read: the request is refused with 412 where it was changed since. `*` for any.";
    let mut header = parameter(ParameterIn::Header, "If-Match", Form::Text, meaning, json!("\"1.1-6f1ed002ab559585\""));
    header.required = required;
    header
}

parameters! {
    /// Which version a change is of, where that may be left open.
    MatchHeader => vec![if_match(Required::False)]
}

parameters! {
    /// Which version a change is of.
    RequiredMatchHeader => vec![if_match(Required::True)]
}

parameters! {
    /// What makes a request safe to repeat.
    IdempotencyHeader => vec![
        parameter(ParameterIn::Header, "Idempotency-Key", Form::Pattern("^[!-~]{1,255}$"), "A key of the client's own: the same \
            request with the same key is done once in 24 hours and answered alike each time, on every node.",
            json!("8e03978e-40d5-43e8-bc93-6894a57f9324")),
    ]
}

parameters! {
    /// How far to walk along links.
    DepthParam => vec![
        query("depth", Form::Number(1, 10), "How many links away an event may be; 1 unless given.", 2),
    ]
}
