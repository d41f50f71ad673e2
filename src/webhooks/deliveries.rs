//! Delivering: one thread of a node reads what is to be told and writes what became of it, and lets other threads wait for
//! receivers. Of several nodes each webhook has one that delivers, by a lease in the database that it takes with the first message
//! and keeps while there are more; it ends by itself when a node dies.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant as Timer};

use chrono::Utc;
use fastrand::Rng;
use uuid::Uuid;

use super::ahead::{Next, ReadAhead};
use super::lanes::Lanes;
use super::sender::{Message, Outcome, Sender};
use crate::domain::instant::Instant;
use crate::domain::webhook::{Targets, WebhookState};
use crate::index::Index;
use crate::metrics::WebhookOutcome;
use crate::node::reader::Reader;
use crate::store::connection::{AnyConnection, DatabaseUrl};
use crate::store::error::StoreError;
use crate::store::log::Head;
use crate::store::webhook_deliveries::{self, Attempt, Fault, Verdict};
use crate::store::webhooks::{self, Position, Webhook};

/// How often it is looked whether there is anything to tell.
const INTERVAL: Duration = Duration::from_millis(100);
/// How much longer than a message may take its node keeps the lease.
const MARGIN: Duration = Duration::from_secs(15);
/// Messages that are given up in a row before a webhook stops.
const MOST_GIVEN_UP: i32 = 5;

/// How messages are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where to.
    pub targets: Targets,
    /// How long a receiver may take.
    pub timeout: Duration,
    /// When a message is sent again for the first time; each later time it is twice as long.
    pub first_retry: Duration,
    /// When it is given up.
    pub give_up: Duration,
}

/// The deliveries of a node. When this is dropped, what is under way comes to its end, and no more is sent.
#[derive(Debug)]
pub struct Deliveries {
    signals: mpsc::Sender<Signal>,
    thread: Option<JoinHandle<()>>,
}

enum Signal {
    Sent(Box<Sent>),
    Stop,
}

/// A message that was sent, and what came of it.
struct Sent {
    attempt: Attempt,
    begun: Instant,
    outcome: Outcome,
    took: Duration,
}

impl Deliveries {
    /// Begins to deliver.
    pub fn start(database: DatabaseUrl, index: Arc<Index>, options: Options) -> Self {
        let (signals, received) = channel();
        let node = Uuid::now_v7();
        let reader = Reader::new(database.clone()).counted(Arc::clone(&index.metrics));
        let dispatcher = Dispatcher {
            sender: Arc::new(Sender::new(options.targets, options.timeout)),
            signals: signals.clone(),
            node,
            chance: Rng::with_seed(node.as_u64_pair().1),
            conn: None,
            lanes: Lanes::default(),
            ahead: ReadAhead::new(Arc::clone(&index), reader),
            database,
            index,
            options,
        };
        let thread = std::thread::spawn(move || dispatcher.run(&received));
        Self { signals, thread: Some(thread) }
    }
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        // Where nobody receives it the thread has ended.
        drop(self.signals.send(Signal::Stop));
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            log::error!("the delivery of webhooks panicked");
        }
    }
}

struct Dispatcher {
    database: DatabaseUrl,
    index: Arc<Index>,
    options: Options,
    sender: Arc<Sender>,
    signals: mpsc::Sender<Signal>,
    /// Who holds the leases.
    node: Uuid,
    /// The connection that is written on, while it works.
    conn: Option<AnyConnection>,
    lanes: Lanes,
    ahead: ReadAhead,
    chance: Rng,
}

fn now() -> Instant {
    Instant::from_datetime(Utc::now()).unwrap_or(Instant::MAX)
}

fn after(at: Instant, by: Duration) -> Instant {
    webhooks::after(at, chrono::Duration::from_std(by).unwrap_or(chrono::Duration::MAX))
}

impl Dispatcher {
    fn run(mut self, received: &Receiver<Signal>) {
        let (mut is_stopping, mut was_broken, mut rest) = (false, false, INTERVAL);
        loop {
            match received.recv_timeout(rest) {
                Ok(Signal::Sent(sent)) => self.report(*sent, &mut was_broken),
                Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => is_stopping = true,
                Err(RecvTimeoutError::Timeout) => {}
            }
            rest = INTERVAL;
            if is_stopping {
                if self.lanes.is_empty() {
                    break;
                }
                continue;
            }
            match self.round() {
                Ok(is_behind) => {
                    was_broken = false;
                    if is_behind {
                        rest = Duration::ZERO;
                    }
                }
                Err(error) => self.broken(&error, &mut was_broken),
            }
        }
        let node = self.node;
        if let Err(error) = self.write(|conn| webhook_deliveries::release_all(conn, node)) {
            log::warn!("the leases of webhooks could not be given back and end by themselves: {error}");
        }
    }

    fn report(&mut self, sent: Sent, was_broken: &mut bool) {
        let is_delivered = matches!(sent.outcome, Outcome::Delivered(_));
        self.lanes.leave(sent.attempt.webhook.no, is_delivered, sent.took);
        if let Err(error) = self.settle(&sent) {
            // It is sent again, when the lease has ended.
            self.broken(&error, was_broken);
        }
    }

    fn broken(&mut self, error: &StoreError, was_broken: &mut bool) {
        self.conn = None;
        if !std::mem::replace(was_broken, true) {
            log::error!("webhooks cannot be delivered from {}: {error}", self.database);
        }
    }

    fn write<T>(&mut self, work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.database.connect()?,
        };
        let outcome = work(&mut conn)?;
        // Where it failed a transaction may be open.
        self.conn = Some(conn);
        Ok(outcome)
    }

    /// Looks at all webhooks, and sends what can be sent now. Tells whether some are still behind though nothing was sent.
    fn round(&mut self) -> Result<bool, StoreError> {
        let (head, now) = (self.index.head(), now());
        if !self.index.is_ready() {
            return Ok(false);
        }
        let mut webhooks = self.ahead.webhooks(now)?;
        self.lanes.keep(|no| webhooks.iter().any(|webhook| webhook.no == no));
        webhooks.retain(|webhook| self.is_due(webhook, &head, now));
        webhooks.sort_by_key(|webhook| self.lanes.turn(webhook.no));
        let (mut passed, node) = (Vec::new(), self.node);
        for webhook in webhooks {
            if !self.lanes.has_room(webhook.no, webhook.failures > 0) {
                continue;
            }
            match self.ahead.next(&webhook, head)? {
                Next::Tell(message, to) => self.tell(webhook, message, to)?,
                Next::Pass(through) => passed.push((webhook, through)),
                Next::Wait => {}
                Next::FilterLost => {
                    log::warn!("the webhook {} stops: its filter cannot be honoured any more", webhook.id);
                    self.write(|conn| webhook_deliveries::stop(conn, &webhook, WebhookState::FilterLost, node, now))?;
                }
            }
        }
        let is_behind = passed.iter().any(|(_, through)| *through < head.seq);
        if !passed.is_empty() {
            self.write(|conn| webhook_deliveries::pass(conn, &passed, node, now))?;
        }
        Ok(is_behind)
    }

    fn is_due(&self, webhook: &Webhook, head: &Head, now: Instant) -> bool {
        let is_held = webhook.lease.is_some_and(|(node, until)| node != self.node && until >= now);
        let is_early = webhook.next_attempt_at.is_some_and(|at| at > now);
        let Position { epoch, seq } = webhook.position;
        webhook.state == WebhookState::Active && !is_held && !is_early && (epoch != head.epoch || seq < head.seq)
    }

    /// Lets a thread of its own send a message, if no other node was first.
    fn tell(&mut self, webhook: Webhook, message: Message, to: Position) -> Result<(), StoreError> {
        let (begun, node) = (now(), self.node);
        let needed = after(begun, self.options.timeout);
        let has_lease = webhook.lease.is_some_and(|(holder, until)| holder == node && until > needed);
        let until = self.lease_until();
        if !has_lease && !self.write(|conn| webhook_deliveries::claim(conn, &webhook, node, until, begun))? {
            return Ok(());
        }
        let (no, is_failing) = (webhook.no, webhook.failures > 0);
        let (sender, signals) = (Arc::clone(&self.sender), self.signals.clone());
        let send = move || {
            let timer = Timer::now();
            let outcome = sender.send(&webhook.url, &webhook.secrets(), &message, begun);
            let attempt = Attempt { webhook, node, to };
            // Where nobody receives it the node is gone, and another one sends it again.
            drop(signals.send(Signal::Sent(Box::new(Sent { attempt, begun, outcome, took: timer.elapsed() }))));
        };
        self.lanes.enter(no, is_failing);
        if let Err(error) = Builder::new().name("webhook".to_owned()).spawn(send) {
            self.lanes.leave(no, false, Duration::ZERO);
            log::error!("no thread to deliver a webhook: {error}");
        }
        Ok(())
    }

    fn lease_until(&self) -> Instant {
        after(now(), self.options.timeout + MARGIN)
    }

    /// Writes what became of a message.
    fn settle(&mut self, sent: &Sent) -> Result<(), StoreError> {
        let Sent { attempt, begun, outcome, .. } = sent;
        let (metrics, now) = (Arc::clone(&self.index.metrics), now());
        match outcome {
            Outcome::Delivered(_) => {
                metrics.webhook(WebhookOutcome::Delivered);
                let until = self.lease_until();
                self.write(|conn| webhook_deliveries::delivered(conn, attempt, until, now))
            }
            Outcome::Gone(fault) => {
                metrics.webhook(WebhookOutcome::Gone);
                log::warn!("the webhook {} stops: its receiver wants no more", attempt.webhook.id);
                self.failed(attempt, fault, Verdict::Gone, now)
            }
            Outcome::Failed(fault) => {
                let first = self.write(|conn| webhook_deliveries::first_attempt(conn, attempt))?.unwrap_or(*begun);
                let verdict = self.verdict(&attempt.webhook, first, now);
                metrics.webhook(match verdict {
                    Verdict::GivenUp { .. } => WebhookOutcome::GivenUp,
                    _ => WebhookOutcome::Failed,
                });
                if let Verdict::GivenUp { stops } = verdict {
                    let what = if stops { "stops: it gave up too many messages" } else { "gave up a message" };
                    log::warn!("the webhook {} {what}: {}", attempt.webhook.id, fault.error);
                }
                self.failed(attempt, fault, verdict, now)
            }
        }
    }

    fn failed(&mut self, attempt: &Attempt, fault: &Fault, verdict: Verdict, now: Instant) -> Result<(), StoreError> {
        self.write(|conn| webhook_deliveries::failed(conn, attempt, fault, verdict, now))
    }

    /// What becomes of a message that has failed once more, and was sent first then.
    fn verdict(&mut self, webhook: &Webhook, first: Instant, now: Instant) -> Verdict {
        let last = after(first, self.options.give_up);
        if now >= last {
            return Verdict::GivenUp { stops: webhook.given_up + 1 >= MOST_GIVEN_UP };
        }
        let step = wait(self.options.first_retry, self.options.give_up / 4, webhook.failures);
        // Not all at the same moment.
        Verdict::Again(after(now, step.mul_f64(0.75 + self.chance.f64() / 2.0)).min(last))
    }
}

/// How long a message waits that had failed so often before, and failed again.
fn wait(first: Duration, longest: Duration, failures: i32) -> Duration {
    let doublings = failures.clamp(0, 30).unsigned_abs();
    first.saturating_mul(1 << doublings).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_as_long_up_to_a_quarter_of_all() {
        let (first, day) = (Duration::from_secs(5), Duration::from_hours(24));
        let waits: Vec<u64> = (0..15).map(|failures| wait(first, day / 4, failures).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_120, 10_240, 20_480, 21_600, 21_600]);
        assert_eq!(wait(first, day, i32::MAX), day);
    }
}
