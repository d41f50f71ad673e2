//! Ready documents made into what readers are given: names put in, parts left out, nothing parsed.

use memchr::{memchr, memchr2};
use serde::Serialize;
use uuid::Uuid;

use super::event::Include;
use super::highlight::highlights;
use super::known;
use super::links::{Titles, links};
use super::reference::{ActorRef, LocationRef, NamedRef, SourceRef};
use crate::domain::crosswalk::Vocabulary;
use crate::domain::event::once_each;
use crate::domain::language;
use crate::domain::losses::Facts;
use crate::domain::place::LocationContent;
use crate::domain::rendition::Renditions;
use crate::domain::resource::Resource;
use crate::index::entities::Moment;
use crate::index::sight::Sight;
use crate::query::params::{Params, Unread, shown};
use crate::query::text::TextQuery;
use crate::store::error::StoreError;
use crate::store::ready::{BY_LOCATION, REFERENCE, Ready, Words, read};
use crate::text::part::Part;

type Result<T> = std::result::Result<T, StoreError>;

/// How an event is to be given.
#[derive(Clone, Debug, Default)]
pub struct EventView {
    /// What `include` asks for.
    pub include: Vec<Include>,
    /// The language asked for.
    pub lang: Option<String>,
    /// What is shown where it stands in the event.
    pub sought: Vec<Part>,
    /// The vocabularies that it is translated to.
    pub vocab: Vec<Vocabulary>,
}

impl EventView {
    /// Takes `include`, `lang` and `vocab`; faults stay with `params`.
    pub fn parse(params: &mut Params) -> Self {
        Self { include: codes(params, "include", Include::parse, Include::CODES), ..Self::in_cells(params) }
    }

    /// Takes `lang` and `vocab`, for what has a cell for each code.
    pub fn in_cells(params: &mut Params) -> Self {
        Self { vocab: asked_vocabularies(params), ..Self::in_words(params) }
    }

    /// Takes `lang` alone, for what gives no documents.
    pub fn in_words(params: &mut Params) -> Self {
        let lang = params.read("lang", |tag| {
            let malformed = || Unread::new("malformed", format!("`{}` is not a BCP 47 language tag.", shown(tag)));
            language::normalised(tag).ok_or_else(malformed)
        });
        Self { lang, ..Self::default() }
    }

    /// Takes `highlight`, for what is asked by words; faults stay with `params`.
    pub fn highlight(&mut self, q: &TextQuery, params: &mut Params) {
        let is_asked = params.code("highlight", |text| text.parse().ok(), &["true", "false"]).unwrap_or(false);
        if is_asked && q.wanted.is_empty() && !params.is_faulty("q") {
            params.fault("highlight", "needs_words", "`highlight` needs `q` with a word that must be there.");
        }
        self.sought = if is_asked { q.wanted.clone() } else { Vec::new() };
    }

    /// Every part of an event that has a history.
    pub fn whole() -> Self {
        Self { include: vec![Include::Evidence, Include::Translations], ..Self::default() }
    }

    /// Whether a part is asked for.
    pub fn has(&self, part: Include) -> bool {
        self.include.contains(&part)
    }

    /// Whether nothing is asked for but what every reader is given.
    pub const fn is_plain(&self) -> bool {
        self.include.is_empty() && self.lang.is_none() && self.vocab.is_empty() && self.sought.is_empty()
    }

    /// The vocabularies that it is translated to, as they were understood.
    pub fn vocabularies(&self) -> Vec<String> {
        self.vocab.iter().map(|vocabulary| vocabulary.code().to_owned()).collect()
    }

    /// Adds a stored event to `out`, as a reader sees it at an operation. `titles` holds those of the events it is linked with.
    ///
    /// # Errors
    /// When something it refers to is missing, or the text is none that Marchline wrote.
    pub fn render(&self, body: &str, id: Uuid, sight: Sight<'_>, titles: &Titles, out: &mut Vec<u8>) -> Result<()> {
        let names = sight.names();
        let ready = Ready::of(body)?;
        let start = out.len();
        out.extend_from_slice(ready.head.as_bytes());
        match self.translated(&ready)? {
            Some(words) => out.extend_from_slice(words.as_bytes()),
            None => out.extend_from_slice(ready.words.as_bytes()),
        }
        if self.has(Include::Translations) {
            out.extend_from_slice(ready.translations.as_bytes());
        }
        put_names(names, ready.facts, Form::Full, out)?;
        if self.has(Include::Evidence) {
            put_names(names, ready.evidence, Form::Short, out)?;
        }
        if self.has(Include::Links) {
            out.extend_from_slice(b"\"links\":");
            json(out, &links(sight, id, titles))?;
            out.push(b',');
        }
        if !self.sought.is_empty() {
            out.extend_from_slice(b"\"highlights\":");
            json(out, &highlights(&self.sought, &read(body)?.content, names))?;
            out.push(b',');
        }
        out.extend_from_slice(ready.last.as_bytes());
        out.push(b'}');
        if !self.vocab.is_empty() {
            // Of what the reader is given, and of nothing else.
            let facts: Facts = serde_json::from_slice(&out[start..])?;
            out.pop();
            out.extend_from_slice(b",\"vocabulary\":");
            json(out, &Renditions::of(&facts, &self.vocab))?;
            out.push(b'}');
        }
        Ok(())
    }

    /// Title and summary in the language asked for, where there is a translation.
    fn translated(&self, ready: &Ready<'_>) -> Result<Option<String>> {
        let Some(wanted) = &self.lang else {
            return Ok(None);
        };
        let words = Words::of(ready)?;
        let own = words.language.as_deref().into_iter();
        let best = language::best(wanted, own.chain(words.translations.keys().map(String::as_str)));
        let Some((language, given)) = best.and_then(|tag| Some((tag, words.translations.get(tag)?))) else {
            return Ok(None);
        };
        let given = serde_json::to_string(&Given { title: &given.title, summary: given.summary.as_deref(), language })?;
        Ok(Some(format!("{},", given.trim_start_matches('{').trim_end_matches('}'))))
    }
}

/// Takes `vocab`.
pub fn asked_vocabularies(params: &mut Params) -> Vec<Vocabulary> {
    codes(params, "vocab", Vocabulary::parse, Vocabulary::CODES)
}

/// Takes a parameter that is a list of codes, each of them once.
fn codes<T: PartialEq>(
    params: &mut Params,
    name: &'static str,
    parse: fn(&str) -> Option<T>,
    known: &[&str],
) -> Vec<T> {
    let codes = params.read(name, |text| {
        let one = |code: &str| {
            let unknown = || format!("`{}` is not one of: {}.", shown(code), known.join(", "));
            parse(code).ok_or_else(|| Unread::new("unknown_value", unknown()))
        };
        text.split(',').map(one).collect::<std::result::Result<Vec<_>, _>>()
    });
    once_each(codes.unwrap_or_default())
}

#[derive(Serialize)]
struct Given<'a> {
    title: &'a str,
    summary: Option<&'a str>,
    language: &'a str,
}

/// How things that a document refers to are named in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// With all that readers need: in the event's own values.
    Full,
    /// By name alone: in evidence.
    Short,
}

/// Bytes of `{"id":"…"}`, and of what stands before the id in it.
const REFERENCE_LENGTH: usize = 45;
const BEFORE_ID: usize = 7;
const ID_LENGTH: usize = 36;

/// Adds text of a ready document with each reference made into the short form of what it names.
fn put_names(names: Moment<'_>, text: &str, form: Form, out: &mut Vec<u8>) -> Result<()> {
    let broken = || StoreError::corrupt("an event's document has a mark that marks nothing");
    let mut rest = text.as_bytes();
    let mut place = None;
    while let Some(at) = memchr2(REFERENCE, BY_LOCATION, rest) {
        let (before, marked) = (&rest[..at], &rest[at + 1..]);
        out.extend_from_slice(before);
        if rest[at] == REFERENCE {
            let id = marked.get(BEFORE_ID..BEFORE_ID + ID_LENGTH).and_then(|id| Uuid::try_parse_ascii(id).ok());
            let id = id.ok_or_else(broken)?;
            put_name(names, id, form, out)?;
            place = Some(id);
            rest = &marked[REFERENCE_LENGTH..];
        } else {
            let location = place.ok_or_else(broken)?;
            let is_own = marked.first() == Some(&b'{');
            if before.ends_with(b"\"point\":") {
                json(out, &names.point_of(location).filter(|_| !is_own))?;
            } else {
                json(out, &names.values::<LocationContent>(location).and_then(|(_, location)| location.radius_m))?;
            }
            let length = if is_own { memchr(b'}', marked).map(|end| end + 1) } else { Some(NULL.len()) };
            rest = length.and_then(|length| marked.get(length..)).ok_or_else(broken)?;
        }
    }
    out.extend_from_slice(rest);
    Ok(())
}

const NULL: &str = "null";

fn put_name(names: Moment<'_>, id: Uuid, form: Form, out: &mut Vec<u8>) -> Result<()> {
    let is_long = form == Form::Full;
    if let Some(text) = names.text(id, is_long) {
        out.extend_from_slice(text);
        return Ok(());
    }
    let start = out.len();
    let (entity, _) = known(names.version(id), id)?;
    match (entity.resource, form) {
        (Resource::Source, _) => json(out, &SourceRef::of(names, id)?),
        (Resource::Campaign, _) => json(out, &NamedRef::campaign(names, id)?),
        (Resource::Actor, Form::Full) => json(out, &ActorRef::of(names, id)?),
        (Resource::Actor, Form::Short) => json(out, &NamedRef::actor(names, id)?),
        (_, Form::Full) => json(out, &LocationRef::of(names, id)?),
        (_, Form::Short) => json(out, &NamedRef::location(names, id)?),
    }?;
    names.keep_text(id, is_long, &out[start..]);
    Ok(())
}

fn json(out: &mut Vec<u8>, value: &impl Serialize) -> Result<()> {
    Ok(serde_json::to_writer(out, value)?)
}
