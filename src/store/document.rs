//! The ready documents: what readers of one audience are given of one version, with ids where names will stand.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::StoreError;
use super::ready;
use crate::domain::content::Content;
use crate::domain::instant::Instant;
use crate::domain::privacy::PrivacyPolicy;
use crate::domain::public_version::{AncestorAt, public_version};
use crate::domain::resource::Resource;

/// Who may read a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody: no privacy policy applies.
    Everybody,
    /// Readers without `read:restricted`, where a policy applies.
    Public,
    /// Holders of `read:restricted`, where a policy applies.
    Restricted,
}

impl Audience {
    /// The audience as a column.
    pub const fn column(self) -> i16 {
        match self {
            Self::Everybody => 0,
            Self::Public => 1,
            Self::Restricted => 2,
        }
    }
}

/// One version's document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document<C> {
    /// The member's id.
    pub id: Uuid,
    /// Its slug, where its resource has slugs.
    pub slug: Option<String>,
    /// The version's number, from 1.
    pub revision: i32,
    /// The operation that wrote this version.
    pub seq: i64,
    /// When the first version was recorded.
    pub created_at: Instant,
    /// When this version was recorded.
    pub recorded_at: Instant,
    /// Its values.
    pub content: C,
}

impl<C> Document<C> {
    /// The same document around other values.
    pub fn map<'a, D>(&'a self, content: impl FnOnce(&'a C) -> D) -> Document<D> {
        Document {
            id: self.id,
            slug: self.slug.clone(),
            revision: self.revision,
            seq: self.seq,
            created_at: self.created_at,
            recorded_at: self.recorded_at,
            content: content(&self.content),
        }
    }

    /// The document with its values made into others.
    pub fn convert<D>(self, content: impl FnOnce(C) -> D) -> Document<D> {
        let Self { id, slug, revision, seq, created_at, recorded_at, content: own } = self;
        Document { id, slug, revision, seq, created_at, recorded_at, content: content(own) }
    }
}

impl Document<Arc<Content>> {
    /// The document as it is stored for an audience.
    ///
    /// # Errors
    /// Never for what the domain can hold.
    pub fn to_body(&self, audience: Audience) -> Result<String, StoreError> {
        let body = match &*self.content {
            Content::Event(event) => return ready::write(&self.map(|_| &**event), audience),
            Content::Actor(content) => serde_json::to_string(&self.map(|_| content)),
            Content::Location(content) => serde_json::to_string(&self.map(|_| content)),
            Content::Source(content) => serde_json::to_string(&self.map(|_| content)),
            Content::Campaign(content) => serde_json::to_string(&self.map(|_| content)),
            Content::Timeline(content) => serde_json::to_string(&self.map(|_| content)),
        };
        Ok(body?)
    }

    /// Reads a stored document.
    ///
    /// # Errors
    /// `Corrupt` for text that Marchline did not write.
    pub fn from_body(resource: Resource, body: &str) -> Result<Self, StoreError> {
        fn read<C: DeserializeOwned>(body: &str, wrap: fn(C) -> Content) -> Result<Document<Arc<Content>>, StoreError> {
            let document: Document<C> = serde_json::from_str(body)?;
            Ok(document.convert(|content| Arc::new(wrap(content))))
        }
        match resource {
            Resource::Event => Ok(ready::read(body)?.convert(|event| Arc::new(Content::Event(Box::new(event))))),
            Resource::Actor => read(body, Content::Actor),
            Resource::Location => read(body, Content::Location),
            Resource::Source => read(body, Content::Source),
            Resource::Campaign => read(body, Content::Campaign),
            Resource::Timeline => read(body, Content::Timeline),
        }
    }
}

/// A version's documents, each with those who may read it.
pub type Documents = Vec<(Audience, Document<Arc<Content>>)>;

/// The documents that a version has: one for everybody, or, where a policy applies, what it leaves to the public and the
/// whole for those who may read it. The policy is that of the newest version, whatever this one's own was.
pub fn documents_of(
    whole: Document<Arc<Content>>,
    policy: Option<&PrivacyPolicy>,
    ancestor: AncestorAt<'_>,
) -> Documents {
    let (Content::Event(event), Some(policy)) = (&*whole.content, policy) else {
        return vec![(Audience::Everybody, whole)];
    };
    let public = public_version(event, policy, ancestor);
    let public = public.map(|event| whole.map(|_| Arc::new(Content::Event(Box::new(event)))));
    let public = public.map(|document| (Audience::Public, document));
    public.into_iter().chain([(Audience::Restricted, whole)]).collect()
}

/// Microseconds in an hour.
const HOUR: i64 = 3_600_000_000;
/// Bits of a key that hold the version's number and, lowest, whether the document is the restricted one.
const VERSION_BITS: u32 = 36;
/// Hour of a document that has no start: behind all others.
const NO_HOUR: i64 = (1 << 27) - 1;

/// The key of a document: the hour of the event's start since the year 1, then the version. Keys that follow the start
/// let a page of a timeline be read from neighbouring blocks.
pub fn key(content: &Content, version_no: i64, audience: Audience) -> i64 {
    let start = match content {
        Content::Event(event) => event.when.start.as_ref().map(|start| start.earliest),
        _ => None,
    };
    event_key(start, version_no, audience == Audience::Restricted)
}

/// The key of a document of an event's version that begins so.
pub fn event_key(start: Option<Instant>, version_no: i64, is_restricted: bool) -> i64 {
    let hour = start.map_or(NO_HOUR, |start| (start.micros() - Instant::MIN.micros()) / HOUR);
    (hour << VERSION_BITS) | (version_no << 1) | i64::from(is_restricted)
}

/// The version that a key is of, and whether the document is the restricted one.
pub const fn version_of(key: i64) -> (i64, bool) {
    ((key & ((1 << VERSION_BITS) - 1)) >> 1, key & 1 == 1)
}
