//! What a record of a file becomes.

use serde_json::Value;
use xxhash_rust::xxh3::Xxh3;

use crate::domain::resource::Resource;

/// A record as documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapped {
    /// The line it begins on.
    pub line: u64,
    /// Its id in the scheme of its collection.
    pub identity: String,
    /// A digest of everything that is taken over. It is equal as long as the event would be.
    pub hash: String,
    /// What the event refers to, as far as it was not given out with an earlier record, in the order in which they refer to
    /// each other. All have slugs. They are to be created where their slug is free, and left alone where it is taken.
    pub entities: Vec<(Resource, Value)>,
    /// The event's document, without an id; `None` where the record says that its event is no more.
    pub event: Option<Value>,
    /// The happening that the record stands in. It is no part of the event and of its digest: what other records say is told
    /// by links.
    pub group: Option<Group>,
}

/// A record's place among others that tell of one happening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What the file calls the happening.
    pub name: String,
    /// Whether the record is a counter-protest, and so against the others.
    pub opposes: bool,
}

/// A digest of everything that is taken over, for telling an unchanged row from a corrected one.
pub fn digest(event: &Value) -> String {
    struct Sink(Xxh3);
    impl std::io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut sink = std::io::BufWriter::new(Sink(Xxh3::new()));
    // Neither a value nor the digest can fail to be written.
    let _ = serde_json::to_writer(&mut sink, event);
    let digest = sink.into_inner().map_or(0, |sink| sink.0.digest128());
    format!("{digest:032x}")
}
