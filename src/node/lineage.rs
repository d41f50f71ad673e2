//! Merges and splits: one operation that lets a member cease, changes what takes its place, and hands over to that whatever
//! referred to it.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use super::apply::Step;
use super::catalog::Surroundings;
use super::operation::{Done, Refusal};
use super::reading::{Meant, check};
use crate::domain::content::Content;
use crate::domain::input::Fault;
use crate::domain::input_form::input_form;
use crate::domain::resource::Resource;
use crate::domain::shared::ExternalId;
use crate::store::error::StoreError;
use crate::store::imports::ImportRow;
use crate::store::log::ChangeKind;
use crate::store::referrers::referrers;
use crate::store::write::Newest;

/// Most members that are changed along with one that ceases: all of it is one operation, and whoever else writes waits.
const MOST_REFERRERS: usize = 10_000;

fn refused<T>(pointer: &str, code: &'static str, detail: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Invalid(vec![Fault { pointer: pointer.to_owned(), code, detail: detail.into() }]))
}

impl Step<'_> {
    /// Lets `into` take in `id`.
    pub(super) fn merge(
        &mut self,
        resource: Resource,
        id: Uuid,
        into: Uuid,
        base: Option<i32>,
    ) -> Result<Vec<Done>, Refusal> {
        let (gone, old) = self.current(resource, id, base)?;
        if id == into {
            return refused("/into", "self_reference", "A member cannot be merged into itself.");
        }
        let (keeper, kept) = match self.current(resource, into, None) {
            Err(Refusal::NotFound(..) | Refusal::Ceased(..)) => {
                return refused("/into", "unknown_reference", format!("There is no {resource} `{into}`."));
            }
            found => found?,
        };
        if let (Content::Event(old), Content::Event(kept)) = (&*old, &*kept)
            && old.privacy.is_some()
            && old.privacy != kept.privacy
        {
            let detail = "The event has a privacy policy that the other has not: merged, what it hides would be told.";
            return refused("/into", "policy_differs", detail);
        }
        let no = self.end(&gone, ChangeKind::Merged)?;
        self.draft.add_lineage(no, &[(keeper.entity_no, into)]);
        self.draft.note_merged(id, into);
        let mut content = Content::clone(&kept);
        content.take_in(into, id, &old);
        let mut done = vec![Done::written(id, gone.revision + 1, ChangeKind::Merged), self.rewrite(&keeper, &content)?];
        self.hand_over(&gone, &[into], &mut done)?;
        Ok(done)
    }

    /// Puts new events in the place of one.
    pub(super) fn split(&mut self, id: Uuid, parts: &[Value], base: Option<i32>) -> Result<Vec<Done>, Refusal> {
        let (gone, _) = self.current(Resource::Event, id, base)?;
        if parts.len() < 2 {
            return refused("/parts", "too_few", "An event is split into two others at least.");
        }
        let no = self.end(&gone, ChangeKind::Split)?;
        let mut done = vec![Done::written(id, gone.revision + 1, ChangeKind::Split)];
        let (mut faults, mut made) = (Vec::new(), Vec::new());
        for (position, part) in parts.iter().enumerate() {
            match self.create(Resource::Event, part) {
                Ok(part) => {
                    done.push(part);
                    made.extend(self.draft.drafted(part.id).map(|newest| (newest.entity_no, part.id)));
                }
                Err(Refusal::Invalid(found)) => {
                    let at = |fault: Fault| Fault { pointer: format!("/parts/{position}{}", fault.pointer), ..fault };
                    faults.extend(found.into_iter().map(at));
                }
                Err(refusal) => return Err(refusal),
            }
        }
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults));
        }
        self.draft.add_lineage(no, &made);
        let into: Vec<Uuid> = made.into_iter().map(|(_, id)| id).collect();
        self.hand_over(&gone, &into, &mut done)?;
        Ok(done)
    }

    /// Lets whatever refers to a member that has ceased refer to what took its place.
    fn hand_over(&mut self, gone: &Newest, into: &[Uuid], done: &mut Vec<Done>) -> Result<(), Refusal> {
        let referring = referrers(self.conn, gone.resource, gone.entity_no)?;
        if referring.len() > MOST_REFERRERS {
            let detail = format!("{} members refer to it; at most {MOST_REFERRERS} can be changed.", referring.len());
            return refused("", "too_many_referrers", detail);
        }
        for id in referring {
            if id == gone.id || into.contains(&id) {
                continue;
            }
            let newest = self.draft.newest(self.conn, id)?;
            let Some((newest, content)) = newest.and_then(|newest| Some((newest.clone(), newest.content?))) else {
                continue;
            };
            let mut content = Content::clone(&content);
            content.hand_over(gone.id, into);
            let rewritten = self.rewrite(&newest, &content)?;
            if let Content::Event(event) = &content {
                self.keep_imported(&newest, rewritten.revision, &event.external_ids)?;
            }
            done.push(rewritten);
        }
        Ok(())
    }

    /// Gives a member other values that no client sent.
    fn rewrite(&mut self, newest: &Newest, content: &Content) -> Result<Done, Refusal> {
        let Newest { resource, id, .. } = *newest;
        let document = input_form(content, id, newest.slug.as_deref()).map_err(StoreError::from)?;
        let fresh_id = || id;
        let around = Surroundings::whole(self.state, self.draft);
        let checked = check(around, self.conn, (resource, Meant::Own(content)), &document, &fresh_id);
        let checked = checked.map_err(|refusal| match refusal {
            Refusal::Invalid(faults) => {
                let of_member = |fault: Fault| {
                    let detail = format!("{resource} {id} could not follow: {} ({})", fault.detail, fault.pointer);
                    Fault { pointer: String::new(), detail, ..fault }
                };
                Refusal::Invalid(faults.into_iter().map(of_member).collect())
            }
            other => other,
        })?;
        self.write(checked, ChangeKind::Corrected)
    }

    /// Rows with these ids whose event nobody had edited are such that nobody has edited after a revision of this hand either.
    pub(super) fn keep_imported(
        &mut self,
        before: &Newest,
        revision: i32,
        ids: &[ExternalId],
    ) -> Result<(), StoreError> {
        for ExternalId { scheme, id } in ids {
            let record = self.draft.import_record(self.conn, scheme, id)?;
            if let Some(record) =
                record.filter(|record| (record.event, record.revision) == (before.id, before.revision))
            {
                let (scheme, id) = (scheme.clone(), id.clone());
                let kept = ImportRow { scheme, id, entity_no: before.entity_no, revision, digest: record.digest };
                self.draft.add_import(kept, true);
            }
        }
        Ok(())
    }

    /// The newest version of a member that has not ceased, and its values.
    pub(super) fn current(
        &mut self,
        resource: Resource,
        id: Uuid,
        base: Option<i32>,
    ) -> Result<(Newest, Arc<Content>), Refusal> {
        let newest = self.draft.newest(self.conn, id)?.filter(|newest| newest.resource == resource);
        let newest = newest.ok_or(Refusal::NotFound(resource, id))?;
        let content = newest.content.clone().ok_or(Refusal::Ceased(resource, id))?;
        if base.is_some_and(|base| base != newest.revision) {
            return Err(Refusal::Stale(newest.revision));
        }
        Ok((newest, content))
    }
}
