//! Filters of locations and campaigns. Those are few, and the lists of them look at each anyway: so a filter is held against one after
//! the other, with the three truths as they are.

use std::borrow::Cow;

use uuid::Uuid;

use super::properties::{Asked, Kind, Naming};
use super::times::Moment;
use super::{Filter, Test, Tree};
use crate::domain::campaign::CampaignContent;
use crate::domain::codes;
use crate::domain::place::{LocationContent, Point};
use crate::domain::privacy::Clearance;
use crate::domain::resource::Resource;
use crate::domain::vocabulary::LocationKind;
use crate::domain::window::TimeFacts;
use crate::index::Index;
use crate::index::dictionary::Shape;
use crate::index::entities::{Entity, EntityContent, Moment as Names};
use crate::index::sight::Sight;
use crate::query::named::Named;

codes! {
    /// What a filter of locations can ask about.
    pub enum LocationProperty {
        /// The location's id.
        Id = "id",
        /// The slug.
        Slug = "slug",
        /// The name.
        Name = "name",
        /// The level: from `country`, the highest, to `venue`.
        Kind = "kind",
        /// What it is or lies in, by id or slug.
        Location = "location",
        /// The country, by its code.
        Country = "country",
        /// The first-level division, by its code.
        Admin1 = "admin1",
        /// The time zone.
        TimeZone = "time_zone",
        /// The radius of the circle that it lies in, in metres.
        RadiusM = "radius_m",
        /// The ids that other collections gave it, as scheme:id.
        ExternalId = "external_id",
        /// When the version was recorded.
        RecordedAt = "recorded_at",
        /// The point that stands for it on a map.
        Geometry = "geometry",
    }
}

codes! {
    /// What a filter of campaigns can ask about.
    pub enum CampaignProperty {
        /// The campaign's id.
        Id = "id",
        /// The slug.
        Slug = "slug",
        /// The name.
        Name = "name",
        /// Other names.
        Aliases = "aliases",
        /// The first moment in which it may have begun.
        Start = "start",
        /// The last moment in which it may have been going on.
        End = "end",
        /// From `start` to `end`.
        When = "when",
        /// When the version was recorded.
        RecordedAt = "recorded_at",
    }
}

impl Asked for LocationProperty {
    const ALL: &'static [Self] = Self::ALL;

    fn parse(name: &str) -> Option<Self> {
        Self::parse(name)
    }

    fn kind(self) -> Kind {
        match self {
            Self::RadiusM => Kind::Metres,
            Self::RecordedAt => Kind::Instant,
            Self::Geometry => Kind::Geometry,
            _ => Kind::Names,
        }
    }

    fn naming(self) -> Naming {
        match self {
            Self::Id => Naming::Ids,
            Self::Location => Naming::Question("location"),
            Self::Country => Naming::Text(Some("country")),
            Self::Admin1 => Naming::Text(Some("admin1")),
            _ => Naming::Text(None),
        }
    }

    fn codes(self) -> Option<&'static [&'static str]> {
        (self == Self::Kind).then_some(LocationKind::CODES)
    }

    fn rank(self, code: &str) -> Option<u8> {
        LocationKind::parse(code).filter(|_| self == Self::Kind).map(|kind| kind as u8)
    }

    fn moments(self) -> Option<(Moment, Moment)> {
        (self == Self::RecordedAt).then_some((Moment::Recorded, Moment::Recorded))
    }
}

impl Asked for CampaignProperty {
    const ALL: &'static [Self] = Self::ALL;

    fn parse(name: &str) -> Option<Self> {
        Self::parse(name)
    }

    fn kind(self) -> Kind {
        match self {
            Self::Start | Self::End | Self::RecordedAt => Kind::Instant,
            Self::When => Kind::Stretch,
            _ => Kind::Names,
        }
    }

    fn naming(self) -> Naming {
        if self == Self::Id { Naming::Ids } else { Naming::Text(None) }
    }

    fn codes(self) -> Option<&'static [&'static str]> {
        None
    }

    fn rank(self, _: &str) -> Option<u8> {
        None
    }

    fn moments(self) -> Option<(Moment, Moment)> {
        Some(match self {
            Self::Start => (Moment::Start, Moment::Start),
            Self::End => (Moment::End, Moment::End),
            Self::When => (Moment::Start, Moment::End),
            Self::RecordedAt => (Moment::Recorded, Moment::Recorded),
            _ => return None,
        })
    }
}

/// What a member tells of a property.
pub enum Value<'a> {
    /// Which one it is, or which ones it lies in with itself.
    Ids(Vec<Uuid>),
    /// One text or several.
    Texts(Vec<Cow<'a, str>>),
    /// A number.
    Number(f64),
    /// A stretch of time of this shape, by the microsecond with which it may begin.
    Time(i64, Shape),
    /// A point.
    Point(Point),
}

impl<'a> Value<'a> {
    fn text(text: &'a str) -> Self {
        Self::Texts(vec![Cow::Borrowed(text)])
    }

    fn texts(texts: impl Iterator<Item = Cow<'a, str>>) -> Option<Self> {
        let texts: Vec<_> = texts.collect();
        (!texts.is_empty()).then_some(Self::Texts(texts))
    }

    fn recorded(member: &Member<'a>) -> Option<Self> {
        let version = member.entity.at(member.names.seq())?;
        Some(Self::Time(version.recorded_at.micros(), Shape::default()))
    }
}

/// A member at one moment.
pub struct Member<'a> {
    id: Uuid,
    entity: &'a Entity,
    names: Names<'a>,
}

/// What filters are held against.
pub trait Filtered: EntityContent + 'static {
    /// What can be asked about.
    type Property: Asked;

    /// What one tells of a property; `None` where it has no value.
    fn value<'a>(&'a self, member: &Member<'a>, property: Self::Property) -> Option<Value<'a>>;
}

impl Filtered for LocationContent {
    type Property = LocationProperty;

    fn value<'a>(&'a self, member: &Member<'a>, property: LocationProperty) -> Option<Value<'a>> {
        let Member { id, entity, names } = *member;
        match property {
            LocationProperty::Id => Some(Value::Ids(vec![id])),
            LocationProperty::Location => Some(Value::Ids(names.line(id).collect())),
            LocationProperty::Slug => Some(Value::text(&entity.slug)),
            LocationProperty::Name => Some(Value::text(&self.name)),
            LocationProperty::Kind => Some(Value::text(self.kind.code())),
            LocationProperty::Country => names.inherited(id, |above| above.country.as_deref()).map(Value::text),
            LocationProperty::Admin1 => names.inherited(id, |above| above.admin1.as_deref()).map(Value::text),
            LocationProperty::TimeZone => names.inherited(id, |above| above.time_zone.as_deref()).map(Value::text),
            LocationProperty::RadiusM => self.radius_m.map(Value::Number),
            LocationProperty::ExternalId => {
                Value::texts(self.external_ids.iter().map(|known| format!("{}:{}", known.scheme, known.id).into()))
            }
            LocationProperty::RecordedAt => Value::recorded(member),
            LocationProperty::Geometry => self.dot().map(Value::Point),
        }
    }
}

impl Filtered for CampaignContent {
    type Property = CampaignProperty;

    fn value<'a>(&'a self, member: &Member<'a>, property: CampaignProperty) -> Option<Value<'a>> {
        match property {
            CampaignProperty::Id => Some(Value::Ids(vec![member.id])),
            CampaignProperty::Slug => Some(Value::text(&member.entity.slug)),
            CampaignProperty::Name => Some(Value::text(&self.name)),
            CampaignProperty::Aliases => Value::texts(self.aliases.iter().map(|alias| alias.as_str().into())),
            CampaignProperty::Start | CampaignProperty::End | CampaignProperty::When => {
                let start = self.when.start.as_ref()?.earliest.micros();
                Some(Value::Time(start, Shape::of(start, &TimeFacts::of(&self.when)?)))
            }
            CampaignProperty::RecordedAt => Value::recorded(member),
        }
    }
}

impl<P: Asked> Filter<P> {
    /// The same at one moment, where names of locations have become ids. Others may write between two conditions.
    #[must_use]
    pub fn at(&self, named: &[Named], index: &Index, seq: i64, clearance: Clearance) -> Self {
        let tree = self.tree.map(&|property: P, test: &Test| {
            let ids: Vec<Uuid> = match (property.naming(), test) {
                (Naming::Question(_), Test::Question(number)) => {
                    named.get(*number).map_or_else(Vec::new, |named| named.location.any.clone())
                }
                (Naming::Question(_), Test::Like(pattern)) => {
                    let state = index.read();
                    // Also what ceased, or was not there yet, has a slug by which it is known, as it is by its id.
                    let everything = Sight { state: &state, seq: i64::MAX, clearance };
                    let is_like = |(id, entity): &(Uuid, &Entity)| {
                        entity.resource == Resource::Location && pattern.matches(&entity.slug) && everything.has(*id)
                    };
                    state.entities.iter().filter(is_like).map(|(id, _)| id).collect()
                }
                _ => return test.clone(),
            };
            let state = index.read();
            let names = state.entities.at(seq);
            Test::Ids(ids.into_iter().map(|id| names.survivor(id)).collect())
        });
        Self { tree, questions: self.questions.clone() }
    }

    /// Whether a member meets it; it must have been made one of the moment.
    pub fn is_met<C: Filtered<Property = P>>(&self, id: Uuid, names: Names<'_>) -> bool {
        names.values::<C>(id).is_some_and(|(entity, content)| {
            self.truth(&self.tree, content, &Member { id, entity, names }) == Some(true)
        })
    }

    /// Whether something is true of a member; `None` where that is not known.
    fn truth<C: Filtered<Property = P>>(&self, tree: &Tree<P>, content: &C, member: &Member<'_>) -> Option<bool> {
        let truths = |parts: &[Tree<P>], decisive: bool| {
            let mut joined = Some(!decisive);
            for part in parts {
                match self.truth(part, content, member) {
                    Some(truth) if truth == decisive => return Some(decisive),
                    Some(_) => {}
                    None => joined = None,
                }
            }
            joined
        };
        match tree {
            Tree::All(parts) => truths(parts, false),
            Tree::Any(parts) => truths(parts, true),
            Tree::Not(inner) => self.truth(inner, content, member).map(|truth| !truth),
            Tree::Is(property, Test::Null) => Some(content.value(member, *property).is_none()),
            Tree::Is(property, test) => content.value(member, *property).map(|value| self.meets(test, &value)),
        }
    }

    /// Whether a value meets a test.
    fn meets(&self, test: &Test, value: &Value<'_>) -> bool {
        match (test, value) {
            (Test::Ids(wanted), Value::Ids(ids)) => ids.iter().any(|id| wanted.contains(id)),
            (Test::Texts(wanted), Value::Texts(texts)) => texts.iter().any(|text| wanted.contains(text.as_ref())),
            (Test::Like(pattern), Value::Texts(texts)) => texts.iter().any(|text| pattern.matches(text)),
            (Test::Number(comparison, number), Value::Number(own)) => {
                own.partial_cmp(number).is_some_and(|order| comparison.holds(order))
            }
            (Test::Times(times), Value::Time(start, shape)) => times.iter().all(|(moment, stretch)| {
                let (first, last) = stretch.starts(*moment, shape);
                (first..=last).contains(start)
            }),
            (Test::Question(number), Value::Point(point)) => {
                self.questions.get(*number).is_some_and(|question| question.query.area.contains(*point))
            }
            _ => false,
        }
    }
}
