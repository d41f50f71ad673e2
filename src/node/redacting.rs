//! Redactions: a value is taken out of all versions of a member, in one operation. Each version keeps its number, its moment and
//! its reason; what it says is written anew, and a new version tells that this happened.

use std::sync::Arc;

use uuid::Uuid;

use super::apply::Step;
use super::catalog::{Surroundings, WriterCatalog};
use super::operation::{Done, Refusal};
use crate::domain::catalog::Catalog;
use crate::domain::content::Content;
use crate::domain::grounds::Grounds;
use crate::domain::identity::slug_from;
use crate::domain::input::Fault;
use crate::domain::redaction::{Met, Redaction};
use crate::domain::resource::Resource;
use crate::store::document::{Document, Documents, documents_of};
use crate::store::error::StoreError;
use crate::store::log::ChangeKind;
use crate::store::redaction::{self, Cleaning, grounds_of, numbers, rejections_with, scrubbed_jobs};
use crate::store::rows::Numbers;
use crate::store::write::{Newest, whole_documents};

/// A version with what it says from now on.
struct Rewritten {
    no: i64,
    document: Document<Arc<Content>>,
    /// Whether it said something else before.
    is_other: bool,
}

impl Step<'_> {
    /// Takes what a redaction names out of all versions of a member, whatever became of it.
    pub(super) fn redact(
        &mut self,
        resource: Resource,
        id: Uuid,
        base: Option<i32>,
        redaction: &Redaction,
    ) -> Result<Done, Refusal> {
        // What is only drafted is in no table yet, and cannot be taken out of one.
        if !self.draft.changes.is_empty() {
            return Err(Refusal::Regroup);
        }
        let newest = self.draft.newest(self.conn, id)?.filter(|newest| newest.resource == resource);
        let newest = newest.ok_or(Refusal::NotFound(resource, id))?;
        if base.is_some_and(|base| base != newest.revision) {
            return Err(Refusal::Stale(newest.revision));
        }
        let mut met = Met::default();
        let slug = neutral_slug(redaction, &newest, &mut met);
        let versions = self.rewritten(&newest, slug.as_ref(), redaction, &mut met)?;
        let grounds = grounds_of(self.conn, newest.entity_no, self.counters.head.seq)?;
        let told = scrubbed_grounds(redaction, &grounds, &mut met);
        let missing = redaction.missing(&met);
        if !missing.is_empty() {
            return Err(Refusal::Invalid(missing));
        }
        self.refuse_telling(redaction, &met)?;
        let cleaning = Cleaning {
            versions: versions.iter().filter(|version| version.is_other).map(|version| version.no).collect(),
            slug: slug.clone().map(|slug| (newest.entity_no, slug)),
            grounds: told.iter().filter(|told| !grounds.contains(told)).cloned().collect(),
            ..self.beside(&newest, redaction, &met)?
        };
        self.write_anew(Newest { slug: slug.or_else(|| newest.slug.clone()), ..newest }, versions, told, cleaning)
    }

    /// What the versions of a member say from now on, oldest first.
    fn rewritten(
        &mut self,
        newest: &Newest,
        slug: Option<&String>,
        redaction: &Redaction,
        met: &mut Met,
    ) -> Result<Vec<Rewritten>, Refusal> {
        let all = whole_documents(self.conn, newest.resource, newest.entity_no)?;
        let fresh_id = || newest.id;
        let catalog = WriterCatalog::new(Surroundings::whole(self.state, self.draft), self.conn, &fresh_id);
        let kind_of = |location| catalog.location(location).map(|facts| facts.kind);
        let mut versions = Vec::with_capacity(all.len());
        for (no, mut document) in all {
            let mut content = Content::clone(&document.content);
            let is_other = redaction.apply(&mut content, met, &kind_of);
            let is_other = is_other.map_err(|fault| Refusal::Invalid(vec![fault]))?;
            document.content = Arc::new(content);
            document.slug = slug.cloned().or(document.slug);
            versions.push(Rewritten { no, document, is_other });
        }
        Ok(versions)
    }

    /// Refuses grounds that would tell what is taken out.
    fn refuse_telling(&self, redaction: &Redaction, met: &Met) -> Result<(), Refusal> {
        let Grounds { reason, source, .. } = self.grounds;
        let tells = |text: &Option<String>| text.as_ref().is_some_and(|text| redaction.without(text, met).is_some());
        let fault = |name: &str| Fault {
            pointer: String::new(),
            code: "carries_value",
            detail: format!("`{name}` holds what is to be redacted, and everybody reads it."),
        };
        let both = [("reason", reason), ("source", source)];
        let faults: Vec<Fault> = both.iter().filter(|(_, text)| tells(text)).map(|(name, _)| fault(name)).collect();
        if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults)) }
    }

    /// What stands beside the timeline and holds something of it.
    fn beside(&mut self, newest: &Newest, redaction: &Redaction, met: &Met) -> Result<Cleaning, StoreError> {
        let scrub = |text: &str| redaction.without(text, met);
        let pairs = match newest.resource {
            Resource::Event => rejections_with(self.conn, newest.id)?,
            _ => Vec::new(),
        };
        let rejections =
            pairs.into_iter().filter_map(|(id, grounds)| Some((id, scrubbed(&grounds, &scrub)?))).collect();
        let jobs = scrubbed_jobs(self.conn, &scrub)?;
        // An id that others have too is remembered on their behalf.
        let external_ids = if newest.resource == Resource::Event { met.external_ids.clone() } else { Vec::new() };
        Ok(Cleaning { external_ids, rejections, jobs, ..Cleaning::default() })
    }

    /// Drafts all of it.
    fn write_anew(
        &mut self,
        newest: Newest,
        versions: Vec<Rewritten>,
        told: Vec<(i64, Grounds)>,
        cleaning: Cleaning,
    ) -> Result<Done, Refusal> {
        let (id, head) = (newest.id, self.counters.head);
        let revision = newest.revision + 1;
        let named = versions.iter().flat_map(|version| version.document.content.references()).collect::<Vec<_>>();
        let numbers = numbers(self.conn, &named)?;
        let policy = versions.last().and_then(|last| last.document.content.privacy().cloned());
        let last = versions.last().map(|last| last.document.clone()).filter(|_| newest.content.is_some());
        let last = last.map(|last| Document { revision, seq: head.seq, recorded_at: head.recorded_at, ..last });
        let (anew, last) = {
            let fresh_id = || id;
            let catalog = WriterCatalog::new(Surroundings::whole(self.state, self.draft), self.conn, &fresh_id);
            let documents = |document| documents_of(document, policy.as_ref(), &|id, kind| catalog.ancestor(id, kind));
            let anew: Vec<(i64, Documents)> =
                versions.iter().map(|version| (version.no, documents(version.document.clone()))).collect();
            (anew, last.map(|last| (Arc::clone(&last.content), documents(last))))
        };
        for version in versions.iter().filter(|version| version.is_other) {
            self.draft.batch.add_rows(version.no, &version.document.content, &numbers)?;
        }
        self.draft.batch.add_cleaning(cleaning);
        let no = match last {
            Some((content, documents)) => {
                let kind = ChangeKind::Redacted;
                let newest = Newest { revision, seq: head.seq, kind, content: Some(Arc::clone(&content)), ..newest };
                let no = self.add_version(newest, &documents);
                self.draft.batch.add_content(no, &content, &documents, &numbers)?;
                no
            }
            None => self.end_again(newest, revision)?,
        };
        self.draft.add_editions(no, anew)?;
        self.draft.add_redaction(no, told);
        Ok(Done::written(id, revision, ChangeKind::Redacted))
    }

    /// Drafts a version of a member that has ceased, by which it stays so.
    fn end_again(&mut self, newest: Newest, revision: i32) -> Result<i64, StoreError> {
        let Newest { resource, id, .. } = newest;
        let into: Vec<Uuid> = match resource {
            Resource::Event => self.state.events.ceased(id, i64::MAX).map(|ceased| ceased.into.clone()),
            _ => self.state.entities.get(id).and_then(|entity| entity.versions.last()).map(|last| last.into.clone()),
        }
        .unwrap_or_default();
        let known: Numbers = redaction::numbers(self.conn, &into)?;
        let seq = self.counters.head.seq;
        let no = self.add_version(Newest { revision, seq, content: None, ..newest }, &Vec::new());
        let into: Vec<(i64, Uuid)> = into.iter().filter_map(|id| Some((*known.get(id)?, *id))).collect();
        if !into.is_empty() {
            self.draft.add_lineage(no, &into);
        }
        Ok(no)
    }
}

/// Another slug for a member whose own tells what is taken out; it says nothing but what the member is.
fn neutral_slug(redaction: &Redaction, newest: &Newest, met: &mut Met) -> Option<String> {
    let slug = newest.slug.as_deref().filter(|slug| redaction.is_in_slug(slug))?;
    redaction.note_slug(slug, met);
    let neutral = slug_from(newest.resource.code(), newest.id);
    (neutral != slug).then_some(neutral)
}

fn scrubbed_grounds(redaction: &Redaction, all: &[(i64, Grounds)], met: &mut Met) -> Vec<(i64, Grounds)> {
    let told = |(seq, grounds): &(i64, Grounds)| {
        let mut scrub = |text: &Option<String>| {
            let scrubbed = text.as_deref().and_then(|text| redaction.scrubbed(text, met));
            scrubbed.or_else(|| text.clone())
        };
        let (reason, source) = (scrub(&grounds.reason), scrub(&grounds.source));
        (*seq, Grounds { reason, source, made_by: grounds.made_by.clone() })
    };
    all.iter().map(told).collect()
}

/// Grounds without it; none where they are without it already.
fn scrubbed(grounds: &Grounds, scrub: &dyn Fn(&str) -> Option<String>) -> Option<Grounds> {
    let Grounds { reason, source, made_by } = grounds;
    let of = |text: &Option<String>| text.as_deref().and_then(scrub);
    let (other_reason, other_source) = (of(reason), of(source));
    if other_reason.is_none() && other_source.is_none() {
        return None;
    }
    let reason = other_reason.or_else(|| reason.clone());
    let source = other_source.or_else(|| source.clone());
    Some(Grounds { reason, source, made_by: made_by.clone() })
}
