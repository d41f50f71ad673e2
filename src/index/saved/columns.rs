//! Columns as bytes: how many values there are, then the values, each the lowest byte first, so that a whole column is
//! copied at once.

use uuid::Uuid;

/// A value of which columns are made.
pub trait Value: Copy {
    /// Appends values.
    fn put(values: &[Self], bytes: &mut Vec<u8>);

    /// As many values as the bytes hold, and the bytes that they take.
    fn take(bytes: &[u8], values: usize) -> Option<Vec<Self>>;
}

macro_rules! numbers {
    ($($number:ty),+) => {
        $(impl Value for $number {
            fn put(values: &[Self], bytes: &mut Vec<u8>) {
                bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            }

            fn take(bytes: &[u8], values: usize) -> Option<Vec<Self>> {
                let bytes = bytes.get(..values.checked_mul(size_of::<Self>())?)?;
                Some(bytes.as_chunks().0.iter().map(|value| Self::from_le_bytes(*value)).collect())
            }
        })+
    };
}

numbers!(u8, u16, u32, u64, i32, i64, f64);

impl Value for Uuid {
    fn put(values: &[Self], bytes: &mut Vec<u8>) {
        bytes.extend(values.iter().flat_map(|id| *id.as_bytes()));
    }

    fn take(bytes: &[u8], values: usize) -> Option<Vec<Self>> {
        let bytes = bytes.get(..values.checked_mul(size_of::<Self>())?)?;
        Some(bytes.as_chunks().0.iter().map(|id| Self::from_bytes(*id)).collect())
    }
}

/// Appends a column.
pub fn put<T: Value>(values: &[T], bytes: &mut Vec<u8>) {
    bytes.extend((values.len() as u64).to_le_bytes());
    bytes.reserve(size_of_val(values));
    T::put(values, bytes);
}

/// Bytes that columns are taken from. Nothing that they say makes it take more memory than they have themselves.
pub struct Columns<'a>(pub &'a [u8]);

impl Columns<'_> {
    /// The next column; `None` where the bytes do not hold it.
    pub fn take<T: Value>(&mut self) -> Option<Vec<T>> {
        let (values, rest) = self.0.split_first_chunk()?;
        let values = T::take(rest, usize::try_from(u64::from_le_bytes(*values)).ok()?)?;
        self.0 = &rest[size_of_val(values.as_slice())..];
        Some(values)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_put_is_taken(
            small in prop::collection::vec(any::<u16>(), 0..50),
            large in prop::collection::vec(any::<i64>(), 0..50),
            ids in prop::collection::vec(any::<u128>(), 0..50),
            cut in 0_usize..400,
        ) {
            let ids: Vec<Uuid> = ids.into_iter().map(Uuid::from_u128).collect();
            let mut bytes = Vec::new();
            put(&small, &mut bytes);
            put(&large, &mut bytes);
            put(&ids, &mut bytes);
            let mut columns = Columns(&bytes);
            prop_assert_eq!(columns.take(), Some(small));
            prop_assert_eq!(columns.take(), Some(large));
            prop_assert_eq!(columns.take(), Some(ids));
            prop_assert_eq!(columns.0.len(), 0);
            let mut columns = Columns(&bytes[..cut.min(bytes.len() - 1)]);
            let all = columns.take::<u16>().is_some() && columns.take::<i64>().is_some() && columns.take::<Uuid>().is_some();
            prop_assert!(!all);
        }

        #[test]
        fn bytes_that_nobody_wrote_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut columns = Columns(&bytes);
            while columns.take::<u64>().is_some_and(|values| !values.is_empty()) {}
        }
    }
}
