//! Where the service is found, for links that leave it.

use std::num::NonZeroUsize;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap};
use url::Url;

use crate::config::DatasetSettings;

/// Where the service is found, without a slash at the end: as it is set, else as the proxy in front was asked for it where that
/// is believed, else as the request names its host.
pub fn site(req: &HttpRequest, settings: &DatasetSettings) -> Option<String> {
    settings.public_url.clone().or_else(|| asked(req.headers(), settings.forwarded))
}

/// The path below which the service is found, such as `/protest`; empty where that is all of a host.
pub fn path(req: &HttpRequest, settings: &DatasetSettings) -> String {
    if let Some(url) = &settings.public_url {
        let below = url.split_once("://").and_then(|(_, rest)| Some(&rest[rest.find('/')?..]));
        return below.unwrap_or_default().to_owned();
    }
    let told = settings.forwarded.map(|proxies| legacy(req.headers(), PREFIX, proxies.get()));
    told.flatten().and_then(|prefix| below(&prefix)).map(|prefix| format!("/{prefix}")).unwrap_or_default()
}

/// What proxies add to a request anybody can send, so it is believed only where it is said that there are proxies.
fn asked(headers: &HeaderMap, proxies: Option<NonZeroUsize>) -> Option<String> {
    let told = proxies.map(|proxies| Told::of(headers, proxies.get())).unwrap_or_default();
    let host = told.host.or_else(|| Some(headers.get(header::HOST)?.to_str().ok()?.to_owned()))?;
    let scheme = told.scheme.filter(|scheme| scheme == "https").map_or("http", |_| "https");
    let url = Url::parse(&format!("{scheme}://{host}/")).ok()?;
    let prefix = told.prefix.and_then(|prefix| below(&prefix));
    let origin = url.origin().ascii_serialization();
    Some(prefix.map_or_else(|| origin.clone(), |prefix| format!("{origin}/{prefix}")))
}

/// Names the path that a proxy took off.
const PREFIX: &str = "x-forwarded-prefix";

/// A prefix without slashes around it, if it can stand in a link as a path below a host.
fn below(prefix: &str) -> Option<String> {
    let prefix = prefix.trim_matches('/');
    let letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b'/' | b'%');
    let is_path = !prefix.is_empty()
        && prefix.bytes().all(letter)
        && !prefix.split('/').any(|step| step.is_empty() || step.starts_with('.'));
    is_path.then(|| prefix.to_owned())
}

/// What the outermost of our own proxies says it was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    host: Option<String>,
    scheme: Option<String>,
    prefix: Option<String>,
}

impl Told {
    fn of(headers: &HeaderMap, proxies: usize) -> Self {
        let prefix = legacy(headers, PREFIX, proxies);
        if headers.contains_key(header::FORWARDED) {
            let (host, scheme) = forwarded(headers, proxies).unwrap_or_default();
            return Self { host, scheme, prefix };
        }
        let told = |name| legacy(headers, name, proxies);
        Self { host: told("x-forwarded-host"), scheme: told("x-forwarded-proto"), prefix }
    }
}

/// The value that the outermost proxy added; most of these headers are set by one and passed on by the others.
fn legacy(headers: &HeaderMap, name: &str, proxies: usize) -> Option<String> {
    let values = headers.get_all(name).filter_map(|value| value.to_str().ok());
    let values: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    let value = values.get(values.len().saturating_sub(proxies))?;
    Some((*value).to_owned()).filter(|value| !value.is_empty())
}

/// Host and scheme of the element that the outermost proxy added (RFC 7239); what stands before that is the client's own word.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<(Option<String>, Option<String>)> {
    let values = headers.get_all(header::FORWARDED).filter_map(|value| value.to_str().ok());
    let elements: Vec<String> = values.flat_map(|value| parts(value, ',')).collect();
    let element = elements.get(elements.len().checked_sub(proxies)?)?;
    let (mut host, mut scheme) = (None, None);
    for pair in parts(element, ';') {
        let Some((name, value)) = pair.split_once('=') else { continue };
        match name.trim().to_ascii_lowercase().as_str() {
            "host" => host = Some(unquoted(value.trim())),
            "proto" => scheme = Some(unquoted(value.trim()).to_ascii_lowercase()),
            _ => {}
        }
    }
    Some((host, scheme))
}

/// What stands between separators, which in quotes are none.
fn parts(text: &str, separator: char) -> Vec<String> {
    let (mut parts, mut is_quoted, mut is_escaped) = (vec![String::new()], false, false);
    for letter in text.chars() {
        if letter == separator && !is_quoted {
            parts.push(String::new());
            continue;
        }
        if letter == '"' && !is_escaped {
            is_quoted = !is_quoted;
        }
        is_escaped = is_quoted && letter == '\\' && !is_escaped;
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts
}

/// A token, or what a quoted string means.
fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut letters = inner.chars();
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        text.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    text
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    /// Where a service is found that was asked with these headers, behind so many proxies.
    fn found(headers: &[(&'static str, &'static str)], proxies: usize) -> Option<String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        asked(&map, NonZeroUsize::new(proxies))
    }

    fn is(found: Option<String>, expected: &str) {
        assert_eq!(found.as_deref(), Some(expected));
    }

    const HOST: (&str, &str) = ("host", "inside:8080");

    #[test]
    fn what_anybody_can_send_is_not_believed() {
        let told = [HOST, ("forwarded", "host=evil.test;proto=https"), ("x-forwarded-host", "evil.test")];
        is(found(&told, 0), "http://inside:8080");
        assert_eq!(found(&[], 0), None);
    }

    #[test]
    fn a_proxy_says_what_it_was_asked_for() {
        is(found(&[HOST, ("forwarded", "for=192.0.2.1;host=data.test;proto=https")], 1), "https://data.test");
        is(
            found(&[HOST, ("forwarded", "For=\"[2001:db8::1]:47\";Proto=HTTPS;Host=\"data.test:8443\"")], 1),
            "https://data.test:8443",
        );
        is(found(&[HOST, ("forwarded", "for=192.0.2.1;proto=https")], 1), "https://inside:8080");
        is(found(&[HOST, ("x-forwarded-host", "data.test"), ("x-forwarded-proto", "https")], 1), "https://data.test");
        let below = [HOST, ("x-forwarded-host", "data.test"), ("x-forwarded-prefix", "/protest/")];
        is(found(&below, 1), "http://data.test/protest");
        // The one of the standard stands above the others.
        is(found(&[HOST, ("forwarded", "host=a.test"), ("x-forwarded-host", "b.test")], 1), "http://a.test");
    }

    #[test]
    fn what_a_client_said_before_the_outermost_proxy_is_not_believed() {
        let told = [HOST, ("forwarded", "host=evil.test, host=data.test;proto=https, host=middle.test")];
        is(found(&told, 2), "https://data.test");
        is(found(&[HOST, ("forwarded", "host=evil.test"), ("forwarded", "host=data.test")], 1), "http://data.test");
        is(found(&[HOST, ("forwarded", "for=\"a,host=evil.test\";host=data.test")], 1), "http://data.test");
        is(found(&[HOST, ("x-forwarded-host", "evil.test, data.test")], 1), "http://data.test");
        // One proxy too few has spoken.
        is(found(&[HOST, ("forwarded", "host=evil.test")], 2), "http://inside:8080");
    }

    #[test]
    fn a_link_is_never_more_than_an_address() {
        for host in ["a.test/x", "user:secret@a.test", "a.test?x", "a.test#x"] {
            let found = found(&[("host", "inside"), ("x-forwarded-host", host)], 1);
            is(found, "http://a.test");
        }
        assert_eq!(found(&[("host", "inside"), ("x-forwarded-host", "a b")], 1), None);
        for prefix in ["//evil.test", "/a/../b", "/<script>", "/a?b"] {
            let found = found(&[HOST, ("x-forwarded-prefix", prefix)], 1);
            assert!(
                found.as_deref().is_some_and(|found| !found.contains("..") && !found.contains(['<', '?'])),
                "{found:?}"
            );
        }
        is(found(&[HOST, ("x-forwarded-proto", "javascript")], 1), "http://inside:8080");
    }
}
