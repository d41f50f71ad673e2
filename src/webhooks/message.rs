//! What receivers are told.

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::sender::Message;
use crate::domain::instant::Instant;
use crate::feed::Entry;
use crate::store::restores::Restore;
use crate::store::webhooks::Position;

/// The id of the message that leads to a position: the same whenever it is sent.
fn id(webhook: Uuid, to: Position) -> String {
    format!("{webhook}.{}.{}", to.epoch, to.seq)
}

#[derive(Serialize)]
struct Body<'a, T> {
    r#type: &'static str,
    timestamp: Instant,
    data: &'a T,
}

fn body<T: Serialize>(r#type: &'static str, timestamp: Instant, data: &T) -> serde_json::Result<String> {
    serde_json::to_string(&Body { r#type, timestamp, data })
}

/// One entry of the change feed, as it stands there.
///
/// # Errors
/// When it has no form as JSON.
pub fn change(webhook: Uuid, to: Position, entry: &Entry) -> serde_json::Result<Message> {
    Ok(Message { id: id(webhook, to), body: body("timeline.change", entry.recorded_at, entry)? })
}

/// That a backup was restored, and with which number the epoch begins.
///
/// # Errors
/// When it has no form as JSON.
pub fn reset(webhook: Uuid, restore: &Restore) -> serde_json::Result<Message> {
    let Restore { epoch, from_seq, to_seq, restored_at } = *restore;
    let data = json!({"epoch": epoch, "seq": to_seq, "kept_through": from_seq});
    let body = body("timeline.reset", restored_at, &data)?;
    Ok(Message { id: id(webhook, Position { epoch, seq: to_seq }), body })
}

/// A message that tells nothing.
///
/// # Errors
/// When it has no form as JSON.
pub fn test(webhook: Uuid, number: Uuid, now: Instant) -> serde_json::Result<Message> {
    let body = body("timeline.test", now, &json!({"webhook": webhook}))?;
    Ok(Message { id: format!("{webhook}.test.{number}"), body })
}
