//! Invented actors, sources and campaigns. Actors are bodies and unnamed groups, never persons.

use fastrand::Rng;
use uuid::Uuid;

use super::draw::{Kind, Seed, happens, index, one, weighted};
use super::json::Json;
use super::places;
use super::words::{self, CONCERNS, Language};
use crate::domain::vocabulary::{ActorKind, SourceKind, SourceScale};

/// An actor.
pub struct Actor {
    pub id: Uuid,
    pub kind: ActorKind,
    name: String,
    parent: Option<Uuid>,
}

const ACTOR_KINDS: [(ActorKind, u32); 14] = [
    (ActorKind::Organization, 30),
    (ActorKind::InformalGroup, 18),
    (ActorKind::Union, 14),
    (ActorKind::Police, 8),
    (ActorKind::Participants, 6),
    (ActorKind::Government, 5),
    (ActorKind::Agency, 5),
    (ActorKind::Business, 4),
    (ActorKind::Party, 4),
    (ActorKind::CounterParticipants, 2),
    (ActorKind::Military, 1),
    (ActorKind::Press, 1),
    (ActorKind::Bystanders, 1),
    (ActorKind::Unknown, 1),
];

/// So many actors; some are parts of earlier ones of their kind.
pub fn actors(seed: Seed, count: u32) -> Vec<Actor> {
    let mut actors: Vec<Actor> = Vec::with_capacity(count as usize);
    for number in 0..u64::from(count) {
        let mut rng = seed.rng(Kind::Actor, number);
        let language = language(&mut rng);
        let place = places::name(&mut rng, language);
        let above = match actors.len() {
            0 => None,
            // Half of the way back at least: who has parts is mostly well known.
            known if happens(&mut rng, 25) => Some(&actors[index(&mut rng, known.div_ceil(2))]),
            _ => None,
        };
        let above = above.filter(|above| matches!(above.kind, ActorKind::Organization | ActorKind::Union));
        let (kind, name, parent) = if let Some(above) = above {
            (above.kind, format!("{}, {place}", above.name), Some(above.id))
        } else {
            let kind = weighted(&mut rng, &ACTOR_KINDS);
            (kind, actor_name(&mut rng, kind, language, &place), None)
        };
        actors.push(Actor { id: seed.id(Kind::Actor, number), kind, name, parent });
    }
    actors
}

fn language(rng: &mut Rng) -> Language {
    if happens(rng, 20) { Language::Spanish } else { Language::English }
}

fn actor_name(rng: &mut Rng, kind: ActorKind, language: Language, place: &str) -> String {
    let concern = one(rng, CONCERNS[language as usize]);
    let [english, spanish] = match kind {
        ActorKind::Organization => [format!("{place} {concern} Alliance"), format!("Alianza {concern} de {place}")],
        ActorKind::InformalGroup => [format!("{place} {concern} Circle"), format!("Colectivo {concern} de {place}")],
        ActorKind::Union => [format!("{place} Union of {concern}"), format!("Sindicato {concern} de {place}")],
        ActorKind::Police => [format!("{place} Police"), format!("Policía de {place}")],
        ActorKind::Participants => [format!("{concern} of {place}"), format!("{concern} de {place}")],
        ActorKind::Government => [format!("City of {place}"), format!("Ayuntamiento de {place}")],
        ActorKind::Agency => [format!("{place} Works Agency"), format!("Agencia de Obras de {place}")],
        ActorKind::Business => [format!("{place} Mills"), format!("Talleres {place}")],
        ActorKind::Party => [format!("{place} Civic List"), format!("Lista Cívica de {place}")],
        ActorKind::Military => [format!("{place} Guard"), format!("Guardia de {place}")],
        ActorKind::Press => [format!("reporters of {place}"), format!("reporteros de {place}")],
        _ => [format!("people of {place}"), format!("gente de {place}")],
    };
    if language == Language::English { english } else { spanish }
}

impl Actor {
    /// Writes the document.
    pub fn write(&self, json: &mut Json) {
        json.object(|o| {
            o.name("id").id(self.id);
            o.name("name").string(&self.name);
            o.name("kind").string(self.kind.code());
            if let Some(parent) = self.parent {
                o.name("parent_id").id(parent);
            }
        });
    }
}

/// A source.
pub struct Source {
    pub id: Uuid,
    publisher: String,
    title: String,
    url: Option<String>,
    kind: SourceKind,
    scale: SourceScale,
    language: Language,
}

const SOURCE_KINDS: [(SourceKind, u32); 7] = [
    (SourceKind::News, 60),
    (SourceKind::Broadcast, 12),
    (SourceKind::SocialMedia, 10),
    (SourceKind::Wire, 6),
    (SourceKind::Organization, 6),
    (SourceKind::Official, 4),
    (SourceKind::Eyewitness, 2),
];

const SCALES: [(SourceScale, u32); 3] =
    [(SourceScale::Local, 70), (SourceScale::National, 25), (SourceScale::International, 5)];

/// Sources that one publisher has in the mean.
const SOURCES_OF_ONE: u64 = 20;

/// So many sources.
pub fn sources(seed: Seed, count: u32) -> Vec<Source> {
    let publishers = u64::from(count).div_ceil(SOURCES_OF_ONE);
    let source = |number| {
        let mut rng = seed.rng(Kind::Source, number);
        // The publisher's own chance, the same for all of its sources.
        let whose = rng.u64(..publishers);
        let mut own = seed.rng(Kind::Source, u64::MAX - whose);
        let language = language(&mut own);
        let place = places::name(&mut own, language);
        let paper = one(&mut own, words::PAPERS[language as usize]);
        let publisher = match language {
            Language::English => format!("{place} {paper}"),
            Language::Spanish => format!("{paper} {place}"),
        };
        let kind = weighted(&mut own, &SOURCE_KINDS);
        let scale = weighted(&mut own, &SCALES);
        let (_, issue) = one(&mut rng, &words::ISSUES);
        Source {
            id: seed.id(Kind::Source, number),
            title: format!("{publisher} {}: {}", number + 1, issue[language as usize]),
            publisher,
            // A domain that is set aside for examples, and never anybody's.
            url: happens(&mut rng, 80).then(|| format!("https://publisher-{whose}.example/reports/{}", number + 1)),
            kind,
            scale,
            language,
        }
    };
    (0..u64::from(count)).map(source).collect()
}

impl Source {
    /// Writes the document.
    pub fn write(&self, json: &mut Json) {
        json.object(|o| {
            o.name("id").id(self.id);
            o.name("publisher").string(&self.publisher);
            o.name("title").string(&self.title);
            if let Some(url) = &self.url {
                o.name("url").string(url);
            }
            o.name("kind").string(self.kind.code());
            o.name("scale").string(self.scale.code());
            o.name("language").string(self.language.tag());
        });
    }
}

/// A campaign.
pub struct Campaign {
    pub id: Uuid,
    name: String,
    year: u32,
}

/// So many campaigns.
pub fn campaigns(seed: Seed, count: u32) -> Vec<Campaign> {
    let campaign = |number| {
        let mut rng = seed.rng(Kind::Campaign, number);
        let language = language(&mut rng);
        let place = places::name(&mut rng, language);
        let form = one(&mut rng, words::CAMPAIGN_FORMS[language as usize]);
        let year = rng.u32(2000..=2026);
        let name = match language {
            Language::English => format!("{place} {form} {year}"),
            Language::Spanish => format!("{form} de {place} {year}"),
        };
        Campaign { id: seed.id(Kind::Campaign, number), name, year }
    };
    (0..u64::from(count)).map(campaign).collect()
}

impl Campaign {
    /// Writes the document.
    pub fn write(&self, json: &mut Json) {
        json.object(|o| {
            o.name("id").id(self.id);
            o.name("name").string(&self.name);
            o.name("when").object(|when| {
                when.name("start").object(|start| start.name("edtf").display(self.year));
            });
        });
    }
}
