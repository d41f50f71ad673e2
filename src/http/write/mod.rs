//! Writing: who asks, on what grounds, against which version, and what is answered.

pub mod decisions;
mod documents;
mod errors;
pub mod faults;
pub mod operations;
pub mod parts;
pub mod preconditions;
mod redactions;
pub mod schemas;
mod written;

use std::sync::Weak;

use actix_web::{HttpRequest, web};
use serde_json::Value;
use uuid::Uuid;
use xxhash_rust::xxh3::Xxh3Default;

use super::access::{self, Access};
use super::ask::{Ask, Service, now, reach};
use super::problem::Problem;
use super::respond::JSON;
use super::{entities, events};
use crate::domain::content::Content;
use crate::domain::grounds::Grounds;
use crate::domain::input::{Fault, MAX_NAME};
use crate::domain::input_form::input_form;
use crate::domain::privacy::Clearance;
use crate::domain::resource::{Reference, Resource};
use crate::domain::scope::Scope;
use crate::index::State;
use crate::index::sight::Sight;
use crate::node::operation::{Command, Operation, Outcome, Refusal};
use crate::query::params::{Params, Unread, shown};
use crate::store::claims::{Claim, Claimed, claimed};
use crate::store::error::StoreError;
use crate::store::write::{Newest, last_content, newest};
use faults::problem;
use preconditions::IfMatch;

/// A request to write.
pub struct Write {
    /// What it is written to.
    pub service: web::Data<Service>,
    /// What the client expects the member to be at.
    pub matching: Option<IfMatch>,
    access: Access,
    grounds: Grounds,
    key: Option<String>,
    req: HttpRequest,
}

/// A member as it stands, whoever may read it.
pub struct Member {
    /// Its newest version.
    pub newest: Newest,
    /// Its values in the form in which they would be written.
    pub stored: Value,
}

impl Write {
    /// Begins to read a request: its key, its parameters and its headers.
    ///
    /// # Errors
    /// 401 and 403 for those who may not write, 406 for another form of answer, 400 with all faults of parameters and headers,
    /// 503 for a node that is not ready.
    pub async fn begin(req: &HttpRequest) -> Result<Self, Problem> {
        let access = access::require(req, Scope::Write)?;
        let mut ask = Ask::begin(req, JSON).await?;
        let grounds = grounds(&mut ask, &access);
        let matching = preconditions::if_match(req, &mut ask.params);
        let key = preconditions::idempotency_key(req, &mut ask.params);
        ask.finish()?;
        Ok(Self { service: ask.service, matching, access, grounds, key, req: req.clone() })
    }

    /// The id of the member that the path names.
    ///
    /// # Errors
    /// 404 for what names nothing.
    pub fn id(&self, resource: Resource) -> Result<Uuid, Problem> {
        let text = self.req.match_info().get("id").unwrap_or_default();
        let missing = || Problem::not_found(format!("{resource} `{}`", shown(text)));
        match Reference::parse(resource, text).ok_or_else(missing)? {
            Reference::Id(id) => Ok(id),
            Reference::Slug(slug) => {
                let state = self.service.index.read();
                let id = state.entities.with_slug(resource, slug.as_str());
                id.filter(|id| self.may_know(&state, resource, *id)).ok_or_else(missing)
            }
        }
    }

    /// A member as it stands.
    ///
    /// # Errors
    /// 404 where there is none, or none that this client may know of; 410 or a redirection where it has ceased; 403 where it
    /// holds what this client may not read.
    pub async fn member(&self, resource: Resource, id: Uuid) -> Result<Member, Problem> {
        let found = self.service.reader.read(|conn| newest(conn, &[id]))?.pop();
        let newest = found.filter(|newest| newest.resource == resource).ok_or_else(|| missing(resource, id))?;
        // What it names must be known here.
        reach(&self.service.index, newest.seq).await?;
        if !self.may_know(&self.service.index.read(), resource, id) {
            return Err(missing(resource, id));
        }
        let Some(content) = newest.content.clone() else {
            return Err(self.ceased(resource, id));
        };
        self.may_change(&content, id)?;
        let stored = input_form(&content, id, newest.slug.as_deref()).map_err(StoreError::from)?;
        Ok(Member { newest, stored })
    }

    /// Holds that a member that was withdrawn is one that this client may change.
    ///
    /// # Errors
    /// 404 or 403 where it is not.
    pub fn may_restore(&self, resource: Resource, id: Uuid) -> Result<(), Problem> {
        if !self.may_know(&self.service.index.read(), resource, id) {
            return Err(missing(resource, id));
        }
        let content = self.service.reader.read(|conn| last_content(conn, resource, id))?;
        // What there never was is refused here too, as early as what is kept from this client.
        content.map_or_else(|| Err(missing(resource, id)), |content| self.may_change(&content, id))
    }

    /// Whether this client may know that there is a member; what is kept of events depends on their values.
    fn may_know(&self, state: &State, resource: Resource, id: Uuid) -> bool {
        let sight = Sight { state, seq: i64::MAX, clearance: self.clearance() };
        resource == Resource::Event || sight.has(id)
    }

    /// Whoever changes a document must be allowed to read the whole of it: what is kept from them could be lost, or probed.
    fn may_change(&self, content: &Content, id: Uuid) -> Result<(), Problem> {
        match content {
            Content::Event(event) if !self.sees_hidden() => match &event.privacy {
                Some(policy) if policy.embargo => Err(missing(Resource::Event, id)),
                Some(_) => access::require(&self.req, Scope::ReadRestricted).map(drop),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn sees_hidden(&self) -> bool {
        self.clearance() == Clearance::Restricted
    }

    /// What whoever writes may be given.
    pub fn clearance(&self) -> Clearance {
        access::clearance(&self.req)
    }

    /// What a client is told of a member that has ceased.
    fn ceased(&self, resource: Resource, id: Uuid) -> Problem {
        let state = self.service.index.read();
        let gone = match resource {
            Resource::Event => {
                let sight = Sight { state: &state, seq: state.head.seq, clearance: self.clearance() };
                events::gone(sight, &self.req, id)
            }
            _ => entities::gone(&state, &self.req, id, state.head.seq),
        };
        gone.unwrap_or_else(|| missing(resource, id))
    }

    /// Performs what a request asks for, or tells what came of it where the client has sent the same before: by then what it
    /// is about may have another version, or have ceased.
    ///
    /// # Errors
    /// Why it was not performed; 422 where the idempotency key was sent with another request.
    pub async fn once(
        &self,
        body: &Value,
        perform: impl AsyncFnOnce() -> Result<Outcome, Problem>,
    ) -> Result<Outcome, Problem> {
        let Some(claim) = self.claim(body) else {
            return perform().await;
        };
        let at = now();
        match self.service.reader.read(|conn| claimed(conn, &claim, at))? {
            Claimed::Nothing => perform().await,
            Claimed::Another => Err(problem(Refusal::KeyReused)),
            Claimed::Same(outcome) => {
                let outcome: Outcome = serde_json::from_str(&outcome).map_err(StoreError::from)?;
                // It may be another node's.
                reach(&self.service.index, outcome.seq.unwrap_or_default()).await?;
                Ok(outcome)
            }
        }
    }

    /// Performs a command.
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn submit(&self, command: Command, body: &Value) -> Result<Outcome, Refused> {
        self.submit_with(Vec::new(), command, body).await
    }

    /// The same of what has faults already: the writer refuses it, and tells whatever else is wrong with it.
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn submit_with(&self, faults: Vec<Fault>, command: Command, body: &Value) -> Result<Outcome, Refused> {
        let writer = self.service.writer.get().and_then(Weak::upgrade);
        let writer = writer.ok_or_else(|| Problem::unavailable("The node is stopping.")).map_err(Refused::Told)?;
        let claim = self.claim(body);
        let (grounds, sees_hidden) = (self.grounds.clone(), self.sees_hidden());
        let mut operation = Operation { faults, grounds, claim, ..Operation::one(command) };
        operation.set_sees_hidden(sees_hidden);
        let answer = writer.submit(operation);
        // A writer that must stop waits for nobody who waits for it.
        drop(writer);
        match answer.await.unwrap_or(Err(Refusal::Store(StoreError::Stopped))) {
            Ok(outcome) => {
                super::ask::answers_for(&self.req, self.service.index.head());
                Ok(outcome)
            }
            Err(Refusal::Stale(revision)) => Err(Refused::Stale(revision)),
            Err(Refusal::Ceased(resource, id)) => Err(Refused::Told(self.ceased(resource, id))),
            Err(refusal) => Err(Refused::Told(problem(refusal))),
        }
    }

    /// The idempotency key that was sent, with what was asked for.
    fn claim(&self, body: &Value) -> Option<Claim> {
        let key = self.key.clone()?;
        let mut digest = Xxh3Default::new();
        for part in [self.req.method().as_str(), self.req.path(), self.req.query_string(), &body.to_string()] {
            digest.update(&part.len().to_le_bytes());
            digest.update(part.as_bytes());
        }
        let digest = format!("{:032x}", digest.digest128());
        Some(Claim { key_no: self.access.key_no, key, digest })
    }
}

/// Why a command was not performed.
pub enum Refused {
    /// The member is at another revision by now.
    Stale(i32),
    /// Anything else.
    Told(Problem),
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Stale(revision) => Self::stale(revision),
            Refused::Told(problem) => problem,
        }
    }
}

fn missing(resource: Resource, id: Uuid) -> Problem {
    Problem::not_found(format!("{resource} `{id}`"))
}

/// What the history will tell of a write, which is one of now.
pub fn grounds(ask: &mut Ask, access: &Access) -> Grounds {
    if ask.as_of.is_some() {
        ask.params.fault("as_of", "unknown_parameter", "What is written is written now.");
    }
    let reason = text(&mut ask.params, "reason", MAX_NAME);
    let source = text(&mut ask.params, "source", MAX_NAME);
    Grounds { reason, source, made_by: access.label.clone() }
}

fn text(params: &mut Params, name: &'static str, max: usize) -> Option<String> {
    params.read(name, |text| {
        let (text, length) = (text.trim(), text.chars().count());
        match length {
            _ if text.is_empty() => Err(Unread::new("empty", "The parameter has no value.")),
            n if n > max => Err(Unread::new("too_long", format!("At most {max} characters are allowed."))),
            _ => Ok(unicode_normalization::UnicodeNormalization::nfc(text).collect()),
        }
    })
}
