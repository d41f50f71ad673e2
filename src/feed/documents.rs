//! The documents of entries: each as it was right behind its operation.

use std::collections::VecDeque;

use serde_json::value::RawValue;

use super::told::Change;
use super::{Item, Question};
use crate::index::Index;
use crate::index::sight::Sight;
use crate::node::reader::Reader;
use crate::store::error::StoreError;
use crate::store::log;
use crate::view::event::Include;
use crate::view::links::{links_of, titles};
use crate::view::member;

/// Documents that are read for entries, one after the other.
pub struct Documents<'a> {
    index: &'a Index,
    reader: &'a Reader,
    question: &'a Question,
    epoch: i64,
    /// How much was given so far.
    pub bytes: usize,
}

impl<'a> Documents<'a> {
    /// Documents as a question asks for them, while the dataset is that of an epoch.
    pub const fn new(index: &'a Index, reader: &'a Reader, question: &'a Question, epoch: i64) -> Self {
        Self { index, reader, question, epoch, bytes: 0 }
    }

    /// The items of an entry; `None` where another dataset came in between.
    pub fn items(&mut self, seq: i64, changes: Vec<Change>) -> Result<Option<Vec<Item>>, StoreError> {
        let Question { view, clearance, .. } = self.question;
        let given = || changes.iter().filter_map(|change| change.event);
        let mut linked = Vec::new();
        if view.has(Include::Links) {
            let state = self.index.read();
            let sight = Sight { state: &state, seq, clearance: *clearance };
            for event in given() {
                linked.extend(
                    links_of(sight, event.id).filter_map(|(_, other, _)| sight.event(other)).map(|other| other.key),
                );
            }
            linked.sort_unstable();
            linked.dedup();
        }
        let titles = titles(&self.texts(&linked)?)?;
        let mut bodies: VecDeque<String> = self.texts(&given().map(|event| event.key).collect::<Vec<_>>())?.into();
        let state = self.index.read();
        if state.head.epoch != self.epoch {
            return Ok(None);
        }
        let sight = Sight { state: &state, seq, clearance: *clearance };
        let mut item = |change: Change| {
            let Change { resource, id, revision, kind, matched, event, is_given } = change;
            let text = match event {
                Some(_) => {
                    let body = bodies.pop_front().ok_or_else(|| StoreError::corrupt("a document is missing"))?;
                    let mut text = Vec::with_capacity(body.len() * 2);
                    view.render(&body, id, sight, &titles, &mut text)?;
                    Some(text)
                }
                None if is_given => member::text(sight, id)?,
                None => None,
            };
            let document = text.map(raw).transpose()?;
            self.bytes += document.as_ref().map_or(0, |document| document.get().len());
            Ok(Item { resource, id, revision, kind, matched, document })
        };
        changes.into_iter().map(&mut item).collect::<Result<_, StoreError>>().map(Some)
    }

    fn texts(&self, keys: &[i64]) -> Result<Vec<String>, StoreError> {
        if keys.is_empty() { Ok(Vec::new()) } else { self.reader.read(|conn| log::texts(conn, keys)) }
    }
}

fn raw(text: Vec<u8>) -> Result<Box<RawValue>, StoreError> {
    let text = String::from_utf8(text).map_err(|_| StoreError::corrupt("a document is no UTF-8"))?;
    Ok(RawValue::from_string(text)?)
}
