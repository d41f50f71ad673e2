//! Cells of delimited text, a line at a time.
//!
//! By hand rather than by `csv-core`: that parser tells neither that a quoted cell is still open where a line ends, nor
//! that text stands behind a closing quote. Both are needed to see that a quote was left open, before it swallows the file.

/// How cells are parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between two cells.
    pub delimiter: u8,
    /// Whether a cell may stand within quotes. Without, a quote is a character like others, and a record is a line.
    pub quotes: bool,
}

impl Dialect {
    /// Comma-separated values.
    pub const CSV: Self = Self { delimiter: b',', quotes: true };
}

impl Default for Dialect {
    fn default() -> Self {
        Self::CSV
    }
}

/// Cells of a record, one behind the other.
#[derive(Debug, Default)]
pub struct Cells {
    /// How they are parted.
    pub dialect: Dialect,
    /// The bytes of all cells.
    pub bytes: Vec<u8>,
    /// Where each cell ends in them.
    pub ends: Vec<usize>,
    /// Whether a cell that is not quoted holds a quote.
    pub bare_quote: bool,
    /// Whether text stands behind a closing quote: the sign of a quote that was left open further up.
    pub text_behind: bool,
}

impl Cells {
    /// Forgets all cells.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        (self.bare_quote, self.text_behind) = (false, false);
    }

    /// Whether every quote stands where RFC 4180 has it.
    pub const fn are_clean(&self) -> bool {
        !self.bare_quote && !self.text_behind
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell's bytes.
    pub fn get(&self, position: usize) -> &[u8] {
        let start = if position == 0 { 0 } else { self.ends[position - 1] };
        &self.bytes[start..self.ends[position]]
    }

    /// Adds the cells of a line. `open` says that the line before ended within a quoted cell; so does the answer of this
    /// one.
    pub fn add_line(&mut self, line: &[u8], open: bool) -> bool {
        let mut rest = line;
        if open {
            self.bytes.push(b'\n');
            match self.quoted(rest) {
                None => return true,
                Some(behind) => rest = behind,
            }
            match rest.split_first() {
                None => return false,
                Some((_, next)) => rest = next,
            }
        }
        loop {
            let behind = match rest.strip_prefix(b"\"").filter(|_| self.dialect.quotes) {
                Some(inside) => match self.quoted(inside) {
                    None => return true,
                    Some(behind) => behind,
                },
                None => self.bare(rest),
            };
            match behind.split_first() {
                None => return false,
                Some((_, next)) => rest = next,
            }
        }
    }

    /// Takes a cell without quotes; what is left begins with the delimiter behind it, if there is one.
    fn bare<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        let end = memchr::memchr(self.dialect.delimiter, text).unwrap_or(text.len());
        let (cell, behind) = text.split_at(end);
        self.bare_quote |= self.dialect.quotes && memchr::memchr(b'"', cell).is_some();
        self.bytes.extend_from_slice(cell);
        self.ends.push(self.bytes.len());
        behind
    }

    /// Takes a quoted cell from behind its first quote; `None` where the line ends within it.
    fn quoted<'a>(&mut self, mut text: &'a [u8]) -> Option<&'a [u8]> {
        loop {
            let Some(quote) = memchr::memchr(b'"', text) else {
                self.bytes.extend_from_slice(text);
                return None;
            };
            self.bytes.extend_from_slice(&text[..quote]);
            text = &text[quote + 1..];
            match text.first() {
                Some(b'"') => {
                    self.bytes.push(b'"');
                    text = &text[1..];
                }
                None => {
                    self.ends.push(self.bytes.len());
                    return Some(text);
                }
                Some(next) if *next == self.dialect.delimiter => {
                    self.ends.push(self.bytes.len());
                    return Some(text);
                }
                Some(_) => {
                    // Text behind a closing quote belongs to the cell, as other readers have it too.
                    self.text_behind = true;
                    return Some(self.bare(text));
                }
            }
        }
    }

    /// Adds the cells of another record whose first cell goes on with this one's last.
    pub fn join(&mut self, other: &Self) {
        self.bytes.push(b'\n');
        let offset = self.bytes.len();
        self.bytes.extend_from_slice(&other.bytes);
        self.ends.pop();
        self.ends.extend(other.ends.iter().map(|end| end + offset));
        self.bare_quote |= other.bare_quote;
        self.text_behind |= other.text_behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(lines: &[&str]) -> (Vec<String>, bool, bool) {
        let mut cells = Cells::default();
        let open = lines.iter().fold(false, |open, line| cells.add_line(line.as_bytes(), open));
        let texts = (0..cells.len()).map(|at| String::from_utf8(cells.get(at).to_vec()).unwrap()).collect();
        (texts, open, !cells.are_clean())
    }

    #[test]
    fn cells_are_split_as_rfc_4180_says() {
        let cells = |lines: &[&str]| {
            let (cells, open, odd) = split(lines);
            assert!(!open && !odd, "{lines:?}");
            cells
        };
        assert_eq!(cells(&["a,b,,"]), ["a", "b", "", ""]);
        assert_eq!(cells(&[""]), [""]);
        assert_eq!(cells(&[r#""a,b","c ""d""","""#]), ["a,b", "c \"d\"", ""]);
        assert_eq!(cells(&["\"a", "", "b\",c"]), ["a\n\nb", "c"]);
        assert_eq!(cells(&["a,\"\""]), ["a", ""]);
    }

    #[test]
    fn quotes_out_of_place_are_kept_and_told() {
        assert_eq!(split(&[r#"a "b" c,d"#]), (vec![r#"a "b" c"#.into(), "d".into()], false, true));
        assert_eq!(split(&[r#""a"b,c"#]), (vec!["ab".into(), "c".into()], false, true));
        assert!(split(&["\"a,b"]).1);
    }

    #[test]
    fn pieces_of_a_record_are_joined_in_the_cell_that_broke() {
        let mut cells = Cells::default();
        cells.add_line(b"a,b1", false);
        let mut rest = Cells::default();
        rest.add_line(b"b2,c", false);
        cells.join(&rest);
        assert_eq!(cells.len(), 3);
        assert_eq!((cells.get(0), cells.get(1), cells.get(2)), (&b"a"[..], &b"b1\nb2"[..], &b"c"[..]));
    }
}
