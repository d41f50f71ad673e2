//! One layer as bytes.

use std::sync::Arc;

use super::columns::{Columns, put};
use crate::index::layer::Layer;
use crate::index::numbers::Numbers;
use crate::index::points::{OwnPoints, Spots};
use crate::index::postings::Postings;
use crate::index::row::version_of;
use crate::index::segment::{Bounds, Segment, Superseded};
use crate::index::starts::Starts;

/// A layer as columns.
pub fn bytes_of(layer: &Layer) -> Vec<u8> {
    let (Layer { level, segment, .. }, superseded) = (layer, layer.superseded());
    let Segment { bounds, postings, points, .. } = &**segment;
    let mut bytes = Vec::with_capacity(segment.bytes() + 4_096);
    let bytes_of = &mut bytes;
    put(&[u64::from(*level), bounds.dated as u64, bounds.sized as u64], bytes_of);
    put(&[bounds.seq.0, bounds.seq.1], bytes_of);
    put(&bounds.size.map_or(Vec::new(), |(low, high)| vec![low, high]), bytes_of);
    put(&segment.id, bytes_of);
    put(&segment.start, bytes_of);
    for column in [&segment.event_no, &segment.version_no, &segment.seq] {
        put(column, bytes_of);
    }
    for numbers in [&segment.shape, &segment.size, &segment.named, &points.term] {
        put(&numbers.table, bytes_of);
        put(&numbers.short, bytes_of);
        put(&numbers.long, bytes_of);
    }
    for starts in [&segment.named_starts, &postings.starts] {
        put(&starts.first, bytes_of);
        put(&starts.short, bytes_of);
        put(&starts.long, bytes_of);
    }
    put(&postings.terms, bytes_of);
    put(&postings.dense_terms, bytes_of);
    for column in [&segment.by_size, &segment.by_seq, &postings.rows] {
        put(column, bytes_of);
    }
    put(&postings.dense, bytes_of);
    let Spots { lat, lon, finer, exact } = &points.spots;
    put(&points.row, bytes_of);
    put(&points.y, bytes_of);
    put(lat, bytes_of);
    put(lon, bytes_of);
    put(finer, bytes_of);
    put(exact.as_flattened(), bytes_of);
    put(&superseded.iter().map(|(row, _)| *row).collect::<Vec<_>>(), bytes_of);
    put(&superseded.iter().map(|(_, by)| *by).collect::<Vec<_>>(), bytes_of);
    bytes
}

/// The layer that bytes hold, where all numbers in it mean something: versions up to `versions`, terms below `terms`.
pub fn layer_of(bytes: &[u8], versions: u32, terms: usize) -> Option<Layer> {
    let mut columns = Columns(bytes);
    let [level, dated, sized] = columns.take::<u64>()?.try_into().ok()?;
    let [first, last] = columns.take::<u32>()?.try_into().ok()?;
    let size = match *columns.take::<i64>()? {
        [] => None,
        [low, high] => Some((low, high)),
        _ => return None,
    };
    let bounds =
        Bounds { dated: usize::try_from(dated).ok()?, seq: (first, last), size, sized: usize::try_from(sized).ok()? };
    let mut segment = Segment { id: columns.take()?, start: columns.take()?, bounds, ..Segment::default() };
    let Segment { event_no, version_no, seq, shape, size, named, points, .. } = &mut segment;
    for column in [event_no, version_no, seq] {
        *column = columns.take()?;
    }
    for numbers in [shape, size, named, &mut points.term] {
        *numbers = Numbers { table: columns.take()?, short: columns.take()?, long: columns.take()? };
    }
    let Segment { named_starts, postings, .. } = &mut segment;
    let Postings { terms: own, starts, dense_terms, .. } = postings;
    for starts in [named_starts, starts] {
        *starts = Starts { first: columns.take()?, short: columns.take()?, long: columns.take()? };
    }
    *own = columns.take()?;
    *dense_terms = columns.take()?;
    for column in [&mut segment.by_size, &mut segment.by_seq, &mut segment.postings.rows] {
        *column = columns.take()?;
    }
    segment.postings.dense = columns.take()?;
    segment.points.row = columns.take()?;
    segment.points.y = columns.take()?;
    let (lat, lon, finer, exact) = (columns.take()?, columns.take()?, columns.take()?, columns.take()?);
    segment.points.spots = Spots { lat, lon, finer, exact: exact_of(&exact)? };
    let (by_row, by) = (columns.take::<u16>()?, columns.take::<u32>()?);
    let superseded: Vec<Superseded> = by_row.into_iter().zip(by).collect();
    let holds = columns.0.is_empty()
        && fits(&segment, versions, terms)
        && superseded.iter().all(|(row, _)| is_row(&segment, *row));
    if !holds {
        return None;
    }
    Some(Layer::new(u8::try_from(level).ok()?, Arc::new(segment), superseded))
}

/// Points of two degrees each.
fn exact_of(degrees: &[f64]) -> Option<Vec<[f64; 2]>> {
    let (points, rest) = degrees.as_chunks();
    rest.is_empty().then(|| points.to_vec())
}

/// Whether all columns of points are of the same points.
fn are_whole(points: &OwnPoints) -> bool {
    let OwnPoints { row, term, spots, y } = points;
    [term.len(), y.len(), spots.lat.len(), spots.lon.len()] == [row.len(); 4]
        && spots.finer.len() == spots.exact.len()
        && spots.finer.is_sorted()
}

fn is_row(segment: &Segment, row: u16) -> bool {
    usize::from(row) < segment.rows()
}

/// Whether what is looked up by a number can be found.
fn fits(segment: &Segment, versions: u32, terms: usize) -> bool {
    let rows = segment.rows();
    let columns = [&segment.event_no, &segment.version_no, &segment.seq];
    let numbers = [&segment.shape, &segment.size, &segment.named, &segment.points.term];
    let Postings { terms: own, starts, rows: listed, dense_terms, dense } = &segment.postings;
    let is_term = |term: &u32| (*term as usize) < terms;
    rows <= 1 << 16
        && are_whole(&segment.points)
        && segment.start.len() == rows
        && columns.iter().all(|column| column.len() == rows)
        && numbers.iter().all(|numbers| numbers.is_whole())
        && [&segment.shape, &segment.size].iter().all(|numbers| numbers.len() == rows)
        && [segment.bounds.dated, segment.bounds.sized].iter().all(|those| *those <= rows)
        && [&segment.by_size, &segment.by_seq].iter().all(|order| order.len() == rows)
        && segment.by_size.iter().chain(&segment.by_seq).all(|row| is_row(segment, *row))
        && segment.version_no.iter().all(|number| version_of(*number) <= versions)
        && segment.named_starts.are_of(rows, segment.named.len())
        && segment.named.occurring().iter().all(is_term)
        && starts.are_of(own.len(), listed.len())
        && own.iter().chain(dense_terms).all(is_term)
        && listed.iter().chain(&segment.points.row).all(|row| is_row(segment, *row))
        && dense.len() == dense_terms.len() * rows.div_ceil(64)
        && segment.points.term.occurring().iter().all(is_term)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::place::Point;
    use crate::index::dictionary::{Dictionary, SizeFacts, Term};
    use crate::index::row::Row;
    use crate::index::terms::Terms;

    /// Terms and versions that the layers of these tests have.
    const TERMS: u32 = 30;
    const VERSIONS: u32 = 50;

    fn layer(seed: u64) -> Layer {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut dictionary = Dictionary::default();
        for term in 0..TERMS {
            dictionary.number(Term::Source(Uuid::from_u128(term.into())));
        }
        let size = dictionary.sizes.number(SizeFacts { low: 1, high: 9, order: 5 });
        let row = |version: u32| {
            let mut terms: Vec<u32> = (0..TERMS).filter(|_| random.u8(..) < 40).collect();
            terms.insert(0, 0);
            terms.dedup();
            let point = Point { lat: random.f64(), lon: random.f64() };
            let (points, size) =
                (vec![(terms[0], point); random.usize(..3)].into(), [size, u32::MAX][random.usize(..2)]);
            let (id, seq, start) = (Uuid::from_u128(random.u128(..)), version, random.i64(..100));
            Row { id, event_no: version, version_no: version, seq, start, shape: 0, size, terms: terms.into(), points }
        };
        let segment = Segment::of((1..=VERSIONS).map(row).collect(), &dictionary);
        Layer::new(3, Arc::new(segment), vec![(3, 7), (0, 0), (3, 9)])
    }

    /// Whatever can be asked of a layer.
    fn ask(layer: &Layer) {
        let rows = layer.segment.rows();
        drop(layer.visible(20, 3));
        let all: Vec<u32> = (0..TERMS).collect();
        drop(layer.segment.any_of(&Terms::of(all)));
        for row in 0..rows {
            layer.segment.named(row).for_each(|term| assert!(term < TERMS));
            assert!(layer.segment.points.of_row(row).count() <= layer.segment.points.len());
            assert!(layer.segment.version_no[row] <= VERSIONS);
            let _ = layer.segment.postings.has(0, row, rows);
        }
    }

    proptest! {
        #[test]
        fn a_layer_comes_back(seed in any::<u64>()) {
            let layer = layer(seed);
            let back = layer_of(&bytes_of(&layer), VERSIONS, TERMS as usize);
            let back = back.map(|back| (back.level, back.segment.clone(), back.superseded().to_vec()));
            prop_assert_eq!(back, Some((layer.level, layer.segment.clone(), layer.superseded().to_vec())));
        }

        /// The checksums keep such bytes away; but if one ever fits, nothing may panic.
        #[test]
        fn bytes_that_nobody_wrote_do_no_harm(
            seed in any::<u64>(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = bytes_of(&layer(seed));
            for (position, value) in changes {
                let position = position.index(bytes.len());
                bytes[position] = value;
            }
            if let Some(layer) = layer_of(&bytes, VERSIONS, TERMS as usize) {
                ask(&layer);
            }
            let short = cut.index(bytes.len());
            prop_assert!(layer_of(&bytes[..short], VERSIONS, TERMS as usize).is_none());
        }
    }
}
