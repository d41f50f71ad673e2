//! Chance that can be repeated.

use fastrand::Rng;
use uuid::Uuid;

/// What all of a run's chance comes from.
#[derive(Clone, Copy)]
pub struct Seed(pub u64);

/// What is being drawn, so that nothing shares its chance with anything else.
#[derive(Clone, Copy)]
pub enum Kind {
    Place = 1,
    Actor,
    Source,
    Campaign,
    Event,
    Correction,
    Evidence,
}

/// Milliseconds since 1970 of 2026-01-01T00:00:00Z: ids look as if made then, a millisecond apart.
const IDS_FROM: u64 = 1_767_225_600_000;

impl Seed {
    /// The chance of one thing, whatever was drawn before.
    pub fn rng(self, kind: Kind, number: u64) -> Rng {
        Rng::with_seed(self.mixed(kind, number))
    }

    /// The id of one thing, in the form of a UUID of version 7.
    pub fn id(self, kind: Kind, number: u64) -> Uuid {
        let high = (IDS_FROM + number) << 16 | 0x7000 | kind as u64;
        Uuid::from_u64_pair(high, 1 << 63 | self.mixed(kind, number) >> 2)
    }

    fn mixed(self, kind: Kind, number: u64) -> u64 {
        mix(self.0 ^ mix((kind as u64) << 56 ^ number))
    }
}

/// The step and the finish of splitmix64, which takes neighbouring numbers far apart.
const fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Whether something happens that does so `percent` times in a hundred.
pub fn happens(rng: &mut Rng, percent: u32) -> bool {
    rng.u32(..100) < percent
}

/// One of some, all as likely.
pub fn one<T: Copy>(rng: &mut Rng, of: &[T]) -> T {
    of[index(rng, of.len())]
}

/// A position in a list of so many.
pub fn index(rng: &mut Rng, length: usize) -> usize {
    // Not `usize`, which is drawn differently where it is another size.
    usize::try_from(rng.u64(..length as u64)).unwrap_or_default()
}

/// One of some, each as likely as its weight says.
pub fn weighted<T: Copy>(rng: &mut Rng, of: &[(T, u32)]) -> T {
    let mut left = rng.u32(..of.iter().map(|(_, weight)| *weight).sum::<u32>());
    for (value, weight) in of {
        match left.checked_sub(*weight) {
            Some(rest) => left = rest,
            None => return *value,
        }
    }
    of[0].0
}

/// Ranks that are drawn by Zipf's law: the first twice as often as the second, three times as often as the third.
pub struct Zipf {
    /// The weights of all up to each, summed.
    sums: Vec<u64>,
}

impl Zipf {
    /// So many ranks, at least one.
    pub fn new(ranks: usize) -> Self {
        let mut sum = 0;
        let mut sums = Vec::with_capacity(ranks);
        for rank in 1..=ranks.max(1) as u64 {
            sum += (1 << 32) / rank;
            sums.push(sum);
        }
        Self { sums }
    }

    /// A rank from 0.
    pub fn draw(&self, rng: &mut Rng) -> usize {
        let drawn = rng.u64(..self.sums[self.sums.len() - 1]);
        self.sums.partition_point(|sum| *sum <= drawn)
    }

    /// So many ranks, all different where there are enough.
    pub fn draw_some(&self, rng: &mut Rng, count: usize) -> Vec<usize> {
        let mut ranks = Vec::with_capacity(count);
        // The first ranks come again and again: after some tries fewer will do.
        for _ in 0..count * 4 {
            let rank = self.draw(rng);
            if !ranks.contains(&rank) {
                ranks.push(rank);
            }
            if ranks.len() == count {
                break;
            }
        }
        ranks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_version_7_and_all_different() {
        let ids: Vec<_> = (0..100).flat_map(|n| [Kind::Place, Kind::Event].map(|kind| Seed(1).id(kind, n))).collect();
        assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), ids.len());
    }

    #[test]
    fn the_first_rank_is_drawn_about_twice_as_often_as_the_second() {
        let (zipf, mut rng) = (Zipf::new(50), Seed(1).rng(Kind::Place, 1));
        let mut drawn = [0_u32; 50];
        for _ in 0..20_000 {
            drawn[zipf.draw(&mut rng)] += 1;
        }
        assert!(drawn[0] > drawn[1] * 3 / 2 && drawn[1] > drawn[4] && drawn[49] > 0);
    }
}
