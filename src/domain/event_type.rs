//! What kind of event it is: one table gives every type its category, its code, its labels and its definition.

use serde::Serialize;
use utoipa::ToSchema;

use super::code::codes;

/// A name for people to read, in English and Spanish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BilingualLabel {
    /// The name in English.
    #[schema(example = "Rally")]
    pub en: &'static str,
    /// The name in Spanish.
    #[schema(example = "Concentración")]
    pub es: &'static str,
}

codes! {
    /// The broad kind that a type of event belongs to.
    pub enum Category {
        /// People act together in public for or against something.
        Demonstration = "demonstration",
        /// People are called to act, or prepare for it.
        Mobilization = "mobilization",
        /// Force is used or threatened between people, or against property.
        Confrontation = "confrontation",
        /// Police or other authorities act towards a gathering.
        Policing = "policing",
        /// Authorities carry out the laws or orders that protest may be about.
        Enforcement = "enforcement",
        /// A public body decides, orders, concedes or sets something up.
        Policy = "policy",
        /// Someone says where they stand, or what others think is made known.
        Statement = "statement",
    }
}

impl Category {
    /// The category's name.
    pub const fn label(self) -> BilingualLabel {
        let (en, es) = match self {
            Self::Demonstration => ("Demonstration", "Manifestación"),
            Self::Mobilization => ("Mobilization", "Movilización"),
            Self::Confrontation => ("Confrontation", "Enfrentamiento"),
            Self::Policing => ("Policing", "Actuación policial"),
            Self::Enforcement => ("Enforcement", "Aplicación de la ley"),
            Self::Policy => ("Policy", "Política pública"),
            Self::Statement => ("Statement", "Declaración"),
        };
        BilingualLabel { en, es }
    }
}

/// Writes `EventType` and its look-ups from the table below, so that no type can lack a column.
macro_rules! event_types {
    ($($category:ident { $($variant:ident = $code:literal, $en:literal, $es:literal, $definition:literal;)+ })+) => {
        codes! {
            /// What kind of event it is; one main type, with further types as tactics.
            pub enum EventType {
                $($(#[doc = $definition] $variant = $code),+),+
            }
        }

        impl EventType {
            /// The broad kind this type belongs to.
            pub const fn category(self) -> Category {
                match self {
                    $($(Self::$variant)|+ => Category::$category),+
                }
            }

            /// The type's name.
            pub const fn label(self) -> BilingualLabel {
                match self {
                    $($(Self::$variant => BilingualLabel { en: $en, es: $es }),+),+
                }
            }

            /// What the type means, in one sentence.
            pub const fn definition(self) -> &'static str {
                match self {
                    $($(Self::$variant => $definition),+),+
                }
            }
        }
    };
}

event_types! {
    Demonstration {
        Demonstration = "demonstration", "Demonstration", "Manifestación",
            "People gather in public to show a shared view, in a form that is not told more closely.";
        Rally = "rally", "Rally", "Concentración",
            "People gather in one place, usually to hear speakers, and stay there.";
        March = "march", "March", "Marcha",
            "People move together on foot along a route.";
        Protest = "protest", "Protest", "Protesta",
            "People object in public to something or someone, in a form that is not told more closely.";
        Vigil = "vigil", "Vigil", "Vigilia",
            "People gather quietly to mourn, remember or watch, often with candles.";
        SitIn = "sit_in", "Sit-in", "Sentada",
            "People sit down in a place and refuse to leave it for a time.";
        DieIn = "die_in", "Die-in", "Simulacro de muerte",
            "People lie down as if dead to stand for those who were killed or are in danger.";
        Picket = "picket", "Picket", "Piquete",
            "People stand or walk in front of a place to press its owner, or to ask others not to go in.";
        Walkout = "walkout", "Walkout", "Abandono colectivo",
            "People leave work, school or a meeting together, and before its end.";
        Strike = "strike", "Strike", "Huelga",
            "Workers, students or others stop their work together to press a demand.";
        Boycott = "boycott", "Boycott", "Boicot",
            "People stop buying from or dealing with someone to press a demand.";
        HungerStrike = "hunger_strike", "Hunger strike", "Huelga de hambre",
            "One or more people refuse food to press a demand.";
        Occupation = "occupation", "Occupation", "Ocupación",
            "People take over a building or a site and hold it.";
        Encampment = "encampment", "Encampment", "Acampada",
            "People set up tents or shelters and stay, overnight or longer.";
        Blockade = "blockade", "Blockade", "Bloqueo",
            "People stop others from passing or from reaching a place.";
        CivilDisobedience = "civil_disobedience", "Civil disobedience", "Desobediencia civil",
            "People break a law or an order openly and without violence.";
        CounterProtest = "counter_protest", "Counter-protest", "Contraprotesta",
            "People gather against another gathering.";
        Caravan = "caravan", "Caravan", "Caravana",
            "People move together in vehicles along a route.";
        BannerDrop = "banner_drop", "Banner drop", "Despliegue de pancarta",
            "People hang a message where many can see it.";
        OnlineAction = "online_action", "Online action", "Acción en línea",
            "People act together on the internet only.";
        DemonstrationWave = "demonstration_wave", "Wave of demonstrations", "Ola de manifestaciones",
            "Gatherings in many places about one matter are reported as a whole.";
    }
    Mobilization {
        CallToAction = "call_to_action", "Call to action", "Convocatoria",
            "Someone calls on others to take part in an action.";
        BusinessClosure = "business_closure", "Business closure", "Cierre de negocios",
            "A business closes, or suspends its usual service, to support or join an action.";
        Announcement = "announcement", "Announcement", "Anuncio",
            "Someone makes known what is going to be done.";
    }
    Confrontation {
        Clash = "clash", "Clash", "Choque",
            "Two sides confront each other physically, such as participants and officers, or two groups.";
        Riot = "riot", "Riot", "Disturbios",
            "A crowd is violent in public over some time.";
        MobViolence = "mob_violence", "Mob violence", "Violencia de turba",
            "A crowd attacks particular people.";
        PropertyAttack = "property_attack", "Attack on property", "Ataque a bienes",
            "People damage, set fire to or loot property on purpose.";
    }
    Policing {
        PolicePresence = "police_presence", "Police presence", "Presencia policial",
            "Officers are present at a gathering and are not reported to intervene.";
        TacticalAlert = "tactical_alert", "Tactical alert", "Alerta táctica",
            "A police force keeps or moves officers in readiness beyond their usual duty.";
        DispersalOrder = "dispersal_order", "Dispersal order", "Orden de dispersión",
            "Authorities order a gathering to leave.";
        Dispersal = "dispersal", "Dispersal", "Dispersión",
            "Officers make a gathering leave.";
        Kettle = "kettle", "Kettle", "Encapsulamiento",
            "Officers surround people and keep them from leaving.";
        UseOfForce = "use_of_force", "Use of force", "Uso de la fuerza",
            "Officers use physical force or less-lethal weapons on people.";
        LethalForce = "lethal_force", "Lethal force", "Fuerza letal",
            "Officers use firearms, or other force likely to kill, on people.";
        Arrests = "arrests", "Arrests", "Arrestos",
            "Officers arrest people at or because of a gathering.";
        Curfew = "curfew", "Curfew", "Toque de queda",
            "Authorities forbid people to be outdoors during certain hours.";
        Ban = "ban", "Ban", "Prohibición",
            "Authorities forbid a gathering, a group or a form of action.";
    }
    Enforcement {
        EnforcementOperation = "enforcement_operation", "Enforcement operation", "Operativo",
            "An agency carries out a planned operation to enforce a law, such as on immigration.";
        Raid = "raid", "Raid", "Redada",
            "Officers enter a place by surprise to search it or to seize people or things.";
        Deployment = "deployment", "Deployment", "Despliegue",
            "Police, troops or agents are sent to a place or stationed there.";
        Detention = "detention", "Detention", "Detención",
            "Authorities take or hold people in custody other than by arrests at a gathering.";
    }
    Policy {
        Directive = "directive", "Directive", "Directiva",
            "Someone in office orders public bodies to act, or not to act, in a certain way.";
        Legislation = "legislation", "Legislation", "Legislación",
            "A law or rule is proposed, passed, changed or repealed.";
        CourtRuling = "court_ruling", "Court ruling", "Resolución judicial",
            "A court decides a matter, for good or for the time being.";
        EmergencyDeclaration = "emergency_declaration", "Emergency declaration", "Declaración de emergencia",
            "Authorities declare a state of emergency or martial law.";
        Concession = "concession", "Concession", "Concesión",
            "Someone under pressure grants a demand, wholly or in part.";
        PublicReporting = "public_reporting", "Public reporting channel", "Canal de denuncia ciudadana",
            "A public body opens or runs a way for people to report incidents.";
    }
    Statement {
        Statement = "statement", "Statement", "Declaración",
            "Someone says in public where they stand.";
        Condemnation = "condemnation", "Condemnation", "Condena",
            "Someone speaks publicly against an act, a person or a body.";
        OpinionFinding = "opinion_finding", "Opinion finding", "Dato de opinión",
            "A poll or survey makes known what people think.";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_types_are_those_of_the_specification_in_its_order() {
        let specified = "demonstration, rally, march, protest, vigil, sit_in, die_in, picket, walkout, strike, \
            boycott, hunger_strike, occupation, encampment, blockade, civil_disobedience, counter_protest, caravan, \
            banner_drop, online_action, demonstration_wave, call_to_action, business_closure, announcement, clash, \
            riot, mob_violence, property_attack, police_presence, tactical_alert, dispersal_order, dispersal, kettle, \
            use_of_force, lethal_force, arrests, curfew, ban, enforcement_operation, raid, deployment, detention, \
            directive, legislation, court_ruling, emergency_declaration, concession, public_reporting, statement, \
            condemnation, opinion_finding";
        let codes: Vec<_> = EventType::ALL.iter().map(|t| t.code()).collect();
        assert_eq!(codes.join(", "), specified);
    }

    #[test]
    fn types_stand_by_category_and_no_category_is_empty() {
        let mut runs: Vec<_> = EventType::ALL.iter().map(|t| t.category()).collect();
        runs.dedup();
        assert_eq!(runs, Category::ALL);
    }

    #[test]
    fn labels_and_definitions_are_complete_and_tell_types_apart() {
        let mut seen = HashSet::new();
        for event_type in EventType::ALL {
            let BilingualLabel { en, es } = event_type.label();
            let definition = event_type.definition();
            assert!([en, es].iter().all(|l| l.chars().next().is_some_and(char::is_uppercase)), "{event_type}");
            assert!(definition.ends_with('.') && definition.matches(". ").count() == 0, "{event_type}: one sentence");
            assert!(
                [en, es, definition].iter().all(|text| seen.insert((text.len(), *text)) || en == es),
                "{event_type}"
            );
        }
    }

    #[test]
    fn a_code_reads_back_and_stands_in_json() {
        for event_type in EventType::ALL {
            assert_eq!(EventType::parse(event_type.code()), Some(*event_type));
            assert_eq!(serde_json::to_value(event_type).unwrap(), event_type.code());
        }
        assert_eq!(EventType::parse("Rally"), None);
    }
}
