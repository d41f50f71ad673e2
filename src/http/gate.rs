//! What is asked of a request before anything is read for it: whether its key is accepted, whether it is one too many, and
//! whether it may read at all.
//! It stands in front of every route, so that no handler and no kept page can be reached past it.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{self, HeaderMap};
use actix_web::{Error, HttpMessage, web};
use futures_util::future::{Either, Ready, ready};

use super::access::{self, Access};
use super::ask::Service;
use super::limits::{Client, Limits};
use super::problem::{Code, Problem};
use crate::config::ReadAccess;

/// The gate, as a layer around all routes.
#[derive(Clone)]
pub struct Gate {
    /// Who may read.
    pub read_access: ReadAccess,
    /// What is counted, if anything is.
    pub limits: Option<Arc<Limits>>,
    /// How many proxies stand in front.
    pub proxies: usize,
}

impl<S> Transform<S, ServiceRequest> for Gate
where
    S: actix_web::dev::Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = Error> + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type InitError = ();
    type Transform = Gated<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(Gated { inner, gate: self.clone() }))
    }
}

/// One worker's routes behind the gate.
pub struct Gated<S> {
    inner: S,
    gate: Gate,
}

impl<S> actix_web::dev::Service<ServiceRequest> for Gated<S>
where
    S: actix_web::dev::Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = Error> + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = Either<Ready<Result<Self::Response, Self::Error>>, S::Future>;

    forward_ready!(inner);

    fn call(&self, req: ServiceRequest) -> Self::Future {
        match self.gate.admit(&req) {
            Ok(()) => Either::Right(self.inner.call(req)),
            Err(problem) => Either::Left(ready(Ok(req.error_response(problem)))),
        }
    }
}

impl Gate {
    /// Lets a request pass, with what its key stands for.
    fn admit(&self, req: &ServiceRequest) -> Result<(), Problem> {
        if is_health(req.path()) {
            return Ok(());
        }
        let access = access_of(req);
        if let Some(limits) = &self.limits {
            // Whoever shows a key that is not accepted is counted by address: keys cannot be tried out without an end.
            let key = access.as_ref().ok().and_then(Option::as_ref).map(|access| Client::Key(access.key_no));
            if let Some(client) = key.or_else(|| self.address(req).map(Client::at)) {
                let standing = limits.count(client);
                let refusal = standing.refusal();
                req.extensions_mut().insert(standing);
                refusal.map_or(Ok(()), Err)?;
            }
        }
        match access? {
            Some(access) => drop(req.extensions_mut().insert(access)),
            None if self.read_access == ReadAccess::Keys && !is_open(req.path()) => return Err(access::key_needed()),
            None => {}
        }
        Ok(())
    }

    fn address(&self, req: &ServiceRequest) -> Option<IpAddr> {
        let peer = || req.peer_addr().map(|peer| peer.ip());
        if self.proxies == 0 { peer() } else { forwarded(req.headers(), self.proxies).or_else(peer) }
    }
}

/// The address that a request came from: the one that the outermost of our own proxies was asked by. What stands before
/// that in the header is the client's own word.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let values = headers.get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let addresses: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    addresses.get(addresses.len().checked_sub(proxies)?)?.parse().ok()
}

fn access_of(req: &ServiceRequest) -> Result<Option<Access>, Problem> {
    if !req.headers().contains_key(header::AUTHORIZATION) {
        return Ok(None);
    }
    let Some(service) = req.app_data::<web::Data<Service>>() else {
        return Err(Problem::new(Code::Internal, "The service is not ready."));
    };
    access::verify(req.headers(), &service.reader)
}

/// What those ask who watch the process: answered whatever they show, and without the database where it is not about that.
pub fn is_health(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

/// What tells nothing of the data, and is open even where reading takes a key; whatever is not named here is closed.
fn is_open(path: &str) -> bool {
    matches!(path, "/" | "/docs" | "/openapi.json" | "/openapi-3.0.json" | "/schemas/events-csv.json")
        || path.starts_with("/docs/")
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn only_what_our_own_proxies_said_is_believed() {
        let name = HeaderName::from_static("x-forwarded-for");
        let from = |values: &[&'static str], proxies| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(name.clone(), HeaderValue::from_static(value));
            }
            forwarded(&headers, proxies).map(|address| address.to_string())
        };
        let known = |address: &str| Some(address.to_owned());
        assert_eq!(from(&["1.1.1.1, 192.0.2.7"], 1), known("192.0.2.7"));
        assert_eq!(from(&["1.1.1.1, 192.0.2.7", "10.0.0.1"], 2), known("192.0.2.7"));
        assert_eq!(from(&["2001:db8::1"], 1), known("2001:db8::1"));
        assert_eq!((from(&["192.0.2.7"], 2), from(&[], 1), from(&["unknown"], 1)), (None, None, None));
    }
}
