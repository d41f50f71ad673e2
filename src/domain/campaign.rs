//! Campaigns: named efforts that events belong to.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::catalog::Catalog;
use super::input::{Fault, MAX_NAME, MAX_TEXT, Reading};
use super::shared::{aliases, when};
use super::when::When;

/// The values of one version of a campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::campaign::Campaign`")]
pub struct CampaignContent {
    pub name: String,
    pub aliases: Vec<String>,
    pub description: Option<String>,
    pub when: When,
}

impl CampaignContent {
    /// Reads a campaign from outside.
    ///
    /// # Errors
    /// Every fault of the document.
    pub fn read(document: &Value, catalog: &dyn Catalog) -> Result<Self, Vec<Fault>> {
        Reading::document(document, catalog, |o| {
            let name = o.required("name").and_then(|i| i.text(MAX_NAME));
            let when = when(o, || None);
            Some(Self {
                aliases: aliases(o),
                description: o.optional("description").and_then(|i| i.text(MAX_TEXT)),
                name: name?,
                when: when?,
            })
        })
    }
}
