//! The words of rows on disk, or in memory where there is no folder: what `tantivy` keeps, with what it is of.
//!
//! A folder is bound to the store as the file of the index is: by its dataset, its epoch and the operation up to which it knows the
//! log. Whatever is wrong with it, it is written anew.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tantivy::directory::error::OpenDirectoryError;
use tantivy::directory::{MmapDirectory, RamDirectory};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, SegmentMeta, TantivyDocument, TantivyError, Term};
use thiserror::Error;
use uuid::Uuid;

use super::changed::ChangedRow;
use super::written::{Fields, Written};
use crate::domain::instant::Instant;
use crate::store::error::StoreError;
use crate::store::log::Head;

/// To be raised whenever text would be made into words, or stored, in another way.
const LAYOUT: u32 = 1;

/// Bytes that are gathered in memory before they are written to disk.
const BUFFER: usize = 64 << 20;

/// Why the words of events cannot be searched.
#[derive(Debug, Error)]
pub enum TextError {
    /// They are still being gathered, up to this operation so far.
    #[error("the words of events are still being gathered, up to operation {0} so far")]
    NotReady(i64),
    /// What was written cannot be read, or nothing can be written.
    #[error("the words of events: {0}")]
    Failed(#[from] TantivyError),
    /// The folder cannot be used.
    #[error("the words of events: {0}")]
    Io(#[from] io::Error),
}

impl From<TextError> for StoreError {
    fn from(error: TextError) -> Self {
        Self::NotReady(error.to_string())
    }
}

impl From<OpenDirectoryError> for TextError {
    fn from(error: OpenDirectoryError) -> Self {
        Self::Failed(error.into())
    }
}

/// What the words on a shelf are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    layout: u32,
    /// Which dataset.
    pub dataset_id: Uuid,
    /// Its epoch.
    pub epoch: i64,
    /// The operation up to which they are.
    pub seq: i64,
    /// When that was recorded.
    pub recorded_at: Instant,
    /// The newest redaction of which nothing is left in the files.
    pub redacted: i64,
}

impl Title {
    /// Words up to a place in the log, with nothing left of what was redacted up to another one.
    pub const fn at(head: Head, redacted: i64) -> Self {
        let Head { dataset_id, epoch, seq, recorded_at } = head;
        Self { layout: LAYOUT, dataset_id, epoch, seq, recorded_at, redacted }
    }
}

/// Where the words are written. Only one process has a folder at a time.
pub struct Shelf {
    fields: Fields,
    writer: IndexWriter,
    reader: IndexReader,
    _lock: Option<File>,
}

/// A folder that another process has.
#[derive(Debug)]
pub struct Taken;

impl Shelf {
    /// The words in a folder, with what they are of; none where there are none, or they are not to be used: then the folder is
    /// emptied.
    ///
    /// # Errors
    /// When the folder cannot be used at all.
    pub fn open(
        folder: &Path,
        mut is_usable: impl FnMut(&Title) -> bool,
    ) -> Result<Result<(Self, Option<Title>), Taken>, TextError> {
        fs::create_dir_all(folder)?;
        let lock = File::options().create(true).truncate(false).write(true).open(folder.join("lock"))?;
        if lock.try_lock().is_err() {
            return Ok(Err(Taken));
        }
        let words = folder.join("words");
        if let Ok(title) = title_in(&words)
            && is_usable(&title)
            && let Ok(index) = open_index(&words)
            && index.validate_checksum().is_ok_and(|damaged| damaged.is_empty())
        {
            return Ok(Ok((Self::of(index, Some(lock))?, Some(title))));
        }
        if words.exists() {
            fs::remove_dir_all(&words)?;
        }
        fs::create_dir_all(&words)?;
        Ok(Ok((Self::of(open_index(&words)?, Some(lock))?, None)))
    }

    /// An empty shelf in memory.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn in_memory() -> Result<Self, TextError> {
        Self::of(Index::open_or_create(RamDirectory::create(), Fields::schema().0)?, None)
    }

    fn of(index: Index, lock: Option<File>) -> Result<Self, TextError> {
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let writer = index.writer_with_num_threads(1, BUFFER)?;
        Ok(Self { fields: Fields::schema().1, writer, reader, _lock: lock })
    }

    /// Takes in rows; nobody finds them before [`Self::commit`].
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn put<'a>(&self, rows: impl Iterator<Item = &'a ChangedRow>) -> Result<(), TextError> {
        let Fields { row: number, plain, stems } = self.fields;
        for ChangedRow { row, words, is_rewritten } in rows {
            if *is_rewritten {
                self.writer.delete_term(Term::from_field_u64(number, u64::from(*row)));
            }
            if let Some(words) = words {
                let mut document = TantivyDocument::new();
                document.add_u64(number, u64::from(*row));
                for (at, words) in [&words.title, &words.body].into_iter().enumerate() {
                    document.add_text(plain[at], &words.plain);
                    document.add_text(stems[at], &words.stems);
                }
                self.writer.add_document(document)?;
            }
        }
        Ok(())
    }

    /// Writes what was taken in, so that it is there when the program is started again.
    ///
    /// # Errors
    /// When it cannot be written; what was there before stays.
    pub fn commit(&mut self, title: Title) -> Result<(), TextError> {
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&serde_json::to_string(&title).map_err(io::Error::from)?);
        commit.commit()?;
        self.reader.reload()?;
        Ok(())
    }

    /// Writes anew whatever holds words that are found no more; false where some of it is being merged at this moment, so that it is
    /// to be tried again.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn drop_deleted(&mut self) -> Result<bool, TextError> {
        let segments = self.writer.index().searchable_segment_metas()?;
        let stale: Vec<_> = segments.iter().filter(|segment| segment.has_deletes()).map(SegmentMeta::id).collect();
        if !stale.is_empty() {
            match self.writer.merge(&stale).wait() {
                Ok(_) => {}
                // A segment of these is not there any more: another merge took it in.
                Err(TantivyError::InvalidArgument(_)) => return Ok(false),
                Err(error) => return Err(error.into()),
            }
            self.reader.reload()?;
        }
        Ok(true)
    }

    /// Removes the files that nobody reads any more; whether no other is left than those of now.
    ///
    /// # Errors
    /// When they cannot be removed.
    pub fn collect(&self) -> Result<bool, TextError> {
        self.writer.garbage_collect_files().wait()?;
        let index = self.writer.index();
        let current = index.searchable_segment_ids()?;
        let files = index.directory().list_managed_files();
        let is_of_now = |file: &PathBuf| {
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            file.extension().is_some_and(|kind| kind == "json")
                || current.iter().any(|id| name.starts_with(&id.uuid_string()))
        };
        Ok(files.iter().all(is_of_now))
    }

    /// What is written, to be searched.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn written(&self) -> Result<Written, TextError> {
        Written::of(self.reader.searcher(), self.fields)
    }
}

fn open_index(folder: &Path) -> Result<Index, TextError> {
    Ok(Index::open_or_create(MmapDirectory::open(folder)?, Fields::schema().0)?)
}

/// What the words in a folder are of.
fn title_in(words: &Path) -> Result<Title, TextError> {
    let payload = Index::open_in_dir(words)?.load_metas()?.payload.unwrap_or_default();
    let title: Title = serde_json::from_str(&payload).map_err(io::Error::from)?;
    if title.layout == LAYOUT { Ok(title) } else { Err(io::Error::from(io::ErrorKind::InvalidData).into()) }
}

/// The words in a folder, to be looked at beside whoever has it.
pub struct Saved {
    /// What they are of.
    pub title: Title,
    /// The words.
    pub written: Written,
    index: Index,
}

impl Saved {
    /// The words in a folder; `None` where none are written there.
    ///
    /// # Errors
    /// When they cannot be read, or are of another version of the program.
    pub fn open(folder: &Path) -> Result<Option<Self>, TextError> {
        let words = folder.join("words");
        if !words.join("meta.json").exists() {
            return Ok(None);
        }
        let (title, index) = (title_in(&words)?, open_index(&words)?);
        let reader: IndexReader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Some(Self { title, written: Written::of(reader.searcher(), Fields::schema().1)?, index }))
    }

    /// The files that are not what was written.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn damaged(&self) -> Result<Vec<String>, TextError> {
        let damaged = self.index.validate_checksum()?;
        Ok(damaged.into_iter().map(|file| format!("{} is damaged", file.display())).collect())
    }
}

/// The folder of words that belongs to a file of the index.
pub fn folder_beside(index_file: &Path) -> PathBuf {
    let mut name = index_file.as_os_str().to_owned();
    name.push(".text");
    name.into()
}
