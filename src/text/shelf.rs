//! The words of rows on disk, or in memory where there is no folder: what `tantivy` keeps, with what it is of.
//!
//! A folder is bound to the store as the file of the index is: by its dataset, its epoch and the operation up to which it knows the
//! log. Whatever is wrong with it, it is written anew.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use tantivy::columnar::Column;
use tantivy::directory::error::OpenDirectoryError;
use tantivy::directory::{MmapDirectory, RamDirectory};
use tantivy::postings::Postings;
use tantivy::query::{EnableScoring, PhraseQuery, Query};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{
    DocSet, Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, SegmentMeta, SegmentReader, TERMINATED,
    TantivyDocument, TantivyError, Term,
};
use thiserror::Error;
use uuid::Uuid;

use super::changed::ChangedRow;
use super::compare::Sum;
use super::hits::{Found, RowSet};
use super::part::{Kind, Part};
use crate::domain::instant::Instant;
use crate::metrics::TextSize;
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

/// The fields of a row.
#[derive(Clone, Copy, Debug)]
struct Fields {
    row: Field,
    /// Of titles, then of everything else: the words as they stand, with their places, and their stems.
    plain: [Field; 2],
    stems: [Field; 2],
}

const ROW: &str = "row";

impl Fields {
    fn schema() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let words = |index_option| {
            let indexing = TextFieldIndexing::default().set_tokenizer("whitespace").set_fieldnorms(false);
            TextOptions::default().set_indexing_options(indexing.set_index_option(index_option))
        };
        let row = schema.add_u64_field(ROW, FAST | INDEXED);
        let mut pair = |name: &str, option| {
            ["title", "body"].map(|part| schema.add_text_field(&format!("{part}_{name}"), words(option)))
        };
        let plain = pair("plain", IndexRecordOption::WithFreqsAndPositions);
        let stems = pair("stems", IndexRecordOption::Basic);
        (schema.build(), Self { row, plain, stems })
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

    /// Writes anew whatever holds words that are found no more.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn drop_deleted(&mut self) -> Result<(), TextError> {
        let segments = self.writer.index().searchable_segment_metas()?;
        let stale: Vec<_> = segments.iter().filter(|segment| segment.has_deletes()).map(SegmentMeta::id).collect();
        if !stale.is_empty() {
            self.writer.merge(&stale).wait()?;
            self.reader.reload()?;
        }
        Ok(())
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

/// What is written at one moment.
#[derive(Clone)]
pub struct Written {
    searcher: Searcher,
    /// The numbers of rows, by segment.
    rows: Arc<[Column<u64>]>,
    fields: Fields,
}

impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} rows", self.searcher.num_docs())
    }
}

impl Written {
    fn of(searcher: Searcher, fields: Fields) -> Result<Self, TextError> {
        let rows = searcher.segment_readers().iter().map(|segment| segment.fast_fields().u64(ROW));
        Ok(Self { rows: rows.collect::<Result<_, _>>()?, searcher, fields })
    }

    /// How much it is.
    pub fn size(&self) -> TextSize {
        TextSize {
            written_rows: self.searcher.num_docs(),
            segments: self.searcher.segment_readers().len(),
            bytes: self.searcher.space_usage().map_or(0, |usage| usage.total().get_bytes()),
            ..TextSize::default()
        }
    }

    /// The rows that have something.
    ///
    /// # Errors
    /// When what is written cannot be read.
    pub fn find(&self, part: &Part) -> Result<Found, TextError> {
        let mut found = Found::default();
        let fields = if part.kind == Kind::Word { self.fields.stems } else { self.fields.plain };
        for (segment, rows) in self.searcher.segment_readers().iter().zip(&*self.rows) {
            for (field, is_title) in fields.into_iter().zip([true, false]) {
                let take = |set: &mut RowSet, document| {
                    if let Some(row) = rows.first(document).and_then(|row| u32::try_from(row).ok()) {
                        set.insert(row);
                    }
                };
                self.each(segment, field, part, &mut |document| {
                    take(&mut found.all, document);
                    if is_title {
                        take(&mut found.titles, document);
                    }
                })?;
            }
        }
        Ok(found)
    }

    /// For each row the sum of its words, more than one where it is there more than once.
    ///
    /// # Errors
    /// When what is written cannot be read.
    pub fn sums(&self) -> Result<HashMap<u32, Vec<Sum>>, TextError> {
        let mut sums: HashMap<u32, Vec<Sum>> = HashMap::new();
        let fields = self.fields.plain.into_iter().chain(self.fields.stems).enumerate();
        for (segment, rows) in self.searcher.segment_readers().iter().zip(&*self.rows) {
            let mut own = vec![Sum::default(); segment.max_doc() as usize];
            for (at, field) in fields.clone() {
                let has_places = at < self.fields.plain.len();
                let option =
                    if has_places { IndexRecordOption::WithFreqsAndPositions } else { IndexRecordOption::Basic };
                let index = segment.inverted_index(field)?;
                let (mut terms, mut places) = (index.terms().stream()?, vec![0]);
                while terms.advance() {
                    let mut postings = index.read_postings_from_terminfo(terms.value(), option)?;
                    while postings.doc() != TERMINATED {
                        if has_places {
                            postings.positions(&mut places);
                        }
                        let sum = &mut own[postings.doc() as usize];
                        for place in &places {
                            sum.add(at, terms.key(), *place);
                        }
                        postings.advance();
                    }
                }
            }
            for document in segment.doc_ids_alive() {
                let row = rows.first(document).and_then(|row| u32::try_from(row).ok());
                sums.entry(row.unwrap_or(u32::MAX)).or_default().push(own[document as usize]);
            }
        }
        Ok(sums)
    }

    /// Tells each document of a segment that has something in a field, maybe more than once.
    fn each(
        &self,
        segment: &SegmentReader,
        field: Field,
        part: &Part,
        found: &mut dyn FnMut(u32),
    ) -> Result<(), TantivyError> {
        let words: Vec<&str> = part.terms().collect();
        match part.kind {
            Kind::Phrase if words.len() > 1 => {
                let terms = words.iter().map(|word| Term::from_field_text(field, word)).collect();
                let weight = PhraseQuery::new(terms).weight(EnableScoring::disabled_from_searcher(&self.searcher))?;
                alive(segment, weight.scorer(segment, 1.0)?, found);
                Ok(())
            }
            Kind::Word | Kind::Phrase => {
                let index = segment.inverted_index(field)?;
                for word in words {
                    let term = Term::from_field_text(field, word);
                    if let Some(postings) = index.read_postings(&term, IndexRecordOption::Basic)? {
                        alive(segment, postings, found);
                    }
                }
                Ok(())
            }
            Kind::Prefix => {
                let index = segment.inverted_index(field)?;
                for prefix in words {
                    // No word has a byte that is in no UTF-8.
                    let last = [prefix.as_bytes(), &[u8::MAX]].concat();
                    let mut terms = index.terms().range().ge(prefix).lt(last).into_stream()?;
                    while terms.advance() {
                        let postings = index.read_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?;
                        alive(segment, postings, found);
                    }
                }
                Ok(())
            }
        }
    }
}

fn alive(segment: &SegmentReader, mut postings: impl DocSet, found: &mut dyn FnMut(u32)) {
    let alive = segment.alive_bitset();
    while postings.doc() != TERMINATED {
        if alive.is_none_or(|alive| alive.is_alive(postings.doc())) {
            found(postings.doc());
        }
        postings.advance();
    }
}

/// The folder of words that belongs to a file of the index.
pub fn folder_beside(index_file: &Path) -> PathBuf {
    let mut name = index_file.as_os_str().to_owned();
    name.push(".text");
    name.into()
}
