//! What every read has in common: parameters, the moment it is read at, and the node it is read on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, web};
use chrono::Utc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::access;
use super::feeds::Feeds;
use super::given_pages::GivenPages;
use super::problem::{Code, Problem};
use super::turns::Turns;
use crate::config::DatasetSettings;
use crate::domain::instant::Instant;
use crate::domain::privacy::Clearance;
use crate::domain::shared::ExternalId;
use crate::index::answer::Deadline;
use crate::index::sight::Sight;
use crate::index::{Index, State};
use crate::load::jobs::Jobs;
use crate::node::WriterSlot;
use crate::node::moments::Moments;
use crate::node::reader::Reader;
use crate::query::event_query::EventQuery;
use crate::query::known_values::KnownValues;
use crate::query::named::{Named, Told};
use crate::query::params::{ParamFault, Params, shown};
use crate::store::error::StoreError;
use crate::store::log::{self, Head};
use crate::view::kept::Kept;
use crate::webhooks::trial::Trials;

/// Longest time a request waits for its node to reach a revision.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// How often it is looked whether the words of events are known.
const LOOK: Duration = Duration::from_millis(5);

/// What handlers work with.
pub struct Service {
    /// What the node knows.
    pub index: Arc<Index>,
    /// The node's writer.
    pub writer: WriterSlot,
    /// This worker's connection.
    pub reader: Reader,
    /// What instants mean that were asked for lately.
    pub moments: Arc<Moments>,
    /// What events are counted by.
    pub values: Arc<KnownValues>,
    /// Documents that were read lately.
    pub kept: Arc<Kept>,
    /// Pages that were given lately.
    pub pages: Arc<GivenPages>,
    /// The change feed.
    pub feeds: Arc<Feeds>,
    /// Turns for exports, which take long: as many as there may be at once.
    pub exports: Arc<Semaphore>,
    /// Turns for counting, and for other questions that look at many events: as many as there may be at once.
    pub counts: Arc<Semaphore>,
    /// How long such a question may take.
    pub question_timeout: Duration,
    /// Files that are imported.
    pub imports: Arc<Imports>,
    /// How webhooks are tested.
    pub webhooks: Arc<Trials>,
    /// Whose turn it is to change a member.
    pub turns: Arc<Turns>,
    /// What the dataset calls itself.
    pub dataset: Arc<DatasetSettings>,
    /// The description of the service.
    pub openapi: Arc<str>,
}

/// How files come in.
pub struct Imports {
    /// Those that came, one after the other.
    pub jobs: Jobs,
    /// Most bytes of a file.
    pub limit: u64,
    /// Where it is until it is imported.
    pub folder: PathBuf,
}

impl Service {
    /// The newest operation recorded at or before an instant; 0 where there is none.
    ///
    /// # Errors
    /// When the store must be asked and cannot.
    pub fn seq_at(&self, instant: Instant) -> Result<i64, StoreError> {
        self.moments.seq_at(self.index.head(), instant, || self.reader.read(|conn| log::seq_at(conn, instant)))
    }

    /// What a question names, with what the store alone can tell of it by now.
    ///
    /// # Errors
    /// When the store must be asked and cannot.
    pub fn looked_up(&self, query: &EventQuery, named: &Named) -> Result<Named, StoreError> {
        named.looked_up(query, &mut &*self)
    }
}

impl Told for &Service {
    fn versions_with(&mut self, external: &ExternalId) -> Result<Vec<i64>, StoreError> {
        self.reader.read(|conn| log::versions_with(conn, external))
    }

    fn seq_at(&mut self, instant: Instant) -> Result<i64, StoreError> {
        Service::seq_at(self, instant)
    }

    fn first_made_since(&mut self, seq: i64) -> Result<i64, StoreError> {
        self.reader.read(|conn| log::first_made_since(conn, seq))
    }
}

/// A read, with its parameters not all taken yet.
pub struct Ask {
    /// What it is read from.
    pub service: web::Data<Service>,
    /// The parameters that are left.
    pub params: Params,
    /// The operation that `as_of` means.
    pub as_of: Option<i64>,
    /// What whoever asks may be given.
    pub clearance: Clearance,
    /// Where the log stood when the reading of parameters ended: what the answer is right for.
    pub head: Head,
    req: HttpRequest,
}

/// Waits until a node has reached an operation, and lets it look at once whether others have written it.
///
/// # Errors
/// 503 where it does not within two seconds.
pub async fn reach(index: &Index, seq: i64) -> Result<(), Problem> {
    let mut heads = index.watch();
    if index.head().seq < seq {
        index.nudge.give();
    }
    match tokio::time::timeout(PATIENCE, heads.wait_for(|head| head.seq >= seq)).await {
        Ok(Ok(_)) => Ok(()),
        _ => Err(Problem::not_reached(seq, index.head().seq)),
    }
}

/// Waits so long for the words of events, which a node that has just started may still be gathering: the operation up to which
/// they are where that is not all.
pub async fn await_words(index: &Index, patience: Duration) -> Option<i64> {
    let until = tokio::time::Instant::now() + patience;
    loop {
        let reached = index.read().text.reached();
        if reached.is_none() || tokio::time::Instant::now() >= until {
            return reached;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Lets the answer to a request bear this revision, for which it is right.
pub fn answers_for(req: &HttpRequest, head: Head) {
    req.extensions_mut().insert(head);
}

impl Ask {
    /// Begins a read whose answer has the given media type: waits for `Min-Revision`, and finds the moment of `as_of`.
    ///
    /// # Errors
    /// 406 for another form, 410 for a revision that is lost, 503 for a node that is not ready or a revision that is not
    /// reached; faults of parameters stay with `params`.
    pub async fn begin(req: &HttpRequest, media_type: &str) -> Result<Self, Problem> {
        acceptable(req, media_type)?;
        Self::begin_in_any_form(req).await
    }

    /// The same where the form is chosen by more than what the client accepts.
    ///
    /// # Errors
    /// As `begin`, but for 406.
    pub async fn begin_in_any_form(req: &HttpRequest) -> Result<Self, Problem> {
        let Some(service) = req.app_data::<web::Data<Service>>().cloned() else {
            return Err(Problem::new(Code::Internal, "The service is not ready."));
        };
        if !service.index.is_ready() {
            return Err(Problem::not_ready("The index is being built; /readyz tells how far it is."));
        }
        let head = service.index.head();
        let params = Params::parse(req.query_string());
        let clearance = access::clearance(req);
        let mut ask = Self { service, params, as_of: None, clearance, head, req: req.clone() };
        if let Some(seq) = ask.min_revision(req) {
            ask.reach(seq).await?;
            ask.refuse_lost("Min-Revision", seq)?;
        }
        if ask.params.has("q") {
            await_words(&ask.service.index, PATIENCE).await;
        }
        if let Some(text) = ask.params.take("as_of") {
            match ask.moment(&text).await? {
                Ok(seq) => ask.as_of = Some(seq),
                Err((code, detail)) => ask.params.fault("as_of", code, detail),
            }
        }
        Ok(ask)
    }

    /// The parameters as they were sent.
    pub fn query_string(&self) -> &str {
        self.req.query_string()
    }

    /// What whoever asks can see at an operation.
    pub const fn sight<'a>(&self, state: &'a State, seq: i64) -> Sight<'a> {
        Sight { state, seq, clearance: self.clearance }
    }

    fn min_revision(&mut self, req: &HttpRequest) -> Option<i64> {
        let mut values = req.headers().get_all("min-revision");
        let value = values.next()?;
        if values.next().is_some() {
            self.params.fault("Min-Revision", "repeated", "The header is given more than once.");
            return None;
        }
        let seq = value.to_str().ok().and_then(whole_number);
        if seq.is_none() {
            self.params.fault("Min-Revision", "malformed", "Expected the number of an operation.");
        }
        seq
    }

    /// The operation that `as_of` means.
    async fn moment(&self, text: &str) -> Result<Result<i64, (&'static str, String)>, Problem> {
        let ahead = |what: String| Ok(Err(("ahead_of_store", what)));
        if let Some(seq) = whole_number(text) {
            return match self.reach_if_stored(seq).await? {
                Some(newest) => ahead(format!("The newest operation is {newest}.")),
                None => self.refuse_lost("as_of", seq).map(|()| Ok(seq)),
            };
        }
        let Some(instant) = Instant::parse(text) else {
            let detail = format!("`{}` is neither the number of an operation nor an RFC 3339 instant.", shown(text));
            return Ok(Err(("malformed", detail)));
        };
        if instant > now() {
            return ahead("The instant lies in the future.".to_owned());
        }
        let seq = self.service.seq_at(instant)?;
        self.reach(seq).await?;
        Ok(Ok(seq))
    }

    /// Refuses the number of an operation that a restored backup does not have: what was read or written at it is not what
    /// would be answered now.
    ///
    /// # Errors
    /// 410 where the operation is lost.
    pub fn refuse_lost(&self, parameter: &str, seq: i64) -> Result<(), Problem> {
        let state = self.service.index.read();
        let Some(restore) = state.restores.iter().find(|restore| restore.lost(seq)) else {
            return Ok(());
        };
        Err(Problem::parameter(Code::RevisionLost, parameter, restore.why(seq)))
    }

    /// Waits until the node has reached an operation.
    ///
    /// # Errors
    /// 503 where it does not within two seconds.
    pub async fn reach(&self, seq: i64) -> Result<(), Problem> {
        reach(&self.service.index, seq).await
    }

    /// Waits for an operation that is in the store; tells the newest there is where this one is not.
    ///
    /// # Errors
    /// 503 where the node does not reach it in time.
    pub async fn reach_if_stored(&self, seq: i64) -> Result<Option<i64>, Problem> {
        if seq <= self.service.index.head().seq {
            return Ok(None);
        }
        let newest = self.service.reader.read(log::head)?.seq;
        if seq > newest {
            return Ok(Some(newest));
        }
        self.reach(seq).await?;
        answers_for(&self.req, self.service.index.head());
        Ok(None)
    }

    /// Waits for a turn to look at many events.
    ///
    /// # Errors
    /// 503 where there is none within two seconds.
    pub async fn turn(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.service.counts).acquire_owned()).await;
        let busy =
            || Problem::unavailable("As much is counted and looked for as this node does at once; ask again soon.");
        turn.ok().and_then(Result::ok).ok_or_else(busy)
    }

    /// When a question that begins now must have been answered.
    pub fn deadline(&self) -> Deadline {
        Deadline::now() + self.service.question_timeout
    }

    /// Ends the reading of parameters: the operation that is read at, the newest where none was asked for.
    ///
    /// # Errors
    /// All faults at once.
    pub fn finish(&mut self) -> Result<i64, Problem> {
        let faults: Vec<ParamFault> = std::mem::take(&mut self.params).finish();
        if !faults.is_empty() {
            return Err(Problem::parameters(faults));
        }
        self.head = self.service.index.head();
        answers_for(&self.req, self.head);
        Ok(self.as_of.unwrap_or(self.head.seq))
    }
}

/// Checks a request about the program itself, which has no parameters and no past.
///
/// # Errors
/// 406 for another form, 400 for any parameter.
pub fn without_parameters(req: &HttpRequest, media_type: &str) -> Result<(), Problem> {
    acceptable(req, media_type)?;
    let faults = Params::parse(req.query_string()).finish();
    if faults.is_empty() { Ok(()) } else { Err(Problem::parameters(faults)) }
}

/// Checks that the client takes a media type.
///
/// # Errors
/// 406 for another form.
pub fn acceptable(req: &HttpRequest, media_type: &str) -> Result<(), Problem> {
    if accepts(req, media_type) {
        return Ok(());
    }
    Err(Problem::new(Code::NotAcceptable, format!("The answer can only be given as {media_type}.")))
}

/// A number of digits only.
fn whole_number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Whether the client takes a media type (RFC 9110, section 12.5.1); no `Accept` means any.
pub fn accepts(req: &HttpRequest, media_type: &str) -> bool {
    let mut ranges = req.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok()).peekable();
    if ranges.peek().is_none() {
        return true;
    }
    // Its parameters are no part of what is asked for.
    let media_type = media_type.split(';').next().unwrap_or_default();
    let main_type = media_type.split('/').next().unwrap_or_default();
    ranges.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default();
        let refused = parts.any(|p| p.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q == 0.0)));
        let meant = range == "*/*"
            || range.eq_ignore_ascii_case(media_type)
            || range.strip_suffix("/*").is_some_and(|t| t.eq_ignore_ascii_case(main_type));
        meant && !refused
    })
}

/// The time by the system's clock.
pub fn now() -> Instant {
    Instant::from_datetime(Utc::now()).unwrap_or(Instant::MAX)
}
