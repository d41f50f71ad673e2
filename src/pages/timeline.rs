//! A timeline as a page.

use maud::{Markup, html};
use url::form_urlencoded;

use super::frame::{document, other_language};
use super::tongue::Tongue;
use super::{amounts, facts};
use crate::config::DatasetSettings;
use crate::domain::instant::Instant;
use crate::domain::timeline::TimelineContent;
use crate::formats::Form;
use crate::formats::told::Told;

/// What a page is made of.
pub struct TimelinePage<'a> {
    /// The language it speaks.
    pub tongue: Tongue,
    /// What the dataset calls itself.
    pub dataset: &'a DatasetSettings,
    /// The timeline's slug.
    pub slug: &'a str,
    /// The timeline.
    pub timeline: &'a TimelineContent,
    /// The events of this page, in order.
    pub events: &'a [Told],
    /// How many events the timeline has in all; nothing where that was not asked.
    pub total: Option<u64>,
    /// The addresses of the pages before and behind this one.
    pub neighbours: [Option<String>; 2],
    /// The language asked for, if any.
    pub lang: Option<&'a str>,
    /// The moment asked for, if any.
    pub as_of: Option<i64>,
    /// The operation that it shows.
    pub seq: i64,
    /// When that was recorded; nothing before the first.
    pub recorded_at: Option<Instant>,
}

impl TimelinePage<'_> {
    /// The page as HTML.
    pub fn html(&self) -> String {
        let title = format!("{} – {}", self.timeline.title, self.dataset.name);
        document(self.tongue, &title, &self.links(), &self.body())
    }

    /// Another form of the same timeline, from where the page is found, so that it holds behind any proxy.
    fn form(&self, ending: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.lang.map(|lang| ("lang", lang)));
        query.extend_pairs(self.as_of.map(|seq| ("as_of", seq.to_string())));
        let query = query.finish();
        let separator = if query.is_empty() { "" } else { "?" };
        format!("../../v1/timelines/{}/events{ending}{separator}{query}", self.slug)
    }

    fn links(&self) -> Markup {
        let title = &self.timeline.title;
        html! {
            @for form in [Form::Atom, Form::Ics, Form::Geojson] {
                link rel="alternate" type=(form.media_type()) title=(title) href=(self.form(&format!(".{}", form.extension())));
            }
            link rel="alternate" type="application/json" title=(title) href=(self.form(""));
        }
    }

    fn body(&self) -> Markup {
        let TimelineContent { title, description, language, .. } = self.timeline;
        let language = other_language(self.tongue, language.as_deref());
        html! {
            header {
                h1 lang=[language] dir="auto" { (title) }
                @if let Some(description) = description {
                    p.lead lang=[language] dir="auto" { (description) }
                }
                p.count { (self.count()) }
            }
            main {
                @if self.events.is_empty() {
                    p.empty { (self.tongue.pick("No events can be shown.", "No hay eventos que mostrar.")) }
                } @else {
                    // Without its marks a list is none for some screen readers, unless it says that it is.
                    ol.line role="list" { @for event in self.events { (facts::event(self.tongue, event, language)) } }
                }
                (self.further())
            }
            footer { (self.colophon()) }
        }
    }

    fn count(&self) -> String {
        let shown = i64::try_from(self.events.len()).unwrap_or(i64::MAX);
        let number = |number| amounts::number(self.tongue, number);
        let events = |count| {
            self.tongue.pick(if count == 1 { "event" } else { "events" }, if count == 1 { "evento" } else { "eventos" })
        };
        match self.total.and_then(|total| i64::try_from(total).ok()) {
            Some(total) if total > shown => {
                format!("{} {} {} {}", number(shown), self.tongue.pick("of", "de"), number(total), events(total))
            }
            _ => format!("{} {}", number(shown), events(shown)),
        }
    }

    /// The way to the other pages.
    fn further(&self) -> Markup {
        let [before, behind] = &self.neighbours;
        html! {
            @if before.is_some() || behind.is_some() {
                nav aria-label=(self.tongue.pick("Pages", "Páginas")) {
                    @if let Some(before) = before {
                        a rel="prev" href=(before) { (self.tongue.pick("Previous events", "Eventos anteriores")) }
                    }
                    @if let Some(behind) = behind {
                        a rel="next" href=(behind) { (self.tongue.pick("More events", "Más eventos")) }
                    }
                }
            }
        }
    }

    /// Whose data it is, of when, and in which other forms it can be had.
    fn colophon(&self) -> Markup {
        let DatasetSettings { name, licence, attribution, .. } = self.dataset;
        let said = |english, spanish| self.tongue.pick(english, spanish);
        let forms = [
            ("JSON", ""),
            ("CSV", ".csv"),
            (said("calendar", "calendario"), ".ics"),
            (said("feed", "noticias"), ".atom"),
        ];
        html! {
            p {
                (said("Data: ", "Datos: ")) bdi { (name) }
                @if let Some(attribution) = attribution { ", " bdi { (attribution) } }
                @if let Some(licence) = licence { " · " (said("licence", "licencia")) " " bdi { (licence) } }
            }
            p {
                (said("As recorded at revision ", "Según la revisión ")) (self.seq)
                @if let Some(at) = self.recorded_at {
                    @let at = at.to_datetime();
                    ", " time datetime=(at.format("%Y-%m-%dT%H:%M:%SZ")) { (at.format("%Y-%m-%d %H:%M")) " UTC" }
                }
            }
            p {
                (said("Also as ", "También como "))
                @for (position, (name, ending)) in forms.into_iter().enumerate() {
                    @if position > 0 { " · " }
                    a href=(self.form(ending)) target="_blank" rel="noopener" { (name) }
                }
            }
        }
    }
}
