//! Where time and ids come from; tests bring their own, so that runs can be compared.

use std::fmt;
use std::sync::Arc;

use chrono::Utc;
use uuid::Uuid;

use crate::domain::instant::Instant;

/// A source of instants and of ids.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> Instant + Send + Sync>,
    id: Arc<dyn Fn(IdKind) -> Uuid + Send + Sync>,
}

/// Which kind of id is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// Version 7, which tells when it was made.
    Timed,
    /// Version 4, which tells nothing: for what a policy hides the time of.
    Random,
}

impl Clock {
    /// The machine's clock, and fresh ids.
    pub fn system() -> Self {
        let id = |kind| match kind {
            IdKind::Timed => Uuid::now_v7(),
            IdKind::Random => Uuid::new_v4(),
        };
        Self::new(|| Instant::from_datetime(Utc::now()).unwrap_or(Instant::MAX), id)
    }

    /// A clock and ids of one's own.
    pub fn new(
        now: impl Fn() -> Instant + Send + Sync + 'static,
        id: impl Fn(IdKind) -> Uuid + Send + Sync + 'static,
    ) -> Self {
        Self { now: Arc::new(now), id: Arc::new(id) }
    }

    /// The instant it is.
    pub fn now(&self) -> Instant {
        (self.now)()
    }

    /// A new id.
    pub fn id(&self, kind: IdKind) -> Uuid {
        (self.id)(kind)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
