//! What is taken over from other collections: rows as events, and links between them.

use std::borrow::Cow;

use serde_json::{Value, json};
use uuid::Uuid;

use super::apply::Step;
use super::operation::{Done, ImportedRow, Refusal};
use crate::domain::content::Content;
use crate::domain::input_form::input_form;
use crate::domain::resource::Resource;
use crate::domain::shared::ExternalId;
use crate::domain::vocabulary::LinkRelation;
use crate::store::error::StoreError;
use crate::store::imports::{ImportRecord, ImportRow};
use crate::store::log::ChangeKind;
use crate::store::write::Newest;

impl Step<'_> {
    /// Takes a row over as an event.
    pub(super) fn import(&mut self, document: &Value, row: &ImportedRow) -> Result<Done, Refusal> {
        let record = self.draft.import_record(self.conn, &row.scheme, &row.id)?;
        let ids = ids_of(document, row);
        let (event, edited) = match &record {
            // A row that has come back brings its event back.
            Some(record) if record.digest == row.digest && !record.has_lapsed() => {
                return Ok(Done::unchanged(record.event, record.newest_revision));
            }
            Some(record) => {
                let of_event = self.rows_of(record.event, &row.scheme)?;
                // An event of further rows is not given up for some of them.
                (Some(record.event), record.is_edited() || of_event.iter().any(|(id, _)| !ids.contains(id)))
            }
            // Of several rows that are taken for one another may come first now. An event that has an id from elsewhere is an editor's.
            None => match self.holder_of(&row.scheme, &ids)? {
                Some(event) => {
                    let of_event = self.rows_of(event, &row.scheme)?;
                    let is_as_left = |(id, record): &(_, ImportRecord)| !record.is_edited() && ids.contains(id);
                    (Some(event), of_event.is_empty() || !of_event.iter().all(is_as_left))
                }
                None => (None, false),
            },
        };
        if let Some(id) = event
            && ((edited && (!row.force || self.was_replaced(id)?)) || self.is_kept_from_view(id)?)
        {
            return Ok(Done { conflict: true, ..Done::unchanged(id, 0) });
        }
        let mut document = Cow::Borrowed(document);
        if let Some(id) = event
            && let Some(members) = document.to_mut().as_object_mut()
        {
            members.insert("id".to_owned(), id.to_string().into());
            // A row says nothing of these: they stay, whoever made them.
            let mut last = self.last_form(id)?.unwrap_or_default();
            members.insert("links".to_owned(), self.lasting(&last["links"])?.into());
            for name in ["privacy", "translations"] {
                members.insert(name.to_owned(), last[name].take());
            }
        }
        let before = event.map(|id| self.draft.newest(self.conn, id)).transpose()?.flatten();
        let done = self.put(Resource::Event, &document)?;
        if let Some(before) = before {
            self.keep_records(&before, done.revision)?;
        }
        if let Some(newest) = self.draft.newest(self.conn, done.id)? {
            let ImportedRow { scheme, id, digest, .. } = row.clone();
            let kept = ImportRow { scheme, id, entity_no: newest.entity_no, revision: done.revision, digest };
            self.draft.add_import(kept, record.is_some());
        }
        Ok(done)
    }

    /// The event that has one of these ids.
    fn holder_of(&mut self, scheme: &str, ids: &[String]) -> Result<Option<Uuid>, StoreError> {
        for id in ids {
            let external = ExternalId { scheme: scheme.to_owned(), id: id.clone() };
            if let Some(holder) = self.draft.holder(self.conn, Resource::Event, &external, None)? {
                return Ok(Some(holder));
            }
        }
        Ok(None)
    }

    /// The rows of a collection that became an event, by its ids.
    fn rows_of(&mut self, event: Uuid, scheme: &str) -> Result<Vec<(String, ImportRecord)>, StoreError> {
        let content = self.last_values(Resource::Event, event)?;
        let Some(Content::Event(content)) = content.as_deref() else {
            return Ok(Vec::new());
        };
        let mut rows = Vec::new();
        for ExternalId { id, .. } in content.external_ids.iter().filter(|external| external.scheme == scheme) {
            let record = self.draft.import_record(self.conn, scheme, id)?.filter(|record| record.event == event);
            rows.extend(record.map(|record| (id.clone(), record)));
        }
        Ok(rows)
    }

    /// Keeps the records of all rows that an event is of behind its next revision.
    fn keep_records(&mut self, before: &Newest, revision: i32) -> Result<(), StoreError> {
        match self.last_values(Resource::Event, before.id)?.as_deref() {
            Some(Content::Event(event)) => self.keep_imported(before, revision, &event.external_ids),
            _ => Ok(()),
        }
    }

    /// Withdraws the event of a row that is gone. The record of the row stays, so that the event comes back with it.
    pub(super) fn lapse(&mut self, scheme: &str, row: &str, force: bool) -> Result<Done, Refusal> {
        let record = self.draft.import_record(self.conn, scheme, row)?;
        let record = record.ok_or_else(|| Refusal::NotImported(scheme.to_owned(), row.to_owned()))?;
        let unchanged = Done::unchanged(record.event, record.newest_revision);
        let newest = self.draft.newest(self.conn, record.event)?.filter(|newest| newest.content.is_some());
        let Some(newest) = newest else {
            return Ok(unchanged);
        };
        if (record.is_edited() && !force) || self.is_kept_from_view(record.event)? {
            return Ok(Done { conflict: true, ..unchanged });
        }
        self.end(&newest, ChangeKind::Retracted)?;
        let revision = newest.revision + 1;
        self.keep_records(&newest, revision)?;
        let (scheme, id) = (scheme.to_owned(), row.to_owned());
        let kept = ImportRow { scheme, id, entity_no: newest.entity_no, revision, digest: record.digest };
        self.draft.add_import(kept, true);
        Ok(Done::written(record.event, revision, ChangeKind::Retracted))
    }

    /// Makes an imported event's links of one relation those to these events. An event that an editor has changed is left
    /// alone.
    pub(super) fn link(
        &mut self,
        scheme: &str,
        row: &str,
        relation: LinkRelation,
        events: &[Uuid],
    ) -> Result<Done, Refusal> {
        let record = self.draft.import_record(self.conn, scheme, row)?;
        let record = record.ok_or_else(|| Refusal::NotImported(scheme.to_owned(), row.to_owned()))?;
        let unchanged = Done::unchanged(record.event, record.newest_revision);
        if record.is_edited() {
            return Ok(Done { conflict: true, ..unchanged });
        }
        let Some((entity_no, mut document)) = self.document(record.event)? else {
            return Ok(unchanged);
        };
        let links = document.get_mut("links").and_then(Value::as_array_mut);
        let Some(links) = links.filter(|links| !are_to(links, relation, events)) else {
            return Ok(unchanged);
        };
        links.retain(|link| link["relation"] != relation.code());
        links.extend(events.iter().map(|id| json!({"relation": relation.code(), "event": {"id": id}})));
        let before = self.draft.newest(self.conn, record.event)?;
        let done = self.put(Resource::Event, &document)?;
        if let Some(before) = before {
            self.keep_records(&before, done.revision)?;
        }
        let (scheme, id) = (scheme.to_owned(), row.to_owned());
        let kept = ImportRow { scheme, id, entity_no, revision: done.revision, digest: record.digest };
        self.draft.add_import(kept, true);
        Ok(done)
    }

    /// An event's links to what has not ceased, in the form in which they are read. Evidence of them is the event's own, and
    /// a row has none.
    fn lasting(&mut self, links: &Value) -> Result<Vec<Value>, StoreError> {
        let mut lasting = Vec::new();
        for link in links.as_array().into_iter().flatten() {
            let other = link["event"]["id"].as_str().and_then(|id| id.parse().ok());
            let other = other.map(|id| self.draft.newest(self.conn, id)).transpose()?.flatten();
            if other.is_some_and(|other| other.content.is_some()) {
                let mut link = link.clone();
                link["evidence_id"] = Value::Null;
                lasting.push(link);
            }
        }
        Ok(lasting)
    }

    /// Whether an editor has put others in the place of an event: no row brings it back.
    fn was_replaced(&mut self, event: Uuid) -> Result<bool, StoreError> {
        let newest = self.draft.newest(self.conn, event)?;
        Ok(newest.is_some_and(|newest| matches!(newest.kind, ChangeKind::Merged | ChangeKind::Split)))
    }

    /// An event as it stands, in the form in which it is read, with its entity's number; `None` where it has ceased.
    fn document(&mut self, event: Uuid) -> Result<Option<(i64, Value)>, StoreError> {
        let newest = self.draft.newest(self.conn, event)?;
        let Some((content, newest)) = newest.and_then(|newest| Some((newest.content.clone()?, newest))) else {
            return Ok(None);
        };
        match &*content {
            Content::Event(_) => Ok(Some((newest.entity_no, input_form(&content, event, None)?))),
            _ => Ok(None),
        }
    }
}

/// The ids of its collection that a row's event is to have: the row's own first.
fn ids_of(document: &Value, row: &ImportedRow) -> Vec<String> {
    let given =
        document["external_ids"].as_array().into_iter().flatten().filter(|id| id["scheme"] == row.scheme.as_str());
    let others = given.filter_map(|id| id["id"].as_str()).filter(|id| *id != row.id);
    [row.id.as_str()].into_iter().chain(others).map(str::to_owned).collect()
}

/// Whether the links of one relation are those to these events, in any order.
fn are_to(links: &[Value], relation: LinkRelation, events: &[Uuid]) -> bool {
    let of_relation = links.iter().filter(|link| link["relation"] == relation.code());
    let mut there: Vec<&str> = of_relation.filter_map(|link| link["event"]["id"].as_str()).collect();
    let mut wanted: Vec<String> = events.iter().map(Uuid::to_string).collect();
    there.sort_unstable();
    wanted.sort_unstable();
    there == wanted
}
