//! Events as `TimelineJS3` takes them: slides with a date that it can place. Its fields are HTML.

use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{Datelike, Timelike};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::dates::{Plain, Unit, plain};
use super::markup::{escaped, web_address};
use super::told::Told;
use super::{About, Writer, words};
use crate::store::error::StoreError;

/// Its media type.
pub const MEDIA_TYPE: &str = "application/json";

/// A timeline as `TimelineJS3` takes it. Text is HTML, in which nothing of an event is markup.
#[derive(Serialize, ToSchema)]
pub struct Slides {
    /// The first slide.
    pub title: SlideTitle,
    /// The events that have a date which can be placed, in order.
    pub events: Vec<Slide>,
    /// How many events were left out: those without a date, and those known only to a season, a decade or an open stretch.
    #[schema(example = 1, minimum = 0)]
    pub left_out: u64,
}

/// The first slide.
#[derive(Serialize, ToSchema)]
pub struct SlideTitle {
    /// What it says.
    pub text: SlideText,
    /// The picture on it; only there where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub media: Option<SlideMedia>,
}

/// A picture.
#[derive(Serialize, ToSchema)]
pub struct SlideMedia {
    /// Its address.
    #[schema(example = "https://example.org/cover.jpg")]
    pub url: String,
}

/// What a slide says, as HTML.
#[derive(Serialize, ToSchema)]
pub struct SlideText {
    /// The title.
    #[schema(example = "“ICE Out” rally in downtown Los Angeles")]
    pub headline: String,
    /// What is below it.
    #[schema(example = "<p>A largely peaceful rally on two days.</p>")]
    pub text: String,
}

/// An event.
#[derive(Serialize, ToSchema)]
pub struct Slide {
    /// The event's id.
    #[schema(example = "019c1159-7000-7000-8000-0000000000e4")]
    pub unique_id: Uuid,
    /// When it began.
    pub start_date: SlideDate,
    /// When it ended; only there where that was reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub end_date: Option<SlideDate>,
    /// The date in words, where it is not sure; only there then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "about 2026-01")]
    pub display_date: Option<String>,
    /// What it says.
    pub text: SlideText,
    /// The row that it stands in: the event's category.
    #[schema(example = "demonstration")]
    pub group: String,
}

/// A date as far as it is known, by the calendar and the clock of the event.
#[derive(Serialize, ToSchema)]
pub struct SlideDate {
    /// The year.
    #[schema(example = 2026)]
    pub year: i32,
    /// The month, from 1; only there where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 1)]
    pub month: Option<u32>,
    /// The day of the month; only there where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 30)]
    pub day: Option<u32>,
    /// The hour of the day; only there where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 18)]
    pub hour: Option<u32>,
    /// The minute of the hour; only there where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 30)]
    pub minute: Option<u32>,
}

impl From<Plain> for SlideDate {
    fn from(date: Plain) -> Self {
        let (first, unit) = (date.first, date.unit);
        let clock = if let Unit::Time(clock) = unit { Some(clock) } else { None };
        Self {
            year: first.year(),
            month: (unit >= Unit::Month).then(|| first.month()),
            day: (unit >= Unit::Day).then(|| first.day()),
            hour: clock.map(|clock| clock.hour()),
            minute: clock.map(|clock| clock.minute()),
        }
    }
}

/// Writes slides.
pub struct Slideshow {
    about: Arc<About>,
    is_first: bool,
    left_out: u64,
}

impl Slideshow {
    /// The slides of a list.
    pub const fn new(about: Arc<About>) -> Self {
        Self { about, is_first: true, left_out: 0 }
    }

    fn slide(&self, event: &Told) -> Option<Slide> {
        let (start, end) = plain(event)?;
        let is_sure = !start.is_qualified && end.is_none_or(|end| !end.is_qualified);
        Some(Slide {
            unique_id: event.id,
            start_date: start.into(),
            end_date: end.map(SlideDate::from),
            display_date: (!is_sure).then(|| escaped(&words::when(&event.when))),
            text: SlideText { headline: escaped(&words::title(event)), text: self.text(event) },
            group: words::plain(event.category.code()),
        })
    }

    fn text(&self, event: &Told) -> String {
        let paragraph = |text: &String| format!("<p>{}</p>", escaped(text));
        let facts: Vec<String> = words::facts(event).iter().map(|fact| escaped(fact)).collect();
        let mut text: String = event.caption.iter().chain(&event.summary).map(paragraph).collect();
        let _ = write!(text, "<p>{}</p>", facts.join("<br>"));
        for source in &event.sources {
            let name = escaped(source.title.as_ref().unwrap_or(&source.publisher));
            if let Some(url) = source.url.as_deref().and_then(web_address) {
                let _ = write!(text, "<p><a href=\"{}\">{name}</a></p>", escaped(url));
            }
        }
        if let Some(url) = self.about.event_url(event.id) {
            let _ = write!(text, "<p><a href=\"{}\">{}</a></p>", escaped(&url), escaped(&self.about.name));
        }
        text
    }
}

impl Writer for Slideshow {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), StoreError> {
        let About { name, description, cover, .. } = &*self.about;
        let text = description.as_ref().map(|text| format!("<p>{}</p>", escaped(text))).unwrap_or_default();
        let media = cover.as_deref().and_then(web_address).map(|url| SlideMedia { url: url.to_owned() });
        let title = SlideTitle { text: SlideText { headline: escaped(name), text }, media };
        out.extend_from_slice(br#"{"title":"#);
        serde_json::to_writer(&mut *out, &title)?;
        out.extend_from_slice(br#","events":["#);
        Ok(())
    }

    fn event(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError> {
        let Some(slide) = self.slide(&Told::read(document)?) else {
            self.left_out += 1;
            return Ok(());
        };
        if !std::mem::take(&mut self.is_first) {
            out.push(b',');
        }
        Ok(serde_json::to_writer(out, &slide)?)
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("],\"left_out\":{}}}\n", self.left_out).as_bytes());
    }
}
