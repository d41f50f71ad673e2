//! Files that are sent: written to a file without a name as they come, so that memory holds a piece at most, and so that they go
//! with the process whatever becomes of it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::{Payload, block};
use futures_util::StreamExt;
use uuid::Uuid;
use xxhash_rust::xxh3::Xxh3Default;

use super::problem::{Code, Problem};

/// How long a client may send nothing.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a client may take to send all of it: a GiB at 300 KB a second.
const LONGEST: Duration = Duration::from_hours(1);
/// Bytes that are written at a time.
const PIECE: usize = 1 << 20;

/// A file that has come.
pub struct Uploaded {
    /// The file.
    pub file: File,
    /// How many bytes it has.
    pub bytes: u64,
    /// A digest of them.
    pub digest: u128,
}

/// Takes a file of so many bytes at most.
///
/// # Errors
/// 415 for a form or a content coding, 413 for a file that is too long, 408 for one that comes too slowly, 400 for one that is
/// empty or breaks off, 503 where there is no room for it.
pub async fn receive(req: &HttpRequest, payload: Payload, folder: &Path, limit: u64) -> Result<Uploaded, Problem> {
    check(req, limit)?;
    let file = unnamed(folder).map_err(|error| no_room(&error))?;
    let received = tokio::time::timeout(LONGEST, whole(payload, file, limit)).await;
    received.map_err(|_| too_slow())?
}

fn check(req: &HttpRequest, limit: u64) -> Result<(), Problem> {
    let text = |name| req.headers().get(name).map(|value: &header::HeaderValue| value.to_str().unwrap_or_default());
    if text(header::CONTENT_ENCODING).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return Err(Problem::new(Code::UnsupportedMediaType, "A body in a content coding is not read here."));
    }
    let is_form = text(header::CONTENT_TYPE).is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/"));
    if is_form {
        let detail = "The body must be the file itself, and not a form that holds it.";
        return Err(Problem::parameter(Code::UnsupportedMediaType, "Content-Type", detail));
    }
    let announced = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit) { Err(too_large(limit)) } else { Ok(()) }
}

async fn whole(mut payload: Payload, mut file: File, limit: u64) -> Result<Uploaded, Problem> {
    let (mut bytes, mut digest, mut piece) = (0, Xxh3Default::new(), Vec::with_capacity(PIECE));
    loop {
        let part = tokio::time::timeout(PATIENCE, payload.next()).await.map_err(|_| too_slow())?;
        let is_last = part.is_none();
        if let Some(part) = part {
            let part = part.map_err(|_| Problem::new(Code::Refused, "The body broke off."))?;
            bytes += part.len() as u64;
            if bytes > limit {
                return Err(too_large(limit));
            }
            digest.update(&part);
            piece.extend_from_slice(&part);
        }
        if is_last || piece.len() >= PIECE {
            (file, piece) = written(file, piece).await?;
        }
        if is_last {
            break;
        }
    }
    if bytes == 0 {
        return Err(Problem::new(Code::Refused, "The body is empty; it must be the file."));
    }
    Ok(Uploaded { file, bytes, digest: digest.digest128() })
}

/// Writes a piece, away from the threads that answer, and gives its memory back.
async fn written(mut file: File, mut piece: Vec<u8>) -> Result<(File, Vec<u8>), Problem> {
    let write = move || {
        file.write_all(&piece)?;
        piece.clear();
        Ok((file, piece))
    };
    let outcome: io::Result<_> =
        block(write).await.map_err(|_| Problem::new(Code::Unavailable, "The service is stopping."))?;
    outcome.map_err(|error| no_room(&error))
}

/// A new file that only its owner could have read, and that has no name any more.
fn unnamed(folder: &Path) -> io::Result<File> {
    let path = folder.join(format!("marchline-import-{}", Uuid::new_v4()));
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

fn too_large(limit: u64) -> Problem {
    Problem::new(Code::TooLarge, format!("A file may have {limit} bytes at most."))
}

fn too_slow() -> Problem {
    Problem::new(Code::RequestTimeout, "The file did not come in time.")
}

fn no_room(error: &io::Error) -> Problem {
    log::error!("a file that was sent cannot be written: {error}");
    Problem::new(Code::Unavailable, "The node has no room for the file.")
        .with_header(header::RETRY_AFTER, header::HeaderValue::from_static("60"))
}
