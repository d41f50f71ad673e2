//! A document from outside, read against everything stored and drafted.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use super::catalog::{Surroundings, WriterCatalog};
use super::operation::Refusal;
use crate::domain::actor::ActorContent;
use crate::domain::campaign::CampaignContent;
use crate::domain::catalog::Catalog;
use crate::domain::content::Content;
use crate::domain::event::EventContent;
use crate::domain::identity::Identity;
use crate::domain::input::Fault;
use crate::domain::place::LocationContent;
use crate::domain::resource::{Resource, Slug};
use crate::domain::source::SourceContent;
use crate::domain::timeline::TimelineContent;
use crate::domain::vocabulary::LocationKind;
use crate::query::check_saved_query;
use crate::store::connection::AnyConnection;
use crate::store::rows::Numbers;
use crate::store::write::Newest;

/// A document that was read and found good.
pub struct Checked {
    /// The id and slug that it names.
    pub identity: Identity,
    /// The id of the member it is.
    pub id: Uuid,
    /// Its values.
    pub content: Content,
    /// The ancestors that a coarser public version may name.
    pub ancestors: Ancestors,
    /// The member's newest version, if it exists.
    pub newest: Option<Newest>,
    /// The numbers of everything the content names.
    pub numbers: Numbers,
}

/// What a document is meant for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meant<'a> {
    /// The one that it names by id or slug; a new one where there is none.
    Any,
    /// A new one, even where its slug is taken.
    New,
    /// The one that it names by id, with values that no client sent: these content has, and whatever it names may have ceased.
    Own(&'a Content),
}

/// Reads a document; `fresh_id` gives ids to a new member and to its parts where the document names none.
///
/// # Errors
/// Every fault of the document, or a failure of the store.
pub fn check(
    surroundings: Surroundings<'_>,
    conn: &mut AnyConnection,
    (resource, meant): (Resource, Meant<'_>),
    document: &Value,
    fresh_id: &dyn Fn() -> Uuid,
) -> Result<Checked, Refusal> {
    let mut faults = Vec::new();
    let identity = Identity::read(resource, document).unwrap_or_else(|found| {
        faults.extend(found);
        Identity::default()
    });
    let draft = surroundings.draft;
    let catalog = WriterCatalog::new(surroundings, conn, fresh_id);
    let slug = identity.slug.as_ref().map(Slug::as_str);
    let slug_owner = slug.and_then(|slug| catalog.with_slug(resource, slug));
    let (id, newest) = match identity.id.or(slug_owner.filter(|_| meant != Meant::New)) {
        Some(id) => (id, draft.newest(&mut catalog.conn(), id)?),
        None => (fresh_id(), None),
    };
    if let Some(newest) = newest.as_ref().filter(|newest| newest.resource != resource) {
        let detail = format!("This id belongs to another resource ({}).", newest.resource);
        return Err(Refusal::Invalid(vec![Fault { pointer: "/id".into(), code: "id_taken", detail }]));
    }
    if meant == Meant::New && newest.is_some() {
        let detail = "Something has this id already.".to_owned();
        faults.push(Fault { pointer: "/id".into(), code: "id_taken", detail });
    }
    if let Some(slug) = slug {
        faults.extend(wrong_slug(resource, slug, slug_owner.is_some_and(|owner| owner != id), newest.as_ref()));
    }
    // What has ceased since it was named may stay named.
    catalog.keep(newest.iter().filter_map(|newest| newest.content.as_ref()).flat_map(|content| content.references()));
    if let Meant::Own(content) = meant {
        catalog.keep(content.references().into_iter());
    }
    let content = read(resource, document, id, &catalog).map_err(|found| faults.extend(found)).ok();
    if let Some(failure) = catalog.failure() {
        return Err(failure.into());
    }
    let content = content.map(|content| keep_ids(content, newest.as_ref()));
    for (position, external) in content.iter().flat_map(Content::external_ids).enumerate() {
        if let Some(holder) = draft.holder(&mut catalog.conn(), resource, external, Some(id))? {
            // Which one, is not for those who may not know of it.
            let holder =
                if surroundings.sees_hidden { format!("{resource} {holder}") } else { format!("Another {resource}") };
            let detail = format!("{holder} already has `{}:{}`.", external.scheme, external.id);
            faults.push(Fault { pointer: format!("/external_ids/{position}"), code: "external_id_taken", detail });
        }
    }
    match content {
        Some(content) if faults.is_empty() => {
            let ancestors = ancestors(&content, &catalog);
            let numbers = catalog.into_numbers();
            Ok(Checked { identity, id, content, ancestors, newest, numbers })
        }
        _ => Err(Refusal::Invalid(faults)),
    }
}

/// A slug that another member has, or that is not this member's: slugs never change.
fn wrong_slug(resource: Resource, slug: &str, taken: bool, newest: Option<&Newest>) -> Option<Fault> {
    let fault = |code, detail| Some(Fault { pointer: "/slug".into(), code, detail });
    if taken {
        return fault("slug_taken", format!("Another {resource} has the slug `{slug}`."));
    }
    match newest.and_then(|newest| newest.slug.as_deref()) {
        Some(own) if own != slug => fault("slug_is_stable", format!("The slug is `{own}`, and slugs never change.")),
        _ => None,
    }
}

fn keep_ids(content: Content, newest: Option<&Newest>) -> Content {
    match (content, newest.and_then(|newest| newest.content.as_deref())) {
        (Content::Event(mut new), Some(Content::Event(old))) => {
            new.keep_evidence_ids(old);
            Content::Event(new)
        }
        (content, _) => content,
    }
}

/// The ancestors of locations, by level.
pub type Ancestors = HashMap<(Uuid, LocationKind), Uuid>;

/// All that a policy may ask for; nothing where there is none.
fn ancestors(content: &Content, catalog: &WriterCatalog<'_>) -> Ancestors {
    let Content::Event(event) = content else {
        return Ancestors::new();
    };
    let places = event.places.iter().filter(|_| event.privacy.is_some()).map(|place| place.location);
    let levels = |id: Uuid| LocationKind::ALL.iter().map(move |kind| (id, *kind));
    places.flat_map(levels).filter_map(|(id, kind)| Some(((id, kind), catalog.ancestor(id, kind)?))).collect()
}

fn read(resource: Resource, document: &Value, id: Uuid, catalog: &dyn Catalog) -> Result<Content, Vec<Fault>> {
    Ok(match resource {
        Resource::Event => Content::Event(Box::new(EventContent::read(document, id, catalog)?)),
        Resource::Actor => Content::Actor(ActorContent::read(document, id, catalog)?),
        Resource::Location => Content::Location(LocationContent::read(document, id, catalog)?),
        Resource::Source => Content::Source(SourceContent::read(document, id, catalog)?),
        Resource::Campaign => Content::Campaign(CampaignContent::read(document, catalog)?),
        Resource::Timeline => Content::Timeline(TimelineContent::read(document, catalog, &check_saved_query)?),
    })
}
