//! Stretches of the change feed for all who follow it: those read lately are given again, and few are read at once, so that
//! thousands who wait for the same operation cost about what one does.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::web::{Bytes, block};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::Semaphore;

use super::problem::{Code, Problem};
use crate::feed::{self, Limits, Question};
use crate::index::Index;
use crate::node::reader::Reader;
use crate::store::error::StoreError;

/// Stretches that are read at once, each on a connection of its own.
const AT_ONCE: usize = 2;
/// Bytes of stretches that are kept.
const KEPT: u64 = 8 << 20;
/// Bytes of a stretch as a table is laid out for it before any is known.
const TYPICAL: u64 = 16_384;
/// Bytes that a stretch takes beside its entries, about.
const OVERHEAD: u64 = 512;

/// A question of the feed, with the words by which it is told from others.
pub struct Following {
    /// What is asked.
    pub question: Question,
    words: String,
}

impl Following {
    /// A question.
    pub fn new(question: Question) -> Self {
        let words = format!("{:?} {:?} {}", question.clearance, question.view, question.filter.text());
        Self { question, words }
    }
}

/// A stretch of the feed as it is sent.
pub struct Stretch {
    /// The entries as JSON text, each with its operation.
    pub entries: Vec<(i64, Bytes)>,
    /// The operation up to which has been looked.
    pub last_seq: i64,
}

/// The dataset's epoch and newest operation when it was read, where it begins, how much it may be, and the question.
type Key = (i64, i64, i64, usize, String);

#[derive(Clone)]
struct Size;

impl Weighter<Key, Arc<Stretch>> for Size {
    fn weight(&self, _: &Key, stretch: &Arc<Stretch>) -> u64 {
        stretch.entries.iter().map(|(_, text)| text.len() as u64).sum::<u64>() + OVERHEAD
    }
}

/// The stretches that were read lately, and whoever reads others.
pub struct Feeds {
    index: Arc<Index>,
    kept: Cache<Key, Arc<Stretch>, Size>,
    turns: Arc<Semaphore>,
    /// Those that nobody reads with now: as many as there are turns left.
    readers: Mutex<Vec<Reader>>,
}

impl Feeds {
    /// Feeds of what an index knows, out of its database.
    pub fn new(index: Arc<Index>, reader: &Reader) -> Self {
        let kept = Cache::with_weighter(usize::try_from(KEPT / TYPICAL).unwrap_or(usize::MAX), KEPT, Size);
        let readers = (0..AT_ONCE).map(|_| reader.another()).collect();
        Self { index, kept, turns: Arc::new(Semaphore::new(AT_ONCE)), readers: Mutex::new(readers) }
    }

    /// The stretch behind an operation.
    ///
    /// # Errors
    /// When the database cannot be asked, or holds another dataset by now.
    pub async fn read(
        self: &Arc<Self>,
        following: &Arc<Following>,
        after: i64,
        limits: Limits,
    ) -> Result<Arc<Stretch>, Problem> {
        let head = self.index.head();
        let until = limits.until.min(head.seq);
        // What was written last is part of it, since a later policy changes what is told of earlier operations.
        let key =
            (head.epoch, head.seq, after, limits.entries, format!("{until} {} {}", limits.bytes, following.words));
        if let Some(stretch) = self.kept.get(&key) {
            return Ok(stretch);
        }
        let stopping = || Problem::new(Code::Unavailable, "The service is stopping.");
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| stopping())?;
        // Whoever asked for the same has read it meanwhile.
        if let Some(stretch) = self.kept.get(&key) {
            return Ok(stretch);
        }
        let (feeds, asked) = (Arc::clone(self), Arc::clone(following));
        // Whoever asked may be gone before it is read: what it takes is given back all the same.
        let read = move || {
            let _turn = turn;
            let reader = feeds.readers().pop().ok_or_else(stopping)?;
            let stretch = stretch(&feeds.index, &reader, &asked.question, after, Limits { until, ..limits });
            feeds.readers().push(reader);
            let stretch = Arc::new(stretch?.ok_or_else(Problem::restored)?);
            feeds.kept.insert(key, Arc::clone(&stretch));
            Ok(stretch)
        };
        block(read).await.map_err(|_| stopping())?
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn stretch(
    index: &Index,
    reader: &Reader,
    question: &Question,
    after: i64,
    limits: Limits,
) -> Result<Option<Stretch>, StoreError> {
    let Some(part) = feed::read(index, reader, question, after, limits)? else {
        return Ok(None);
    };
    let text = |entry: &feed::Entry| Ok((entry.seq, Bytes::from(serde_json::to_vec(entry)?)));
    let entries = part.entries.iter().map(text).collect::<Result<_, StoreError>>()?;
    Ok(Some(Stretch { entries, last_seq: part.last_seq }))
}
