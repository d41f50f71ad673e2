//! The parameters of a request, taken one by one; whatever nobody took, came twice or cannot be read is a fault.

use std::fmt::Display;
use std::str::FromStr;

use percent_encoding::percent_decode_str;

/// One thing wrong with a request's parameters or headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamFault {
    /// The parameter's or header's name.
    pub parameter: String,
    /// A stable code.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub detail: String,
}

/// Most faults that one answer names.
const MAX_FAULTS: usize = 1_000;

/// The parameters of one request.
#[derive(Debug, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
    offered: Vec<&'static str>,
    faults: Vec<ParamFault>,
}

impl Params {
    /// Reads a query string: pairs joined by `&`, percent-encoded UTF-8, `+` for a space (WHATWG URL, form encoding).
    pub fn parse(query: &str) -> Self {
        let mut params = Self::default();
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (Some(name), value) = (decode(name), decode(value)) else {
                params.fault(name, "invalid_encoding", "The name of a parameter is not percent-encoded UTF-8.");
                continue;
            };
            match value {
                None => params.fault(&name, "invalid_encoding", "The value is not percent-encoded UTF-8."),
                Some(value) if value.chars().any(|letter| is_barred(&name, letter)) => {
                    params.fault(&name, "control_character", "Control characters are not allowed.");
                }
                Some(_) if params.pairs.iter().any(|(known, _)| *known == name) => {
                    params.fault(&name, "repeated", "The parameter is given more than once; join values with a comma.");
                }
                Some(value) => {
                    params.pairs.push((name, value));
                    continue;
                }
            }
            // A value that cannot be used has been reported: it is not unknown as well.
            params.pairs.retain(|(known, _)| *known != name);
        }
        params
    }

    /// Parameters that are pairs already.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        Self { pairs, ..Self::default() }
    }

    /// Notes a fault.
    pub fn fault(&mut self, parameter: &str, code: &'static str, detail: impl Into<String>) {
        if self.faults.len() == MAX_FAULTS {
            return;
        }
        // A name from outside is repeated only so far as it helps.
        let parameter = parameter.chars().take(100).collect();
        self.faults.push(ParamFault { parameter, code, detail: detail.into() });
    }

    /// Whether a parameter has a fault already.
    pub fn is_faulty(&self, name: &str) -> bool {
        self.faults.iter().any(|fault| fault.parameter == name)
    }

    /// Whether a parameter is left to be taken.
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(known, _)| known == name)
    }

    /// Takes a parameter's value; an empty one is a fault.
    pub fn take(&mut self, name: &'static str) -> Option<String> {
        self.offered.push(name);
        let position = self.pairs.iter().position(|(known, _)| known == name)?;
        let (_, value) = self.pairs.swap_remove(position);
        if value.is_empty() {
            self.fault(name, "empty", "The parameter has no value.");
            return None;
        }
        Some(value)
    }

    /// Gives a parameter that was taken or left out a value, for one that says the same in another way.
    pub fn put(&mut self, name: &str, value: String) {
        self.pairs.push((name.to_owned(), value));
    }

    /// Takes a parameter and reads its value.
    pub fn read<T>(&mut self, name: &'static str, read: impl FnOnce(&str) -> Result<T, Unread>) -> Option<T> {
        let value = self.take(name)?;
        match read(&value) {
            Ok(value) => Some(value),
            Err(Unread { code, detail }) => {
                self.fault(name, code, detail);
                None
            }
        }
    }

    /// Takes a parameter that is one code of a list.
    pub fn code<T>(&mut self, name: &'static str, parse: fn(&str) -> Option<T>, codes: &[&str]) -> Option<T> {
        let unknown = |text: &str| format!("`{}` is not one of: {}.", shown(text), codes.join(", "));
        self.read(name, |text| parse(text).ok_or_else(|| Unread::new("unknown_value", unknown(text))))
    }

    /// Takes a whole number within a range.
    pub fn number<N>(&mut self, name: &'static str, low: N, high: N) -> Option<N>
    where
        N: Copy + FromStr + PartialOrd + Display,
    {
        self.read(name, |text| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let number = text.parse().ok().filter(|n| digits && (low..=high).contains(n));
            number.ok_or_else(|| Unread::new("out_of_range", format!("Expected a whole number from {low} to {high}.")))
        })
    }

    /// All faults, with those of parameters that nobody took.
    pub fn finish(mut self) -> Vec<ParamFault> {
        for (name, _) in std::mem::take(&mut self.pairs) {
            let detail = match closest(&name, &self.offered) {
                Some(meant) => format!("There is no such parameter here; did you mean `{meant}`?"),
                None => "There is no such parameter here.".to_owned(),
            };
            self.fault(&name, "unknown_parameter", detail);
        }
        self.faults
    }
}

/// Why a value could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// A stable code.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub detail: String,
}

impl Unread {
    /// A reason.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// A value as it may stand in a message: its beginning.
pub fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(60).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// Parameters in languages of their own, in which lines and tabs are white space like any other.
const IN_LINES: [&str; 3] = ["filter", "q", "within"];

fn is_barred(name: &str, letter: char) -> bool {
    letter.is_control() && !(matches!(letter, '\t' | '\n' | '\r') && IN_LINES.contains(&name))
}

fn decode(text: &str) -> Option<String> {
    let is_code = |rest: &str| matches!(rest.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    if !text.split('%').skip(1).all(is_code) {
        return None;
    }
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// The offered name that a mistyped one is nearest to: one letter off, or the same but for case and separators.
fn closest(name: &str, offered: &[&'static str]) -> Option<&'static str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_'], "");
    let near = |candidate: &&&'static str| {
        let (a, b) = (plain(name), plain(candidate));
        let same = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
        let tail = a.chars().rev().zip(b.chars().rev()).take_while(|(x, y)| x == y).count();
        let longest = a.chars().count().max(b.chars().count());
        same + tail + 1 >= longest
    };
    offered.iter().find(near).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn faults(query: &str) -> Vec<(String, &'static str)> {
        let mut params = Params::parse(query);
        params.take("type");
        params.finish().into_iter().map(|fault| (fault.parameter, fault.code)).collect()
    }

    #[test]
    fn every_fault_is_named() {
        assert_eq!(faults("type=rally"), []);
        assert_eq!(faults("types=rally"), [("types".into(), "unknown_parameter")]);
        assert_eq!(faults("type=a&type=b"), [("type".into(), "repeated")]);
        assert_eq!(faults("type="), [("type".into(), "empty")]);
        assert_eq!(faults("type=%zz&x=5%"), [("type".into(), "invalid_encoding"), ("x".into(), "invalid_encoding")]);
        assert_eq!(faults("%4=rally"), [("%4".into(), "invalid_encoding")]);
        assert_eq!(faults("type=%ff&x=%00"), [("type".into(), "invalid_encoding"), ("x".into(), "control_character")]);
    }

    #[test]
    fn a_slip_of_the_finger_is_answered_with_the_name_meant() {
        assert_eq!(closest("tpye", &["type"]), None);
        assert_eq!(closest("types", &["type"]), Some("type"));
        assert_eq!(closest("asOf", &["as_of"]), Some("as_of"));
    }

    proptest! {
        #[test]
        fn no_query_string_is_too_strange(query in ".{0,200}") {
            drop(Params::parse(&query).finish());
        }
    }
}
