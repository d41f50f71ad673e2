//! The values of one version of anything.

use super::actor::ActorContent;
use super::campaign::CampaignContent;
use super::event::EventContent;
use super::place::LocationContent;
use super::privacy::PrivacyPolicy;
use super::resource::Resource;
use super::source::SourceContent;
use super::timeline::TimelineContent;

/// The values of one version of a member of any resource.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the variants are the resources")]
pub enum Content {
    Event(Box<EventContent>),
    Actor(ActorContent),
    Location(LocationContent),
    Source(SourceContent),
    Campaign(CampaignContent),
    Timeline(TimelineContent),
}

impl Content {
    /// The resource it belongs to.
    pub const fn resource(&self) -> Resource {
        match self {
            Self::Event(_) => Resource::Event,
            Self::Actor(_) => Resource::Actor,
            Self::Location(_) => Resource::Location,
            Self::Source(_) => Resource::Source,
            Self::Campaign(_) => Resource::Campaign,
            Self::Timeline(_) => Resource::Timeline,
        }
    }

    /// The name a slug is made of where none is given; events have none.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Event(_) => None,
            Self::Actor(actor) => Some(&actor.name),
            Self::Location(location) => Some(&location.name),
            Self::Source(source) => Some(&source.publisher),
            Self::Campaign(campaign) => Some(&campaign.name),
            Self::Timeline(timeline) => Some(&timeline.title),
        }
    }

    /// The policy that governs it; only events have one.
    pub fn privacy(&self) -> Option<&PrivacyPolicy> {
        match self {
            Self::Event(event) => event.privacy.as_ref(),
            _ => None,
        }
    }

    /// The ids other collections gave it.
    pub fn external_ids(&self) -> &[super::shared::ExternalId] {
        match self {
            Self::Event(event) => &event.external_ids,
            Self::Actor(actor) => &actor.external_ids,
            Self::Location(location) => &location.external_ids,
            Self::Source(_) | Self::Campaign(_) | Self::Timeline(_) => &[],
        }
    }
}
