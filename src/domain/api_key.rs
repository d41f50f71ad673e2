//! Keys by which clients are known.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::input::{Fault, Input, Object, Reading};
use super::instant::Instant;
use super::scope::{Scope, Scopes};

/// What a key begins with, so that people and scanners of leaked secrets know what they see.
const PREFIX: &str = "mk_";
/// Bytes of chance in a key.
const BYTES: usize = 32;
/// Most characters of a key's name and label.
const MAX_WORDS: usize = 100;

/// The SHA-256 of a key, the only form in which it is kept. No salt: what is hashed is chance already, and can be found
/// by its hash.
pub type KeyHash = [u8; 32];

/// A key as its holder has it: `mk_` and 256 bits as base64url without padding.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The key made of these bits.
    pub fn of(bits: &[u8; BYTES]) -> Self {
        Self(format!("{PREFIX}{}", BASE64URL_NOPAD.encode(bits)))
    }

    /// Reads a key; `None` for what cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let bits = BASE64URL_NOPAD.decode(text.strip_prefix(PREFIX)?.as_bytes()).ok()?;
        (bits.len() == BYTES).then(|| Self(text.to_owned()))
    }

    /// What is kept of it.
    pub fn hash(&self) -> KeyHash {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The key as text, for its holder alone.
    pub fn reveal(self) -> String {
        self.0
    }
}

/// Hides the key, so that no log can hold it.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)
    }
}

/// A key that somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRequest {
    /// Whose it is, for those who administer keys.
    pub name: String,
    /// What it allows.
    pub scopes: Scopes,
    /// What the public is told of who wrote with it.
    pub label: Option<String>,
    /// When it stops being accepted.
    pub expires_at: Option<Instant>,
}

impl KeyRequest {
    /// Reads a request from outside; `now` is what the key must not expire before.
    ///
    /// # Errors
    /// Every fault of the document.
    pub fn read(document: &Value, now: Instant) -> Result<Self, Vec<Fault>> {
        Reading::plain(document, |o| {
            let name = o.required("name").and_then(words);
            let scopes = scopes(o);
            let label = o.optional("label").and_then(words);
            let expires_at = o.optional("expires_at").and_then(|input| expiry(input, now));
            Some(Self { name: name?, scopes: scopes?, label, expires_at })
        })
    }
}

/// Text of one line.
fn words(input: Input<'_>) -> Option<String> {
    let text = input.text(MAX_WORDS)?;
    if text.contains(char::is_control) {
        input.fault("control_character", "Control characters are not allowed.");
        return None;
    }
    Some(text)
}

fn scopes(o: &Object<'_>) -> Option<Scopes> {
    let input = o.required("scopes")?;
    if input.raw().as_array().is_some_and(Vec::is_empty) {
        input.fault("required", "At least one scope is needed.");
    }
    Some(Scopes::new(input.list(|item| {
        let text = item.text(MAX_WORDS)?;
        let scope = Scope::parse(&text);
        if scope.is_none() {
            item.fault("unknown_code", format!("`{text}` is not one of: {}.", Scope::CODES.join(", ")));
        }
        scope
    })))
}

fn expiry(input: Input<'_>, now: Instant) -> Option<Instant> {
    let instant = Instant::parse(&input.text(MAX_WORDS)?);
    match instant {
        None => input.fault("invalid_instant", "Expected an RFC 3339 date-time with an offset."),
        Some(instant) if instant <= now => input.fault("in_the_past", "The key would have expired already."),
        known => return known,
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const NOW: &str = "2026-02-01T00:00:00Z";

    fn faults(document: &Value) -> Vec<(String, &'static str)> {
        let read = KeyRequest::read(document, Instant::parse(NOW).unwrap());
        read.unwrap_err().into_iter().map(|fault| (fault.pointer, fault.code)).collect()
    }

    #[test]
    fn a_request_is_read() {
        let document = json!({"name": " Desk ", "scopes": ["admin", "write"], "label": "The desk",
            "expires_at": "2026-02-01T00:00:01Z"});
        let request = KeyRequest::read(&document, Instant::parse(NOW).unwrap()).unwrap();
        assert_eq!((request.name.as_str(), request.label.as_deref()), ("Desk", Some("The desk")));
        assert_eq!(request.scopes.as_slice(), [Scope::Write, Scope::Admin]);
        assert_eq!(request.expires_at, Instant::parse("2026-02-01T00:00:01Z"));
    }

    #[test]
    fn all_faults_of_a_request_are_named() {
        let document =
            json!({"id": "x", "name": "a\nb", "scopes": ["write", "root", 3], "label": "", "expires_at": NOW});
        let expected = [
            ("/name", "control_character"),
            ("/scopes/1", "unknown_code"),
            ("/scopes/2", "wrong_type"),
            ("/label", "empty"),
            ("/expires_at", "in_the_past"),
            ("/id", "unknown_member"),
        ];
        assert_eq!(faults(&document), expected.map(|(pointer, code)| (pointer.to_owned(), code)));
        let lacking = [("/name", "required"), ("/scopes", "required")];
        assert_eq!(faults(&json!({"scopes": []})), lacking.map(|(pointer, code)| (pointer.to_owned(), code)));
    }

    #[test]
    fn a_key_is_not_shown_where_it_may_be_logged() {
        assert_eq!(format!("{:?}", Secret::of(&[7; BYTES])), "mk_");
    }

    #[test]
    fn the_hash_is_that_of_the_text() {
        // printf mk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA | sha256sum
        let expected = "99e486a4273ed468c603dc51c1ba2232199a90d1df4a5d0a099a9d41f215d54a";
        assert_eq!(data_encoding::HEXLOWER.encode(&Secret::of(&[0; BYTES]).hash()), expected);
    }

    proptest! {
        #[test]
        fn a_key_is_read_as_it_was_shown(bits: [u8; BYTES]) {
            let key = Secret::of(&bits);
            prop_assert_eq!(Secret::parse(&key.clone().reveal()), Some(key));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "mk_.{0,60}|.{0,60}") {
            let _ = Secret::parse(&text);
        }
    }
}
