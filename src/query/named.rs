//! What a question names, looked up.

use std::collections::HashMap;

use uuid::Uuid;

use super::cql2::Fault;
use super::event_query::EventQuery;
use super::filter::{self, Question};
use super::params::{Params, shown};
use super::terms::Terms;
use crate::domain::instant::Instant;
use crate::domain::privacy::Clearance;
use crate::domain::resource::{Reference, Resource};
use crate::domain::shared::ExternalId;
use crate::index::State;
use crate::index::entities::Moment;
use crate::index::sight::Sight;
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::log;

/// What the store alone can tell.
pub trait Told {
    /// The versions of events that have an external id, whether they are current or not.
    ///
    /// # Errors
    /// When the store cannot be asked.
    fn versions_with(&mut self, external: &ExternalId) -> Result<Vec<i64>, StoreError>;

    /// The newest operation recorded at or before an instant; 0 where there is none.
    ///
    /// # Errors
    /// When the store cannot be asked.
    fn seq_at(&mut self, instant: Instant) -> Result<i64, StoreError>;

    /// The lowest number of an entity that an operation from this one on made, or the next one to be given.
    ///
    /// # Errors
    /// When the store cannot be asked.
    fn first_made_since(&mut self, seq: i64) -> Result<i64, StoreError>;
}

impl Told for AnyConnection {
    fn versions_with(&mut self, external: &ExternalId) -> Result<Vec<i64>, StoreError> {
        log::versions_with(self, external)
    }

    fn seq_at(&mut self, instant: Instant) -> Result<i64, StoreError> {
        log::seq_at(self, instant)
    }

    fn first_made_since(&mut self, seq: i64) -> Result<i64, StoreError> {
        log::first_made_since(self, seq)
    }
}

/// The code of the fault that nobody whom the reader is told of has a name.
pub const UNKNOWN_REFERENCE: &str = "unknown_reference";

/// What a question names, found.
#[derive(Clone, Debug, Default)]
pub struct Named {
    pub(super) location: Terms<Uuid>,
    pub(super) actor: Terms<Uuid>,
    pub(super) actor_within: Terms<Uuid>,
    pub(super) campaign: Terms<Uuid>,
    pub(super) source: Terms<Uuid>,
    /// The versions that have the external id asked for; `None` where none is.
    pub external_id: Option<Vec<i64>>,
    /// The first operation recorded at or after the instant asked for; 0 where none is.
    pub recorded_since: i64,
    /// What the conditions of the filter name, one by one.
    pub(super) questions: Vec<Self>,
    /// The first operation recorded at or after each instant that the filter names.
    pub(super) recorded: HashMap<Instant, i64>,
    /// The lowest number of an entity that was made at or after each of them.
    pub(super) made: HashMap<Instant, i64>,
}

impl Named {
    /// Looks up what the question names but for what the store has to tell. A name that nothing ever had is a fault,
    /// `unknown_reference`: such a filter cannot be honoured. What existed at another time only is known, and simply matches
    /// nothing.
    pub fn find(query: &EventQuery, state: &State, clearance: Clearance, params: &mut Params) -> Self {
        // What existed at another time only is known, and so is what the public is told of by now.
        let everything = Sight { state, seq: i64::MAX, clearance };
        let mut ids = |parameter: &'static str, resource, terms: &Terms<Reference>| {
            let mut id = |reference: &Reference| {
                let found = everything.find(resource, reference).map(|(id, _)| id);
                // Where the fault is passed over, nobody is meant: in no event, and not anybody.
                found.unwrap_or_else(|| {
                    let detail = format!("There is no {resource} `{}`.", shown(&reference.to_string()));
                    params.fault(parameter, UNKNOWN_REFERENCE, detail);
                    Uuid::nil()
                })
            };
            let any = terms.any.iter().map(&mut id).collect();
            Terms { any, none: terms.none.iter().map(&mut id).collect() }
        };
        let mut named = Self {
            location: ids("location", Resource::Location, &query.location),
            actor: ids("actor", Resource::Actor, &query.actor),
            actor_within: ids("actor_within", Resource::Actor, &query.actor_within),
            campaign: ids("campaign", Resource::Campaign, &query.campaign),
            source: ids("source", Resource::Source, &query.source),
            ..Self::default()
        };
        let linked_to = query.linked_to.any.iter().chain(&query.linked_to.none);
        for id in linked_to.filter(|id| !state.events.was_seen(**id, clearance)) {
            params.fault("linked_to", UNKNOWN_REFERENCE, format!("There is no event `{id}`."));
        }
        if let Some(filter) = &query.filter {
            named.questions = Self::find_each(filter.questions(), state, clearance, params);
        }
        named
    }

    /// Looks up what the conditions of a filter name, one by one; faults of them are faults of `filter`.
    pub fn find_each(questions: &[Question], state: &State, clearance: Clearance, params: &mut Params) -> Vec<Self> {
        let find = |question: &Question| {
            let mut own = Params::default();
            let named = Self::find(&question.query, state, clearance, &mut own);
            for fault in own.finish() {
                let fault = Fault::new(&question.place, fault.code, fault.detail);
                params.fault("filter", fault.code, fault.told());
            }
            named
        };
        questions.iter().map(find).collect()
    }

    /// The same with what the store alone can tell by now.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub fn looked_up(&self, query: &EventQuery, store: &mut impl Told) -> Result<Self, StoreError> {
        let mut named = self.clone();
        if let Some(external) = &query.external_id {
            named.external_id = Some(store.versions_with(external)?);
        }
        if let Some(instant) = query.recorded_since {
            named.recorded_since = log::seq_since(instant, |before| store.seq_at(before))?;
        }
        for (moment, instant) in query.filter.iter().flat_map(|filter| filter.instants()) {
            let seq = log::seq_since(instant, |before| store.seq_at(before))?;
            named.recorded.insert(instant, seq);
            if moment == filter::Moment::Created {
                named.made.insert(instant, store.first_made_since(seq)?);
            }
        }
        Ok(named)
    }

    /// Whether it names no actor, place, campaign or source.
    pub(super) const fn is_nothing(&self) -> bool {
        self.location.is_empty()
            && self.actor.is_empty()
            && self.actor_within.is_empty()
            && self.campaign.is_empty()
            && self.source.is_empty()
    }

    /// The same at one moment, where what was merged means what took it in.
    pub(super) fn surviving(&self, names: Moment<'_>) -> Self {
        let follow = |ids: &[Uuid]| ids.iter().map(|id| names.survivor(*id)).collect();
        let of = |terms: &Terms<Uuid>| Terms { any: follow(&terms.any), none: follow(&terms.none) };
        Self {
            location: of(&self.location),
            actor: of(&self.actor),
            actor_within: of(&self.actor_within),
            campaign: of(&self.campaign),
            source: of(&self.source),
            external_id: self.external_id.clone(),
            recorded_since: self.recorded_since,
            ..Self::default()
        }
    }
}
