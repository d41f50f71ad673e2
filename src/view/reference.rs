//! The short forms in which one thing names another.

use std::borrow::Cow;

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
pub struct NamedRef<'a> {
    /// Its id.
    #[schema(example = "019c1159-7000-7004-8000-0000000000c1")]
    pub id: Uuid,
    /// Its stable, readable name.
    #[schema(example = "ice-out")]
    pub slug: &'a str,
    /// Its name at the moment read.
    #[schema(example = "ICE Out")]
    pub name: &'a str,
}

/// An actor, named by an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ActorRef<'a> {
    /// The actor's id.
    #[schema(example = "019c1159-7000-7002-8000-000000000002")]
    pub id: Uuid,
    /// The actor's stable, readable name.
    #[schema(example = "ice")]
    pub slug: &'a str,
    /// The actor's name at the moment read.
    #[schema(example = "U.S. Immigration and Customs Enforcement")]
    pub name: &'a str,
    /// What kind of actor it is.
    #[schema(example = "agency")]
    pub kind: ActorKind,
}

/// A step from a country down to a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PathStep<'a> {
    /// The location's id.
    #[schema(example = "019c1159-7000-7001-8000-000000000004")]
    pub id: Uuid,
    /// The location's stable, readable name.
    #[schema(example = "los-angeles")]
    pub slug: Cow<'a, str>,
    /// The location's name at the moment read.
    #[schema(example = "Los Angeles")]
    pub name: Cow<'a, str>,
    /// The location's level.
    #[schema(example = "locality")]
    pub kind: LocationKind,
}

/// A location, named by an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LocationRef<'a> {
    /// The location's id.
    #[schema(example = "019c1159-7000-7001-8000-000000000006")]
    pub id: Uuid,
    /// The location's stable, readable name.
    #[schema(example = "downtown-los-angeles")]
    pub slug: &'a str,
    /// The location's name at the moment read.
    #[schema(example = "Downtown Los Angeles")]
    pub name: &'a str,
    /// The location's level.
    #[schema(example = "neighbourhood")]
    pub kind: LocationKind,
    /// ISO 3166-1 alpha-2 code of its country, its own or that of what it lies in; null where none is known.
    #[schema(example = "US")]
    pub country: Option<&'a str>,
    /// ISO 3166-2 code of its first-level division, its own or that of what it lies in; null where none is known.
    #[schema(example = "US-CA")]
    pub admin1: Option<&'a str>,
    /// What it lies in, from the country down; the location itself is not in it.
    pub path: Vec<PathStep<'a>>,
}

/// A source, named by an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceRef<'a> {
    /// The source's id.
    #[schema(example = "019c1159-7000-7003-8000-000000000001")]
    pub id: Uuid,
    /// Who published it.
    #[schema(example = "Parriva")]
    pub publisher: &'a str,
    /// Its title; null where it is not known.
    #[schema(example = json!(null))]
    pub title: Option<&'a str>,
    /// Its address; null where it is not known.
    #[schema(example = json!(null))]
    pub url: Option<&'a str>,
}

impl<'a> NamedRef<'a> {
    pub(super) fn actor(names: Moment<'a>, id: Uuid) -> Result<Self> {
        let (entity, actor) = known(names.values::<ActorContent>(id), id)?;
        Ok(Self { id, slug: &entity.slug, name: &actor.name })
    }

    pub(super) fn location(names: Moment<'a>, id: Uuid) -> Result<Self> {
        let (entity, location) = known(names.values::<LocationContent>(id), id)?;
        Ok(Self { id, slug: &entity.slug, name: &location.name })
    }

    pub(super) fn campaign(names: Moment<'a>, id: Uuid) -> Result<Self> {
        let (entity, campaign) = known(names.values::<CampaignContent>(id), id)?;
        Ok(Self { id, slug: &entity.slug, name: &campaign.name })
    }
}

impl<'a> ActorRef<'a> {
    pub(super) fn of(names: Moment<'a>, id: Uuid) -> Result<Self> {
        let (entity, actor) = known(names.values::<ActorContent>(id), id)?;
        Ok(Self { id, slug: &entity.slug, name: &actor.name, kind: actor.kind })
    }
}

impl<'a> PathStep<'a> {
    /// From the country down to what `id` lies in.
    pub(super) fn path(names: Moment<'a>, id: Uuid) -> Result<Vec<Self>> {
        let step = |id| {
            let (entity, location) = known(names.values::<LocationContent>(id), id)?;
            let (slug, name) = (entity.slug.as_str().into(), location.name.as_str().into());
            Ok(Self { id, slug, name, kind: location.kind })
        };
        let mut path = names.line(id).skip(1).map(step).collect::<Result<Vec<_>>>()?;
        path.reverse();
        Ok(path)
    }

    pub(super) fn into_owned(self) -> PathStep<'static> {
        let Self { id, slug, name, kind } = self;
        PathStep { id, slug: slug.into_owned().into(), name: name.into_owned().into(), kind }
    }
}

impl<'a> LocationRef<'a> {
    pub(super) fn of(names: Moment<'a>, id: Uuid) -> Result<Self> {
        let (entity, location) = known(names.values::<LocationContent>(id), id)?;
        Ok(Self {
            id,
            slug: &entity.slug,
            name: &location.name,
            kind: location.kind,
            country: names.inherited(id, |l| l.country.as_deref()),
            admin1: names.inherited(id, |l| l.admin1.as_deref()),
            path: PathStep::path(names, id)?,
        })
    }
}

impl<'a> SourceRef<'a> {
    pub(super) fn of(names: Moment<'a>, id: Uuid) -> Result<Self> {
        let (_, source) = known(names.values::<SourceContent>(id), id)?;
        Ok(Self { id, publisher: &source.publisher, title: source.title.as_deref(), url: source.url.as_deref() })
    }
}
