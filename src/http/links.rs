//! The links of an answer's head as a client can use them: below the path where the service is found, and not longer than clients
//! read.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Most bytes of a `Link`. Clients and proxies refuse heads beyond some size, of which eight to sixteen thousand bytes are the least in
/// wide use, and a question may be longer than that.
const MOST: usize = 6_000;
/// Relations that a client goes on by, the most needed first; all others come behind them.
const NEEDED: [&str; 3] = ["next", "prev", "first"];

/// Puts the path before each link that names one of this service; of links that are too long together leaves out the ones that are
/// needed least.
pub fn place(headers: &mut HeaderMap, path: &str) {
    // Most answers need nothing of it.
    if let Some(links) = text(headers, &header::LINK).filter(|links| !path.is_empty() || links.len() > MOST) {
        match fitted(links, path) {
            Some(links) => set(headers, header::LINK, &links),
            None => drop(headers.remove(header::LINK)),
        }
    }
    if let Some(location) = text(headers, &header::LOCATION).filter(|location| location.starts_with('/')) {
        let location = format!("{path}{location}");
        set(headers, header::LOCATION, &location);
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Links below a path, as far as there is room; `None` where there is for none.
fn fitted(links: &str, path: &str) -> Option<String> {
    // In an address a comma is followed by no space.
    let links: Vec<String> = links.split(", <").map(|link| below(link.trim_start_matches('<'), path)).collect();
    let rank =
        |link: &str| NEEDED.iter().position(|rel| link.contains(&format!("; rel=\"{rel}\""))).unwrap_or(NEEDED.len());
    let mut order: Vec<usize> = (0..links.len()).collect();
    order.sort_by_key(|number| rank(&links[*number]));
    let mut room = MOST;
    let mut kept: Vec<usize> = order
        .into_iter()
        .filter(|number| room.checked_sub(links[*number].len() + 2).inspect(|left| room = *left).is_some())
        .collect();
    kept.sort_unstable();
    let kept: Vec<&str> = kept.into_iter().map(|number| links[number].as_str()).collect();
    (!kept.is_empty()).then(|| kept.join(", "))
}

/// A link without its first bracket, with it and below a path.
fn below(link: &str, path: &str) -> String {
    if link.starts_with('/') { format!("<{path}{link}") } else { format!("<{link}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_the_service_lie_below_its_path() {
        let links = "</v1/events?limit=1>; rel=\"first\", <https://a.test/ogc>; rel=\"self\", <?a=b,c>; rel=\"next\"";
        assert_eq!(fitted(links, "").as_deref(), Some(links));
        let placed = links.replace("</v1", "</below/v1");
        assert_eq!(fitted(links, "/below").as_deref(), Some(placed.as_str()));
    }

    #[test]
    fn of_long_links_the_next_page_stays_longest() {
        let link = |rel: &str, long: usize| format!("</v1/events?q={}>; rel=\"{rel}\"", "a".repeat(long));
        let all = |long| ["first", "next", "prev", "cite-as"].map(|rel| link(rel, long)).join(", ");
        assert_eq!(fitted(&all(1_000), ""), Some(all(1_000)));
        assert_eq!(fitted(&all(1_700), ""), Some(["first", "next", "prev"].map(|rel| link(rel, 1_700)).join(", ")));
        assert_eq!(fitted(&all(4_000), ""), Some(link("next", 4_000)));
        assert_eq!(fitted(&all(8_000), ""), None);
    }
}
