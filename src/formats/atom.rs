//! Events as a feed (RFC 4287). It is bounded, as feeds are: the newest ones unless asked otherwise.

use std::fmt::Write as _;
use std::sync::Arc;

use uuid::Uuid;
use xxhash_rust::xxh3::Xxh3Default;

use super::markup::{escaped, web_address};
use super::told::Told;
use super::{About, Writer, words};
use crate::domain::instant::Instant;
use crate::store::error::StoreError;

/// Media type of feeds.
pub const MEDIA_TYPE: &str = "application/atom+xml";

/// Writes a feed.
pub struct Feed {
    about: Arc<About>,
    newest: Option<Instant>,
}

impl Feed {
    /// The feed of a list.
    pub const fn new(about: Arc<About>) -> Self {
        Self { about, newest: None }
    }

    /// The same for the same question to the same dataset, wherever it is served.
    fn id(&self) -> Uuid {
        let mut digest = Xxh3Default::new();
        digest.update(self.about.dataset_id.as_bytes());
        digest.update(&self.about.question.to_le_bytes());
        Uuid::new_v8(digest.digest128().to_be_bytes())
    }
}

impl Writer for Feed {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), StoreError> {
        let About { name, description, cover, site, target, .. } = &*self.about;
        let mut text =
            String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
        element(&mut text, "id", &format!("urn:uuid:{}", self.id()));
        element(&mut text, "title", name);
        if let Some(description) = description {
            element(&mut text, "subtitle", description);
        }
        let _ = writeln!(
            text,
            "<author><name>{}</name></author>",
            escaped(self.about.attribution.as_ref().unwrap_or(name))
        );
        if let Some(licence) = &self.about.licence {
            element(&mut text, "rights", licence);
        }
        text.push_str(concat!("<generator version=\"", env!("CARGO_PKG_VERSION"), "\">Marchline</generator>\n"));
        if let Some(cover) = cover.as_deref().and_then(web_address) {
            element(&mut text, "logo", cover);
        }
        if let Some(site) = site {
            link(&mut text, "self", MEDIA_TYPE, &format!("{site}{target}"));
        }
        out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn event(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError> {
        let event = Told::read(document)?;
        self.newest = self.newest.max(Some(event.recorded_at));
        let language = event.language.as_ref().map(|tag| format!(" xml:lang=\"{}\"", escaped(tag))).unwrap_or_default();
        let mut text = format!("<entry{language}>\n");
        element(&mut text, "id", &format!("urn:uuid:{}", event.id));
        element(&mut text, "title", &words::title(&event));
        element(&mut text, "updated", &event.recorded_at.to_string());
        element(&mut text, "published", &event.created_at.to_string());
        for code in std::iter::once(event.event_type.code()).chain(event.issues.iter().map(String::as_str)) {
            let _ = writeln!(text, "<category term=\"{}\"/>", escaped(code));
        }
        if let Some(url) = self.about.event_url(event.id) {
            link(&mut text, "alternate", "application/json", &url);
        }
        for url in event.sources.iter().filter_map(|source| web_address(source.url.as_deref()?)) {
            let _ = writeln!(text, "<link rel=\"via\" href=\"{}\"/>", escaped(url));
        }
        if let Some(summary) = &event.summary {
            element(&mut text, "summary", summary);
        }
        let said = words::said(&event).iter().map(|said| escaped(said)).collect::<Vec<_>>();
        let _ = writeln!(text, "<content type=\"html\">{}</content>\n</entry>", escaped(&said.join("<br/>")));
        out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    /// When the newest of its entries was recorded is known only here; the order of a feed's elements means nothing.
    fn end(&mut self, out: &mut Vec<u8>) {
        let mut text = String::new();
        let updated = self.newest.or(self.about.recorded_at).unwrap_or(Instant::MIN);
        element(&mut text, "updated", &updated.to_string());
        text.push_str("</feed>\n");
        out.extend_from_slice(text.as_bytes());
    }

    fn cut(&mut self, problem: &str, out: &mut Vec<u8>) {
        // A comment holds no two dashes; the feed stays open, so that no reader takes it for whole.
        out.extend_from_slice(format!("<!-- The feed breaks off here: {} -->\n", problem.replace('-', " ")).as_bytes());
    }
}

fn element(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "<{name}>{}</{name}>", escaped(value));
}

fn link(text: &mut String, relation: &str, media_type: &str, address: &str) {
    let _ = writeln!(text, "<link rel=\"{relation}\" type=\"{media_type}\" href=\"{}\"/>", escaped(address));
}
