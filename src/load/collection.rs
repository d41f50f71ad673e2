//! A file of another collection, through the writer. Reading and mapping run on a thread of their own, beside the writer's. A
//! run that was interrupted is completed by running it again: what was taken over is skipped.

use std::io::BufRead;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::sync::{Gone, Held};
use super::taking::{Taking, digest};
use super::{IN_FLIGHT, LoadError, Options, Progress};
use crate::domain::content::Content;
use crate::domain::resource::Resource;
use crate::domain::vocabulary::LocationKind;
use crate::import::entities::KnownPlaces;
use crate::import::mapped::Mapped;
use crate::import::mapping::{MappedRows, Mapping, preset};
use crate::import::records::OpenError;
use crate::import::report::Report;
use crate::index::{Index, State};
use crate::metrics::ImportFormat;
use crate::node::reader::Reader;
use crate::node::writer::Writer;
use crate::store::connection::DatabaseUrl;
use crate::store::error::StoreError;
use crate::store::imports::import_record;
use crate::store::sync_turn::SyncTurn;

/// Where a file is taken over to.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// A node's writer.
    pub writer: &'a Writer,
    /// What that node knows.
    pub index: &'a Index,
    /// Its database.
    pub database: &'a DatabaseUrl,
}

/// Whose files they are, and how they are read: by a mapping.
#[derive(Clone, Debug)]
pub struct Collection(pub Arc<Mapping>);

impl Collection {
    /// Whose files have this format; `None` for documents of our own, and where a mapping must be given.
    pub fn of(format: ImportFormat) -> Option<Self> {
        preset(format.code()).map(Self)
    }

    /// The scheme of the ids that its events get in `external_ids`.
    pub fn scheme(&self) -> &str {
        &self.0.scheme
    }

    /// Whether its files list what is no more, so that nothing follows from what they lack.
    pub fn lists_deletions(&self) -> bool {
        self.0.deletes
    }
}

/// Takes a file over, and tells in the report what became of each row, also where it was not taken over to its end.
///
/// # Errors
/// When the file cannot be read as one of the collection, the store failed, it was stopped, or what the file does not have could not be
/// withdrawn; what was taken over stays. When another file is being synchronised, before anything is read.
pub fn take_over(
    target: Target<'_>,
    collection: &Collection,
    input: impl BufRead + Send,
    options: &Options,
    progress: &Progress,
    report: &mut Report,
) -> Result<(), LoadError> {
    let _turn = if options.sync {
        Some(SyncTurn::take(target.database, collection.scheme())?.ok_or(LoadError::BeingSynchronised)?)
    } else {
        None
    };
    let known = known_places(&target.index.read());
    let mut taking = Taking::new(target, collection.scheme(), options)?;
    let (mapped, read) = mapped_beside(collection, input, known, progress, |row| {
        progress.count_record();
        taking.take(row)
    });
    let done = read.and_then(|()| taking.complete(mapped.refused, progress));
    let settled = taking.settle();
    *report = together(mapped, taking.report);
    // Rows that were read ahead are told where they were taken, and else not.
    report.lines = report.accounted();
    done?;
    Ok(settled?)
}

/// Tells what taking a file over would do, and writes nothing.
///
/// # Errors
/// When the file cannot be read as one of the collection, the database not be asked, it was stopped, or what the file does not have
/// could not be withdrawn.
pub fn rehearse(
    database: &DatabaseUrl,
    collection: &Collection,
    input: impl BufRead + Send,
    options: &Options,
    progress: &Progress,
    report: &mut Report,
) -> Result<(), LoadError> {
    let reader = Reader::new(database.clone());
    let (mut written, mut held) = (Report::default(), Held::default());
    let (mapped, read) = mapped_beside(collection, input, KnownPlaces::new(), progress, |row| {
        progress.count_record();
        if options.sync {
            held.add_row(collection.scheme(), &row);
        }
        let record = reader.read(|conn| import_record(conn, collection.scheme(), &row.identity))?;
        if row.event.is_none() {
            match record {
                None => written.ignored += 1,
                Some(record) if record.has_lapsed() => written.unchanged += 1,
                Some(record) if record.is_edited() && !options.force => written.conflicting += 1,
                Some(_) => {
                    written.corrected += 1;
                    written.retracted += 1;
                }
            }
            return Ok(());
        }
        match record {
            None => written.created += 1,
            Some(record) if record.digest == digest(&row) && !record.has_lapsed() => written.unchanged += 1,
            Some(record) if record.is_edited() && !options.force => written.conflicting += 1,
            Some(_) => written.corrected += 1,
        }
        Ok(())
    });
    let done = read.and_then(|()| {
        if !options.sync {
            return Ok(());
        }
        let Gone { untouched, edited, .. } = counted(database, collection.scheme(), &held, 0, mapped.refused, options)?;
        if options.force {
            written.retracted += untouched + edited;
        } else {
            written.retracted += untouched;
            written.kept = edited;
        }
        Ok(())
    });
    *report = together(mapped, written);
    report.lines = report.accounted();
    done
}

/// What is gone and may be withdrawn, where the file has brought so many events and `untold` of its rows were refused.
///
/// # Errors
/// Why it may not, or when the database cannot be asked.
pub(super) fn counted(
    database: &DatabaseUrl,
    scheme: &str,
    held: &Held,
    brought: u64,
    untold: u64,
    options: &Options,
) -> Result<Gone, LoadError> {
    let mut conn = database.connect().map_err(StoreError::from)?;
    let gone = Gone::count(&mut conn, scheme, held)?;
    if !options.force {
        gone.check(brought, untold)?;
    }
    Ok(gone)
}

/// The slugs of countries and first-level divisions that the dataset has already.
fn known_places(state: &State) -> KnownPlaces {
    let mut known = KnownPlaces::new();
    for (entity, document) in state.entities.all(Resource::Location, state.head.seq) {
        let Content::Location(location) = &*document.content else {
            continue;
        };
        let code = match location.kind {
            LocationKind::Country => location.country.as_ref(),
            LocationKind::Admin1 => location.admin1.as_ref(),
            _ => None,
        };
        known.extend(code.map(|code| (code.clone(), entity.slug.clone())));
    }
    known
}

/// Reads and maps a file on a thread of its own, and hands each row to `take` on this one. Tells what was read, and whether
/// that was all of it.
fn mapped_beside(
    collection: &Collection,
    input: impl BufRead + Send,
    known: KnownPlaces,
    progress: &Progress,
    mut take: impl FnMut(Mapped) -> Result<(), StoreError>,
) -> (Report, Result<(), LoadError>) {
    let (sender, rows): (SyncSender<Mapped>, Receiver<Mapped>) = sync_channel(IN_FLIGHT);
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let mut report = Report::default();
            let read = read_rows(collection, input, known, progress, &sender, &mut report);
            (report, read)
        });
        let written = rows.iter().take_while(|_| !progress.is_stopped()).try_for_each(&mut take);
        drop(rows);
        let Ok((report, read)) = reading.join() else {
            return (Report::default(), Err(StoreError::Stopped.into()));
        };
        let done = match (written, read) {
            (Err(error), _) => Err(error.into()),
            (Ok(()), Err(error)) => Err(error.into()),
            (Ok(()), Ok(())) if progress.is_stopped() => Err(LoadError::Stopped),
            (Ok(()), Ok(())) => Ok(()),
        };
        (report, done)
    })
}

/// Reads and maps a file to its end, or as long as somebody takes its rows.
///
/// # Errors
/// When the file cannot be read, or is none of the collection.
fn read_rows(
    collection: &Collection,
    input: impl BufRead,
    known: KnownPlaces,
    progress: &Progress,
    sender: &SyncSender<Mapped>,
    report: &mut Report,
) -> Result<(), OpenError> {
    let mut rows = MappedRows::open(&collection.0, input, known)?;
    while let Some(mapped) = rows.next(report)? {
        progress.set_bytes(rows.bytes());
        if sender.send(mapped).is_err() {
            // Whoever writes has given up, and tells why.
            break;
        }
    }
    progress.set_bytes(rows.bytes());
    Ok(())
}

fn together(mapped: Report, written: Report) -> Report {
    let mut report = mapped;
    report.created += written.created;
    report.corrected += written.corrected;
    report.unchanged += written.unchanged;
    report.conflicting += written.conflicting;
    report.ignored += written.ignored;
    report.refused += written.refused;
    report.retracted += written.retracted;
    report.kept += written.kept;
    report.linked += written.linked;
    for error in written.errors {
        report.error(error);
    }
    report
}
