//! Records as RFC 4180 has them, and nothing else: a file that was written by it is read without guessing, so that each cell is
//! what it was. (`import::records` reads what others write, and puts it right.)

use std::io::{self, BufRead, Read};

use crate::import::report::RowError;

/// Most bytes of a record, as of a line of our own documents.
const LONGEST: u64 = 16 << 20;

/// Records one by one, in bounded memory.
pub struct Records<R> {
    input: R,
    /// Bytes read so far.
    pub bytes: u64,
    /// Lines read so far.
    lines: u64,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A record.
    Record {
        /// The line it begins on, from 1.
        line: u64,
        /// Its cells; one more than were asked for where there are more.
        cells: Vec<String>,
        /// Its bytes.
        bytes: usize,
    },
    /// Something that is none.
    Refused(RowError),
    /// Nothing: the file has ended.
    End,
}

impl<R: BufRead> Records<R> {
    /// Before the first record.
    pub const fn new(input: R) -> Self {
        Self { input, bytes: 0, lines: 0 }
    }

    /// The next record that is not empty, of which at most so many cells are read, and one more.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn next(&mut self, most: usize) -> io::Result<Next> {
        loop {
            let (line, mut text) = (self.lines + 1, Vec::new());
            let is_whole = self.read_record(&mut text)?;
            let refused = |reason: &str| Ok(Next::Refused(RowError::of_record(line, reason)));
            if !is_whole {
                let reason = "The record has more than 16 MiB, or a quotation mark in it has no other to end it.";
                return refused(reason);
            }
            let bytes = text.len();
            if bytes == 0 {
                return Ok(Next::End);
            }
            let Ok(text) = std::str::from_utf8(&text) else {
                return refused("The record is not UTF-8.");
            };
            let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
            let text = if line == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
            if text.is_empty() {
                continue;
            }
            return match cells(text, most) {
                Some(cells) => Ok(Next::Record { line, cells, bytes }),
                None => refused("A quotation mark stands where none can, or a line break outside of them."),
            };
        }
    }

    /// Reads lines until every quotation mark has its other one. Tells whether it came to that before the file ended, or the record
    /// grew too long.
    fn read_record(&mut self, text: &mut Vec<u8>) -> io::Result<bool> {
        let mut is_open = false;
        loop {
            let from = text.len();
            let read = self.input.by_ref().take(LONGEST - from as u64).read_until(b'\n', text)?;
            self.bytes += read as u64;
            if read == 0 {
                return Ok(!is_open);
            }
            self.lines += 1;
            is_open ^= memchr::memchr_iter(b'"', &text[from..]).count() % 2 == 1;
            if text.len() as u64 == LONGEST && (is_open || text.last() != Some(&b'\n')) {
                self.skip_line(text.last() == Some(&b'\n'))?;
                return Ok(false);
            }
            if !is_open {
                return Ok(true);
            }
        }
    }

    /// Reads to the end of a line that nobody wants.
    fn skip_line(&mut self, mut has_ended: bool) -> io::Result<()> {
        let mut rest = Vec::new();
        while !has_ended {
            rest.clear();
            let read = self.input.by_ref().take(LONGEST).read_until(b'\n', &mut rest)?;
            self.bytes += read as u64;
            has_ended = read == 0 || rest.last() == Some(&b'\n');
        }
        Ok(())
    }
}

/// The cells of a record; `None` where it is none.
fn cells(text: &str, most: usize) -> Option<Vec<String>> {
    let (mut cells, mut rest) = (Vec::new(), text);
    while cells.len() <= most {
        let (cell, behind) = if let Some(inner) = rest.strip_prefix('"') {
            quoted(inner)?
        } else {
            let (cell, behind) = rest.split_at(memchr::memchr(b',', rest.as_bytes()).unwrap_or(rest.len()));
            if cell.contains(['"', '\r', '\n']) {
                return None;
            }
            (cell.to_owned(), behind)
        };
        cells.push(cell);
        match behind.strip_prefix(',') {
            Some(next) => rest = next,
            None if behind.is_empty() => break,
            None => return None,
        }
    }
    Some(cells)
}

/// A cell in quotation marks, behind the first one, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (mut cell, mut rest) = (String::new(), text);
    loop {
        let (front, behind) = rest.split_once('"')?;
        cell.push_str(front);
        match behind.strip_prefix('"') {
            Some(more) => {
                cell.push('"');
                rest = more;
            }
            None => return Some((cell, behind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Vec<Result<Vec<String>, u64>> {
        let mut records = Records::new(text);
        let mut found = Vec::new();
        loop {
            match records.next(5).unwrap() {
                Next::Record { cells, .. } => found.push(Ok(cells)),
                Next::Refused(error) => found.push(Err(error.line)),
                Next::End => break,
            }
        }
        assert_eq!(records.bytes, text.len() as u64);
        found
    }

    fn record(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn cells_are_as_they_were_written() {
        let text = "\u{feff}a,\"b\"\r\n\r\n\"1,\"\"2\"\"\r\n3\",\"\"\n,é".as_bytes();
        assert_eq!(all(text), [["a", "b"], ["1,\"2\"\r\n3", ""], ["", "é"]].map(|cells| Ok(record(&cells))));
    }

    #[test]
    fn what_is_no_record_is_refused_and_the_next_is_read() {
        let text = b"a\"b\"\n\"a\"b\na\rb\n\"\xff\"\nc,d\n1,2,3,4,5,6,7,8\n\"open\n";
        let [few, many] = [&["c", "d"][..], &["1", "2", "3", "4", "5", "6"]].map(|cells| Ok(record(cells)));
        assert_eq!(all(text), [Err(1), Err(2), Err(3), Err(4), few, many, Err(7)]);
    }
}
