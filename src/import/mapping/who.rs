//! Who took part in an event, and who says so.

use serde_json::{Value, json};

use super::build::Builder;
use super::row::Row;
use super::spec::{Each, Fields, column_of};
use crate::domain::input::{MAX_ITEMS, MAX_NAME, MAX_TEXT, MAX_TITLE};
use crate::domain::resource::{Resource, Slug};
use crate::domain::vocabulary::{ActorKind, ActorRole, SourceKind};
use crate::import::actors::{Actor, body, group, tidy};
use crate::import::persons::{Expecting, may_be_person};
use crate::import::slugs::slug_with_digest;
use crate::import::sources::source;
use crate::import::values::phrase;

impl Builder<'_> {
    /// The actors; those of a fallback as far as none before them is the same. Where a kind is told, a name is taken as of that kind, unless it may be a person's; else rules decide what
    /// it is. A private individual is never one.
    pub fn actors(&mut self) -> Vec<Value> {
        let mut list: Vec<(String, ActorRole)> = Vec::new();
        for (Each { of: fields, is_fallback, .. }, row) in self.items(&self.mapping.actors) {
            let names = self.all("actors", fields, "name", &row);
            if names.is_empty() {
                continue;
            }
            let kinds = self.all("actors", fields, "kind", &row);
            let own = self.first("actors", fields, "slug", &row);
            let country = self.first("actors", fields, "country", &row).unwrap_or_default();
            let role = self.first("actors", fields, "role", &row);
            let role = self.code("actors.role", role, ActorRole::parse).unwrap_or(ActorRole::Participant);
            let how = self.first("actors", fields, "names", &row).unwrap_or_default();
            for (position, name) in names.iter().enumerate() {
                let told = kinds.get(position).or(kinds.first()).cloned();
                let is_told = told.is_some();
                let kind = self.code("actors.kind", told, ActorKind::parse);
                if is_told && kind.is_none() {
                    // It may say that it is a person.
                    let column = column_of(fields, "name", &row);
                    self.reader.notes.lose(&column, "An actor of a kind that is not known never becomes one.");
                    continue;
                }
                let own = own.as_deref().filter(|own| names.len() == 1 && Slug::parse(own).is_some());
                match actor(&country.to_lowercase(), name, kind, own, &how) {
                    Ok(actor) => {
                        let is_named =
                            list.iter().any(|(slug, known)| *slug == actor.slug && (*is_fallback || *known == role));
                        if list.len() < MAX_ITEMS && !is_named {
                            actor.add_to(self.entities);
                            list.push((actor.slug, role));
                        }
                    }
                    Err(reason) => {
                        let column = column_of(fields, "name", &row);
                        self.reader.notes.lose(&column, reason);
                    }
                }
            }
        }
        list.into_iter().map(|(slug, role)| json!({"actor": {"id": slug}, "role": role.code()})).collect()
    }

    /// Who says so. The collection itself is named only where a record names nobody: beside a newspaper it would make two
    /// publishers of one report, and the event corroborated.
    pub fn sources(&mut self) -> Vec<String> {
        let mut slugs: Vec<String> = Vec::new();
        for (Each { of: fields, is_fallback, .. }, row) in self.items(&self.mapping.sources) {
            if *is_fallback && !slugs.is_empty() {
                continue;
            }
            let any = self.all("sources", fields, "any", &row);
            let mut found: Vec<String> = any.iter().map(|cell| source(cell, self.entities)).collect();
            found.extend(self.told_source(fields, &row));
            for slug in found {
                if slugs.len() < MAX_ITEMS && !slugs.contains(&slug) {
                    slugs.push(slug);
                }
            }
        }
        if slugs.is_empty() {
            slugs.push(self.dataset());
        }
        slugs
    }

    fn told_source(&mut self, fields: &Fields, row: &Row<'_>) -> Option<String> {
        let mut text = |name: &'static str| self.first("sources", fields, name, row);
        let (own, publisher, title, url, kind) =
            (text("slug"), text("publisher"), text("title"), text("url"), text("kind"));
        let publisher = phrase(&publisher?, MAX_NAME);
        let kind = self.code("sources.kind", kind, SourceKind::parse).unwrap_or(SourceKind::Other);
        let title = title.map(|title| phrase(&title, MAX_TITLE));
        let url = url.filter(|url| {
            url.len() <= MAX_TEXT && url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
        });
        let own = own.filter(|own| Slug::parse(own).is_some());
        let slug = own.unwrap_or_else(|| {
            let of = [Some(&publisher), title.as_ref(), url.as_ref()].map(|part| part.cloned().unwrap_or_default());
            slug_with_digest(&[&publisher], &of.join("\u{1f}"))
        });
        self.entities.add(
            Resource::Source,
            &slug,
            || json!({"slug": slug, "publisher": publisher, "title": title, "url": url, "kind": kind.code()}),
        );
        Some(slug)
    }

    /// The collection as a source.
    pub fn dataset(&mut self) -> String {
        let dataset = &self.mapping.dataset;
        self.entities.add(Resource::Source, &dataset.slug, || {
            let mut source = json!({"slug": dataset.slug, "publisher": dataset.publisher});
            for (name, text) in [("title", &dataset.title), ("url", &dataset.url)] {
                if let Some(text) = text {
                    source[name] = text.as_str().into();
                }
            }
            source["kind"] = SourceKind::Dataset.code().into();
            source
        });
        dataset.slug.clone()
    }
}

/// A name as an actor. `how` tells what the names are of: `bodies` (the names of bodies), `anything`, `groups` (kinds of
/// people), `groups_or_bodies`, or `codes`: names that the mapping itself gives, which are nobody's own.
fn actor(
    country: &str,
    name: &str,
    kind: Option<ActorKind>,
    own: Option<&str>,
    how: &str,
) -> Result<Actor, &'static str> {
    let mut actor = match how {
        "anything" => body(country, name, Expecting::Anything)?,
        "groups" => group(country, name)?,
        "groups_or_bodies" => group(country, name).or_else(|_| body(country, name, Expecting::Bodies))?,
        "codes" => Actor::new(country, kind.unwrap_or(ActorKind::Unknown), &tidy(name)?),
        _ => match kind {
            // A group's name begins with a kind of people, and an office holder is no private person.
            Some(kind) => {
                let name = tidy(name)?;
                let is_office = kind == ActorKind::PublicOfficial;
                if !is_office && own.is_none() && may_be_person(&name, Expecting::Bodies) {
                    return Err("What may be the name of a private person never becomes an actor.");
                }
                Actor::new(country, kind, &name)
            }
            None => body(country, name, Expecting::Bodies)?,
        },
    };
    if let Some(own) = own {
        own.clone_into(&mut actor.slug);
        (actor.aliases, actor.parent) = (&[], None);
    }
    Ok(actor)
}
