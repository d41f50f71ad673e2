//! Tiles of a map: events one by one from near by, counted together from farther away.

use actix_web::{HttpRequest, HttpResponse};

use super::aggregates::{Counted, counted};
use super::ask::Ask;
use super::counting::Counting;
use super::errors::{AggregateErrors, TileErrors};
use super::event_ask::EventAsk;
use super::params::{EventFilterParams, ReadHeaders, ReadParams};
use super::problem::Problem;
use super::respond::{self, Fingerprint, JSON, Text};
use super::site::site;
use crate::domain::tile::Tile;
use crate::view::tile::{MEDIA_TYPE, TileSet, VectorTile};

/// What a square of a map shows of the events that match a query, as a Mapbox Vector Tile with a margin of a sixteenth. Up to zoom
/// level 13, and where there are more than 2,048 places, events that are near one another are one feature of the layer `clusters`;
/// one that stands alone, and from level 14 on every place of an event, is a feature of the layer `events`. Places that are known no
/// finer than by a country or a first-level division are not shown.
#[utoipa::path(get, path = "/v1/tiles/{z}/{x}/{y}.mvt", operation_id = "get_event_tile", tag = "events",
    params(("z" = u8, Path, description = "The zoom level: the world is 2^z tiles wide.", example = 10, minimum = 0, maximum = 18),
        ("x" = u32, Path, description = "The column, from the west.", example = 175, minimum = 0),
        ("y" = u32, Path, description = "The row, from the north.", example = 408, minimum = 0),
        EventFilterParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "The tile; of no bytes where there is nothing.", body = inline(VectorTile),
        content_type = "application/vnd.mapbox-vector-tile",
        headers(("ETag", description = "Weak validator of the tile."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The tile is the one that the client has."), TileErrors))]
pub async fn get_event_tile(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let tile = named(&req).ok_or_else(|| Problem::not_found("such tile"))?;
    let count = move |(): &(), counting: &Counting<'_>| {
        let bytes = counting.tile(tile)?;
        Ok(Counted { told: bytes.len(), bytes })
    };
    counted(req, MEDIA_TYPE, |_| (), count).await
}

/// The tile that a path names. Numbers are written in one way, so that a tile has one address.
fn named(req: &HttpRequest) -> Option<Tile> {
    fn number<T: std::str::FromStr + ToString>(req: &HttpRequest, name: &str) -> Option<T> {
        let text = req.match_info().get(name)?;
        text.parse::<T>().ok().filter(|number| number.to_string() == text)
    }
    Tile::at(number(req, "z")?, number(req, "x")?, number(req, "y")?)
}

/// Where the tiles of a query are, as `TileJSON`.
#[utoipa::path(get, path = "/v1/tiles.json", operation_id = "get_event_tileset", tag = "events",
    params(EventFilterParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "Where they are, and what they show.", body = TileSet,
        headers(("ETag", description = "Weak validator of the answer."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The answer is the one that the client has."), AggregateErrors))]
pub async fn get_event_tileset(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let mut asked = EventAsk::filters(&mut ask);
    let seq = asked.finish(&mut ask)?;
    let dataset = &ask.service.dataset;
    let site = site(&req, dataset).unwrap_or_default();
    let separator = if req.query_string().is_empty() { "" } else { "?" };
    // What stands in braces is replaced by whoever asks for a tile.
    let query = req.query_string().replace('{', "%7B").replace('}', "%7D");
    let address = format!("{site}/v1/tiles/{{z}}/{{x}}/{{y}}.mvt{separator}{query}");
    let mut print = Fingerprint::of(ask.clearance);
    let etag = print.text(&format!("{dataset:?} {address}")).weak();
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let text = Text::json(&TileSet::at(address, dataset.name.clone(), dataset.attribution.clone()))?;
    Ok(respond::whole(&etag, &respond::permanent_link(&req, seq), &text))
}
