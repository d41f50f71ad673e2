//! What is worked out again when the index comes from a file.

use uuid::Uuid;

use super::Events;
use super::newest::Newest;
use crate::index::bits::Bits;
use crate::index::layer::Layer;
use crate::index::layers::Layers;
use crate::index::row::APART;

impl Events {
    /// Takes in the layers as they come, of which the numbers of versions go up to `last`, and works out what is not saved.
    /// False where it does not fit together.
    pub fn restore(&mut self, layers: impl Iterator<Item = Layer>, last: u32) -> bool {
        let Self { newest, previous, untold, coarse, unexplained, editions, links, versions, .. } = self;
        let others = untold.keys().chain(previous.keys()).chain(previous.values()).chain(editions.keys());
        let others = others.chain(coarse.iter()).chain(unexplained.iter());
        if others.copied().any(|version| version > last) || *versions > last as usize {
            return false;
        }
        links.restore();
        let mut superseded = Bits::none(last as usize + 1);
        for version in previous.values() {
            superseded.insert(*version as usize);
        }
        let newest_of = versions.saturating_sub(previous.len());
        *newest = Newest::with_room(newest_of);
        let mut fits = true;
        let mut insert = |version: u32, id: Uuid| {
            if !superseded.contains(version as usize) {
                fits &= newest.fill(id, version);
            }
        };
        self.layers = Layers::restored(untold.keys().copied(), last);
        for layer in layers {
            let rows = layer.segment.version_no.iter().zip(&layer.segment.id);
            // A version that has a row apart has another one, or is among the untold.
            let is_given = |number: u32| number & APART == 0 && !self.layers.is_untold(number);
            let gone = layer.gone();
            let rows = (0_u16..=u16::MAX).zip(rows).filter(|(row, _)| !gone.contains(row));
            for (_, (version, id)) in rows.filter(|(_, (number, _))| is_given(**number)) {
                insert(*version, *id);
            }
            self.layers.put(layer);
        }
        for (version, untold) in untold {
            insert(*version, untold.id);
        }
        fits && newest.len() == newest_of
    }
}
