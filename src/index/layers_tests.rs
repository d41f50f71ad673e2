//! Tests of `layers`: merging, whatever happens meanwhile.

use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::dictionary::{Dictionary, Term};
use super::layers::{Layers, Merging};
use super::row::{NOTHING, Row};
use super::terms::Terms;

/// What happens to layers.
#[derive(Clone, Copy, Debug)]
enum Step {
    Push { start: i64 },
    Supersede { version: u32 },
    Hide { version: u32 },
    Seal,
    Begin { all: bool },
    Install,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0_i64..40).prop_map(|start| Step::Push { start }),
        4 => (0_u32..200).prop_map(|version| Step::Supersede { version }),
        1 => (0_u32..200).prop_map(|version| Step::Hide { version }),
        3 => Just(Step::Seal),
        2 => any::<bool>().prop_map(|all| Step::Begin { all }),
        2 => Just(Step::Install),
    ]
}

fn row(version: u32, seq: u32, start: i64) -> Row {
    Row {
        id: Uuid::from_u128(u128::from(version)),
        event_no: version,
        version_no: version,
        seq,
        start,
        shape: NOTHING,
        size: NOTHING,
        terms: [version % 3].into(),
        points: Box::default(),
    }
}

/// The versions that can be seen at an operation, and that have the first term.
fn visible(layers: &Layers, seq: u32) -> Vec<u32> {
    let mut found: Vec<u32> = layers
        .tail
        .iter()
        .filter(|row| row.is_visible(seq) && row.row.terms[0] == 0)
        .map(|row| row.row.version_no)
        .collect();
    for layer in layers.slots.iter().flatten() {
        let mut rows = layer.visible(seq, 0);
        rows.and(&layer.segment.any_of(&Terms::of(vec![0])));
        found.extend(rows.ascending(0..layer.segment.rows()).map(|row| layer.segment.version_no[row]));
    }
    found.sort_unstable();
    found
}

proptest! {
    #[test]
    fn whatever_happens_while_they_are_merged_stays(steps in prop::collection::vec(step(), 1..200)) {
        let mut dictionary = Dictionary::default();
        for term in 0..3 {
            dictionary.number(Term::Issue(term.to_string()));
        }
        let mut layers = Layers::default();
        // Of each version: the operation that wrote it, and the one that superseded it, or 0.
        let mut known: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        let mut merging: Option<Merging> = None;
        for (seq, step) in (1_u32..).zip(steps) {
            match step {
                Step::Push { start } => {
                    layers.push(row(seq, seq, start));
                    known.insert(seq, (seq, u32::MAX));
                }
                Step::Supersede { version } => {
                    if let Some((_, by)) = known.get_mut(&version).filter(|(_, by)| *by == u32::MAX) {
                        *by = seq;
                        layers.supersede(version, seq);
                    }
                }
                Step::Hide { version } => {
                    if let Some((_, by)) = known.get_mut(&version).filter(|(_, by)| *by != 0) {
                        *by = 0;
                        layers.supersede(version, 0);
                        layers.set_untold(version);
                    }
                }
                Step::Seal => layers.seal(2, &dictionary),
                Step::Begin { all } => merging = merging.or_else(|| layers.merging(all, &dictionary)),
                Step::Install => {
                    if let Some(merging) = merging.take() {
                        layers.install(&mut merging.run());
                    }
                }
            }
            for at in [seq / 2, seq] {
                let expected = known.iter().filter(|(version, (from, by))| *version % 3 == 0 && *from <= at && at < *by);
                prop_assert_eq!(visible(&layers, at), expected.map(|(version, _)| *version).collect::<Vec<_>>());
            }
            for (version, (_, by)) in &known {
                let id = layers.column(*version, |row| row.id, |segment, row| segment.id[row]);
                prop_assert_eq!(id, (*by != 0).then(|| Uuid::from_u128(u128::from(*version))));
            }
        }
    }
}
