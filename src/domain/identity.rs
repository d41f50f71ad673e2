//! The id and slug that a document from outside names itself by.

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use uuid::Uuid;

use super::input::Fault;
use super::resource::{Resource, Slug};

/// What a document says of its own identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Its id, if it names one.
    pub id: Option<Uuid>,
    /// Its slug, if it names one.
    pub slug: Option<Slug>,
}

impl Identity {
    /// Reads `id` and `slug` of a document; other faults are left to the reader of the whole document.
    ///
    /// # Errors
    /// `invalid_id`, `invalid_slug`, or `unknown_member` for a slug where the resource has none.
    pub fn read(resource: Resource, document: &Value) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut fault = |member: &str, code, detail: &str| {
            faults.push(Fault { pointer: format!("/{member}"), code, detail: detail.to_owned() });
        };
        let member = |name| document.get(name).filter(|value: &&Value| !value.is_null());
        let id = member("id").and_then(|value| {
            let id = value.as_str().filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok());
            if id.is_none() {
                fault("id", "invalid_id", "Expected a UUID.");
            }
            id
        });
        let slug = member("slug").and_then(|value| {
            if !resource.has_slug() {
                fault("slug", "unknown_member", "An event has no slug.");
                return None;
            }
            let slug = value.as_str().and_then(Slug::parse);
            if slug.is_none() {
                fault("slug", "invalid_slug", "Expected lower-case letters and digits in words joined by hyphens.");
            }
            slug
        });
        if faults.is_empty() { Ok(Self { id, slug }) } else { Err(faults) }
    }
}

/// A slug made of a name: accents dropped, other characters turned to hyphens, and the end of the id behind it, so that
/// it is free.
pub fn slug_from(name: &str, id: Uuid) -> String {
    let plain: String = name.nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>().to_lowercase();
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        if slug.len() + word.len() > 80 {
            break;
        }
        slug.push_str(word);
        slug.push('-');
    }
    let id = id.simple().to_string();
    slug.push_str(&id[20..]);
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_slug() {
        let id = Uuid::from_u128(0x1234_5678_9abc);
        let slug = slug_from("Café de Leche, Los Ángeles", id);
        assert_eq!(slug, "cafe-de-leche-los-angeles-123456789abc");
        assert!(Slug::parse(&slug).is_some());
        assert!(Slug::parse(&slug_from("日本", id)).is_some());
    }
}
