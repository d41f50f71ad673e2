//! What a request asks about events: which, and how they are to be given.

use super::ask::Ask;
use super::problem::Problem;
use crate::index::search::Search;
use crate::index::sight::Sight;
use crate::query::coverage::{Monitoring, Watch};
use crate::query::echo::EventQueryEcho;
use crate::query::event_query::EventQuery;
use crate::query::named::Named;
use crate::query::plan::plan;
use crate::store::error::StoreError;
use crate::view::ready::EventView;

/// A question about events.
pub struct EventAsk {
    /// Which events.
    pub query: EventQuery,
    /// How they are to be given.
    pub view: EventView,
    /// What the question names, found.
    pub named: Named,
}

impl EventAsk {
    /// Takes the parameters; faults stay with the request's.
    pub fn parse(ask: &mut Ask) -> Self {
        let query = EventQuery::parse(&mut ask.params);
        let view = EventView::parse(&mut ask.params);
        Self::of(ask, query, view)
    }

    /// Takes the filters alone, for what gives no events.
    pub fn filters(ask: &mut Ask) -> Self {
        let query = EventQuery::filters(&mut ask.params);
        Self::of(ask, query, EventView::default())
    }

    /// Takes the filters, and in which language events are to be given.
    pub fn in_words(ask: &mut Ask) -> Self {
        let query = EventQuery::filters(&mut ask.params);
        let view = EventView::in_words(&mut ask.params);
        Self::of(ask, query, view)
    }

    fn of(ask: &mut Ask, query: EventQuery, view: EventView) -> Self {
        let named = Named::find(&query, &ask.service.index.read(), ask.clearance, &mut ask.params);
        Self { query, view, named }
    }

    /// Ends the reading of parameters, and asks the store what it alone can tell: the operation that is read at.
    ///
    /// # Errors
    /// All faults at once; when the store cannot be asked.
    pub fn finish(&mut self, ask: &mut Ask) -> Result<i64, Problem> {
        let seq = ask.finish()?;
        self.named = ask.service.looked_up(&self.query, &self.named)?;
        Ok(seq)
    }

    /// The question as it was understood, asked at an operation.
    pub fn echo(&self, seq: i64) -> EventQueryEcho {
        EventQueryEcho { vocab: self.view.vocabularies(), ..self.query.echo(seq) }
    }

    /// Whether the places and days that the question names were monitored, at an operation; nothing where it names none.
    pub fn monitoring(&self, sight: Sight<'_>) -> Option<Monitoring> {
        Watch::of(&self.query, &self.named, sight).monitoring()
    }

    /// The question as a reader asks it at an operation, in the numbers of the index.
    ///
    /// # Errors
    /// 503 where it asks for words that are not known yet.
    pub fn plan(&self, sight: Sight<'_>) -> Result<Search, Problem> {
        Ok(plan(&self.query, &self.named, sight).map_err(StoreError::from)?)
    }
}
