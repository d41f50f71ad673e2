//! The ready document of an event: JSON text as readers are given it, but with ids where names will stand. White space,
//! which JSON allows between tokens and never inside a string but as an escape, marks what is put in or left out when the
//! text is read, so that nobody has to parse it:
//!
//! - a tab stands before `{"id":"…"}` that becomes the short form of what it names;
//! - a carriage return stands before a value that an event leaves to its location, and before its own where the place is
//!   too wide for it to be told;
//! - a line feed ends each of the [`Ready`] parts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::document::{Audience, Document};
use super::error::StoreError;
use crate::domain::actor::Participation;
use crate::domain::event::{EventContent, Evidence, Translation};
use crate::domain::instant::Instant;
use crate::domain::place::EventPlace;
use crate::domain::references::Reference;

type Result<T> = std::result::Result<T, StoreError>;

/// Stands before a reference.
pub const REFERENCE: u8 = b'\t';
/// Stands before a value that readers are given by the location.
pub const BY_LOCATION: u8 = b'\r';
/// Ends a part.
const END: u8 = b'\n';

/// The parts of a ready document, in the order in which readers get them. Each ends with a comma but `last` and `policy`,
/// which is not for readers and ends the document.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the members of `view::event::Event`")]
pub struct Ready<'a> {
    pub head: &'a str,
    pub words: &'a str,
    pub translations: &'a str,
    pub facts: &'a str,
    pub evidence: &'a str,
    pub links: &'a str,
    pub last: &'a str,
    pub policy: &'a str,
}

impl<'a> Ready<'a> {
    /// The parts of a stored text.
    ///
    /// # Errors
    /// `Corrupt` for text that Marchline did not write.
    pub fn of(body: &'a str) -> Result<Self> {
        let mut parts = body.split(char::from(END));
        let mut next = || parts.next().ok_or_else(|| StoreError::corrupt("an event's document lacks a part"));
        Ok(Self {
            head: next()?,
            words: next()?,
            translations: next()?,
            facts: next()?,
            evidence: next()?,
            links: next()?,
            last: next()?,
            policy: next()?,
        })
    }
}

/// Title and summary of a ready document, in all languages.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the members of `view::event::Event`")]
pub struct Words {
    pub title: String,
    pub summary: Option<String>,
    pub language: Option<String>,
    pub translations: BTreeMap<String, Translation>,
}

impl Words {
    /// The words of a document's parts.
    ///
    /// # Errors
    /// `Corrupt` for text that Marchline did not write.
    pub fn of(ready: &Ready<'_>) -> Result<Self> {
        let members = format!("{{{}{}", ready.words, ready.translations);
        Ok(serde_json::from_str(&format!("{}}}", members.trim_end_matches(',')))?)
    }
}

/// Writes an event for an audience.
///
/// # Errors
/// Never for what the domain can hold.
pub fn write(document: &Document<&EventContent>, audience: Audience) -> Result<String> {
    let event = document.content;
    let mut text = Text(Vec::with_capacity(2_048));
    text.0.push(b'{');
    text.member("id", &document.id)?;
    text.member("revision", &document.revision)?;
    text.member("seq", &document.seq)?;
    text.member("created_at", &document.created_at)?;
    text.member("recorded_at", &document.recorded_at)?;
    text.member("type", &event.event_type)?;
    text.member("category", &event.event_type.category())?;
    text.member("tactics", &event.tactics)?;
    text.member("status", &event.status)?;
    text.member("verification", &event.verification)?;
    text.member("verification_by", &event.verification_by)?;
    text.0.push(END);
    text.member("title", &event.title)?;
    text.member("summary", &event.summary)?;
    text.member("language", &event.language)?;
    text.0.push(END);
    text.member("translations", &event.translations)?;
    text.0.push(END);
    text.member("when", &event.when)?;
    text.list("places", &event.places, Text::place)?;
    text.list("actors", &event.actors, Text::actor)?;
    text.member("issues", &event.issues)?;
    text.member("demands", &event.demands)?;
    text.list("campaigns", &event.campaigns, |text, id| text.reference(*id))?;
    text.list("sources", &event.sources, |text, id| text.reference(*id))?;
    text.member("size", &event.size)?;
    text.member("outcomes", &event.outcomes)?;
    text.0.push(END);
    text.list("evidence", &event.evidence, Text::evidence)?;
    text.0.push(END);
    text.member("links", &event.links)?;
    text.0.push(END);
    text.member("external_ids", &event.external_ids)?;
    // What everybody is given of a version has none, also where there was a policy when it was written.
    let policy = event.privacy.as_ref().filter(|_| audience != Audience::Everybody);
    let notice = policy.map(|policy| Notice { coarsened: audience == Audience::Public, reason: &policy.reason });
    text.last("privacy", &notice)?;
    text.0.extend([END, b',']);
    text.last("policy", &event.privacy)?;
    text.0.push(b'}');
    String::from_utf8(text.0).map_err(|_| StoreError::corrupt("a document is not UTF-8"))
}

/// What readers are told of a policy.
#[derive(Serialize)]
struct Notice<'a> {
    coarsened: bool,
    reason: &'a Option<String>,
}

/// JSON text that grows member by member; each method but `last` ends what it writes with a comma.
struct Text(Vec<u8>);

impl Text {
    fn last(&mut self, name: &str, value: &impl Serialize) -> Result<()> {
        self.name(name);
        Ok(serde_json::to_writer(&mut self.0, value)?)
    }

    fn name(&mut self, name: &str) {
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    fn member(&mut self, name: &str, value: &impl Serialize) -> Result<()> {
        self.last(name, value)?;
        self.0.push(b',');
        Ok(())
    }

    fn reference(&mut self, id: Uuid) -> Result<()> {
        self.0.push(REFERENCE);
        serde_json::to_writer(&mut self.0, &Reference { id })?;
        self.0.push(b',');
        Ok(())
    }

    fn list<T>(&mut self, name: &str, items: &[T], mut write: impl FnMut(&mut Self, &T) -> Result<()>) -> Result<()> {
        self.name(name);
        self.0.push(b'[');
        for item in items {
            write(self, item)?;
        }
        self.end(b']');
        Ok(())
    }

    /// Ends a list or an object, whose last member left a comma.
    fn end(&mut self, bracket: u8) {
        if self.0.last() == Some(&b',') {
            self.0.pop();
        }
        self.0.extend([bracket, b',']);
    }

    fn place(&mut self, place: &EventPlace) -> Result<()> {
        self.0.push(b'{');
        self.name("location");
        self.reference(place.location)?;
        self.member("role", &place.role)?;
        self.name("point");
        if place.point.is_some() == place.precision.is_area() {
            self.0.push(BY_LOCATION);
        }
        serde_json::to_writer(&mut self.0, &place.point)?;
        self.0.push(b',');
        self.member("precision", &place.precision)?;
        self.name("radius_m");
        if place.radius_m.is_none() && place.point.is_none() {
            self.0.push(BY_LOCATION);
        }
        serde_json::to_writer(&mut self.0, &place.radius_m)?;
        self.end(b'}');
        Ok(())
    }

    fn actor(&mut self, part: &Participation) -> Result<()> {
        self.0.push(b'{');
        self.name("actor");
        self.reference(part.actor)?;
        self.member("role", &part.role)?;
        self.end(b'}');
        Ok(())
    }

    fn evidence(&mut self, item: &Evidence) -> Result<()> {
        self.0.push(b'{');
        self.member("id", &item.id)?;
        self.name("source");
        self.reference(item.source)?;
        self.member("field", &item.field)?;
        match item.about {
            Some(about) => {
                self.name("ref");
                self.reference(about)?;
            }
            None => self.member("ref", &())?,
        }
        self.member("value", &item.value)?;
        self.member("quote", &item.quote)?;
        self.member("locator", &item.locator)?;
        self.member("confidence", &item.confidence)?;
        self.member("attributed_to", &item.attributed_to)?;
        self.member("disputes", &item.disputes)?;
        self.end(b'}');
        Ok(())
    }
}

/// Reads a stored event.
///
/// # Errors
/// `Corrupt` for text that Marchline did not write.
pub fn read(body: &str) -> Result<Document<EventContent>> {
    let Head { id, revision, seq, created_at, recorded_at } = serde_json::from_str(body)?;
    let content = serde_json::from_str(body)?;
    Ok(Document { id, slug: None, revision, seq, created_at, recorded_at, content })
}

#[derive(Deserialize)]
struct Head {
    id: Uuid,
    revision: i32,
    seq: i64,
    created_at: Instant,
    recorded_at: Instant,
}
