//! The closed lists of codes that events, places, actors and sources are described with.

use super::code::codes;
pub use super::event_type::{BilingualLabel, Category, EventType};

codes! {
    /// How far an event has come, as its editor knows it.
    pub enum EventStatus {
        /// It is going to take place.
        Planned = "planned",
        /// It was put forward and not decided.
        Proposed = "proposed",
        /// It took place.
        Happened = "happened",
        /// It began and goes on.
        Ongoing = "ongoing",
        /// It was called off.
        Cancelled = "cancelled",
        /// It was moved to another time; a link `rescheduled_to` may name it.
        Rescheduled = "rescheduled",
        /// It was announced or rumoured, and nobody confirms that it took place.
        Unverified = "unverified",
    }
}

codes! {
    /// How the subject of a link, the event that carries it, relates to its object.
    pub enum LinkRelation {
        /// The subject is a part of the object.
        PartOf = "part_of",
        /// The subject answers the object.
        ResponseTo = "response_to",
        /// The subject grew out of the object and is more severe.
        EscalationOf = "escalation_of",
        /// The subject came after the object in one course of events, with no cause claimed.
        Follows = "follows",
        /// The object is said to have caused the subject.
        CausedBy = "caused_by",
        /// The object called for the subject.
        CalledForBy = "called_for_by",
        /// The subject is directed against the object.
        CounterOf = "counter_of",
        /// Both belong to one campaign.
        SameCampaign = "same_campaign",
        /// Both records describe the same event.
        DuplicateOf = "duplicate_of",
        /// The subject was recorded as part of the object before.
        SplitFrom = "split_from",
        /// The object is the subject at its new time.
        RescheduledTo = "rescheduled_to",
    }
}

codes! {
    /// What a place is to an event.
    pub enum PlaceRole {
        /// It took place there.
        Site = "site",
        /// It started there.
        Origin = "origin",
        /// It ended there, or was bound for it.
        Destination = "destination",
        /// It concerned or spread over this area.
        Area = "area",
    }
}

codes! {
    /// What an actor is to an event.
    pub enum ActorRole {
        /// Called it, prepared it or led it.
        Organizer = "organizer",
        /// Took part in it.
        Participant = "participant",
        /// Spoke at it.
        Speaker = "speaker",
        /// Is whom it was directed at.
        Target = "target",
        /// Set it going, such as an agency an operation.
        Initiator = "initiator",
        /// Gave the order, decision or statement.
        Issuer = "issuer",
        /// Is to whom the order, call or statement was given.
        Addressee = "addressee",
        /// Is whom it is about.
        Subject = "subject",
        /// Came or acted in answer to it.
        Responder = "responder",
        /// Took part against it.
        CounterParticipant = "counter_participant",
        /// Was harmed in it.
        Victim = "victim",
        /// Felt its effects without taking part.
        Affected = "affected",
        /// Saw it and tells of it.
        Witness = "witness",
    }
}

codes! {
    /// What an actor is; a private individual is never one, so there is no kind `person`.
    pub enum ActorKind {
        /// A public agency or office that is neither police nor military.
        Agency = "agency",
        /// A police force.
        Police = "police",
        /// Armed forces, national guards among them.
        Military = "military",
        /// A government of any level, as a whole.
        Government = "government",
        /// A person in public office, named for what they do in it.
        PublicOfficial = "public_official",
        /// A political party.
        Party = "party",
        /// A union of workers.
        Union = "union",
        /// An organization of any other kind.
        Organization = "organization",
        /// A business.
        Business = "business",
        /// A group or coalition without a legal form.
        InformalGroup = "informal_group",
        /// Those who took part, without a name.
        Participants = "participants",
        /// Those who took part against it, without a name.
        CounterParticipants = "counter_participants",
        /// Those who were there and did not take part.
        Bystanders = "bystanders",
        /// Journalists and media workers, as a group.
        Press = "press",
        /// A body whose nature the source does not tell.
        Unknown = "unknown",
    }
}

codes! {
    /// The level of a location in the tree of places, ordered from coarse to fine.
    pub enum LocationKind {
        /// A country or territory of ISO 3166-1.
        Country = "country",
        /// A first-level division, such as a state or province (ISO 3166-2).
        Admin1 = "admin1",
        /// A second-level division, such as a county.
        Admin2 = "admin2",
        /// A city, town or village.
        Locality = "locality",
        /// A part of a locality.
        Neighbourhood = "neighbourhood",
        /// A building, square, street or other spot.
        Venue = "venue",
    }
}

codes! {
    /// How closely it is known where an event took place.
    pub enum PlacePrecision {
        /// To the spot: the point is where it happened.
        Point = "point",
        /// To the building, square or street.
        Venue = "venue",
        /// To the part of the locality.
        Neighbourhood = "neighbourhood",
        /// To the city, town or village.
        Locality = "locality",
        /// To the county or the like.
        Admin2 = "admin2",
        /// To the state, province or the like.
        Admin1 = "admin1",
        /// To the country alone.
        Country = "country",
    }
}

impl PlacePrecision {
    /// How fine it is, 0 for a country; *at least* a precision means a rank as high or higher.
    pub const fn rank(self) -> u8 {
        Self::Country as u8 - self as u8
    }

    /// Whether the place is known no finer than by a first-level division, which no point stands for.
    pub const fn is_area(self) -> bool {
        matches!(self, Self::Country | Self::Admin1)
    }
}

codes! {
    /// What a source is.
    pub enum SourceKind {
        /// A newspaper, magazine or news site.
        News = "news",
        /// A news agency.
        Wire = "wire",
        /// A radio or television report.
        Broadcast = "broadcast",
        /// A post on a social network.
        SocialMedia = "social_media",
        /// A document or notice of a public body.
        Official = "official",
        /// A publication of an organization, such as its call or report.
        Organization = "organization",
        /// A data set that records events.
        Dataset = "dataset",
        /// Someone who was there, told directly to the editors.
        Eyewitness = "eyewitness",
        /// Anything else.
        Other = "other",
    }
}

codes! {
    /// How far a source reaches, after the source scale of ACLED.
    pub enum SourceScale {
        /// A town, county or region.
        Local = "local",
        /// A country.
        National = "national",
        /// Several countries.
        International = "international",
    }
}

codes! {
    /// How sure the editor is that the source says so, and that it holds.
    pub enum Confidence {
        /// Said plainly by a source that is in a position to know.
        High = "high",
        /// Said plainly, with some doubt left.
        Medium = "medium",
        /// Said vaguely, at second hand or without naming where it comes from.
        Low = "low",
        /// The source says so of a part only.
        InPart = "in_part",
    }
}

codes! {
    /// Where participants stand towards what a demand names.
    pub enum Stance {
        /// They are in favour of it.
        For = "for",
        /// They are opposed to it.
        Against = "against",
        /// Neither is said.
        Neither = "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_ordered_from_coarse_to_fine_and_precision_ranks_alike() {
        assert!(LocationKind::ALL.is_sorted());
        assert!(LocationKind::Country < LocationKind::Venue);
        for kind in LocationKind::ALL {
            let precision = PlacePrecision::parse(kind.code()).expect("every level can be a precision");
            assert_eq!(usize::from(precision.rank()), *kind as usize, "{kind}");
        }
        assert!(PlacePrecision::Point.rank() > PlacePrecision::Venue.rank());
    }

    #[test]
    fn a_private_individual_is_not_an_actor() {
        assert_eq!(ActorKind::parse("person"), None);
        assert_eq!(ActorKind::parse("public_official"), Some(ActorKind::PublicOfficial));
    }

    #[test]
    fn a_demand_that_takes_no_side_is_written_none() {
        assert_eq!(Stance::parse("none"), Some(Stance::Neither));
        assert_eq!(serde_json::to_string(&Stance::Neither).unwrap(), r#""none""#);
        assert_eq!(serde_json::from_str::<Stance>(r#""none""#).unwrap(), Stance::Neither);
    }
}
