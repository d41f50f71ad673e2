//! Records of a file of comma-separated values as they are found in the wild, in bounded memory.
//!
//! RFC 4180 with lines ended by CR, LF or both. What is broken costs the record it is in, and never the file:
//!
//! - **A carriage return within a cell** breaks a record in pieces. Consecutive pieces are joined where together they have
//!   exactly the header's number of cells. The cell that broke is in both pieces: 10 and 65 cells make 74.
//! - **A quote left open** swallows what follows. It is noticed where text stands behind the quote that seems to close it,
//!   where the record has the wrong number of cells, where a line within it is a whole record by itself, or after so many
//!   lines. Then its first line alone is refused, and reading goes on with the second.
//! - **Bytes that are no UTF-8** are taken for Windows-1252, text encoded twice is turned back, and control characters are
//!   left out, all of which is told.

use std::io::{self, BufRead};

use super::cells::Cells;
pub use super::cells::Dialect;
use super::lines::{Lines, MAX_BYTES};
use super::report::RowError;
use super::text;

/// Most lines of a record; only quoted cells make more than one.
const MAX_LINES: usize = 1_000;

/// Most pieces that a record can be broken in.
const MAX_PIECES: usize = 4;

/// Most columns of a file.
const MAX_COLUMNS: usize = 4_096;

/// From so many columns on, a line with as many cells is hardly a line of text with commas in it.
const WIDE: usize = 10;

/// One record: cells by position.
#[derive(Debug, Default)]
pub struct Record {
    /// The line it begins on, from 1.
    pub line: u64,
    /// Whether it was put together from pieces.
    pub joined: bool,
    /// How many of its cells had been encoded wrongly and were repaired.
    pub repaired: u64,
    /// What was put right in it.
    pub notices: Vec<RowError>,
    text: String,
    ends: Vec<usize>,
}

impl Record {
    /// A cell; empty where the record has none at that position.
    pub fn get(&self, position: usize) -> &str {
        let start = if position == 0 { Some(&0) } else { self.ends.get(position - 1) };
        let range = start.zip(self.ends.get(position)).and_then(|(start, end)| self.text.get(*start..*end));
        range.unwrap_or_default()
    }

    /// Whether no cell says anything.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn clear(&mut self) {
        self.notices.clear();
        self.text.clear();
        self.ends.clear();
        self.repaired = 0;
    }
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A record.
    Record,
    /// Something that is none, with the reason.
    Refused(RowError),
    /// Nothing: the file has ended.
    End,
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is not readable.
    #[error("the file cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It has no header.
    #[error("the file has no header")]
    Empty,
    /// It has no rows, where it should have no header.
    #[error("the file has no rows")]
    NoRows,
    /// It is written in UTF-16.
    #[error("the file is in UTF-16; save it as UTF-8")]
    Utf16,
    /// The first line is no header.
    #[error("the first line is no header: {0}")]
    Header(String),
    /// Columns without which nothing can be told.
    #[error("the header lacks {}", .0.join(", "))]
    MissingColumns(Vec<String>),
    /// JSON that has no list of records where there should be one.
    #[error("the file has no list of records: {0}")]
    NoList(String),
}

/// The records of a file behind its header.
pub struct Records<R> {
    lines: Lines<R>,
    header: Vec<String>,
    /// Whether the first cell of a line shows that a record begins there, so that it is no piece of the one before. Where
    /// nobody can say, pieces are never joined.
    begins: Option<fn(&[u8]) -> bool>,
    cells: Cells,
    piece: Cells,
}

/// What stands at a line, and how many lines it takes.
enum Found {
    Cells(usize),
    OpenQuote,
    TooLong,
    End,
}

impl<R: BufRead> Records<R> {
    /// Reads the header. Names of columns are trimmed and in lower case; with `columns`, the file has no header, and these are its
    /// columns. `begins` tells by its first cell whether a line begins a record; without it broken records are not put together.
    ///
    /// # Errors
    /// Where there is no header, or with `columns` no row, or the file is written in UTF-16.
    pub fn open(
        input: R,
        dialect: Dialect,
        columns: Option<Vec<String>>,
        begins: Option<fn(&[u8]) -> bool>,
    ) -> Result<Self, OpenError> {
        let mut records = Self::of(input, begins, dialect);
        match columns {
            Some(columns) => {
                records.header = columns;
                records.look_for_rows()?;
            }
            None => records.read_header()?,
        }
        Ok(records)
    }

    fn of(input: R, begins: Option<fn(&[u8]) -> bool>, dialect: Dialect) -> Self {
        let cells = || Cells { dialect, ..Cells::default() };
        Self { lines: Lines::new(input), header: Vec::new(), begins, cells: cells(), piece: cells() }
    }

    fn look_for_rows(&mut self) -> Result<(), OpenError> {
        self.skip_blank()?;
        match self.lines.ahead(0)? {
            None => Err(OpenError::NoRows),
            Some(line) if text::is_utf16(&line.bytes) => Err(OpenError::Utf16),
            Some(_) => Ok(()),
        }
    }

    fn read_header(&mut self) -> Result<(), OpenError> {
        self.skip_blank()?;
        let mut cells = std::mem::take(&mut self.cells);
        let lines = match self.read_at(0, &mut cells)? {
            Found::Cells(lines) => lines,
            Found::OpenQuote => return Err(OpenError::Header("a quote is left open".into())),
            Found::TooLong => return Err(OpenError::Header("it is longer than a MiB".into())),
            Found::End => return Err(OpenError::Empty),
        };
        if text::is_utf16(&cells.bytes) {
            return Err(OpenError::Utf16);
        }
        if cells.len() > MAX_COLUMNS {
            return Err(OpenError::Header(format!("it has {} columns", cells.len())));
        }
        self.header = (0..cells.len()).map(|at| name_of(cells.get(at))).collect();
        self.lines.take(lines);
        self.cells = cells;
        Ok(())
    }

    /// The names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Bytes read so far, for showing how far it is.
    pub const fn bytes(&self) -> u64 {
        self.lines.bytes()
    }

    /// Lines read so far.
    pub const fn lines(&self) -> u64 {
        self.lines.count()
    }

    /// Reads the next record into `record`.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn next(&mut self, record: &mut Record) -> io::Result<Next> {
        record.clear();
        self.skip_blank()?;
        let Some(line) = self.lines.ahead(0)?.map(|line| line.number) else {
            return Ok(Next::End);
        };
        record.line = line;
        let (mut cells, mut piece) = (std::mem::take(&mut self.cells), std::mem::take(&mut self.piece));
        let outcome = self.assemble(&mut cells, &mut piece);
        let next = match outcome {
            Ok(Ok((lines, joined))) => {
                self.lines.take(lines);
                record.joined = joined;
                match self.decode(&cells, record) {
                    Ok(()) => Next::Record,
                    Err(error) => Next::Refused(error),
                }
            }
            Ok(Err((lines, reason))) => {
                self.lines.take(lines);
                Next::Refused(RowError::of_record(line, reason))
            }
            Err(error) => return Err(error),
        };
        (self.cells, self.piece) = (cells, piece);
        Ok(next)
    }

    fn skip_blank(&mut self) -> io::Result<()> {
        while self.lines.ahead(0)?.is_some_and(|line| line.bytes.is_empty() && !line.too_long) {
            self.lines.take(1);
        }
        Ok(())
    }

    /// Reads cells from the line that is so many lines ahead.
    fn read_at(&mut self, start: usize, cells: &mut Cells) -> io::Result<Found> {
        cells.clear();
        let (mut used, mut bytes, mut open) = (0, 0, false);
        while used == 0 || open {
            let width = self.header.len();
            let Some(line) = self.lines.ahead(start + used)? else {
                return Ok(if open { Found::OpenQuote } else { Found::End });
            };
            if used == 0 && line.too_long {
                return Ok(Found::TooLong);
            }
            bytes += line.bytes.len();
            if line.too_long
                || bytes > MAX_BYTES
                || used == MAX_LINES
                || (open && is_whole(&line.bytes, width, cells.dialect))
            {
                return Ok(Found::OpenQuote);
            }
            open = cells.add_line(&line.bytes, open);
            used += 1;
        }
        Ok(Found::Cells(used))
    }

    /// The cells of the next record: how many lines it takes and whether it was joined, or how many to refuse and why.
    fn assemble(&mut self, cells: &mut Cells, piece: &mut Cells) -> io::Result<Result<(usize, bool), (usize, String)>> {
        let width = self.header.len();
        let lines = match self.read_at(0, cells)? {
            Found::Cells(lines) => lines,
            Found::TooLong => return Ok(Err((1, "The line is longer than a MiB.".into()))),
            Found::OpenQuote | Found::End => return Ok(Err((1, OPEN_QUOTE.into()))),
        };
        let suspect = lines > 1 && cells.text_behind;
        if !suspect && cells.len() > width && (width..cells.len()).all(|at| cells.get(at).is_empty()) {
            // Commas without end, as spreadsheets leave them.
            let end = if width == 0 { 0 } else { cells.ends[width - 1] };
            cells.ends.truncate(width);
            cells.bytes.truncate(end);
        }
        if !suspect && cells.len() == width {
            return Ok(Ok((lines, false)));
        }
        let found = cells.len();
        let refused = if self.is_one(lines, cells)? { lines } else { 1 };
        if !suspect && found < width {
            let lines = self.join(lines, cells, piece)?;
            if cells.len() == width {
                return Ok(Ok((lines, true)));
            }
        }
        let reason =
            if refused < lines { OPEN_QUOTE.into() } else { format!("Expected {width} cells, found {found}.") };
        Ok(Err((refused, reason)))
    }

    /// Whether the lines are one record for sure, though it has the wrong number of cells: it begins like one, its quotes
    /// are in order, and none of its other lines begins like one.
    fn is_one(&mut self, lines: usize, cells: &Cells) -> io::Result<bool> {
        let Some(begins) = self.begins else {
            return Ok(lines == 1);
        };
        if !cells.are_clean() || !begins(cells.get(0)) {
            return Ok(false);
        }
        let delimiter = cells.dialect.delimiter;
        for at in 1..lines {
            let first = |line: &[u8]| begins(line.split(|byte| *byte == delimiter).next().unwrap_or_default());
            if self.lines.ahead(at)?.is_some_and(|line| first(&line.bytes)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Joins the short records that follow, as long as they fit; answers how many lines were used.
    fn join(&mut self, mut lines: usize, cells: &mut Cells, piece: &mut Cells) -> io::Result<usize> {
        let width = self.header.len();
        let Some(begins) = self.begins else {
            return Ok(lines);
        };
        for _ in 1..MAX_PIECES {
            // A carriage return before a line's end leaves an empty piece.
            if self.lines.ahead(lines)?.is_some_and(|line| line.bytes.is_empty() && !line.too_long) {
                lines += 1;
            }
            let Found::Cells(used) = self.read_at(lines, piece)? else { break };
            let fits = piece.len() < width && cells.len() + piece.len() - 1 <= width;
            if !fits || piece.text_behind || begins(piece.get(0)) {
                break;
            }
            cells.join(piece);
            lines += used;
            if cells.len() == width {
                break;
            }
        }
        Ok(lines)
    }

    fn decode(&self, cells: &Cells, record: &mut Record) -> Result<(), RowError> {
        let plain = !cells.bytes.iter().any(|byte| text::is_control(*byte));
        if plain && cells.bytes.is_ascii() {
            record.text.push_str(std::str::from_utf8(&cells.bytes).unwrap_or_default());
            record.ends.extend_from_slice(&cells.ends);
            return Ok(());
        }
        for (at, name) in self.header.iter().enumerate() {
            decode_cell(cells.get(at), name, record)?;
            record.ends.push(record.text.len());
        }
        Ok(())
    }
}

fn decode_cell(bytes: &[u8], name: &str, record: &mut Record) -> Result<(), RowError> {
    let (text, was_1252) = text::decode(bytes).map_err(|text::UnknownByte(byte)| {
        let reason = format!("The byte {byte:#04x} is neither UTF-8 nor Windows-1252.");
        RowError::of_cell(record.line, name, &String::from_utf8_lossy(bytes), reason)
    })?;
    let twice = text::repaired(&text);
    let good = twice.as_deref().unwrap_or(&text);
    let mut notice = |reason: &str| record.notices.push(RowError::of_cell(record.line, name, good, reason));
    if was_1252 {
        notice(text::WAS_1252);
    }
    if twice.is_some() {
        notice("Text that was encoded twice was turned back.");
    }
    record.repaired += u64::from(was_1252 || twice.is_some());
    if good.chars().any(text::is_control_char) {
        notice("Control characters were left out.");
        record.text.extend(good.chars().filter(|c| !text::is_control_char(*c)));
    } else {
        record.text.push_str(good);
    }
    Ok(())
}

const OPEN_QUOTE: &str = "A quote is left open, or out of place.";

/// Whether a line by itself has all cells of a record.
fn is_whole(line: &[u8], width: usize, dialect: Dialect) -> bool {
    // Counting commas first: most lines within quotes have few.
    if width < WIDE || memchr::memchr_iter(dialect.delimiter, line).count() + 1 < width {
        return false;
    }
    let mut cells = Cells { dialect, ..Cells::default() };
    let open = cells.add_line(line, false);
    !open && cells.are_clean() && cells.len() == width
}

fn name_of(cell: &[u8]) -> String {
    let name = String::from_utf8_lossy(cell);
    name.trim_start_matches('\u{feff}').trim().to_lowercase()
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
