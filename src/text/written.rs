//! What is written of the words of rows, to be searched.

use std::sync::Arc;

use hashbrown::HashMap;
use tantivy::columnar::Column;
use tantivy::postings::Postings;
use tantivy::query::{EnableScoring, PhraseQuery, Query};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{DocSet, Searcher, SegmentReader, TERMINATED, TantivyError, Term};

use super::compare::Sum;
use super::hits::{Found, RowSet};
use super::part::{Kind, Part};
use super::shelf::TextError;
use crate::metrics::TextSize;

/// The fields of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    /// Its number.
    pub row: Field,
    /// Of titles, then of everything else: the words as they stand, with their places.
    pub plain: [Field; 2],
    /// Their stems, in the same order.
    pub stems: [Field; 2],
}

const ROW: &str = "row";

impl Fields {
    /// The fields, and what an index is made with.
    pub fn schema() -> (Schema, Self) {
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
    /// What a searcher sees.
    ///
    /// # Errors
    /// When the numbers of rows cannot be read.
    pub(super) fn of(searcher: Searcher, fields: Fields) -> Result<Self, TextError> {
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
