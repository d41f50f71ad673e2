//! Evidence and links of an event, as things of their own. Each is a part of the event's document: whoever writes one writes
//! a new version of the event.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use uuid::Uuid;

use super::super::body;
use super::super::problem::Problem;
use super::documents::{Change, How, first};
use super::faults::{in_item, read_only};
use super::preconditions::{IfMatch, required};
use super::written::{uncached, whole_view};
use super::{JSON, Write};
use crate::domain::content::Content;
use crate::domain::event::Link;
use crate::domain::resource::Resource;
use crate::node::operation::{Done, Outcome};
use crate::query::params::shown;
use crate::store::document::Document;
use crate::store::error::StoreError;
use crate::store::write::{last_content, whole_text};
use crate::view::links::{Direction, EventLink, EventRef, link_id};
use crate::view::sent_back::LeftOut;

/// Which parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Who says what about which field.
    Evidence,
    /// Relations to other events.
    Link,
}

impl Part {
    /// The member of an event that lists them.
    pub const fn list(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Link => "links",
        }
    }
}

/// The id of a part that the path names.
///
/// # Errors
/// 404 for what is no id.
pub fn part_id(req: &HttpRequest, part: Part) -> Result<Uuid, Problem> {
    let text = req.match_info().get("part").unwrap_or_default();
    let id = Some(text).filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok());
    id.ok_or_else(|| missing(part, text))
}

/// A part that is not there.
pub fn missing(part: Part, id: &str) -> Problem {
    let what = match part {
        Part::Evidence => "evidence",
        Part::Link => "link",
    };
    Problem::not_found(format!("{what} `{}` of this event", shown(id)))
}

/// The part with an id among those of an event's view.
pub fn find(view: &Value, part: Part, id: Uuid) -> Option<usize> {
    let id = id.to_string();
    view[part.list()].as_array()?.iter().position(|item| item["id"] == id.as_str())
}

/// Adds a part to an event.
pub async fn add(req: HttpRequest, payload: Payload, part: Part) -> Result<HttpResponse, Problem> {
    let write = Write::begin(&req).await?;
    let body = body::json(&req, payload, &[JSON]).await?;
    if body.get("id").is_some_and(|id| !id.is_null()) {
        return Err(read_only("/id"));
    }
    let event = write.id(Resource::Event)?;
    let fresh = (part == Part::Evidence).then(Uuid::new_v4);
    let edit = |view: &Value| {
        let mut view = view.clone();
        let mut item = body.clone();
        if let (Some(id), true) = (fresh, item.is_object()) {
            item["id"] = id.to_string().into();
        }
        if let Some(items) = view[part.list()].as_array_mut() {
            items.push(item);
        }
        Ok(view)
    };
    let outcome = write.change_part(event, write.matching.as_ref(), (part, fresh), &body, edit).await?;
    // A request that was sent before is answered with what it made then.
    let id = first(&outcome)?.part.unwrap_or_else(|| write.link_of(event, &body, write.moment(&outcome)));
    let location = format!("{}/{id}", req.path());
    answer(&write, part, id, &outcome, StatusCode::CREATED, Some(&location))
}

impl Write {
    /// The id of a link that was written by an operation. What was merged away until then stands for what took it in, so that the
    /// id is not known before.
    fn link_of(&self, event: Uuid, body: &Value, seq: i64) -> Uuid {
        let named = body["event"]["id"].as_str().and_then(|id| Uuid::try_parse(id).ok()).unwrap_or_default();
        let object = self.service.index.read().events.survivor(named, seq);
        link_id(event, body["relation"].as_str().unwrap_or_default(), object)
    }

    /// Changes an event in one of its parts, which alone was sent.
    async fn change_part(
        &self,
        event: Uuid,
        matching: Option<&IfMatch>,
        (part, id): (Part, Option<Uuid>),
        body: &Value,
        edit: impl Fn(&Value) -> Result<Value, Problem>,
    ) -> Result<Outcome, Problem> {
        let how = Change { matching, left_out: LeftOut::Goes, part: id, body };
        let outcome = self.change(Resource::Event, event, how, edit).await;
        outcome.map_err(|problem| problem.map_pointers(|pointer| in_item(pointer, part.list())))
    }
}

/// Changes a piece of evidence.
pub async fn change(req: HttpRequest, payload: Payload, how: How) -> Result<HttpResponse, Problem> {
    let part = Part::Evidence;
    let write = Write::begin(&req).await?;
    let matching = required(write.matching.as_ref())?;
    let media_types: &[&str] = match how {
        How::Replace => &[JSON],
        How::Patch => &["application/merge-patch+json", JSON],
    };
    let body = body::json(&req, payload, media_types).await?;
    let (event, id) = (write.id(Resource::Event)?, part_id(&req, part)?);
    let edit = |view: &Value| {
        let position = find(view, part, id).ok_or_else(|| missing(part, &id.to_string()))?;
        let mut view = view.clone();
        let item = &mut view[part.list()][position];
        match how {
            How::Patch => json_patch::merge(item, &body),
            How::Replace => item.clone_from(&body),
        }
        if item.get("id").is_some_and(|given| *given != id.to_string()) {
            return Err(read_only("/id"));
        }
        if item.is_object() {
            item["id"] = id.to_string().into();
        }
        Ok(view)
    };
    let outcome = write.change_part(event, Some(matching), (part, Some(id)), &body, edit).await?;
    answer(&write, part, id, &outcome, StatusCode::OK, None)
}

/// Takes a part out of an event.
pub async fn remove(req: HttpRequest, part: Part) -> Result<HttpResponse, Problem> {
    let write = Write::begin(&req).await?;
    let matching = required(write.matching.as_ref())?;
    let (event, id) = (write.id(Resource::Event)?, part_id(&req, part)?);
    let edit = |view: &Value| {
        let position = find(view, part, id).ok_or_else(|| missing(part, &id.to_string()))?;
        let mut view = view.clone();
        if let Some(items) = view[part.list()].as_array_mut() {
            if items[position]["direction"] == "incoming" {
                return Err(missing(part, &id.to_string()));
            }
            items.remove(position);
        }
        Ok(view)
    };
    write.change_part(event, Some(matching), (part, Some(id)), &Value::Null, edit).await?;
    Ok(uncached(StatusCode::NO_CONTENT).finish())
}

/// A link that readers are not given, since a policy hides one of its ends, for whoever has just written it.
fn unseen_link(write: &Write, event: &Done, id: Uuid) -> Result<Value, Problem> {
    let lost = || StoreError::corrupt("what was written is not there");
    let (link, object) = write.service.reader.read(|conn| {
        // As it was written: others may have changed it since.
        let body = whole_text(conn, event.id, event.revision)?.ok_or_else(lost)?;
        let subject = Document::from_body(Resource::Event, &body)?.content;
        let Content::Event(subject) = &*subject else {
            return Err(lost());
        };
        let link = subject.links.iter().find(|link| link_id(event.id, link.relation.code(), link.event) == id);
        let link = link.ok_or_else(lost)?.clone();
        let object = last_content(conn, Resource::Event, link.event)?.ok_or_else(lost)?;
        Ok((link, object))
    })?;
    let Content::Event(object) = &*object else {
        return Err(lost().into());
    };
    let Link { relation, event: other, confidence, evidence_id } = link;
    let other = EventRef { id: other, title: object.title.clone() };
    let link = EventLink { id, relation, direction: Direction::Outgoing, event: other, confidence, evidence_id };
    Ok(serde_json::to_value(link).map_err(StoreError::from)?)
}

/// Answers with a part as an operation left it.
fn answer(
    write: &Write,
    part: Part,
    id: Uuid,
    outcome: &Outcome,
    status: StatusCode,
    location: Option<&str>,
) -> Result<HttpResponse, Problem> {
    let event = first(outcome)?;
    let seq = write.moment(outcome);
    let view = whole_view(&write.service, (Resource::Event, event.id), event.revision, seq, write.clearance())?;
    let written = match find(&view, part, id) {
        Some(position) => view[part.list()][position].clone(),
        None => unseen_link(write, event, id)?,
    };
    let etag = write.written(Resource::Event, event, outcome)?.etag;
    let text = serde_json::to_vec(&written).map_err(StoreError::from)?;
    Ok(super::written::Written { etag, text }.respond(status, location))
}
