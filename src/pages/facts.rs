//! What a page says of one event.

use maud::{Markup, html};

use super::frame::other_language;
use super::tongue::Tongue;
use super::{amounts, dates, labels};
use crate::domain::count::{ByGroup, Count, Outcomes};
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{Category, EventStatus};
use crate::formats::markup::web_address;
use crate::formats::told::{Told, ToldPlace, ToldSource};

/// An event as an item of a list; captions are in the language of the timeline.
pub fn event(tongue: Tongue, event: &Told, caption_language: Option<&str>) -> Markup {
    let heading = format!("e-{}", event.id);
    let language = other_language(tongue, event.language.as_deref());
    html! {
        li.event data-category=(event.category.code()) data-status=(event.status.code()) {
            article aria-labelledby=(heading) {
                p.when { (dates::when(tongue, &event.when)) }
                div.told {
                    h2 id=(heading) lang=[language] dir="auto" { (event.title) }
                    p.kind { (kinds(tongue, event)) (cautions(tongue, event)) }
                    @if let Some(caption) = &event.caption {
                        p.caption lang=[caption_language] dir="auto" { (caption) }
                    }
                    @if let Some(summary) = &event.summary {
                        p.summary lang=[language] dir="auto" { (summary) }
                    }
                    dl { (facts(tongue, event)) }
                }
            }
        }
    }
}

/// What it was.
fn kinds(tongue: Tongue, event: &Told) -> Markup {
    let tactics = event.tactics.iter().map(|tactic| tongue.label(tactic.label()).to_lowercase());
    let types: Vec<String> =
        std::iter::once(tongue.label(event.event_type.label()).to_owned()).chain(tactics).collect();
    html! { (types.join(", ")) }
}

/// What must be seen beside a title: that it did not simply happen, or that it is in dispute.
fn cautions(tongue: Tongue, event: &Told) -> Markup {
    html! {
        @if event.status != EventStatus::Happened {
            " " strong.mark data-status=(event.status.code()) { (tongue.label(labels::status(event.status))) }
        }
        @if event.verification == Verification::Disputed {
            " " strong.mark { (tongue.label(labels::verification(event.verification))) }
        }
    }
}

fn facts(tongue: Tongue, event: &Told) -> Markup {
    let said = |english, spanish| tongue.pick(english, spanish);
    html! {
        @if !event.places.is_empty() {
            (fact(said("Where", "Dónde"), html! { @for item in &event.places { p { (place(tongue, item)) } } }))
        }
        @if !event.actors.is_empty() {
            (fact(said("Who", "Quién"), html! {
                @for (position, part) in event.actors.iter().enumerate() {
                    @if position > 0 { ", " }
                    bdi { (part.actor.name) } " " span.aside { "(" (tongue.label(labels::role(part.role))) ")" }
                }
            }))
        }
        @if let Some(size) = &event.size {
            (fact(said("How many", "Cuántos"), html! { bdi { (amounts::size(tongue, size)) } }))
        } @else if event.category == Category::Demonstration {
            (fact(said("How many", "Cuántos"), html! { (said("not reported", "no se informó")) }))
        }
        @for (name, number) in outcomes(tongue, event.outcomes.as_ref()) {
            (fact(name, html! { (amounts::count(tongue, number)) }))
        }
        (fact(said("How sure", "Certeza"), html! {
            (tongue.label(labels::verification(event.verification)))
            @if event.privacy.as_ref().is_some_and(|privacy| privacy.coarsened) {
                ". " (said(
                    "Told less exactly than it is known, to protect people.",
                    "Se cuenta con menos detalle del que se conoce, para proteger a las personas.",
                ))
            }
        }))
        @if !event.sources.is_empty() {
            (fact(said("Sources", "Fuentes"), html! {
                ul { @for item in &event.sources { li { (source(tongue, item)) } } }
            }))
        }
    }
}

fn fact(name: &str, value: Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

fn place(tongue: Tongue, place: &ToldPlace) -> Markup {
    html! {
        bdi { (place.location.name) }
        @for step in place.location.path.iter().rev() { ", " bdi { (step.name) } }
        @if let Some(precision) = labels::precision(place.precision) {
            " " span.aside { "(" (tongue.label(precision)) ")" }
        }
    }
}

/// Numbers of people that something happened to, as far as any is reported.
fn outcomes(tongue: Tongue, outcomes: Option<&Outcomes>) -> impl Iterator<Item = (&'static str, Count)> {
    let groups = |by: &ByGroup, names: [(&'static str, &'static str); 4]| {
        [by.participants, by.police, by.others, by.unspecified].into_iter().zip(names)
    };
    let all = outcomes.into_iter().flat_map(move |outcomes| {
        let held =
            [(outcomes.arrests, ("Arrested", "Detenidos formalmente")), (outcomes.detained, ("Held", "Retenidos"))];
        let injured = groups(
            &outcomes.injuries,
            [
                ("Injured participants", "Participantes heridos"),
                ("Injured officers", "Agentes heridos"),
                ("Others injured", "Otras personas heridas"),
                ("Injured", "Heridos"),
            ],
        );
        let dead = groups(
            &outcomes.deaths,
            [
                ("Participants who died", "Participantes muertos"),
                ("Officers who died", "Agentes muertos"),
                ("Others who died", "Otras personas muertas"),
                ("Died", "Muertos"),
            ],
        );
        held.into_iter().chain(injured).chain(dead)
    });
    all.filter_map(move |(number, (english, spanish))| Some((tongue.pick(english, spanish), number?)))
}

/// A source, with a link where it has an address on the web. It opens beside the page, which most often stands in a frame.
fn source(tongue: Tongue, source: &ToldSource) -> Markup {
    let name = html! {
        bdi { (source.publisher) }
        @if let Some(title) = &source.title { ": " bdi { (title) } }
    };
    html! {
        @match source.url.as_deref().and_then(web_address) {
            Some(address) => a href=(address) target="_blank" rel="noopener noreferrer" {
                (name)
                span.unseen { " (" (tongue.pick("opens a new tab", "se abre en otra pestaña")) ")" }
            },
            None => (name),
        }
    }
}
