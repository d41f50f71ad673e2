//! What happens to values when members are merged or split: what a survivor takes over, and how those who referred to a
//! member that ceased refer to what took its place.

use std::collections::HashSet;

use uuid::Uuid;

use super::content::Content;
use super::event::EventContent;

/// Puts other ids in the place of one in a list: each item that has it is repeated for each of them, but where the list
/// has such an item already.
fn replace<T: Clone>(
    items: &mut Vec<T>,
    from: Uuid,
    to: &[Uuid],
    id: impl Fn(&mut T) -> &mut Uuid,
    same: impl Fn(&T, &T) -> bool,
) {
    if !items.iter_mut().any(|item| *id(item) == from) {
        return;
    }
    let (mut replaced, mut kept): (Vec<T>, Vec<T>) = (Vec::new(), Vec::with_capacity(items.len()));
    for mut item in std::mem::take(items) {
        if *id(&mut item) == from {
            replaced.extend(to.iter().map(|to| {
                let mut item = item.clone();
                *id(&mut item) = *to;
                item
            }));
        } else {
            replaced.push(item);
        }
    }
    for item in replaced {
        if !kept.iter().any(|other| same(other, &item)) {
            kept.push(item);
        }
    }
    *items = kept;
}

/// Adds the items that a list does not have yet.
fn add<T: Clone>(items: &mut Vec<T>, more: &[T], same: impl Fn(&T, &T) -> bool) {
    for item in more {
        if !items.iter().any(|known| same(known, item)) {
            items.push(item.clone());
        }
    }
}

fn replace_one(value: &mut Option<Uuid>, from: Uuid, to: &[Uuid]) {
    if *value == Some(from) {
        *value = to.first().copied();
    }
}

impl Content {
    /// The ids of everything that it refers to.
    pub fn references(&self) -> HashSet<Uuid> {
        match self {
            Self::Event(event) => {
                let evidence = event.evidence.iter().flat_map(|item| item.about.into_iter().chain([item.source]));
                let places = event.places.iter().map(|place| place.location);
                let actors = event.actors.iter().map(|part| part.actor);
                let links = event.links.iter().map(|link| link.event);
                let lists = event.campaigns.iter().chain(&event.sources).copied();
                lists.chain(places).chain(actors).chain(links).chain(evidence).collect()
            }
            Self::Actor(actor) => actor.parent.into_iter().collect(),
            Self::Location(location) => location.parent.into_iter().collect(),
            Self::Source(source) => {
                let monitored = source.coverage.iter().map(|entry| entry.location);
                source.syndicated_from.into_iter().chain(monitored).collect()
            }
            Self::Campaign(_) => HashSet::new(),
            Self::Timeline(timeline) => timeline.entries.iter().map(|entry| entry.event_id).collect(),
        }
    }

    /// Lets it refer to other members instead of one; a reference that can be to one only is to the first.
    pub fn hand_over(&mut self, from: Uuid, to: &[Uuid]) {
        match self {
            Self::Event(event) => {
                replace(&mut event.places, from, to, |place| &mut place.location, PartialEq::eq);
                replace(&mut event.actors, from, to, |part| &mut part.actor, PartialEq::eq);
                replace(&mut event.campaigns, from, to, |id| id, PartialEq::eq);
                replace(&mut event.sources, from, to, |id| id, PartialEq::eq);
                replace(
                    &mut event.links,
                    from,
                    to,
                    |link| &mut link.event,
                    |one, other| (one.relation, one.event) == (other.relation, other.event),
                );
                for item in &mut event.evidence {
                    replace_one(&mut item.about, from, to);
                    if let Some(first) = to.first().filter(|_| item.source == from) {
                        item.source = *first;
                    }
                }
            }
            Self::Actor(actor) => replace_one(&mut actor.parent, from, to),
            Self::Location(location) => replace_one(&mut location.parent, from, to),
            Self::Source(source) => {
                replace_one(&mut source.syndicated_from, from, to);
                replace(&mut source.coverage, from, to, |entry| &mut entry.location, PartialEq::eq);
            }
            Self::Campaign(_) => {}
            Self::Timeline(timeline) => replace(
                &mut timeline.entries,
                from,
                to,
                |entry| &mut entry.event_id,
                |one, other| one.event_id == other.event_id,
            ),
        }
    }

    /// Takes over what another member of the same resource has that is no statement of its editor: other names, ids of
    /// other collections, what a source monitors, and of an event also sources, evidence and links. Its own values stay as they are.
    pub fn take_in(&mut self, own_id: Uuid, other_id: Uuid, other: &Self) {
        let parent_of = |parent: &mut Option<Uuid>, others: Option<Uuid>| {
            if *parent == Some(other_id) {
                *parent = others.filter(|id| *id != own_id);
            }
        };
        match (self, other) {
            (Self::Event(event), Self::Event(other)) => take_in_event(event, own_id, other_id, other),
            (Self::Actor(actor), Self::Actor(other)) => {
                parent_of(&mut actor.parent, other.parent);
                add(&mut actor.external_ids, &other.external_ids, PartialEq::eq);
                let own_name = actor.name.clone();
                let names: Vec<String> = std::iter::once(&other.name).chain(&other.aliases).cloned().collect();
                add(&mut actor.aliases, &names, PartialEq::eq);
                actor.aliases.retain(|alias| *alias != own_name);
            }
            (Self::Location(location), Self::Location(other)) => {
                parent_of(&mut location.parent, other.parent);
                add(&mut location.external_ids, &other.external_ids, PartialEq::eq);
            }
            (Self::Source(source), Self::Source(other)) => {
                parent_of(&mut source.syndicated_from, other.syndicated_from);
                add(&mut source.coverage, &other.coverage, PartialEq::eq);
            }
            (Self::Campaign(campaign), Self::Campaign(other)) => {
                let own_name = campaign.name.clone();
                let names: Vec<String> = std::iter::once(&other.name).chain(&other.aliases).cloned().collect();
                add(&mut campaign.aliases, &names, PartialEq::eq);
                campaign.aliases.retain(|alias| *alias != own_name);
            }
            (Self::Timeline(timeline), Self::Timeline(other)) if timeline.query.is_none() => {
                add(&mut timeline.entries, &other.entries, |one, other| one.event_id == other.event_id);
            }
            _ => {}
        }
    }
}

fn take_in_event(event: &mut EventContent, own_id: Uuid, other_id: Uuid, other: &EventContent) {
    add(&mut event.sources, &other.sources, PartialEq::eq);
    add(&mut event.external_ids, &other.external_ids, PartialEq::eq);
    add(&mut event.evidence, &other.evidence, |one, other| one.id == other.id);
    add(&mut event.links, &other.links, |one, other| (one.relation, one.event) == (other.relation, other.event));
    event.links.retain(|link| link.event != own_id && link.event != other_id);
}
