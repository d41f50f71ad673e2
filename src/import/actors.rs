//! Names as actors: bodies, office holders and groups. A private individual is never one.

use serde_json::{Value, json};

use super::bodies::{kind_of_body, known, office_holder};
use super::entities::Entities;
use super::persons::{Expecting, is_kind_of_people, may_be_person};
use super::slugs::slug;
use super::values::phrase;
use crate::domain::input::MAX_NAME;
use crate::domain::resource::Resource;
use crate::domain::vocabulary::ActorKind;

/// An actor as the mapper knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Kind, name and country make the slug, but for bodies that are well known.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ActorKind,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// The slug of the body it belongs to, which is well known too.
    pub parent: Option<&'static str>,
}

impl Actor {
    /// An actor of a country, by its code; without one, of none in particular.
    pub fn new(country: &str, kind: ActorKind, name: &str) -> Self {
        let slug = slug(&[country, kind.code(), name]);
        Self { slug, name: name.to_owned(), kind, aliases: &[], parent: None }
    }

    /// Adds its document, and that of the body it belongs to.
    pub fn add_to(&self, entities: &mut Entities) {
        if let Some(parent) = self.parent.and_then(known) {
            entities.add(Resource::Actor, &parent.slug, || document(&parent));
        }
        entities.add(Resource::Actor, &self.slug, || document(self));
    }
}

const PERSON: &str = "What may be the name of a private person never becomes an actor.";
const NO_KIND: &str = "What is not plainly a kind of people does not become a group.";
const TOO_LONG: &str = "A name of more than 300 characters is no name.";

fn document(actor: &Actor) -> Value {
    let mut document = json!({"slug": actor.slug, "name": actor.name, "kind": actor.kind.code()});
    if !actor.aliases.is_empty() {
        document["aliases"] = actor.aliases.into();
    }
    if let Some(parent) = actor.parent {
        document["parent_id"] = parent.into();
    }
    document
}

/// A body or an office holder of a country.
///
/// # Errors
/// Why it is none.
pub fn body(country: &str, item: &str, expecting: Expecting) -> Result<Actor, &'static str> {
    let name = tidy(item)?;
    if let Some(actor) = known(&name) {
        return Ok(actor);
    }
    if let Some(official) = office_holder(&name) {
        return Ok(Actor::new(country, ActorKind::PublicOfficial, &official));
    }
    if may_be_person(&name, expecting) {
        return Err(PERSON);
    }
    if expecting == Expecting::Anything && is_kind_of_people(&name) {
        return Err("A kind of people is no target that could be named without pointing at someone.");
    }
    let otherwise = if expecting == Expecting::Bodies { ActorKind::Organization } else { ActorKind::Unknown };
    Ok(Actor::new(country, kind_of_body(&name).unwrap_or(otherwise), &name))
}

/// A group without a name.
///
/// # Errors
/// Why it is none.
pub fn group(country: &str, item: &str) -> Result<Actor, &'static str> {
    let name = tidy(item)?;
    if !is_kind_of_people(&name) {
        return Err(NO_KIND);
    }
    let mut letters = name.chars();
    let name = letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    Ok(Actor::new(country, ActorKind::Participants, &name))
}

/// A name without signs around it.
///
/// # Errors
/// Where it is none.
pub fn tidy(item: &str) -> Result<String, &'static str> {
    if item.chars().count() > MAX_NAME {
        return Err(TOO_LONG);
    }
    let around = |c: char| c.is_whitespace() || matches!(c, '"' | '“' | '”' | '\'' | ',' | ':');
    Ok(phrase(item.trim_matches(around), MAX_NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug_of(item: &str, expecting: Expecting) -> Option<String> {
        body("us", item, expecting).ok().map(|actor| actor.slug)
    }

    #[test]
    fn bodies_have_slugs_of_country_kind_and_name() {
        let organizer = |item| slug_of(item, Expecting::Bodies);
        assert_eq!(organizer("Indivisible  Austin").as_deref(), Some("us-organization-indivisible-austin"));
        assert_eq!(organizer("“Indivisible Austin”"), organizer("indivisible austin"));
        assert_eq!(organizer("SEIU Local 1021").as_deref(), Some("us-union-seiu-local-1021"));
        assert_eq!(organizer("Jane Roe"), None);
        assert_eq!(organizer(&"x".repeat(301)), None);
    }

    #[test]
    fn targets_are_well_known_official_or_unknown_and_never_private() {
        let target = |item| slug_of(item, Expecting::Anything);
        assert_eq!(target("Immigration and Customs Enforcement").as_deref(), Some("ice"));
        assert_eq!(target("President Donald Trump").as_deref(), Some("donald-trump"));
        assert_eq!(target("Gov. Greg Abbott").as_deref(), Some("us-public-official-governor-greg-abbott"));
        assert_eq!(target("Starbucks").as_deref(), Some("us-unknown-starbucks"));
        assert_eq!((target("Greg Abbott"), target("Elon Musk"), target("immigrants")), (None, None, None));
    }

    #[test]
    fn groups_are_written_large_and_known_in_any_case() {
        let group = |item| group("us", item).ok().map(|actor| (actor.slug, actor.name));
        assert_eq!(
            group("high school students"),
            Some(("us-participants-high-school-students".into(), "High school students".into()))
        );
        assert_eq!(group("family of Tyre Nichols"), None);
    }
}
