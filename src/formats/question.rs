//! What is asked of a form: which events, and how they are to be given.

use std::sync::Arc;

use super::walk::{Matching, Walk, Wanted, Whole};
use super::{About, Form};
use crate::config::DatasetSettings;
use crate::domain::crosswalk::Vocabulary;
use crate::domain::instant::Instant;
use crate::domain::privacy::Clearance;
use crate::domain::timeline::TimelineContent;
use crate::index::answer::{Deadline, Late, Pending};
use crate::index::order::Sort;
use crate::index::sight::Sight;
use crate::index::{Index, State};
use crate::node::reader::Reader;
use crate::query::coverage::Watch;
use crate::query::echo::EventQueryEcho;
use crate::query::event_query::EventQuery;
use crate::query::named::Named;
use crate::query::params::{ParamFault, Params};
use crate::query::plan::plan;
use crate::query::timeline::{AskedTimeline, selected};
use crate::store::error::StoreError;
use crate::view::ready::EventView;

/// Entries of a feed, unless asked otherwise, and most of them.
const ENTRIES: i64 = 50;
const MOST_ENTRIES: i64 = 500;

/// How events are to be given.
pub struct Manner {
    form: Form,
    view: EventView,
    bom: bool,
}

impl Manner {
    /// Takes the parameters; faults stay with `params`.
    pub fn parse(form: Form, params: &mut Params) -> Self {
        let view = match form {
            Form::Csv => EventView::in_cells(params),
            _ if form.gives_documents() => EventView::parse(params),
            _ => EventView::in_words(params),
        };
        let bom = form == Form::Csv && params.code("bom", switch, &["0", "1"]).unwrap_or(false);
        Self { form, view, bom }
    }
}

/// A question, in a form.
pub struct Question {
    manner: Manner,
    /// Which events.
    pub query: EventQuery,
    /// What it names, found.
    pub named: Named,
    limit: Option<usize>,
    /// Whose events are asked for, if those of a timeline.
    timeline: Option<TimelineContent>,
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
        let manner = Manner::parse(form, params);
        let mut limit = None;
        if form == Form::Atom {
            let entries = params.number("limit", 1, MOST_ENTRIES).unwrap_or(ENTRIES);
            limit = Some(bounded(&mut query, entries));
        }
        if let Some(ParamFault { parameter, code, detail }) = fault(&query) {
            params.fault(&parameter, code, detail);
        }
        let named = Named::find(&query, state, clearance, params);
        Self { manner, query, named, limit, timeline: None }
    }

    /// The events of a timeline. A feed of a saved query is bounded like any other; one of a selection has what the editor chose.
    ///
    /// # Errors
    /// Where the saved query has an order that no whole answer has.
    pub fn of_timeline(manner: Manner, timeline: AskedTimeline) -> Result<Self, ParamFault> {
        let limit = manner.form == Form::Atom && !timeline.is_selection();
        let AskedTimeline { content, mut query, named, .. } = timeline;
        let limit = limit.then(|| bounded(&mut query, ENTRIES));
        match fault(&query) {
            Some(fault) => Err(fault),
            None => Ok(Self { manner, query, named, limit, timeline: Some(content) }),
        }
    }

    /// Whether an editor chose the events one by one, and may have written words beside them.
    pub fn has_captions(&self) -> bool {
        self.timeline.as_ref().is_some_and(|timeline| timeline.query.is_none())
    }

    /// The vocabularies that events are translated to.
    pub fn vocabularies(&self) -> &[Vocabulary] {
        &self.manner.view.vocab
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
        let Self { manner: Manner { form, view, bom }, query, named, limit, timeline } = self;
        let Surroundings { dataset, site, target, recorded_at } = surroundings;
        let DatasetSettings { name, licence, attribution, .. } = dataset.clone();
        let entries = timeline
            .as_ref()
            .filter(|timeline| timeline.query.is_none())
            .map(|timeline| selected(&timeline.entries, sight).map(|(entry, _)| entry.clone()).collect::<Vec<_>>());
        let (title, description, cover) = match timeline {
            Some(TimelineContent { title, description, cover, .. }) => (Some(title), description, cover),
            None => (None, None, None),
        };
        let about = About {
            name: title.unwrap_or(name),
            description,
            cover,
            licence,
            attribution,
            site,
            target,
            dataset_id: sight.state.head.dataset_id,
            question: query.question(),
            query: EventQueryEcho { vocab: view.vocabularies(), ..query.echo(sight.seq) },
            coverage: Watch::of(&query, &named, sight).monitoring(),
            total: entries.as_ref().map_or(0, Vec::len),
            recorded_at,
            bom,
            vocab: view.vocab.clone(),
            has_captions: entries.is_some(),
        };
        let (wanted, counting) = if let Some(entries) = entries {
            (Wanted::Named(entries.into()), None)
        } else {
            let search = plan(&query, &named, sight)?;
            let counting = Pending::new(&sight.state.events, search.clone(), deadline);
            (Wanted::Matching(Box::new(Matching { search, sort: query.order(), limit })), Some(counting))
        };
        let walk = Walk::new(Arc::clone(index), reader, wanted, view, sight);
        Ok(Begun { form, counting, about, walk, limit })
    }
}

/// Makes a question that of a feed, and tells how many entries it has.
fn bounded(query: &mut EventQuery, entries: i64) -> usize {
    // What was recorded last is what is new, whenever it happened.
    query.sort.get_or_insert(Sort::RecordedDescending);
    usize::try_from(entries).unwrap_or(usize::MAX)
}

/// What no whole answer can honour.
fn fault(query: &EventQuery) -> Option<ParamFault> {
    (query.order() == Sort::Relevance).then(|| ParamFault {
        parameter: "sort".to_owned(),
        code: "unsupported_here",
        detail: "Only pages of a list go by relevance; a whole answer does not.".to_owned(),
    })
}

/// An answer of which only the total is not known yet, since counting may take long.
pub struct Begun {
    form: Form,
    /// Nothing where the total is known.
    counting: Option<Pending>,
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
        let Self { form, counting, mut about, walk, limit } = self;
        if let Some(counting) = counting {
            let answer = counting.answer();
            about.total = answer.in_time(answer.total())?;
        }
        let given = limit.map_or(about.total, |limit| limit.min(about.total)) as u64;
        Ok(Whole::new(walk, form.writer(Arc::new(about)), given))
    }
}

fn switch(text: &str) -> Option<bool> {
    match text {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}
