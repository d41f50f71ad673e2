//! Writing members of any resource.

use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde_json::Value;
use uuid::Uuid;

use super::super::body;
use super::super::problem::Problem;
use super::preconditions::{IfMatch, required};
use super::written::{Written, uncached, whole_view};
use super::{JSON, Member, Refused, Write};
use crate::domain::input::{Fault, Reading};
use crate::domain::resource::{Reference, Resource};
use crate::node::operation::{Command, Done, Outcome};
use crate::store::error::StoreError;
use crate::store::log::ChangeKind;
use crate::view::sent_back::{Current, LeftOut, sent_back};

/// The media type of a merge patch (RFC 7396).
const MERGE_PATCH: &str = "application/merge-patch+json";

/// The view and the stored form of what is not there yet.
const NEW: (&Value, &Value) = (&Value::Null, &Value::Null);

/// How long a change that any version may be the base of is tried again while others change the same member.
const PATIENCE: Duration = Duration::from_secs(20);

/// Creates a member.
pub async fn create(req: HttpRequest, payload: Payload, resource: Resource) -> Result<HttpResponse, Problem> {
    let write = Write::begin(&req).await?;
    let body = body::json(&req, payload, &[JSON]).await?;
    let create = async || {
        let (document, faults) = write.sent_back(resource, body.clone(), NEW, LeftOut::Goes);
        Ok(write.submit_with(faults, Command::Create { resource, document }, &body).await?)
    };
    let outcome = write.once(&body, create).await?;
    let done = first(&outcome)?;
    let written = write.written(resource, done, &outcome)?;
    Ok(written.respond(StatusCode::CREATED, Some(&format!("{}/{}", req.path(), done.id))))
}

/// A change of a member.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// What the client expects the member to be at.
    pub matching: Option<&'a IfMatch>,
    /// What becomes of members that are left out.
    pub left_out: LeftOut,
    /// The part that it is about.
    pub part: Option<Uuid>,
    /// What was sent.
    pub body: &'a Value,
}

/// How a member is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By a whole document.
    Replace,
    /// By a merge patch (RFC 7396).
    Patch,
}

/// Changes a member.
pub async fn change(req: HttpRequest, payload: Payload, resource: Resource, how: How) -> Result<HttpResponse, Problem> {
    let write = Write::begin(&req).await?;
    let matching = required(write.matching.as_ref())?;
    let (media_types, left_out): (&[&str], _) = match how {
        How::Replace => (&[JSON], LeftOut::Stays),
        How::Patch => (&[MERGE_PATCH, JSON], LeftOut::Goes),
    };
    let body = body::json(&req, payload, media_types).await?;
    let id = write.id(resource)?;
    let changed = |view: &Value| match how {
        How::Replace => body.clone(),
        How::Patch => patched(view.clone(), &body),
    };
    let how = Change { matching: Some(matching), left_out, part: None, body: &body };
    let outcome = write.change(resource, id, how, |view| Ok(changed(view))).await?;
    Ok(write.written(resource, first(&outcome)?, &outcome)?.respond(StatusCode::OK, None))
}

fn patched(mut document: Value, patch: &Value) -> Value {
    json_patch::merge(&mut document, patch);
    document
}

/// Withdraws a member.
pub async fn retract(req: HttpRequest, resource: Resource) -> Result<HttpResponse, Problem> {
    let write = Write::begin(&req).await?;
    let matching = required(write.matching.as_ref())?;
    let id = write.id(resource)?;
    let retract = async || {
        let base = write.base(resource, id, Some(matching)).await?;
        Ok(write.submit(Command::Retract { resource, id, base }, &Value::Null).await?)
    };
    write.once(&Value::Null, retract).await?;
    Ok(uncached(StatusCode::NO_CONTENT).finish())
}

/// Gives a withdrawn member its values back.
pub async fn restore(req: HttpRequest, resource: Resource) -> Result<HttpResponse, Problem> {
    let write = Write::begin(&req).await?;
    let id = write.id(resource)?;
    let restore = async || {
        write.may_restore(resource, id)?;
        Ok(write.submit(Command::Restore { resource, id }, &Value::Null).await?)
    };
    let outcome = write.once(&Value::Null, restore).await?;
    Ok(write.written(resource, first(&outcome)?, &outcome)?.respond(StatusCode::OK, None))
}

/// Lets another member take one in.
pub async fn merge(req: HttpRequest, payload: Payload, resource: Resource) -> Result<HttpResponse, Problem> {
    let write = Write::begin(&req).await?;
    let body = body::json(&req, payload, &[JSON]).await?;
    let into = Reading::plain(&body, |o| o.required("into")?.text(100)).map_err(Problem::document)?;
    let id = write.id(resource)?;
    let found = match Reference::parse(resource, &into) {
        Some(Reference::Id(id)) => Some(id),
        Some(Reference::Slug(slug)) => write.service.index.read().entities.with_slug(resource, slug.as_str()),
        None => None,
    };
    let unknown = || {
        let detail = format!("There is no {resource} `{into}`.");
        Problem::document(vec![Fault { pointer: "/into".to_owned(), code: "unknown_reference", detail }])
    };
    let into = found.ok_or_else(unknown)?;
    let merge = async || {
        let base = write.base(resource, id, write.matching.as_ref()).await?;
        let is_fault = |problem: &Problem| problem.status_code() != StatusCode::SERVICE_UNAVAILABLE;
        let kept = write.member(resource, into).await;
        kept.map_err(|problem| if is_fault(&problem) { unknown() } else { problem })?;
        Ok(write.submit(Command::Merge { resource, id, into, base }, &body).await?)
    };
    let outcome = write.once(&body, merge).await?;
    survivor(&write, resource, &outcome)
}

/// Answers with the member that took another one in.
pub fn survivor(write: &Write, resource: Resource, outcome: &Outcome) -> Result<HttpResponse, Problem> {
    let survivor = outcome.done.get(1).ok_or_else(|| StoreError::corrupt("a merge has no survivor"))?;
    Ok(write.written(resource, survivor, outcome)?.respond(StatusCode::OK, None))
}

/// Puts other events in the place of one.
pub async fn split(req: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    let write = Write::begin(&req).await?;
    let body = body::json(&req, payload, &[JSON]).await?;
    let given = Reading::plain(&body, |o| Some(o.required("parts")?.list(|i| Some(i.raw().clone()))));
    let mut parts = given.map_err(Problem::document)?;
    let mut faults = Vec::new();
    for (position, part) in parts.iter_mut().enumerate() {
        let (cleaned, found) = write.sent_back(Resource::Event, std::mem::take(part), NEW, LeftOut::Goes);
        let at = |fault: Fault| Fault { pointer: format!("/parts/{position}{}", fault.pointer), ..fault };
        faults.extend(found.into_iter().map(at));
        *part = cleaned;
    }
    let id = write.id(Resource::Event)?;
    let split = async || {
        let base = write.base(Resource::Event, id, write.matching.as_ref()).await?;
        Ok(write.submit_with(faults, Command::Split { id, parts, base }, &body).await?)
    };
    let outcome = write.once(&body, split).await?;
    let made = outcome.done.iter().filter(|done| done.kind == Some(ChangeKind::Created));
    let texts = made.map(|part| Ok(write.written(Resource::Event, part, &outcome)?.text));
    let texts = texts.collect::<Result<Vec<_>, Problem>>()?;
    let list = [b"{\"data\":[", texts.join(&b',').as_slice(), b"]}"].concat();
    Ok(uncached(StatusCode::OK).content_type(ContentType::json()).body(list))
}

/// What became of the member that a command is about.
pub fn first(outcome: &Outcome) -> Result<&Done, Problem> {
    outcome.done.first().ok_or_else(|| StoreError::corrupt("an operation did nothing").into())
}

/// Adds to what readers are told of a policy the policy itself, so that a patch of one of its members leaves the others.
fn tell_policy(view: &mut Value, stored: &Value) {
    if let (Some(Value::Object(notice)), Some(Value::Object(policy))) = (view.get_mut("privacy"), stored.get("privacy"))
    {
        notice.extend(policy.clone());
    }
}

impl Write {
    /// A member as an operation left it.
    pub fn written(&self, resource: Resource, done: &Done, outcome: &Outcome) -> Result<Written, Problem> {
        Written::at(&self.service, (resource, done.id), done.revision, self.moment(outcome), self.clearance())
    }

    /// The operation that a request was performed by; where it changed nothing, the newest.
    pub fn moment(&self, outcome: &Outcome) -> i64 {
        outcome.seq.unwrap_or_else(|| self.service.index.head().seq)
    }

    /// The revision of a member that is to be changed, where that matters.
    pub async fn base(&self, resource: Resource, id: Uuid, matching: Option<&IfMatch>) -> Result<Option<i32>, Problem> {
        let revision = self.member(resource, id).await?.newest.revision;
        let Some(matching) = matching else {
            return Ok(None);
        };
        matching.check(revision, self.epoch())?;
        Ok(matching.binds(revision))
    }

    pub(super) fn epoch(&self) -> i64 {
        self.service.index.head().epoch
    }

    /// Makes a document that was sent into one that can be written, and tells what stands in the way of that; `current` are the
    /// member's view and stored form.
    fn sent_back(
        &self,
        resource: Resource,
        document: Value,
        (view, stored): (&Value, &Value),
        left_out: LeftOut,
    ) -> (Value, Vec<Fault>) {
        let state = self.service.index.read();
        let names = state.entities.at(state.head.seq);
        sent_back(resource, document, &Current { view, stored, names }, left_out)
    }

    /// Changes a member: `edit` makes its view into the document that is sent back. Where any version may be the base, it is
    /// tried again on a newer one, and waits for its turn among those that do so on this node: of all that are tried at once
    /// only one would succeed.
    ///
    /// # Errors
    /// 412 where it is not at a revision that was expected, 503 where others did not leave off changing it; whatever else is
    /// wrong with the change.
    pub async fn change(
        &self,
        resource: Resource,
        id: Uuid,
        how: Change<'_>,
        edit: impl Fn(&Value) -> Result<Value, Problem>,
    ) -> Result<Outcome, Problem> {
        let Change { matching, left_out, part, body } = how;
        let is_bound = matches!(matching, Some(IfMatch::Revisions(_)));
        let change = async || {
            let _turn = if is_bound { None } else { Some(self.service.turns.wait(id).await) };
            let begun = Instant::now();
            loop {
                let Member { newest, stored } = self.member(resource, id).await?;
                let base = newest.revision;
                if let Some(matching) = matching {
                    matching.check(base, self.epoch())?;
                }
                let now = self.service.index.head().seq;
                let mut view = whole_view(&self.service, (resource, id), base, now, self.clearance())?;
                tell_policy(&mut view, &stored);
                let (mut document, faults) = self.sent_back(resource, edit(&view)?, (&view, &stored), left_out);
                if let Some(members) = document.as_object_mut() {
                    members.insert("id".to_owned(), id.to_string().into());
                }
                let replace = Command::Replace { resource, id, base, document, part };
                match self.submit_with(faults, replace, body).await {
                    Err(Refused::Stale(_)) if !is_bound && begun.elapsed() < PATIENCE => {}
                    Err(Refused::Stale(_)) if !is_bound => {
                        return Err(Problem::unavailable("Others are changing it all the time."));
                    }
                    answer => return Ok(answer?),
                }
            }
        };
        self.once(body, change).await
    }
}
