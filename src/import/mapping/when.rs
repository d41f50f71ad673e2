//! Days that stand for more than a day.

use chrono::{Days, NaiveDate};

/// A start and an end, where the start stands for a span: a `week`, of which any day may be named, a `month` or a `year`; or
/// where it happened at some time `between` the two.
pub fn widened(start: &str, end: Option<&str>, span: &str) -> (String, Option<String>) {
    let day = start.parse::<NaiveDate>().ok().filter(|_| start.len() == 10);
    let end = end.filter(|end| *end != start);
    match (span, day) {
        ("month", Some(day)) => (day.format("%Y-%m").to_string(), None),
        ("year", Some(day)) => (day.format("%Y").to_string(), None),
        ("week", Some(day)) => {
            let around = day.checked_sub_days(Days::new(6)).zip(day.checked_add_days(Days::new(6)));
            (around.map_or_else(|| start.to_owned(), |(first, last)| format!("[{first}..{last}]")), None)
        }
        ("between", Some(_)) => (end.map_or_else(|| start.to_owned(), |end| format!("[{start}..{end}]")), None),
        _ => (start.to_owned(), end.map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_stands_for_what_is_said() {
        let one = |start, end, span| widened(start, end, span);
        assert_eq!(one("2024-03-06", None, "day"), ("2024-03-06".into(), None));
        assert_eq!(one("2024-03-06", None, "week"), ("[2024-02-29..2024-03-12]".into(), None));
        assert_eq!(one("2024-03-06", None, "month"), ("2024-03".into(), None));
        assert_eq!(one("2024-03-06", Some("2024-03-09"), "between"), ("[2024-03-06..2024-03-09]".into(), None));
        assert_eq!(one("2024-03-06", Some("2024-03-06"), "between"), ("2024-03-06".into(), None));
        assert_eq!(one("2024-03-06", Some("2024-03-09"), ""), ("2024-03-06".into(), Some("2024-03-09".into())));
        assert_eq!(one("ñ024-03-06", None, "month").0, "ñ024-03-06");
        assert_eq!(one("2024-3\u{a0}-6", None, "month").0, "2024-03");
    }
}
