//! How many requests a client may make: those without a key are counted by address, those with one by key.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use super::problem::{Code, Problem};
use crate::config::RateLimit;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// The time that a quota is given for, in seconds.
const WINDOW: u32 = 60;
/// After so many requests those clients are forgotten who have their whole quota again.
const SWEEP: u32 = 8_192;

/// Whom a request is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    /// Whoever asks from an address, or from a network of IPv6 that is given to one customer.
    Address(IpAddr),
    /// Whoever has a key, by its number.
    Key(i64),
}

impl Client {
    /// The client at an address. A customer of IPv6 has 2^64 of them, which count as one.
    pub fn at(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() & (u128::MAX << 64)).into()),
            address @ IpAddr::V4(_) => address,
        })
    }
}

/// What all workers count together.
pub struct Limits {
    addresses: Limit<IpAddr>,
    keys: Limit<i64>,
    requests: AtomicU32,
}

impl Limits {
    /// Nothing counted yet.
    pub fn new(limit: RateLimit) -> Self {
        let (addresses, keys) = (Limit::new("address", limit.address), Limit::new("key", limit.key));
        Self { addresses, keys, requests: AtomicU32::new(0) }
    }

    /// Counts a request.
    pub fn count(&self, client: Client) -> Standing {
        if self.requests.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.addresses.limiter.retain_recent();
            self.keys.limiter.retain_recent();
        }
        match client {
            Client::Address(address) => self.addresses.count(&address),
            Client::Key(no) => self.keys.count(&no),
        }
    }
}

/// A quota that refills steadily (a token bucket): as many requests at once as a minute has, then so many a minute.
struct Limit<K: Hash + Eq + Clone> {
    name: &'static str,
    quota: NonZeroU32,
    policy: HeaderValue,
    limiter: RateLimiter<K, HashMapStateStore<K>, DefaultClock, StateInformationMiddleware>,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(name: &'static str, quota: NonZeroU32) -> Self {
        let policy = HeaderValue::from_str(&format!("\"{name}\";q={quota};w={WINDOW}"));
        let limiter = RateLimiter::hashmap(Quota::per_minute(quota)).with_middleware();
        // A name and two numbers are always a header's value.
        Self { name, quota, policy: policy.unwrap_or(HeaderValue::from_static("")), limiter }
    }

    fn count(&self, client: &K) -> Standing {
        let (left, seconds, is_refused) = match self.limiter.check_key(client) {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                let used = u64::from(self.quota.get().saturating_sub(left));
                (left, (used * u64::from(WINDOW)).div_ceil(self.quota.get().into()), false)
            }
            Err(until) => {
                let wait = until.wait_time_from(self.limiter.clock().now());
                (0, wait.as_secs() + 1, true)
            }
        };
        Standing { name: self.name, policy: self.policy.clone(), left, seconds, is_refused }
    }
}

/// How a client stands after a request.
#[derive(Clone, Debug)]
pub struct Standing {
    name: &'static str,
    policy: HeaderValue,
    left: u32,
    /// Until the whole quota is there again; of a request that is refused, until the next one is not.
    seconds: u64,
    is_refused: bool,
}

impl Standing {
    /// Tells it (draft-ietf-httpapi-ratelimit-headers-11).
    pub fn tell(&self, headers: &mut HeaderMap) {
        headers.insert(RATE_LIMIT_POLICY, self.policy.clone());
        if let Ok(value) = HeaderValue::from_str(&format!("\"{}\";r={};t={}", self.name, self.left, self.seconds)) {
            headers.insert(RATE_LIMIT, value);
        }
    }

    /// What the client is told whose request was one too many.
    pub fn refusal(&self) -> Option<Problem> {
        let seconds = self.seconds;
        let detail =
            format!("More requests than this {} may make; the next one can be answered in {seconds} s.", self.name);
        self.is_refused
            .then(|| Problem::new(Code::RateLimited, detail).with_header(header::RETRY_AFTER, seconds.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(address: u32, key: u32) -> Limits {
        let number = |n| NonZeroU32::new(n).unwrap();
        Limits::new(RateLimit { address: number(address), key: number(key) })
    }

    fn at(address: &str) -> Client {
        Client::at(address.parse().unwrap())
    }

    fn told(standing: &Standing) -> [String; 2] {
        let mut headers = HeaderMap::new();
        standing.tell(&mut headers);
        [RATE_LIMIT, RATE_LIMIT_POLICY].map(|name| headers.get(name).unwrap().to_str().unwrap().to_owned())
    }

    #[test]
    fn a_quota_is_used_up_and_told() {
        let limits = limits(3, 1);
        let told_of = |client| told(&limits.count(client));
        assert_eq!(told_of(at("192.0.2.1")), ["\"address\";r=2;t=20", "\"address\";q=3;w=60"]);
        assert_eq!(told_of(at("192.0.2.1"))[0], "\"address\";r=1;t=40");
        assert!(limits.count(at("192.0.2.1")).refusal().is_none());
        let refused = limits.count(at("192.0.2.1"));
        assert_eq!(refused.refusal().map(|problem| problem.to_string().starts_with("rate_limited: ")), Some(true));
        assert!((1..=20).contains(&refused.seconds), "{refused:?}");
        assert!(limits.count(at("192.0.2.2")).refusal().is_none(), "another address has its own quota");
        assert_eq!(told_of(Client::Key(1)), ["\"key\";r=0;t=60", "\"key\";q=1;w=60"]);
        assert!(limits.count(Client::Key(1)).refusal().is_some());
        assert!(limits.count(Client::Key(2)).refusal().is_none());
    }

    #[test]
    fn a_network_of_ipv6_is_one_client_and_ipv4_is_the_same_in_both_forms() {
        assert_eq!(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
        assert_ne!(at("192.0.2.1"), at("192.0.2.2"));
    }

    #[test]
    fn clients_that_have_their_whole_quota_again_are_forgotten() {
        // A thousand requests a millisecond: whoever made one has his quota again at once.
        let limits = limits(60_000_000, 1);
        for number in 0..3 * SWEEP {
            limits.count(Client::Address(IpAddr::V4(number.into())));
        }
        assert!(limits.addresses.limiter.len() < SWEEP as usize, "{}", limits.addresses.limiter.len());
    }
}
