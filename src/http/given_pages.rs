//! Pages that were given lately, for whoever asks the same next. A page is given again at once while nothing was written,
//! and after a write when its validator, which is made of all that the page shows, is still the same: so a write takes
//! the pages with it that it touches, and no others.

use std::sync::{Arc, PoisonError, RwLock};

use actix_web::{HttpRequest, HttpResponse, web};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::access;
use super::ask::{Service, acceptable, answers_for};
use super::problem::Problem;
use super::respond::{self, Text};
use crate::domain::privacy::Clearance;
use crate::store::log::Head;

/// A page as it was given.
pub struct GivenPage {
    etag: String,
    links: String,
    text: Text,
    /// Where the log stood when the page was last known to be right.
    checked: RwLock<Head>,
}

#[derive(Clone)]
struct Weight;

impl Weighter<String, Arc<GivenPage>> for Weight {
    fn weight(&self, asked: &String, answer: &Arc<GivenPage>) -> u64 {
        (asked.len() + answer.text.size()) as u64 + OVERHEAD
    }
}

/// Bytes that a page takes beside its text and its question, about.
const OVERHEAD: u64 = 512;
/// Bytes of a page as a table is laid out for it before any is known.
const TYPICAL: u64 = 65_536;

/// The pages that are kept, by the path and query that asked for them.
pub struct GivenPages(Cache<String, Arc<GivenPage>, Weight>);

impl GivenPages {
    /// Room for so many bytes.
    pub fn new(bytes: u64) -> Self {
        Self(Cache::with_weighter(usize::try_from(bytes / TYPICAL).unwrap_or(usize::MAX), bytes, Weight))
    }

    /// The page that a request asks for, if nothing was written since it was right.
    pub fn at(&self, req: &HttpRequest, head: Head) -> Option<Arc<GivenPage>> {
        self.0.get(asked(req)).filter(|answer| *answer.checked.read().unwrap_or_else(PoisonError::into_inner) == head)
    }

    /// The page that a request asks for, if it has this validator; it was right at `head` then.
    pub fn with(&self, req: &HttpRequest, etag: &str, head: Head) -> Option<Arc<GivenPage>> {
        let answer = self.0.get(asked(req)).filter(|answer| answer.etag == etag)?;
        let mut checked = answer.checked.write().unwrap_or_else(PoisonError::into_inner);
        // Cursors of another epoch would be refused.
        let is_same = (checked.dataset_id, checked.epoch) == (head.dataset_id, head.epoch);
        if is_same {
            *checked = head;
        }
        drop(checked);
        is_same.then_some(answer)
    }

    /// Keeps a page that was right at `head`.
    pub fn keep(&self, req: &HttpRequest, head: Head, etag: String, links: String, text: Text) -> Arc<GivenPage> {
        let answer = Arc::new(GivenPage { etag, links, text, checked: RwLock::new(head) });
        self.0.insert(asked(req).to_owned(), Arc::clone(&answer));
        answer
    }
}

impl GivenPage {
    /// The page, or 304 where the client has it.
    pub fn respond(&self, req: &HttpRequest) -> HttpResponse {
        if respond::is_known(req, &self.etag) {
            return respond::not_modified(&self.etag);
        }
        respond::whole(&self.etag, &self.links, &self.text)
    }
}

/// The page that a request asks for, if it was given lately and nothing was written since. The pages that are kept are those of
/// the public: a page for readers of what is restricted is neither among them nor given out of them.
///
/// # Errors
/// 406 for another form than this media type.
pub fn answered(req: &HttpRequest, media_type: &str) -> Result<Option<Arc<GivenPage>>, Problem> {
    acceptable(req, media_type)?;
    let takes_kept = takes_earlier(req) && access::clearance(req) == Clearance::Public;
    let Some(service) = req.app_data::<web::Data<Service>>().filter(|_| takes_kept) else {
        return Ok(None);
    };
    let head = service.index.head();
    let answer = service.pages.at(req, head);
    if answer.is_some() {
        answers_for(req, head);
    }
    Ok(answer)
}

/// Whether a client takes a page that was computed at an earlier operation and is the same at this one; not one that asks
/// for a revision.
pub fn takes_earlier(req: &HttpRequest) -> bool {
    !req.headers().contains_key("min-revision")
}

fn asked(req: &HttpRequest) -> &str {
    req.uri().path_and_query().map_or_else(|| req.path(), |asked| asked.as_str())
}
