//! Webhooks: subscriptions to the change log, as they are asked for, and how their messages are signed.

use std::fmt;
use std::net::IpAddr;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use url::{Host, Url};

use super::codes;
use super::input::{Fault, Input, Reading};
use super::public_address::is_public;

/// What a secret begins with (Standard Webhooks).
const PREFIX: &str = "whsec_";
/// Bytes of chance in a secret.
const BYTES: usize = 32;
/// Most characters of a name.
const MAX_NAME: usize = 100;
/// Most characters of an address, and of a filter.
const MAX_URL: usize = 2_000;

codes! {
    /// How a webhook stands.
    pub enum WebhookState {
        /// Messages are delivered.
        Active = "active",
        /// It was switched off.
        Paused = "paused",
        /// The receiver answered 410: it wants no more.
        Gone = "gone",
        /// Five messages in a row were given up.
        Failing = "failing",
        /// The filter names something that its owner may not be told of any more.
        FilterLost = "filter_lost",
        /// The key of whoever answers for it was revoked, or has expired.
        KeyLost = "key_lost",
    }
}

/// Where a webhook may deliver to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targets {
    /// Public addresses, encrypted.
    Public,
    /// Any address, also unencrypted.
    Any,
}

/// What signs the messages of a webhook. It is kept as it is, since it must be used.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

impl SigningSecret {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random bits.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bits = vec![0; BYTES];
        getrandom::fill(&mut bits)?;
        Ok(Self(bits))
    }

    /// One that is kept.
    pub const fn of(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, to be kept.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret as receivers take it.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64.encode(&self.0))
    }

    /// The signature of a message, sent at a second since 1970 (Standard Webhooks, `v1`).
    pub fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        // HMAC takes keys of any length.
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).map(|mac| {
            let signed = mac.chain_update(format!("{id}.{timestamp}.{body}"));
            BASE64.encode(&signed.finalize().into_bytes())
        });
        format!("v1,{}", mac.unwrap_or_default())
    }
}

/// Hides the secret, so that no log can hold it.
impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)
    }
}

/// What an administrator decides about a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookRequest {
    /// What it is for, in words.
    pub name: Option<String>,
    /// Where messages go.
    pub url: String,
    /// Which changes, as the query string of a list of events; empty for all.
    pub filter: String,
    /// Whether what privacy policies keep from the public is delivered.
    pub restricted: bool,
    /// Whether anything is delivered.
    pub enabled: bool,
    /// The operation behind which it begins; the newest unless given.
    pub after: Option<i64>,
}

impl WebhookRequest {
    /// Reads a request from outside; `check_filter` tells what is wrong with a filter. Where it begins can be said of a new one.
    ///
    /// # Errors
    /// Every fault of the document.
    pub fn read(
        document: &Value,
        targets: Targets,
        is_new: bool,
        check_filter: impl Fn(&str) -> Vec<(&'static str, String)>,
    ) -> Result<Self, Vec<Fault>> {
        Reading::plain(document, |o| {
            let name = o.optional("name").and_then(|input| line(&input, MAX_NAME));
            let url = o.required("url").and_then(|input| address(&input, targets));
            let filter = o.optional("filter").map_or(Some(String::new()), |input| filter(&input, check_filter));
            let flag = |name, default| o.optional(name).map_or(Some(default), |input| input.flag());
            let (restricted, enabled) = (flag("restricted", false), flag("enabled", true));
            let after = if is_new { o.optional("after").and_then(|input| input.integer()) } else { None };
            Some(Self { name, url: url?, filter: filter?, restricted: restricted?, enabled: enabled?, after })
        })
    }
}

/// Text of one line.
fn line(input: &Input<'_>, max: usize) -> Option<String> {
    let text = input.text(max)?;
    if text.contains(char::is_control) {
        input.fault("control_character", "Control characters are not allowed.");
        return None;
    }
    Some(text)
}

fn filter(input: &Input<'_>, check: impl Fn(&str) -> Vec<(&'static str, String)>) -> Option<String> {
    // An empty filter is none, and no fault.
    if input.raw().as_str().is_some_and(|text| text.trim().is_empty()) {
        return Some(String::new());
    }
    let text = input.text(MAX_URL)?;
    let faults = check(&text);
    let is_sound = faults.is_empty();
    for (code, detail) in faults {
        input.fault(code, detail);
    }
    is_sound.then_some(text)
}

fn address(input: &Input<'_>, targets: Targets) -> Option<String> {
    let text = line(input, MAX_URL)?;
    match Url::parse(&text)
        .map_err(|_| ("invalid_url", "Expected an absolute URL such as https://example.org/hook."))
        .and_then(|url| refusal(&url, targets).map_or(Ok(url), Err))
    {
        Ok(url) => Some(url.into()),
        Err((code, detail)) => {
            input.fault(code, detail);
            None
        }
    }
}

/// Why an address is not delivered to, as far as that can be told without asking for its host.
pub fn refusal(url: &Url, targets: Targets) -> Option<(&'static str, &'static str)> {
    let host = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) => None,
        None => return Some(("invalid_url", "The URL names no host.")),
    };
    match url.scheme() {
        "https" => {}
        "http" if targets == Targets::Any => {}
        "http" => return Some(("not_encrypted", "The URL must begin with https://.")),
        _ => return Some(("invalid_url", "The URL must begin with https://.")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some(("credentials", "A URL with a user or password is not taken; messages are signed."));
    }
    if url.fragment().is_some() {
        return Some(("invalid_url", "A URL with a fragment is not taken."));
    }
    if targets == Targets::Public && host.is_some_and(|address| !is_public(address)) {
        return Some(("private_address", "The address is not one of the public Internet."));
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(document: &Value, targets: Targets) -> Result<WebhookRequest, Vec<(String, &'static str)>> {
        let check =
            |text: &str| if text == "type=rally" { vec![] } else { vec![("unknown_parameter", "No.".to_owned())] };
        let named = |faults: Vec<Fault>| faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect();
        WebhookRequest::read(document, targets, true, check).map_err(named)
    }

    fn of_url(url: &str, targets: Targets) -> Option<&'static str> {
        read(&json!({"url": url}), targets).err().map(|faults| faults[0].1)
    }

    #[test]
    fn a_request_is_read() {
        let document = json!({"name": " Desk ", "url": "https://example.org/hook?a=b", "filter": "type=rally",
            "restricted": true, "after": 3});
        let expected = WebhookRequest {
            name: Some("Desk".to_owned()),
            url: "https://example.org/hook?a=b".to_owned(),
            filter: "type=rally".to_owned(),
            restricted: true,
            enabled: true,
            after: Some(3),
        };
        assert_eq!(read(&document, Targets::Public), Ok(expected));
    }

    #[test]
    fn all_faults_of_a_request_are_named() {
        let document = json!({"id": 1, "name": "a\nb", "url": "http://10.0.0.1/", "filter": "typ=rally", "enabled": "yes",
            "after": "3"});
        let expected = [
            ("/name", "control_character"),
            ("/url", "not_encrypted"),
            ("/filter", "unknown_parameter"),
            ("/enabled", "wrong_type"),
            ("/after", "wrong_type"),
            ("/id", "unknown_member"),
        ];
        assert_eq!(read(&document, Targets::Public), Err(expected.map(|(at, code)| (at.to_owned(), code)).to_vec()));
    }

    #[test]
    fn a_private_address_is_refused_in_every_spelling_unless_it_is_allowed() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.1.",
            "%31%32%37.0.0.1",
            "１２７.0.0.1",
            "127。0。0。1",
            "0",
            "10.1",
            "192.168.257",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:7f00:0001]",
            "[64:ff9b::7f00:1]",
            "[fd00::1]",
            "[fe80::1]",
            "169.254.169.254",
            "[2002:7f00:1::]",
            "[ff02::1]",
            "[::]",
        ] {
            let url = format!("https://{host}:8443/hook");
            assert_eq!(of_url(&url, Targets::Public), Some("private_address"), "{url}");
            assert_eq!(of_url(&url, Targets::Any), None, "{url}");
        }
        for (url, code) in [
            ("ftp://example.org/", "invalid_url"),
            ("example.org/hook", "invalid_url"),
            ("https://", "invalid_url"),
            ("file:///etc/passwd", "invalid_url"),
            ("https://user@example.org/", "credentials"),
            ("https://:word@example.org/", "credentials"),
            ("https://example.org/#a", "invalid_url"),
            ("http://example.org/", "not_encrypted"),
            ("data:,x", "invalid_url"),
            ("https://[fe80::1%25eth0]/", "invalid_url"),
        ] {
            assert_eq!(of_url(url, Targets::Public), Some(code), "{url}");
        }
        assert_eq!(of_url("https://8.8.8.8/", Targets::Public), None);
        assert_eq!(of_url("http://example.org/", Targets::Any), None);
    }

    #[test]
    fn the_signature_is_that_of_the_specification() {
        // The example of the Standard Webhooks libraries.
        let secret = SigningSecret::of(BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(
            (secret.reveal().as_str(), format!("{secret:?}").as_str()),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", PREFIX)
        );
    }

    proptest! {
        #[test]
        fn any_address_is_read_or_refused(url in "(https?://)?.{0,60}") {
            let _ = of_url(&url, Targets::Public);
        }
    }
}
