//! The kinds of things Marchline keeps, and how one of them is named in a request.

use std::fmt;

use uuid::Uuid;

use super::codes;

codes! {
    /// A kind of thing with an id, versions and a place in the change log.
    pub enum Resource {
        /// Something that happened, or was announced to happen.
        Event = "event",
        /// A body or an unnamed group that takes part; never a private individual.
        Actor = "actor",
        /// A place in the tree country > admin1 > admin2 > locality > neighbourhood > venue.
        Location = "location",
        /// A publication or record that says something about events.
        Source = "source",
        /// A named effort that events belong to.
        Campaign = "campaign",
        /// An editor's ordered selection of events, or a saved query.
        Timeline = "timeline",
    }
}

impl Resource {
    /// Whether its members have a slug beside their id.
    pub const fn has_slug(self) -> bool {
        !matches!(self, Self::Event)
    }
}

/// A stable, readable name of an actor, location, source, campaign or timeline: lower-case ASCII letters and
/// digits in words joined by single hyphens, at most 100 characters, and never the text of a UUID.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

impl Slug {
    /// Longest slug, in characters.
    pub const MAX: usize = 100;

    /// The slug, or `None` where the text is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() <= Self::MAX
            && text
                .split('-')
                .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        (well_formed && Uuid::try_parse(text).is_err()).then(|| Self(text.to_owned()))
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a request names a member of a resource: by id or, where the resource has slugs, by slug.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// By UUID.
    Id(Uuid),
    /// By slug.
    Slug(Slug),
}

impl Reference {
    /// Reads an id or a slug; `None` for what can be neither, so that it needs no look-up.
    pub fn parse(resource: Resource, text: &str) -> Option<Self> {
        // Only the hyphenated form: the one that is written.
        if text.len() == 36
            && let Ok(id) = Uuid::try_parse(text)
        {
            return Some(Self::Id(id));
        }
        resource.has_slug().then(|| Slug::parse(text)).flatten().map(Self::Slug)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Slug(slug) => f.write_str(slug.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_words_joined_by_single_hyphens() {
        for good in ["ice", "los-angeles", "2020pb", "a-1"] {
            assert!(Slug::parse(good).is_some(), "{good}");
        }
        for bad in ["", "-", "a--b", "-a", "a-", "Ice", "a_b", "ñ", "019c11cf-4c00-7000-8000-0000000000e4"] {
            assert!(Slug::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn events_are_named_by_id_alone() {
        assert!(Reference::parse(Resource::Event, "rally").is_none());
        assert!(matches!(Reference::parse(Resource::Actor, "ice"), Some(Reference::Slug(_))));
        let id = "019c11cf-4c00-7000-8000-0000000000e4";
        assert_eq!(Reference::parse(Resource::Event, id).map(|r| r.to_string()), Some(id.to_owned()));
    }
}
