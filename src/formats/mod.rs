//! Lists in other forms: one file a form. Each writes a beginning, one event after the other and an end, and keeps no more of
//! them than a number, so that a list of any length takes the same memory. `walk` reads the events for all of them.

pub mod atom;
pub mod columns;
pub mod csv;
mod dates;
pub mod flat;
pub mod geojson;
pub mod ics;
pub mod jsonld;
pub mod markup;
pub mod ndjson;
pub mod question;
pub mod timelinejs;
pub mod told;
pub mod walk;
mod words;

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::codes;
use crate::domain::crosswalk::Vocabulary;
use crate::domain::instant::Instant;
use crate::query::coverage::Monitoring;
use crate::query::echo::EventQueryEcho;
use crate::store::error::StoreError;

codes! {
    /// A form of a whole list of events.
    pub enum Form {
        /// GeoJSON features (RFC 7946).
        Geojson = "geojson",
        /// A table, one row an event (RFC 4180).
        Csv = "csv",
        /// The documents of the list, one a line.
        Ndjson = "ndjson",
        /// A calendar (RFC 5545).
        Ics = "ics",
        /// A feed of the newest ones (RFC 4287).
        Atom = "atom",
        /// Slides as `TimelineJS3` takes them.
        Timelinejs = "timelinejs",
        /// Linked data in the words of schema.org.
        Jsonld = "jsonld",
    }
}

impl Form {
    /// The media type it is given as.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Geojson => geojson::MEDIA_TYPE,
            Self::Csv => csv::MEDIA_TYPE,
            Self::Ndjson => ndjson::MEDIA_TYPE,
            Self::Ics => ics::MEDIA_TYPE,
            Self::Atom => atom::MEDIA_TYPE,
            Self::Timelinejs => timelinejs::MEDIA_TYPE,
            Self::Jsonld => jsonld::MEDIA_TYPE,
        }
    }

    /// Whether events stand in it as the documents that a list holds, with the parts that are asked for.
    pub const fn gives_documents(self) -> bool {
        matches!(self, Self::Geojson | Self::Ndjson)
    }

    /// How the name of a file of it ends.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Timelinejs => "timelinejs.json",
            other => other.code(),
        }
    }

    /// Whoever writes a list in this form.
    pub fn writer(self, about: Arc<About>) -> Box<dyn Writer> {
        match self {
            Self::Geojson => Box::new(geojson::Features::new(about)),
            Self::Csv => Box::new(csv::Table::new(about)),
            Self::Ndjson => Box::new(ndjson::Lines),
            Self::Ics => Box::new(ics::Calendar::new(about)),
            Self::Atom => Box::new(atom::Feed::new(about)),
            Self::Timelinejs => Box::new(timelinejs::Slideshow::new(about)),
            Self::Jsonld => Box::new(jsonld::Graph::new(about)),
        }
    }
}

/// What a form may tell of the list as a whole.
#[derive(Clone, Debug)]
pub struct About {
    /// What it is called: as the timeline or, where none is asked for, the dataset is.
    pub name: String,
    /// What it tells; nothing where nobody said.
    pub description: Option<String>,
    /// The address of a picture for it.
    pub cover: Option<String>,
    /// The licence of the data.
    pub licence: Option<String>,
    /// Whom to name when using it.
    pub attribution: Option<String>,
    /// Where the service is found, without a slash at the end; nothing where that is not known.
    pub site: Option<String>,
    /// The path and query by which the list was asked for.
    pub target: String,
    /// Tells the dataset from any other.
    pub dataset_id: Uuid,
    /// A digest of the question.
    pub question: u64,
    /// The question as it was understood.
    pub query: EventQueryEcho,
    /// Where the question names a place or a window: whether that was monitored.
    pub coverage: Option<Monitoring>,
    /// How many events match.
    pub total: usize,
    /// When the operation was recorded that the list is read at; nothing before the first.
    pub recorded_at: Option<Instant>,
    /// Whether a table begins with a byte order mark.
    pub bom: bool,
    /// The vocabularies that events are translated to.
    pub vocab: Vec<Vocabulary>,
    /// Whether an editor chose the events, and may have written words beside them.
    pub has_captions: bool,
}

impl About {
    /// Where an event is found, if it is known where the service is.
    pub fn event_url(&self, id: Uuid) -> Option<String> {
        Some(format!("{}/v1/events/{id}", self.site.as_ref()?))
    }
}

/// Writes a list in one form.
pub trait Writer: Send {
    /// Adds what stands in front of all events.
    ///
    /// # Errors
    /// Never for what a question can hold.
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), StoreError>;

    /// Adds an event, given as readers are given it.
    ///
    /// # Errors
    /// Never for a document of ours.
    fn event(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError>;

    /// Adds several events. A form whose events stand for themselves may have several cores write them.
    ///
    /// # Errors
    /// Never for documents of ours.
    fn events(&mut self, documents: &[Vec<u8>], out: &mut Vec<u8>) -> Result<(), StoreError> {
        documents.iter().try_for_each(|document| self.event(document, out))
    }

    /// Adds what stands behind all events.
    fn end(&mut self, out: &mut Vec<u8>);

    /// Adds what tells a reader that the list breaks off here. A form that is not whole without its end needs nothing.
    fn cut(&mut self, _problem: &str, _out: &mut Vec<u8>) {}
}
