//! What cells hold: numbers as spreadsheets write them, and phrases.

/// A number as spreadsheets write it: `1`, `1.0`, `39153.0`, `1,200`.
pub fn number(text: &str) -> Option<f64> {
    let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | ',');
    if !text.chars().all(digits) || text.len() > 30 {
        return None;
    }
    if text.contains(',') {
        let (first, groups) = text.split_once(',')?;
        let whole = groups.split('.').next().unwrap_or_default();
        if !(1..=3).contains(&first.len()) || whole.split(',').any(|group| group.len() != 3) {
            return None;
        }
        return text.replace(',', "").parse().ok();
    }
    text.parse().ok()
}

/// A 0 or 1, as spreadsheets write it.
pub fn flag(text: &str) -> Option<bool> {
    match number(text).and_then(whole) {
        Some(0) => Some(false),
        Some(1) => Some(true),
        _ => None,
    }
}

/// Most people that a number is believed to be of: more than have ever lived in the United States are a slip.
const MAX_PEOPLE: f64 = 1e9;

/// A whole number of people.
#[expect(clippy::cast_possible_truncation, reason = "whole and within bounds")]
pub fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && (0.0..=MAX_PEOPLE).contains(&number)).then_some(number as i64)
}

/// The whole number nearest to a mean.
pub fn rounded(number: f64) -> Option<i64> {
    whole(number.round())
}

/// Text on one line, with single spaces, of at most so many characters.
pub fn phrase(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len());
    let mut length = 0;
    for word in text.split_whitespace() {
        length += word.chars().count() + usize::from(!line.is_empty());
        if length > max {
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    // A single word that is too long.
    if line.is_empty() { text.trim().chars().take(max).collect() } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_spreadsheets_write_them() {
        for (text, value) in
            [("1.0", 1.0), ("39153.0", 39_153.0), ("1,200", 1_200.0), ("-97.5", -97.5), ("12,345,678.5", 12_345_678.5)]
        {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["", "1,2", "inf", "NaN", "1e5", "dozens", "1,2345", ",100"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!((whole(2.5), whole(-1.0), whole(2e9), rounded(2.5)), (None, None, None, Some(3)));
    }

    #[test]
    fn phrases_are_tidied() {
        assert_eq!(phrase(" a\n b  c ", 10), "a b c");
        assert_eq!(phrase("long words here", 10), "long words");
        assert_eq!(phrase("abcdef", 3), "abc");
    }
}
