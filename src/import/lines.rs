//! Physical lines of a file, read ahead a few at a time.

use std::collections::VecDeque;
use std::io::{self, BufRead};

/// Most bytes of a line, and of the lines of one record; what is longer is refused and read past.
pub const MAX_BYTES: usize = 1 << 20;

/// One line, without its end.
#[derive(Debug, Default)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Its bytes; none where it is too long.
    pub bytes: Vec<u8>,
    /// Whether it had more than [`MAX_BYTES`].
    pub too_long: bool,
}

/// The lines of a file, ended by CR, LF or both. Those ahead can be looked at before they are taken.
pub struct Lines<R> {
    input: R,
    ahead: VecDeque<Line>,
    /// Buffers of lines that were taken, to be filled again.
    spare: Vec<Vec<u8>>,
    read: u64,
    bytes: u64,
    after_cr: bool,
    ended: bool,
}

impl<R: BufRead> Lines<R> {
    /// Lines of an input.
    pub fn new(input: R) -> Self {
        Self { input, ahead: VecDeque::new(), spare: Vec::new(), read: 0, bytes: 0, after_cr: false, ended: false }
    }

    /// Bytes taken from the input so far.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many lines were read so far.
    pub const fn count(&self) -> u64 {
        self.read
    }

    /// The line that is so many lines ahead; 0 is the next one. `None` at the end of the file.
    pub fn ahead(&mut self, position: usize) -> io::Result<Option<&Line>> {
        while self.ahead.len() <= position && !self.ended {
            match self.read_line()? {
                Some(line) => self.ahead.push_back(line),
                None => self.ended = true,
            }
        }
        Ok(self.ahead.get(position))
    }

    /// Takes so many lines.
    pub fn take(&mut self, count: usize) {
        for line in self.ahead.drain(..count.min(self.ahead.len())) {
            if self.spare.len() < 8 {
                self.spare.push(line.bytes);
            }
        }
    }

    fn read_line(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.clear();
        let mut line = Line { number: self.read + 1, bytes, too_long: false };
        let mut anything = false;
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                break;
            }
            // The LF of a CR LF whose CR has ended the line before.
            let skip = usize::from(self.after_cr && buffer[0] == b'\n');
            self.after_cr = false;
            let rest = &buffer[skip..];
            let end = memchr::memchr2(b'\n', b'\r', rest);
            line.add(&rest[..end.unwrap_or(rest.len())]);
            self.after_cr = end.is_some_and(|end| rest[end] == b'\r');
            let used = skip + end.map_or(rest.len(), |end| end + 1);
            anything |= used > skip;
            self.input.consume(used);
            self.bytes += used as u64;
            if end.is_some() {
                break;
            }
        }
        if anything {
            self.read += 1;
        }
        Ok(anything.then_some(line))
    }
}

impl Line {
    fn add(&mut self, bytes: &[u8]) {
        if self.too_long || self.bytes.len() + bytes.len() > MAX_BYTES {
            self.too_long = true;
            self.bytes.clear();
        } else {
            self.bytes.extend_from_slice(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn lines(text: &[u8], capacity: usize) -> Vec<(u64, String)> {
        let mut lines = Lines::new(BufReader::with_capacity(capacity, text));
        let mut found = Vec::new();
        while let Some(line) = lines.ahead(0).unwrap() {
            let text = if line.too_long { "too long".into() } else { String::from_utf8(line.bytes.clone()).unwrap() };
            found.push((line.number, text));
            lines.take(1);
        }
        assert_eq!(lines.bytes(), text.len() as u64);
        found
    }

    #[test]
    fn lines_end_with_cr_lf_or_both_wherever_the_buffer_ends() {
        for capacity in [1, 2, 3, 100] {
            let found = lines(b"a\r\nb\rc\n\nd", capacity);
            let expected = [(1, "a"), (2, "b"), (3, "c"), (4, ""), (5, "d")].map(|(n, t)| (n, t.to_owned()));
            assert_eq!(found, expected, "{capacity}");
            assert_eq!(lines(b"a\r\n", capacity), [(1, "a".to_owned())]);
            assert_eq!(lines(b"", capacity), []);
        }
    }

    #[test]
    fn a_line_too_long_is_read_past() {
        let text = [vec![b'x'; MAX_BYTES + 1], b"\nb\n".to_vec()].concat();
        assert_eq!(lines(&text, 8192), [(1, "too long".to_owned()), (2, "b".to_owned())]);
    }
}
