//! What our types of events are called elsewhere, and what each translation loses.
//!
//! The codes are those of
//! - the ACLED Codebook of October 2024 (event type and sub-event type),
//! - the `event_type` / `type` column of the Crowd Counting Consortium's files, whose coders write words freely,
//! - the PLOVER manual of the Open Event Data Alliance with the mode names of its 2021 CAMEO table and of POLECAT,
//! - the CAMEO manual 1.1b3 of 2012, as GDELT uses it.
//!
//! Where two codes could stand, the broader one does. Every `match` names every type, so none can be forgotten.

use serde::Serialize;
use utoipa::ToSchema;

use super::code::codes;
#[allow(clippy::enum_glob_use, reason = "the tables below are made of the types' names")]
use super::event_type::EventType::{self, *};

codes! {
    /// A vocabulary of events that ours is translated to.
    pub enum Vocabulary {
        /// Armed Conflict Location & Event Data.
        Acled = "acled",
        /// The Crowd Counting Consortium.
        Ccc = "ccc",
        /// The Political Language Ontology for Verifiable Event Records.
        Plover = "plover",
        /// Conflict and Mediation Event Observations.
        Cameo = "cameo",
    }
}

/// What one type of event is called in one other vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CrosswalkEntry {
    /// The code there; null where that vocabulary has nothing for it. ACLED's is the event type, a slash and the
    /// sub-event type, if one fits; PLOVER's is the event type, a slash and the mode, if one fits.
    #[schema(required = true, example = "Protests/Peaceful protest")]
    pub code: Option<&'static str>,
    /// Whether the code there means the same, so that nothing is lost.
    #[schema(example = false)]
    pub exact: bool,
    /// What the translation loses, in a sentence; null where it is exact.
    #[schema(required = true, example = "ACLED does not tell a rally from a march or a vigil.")]
    pub loss: Option<&'static str>,
}

/// What one type of event is called in each of the other vocabularies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Crosswalks {
    /// In ACLED.
    pub acled: CrosswalkEntry,
    /// In the files of the Crowd Counting Consortium.
    pub ccc: CrosswalkEntry,
    /// In PLOVER.
    pub plover: CrosswalkEntry,
    /// In CAMEO.
    pub cameo: CrosswalkEntry,
}

impl Crosswalks {
    /// All translations of a type.
    pub const fn of(event_type: EventType) -> Self {
        Self { acled: acled(event_type), ccc: ccc(event_type), plover: plover(event_type), cameo: cameo(event_type) }
    }
}

/// The translation of a type into a vocabulary.
pub const fn crosswalk(event_type: EventType, vocabulary: Vocabulary) -> CrosswalkEntry {
    match vocabulary {
        Vocabulary::Acled => acled(event_type),
        Vocabulary::Ccc => ccc(event_type),
        Vocabulary::Plover => plover(event_type),
        Vocabulary::Cameo => cameo(event_type),
    }
}

const fn same(code: &'static str) -> CrosswalkEntry {
    CrosswalkEntry { code: Some(code), exact: true, loss: None }
}

const fn broad(code: &'static str, loss: &'static str) -> CrosswalkEntry {
    CrosswalkEntry { code: Some(code), exact: false, loss: Some(loss) }
}

const fn nothing(loss: &'static str) -> CrosswalkEntry {
    CrosswalkEntry { code: None, exact: false, loss: Some(loss) }
}

const fn acled(event_type: EventType) -> CrosswalkEntry {
    const PEACEFUL: &str = "Protests/Peaceful protest";
    const INTERVENTION: &str = "Protests/Protest with intervention";
    const OTHER: &str = "Strategic developments/Other";
    match event_type {
        Demonstration | Protest => {
            broad(PEACEFUL, "ACLED needs to know whether anyone intervened, which the type alone does not tell.")
        }
        Rally | March | Vigil | Picket | Caravan | Walkout => {
            broad(PEACEFUL, "ACLED does not tell a rally from a march, a vigil, a picket, a caravan or a walkout.")
        }
        SitIn | DieIn | Occupation | Encampment | Blockade | CivilDisobedience => {
            broad(PEACEFUL, "ACLED does not tell how people held their place, blocked the way or broke a rule.")
        }
        CounterProtest => broad(
            PEACEFUL,
            "ACLED has one record for both gatherings and says only in its actors that they faced each other.",
        ),
        DemonstrationWave => broad(PEACEFUL, "ACLED has a record for each place and day, and none for the wave."),
        Strike | Boycott | BusinessClosure => nothing("ACLED records it only where people also demonstrate in public."),
        HungerStrike => {
            nothing("ACLED leaves out acts of individuals, which it takes hunger strikes for unless people gather.")
        }
        BannerDrop => nothing("ACLED leaves out symbolic acts without a gathering."),
        OnlineAction => nothing("ACLED records what happens in a physical place."),
        CallToAction | Announcement => nothing("ACLED records what happened and not what was called for or announced."),
        Clash => broad(
            "Riots",
            "ACLED's sub-event type asks whether a demonstration or a mob was violent, which the type does not tell.",
        ),
        Riot => broad(
            "Riots",
            "ACLED's sub-event type asks whether it began as a demonstration, which the type does not tell.",
        ),
        MobViolence => same("Riots/Mob violence"),
        PropertyAttack => broad(
            "Strategic developments/Looting/property destruction",
            "Where a violent crowd did it, ACLED records a riot instead.",
        ),
        PolicePresence | TacticalAlert => {
            nothing("ACLED records what officers do to people and not that they stand ready.")
        }
        DispersalOrder => nothing("ACLED records that a gathering was broken up and not that it was ordered to leave."),
        Dispersal | Kettle => {
            broad(INTERVENTION, "ACLED joins the gathering and the intervention, and does not tell its form.")
        }
        UseOfForce => {
            broad(INTERVENTION, "ACLED names another sub-event type where the force could have killed or maimed.")
        }
        LethalForce => broad(
            "Protests/Excessive force against protesters",
            "ACLED uses it for peaceful protesters only, whom the type does not tell from others.",
        ),
        Arrests => broad(
            INTERVENTION,
            "ACLED joins the gathering and the arrests, and does not tell arrests from other interventions.",
        ),
        Curfew | Ban | EmergencyDeclaration => broad(
            OTHER,
            "ACLED keeps a curfew, a ban and an emergency only where they matter to a conflict, under one code.",
        ),
        EnforcementOperation | Raid => nothing("ACLED leaves out what it takes for ordinary law enforcement."),
        Deployment => broad(OTHER, "ACLED has no code of its own for sending forces and keeps only notable cases."),
        Detention => broad(
            "Strategic developments/Arrests",
            "ACLED keeps only detentions of many, or of people who matter politically.",
        ),
        Directive | Legislation | CourtRuling | Concession | PublicReporting => {
            nothing("ACLED has no events for decisions of public bodies.")
        }
        Statement | Condemnation | OpinionFinding => nothing("ACLED does not record what people say or think."),
    }
}

const fn ccc(event_type: EventType) -> CrosswalkEntry {
    match event_type {
        Demonstration => same("demonstration"),
        Rally => same("rally"),
        March => same("march"),
        Protest => same("protest"),
        Vigil => same("vigil"),
        SitIn => same("sit-in"),
        Strike => same("strike"),
        CounterProtest => same("counter-protest"),
        CivilDisobedience => same("civil disobedience"),
        DieIn | Picket | Walkout | HungerStrike | Occupation | Encampment | Blockade | Caravan | BannerDrop | Riot => {
            broad("protest", "CCC's coders may write a closer word in the same cell, and no list says which.")
        }
        OnlineAction => {
            broad("protest", "CCC tells online events by a column of their own, `online`, and not by the type.")
        }
        DemonstrationWave => nothing("CCC has a row for each place and day, and none for the wave."),
        Boycott | BusinessClosure => nothing("CCC counts crowds, so an action without a gathering has no row."),
        CallToAction | Announcement => nothing("CCC has rows for events that took place."),
        Clash | MobViolence => {
            nothing("CCC keeps violence in the columns for injuries and measures of the gathering's row.")
        }
        PropertyAttack => nothing("CCC keeps damage in the column `property_damage` of the gathering's row."),
        Arrests => nothing("CCC keeps arrests in the column `arrests` of the gathering's row."),
        PolicePresence | TacticalAlert | DispersalOrder | Dispersal | Kettle | UseOfForce | LethalForce => {
            nothing("CCC keeps it in the column `police_measures` of the gathering's row.")
        }
        Curfew | Ban | EnforcementOperation | Raid | Deployment | Detention => {
            nothing("CCC records gatherings and not what authorities do elsewhere.")
        }
        Directive | Legislation | CourtRuling | EmergencyDeclaration | Concession | PublicReporting => {
            nothing("CCC records gatherings and not decisions of public bodies.")
        }
        Statement | Condemnation | OpinionFinding => {
            nothing("CCC records gatherings and not what people say or think.")
        }
    }
}

const fn plover(event_type: EventType) -> CrosswalkEntry {
    const DEMO: &str = "PROTEST/demo";
    match event_type {
        Demonstration => same(DEMO),
        Rally | March | Vigil | DieIn | Picket | Caravan => {
            broad(DEMO, "PLOVER does not tell a rally from a march, a vigil, a die-in, a picket or a caravan.")
        }
        CounterProtest => broad(DEMO, "PLOVER does not say that the gathering was against another one."),
        DemonstrationWave => broad(DEMO, "PLOVER does not tell one gathering from many."),
        Protest => same("PROTEST"),
        SitIn | Occupation | Encampment => broad("PROTEST", "PLOVER has no mode for staying in a place as a protest."),
        CivilDisobedience => broad("PROTEST", "The open breach of a rule, which PLOVER has under REJECT, is lost."),
        BannerDrop | OnlineAction => {
            broad("PROTEST", "PLOVER has no mode for a message hung up or an action on the internet.")
        }
        Walkout => {
            broad("PROTEST/strike", "PLOVER does not tell a walkout from a strike, and a walkout from school is none.")
        }
        Strike => same("PROTEST/strike"),
        BusinessClosure => broad("PROTEST/strike", "PLOVER does not tell a closed business from workers on strike."),
        Boycott => same("PROTEST/boycott"),
        HungerStrike => same("PROTEST/hunger"),
        Blockade => same("PROTEST/obstruct"),
        CallToAction => broad(
            "REQUEST",
            "PLOVER's requests go to those who should give way, and a call goes to those who should join.",
        ),
        Announcement | Statement => nothing("PLOVER does not code mere statements."),
        Clash => broad("PROTEST/riot", "PLOVER does not tell a confrontation of two sides from a violent crowd."),
        Riot => same("PROTEST/riot"),
        MobViolence => broad(
            "ASSAULT",
            "PLOVER's mode is the means of violence, which the type does not tell, and none says that a crowd did it.",
        ),
        PropertyAttack => {
            broad("ASSAULT/destroy", "PLOVER does not tell damage from destruction, and looting is lost.")
        }
        PolicePresence | TacticalAlert => {
            broad("MOBILIZE/police", "PLOVER does not tell officers who are present from officers made ready.")
        }
        DispersalOrder => {
            broad("REQUEST", "PLOVER has no code for an order to leave and joins it with demands of any kind.")
        }
        Dispersal | Kettle => broad("COERCE", "PLOVER has no mode for dispersing or surrounding a gathering."),
        UseOfForce | LethalForce => broad(
            "ASSAULT",
            "PLOVER's mode is the means of violence, which the type does not tell, and not how severe it was.",
        ),
        Arrests | Detention => {
            broad("COERCE/arrest", "PLOVER does not tell arrests at a gathering from other detention.")
        }
        Curfew => same("COERCE/curfew"),
        Ban => broad("COERCE/restrict", "PLOVER does not tell a ban on gathering from other limits on freedom."),
        EnforcementOperation => broad("COERCE", "PLOVER codes what is done in an operation and not the operation."),
        Raid => broad("COERCE/seize", "PLOVER does not tell a search from the seizure of goods."),
        Deployment => broad("MOBILIZE", "PLOVER's mode tells troops from police, which the type does not."),
        Directive | Legislation | PublicReporting => {
            nothing("PLOVER codes what a decision does to someone and not that it was made.")
        }
        CourtRuling => broad("SANCTION/convict", "PLOVER has rulings only where someone is found guilty or liable."),
        EmergencyDeclaration => {
            broad("COERCE/martial-law", "PLOVER does not tell a state of emergency from martial law.")
        }
        Concession => same("CONCEDE"),
        Condemnation => broad("ACCUSE", "PLOVER does not tell disapproval from an accusation or an investigation."),
        OpinionFinding => nothing("PLOVER does not code what people think."),
    }
}

const fn cameo(event_type: EventType) -> CrosswalkEntry {
    const DEMONSTRATE: &str = "141";
    const DISSENT: &str = "140";
    match event_type {
        Demonstration => same(DEMONSTRATE),
        Rally | March | Vigil | DieIn | Picket | Caravan => {
            broad(DEMONSTRATE, "CAMEO does not tell a rally from a march, a vigil, a die-in, a picket or a caravan.")
        }
        CounterProtest => broad(DEMONSTRATE, "CAMEO does not say that the gathering was against another one."),
        DemonstrationWave => broad(DEMONSTRATE, "CAMEO does not tell one gathering from many."),
        Protest => same(DISSENT),
        SitIn | Occupation | Encampment => broad(DISSENT, "CAMEO has no code for staying in a place as a protest."),
        CivilDisobedience => {
            broad(DISSENT, "The open breach of a rule, which CAMEO has as 128 without the protest, is lost.")
        }
        BannerDrop | OnlineAction => {
            broad(DISSENT, "CAMEO has no code for a message hung up or an action on the internet.")
        }
        Walkout | Strike | Boycott | BusinessClosure => {
            broad("143", "CAMEO has one code for strikes and boycotts, and walkouts and closures go with them.")
        }
        HungerStrike => same("142"),
        Blockade => same("144"),
        CallToAction => broad(
            "113",
            "CAMEO's code is for rallying others against someone and does not say what they are called to do.",
        ),
        Announcement => broad("010", "CAMEO's code is for statements of any kind."),
        Clash => broad("145", "CAMEO does not tell a confrontation of two sides from a violent protest."),
        Riot => same("145"),
        MobViolence => broad(
            "180",
            "CAMEO's code is for violence of any unconventional kind and does not say that a crowd did it.",
        ),
        PropertyAttack => broad("171", "CAMEO does not tell damage by a crowd from seizure by an authority."),
        PolicePresence => broad("150", "CAMEO's code is for any show of military or police power."),
        TacticalAlert => same("151"),
        DispersalOrder => broad("1052", "CAMEO's code is for any demand that dissent should end."),
        Dispersal | Kettle => broad(
            "170",
            "CAMEO has no code for dispersing or surrounding a gathering, and joins them with coercion of any kind.",
        ),
        UseOfForce | LethalForce => {
            broad("175", "CAMEO does not tell lethal from less-lethal force, nor a single act from repression.")
        }
        Arrests | Detention => broad("173", "CAMEO has one code for arrest, detention and legal charges."),
        Curfew => same("1723"),
        Ban => broad("1721", "CAMEO's code is for any limit on political freedoms."),
        EnforcementOperation | Raid => {
            broad("170", "CAMEO codes what is done in an operation and has nothing for a search.")
        }
        Deployment => broad(
            "150",
            "CAMEO tells armed forces from police, which the type does not, so only the general code is safe.",
        ),
        Directive | Legislation | PublicReporting => {
            nothing("CAMEO codes what a decision does to someone and not that it was made.")
        }
        CourtRuling => broad("116", "CAMEO has rulings only where someone is found guilty or liable."),
        EmergencyDeclaration => broad("1724", "CAMEO does not tell a state of emergency from martial law."),
        Concession => broad("080", "CAMEO's closer codes ask what was granted, which the type does not tell."),
        Statement => same("010"),
        Condemnation => same("111"),
        OpinionFinding => nothing("CAMEO does not code what people think."),
    }
}

#[cfg(test)]
#[path = "crosswalk_tests.rs"]
mod tests;
