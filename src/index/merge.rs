//! Several segments made into others, in the order of their starts.

#![expect(
    clippy::cast_possible_truncation,
    reason = "rows have 16 bits by design, and what a segment holds is fewer than 2^32"
)]

use std::sync::Arc;

use super::bits::Bits;
use super::dictionary::SizeFacts;
use super::layer::Layer;
use super::postings::Handle;
use super::segment::{MAX_ROWS, Segment, Superseded};

/// Stands for a row that was left out.
pub const NOWHERE: u32 = u32::MAX;

/// Merges layers into as few as hold their rows, of about the same size, each behind the one before, and tells where each row
/// of each went: the piece in the upper 16 bits, the row in the lower, or [`NOWHERE`]. Rows that are not told any more are
/// left out. `terms` has the new number of each term, where they are numbered anew.
pub fn merge(inputs: &[Layer], level: u8, sizes: &[SizeFacts], terms: Option<&[u32]>) -> (Vec<Layer>, Vec<Vec<u32>>) {
    let order = order(inputs);
    let renumber = |term: u32| terms.map_or(term, |terms| terms[term as usize]);
    let mut pieces: Vec<Segment> = Vec::new();
    let mut went: Vec<Vec<u32>> = inputs.iter().map(|input| vec![NOWHERE; input.segment.rows()]).collect();
    let size = order.len().div_ceil(order.len().div_ceil(MAX_ROWS).max(1)).max(1);
    for rows in order.chunks(size) {
        let mut piece = Segment::default();
        for (_, input, row) in rows {
            let (segment, row) = (&inputs[*input as usize].segment, *row as usize);
            went[*input as usize][row] = ((pieces.len() << 16) | piece.rows()) as u32;
            piece.push_from(segment, row, renumber);
        }
        pieces.push(piece);
    }
    let mut superseded: Vec<Vec<Superseded>> = vec![Vec::new(); pieces.len()];
    for (input, went) in inputs.iter().zip(&went) {
        for (row, by) in input.superseded() {
            let went = went[usize::from(*row)];
            if went != NOWHERE {
                superseded[went as usize >> 16].push((went as u16, *by));
            }
        }
    }
    merge_postings(inputs, &went, &mut pieces, renumber);
    let layers = pieces.into_iter().zip(superseded);
    let layer = |(piece, superseded): (Segment, _)| Layer::new(level, Arc::new(piece.finished(sizes)), superseded);
    (layers.map(layer).collect(), went)
}

/// The rows of all inputs in their order: what they are ordered by, the input, the row.
fn order(inputs: &[Layer]) -> Vec<((i64, u32, u32), u32, u32)> {
    let mut order = Vec::with_capacity(inputs.iter().map(|input| input.segment.rows()).sum());
    for (number, input) in (0_u32..).zip(inputs) {
        let segment = &input.segment;
        let mut told = Bits::all(segment.rows());
        for (row, _) in input.superseded().iter().filter(|(_, by)| *by == 0) {
            told.remove(usize::from(*row));
        }
        let key = |row: usize| (segment.start[row], segment.event_no[row], segment.version_no[row]);
        order.extend(told.ascending(0..segment.rows()).map(|row| (key(row), number, row as u32)));
    }
    order.sort_unstable();
    order
}

/// Term by term, so that no more than one term's rows are held beside the segments.
fn merge_postings(inputs: &[Layer], went: &[Vec<u32>], pieces: &mut [Segment], renumber: impl Fn(u32) -> u32) {
    let mut terms: Vec<(u32, usize, Handle)> = Vec::new();
    for (input, layer) in inputs.iter().enumerate() {
        terms.extend(layer.segment.postings.handles().map(|(term, handle)| (renumber(term), input, handle)));
    }
    terms.sort_unstable_by_key(|(term, input, _)| (*term, *input));
    let (mut rows, mut list) = (Vec::new(), Vec::new());
    for group in terms.chunk_by(|a, b| a.0 == b.0) {
        rows.clear();
        for (_, input, handle) in group {
            let (segment, went) = (&inputs[*input].segment, &went[*input]);
            segment
                .postings
                .each(*handle, segment.rows(), |row| rows.extend(Some(went[row]).filter(|w| *w != NOWHERE)));
        }
        rows.sort_unstable();
        for of_piece in rows.chunk_by(|a, b| a >> 16 == b >> 16) {
            list.clear();
            list.extend(of_piece.iter().map(|went| *went as u16));
            let piece = &mut pieces[of_piece[0] as usize >> 16];
            let size = piece.rows();
            piece.postings.push(group[0].0, &list, size);
        }
    }
}
