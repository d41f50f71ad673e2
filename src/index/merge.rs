//! Several segments made into others, in the order of their starts.

#![expect(
    clippy::cast_possible_truncation,
    reason = "rows have 16 bits by design, and what a segment holds is fewer than 2^32"
)]

use std::ops::Range;

use super::bits::Bits;
use super::dictionary::Dictionary;
use super::segment::{Handle, MAX_ROWS, Segment};

/// Where a row went: nowhere, or the piece and the row there in one number.
const NOWHERE: u32 = u32::MAX;

/// Merges ranges of rows into as few segments as hold them, of about the same size, each behind the one before. Rows that
/// are not told any more are left out.
pub fn merge(inputs: &[(&Segment, Range<usize>)], dictionary: &Dictionary) -> Vec<Segment> {
    let order = order(inputs);
    if order.is_empty() {
        return Vec::new();
    }
    let size = order.len().div_ceil(order.len().div_ceil(MAX_ROWS));
    let mut pieces: Vec<Segment> = Vec::new();
    let mut went: Vec<Vec<u32>> = inputs.iter().map(|(segment, _)| vec![NOWHERE; segment.rows()]).collect();
    for rows in order.chunks(size) {
        let mut piece = Segment::default();
        for (_, input, row) in rows {
            let (segment, row) = (inputs[*input as usize].0, *row as usize);
            went[*input as usize][row] = ((pieces.len() << 16) | piece.rows()) as u32;
            piece.push_from(segment, row, segment.points_of(row));
        }
        pieces.push(piece);
    }
    for ((segment, _), went) in inputs.iter().zip(&went) {
        for (row, by) in &segment.superseded {
            let went = went[usize::from(*row)];
            if went != NOWHERE {
                pieces[went as usize >> 16].superseded.push((went as u16, *by));
            }
        }
    }
    merge_postings(inputs, &went, &mut pieces);
    pieces.into_iter().map(|piece| piece.finished(dictionary)).collect()
}

/// The rows of all inputs in their order: what they are ordered by, the input, the row.
fn order(inputs: &[(&Segment, Range<usize>)]) -> Vec<((i64, u32, u32), u32, u32)> {
    let mut order = Vec::with_capacity(inputs.iter().map(|(_, range)| range.len()).sum());
    for (input, (segment, range)) in (0_u32..).zip(inputs) {
        let mut told = Bits::all(segment.rows());
        for (row, _) in segment.superseded.iter().filter(|(_, by)| *by == 0) {
            told.remove(usize::from(*row));
        }
        let key = |row: usize| (segment.start[row], segment.event_no[row], segment.version_no[row]);
        order.extend(told.ascending(range.clone()).map(|row| (key(row), input, row as u32)));
    }
    order.sort_unstable();
    order
}

/// Term by term, so that no more than one term's rows are held beside the segments.
fn merge_postings(inputs: &[(&Segment, Range<usize>)], went: &[Vec<u32>], pieces: &mut [Segment]) {
    let mut terms: Vec<(u32, usize, Handle)> = Vec::new();
    for (input, (segment, _)) in inputs.iter().enumerate() {
        terms.extend(segment.postings.handles().map(|(term, handle)| (term, input, handle)));
    }
    terms.sort_unstable_by_key(|(term, input, _)| (*term, *input));
    let (mut rows, mut list) = (Vec::new(), Vec::new());
    for group in terms.chunk_by(|a, b| a.0 == b.0) {
        rows.clear();
        for (_, input, handle) in group {
            let (segment, went) = (inputs[*input].0, &went[*input]);
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
