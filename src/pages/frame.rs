//! What all pages have: the document around them, their style, and what they allow a browser to do.

use std::sync::LazyLock;

use data_encoding::BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::tongue::Tongue;

/// The media type of pages.
pub const MEDIA_TYPE: &str = "text/html; charset=utf-8";

/// The style of all pages: it stands in each of them, so that one request brings all there is.
pub const STYLE: &str = include_str!("style.css");

/// What a browser may do with a page: apply its own style, and be framed by anybody. Nothing is fetched, run or sent.
pub static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = BASE64.encode(&Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors *")
});

/// A page. `links` stand in its head. Search engines are told of it only as a part of the pages that frame it.
pub fn document(tongue: Tongue, title: &str, links: &Markup, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(tongue.tag()) {
            head {
                meta charset="utf-8";
                title { (title) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex, indexifembedded";
                (links)
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    };
    page.into_string()
}

/// The `lang` of text in another language than the page's, or of one that is not known.
pub fn other_language(tongue: Tongue, language: Option<&str>) -> Option<&str> {
    language.filter(|language| !language.eq_ignore_ascii_case(tongue.tag()))
}
