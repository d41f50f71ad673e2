//! Where the service is found, for links that leave it.

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::config::DatasetSettings;

/// Where the service is found: as it is set, else as the client found it.
pub fn site(req: &HttpRequest, settings: &DatasetSettings) -> Option<String> {
    settings.public_url.clone().or_else(|| {
        // Not what proxies add to it, since anybody can send that.
        let host = req.headers().get(header::HOST)?.to_str().ok()?;
        let url = url::Url::parse(&format!("http://{host}/")).ok()?;
        Some(url.origin().ascii_serialization())
    })
}
