//! Which operations instants mean, as far as that was asked lately: so that whoever asks again what was known at an instant
//! is told that nothing changed (304) before the store is asked.

use quick_cache::sync::Cache;

use crate::domain::instant::Instant;
use crate::store::error::StoreError;
use crate::store::log::Head;

/// Instants that are remembered.
const ROOM: usize = 4_096;

/// The newest operation at or before each of some instants, by the epoch in which that was found.
pub struct Moments(Cache<(i64, Instant), i64>);

impl Default for Moments {
    fn default() -> Self {
        Self(Cache::new(ROOM))
    }
}

impl Moments {
    /// The newest operation recorded at or before an instant, which `ask` finds where it is not remembered; `head` is where
    /// the node's log stands. What is asked of the time behind that is not final, and so not remembered.
    ///
    /// # Errors
    /// When `ask` fails.
    pub fn seq_at(
        &self,
        head: Head,
        instant: Instant,
        ask: impl FnOnce() -> Result<i64, StoreError>,
    ) -> Result<i64, StoreError> {
        if instant >= head.recorded_at {
            return ask();
        }
        self.0.get_or_insert_with(&(head.epoch, instant), ask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Instant {
        Instant::from_micros(micros).unwrap()
    }

    fn head(epoch: i64) -> Head {
        Head { dataset_id: uuid::Uuid::nil(), epoch, seq: 9, recorded_at: at(900) }
    }

    #[test]
    fn what_the_past_means_is_asked_once_an_epoch() {
        let moments = Moments::default();
        assert_eq!(moments.seq_at(head(1), at(500), || Ok(5)).unwrap(), 5);
        assert_eq!(moments.seq_at(head(1), at(500), || Err(StoreError::corrupt("not asked again"))).unwrap(), 5);
        assert_eq!(moments.seq_at(head(2), at(500), || Ok(4)).unwrap(), 4, "a restored backup has another past");
    }

    #[test]
    fn what_may_still_be_written_is_asked_again() {
        let moments = Moments::default();
        for seq in [9, 10] {
            assert_eq!(moments.seq_at(head(1), at(900), || Ok(seq)).unwrap(), seq);
        }
        assert!(moments.seq_at(head(1), at(500), || Err(StoreError::corrupt("unreachable"))).is_err());
        assert_eq!(moments.seq_at(head(1), at(500), || Ok(5)).unwrap(), 5, "a failure is not remembered");
    }
}
