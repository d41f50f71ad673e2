//! The vocabulary as a document: every type with its labels, definition and translations, and every list of codes.

use serde::Serialize;
use utoipa::ToSchema;

use super::count::CountState;
use super::crosswalk::{Crosswalks, Vocabulary};
use super::size::{SizeBasis, SizeRule};
use super::verification::{Verification, VerificationBy};
use super::vocabulary::{
    ActorKind, ActorRole, BilingualLabel, Category, Confidence, EventStatus, EventType, LinkRelation, LocationKind,
    PlacePrecision, PlaceRole, SourceKind, SourceScale, Stance,
};

/// The codes that stand in events and in what they refer to, and what they mean.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct VocabularyDocument {
    /// The types of events, by category.
    pub types: Vec<TypeEntry>,
    /// The categories of types.
    pub categories: Vec<CategoryEntry>,
    /// The vocabularies that types are translated to.
    pub crosswalk_vocabularies: Vec<CrosswalkVocabularyEntry>,
    /// How far an event has come.
    #[schema(example = json!(["planned", "happened"]))]
    pub statuses: Vec<EventStatus>,
    /// How well an event is established.
    #[schema(example = json!(["reported", "corroborated"]))]
    pub verifications: Vec<Verification>,
    /// Who set an event's verification.
    #[schema(example = json!(["rule", "editor"]))]
    pub verifications_by: Vec<VerificationBy>,
    /// How the subject of a link relates to its object.
    #[schema(example = json!(["part_of", "response_to"]))]
    pub relations: Vec<LinkRelation>,
    /// What a place is to an event.
    #[schema(example = json!(["site", "origin"]))]
    pub place_roles: Vec<PlaceRole>,
    /// How closely it is known where an event took place, from fine to coarse.
    #[schema(example = json!(["point", "venue"]))]
    pub place_precisions: Vec<PlacePrecision>,
    /// The levels of locations, from coarse to fine.
    #[schema(example = json!(["country", "admin1"]))]
    pub location_kinds: Vec<LocationKind>,
    /// What an actor is to an event.
    #[schema(example = json!(["organizer", "participant"]))]
    pub actor_roles: Vec<ActorRole>,
    /// What an actor is; a private individual is never one.
    #[schema(example = json!(["agency", "union"]))]
    pub actor_kinds: Vec<ActorKind>,
    /// What a source is.
    #[schema(example = json!(["news", "wire"]))]
    pub source_kinds: Vec<SourceKind>,
    /// How far a source reaches.
    #[schema(example = json!(["local", "national"]))]
    pub source_scales: Vec<SourceScale>,
    /// How sure it is that a source says so.
    #[schema(example = json!(["high", "in_part"]))]
    pub confidences: Vec<Confidence>,
    /// Where participants stand towards what a demand names.
    #[schema(example = json!(["for", "against"]))]
    pub stances: Vec<Stance>,
    /// Who or what a size goes back to.
    #[schema(example = json!(["count", "police"]))]
    pub size_bases: Vec<SizeBasis>,
    /// The conventions by which words become numbers of people.
    #[schema(example = json!(["ccc", "literal"]))]
    pub size_rules: Vec<SizeRule>,
    /// What is known of a number of people.
    #[schema(example = json!(["none", "some", "number"]))]
    pub count_states: Vec<CountState>,
}

/// One type of event.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TypeEntry {
    /// The type's code.
    #[serde(rename = "type")]
    #[schema(example = "rally")]
    pub event_type: EventType,
    /// The code of its category.
    #[schema(example = "demonstration")]
    pub category: Category,
    /// Its name.
    pub label: BilingualLabel,
    /// What it means, in a sentence.
    #[schema(example = "People gather in one place, usually to hear speakers, and stay there.")]
    pub definition: &'static str,
    /// What it is called in other vocabularies.
    pub crosswalks: Crosswalks,
}

/// One category of types of events.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CategoryEntry {
    /// The category's code.
    #[schema(example = "demonstration")]
    pub code: Category,
    /// Its name.
    pub label: BilingualLabel,
}

/// One vocabulary that types are translated to.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CrosswalkVocabularyEntry {
    /// The key it has in `crosswalks`.
    #[schema(example = "acled")]
    pub code: Vocabulary,
    /// Its name and edition.
    #[schema(example = "ACLED Codebook, October 2024")]
    pub edition: &'static str,
    /// Where it is published.
    #[schema(format = "uri", example = "https://acleddata.com/knowledge-base/codebook/")]
    pub url: &'static str,
}

impl From<Vocabulary> for CrosswalkVocabularyEntry {
    fn from(code: Vocabulary) -> Self {
        let (edition, url) = match code {
            Vocabulary::Acled => ("ACLED Codebook, October 2024", "https://acleddata.com/knowledge-base/codebook/"),
            Vocabulary::Ccc => (
                "Crowd Counting Consortium, event types of its files from 2017 on",
                "https://github.com/nonviolent-action-lab/crowd-counting-consortium",
            ),
            Vocabulary::Plover => {
                ("PLOVER manual, with POLECAT's names of modes", "https://github.com/openeventdata/PLOVER")
            }
            Vocabulary::Cameo => {
                ("CAMEO manual 1.1b3, March 2012", "http://eventdata.parusanalytics.com/data.dir/cameo.html")
            }
        };
        Self { code, edition, url }
    }
}

impl From<EventType> for TypeEntry {
    fn from(event_type: EventType) -> Self {
        Self {
            event_type,
            category: event_type.category(),
            label: event_type.label(),
            definition: event_type.definition(),
            crosswalks: Crosswalks::of(event_type),
        }
    }
}

impl From<Category> for CategoryEntry {
    fn from(code: Category) -> Self {
        Self { code, label: code.label() }
    }
}

/// The whole vocabulary.
pub fn document() -> VocabularyDocument {
    VocabularyDocument {
        types: EventType::ALL.iter().copied().map(TypeEntry::from).collect(),
        categories: Category::ALL.iter().copied().map(CategoryEntry::from).collect(),
        crosswalk_vocabularies: Vocabulary::ALL.iter().copied().map(CrosswalkVocabularyEntry::from).collect(),
        statuses: EventStatus::ALL.to_vec(),
        verifications: Verification::ALL.to_vec(),
        verifications_by: VerificationBy::ALL.to_vec(),
        relations: LinkRelation::ALL.to_vec(),
        place_roles: PlaceRole::ALL.to_vec(),
        place_precisions: PlacePrecision::ALL.to_vec(),
        location_kinds: LocationKind::ALL.to_vec(),
        actor_roles: ActorRole::ALL.to_vec(),
        actor_kinds: ActorKind::ALL.to_vec(),
        source_kinds: SourceKind::ALL.to_vec(),
        source_scales: SourceScale::ALL.to_vec(),
        confidences: Confidence::ALL.to_vec(),
        stances: Stance::ALL.to_vec(),
        size_bases: SizeBasis::ALL.to_vec(),
        size_rules: SizeRule::ALL.to_vec(),
        count_states: CountState::ALL.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use utoipa::PartialSchema;

    use super::*;
    use crate::domain::count::Outcomes;
    use crate::domain::size::Size;

    #[test]
    fn a_type_stands_with_all_that_is_said_of_it() {
        let document = serde_json::to_value(document()).unwrap();
        assert_eq!(
            document["types"][1],
            json!({
                "type": "rally", "category": "demonstration",
                "label": {"en": "Rally", "es": "Concentración"},
                "definition": "People gather in one place, usually to hear speakers, and stay there.",
                "crosswalks": {
                    "acled": {
                        "code": "Protests/Peaceful protest", "exact": false,
                        "loss": "ACLED does not tell a rally from a march, a vigil, a picket, a caravan or a walkout.",
                    },
                    "ccc": {"code": "rally", "exact": true, "loss": null},
                    "plover": {
                        "code": "PROTEST/demo", "exact": false,
                        "loss": "PLOVER does not tell a rally from a march, a vigil, a die-in, a picket or a caravan.",
                    },
                    "cameo": {
                        "code": "141", "exact": false,
                        "loss": "CAMEO does not tell a rally from a march, a vigil, a die-in, a picket or a caravan.",
                    },
                },
            })
        );
        assert_eq!(document["stances"], json!(["for", "against", "none"]));
        assert_eq!(document["place_precisions"][0], "point");
    }

    #[test]
    fn every_key_is_required_and_described() {
        fn check(name: &str, schema: &utoipa::openapi::RefOr<utoipa::openapi::Schema>) {
            let schema = serde_json::to_value(schema).unwrap();
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            for (key, property) in schema["properties"].as_object().unwrap() {
                assert!(required.contains(&Value::from(key.as_str())), "{name}.{key} is required");
                // A nullable reference carries its description beside the reference.
                let described = property.get("description").or_else(|| property.pointer("/oneOf/1/description"));
                assert!(described.is_some_and(Value::is_string), "{name}.{key} is described: {property}");
            }
        }
        check("VocabularyDocument", &VocabularyDocument::schema());
        check("TypeEntry", &TypeEntry::schema());
        check("CrosswalkEntry", &crate::domain::crosswalk::CrosswalkEntry::schema());
        check("Size", &Size::schema());
        check("Outcomes", &Outcomes::schema());
        check("Count", &crate::domain::count::Count::schema());
    }
}
