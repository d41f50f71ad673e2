//! Sources as cells name them: addresses, hosts, and names of publishers.

use serde_json::json;
use url::Url;

use super::entities::Entities;
use super::slugs::slug_with_digest;
use super::values::phrase;
use crate::domain::input::{MAX_NAME, MAX_TEXT};
use crate::domain::resource::Resource;
use crate::domain::vocabulary::SourceKind;

/// Adds the source that a cell names, and tells its slug.
pub fn source(cell: &str, entities: &mut Entities) -> String {
    let source = Source::read(cell);
    let slug = slug_with_digest(&[&source.publisher], cell);
    entities.add(Resource::Source, &slug, || {
        json!({"slug": slug, "publisher": source.publisher, "title": source.title, "url": source.url,
            "kind": source.kind.code()})
    });
    slug
}

#[derive(Debug, PartialEq, Eq)]
struct Source {
    publisher: String,
    title: Option<String>,
    url: Option<String>,
    kind: SourceKind,
}

impl Source {
    /// An address, a host with or without a path, or words.
    fn read(cell: &str) -> Self {
        let web = |host: &str, title, url| {
            let kind = if is_social(host) { SourceKind::SocialMedia } else { SourceKind::Other };
            Self { publisher: host.to_owned(), title, url, kind }
        };
        let url = Url::parse(cell).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        if let Some(host) = url.as_ref().and_then(Url::host_str).map(publisher)
            && cell.len() <= MAX_TEXT
        {
            return web(&host, None, Some(cell.to_owned()));
        }
        if let Some(host) = bare_host(cell) {
            // Which scheme it had is not said, so it is no address; what stands behind the host is kept as it is.
            let title = (cell.len() > host.len() + 1 && cell.contains('/')).then(|| phrase(cell, MAX_NAME));
            return web(&publisher(host), title, None);
        }
        Self { publisher: phrase(cell, MAX_NAME), title: None, url: None, kind: SourceKind::Other }
    }
}

/// The host as the name of a publisher.
fn publisher(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    let name = host.trim_end_matches('.');
    name.strip_prefix("www.").unwrap_or(name).chars().take(MAX_NAME).collect()
}

/// The host that a cell without white space begins with: labels joined by dots, the last one of letters.
fn bare_host(cell: &str) -> Option<&str> {
    let host = cell.split(['/', '?', '#']).next()?;
    let label = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let (front, top) = host.rsplit_once('.')?;
    let is_host = front.split('.').all(label)
        && top.len() >= 2
        && top.bytes().all(|b| b.is_ascii_alphabetic())
        && !cell.contains(char::is_whitespace);
    is_host.then_some(host)
}

/// Social networks by host.
const SOCIAL: [&str; 11] = [
    "twitter.com",
    "x.com",
    "facebook.com",
    "instagram.com",
    "tiktok.com",
    "youtube.com",
    "reddit.com",
    "bsky.app",
    "threads.net",
    "mastodon.social",
    "nextdoor.com",
];

fn is_social(host: &str) -> bool {
    let below =
        |network: &str| host.strip_suffix(network).is_some_and(|front| front.is_empty() || front.ends_with('.'));
    SOCIAL.iter().any(|network| below(network))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hosts_and_words_become_sources() {
        let read = |cell| {
            let source = Source::read(cell);
            (source.publisher, source.title, source.url, source.kind)
        };
        let other = SourceKind::Other;
        assert_eq!(
            read("https://www.KXAN.com/news?a=1"),
            ("kxan.com".into(), None, Some("https://www.KXAN.com/news?a=1".into()), other)
        );
        assert_eq!(read("kxan.com"), ("kxan.com".into(), None, None, other));
        assert_eq!(read("www.kxan.com/"), ("kxan.com".into(), None, None, other));
        assert_eq!(read("kxan.com/news"), ("kxan.com".into(), Some("kxan.com/news".into()), None, other));
        assert_eq!(read("The Daily Texan, page 3"), ("The Daily Texan, page 3".into(), None, None, other));
        assert_eq!(read("https://m.facebook.com/x").3, SourceKind::SocialMedia);
        assert_eq!(read("netflix.com").3, other);
        assert_eq!(read("ftp://kxan.com/a").2, None);
        assert_eq!(read("https://").2, None);
    }
}
