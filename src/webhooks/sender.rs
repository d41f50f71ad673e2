//! Sending: one message to one receiver, and what it answers. Nothing is connected to but addresses that were looked at: a name
//! may lead elsewhere whenever it is asked for, so it is asked for once, by the one who connects.

use std::io::{self, Read};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};
use url::Url;

use crate::domain::instant::Instant;
use crate::domain::public_address::is_public;
use crate::domain::webhook::{SigningSecret, Targets, refusal};
use crate::store::webhook_deliveries::Fault;

/// Most bytes of an answer's head.
const MAX_HEAD: usize = 16 << 10;
/// Most bytes of an answer's body that are read, and thrown away, so that the connection can be used again.
const MAX_BODY: u64 = 4 << 10;

/// A message, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What receivers know it by, however often it comes.
    pub id: String,
    /// What it says, as JSON.
    pub body: String,
}

/// What a receiver answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has the message.
    Delivered(u16),
    /// It wants no more (410).
    Gone(Fault),
    /// Anything else.
    Failed(Fault),
}

/// Whoever sends.
#[derive(Debug)]
pub struct Sender {
    agent: Agent,
    targets: Targets,
    timeout: Duration,
}

impl Sender {
    /// A sender that delivers to these addresses, and gives a receiver so long.
    pub fn new(targets: Targets, timeout: Duration) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            // A proxy would resolve names by itself.
            .proxy(None)
            .max_response_header_size(MAX_HEAD)
            .accept_encoding("identity")
            .user_agent(concat!("marchline/", env!("CARGO_PKG_VERSION")))
            .build();
        let resolver = Checked { targets, system: DefaultResolver::default() };
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), resolver), targets, timeout }
    }

    /// Where it delivers to.
    pub const fn targets(&self) -> Targets {
        self.targets
    }

    /// Sends a message, signed by each of these secrets, and waits for the answer.
    pub fn send(&self, url: &str, secrets: &[&SigningSecret], message: &Message, now: Instant) -> Outcome {
        let Message { id, body } = message;
        // What is allowed may be less than when the webhook was made.
        let refused = Url::parse(url)
            .map_or(Some("The URL cannot be read."), |url| refusal(&url, self.targets).map(|(_, detail)| detail));
        if let Some(detail) = refused {
            return Outcome::Failed(Fault { status: None, error: detail.to_owned() });
        }
        let timestamp = now.to_datetime().timestamp();
        let signatures: Vec<String> = secrets.iter().map(|secret| secret.sign(id, timestamp, body)).collect();
        let request = self
            .agent
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signatures.join(" "));
        match request.send(body.as_str()) {
            Ok(answer) => {
                let status = answer.status().as_u16();
                let outcome = judge(status);
                let mut rest = answer.into_body().into_reader().take(MAX_BODY);
                // Whatever it says, and whether it ends: the status was the answer.
                drop(io::copy(&mut rest, &mut io::sink()));
                outcome
            }
            Err(error) => Outcome::Failed(Fault { status: None, error: self.told(&error) }),
        }
    }

    /// What went wrong, in a sentence.
    fn told(&self, error: &Error) -> String {
        match error {
            Error::Timeout(_) => format!("The receiver did not answer within {} seconds.", self.timeout.as_secs_f32()),
            Error::HostNotFound => "The host was not found.".to_owned(),
            Error::Io(error) if error.get_ref().is_some_and(is_not_public) => NotPublic.to_string(),
            Error::Io(error) => match error.kind() {
                io::ErrorKind::ConnectionRefused => "The receiver refused the connection.".to_owned(),
                io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe => {
                    "The receiver closed the connection without an answer.".to_owned()
                }
                _ => format!("The receiver was not reached: {error}."),
            },
            Error::Rustls(error) => format!("No encrypted connection could be made: {error}."),
            Error::Tls(reason) => format!("No encrypted connection could be made: {reason}."),
            Error::ConnectionFailed => "The receiver was not reached.".to_owned(),
            Error::LargeResponseHeader(..) => "The head of the answer is too long.".to_owned(),
            _ => "What the receiver answered is no answer of HTTP.".to_owned(),
        }
    }
}

fn is_not_public(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    error.is::<NotPublic>()
}

fn judge(status: u16) -> Outcome {
    let failed = |error| Fault { status: Some(status), error };
    match status {
        200..=299 => Outcome::Delivered(status),
        300..=399 => Outcome::Failed(failed(format!("The receiver answered {status}; redirects are not followed."))),
        410 => Outcome::Gone(failed("The receiver answered 410: it wants no more.".to_owned())),
        _ => Outcome::Failed(failed(format!("The receiver answered {status}."))),
    }
}

/// Resolves names, and leaves out what must not be connected to.
#[derive(Debug)]
struct Checked {
    targets: Targets,
    system: DefaultResolver,
}

/// None of a host's addresses may be connected to.
#[derive(Debug, thiserror::Error)]
#[error("The host has no public address.")]
struct NotPublic;

impl Resolver for Checked {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.system.resolve(uri, config, timeout).map_err(|error| match error {
            // The words of the system's resolver are many, and their kind is none.
            Error::Io(_) => Error::HostNotFound,
            other => other,
        })?;
        if self.targets == Targets::Any {
            return Ok(found);
        }
        let mut allowed = self.empty();
        found.iter().filter(|address| is_public(address.ip())).for_each(|address| allowed.push(*address));
        if allowed.is_empty() {
            return Err(Error::Io(io::Error::new(io::ErrorKind::PermissionDenied, NotPublic)));
        }
        Ok(allowed)
    }
}
