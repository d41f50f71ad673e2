//! What was counted of segments of which every row matches, kept for the next question: without a filter, or in a wide window,
//! most segments are such. A segment never changes, and what is superseded in it makes it another one here.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::grid::Cells;
use super::histogram::Steps;
use crate::domain::privacy::Clearance;
use crate::domain::tile::Tile;
use crate::domain::window::Frame;
use crate::index::layer::Layer;

/// Bytes of all that is kept of values, of buckets, of what dates tell, and of tiles.
const ROOM: [u64; 4] = [16 << 20, 8 << 20, 1 << 20, 32 << 20];
/// Counts that a table is laid out for before any is known.
const TYPICAL: usize = 1_024;

/// A segment, how many of its rows are superseded, and who sees the others.
type Rows = (u64, usize, Clearance);

/// Something of which it is known how much room it takes.
pub trait Weighed {
    /// The bytes that it takes beside itself.
    fn bytes(&self) -> usize;
}

/// How many events of a segment have which values.
#[derive(Debug)]
pub struct OfValues {
    /// The values that some have, by their numbers.
    pub of: Box<[(u32, u32)]>,
    /// How many have any.
    pub any: usize,
}

impl Weighed for OfValues {
    fn bytes(&self) -> usize {
        size_of_val(&*self.of)
    }
}

/// The first and the last moment that dates tell.
pub type Told = Option<(i64, i64)>;

impl Weighed for Told {
    fn bytes(&self) -> usize {
        0
    }
}

/// A tile, and how many types there are.
pub type Drawn = (Tile, usize);

#[derive(Clone)]
struct Bytes;

impl<K, V: Weighed> Weighter<K, Arc<V>> for Bytes {
    fn weight(&self, _: &K, counted: &Arc<V>) -> u64 {
        (counted.bytes() + size_of::<V>() + size_of::<K>()) as u64 + 64
    }
}

struct Kept<K, V>(Cache<(Rows, K), Arc<V>, Bytes>);

impl<K: Copy + Eq + Hash, V: Weighed> Kept<K, V> {
    fn new(room: u64) -> Self {
        Self(Cache::with_weighter(TYPICAL, room, Bytes))
    }

    fn get(&self, key: (Rows, K), count: impl FnOnce() -> V) -> Arc<V> {
        self.0.get(&key).unwrap_or_else(|| {
            let counted = Arc::new(count());
            self.0.insert(key, Arc::clone(&counted));
            counted
        })
    }
}

/// What was counted of whole segments.
pub struct WholeCounts {
    values: Kept<u64, OfValues>,
    steps: Kept<u128, Steps>,
    told: Kept<Frame, Told>,
    cells: Kept<Drawn, Cells>,
}

impl Default for WholeCounts {
    fn default() -> Self {
        let [values, steps, told, cells] = ROOM;
        Self { values: Kept::new(values), steps: Kept::new(steps), told: Kept::new(told), cells: Kept::new(cells) }
    }
}

impl fmt::Debug for WholeCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.values.0.len() + self.steps.0.len() + self.told.0.len() + self.cells.0.len();
        write!(f, "{kept} counts")
    }
}

/// All rows of a segment that can be seen now.
#[derive(Clone, Debug)]
pub struct Whole {
    rows: Rows,
    known: Arc<WholeCounts>,
}

impl Whole {
    /// Those of a layer.
    pub fn of(layer: &Layer, clearance: Clearance, known: &Arc<WholeCounts>) -> Self {
        Self { rows: (layer.id, layer.superseded().len(), clearance), known: Arc::clone(known) }
    }

    /// How many have which values, of those that are known under a number.
    pub fn values(&self, number: u64, count: impl FnOnce() -> OfValues) -> Arc<OfValues> {
        self.known.values.get((self.rows, number), count)
    }

    /// What is counted in buckets that have a digest.
    pub fn steps(&self, buckets: u128, count: impl FnOnce() -> Steps) -> Arc<Steps> {
        self.known.steps.get((self.rows, buckets), count)
    }

    /// What their dates tell in the calendar of a frame.
    pub fn told(&self, frame: Frame, look: impl FnOnce() -> Told) -> Told {
        *self.known.told.get((self.rows, frame), look)
    }

    /// What the cells of a tile have while rows lie as they do for a version. What is known of another one may help to count it.
    pub fn cells(&self, drawn: Drawn, version: u64, count: impl FnOnce(Option<&Cells>) -> Cells) -> Arc<Cells> {
        let Kept(cells) = &self.known.cells;
        let known = cells.get(&(self.rows, drawn));
        if let Some(known) = known.as_ref().filter(|known| known.version == version) {
            return Arc::clone(known);
        }
        let counted = Arc::new(count(known.as_deref()));
        cells.insert((self.rows, drawn), Arc::clone(&counted));
        counted
    }
}
