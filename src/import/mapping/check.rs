//! What the writer would say against a document, known before it is written: a dry run tells the same.

use uuid::Uuid;

use serde_json::Value;

use crate::domain::catalog::Everything;
use crate::domain::event::EventContent;

/// All faults of an event in one sentence; `None` where it has none. What it refers to goes out before it.
pub fn faults_of(event: &Value) -> Option<String> {
    let faults = EventContent::read(event, Uuid::max(), &Everything).err()?;
    let told =
        faults.iter().take(10).map(|fault| format!("{}: {}", fault.pointer.trim_start_matches('/'), fault.detail));
    Some(told.collect::<Vec<_>>().join(" "))
}
