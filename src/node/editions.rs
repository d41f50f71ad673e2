//! Earlier versions of an event under the policy that governs it now: what readers are given of them is written anew.

use std::sync::Arc;

use super::apply::Step;
use super::catalog::{Surroundings, WriterCatalog};
use super::operation::Refusal;
use crate::domain::content::Content;
use crate::domain::privacy::PrivacyPolicy;
use crate::domain::resource::Resource;
use crate::store::document::{Documents, documents_of};
use crate::store::error::StoreError;
use crate::store::write::{Newest, last_content, whole_documents};

/// An earlier version's number, and its documents.
pub type NewEdition = (i64, Documents);

impl Step<'_> {
    /// The earlier versions of a member that will have another policy than it has now; none where that stays.
    pub(super) fn new_editions(
        &mut self,
        newest: &Newest,
        policy: Option<&PrivacyPolicy>,
    ) -> Result<Vec<NewEdition>, Refusal> {
        if newest.resource != Resource::Event || newest.revision == 0 {
            return Ok(Vec::new());
        }
        let before = self.governing(newest)?;
        if before.is_none_or(|content| content.privacy() == policy) {
            return Ok(Vec::new());
        }
        // What is only drafted cannot be written anew: this begins a group of its own.
        if self.draft.drafted(newest.id).is_some() {
            return Err(Refusal::Regroup);
        }
        let all = whole_documents(self.conn, newest.resource, newest.entity_no)?;
        let around = Surroundings::whole(self.state, self.draft);
        let fresh_id = || newest.id;
        let catalog = WriterCatalog::new(around, self.conn, &fresh_id);
        let edition = |(no, document)| (no, documents_of(document, policy, &|id, kind| catalog.ancestor(id, kind)));
        Ok(all.into_iter().map(edition).collect())
    }

    /// The values whose policy governs a member: those that it had last.
    fn governing(&mut self, newest: &Newest) -> Result<Option<Arc<Content>>, StoreError> {
        match newest.content.clone().or_else(|| self.draft.last_content(newest.id)) {
            Some(content) => Ok(Some(content)),
            None => last_content(self.conn, newest.resource, newest.id),
        }
    }
}
