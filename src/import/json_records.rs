//! Records of JSON files, one by one in bounded memory: the items of a list somewhere in a document, or a document a line.
//!
//! A list is taken apart by its brackets before any of its items is read as JSON, so that one that is broken or too long costs
//! itself and not the file.

use std::io::{self, BufRead};

use serde_json::Value;

use super::lines::{Lines, MAX_BYTES};
use super::records::{Next, OpenError};
use super::report::RowError;
use super::text;

const TOO_LONG: &str = "The record is longer than a MiB.";

/// A record, as it was read.
#[derive(Debug, Default)]
pub struct JsonRecord {
    /// Its line, or its number in a list, from 1; 0 behind the last.
    pub line: u64,
    /// The object.
    pub value: Value,
    /// Whether bytes of it that are no UTF-8 were read as Windows-1252.
    pub was_1252: bool,
}

/// The records of a file.
pub enum JsonRecords<R> {
    /// Items of a list.
    List(List<R>),
    /// Lines.
    Lines(Lines<R>),
}

impl<R: BufRead> JsonRecords<R> {
    /// The items of the list to which a path of member names leads.
    ///
    /// # Errors
    /// Where the file cannot be read, or has no list there.
    pub fn list(input: R, path: &[String]) -> Result<Self, OpenError> {
        let mut list = List { input, number: 0, bytes: 0, item: Vec::new() };
        list.find(path)?;
        Ok(Self::List(list))
    }

    /// One record a line.
    pub fn lines(input: R) -> Self {
        Self::Lines(Lines::new(input))
    }

    /// Bytes read so far.
    pub const fn bytes(&self) -> u64 {
        match self {
            Self::List(list) => list.bytes,
            Self::Lines(lines) => lines.bytes(),
        }
    }

    /// How many items of a list, or lines, were read so far, and which of both they are.
    pub const fn length(&self) -> (u64, &'static str) {
        match self {
            Self::List(list) => (list.number, "records"),
            Self::Lines(lines) => (lines.count(), "lines"),
        }
    }

    /// Reads the next record.
    ///
    /// # Errors
    /// Where the file cannot be read, or ends within its list.
    pub fn next(&mut self, record: &mut JsonRecord) -> io::Result<Next> {
        *record = JsonRecord::default();
        match self {
            Self::List(list) => list.next(record),
            Self::Lines(lines) => loop {
                let Some(line) = lines.ahead(0)? else {
                    record.line = 0;
                    return Ok(Next::End);
                };
                record.line = line.number;
                let next = if line.too_long {
                    Some(Next::Refused(RowError::of_record(line.number, TOO_LONG)))
                } else if line.bytes.trim_ascii().is_empty() {
                    None
                } else {
                    Some(read(&line.bytes, record))
                };
                lines.take(1);
                if let Some(next) = next {
                    return Ok(next);
                }
            },
        }
    }
}

/// A list that is being read. Such files seldom have lines, so that its items are told by their number.
pub struct List<R> {
    input: R,
    number: u64,
    bytes: u64,
    item: Vec<u8>,
}

impl<R: BufRead> List<R> {
    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.input.fill_buf() {
                Ok(buffer) => return Ok(buffer.first().copied()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn step(&mut self) {
        self.input.consume(1);
        self.bytes += 1;
    }

    /// The next byte that is no white space, which stays to be read.
    fn significant(&mut self) -> io::Result<Option<u8>> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.step();
        }
        Ok(None)
    }

    /// Reads up to the first item.
    fn find(&mut self, path: &[String]) -> Result<(), OpenError> {
        match self.peek()? {
            None => return Err(OpenError::NoList("it is empty".to_owned())),
            Some(0xff | 0xfe) => return Err(OpenError::Utf16),
            Some(0xef) => {
                self.step();
                for mark in [0xbb, 0xbf] {
                    if self.peek()? == Some(mark) {
                        self.step();
                    }
                }
            }
            Some(_) => {}
        }
        for name in path {
            self.enter(name)?;
        }
        match self.significant()? {
            Some(b'[') => self.step(),
            _ => return Err(OpenError::NoList(format!("there is none at `/{}`", path.join("/")))),
        }
        Ok(())
    }

    /// Reads up to the value of a member.
    fn enter(&mut self, name: &str) -> Result<(), OpenError> {
        let missing = || OpenError::NoList(format!("there is no member `{name}`"));
        if self.significant()? != Some(b'{') {
            return Err(missing());
        }
        self.step();
        loop {
            match self.significant()? {
                Some(b',') => self.step(),
                Some(b'"') => {
                    self.value()?;
                    let is_it = serde_json::from_slice::<String>(&self.item).is_ok_and(|key| key == name);
                    if self.significant()? != Some(b':') {
                        return Err(missing());
                    }
                    self.step();
                    self.significant()?;
                    if is_it {
                        return Ok(());
                    }
                    self.value()?;
                }
                _ => return Err(missing()),
            }
        }
    }

    /// Reads a value into `item`, by its quotes and brackets alone. Tells whether it was too long, and then is not kept.
    fn value(&mut self) -> io::Result<bool> {
        self.item.clear();
        let (mut depth, mut quoted, mut escaped, mut too_long) = (0_u64, false, false, false);
        while let Some(byte) = self.peek()? {
            let is_plain = depth == 0 && !quoted;
            if is_plain && !self.item.is_empty() && !too_long {
                // A scalar ends before what is none of it.
                let closed = matches!(self.item[0], b'"' | b'[' | b'{');
                if closed || byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}' | b':') {
                    return Ok(false);
                }
            } else if is_plain && too_long {
                return Ok(true);
            }
            self.step();
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'[' | b'{' if !quoted => depth += 1,
                b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            if too_long || self.item.len() == MAX_BYTES {
                too_long = true;
            } else {
                self.item.push(byte);
            }
        }
        Ok(too_long)
    }

    fn next(&mut self, record: &mut JsonRecord) -> io::Result<Next> {
        while self.significant()? == Some(b',') {
            self.step();
        }
        match self.significant()? {
            Some(b']') => return Ok(Next::End),
            None => {
                let kind = io::ErrorKind::UnexpectedEof;
                return Err(io::Error::new(kind, "it ends before its list of records does"));
            }
            Some(_) => self.number += 1,
        }
        record.line = self.number;
        Ok(if self.value()? {
            Next::Refused(RowError::of_record(self.number, TOO_LONG))
        } else {
            read(&self.item, record)
        })
    }
}

/// Reads an object.
fn read(bytes: &[u8], record: &mut JsonRecord) -> Next {
    let line = record.line;
    let refused = |reason: String| Next::Refused(RowError::of_record(line, reason));
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (text, was_1252) = match text::decode(bytes) {
        Ok(decoded) => decoded,
        Err(text::UnknownByte(byte)) => {
            return refused(format!("The byte {byte:#04x} is neither UTF-8 nor Windows-1252."));
        }
    };
    match serde_json::from_str(&text) {
        Ok(value @ Value::Object(_)) => {
            (record.value, record.was_1252) = (value, was_1252);
            Next::Record
        }
        Ok(_) => refused("Expected an object.".into()),
        Err(error) => refused(format!("Not JSON: {error}.")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;

    use super::*;

    fn all(text: &str, path: &str, capacity: usize) -> (Vec<(u64, String)>, Option<String>) {
        let path: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
        let mut records = match JsonRecords::list(BufReader::with_capacity(capacity, text.as_bytes()), &path) {
            Ok(records) => records,
            Err(error) => return (Vec::new(), Some(error.to_string())),
        };
        let (mut found, mut record) = (Vec::new(), JsonRecord::default());
        loop {
            match records.next(&mut record) {
                Ok(Next::End) => return (found, None),
                Ok(Next::Record) => found.push((record.line, record.value.to_string())),
                Ok(Next::Refused(error)) => found.push((record.line, error.reason)),
                Err(error) => return (found, Some(error.to_string())),
            }
        }
    }

    #[test]
    fn items_are_found_wherever_the_buffer_ends_and_the_broken_cost_themselves() {
        let text = "\u{feff}{\"x\": [{\"data\": 1}, \"]\"], \"d\\u0061ta\": [\n{\"a\": \"}\\\"]\"},\n{\"a\": },\n7, \n{\"b\": [1, {}]} ], \"y\": 1}";
        for capacity in [1, 3, 100] {
            let (found, fault) = all(text, "/data", capacity);
            let lines: Vec<u64> = found.iter().map(|(line, _)| *line).collect();
            assert_eq!((lines, fault), (vec![1, 2, 3, 4], None));
            assert_eq!(found[0].1, "{\"a\":\"}\\\"]\"}");
            assert!(found[1].1.starts_with("Not JSON"), "{found:?}");
            assert_eq!((found[2].1.as_str(), found[3].1.as_str()), ("Expected an object.", "{\"b\":[1,{}]}"));
        }
    }

    #[test]
    fn a_file_cut_short_is_told_and_so_is_one_without_a_list() {
        assert_eq!(all("[{\"a\": 1}", "", 8).1.as_deref(), Some("it ends before its list of records does"));
        assert!(all("{\"a\": {}}", "/data", 8).1.expect("a fault").contains("`data`"));
        assert!(all("{\"data\": {}}", "/data", 8).1.is_some() && all("", "", 8).1.is_some());
        let long = format!("[{{\"a\": \"{}\"}}, {{\"b\": 1}}]", "x".repeat(MAX_BYTES));
        assert_eq!(all(&long, "", 8_192).0, [(1, TOO_LONG.to_owned()), (2, "{\"b\":1}".to_owned())]);
    }

    proptest! {
        #[test]
        fn any_text_comes_to_its_end(text in "[\\[\\]{}\",:a\\\\ \n0]{0,60}") {
            let _ = all(&text, "", 4);
            let _ = all(&text, "/a", 4);
        }
    }
}
