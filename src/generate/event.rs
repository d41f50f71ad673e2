//! Synthetic events.

use fastrand::Rng;
use uuid::Uuid;

use super::draw::{Kind, happens, index, one, weighted};
use super::entities::Actor;
use super::json::Json;
use super::places::Place;
use super::words::{self, Language};
use super::{Synthetic, moments};
use crate::domain::size::{SizeBasis, SizeRule};
use crate::domain::vocabulary::{
    ActorKind, ActorRole, Confidence, EventStatus, EventType, LinkRelation, PlaceRole, Stance,
};

const TYPES: [(EventType, u32); 25] = [
    (EventType::Protest, 2_400),
    (EventType::Rally, 1_700),
    (EventType::March, 1_300),
    (EventType::Demonstration, 1_000),
    (EventType::Vigil, 600),
    (EventType::Strike, 500),
    (EventType::Picket, 400),
    (EventType::CounterProtest, 300),
    (EventType::Walkout, 250),
    (EventType::Statement, 220),
    (EventType::Blockade, 200),
    (EventType::SitIn, 180),
    (EventType::Arrests, 150),
    (EventType::Caravan, 120),
    (EventType::Clash, 110),
    (EventType::CivilDisobedience, 100),
    (EventType::CallToAction, 90),
    (EventType::Dispersal, 80),
    (EventType::PolicePresence, 70),
    (EventType::Encampment, 60),
    (EventType::BannerDrop, 50),
    (EventType::PropertyAttack, 45),
    (EventType::Raid, 40),
    (EventType::HungerStrike, 25),
    (EventType::Concession, 20),
];

const STATUSES: [(EventStatus, u32); 7] = [
    (EventStatus::Happened, 900),
    (EventStatus::Unverified, 30),
    (EventStatus::Cancelled, 25),
    (EventStatus::Planned, 20),
    (EventStatus::Ongoing, 12),
    (EventStatus::Rescheduled, 8),
    (EventStatus::Proposed, 5),
];

const BASES: [(SizeBasis, u32); 8] = [
    (SizeBasis::Press, 45),
    (SizeBasis::Organizer, 20),
    (SizeBasis::Unknown, 12),
    (SizeBasis::Police, 10),
    (SizeBasis::Eyewitness, 6),
    (SizeBasis::Count, 3),
    (SizeBasis::Image, 2),
    (SizeBasis::Rsvp, 2),
];

const SOURCES: [(usize, u32); 3] = [(1, 60), (2, 28), (3, 12)];
const ACTORS: [(usize, u32); 4] = [(1, 50), (2, 28), (3, 14), (4, 8)];
/// Sentences of detail in a description.
const DETAILS: [(usize, u32); 3] = [(1, 15), (2, 60), (3, 25)];
const ISSUES: [(usize, u32); 3] = [(0, 15), (1, 60), (2, 25)];

/// What the parts of one event are written with.
struct Event<'a> {
    world: &'a Synthetic,
    number: u64,
    id: Uuid,
    place: &'a Place,
    language: Language,
    /// Its issues, by number.
    issues: Vec<usize>,
    kind: EventType,
    sources: Vec<Uuid>,
    corrected: bool,
}

impl Synthetic {
    /// Writes an event as it was first known (revision 1) or later corrected (2).
    pub(super) fn write_event(&self, json: &mut Json, number: u64, revision: u64) {
        let rng = &mut self.seed.rng(Kind::Event, number);
        let place = self.places.locality(rng);
        // In a country that speaks English, some events are told in Spanish.
        let foreign = happens(rng, 4);
        let issues = weighted(rng, &ISSUES);
        let count = weighted(rng, &SOURCES);
        let sources = self.source_ranks.draw_some(rng, count);
        let event = Event {
            world: self,
            number,
            id: self.seed.id(Kind::Event, number),
            place,
            language: if foreign { Language::Spanish } else { place.language },
            issues: self.issue_ranks.draw_some(rng, issues),
            kind: weighted(rng, &TYPES),
            sources: sources.into_iter().map(|rank| self.sources[rank].id).collect(),
            corrected: revision > 1,
        };
        // The size is what a correction changes; it has a chance of its own, so that all else stays.
        let sizes = &mut self.seed.rng(Kind::Correction, number.wrapping_add(revision << 60));
        json.object(|o| event.write(o, rng, sizes));
    }
}

impl Event<'_> {
    fn write(&self, o: &mut Json, rng: &mut Rng, sizes: &mut Rng) {
        o.name("id").id(self.id);
        o.name("type").string(self.kind.code());
        if happens(rng, 8) {
            o.name("tactics").list(|l| l.string(weighted(rng, &TYPES).code()));
        }
        o.name("status").string(weighted(rng, &STATUSES).code());
        o.name("title").string_of(|text| self.title(text, self.language));
        let summary = o.name("summary");
        self.write_summary(summary, rng, self.language);
        o.name("language").string(self.language.tag());
        if happens(rng, 10) {
            let language = self.language.other();
            o.name("translations").object(|o| {
                o.name(language.tag()).object(|o| {
                    o.name("title").string_of(|text| self.title(text, language));
                    self.write_summary(o.name("summary"), rng, language);
                });
            });
        }
        moments::write(o, rng, moments::day(self.world.seed, self.number, self.world.events));
        o.name("places").list(|l| self.write_places(l, rng));
        o.name("actors").list(|l| self.write_actors(l, rng));
        if !self.issues.is_empty() {
            o.name("issues").list(|l| self.issues.iter().for_each(|issue| l.string(words::ISSUES[*issue].0)));
        }
        if let Some(issue) = self.issues.first().filter(|_| happens(rng, 15)) {
            o.name("demands").list(|l| self.write_demand(l, rng, *issue));
        }
        if happens(rng, 20) {
            let campaign = &self.world.campaigns[self.world.campaign_ranks.draw(rng)];
            o.name("campaigns").list(|l| l.reference(campaign.id));
        }
        o.name("sources").list(|l| self.sources.iter().for_each(|id| l.reference(*id)));
        if self.corrected || happens(sizes, 33) {
            o.name("size").object(|size| write_size(size, sizes));
        }
        if happens(rng, 7) {
            o.name("outcomes").object(|o| write_outcomes(o, rng));
        }
        if happens(rng, 3) {
            o.name("evidence").list(|l| self.write_evidence(l, rng));
        }
        if self.number > 0 && happens(rng, 2) {
            o.name("links").list(|l| self.write_link(l, rng));
        }
        if happens(rng, 90) {
            let (seed, number) = (self.world.seed.0, self.number + 1);
            o.name("external_ids").list(|l| {
                l.object(|o| {
                    o.name("scheme").string("synthetic");
                    o.name("id").display(format_args!("{seed}-{number}"));
                });
            });
        }
    }

    fn title(&self, text: &mut String, language: Language) {
        let label = self.kind.label();
        let [before_place, before_issue] = words::TITLE_JOINTS[language as usize];
        let label = if language == Language::English { label.en } else { label.es };
        text.extend([label, before_place, self.place.name.as_str()]);
        if let Some(issue) = self.issues.first() {
            text.extend([before_issue, words::ISSUES[*issue].1[language as usize]]);
        }
    }

    fn write_summary(&self, json: &mut Json, rng: &mut Rng, language: Language) {
        let list = language as usize;
        let sentence = |text: &mut String, rng: &mut Rng, sentences: &[&str]| {
            text.extend([one(rng, sentences), "."]);
        };
        json.string_of(|text| {
            text.extend([one(rng, words::CROWDS[list]), " ", one(rng, words::DEEDS[list]), " "]);
            sentence(text, rng, words::SPOTS[list]);
            text.push(' ');
            let details = words::DETAILS[list];
            let mut detail = index(rng, details.len());
            for _ in 0..weighted(rng, &DETAILS) {
                sentence(text, rng, &details[detail..=detail]);
                text.push(' ');
                // Another one than before.
                detail = (detail + 1 + index(rng, details.len() - 1)) % details.len();
            }
            sentence(text, rng, words::ENDINGS[list]);
            if self.corrected {
                text.extend([" ", words::CORRECTED[list], "."]);
            }
        });
    }

    fn write_places(&self, l: &mut Json, rng: &mut Rng) {
        let own_point = happens(rng, 30);
        match rng.u32(..100) {
            // Only the region is known.
            0..4 if !own_point => l.object(|o| {
                o.name("location").reference(self.world.places.above(self.place).id);
                o.name("role").string(PlaceRole::Area.code());
            }),
            4..7 => {
                let end = self.world.places.locality(rng);
                write_place(l, rng, self.place, PlaceRole::Origin, own_point);
                write_place(l, rng, end, PlaceRole::Destination, false);
            }
            _ => write_place(l, rng, self.place, PlaceRole::Site, own_point),
        }
    }

    fn write_actors(&self, l: &mut Json, rng: &mut Rng) {
        let count = weighted(rng, &ACTORS);
        for (position, rank) in self.world.actor_ranks.draw_some(rng, count).into_iter().enumerate() {
            let actor = &self.world.actors[rank];
            l.object(|o| {
                o.name("actor").reference(actor.id);
                o.name("role").string(role(rng, actor, position == 0).code());
            });
        }
    }

    fn write_demand(&self, l: &mut Json, rng: &mut Rng, issue: usize) {
        l.object(|o| {
            o.name("summary").string(words::ISSUES[issue].1[self.language as usize]);
            let stance = weighted(rng, &[(Stance::For, 5), (Stance::Against, 4), (Stance::Neither, 1)]);
            o.name("stance").string(stance.code());
        });
    }

    fn write_evidence(&self, l: &mut Json, rng: &mut Rng) {
        l.object(|o| {
            o.name("id").id(self.world.seed.id(Kind::Evidence, self.number));
            o.name("source").reference(self.sources[0]);
            o.name("field").string("size");
            o.name("value").object(|value| value.name("best").number(crowd(rng)));
            o.name("quote").string(one(rng, &words::SIZE_WORDS));
            let confidence = [(Confidence::High, 3), (Confidence::Medium, 4), (Confidence::Low, 2)];
            o.name("confidence").string(weighted(rng, &confidence).code());
        });
    }

    fn write_link(&self, l: &mut Json, rng: &mut Rng) {
        let relations = [
            (LinkRelation::Follows, 5),
            (LinkRelation::ResponseTo, 3),
            (LinkRelation::PartOf, 2),
            (LinkRelation::CounterOf, 1),
        ];
        // Mostly one that happened shortly before.
        let back = rng.u64(1..=self.number.min(200));
        l.object(|o| {
            o.name("relation").string(weighted(rng, &relations).code());
            o.name("event").reference(self.world.seed.id(Kind::Event, self.number - back));
        });
    }
}

fn write_place(l: &mut Json, rng: &mut Rng, place: &Place, role: PlaceRole, own_point: bool) {
    l.object(|o| {
        o.name("location").reference(place.id);
        o.name("role").string(role.code());
        if own_point {
            let mut off = || rng.i32(-3_000..=3_000);
            o.name("point").point(place.lat + off(), place.lon + off());
        }
    });
}

fn role(rng: &mut Rng, actor: &Actor, first: bool) -> ActorRole {
    use ActorRole::{Addressee, CounterParticipant, Organizer, Participant, Responder, Speaker, Target, Witness};
    match actor.kind {
        ActorKind::Police | ActorKind::Military => weighted(rng, &[(Responder, 7), (Target, 3)]),
        ActorKind::Government | ActorKind::Agency => weighted(rng, &[(Target, 6), (Addressee, 3), (Responder, 1)]),
        ActorKind::Business => Target,
        ActorKind::Press | ActorKind::Bystanders => Witness,
        ActorKind::CounterParticipants => CounterParticipant,
        ActorKind::Participants => Participant,
        _ if first => weighted(rng, &[(Organizer, 7), (Participant, 3)]),
        _ => weighted(rng, &[(Participant, 6), (Organizer, 2), (Speaker, 2)]),
    }
}

/// A number of people: mostly dozens, seldom many thousands.
fn crowd(rng: &mut Rng) -> u32 {
    let magnitude = weighted(rng, &[(10, 40), (100, 40), (1_000, 15), (10_000, 4), (100_000, 1)]);
    rng.u32(magnitude / 2..magnitude * 5)
}

fn write_size(size: &mut Json, rng: &mut Rng) {
    let number = crowd(rng);
    match rng.u32(..100) {
        0..30 => {
            size.name("low").number(number);
            size.name("high").number(number + number / 2);
        }
        30..55 => size.name("best").number(number),
        55..85 => {
            size.name("text").string(one(rng, &words::SIZE_WORDS));
            let rules = [(SizeRule::Ccc, 6), (SizeRule::Literal, 3), (SizeRule::CountLove, 1)];
            size.name("rule").string(weighted(rng, &rules).code());
        }
        85..95 => size.name("low").number(number),
        _ => {
            size.name("low").number(number);
            size.name("best").number(number + number / 4);
            size.name("high").number(number * 2);
        }
    }
    size.name("basis").string(weighted(rng, &BASES).code());
}

fn write_outcomes(o: &mut Json, rng: &mut Rng) {
    let list = |o: &mut Json, rng: &mut Rng, name, of: &[&str], percent| {
        if happens(rng, percent) {
            o.name(name).list(|l| l.string(one(rng, of)));
        }
    };
    if happens(rng, 50) {
        o.name("arrests").object(|count| write_count(count, rng));
    }
    if happens(rng, 10) {
        o.name("detained").object(|count| write_count(count, rng));
    }
    if happens(rng, 25) {
        let whose = weighted(rng, &[("participants", 6), ("police", 2), ("others", 1), ("unspecified", 2)]);
        o.name("injuries").object(|o| o.name(whose).object(|count| write_count(count, rng)));
    }
    if happens(rng, 2) {
        o.name("deaths").object(|o| o.name("unspecified").object(|count| write_count(count, rng)));
    }
    list(o, rng, "property_damage", &words::DAMAGE, 20);
    list(o, rng, "participant_measures", &words::PARTICIPANT_MEASURES, 25);
    list(o, rng, "police_measures", &words::POLICE_MEASURES, 30);
}

fn write_count(count: &mut Json, rng: &mut Rng) {
    match rng.u32(..10) {
        0..2 => count.name("state").string("none"),
        2..4 => count.name("state").string("some"),
        _ => {
            count.name("state").string("number");
            count.name("low").number(rng.u32(1..40));
        }
    }
}
