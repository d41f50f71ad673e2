//! The short forms in which one thing names another.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::known;
use crate::domain::actor::ActorContent;
use crate::domain::campaign::CampaignContent;
use crate::domain::place::LocationContent;
use crate::domain::source::SourceContent;
use crate::domain::vocabulary::{ActorKind, LocationKind};
use crate::index::entities::Moment;
use crate::store::error::StoreError;

type Result<T> = std::result::Result<T, StoreError>;

/// Something with a name, named by another document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NamedRef {
    /// Its id.
    #[schema(example = "019c1159-7000-7004-8000-0000000000c1")]
    pub id: Uuid,
    /// Its stable, readable name.
    #[schema(example = "ice-out")]
    pub slug: String,
    /// Its name at the moment read.
    #[schema(example = "ICE Out")]
    pub name: String,
}

/// An actor, named by an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ActorRef {
    /// The actor's id.
    #[schema(example = "019c1159-7000-7002-8000-000000000002")]
    pub id: Uuid,
    /// The actor's stable, readable name.
    #[schema(example = "ice")]
    pub slug: String,
    /// The actor's name at the moment read.
    #[schema(example = "U.S. Immigration and Customs Enforcement")]
    pub name: String,
    /// What kind of actor it is.
    #[schema(example = "agency")]
    pub kind: ActorKind,
}

/// A step from a country down to a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PathStep {
    /// The location's id.
    #[schema(example = "019c1159-7000-7001-8000-000000000004")]
    pub id: Uuid,
    /// The location's stable, readable name.
    #[schema(example = "los-angeles")]
    pub slug: String,
    /// The location's name at the moment read.
    #[schema(example = "Los Angeles")]
    pub name: String,
    /// The location's level.
    #[schema(example = "locality")]
    pub kind: LocationKind,
}

/// A location, named by an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LocationRef {
    /// The location's id.
    #[schema(example = "019c1159-7000-7001-8000-000000000006")]
    pub id: Uuid,
    /// The location's stable, readable name.
    #[schema(example = "downtown-los-angeles")]
    pub slug: String,
    /// The location's name at the moment read.
    #[schema(example = "Downtown Los Angeles")]
    pub name: String,
    /// The location's level.
    #[schema(example = "neighbourhood")]
    pub kind: LocationKind,
    /// ISO 3166-1 alpha-2 code of its country, its own or that of what it lies in; null where none is known.
    #[schema(example = "US")]
    pub country: Option<String>,
    /// ISO 3166-2 code of its first-level division, its own or that of what it lies in; null where none is known.
    #[schema(example = "US-CA")]
    pub admin1: Option<String>,
    /// What it lies in, from the country down; the location itself is not in it.
    pub path: Vec<PathStep>,
}

/// A source, named by an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceRef {
    /// The source's id.
    #[schema(example = "019c1159-7000-7003-8000-000000000001")]
    pub id: Uuid,
    /// Who published it.
    #[schema(example = "Parriva")]
    pub publisher: String,
    /// Its title; null where it is not known.
    #[schema(example = json!(null))]
    pub title: Option<String>,
    /// Its address; null where it is not known.
    #[schema(example = json!(null))]
    pub url: Option<String>,
}

impl NamedRef {
    pub(super) fn actor(names: Moment<'_>, id: Uuid) -> Result<Self> {
        let (entity, actor) = known(names.values::<ActorContent>(id), id)?;
        Ok(Self { id, slug: entity.slug.clone(), name: actor.name.clone() })
    }

    pub(super) fn location(names: Moment<'_>, id: Uuid) -> Result<Self> {
        let (entity, location) = known(names.values::<LocationContent>(id), id)?;
        Ok(Self { id, slug: entity.slug.clone(), name: location.name.clone() })
    }

    pub(super) fn campaign(names: Moment<'_>, id: Uuid) -> Result<Self> {
        let (entity, campaign) = known(names.values::<CampaignContent>(id), id)?;
        Ok(Self { id, slug: entity.slug.clone(), name: campaign.name.clone() })
    }
}

impl ActorRef {
    pub(super) fn of(names: Moment<'_>, id: Uuid) -> Result<Self> {
        let (entity, actor) = known(names.values::<ActorContent>(id), id)?;
        Ok(Self { id, slug: entity.slug.clone(), name: actor.name.clone(), kind: actor.kind })
    }
}

impl PathStep {
    /// From the country down to what `id` lies in.
    pub(super) fn path(names: Moment<'_>, id: Uuid) -> Result<Vec<Self>> {
        let step = |id| {
            let (entity, location) = known(names.values::<LocationContent>(id), id)?;
            Ok(Self { id, slug: entity.slug.clone(), name: location.name.clone(), kind: location.kind })
        };
        let mut path = names.line(id).skip(1).map(step).collect::<Result<Vec<_>>>()?;
        path.reverse();
        Ok(path)
    }
}

impl LocationRef {
    pub(super) fn of(names: Moment<'_>, id: Uuid) -> Result<Self> {
        let (entity, location) = known(names.values::<LocationContent>(id), id)?;
        Ok(Self {
            id,
            slug: entity.slug.clone(),
            name: location.name.clone(),
            kind: location.kind,
            country: inherited(names, id, |l| l.country.as_ref()),
            admin1: inherited(names, id, |l| l.admin1.as_ref()),
            path: PathStep::path(names, id)?,
        })
    }
}

/// A location's own value, or that of the nearest location it lies in which has one.
pub(super) fn inherited<T: Clone>(
    names: Moment<'_>,
    id: Uuid,
    value: impl Fn(&LocationContent) -> Option<&T>,
) -> Option<T> {
    names.line(id).find_map(|id| value(names.values::<LocationContent>(id)?.1).cloned())
}

impl SourceRef {
    pub(super) fn of(names: Moment<'_>, id: Uuid) -> Result<Self> {
        let (_, source) = known(names.values::<SourceContent>(id), id)?;
        Ok(Self { id, publisher: source.publisher.clone(), title: source.title.clone(), url: source.url.clone() })
    }
}
