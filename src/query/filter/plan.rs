//! A filter at one moment, in the numbers of the index. Three truths become two on the way: whatever is negated is asked of the
//! events that have a value at all, and so a negation is carried down to the conditions.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;

use super::times::{Moment, Stretch};
use super::{Filter, Pattern, Property, Test, Tree};
use crate::domain::count::Toll;
use crate::domain::has::Has;
use crate::domain::instant::Instant;
use crate::domain::resource::Resource;
use crate::domain::vocabulary::EventType;
use crate::index::dictionary::{SizeFacts, Term};
use crate::index::entities::Entity;
use crate::index::events::{Events, short};
use crate::index::lookup::PlaceTerm;
use crate::index::search::{Group, InWindow, Wanted};
use crate::index::sight::Sight;
use crate::index::terms::Terms as TermNumbers;
use crate::index::tree::Tree as Planned;
use crate::query::event_query::EventQuery;
use crate::query::named::Named;
use crate::query::plan::sides;
use crate::query::terms::Terms;

/// A filter at one moment.
pub fn tree(filter: &Filter, named: &Named, sight: Sight<'_>) -> Planned {
    Planning { filter, named, sight }.tree(&filter.tree, false)
}

struct Planning<'a> {
    filter: &'a Filter,
    named: &'a Named,
    sight: Sight<'a>,
}

const ALWAYS: Planned = Planned::All(Vec::new());
const NEVER: Planned = Planned::Any(Vec::new());

impl Planning<'_> {
    fn events(&self) -> &Events {
        &self.sight.state.events
    }

    fn tree(&self, tree: &Tree<Property>, is_negated: bool) -> Planned {
        let parts = |parts: &[Tree<Property>]| parts.iter().map(|part| self.tree(part, is_negated)).collect();
        match tree {
            Tree::All(all) if is_negated => Planned::Any(parts(all)),
            Tree::Any(any) if is_negated => Planned::All(parts(any)),
            Tree::All(all) => Planned::All(parts(all)),
            Tree::Any(any) => Planned::Any(parts(any)),
            Tree::Not(inner) => self.tree(inner, !is_negated),
            Tree::Is(property, Test::Null) if is_negated => self.known(*property),
            Tree::Is(property, Test::Null) => Planned::Not(Box::new(self.known(*property))),
            Tree::Is(property, test) if is_negated => {
                let met = self.met(*property, test);
                Planned::All(vec![self.known(*property), Planned::Not(Box::new(met))])
            }
            Tree::Is(property, test) => self.met(*property, test),
        }
    }

    /// The events that have a value of a property.
    fn known(&self, property: Property) -> Planned {
        match property {
            Property::Id
            | Property::Type
            | Property::Category
            | Property::Status
            | Property::Verification
            | Property::Has
            | Property::RecordedAt
            | Property::CreatedAt => ALWAYS,
            Property::Tactics => self.terms(EventType::ALL.iter().map(|tactic| Term::Tactic(*tactic))),
            Property::Actor | Property::ActorWithin | Property::ActorKind | Property::Role => self.has(Has::Actors),
            Property::Location | Property::PlacePrecision => self.has(Has::Place),
            Property::Country | Property::Admin1 => self.coded(property, |_| true),
            Property::Geometry => {
                let has = Terms { any: vec![Has::Point], none: Vec::new() };
                self.question(&EventQuery { has, ..EventQuery::default() }, &Named::default())
            }
            Property::Campaign => self.has(Has::Campaigns),
            Property::Issue => self.has(Has::Issues),
            Property::Source => {
                let numbers = (0_u32..).zip(self.events().dictionary.terms());
                let sources = numbers.filter(|(_, term)| matches!(term, Term::Source(_))).map(|(number, _)| number);
                entities(sources)
            }
            Property::Size | Property::SizeLow | Property::SizeHigh => self.sizes(|_| true),
            Property::Arrests => self.tolls(Toll::Arrests, |_| true),
            Property::Detained => self.tolls(Toll::Detained, |_| true),
            Property::Injuries => self.tolls(Toll::Injuries, |_| true),
            Property::Deaths => self.tolls(Toll::Deaths, |_| true),
            Property::Start | Property::End | Property::When => self.window(&[]),
        }
    }

    /// The events of which a property meets a test.
    fn met(&self, property: Property, test: &Test) -> Planned {
        match test {
            Test::Null => Planned::Not(Box::new(self.known(property))),
            Test::Nothing => NEVER,
            Test::Question(number) => {
                let asked = self.filter.questions.get(*number).zip(self.named.questions.get(*number));
                asked.map_or(NEVER, |(question, named)| self.question(&question.query, named))
            }
            Test::Ids(ids) => {
                let versions = ids.iter().flat_map(|id| self.events().rows_of_event(*id)).collect();
                group(Group { any: Some(Wanted { versions, ..Wanted::default() }), ..Group::default() })
            }
            Test::Texts(precisions) => self.places(|place| precisions.contains(place.precision.code())),
            Test::Like(pattern) => self.like(property, pattern),
            Test::Number(comparison, number) => {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "numbers of people have 53 bits, and the open end stays the largest"
                )]
                let is_met =
                    |people: i64| (people as f64).partial_cmp(number).is_some_and(|order| comparison.holds(order));
                match property.toll() {
                    Some(toll) => self.tolls(toll, is_met),
                    None => self.sizes(|size| {
                        is_met(match property {
                            Property::SizeLow => size.low,
                            Property::SizeHigh => size.high,
                            _ => size.order,
                        })
                    }),
                }
            }
            Test::Times(times) if property == Property::RecordedAt => {
                told(times, &self.named.recorded, Planned::Recorded)
            }
            Test::Times(times) if property == Property::CreatedAt => told(times, &self.named.made, Planned::Numbered),
            Test::Times(times) => self.window(times),
        }
    }

    fn question(&self, query: &EventQuery, named: &Named) -> Planned {
        Planned::All(sides(query, named, self.sight).into_iter().map(group).collect())
    }

    fn terms(&self, terms: impl Iterator<Item = Term>) -> Planned {
        let terms = TermNumbers::of(terms.filter_map(|term| self.events().dictionary.find(&term)).collect());
        group(Group { any: Some(Wanted { terms, ..Wanted::default() }), ..Group::default() })
    }

    fn has(&self, part: Has) -> Planned {
        self.terms([Term::Has(part)].into_iter())
    }

    fn places(&self, test: impl Fn(&PlaceTerm) -> bool) -> Planned {
        entities(self.events().lookup.places.all().filter(|place| test(place)).map(|place| place.number))
    }

    fn sizes(&self, test: impl Fn(&SizeFacts) -> bool) -> Planned {
        let numbers = (0_u32..).zip(self.events().dictionary.sizes.values());
        Planned::Sizes(TermNumbers::of(numbers.filter(|(_, size)| test(size)).map(|(number, _)| number).collect()))
    }

    fn tolls(&self, toll: Toll, test: impl Fn(i64) -> bool) -> Planned {
        let is_meant = |term: &&Term| matches!(term, Term::Toll(own, people) if *own == toll && test(*people));
        self.terms(self.events().dictionary.terms().iter().filter(is_meant).cloned())
    }

    fn window(&self, times: &[(Moment, Stretch)]) -> Planned {
        let dictionary = &self.events().dictionary;
        let shapes = dictionary.shapes.values().iter().map(|shape| {
            let starts = times.iter().map(|(moment, stretch)| stretch.starts(*moment, shape));
            let common = starts.fold((i64::MIN, i64::MAX), |all, one| (all.0.max(one.0), all.1.min(one.1)));
            (common, shape.is_wide())
        });
        let wide = TermNumbers::of(dictionary.find(&Term::Wide).into_iter().collect());
        Planned::Window(InWindow { shapes: shapes.collect(), wide })
    }

    fn like(&self, property: Property, pattern: &Pattern) -> Planned {
        // Also what ceased has a slug by which it is known, but not to whoever never was to know of it.
        let everything = Sight { seq: i64::MAX, ..self.sight };
        let ids = |resource| {
            let is_like = |(id, entity): &(Uuid, &Entity)| {
                entity.resource == resource && pattern.matches(&entity.slug) && everything.has(*id)
            };
            let ids: Vec<Uuid> = everything.state.entities.iter().filter(is_like).map(|(id, _)| id).collect();
            Terms { any: ids, none: Vec::new() }
        };
        let named = match property {
            Property::Country | Property::Admin1 => return self.coded(property, |code| pattern.matches(code)),
            Property::Issue => {
                let issues = self
                    .events()
                    .dictionary
                    .terms()
                    .iter()
                    .filter(|term| matches!(term, Term::Issue(issue) if pattern.matches(issue)));
                return self.terms(issues.cloned());
            }
            Property::Actor => Named { actor: ids(Resource::Actor), ..Named::default() },
            Property::ActorWithin => Named { actor_within: ids(Resource::Actor), ..Named::default() },
            Property::Location => Named { location: ids(Resource::Location), ..Named::default() },
            Property::Campaign => Named { campaign: ids(Resource::Campaign), ..Named::default() },
            Property::Source => Named { source: ids(Resource::Source), ..Named::default() },
            _ => return NEVER,
        };
        if named.is_nothing() { NEVER } else { self.question(&EventQuery::default(), &named) }
    }

    /// The events of which a place lies where a code holds for which a test does.
    fn coded(&self, property: Property, test: impl Fn(&str) -> bool) -> Planned {
        let is_country = property == Property::Country;
        let all = self.sight.state.entities.codes().filter(|code| code.contains('-') != is_country);
        let codes: HashSet<&str> = all.filter(|code| test(code)).collect();
        if codes.is_empty() {
            return NEVER;
        }
        let any = Terms { any: codes.into_iter().map(str::to_owned).collect(), none: Vec::new() };
        let query = if is_country {
            EventQuery { country: any, ..EventQuery::default() }
        } else {
            EventQuery { admin1: any, ..EventQuery::default() }
        };
        self.question(&query, &Named::default())
    }
}

/// What is numbered in the order of time, by the first number of each instant.
fn told(times: &[(Moment, Stretch)], numbers: &HashMap<Instant, i64>, between: fn(u32, u32) -> Planned) -> Planned {
    let number = |instant| numbers.get(&instant).copied().unwrap_or_default();
    let (mut first, mut behind) = (0, i64::MAX);
    for (_, stretch) in times {
        first = stretch.begin().map_or(first, |instant| first.max(number(instant)));
        behind = stretch.end().map_or(behind, |instant| behind.min(number(instant)));
    }
    if first >= behind { NEVER } else { between(short(first), short(behind - 1)) }
}

fn entities(numbers: impl Iterator<Item = u32>) -> Planned {
    let wanted = Wanted::of(vec![Arc::new(TermNumbers::of(numbers.collect()))]);
    group(Group { any: Some(wanted), ..Group::default() })
}

fn group(group: Group) -> Planned {
    Planned::Group(Box::new(group))
}
