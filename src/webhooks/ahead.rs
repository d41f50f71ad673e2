//! What each webhook is to be told next: read out of the feed, some entries ahead.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::sender::Message;
use super::{message, question};
use crate::domain::instant::Instant;
use crate::feed::{self, Entry, Limits};
use crate::index::Index;
use crate::node::reader::Reader;
use crate::store::error::StoreError;
use crate::store::log::Head;
use crate::store::restores::Restore;
use crate::store::webhooks::{self, Position, Webhook};

/// Entries of a webhook that are read at once, and bytes of their documents behind which no further one is.
const AHEAD: (usize, usize) = (64, 256 << 10);

/// Entries that were read and whose turn comes later. They are right for one head of the log: what is written later may hide them.
struct Ahead {
    head: Head,
    revision: i64,
    /// Where the webhook stands whose next entry is the first of them.
    behind: i64,
    entries: VecDeque<Entry>,
}

/// What a webhook is to be told next.
pub enum Next {
    /// A message, and where the webhook stands behind it.
    Tell(Message, Position),
    /// Nothing up to this operation.
    Pass(i64),
    /// Nothing that can be told yet.
    Wait,
    /// Its filter names what cannot be asked for any more.
    FilterLost,
}

/// Whoever reads it.
pub struct ReadAhead {
    index: Arc<Index>,
    reader: Reader,
    /// By the number of the webhook.
    entries: HashMap<i64, Ahead>,
}

impl ReadAhead {
    /// Nothing is read yet.
    pub fn new(index: Arc<Index>, reader: Reader) -> Self {
        Self { index, reader, entries: HashMap::new() }
    }

    /// All webhooks as they stand; what was read for others is forgotten.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn webhooks(&mut self, now: Instant) -> Result<Vec<Webhook>, StoreError> {
        let webhooks = self.reader.read(|conn| webhooks::all(conn, now))?;
        self.entries.retain(|no, _| webhooks.iter().any(|webhook| webhook.no == *no));
        Ok(webhooks)
    }

    /// What a webhook is told next, as the log stands.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn next(&mut self, webhook: &Webhook, head: Head) -> Result<Next, StoreError> {
        let Position { epoch, seq } = webhook.position;
        if epoch != head.epoch {
            return self.restored(webhook, head);
        }
        let known = self.entries.remove(&webhook.no).filter(|ahead| {
            (ahead.head, ahead.revision, ahead.behind) == (head, webhook.revision, seq) && !ahead.entries.is_empty()
        });
        let mut ahead = match known {
            Some(known) => known,
            None => match self.read_ahead(webhook, head)? {
                Ok(read) => read,
                Err(nothing) => return Ok(nothing),
            },
        };
        let Some(entry) = ahead.entries.pop_front() else {
            return Ok(Next::Wait);
        };
        let to = Position { epoch, seq: entry.seq };
        let message = message::change(webhook.id, to, &entry)?;
        // Right only where this one is delivered; else it is read again.
        ahead.behind = entry.seq;
        self.entries.insert(webhook.no, ahead);
        Ok(Next::Tell(message, to))
    }

    /// That a backup was restored since the last message.
    fn restored(&self, webhook: &Webhook, head: Head) -> Result<Next, StoreError> {
        let state = self.index.read();
        let missed = || state.restores.iter().filter(|restore| restore.epoch > webhook.position.epoch);
        // A node that has not noticed it yet has nothing to say of it.
        let Some(newest) = missed().rfind(|restore| restore.epoch == head.epoch) else {
            return Ok(Next::Wait);
        };
        // Of several that nobody told it of, what the first ones lost is lost as well.
        let from_seq = missed().map(|restore| restore.from_seq).min().unwrap_or(newest.from_seq);
        let to = Position { epoch: newest.epoch, seq: newest.to_seq };
        Ok(Next::Tell(message::reset(webhook.id, &Restore { from_seq, ..*newest })?, to))
    }

    /// What the feed gives behind a webhook's position, or what to do where there is nothing.
    fn read_ahead(&self, webhook: &Webhook, head: Head) -> Result<Result<Ahead, Next>, StoreError> {
        let behind = webhook.position.seq;
        let question = question(&webhook.filter, webhook.restricted, &self.index.read());
        let Ok(question) = question else {
            return Ok(Err(Next::FilterLost));
        };
        let limits = Limits { until: head.seq, entries: AHEAD.0, bytes: AHEAD.1 };
        let part = match feed::read(&self.index, &self.reader, &question, behind, limits) {
            // It asks for words, which are still gathered; others need not wait for that.
            Err(StoreError::NotReady(_)) => return Ok(Err(Next::Wait)),
            part => part?,
        };
        Ok(match part {
            Some(part) if !part.entries.is_empty() => {
                Ok(Ahead { head, revision: webhook.revision, behind, entries: part.entries.into() })
            }
            Some(part) if part.last_seq > behind => Err(Next::Pass(part.last_seq)),
            _ => Err(Next::Wait),
        })
    }
}
