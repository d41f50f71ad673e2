//! Parameters below `/ogc`, as the standards have them.

use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::events::EventFilterParams;
use super::{Form, parameters, query};
use crate::http::ogc::CRS84;
use crate::http::paging::DEFAULT_LIMIT;
use crate::query::cql2::Language;

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
    /// Conditions on what is no event.
    OgcConditionParam => vec![
        query("filter", Form::Text, "Conditions in CQL2 (OGC 21-065r2) on the queryables of the collection, which hold beside all \
            other parameters, joined by `AND`, `OR` and `NOT`.", "name LIKE '%Out%' AND recorded_at >= DATE('2026-01-01')"),
    ]
}

parameters! {
    /// How `filter` is to be read.
    OgcFilterParams => vec![
        query("filter-lang", Form::Code(Language::CODES), "The language of `filter`; `cql2-text` unless given.", "cql2-text"),
        query("filter-crs", Form::Code(&[CRS84]), "The reference system of coordinates in `filter`.", CRS84),
    ]
}
