//! What is asked of a form: which events, and how they are to be given.

use std::sync::Arc;

use super::walk::{Walk, Wanted, Whole};
use super::{About, Form};
use crate::config::DatasetSettings;
use crate::domain::crosswalk::Vocabulary;
use crate::domain::instant::Instant;
use crate::domain::privacy::Clearance;
use crate::index::answer::{Deadline, Late, Pending};
use crate::index::order::Sort;
use crate::index::sight::Sight;
use crate::index::{Index, State};
use crate::node::reader::Reader;
use crate::query::coverage::Watch;
use crate::query::echo::EventQueryEcho;
use crate::query::event_query::EventQuery;
use crate::query::named::Named;
use crate::query::params::Params;
use crate::query::plan::plan;
use crate::store::error::StoreError;
use crate::view::ready::EventView;

/// Entries of a feed, unless asked otherwise, and most of them.
const ENTRIES: i64 = 50;
const MOST_ENTRIES: i64 = 500;

/// A question, in a form.
pub struct Question {
    form: Form,
    /// Which events.
    pub query: EventQuery,
    /// What it names, found.
    pub named: Named,
    view: EventView,
    limit: Option<usize>,
    bom: bool,
}

/// Where a list is read, and what is known of it beside the question.
pub struct Surroundings<'a> {
    /// What the dataset calls itself.
    pub dataset: &'a DatasetSettings,
    /// Where the service is found, without a slash at the end; nothing where that is not known.
    pub site: Option<String>,
    /// The path and query by which the list was asked for.
    pub target: String,
    /// When the operation was recorded that it is read at; nothing before the first.
    pub recorded_at: Option<Instant>,
}

impl Question {
    /// Takes the parameters; faults stay with `params`.
    pub fn parse(form: Form, state: &State, clearance: Clearance, params: &mut Params) -> Self {
        let mut query = EventQuery::parse(params);
        let view = match form {
            Form::Csv => EventView::in_cells(params),
            _ if form.gives_documents() => EventView::parse(params),
            _ => EventView::in_words(params),
        };
        let bom = form == Form::Csv && params.code("bom", switch, &["0", "1"]).unwrap_or(false);
        let mut limit = None;
        if form == Form::Atom {
            // What was recorded last is what is new, whenever it happened.
            query.sort.get_or_insert(Sort::RecordedDescending);
            limit = usize::try_from(params.number("limit", 1, MOST_ENTRIES).unwrap_or(ENTRIES)).ok();
        }
        if query.order() == Sort::Relevance {
            params.fault("sort", "unsupported_here", "Only pages of a list go by relevance; a whole answer does not.");
        }
        let named = Named::find(&query, state, clearance, params);
        Self { form, query, named, view, limit, bom }
    }

    /// The vocabularies that events are translated to.
    pub fn vocabularies(&self) -> &[Vocabulary] {
        &self.view.vocab
    }

    /// Begins the answer as `sight` sees it; `index` is what it sees, and `deadline` when it must have been counted.
    ///
    /// # Errors
    /// Where it asks for words that are not known.
    pub fn begin(
        self,
        index: &Arc<Index>,
        reader: Reader,
        sight: Sight<'_>,
        surroundings: Surroundings<'_>,
        deadline: Option<Deadline>,
    ) -> Result<Begun, StoreError> {
        let Self { form, query, named, view, limit, bom } = self;
        let Surroundings { dataset, site, target, recorded_at } = surroundings;
        let DatasetSettings { name, licence, attribution, .. } = dataset.clone();
        let search = plan(&query, &named, sight)?;
        let counting = Pending::new(&sight.state.events, search.clone(), deadline);
        let about = About {
            name,
            description: None,
            cover: None,
            licence,
            attribution,
            site,
            target,
            dataset_id: sight.state.head.dataset_id,
            question: query.question(),
            query: EventQueryEcho { vocab: view.vocabularies(), ..query.echo(sight.seq) },
            coverage: Watch::of(&query, &named, sight).monitoring(),
            total: 0,
            recorded_at,
            bom,
            vocab: view.vocab.clone(),
        };
        let wanted = Wanted { search, sort: query.order(), limit };
        let walk = Walk::new(Arc::clone(index), reader, wanted, view, sight);
        Ok(Begun { form, counting, about, walk, limit })
    }
}

/// An answer of which only the total is not known yet, since counting may take long.
pub struct Begun {
    form: Form,
    counting: Pending,
    about: About,
    walk: Walk,
    limit: Option<usize>,
}

impl Begun {
    /// The whole answer.
    ///
    /// # Errors
    /// Where the time is over.
    pub fn counted(self) -> Result<Whole, Late> {
        let Self { form, counting, about, walk, limit } = self;
        let answer = counting.answer();
        let total = answer.in_time(answer.total())?;
        let given = limit.map_or(total, |limit| limit.min(total)) as u64;
        Ok(Whole::new(walk, form.writer(Arc::new(About { total, ..about })), given))
    }
}

fn switch(text: &str) -> Option<bool> {
    match text {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}
