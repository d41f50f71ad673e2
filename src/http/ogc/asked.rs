//! Parameters as the standard names them, put into those that the rest of the service knows.

use super::CRS84;
use crate::domain::window::Window;
use crate::query::cql2::Language;
use crate::query::params::{Params, Unread, shown};

/// Most features of a page. Whoever asks for more is given so many, as Part 1 has it.
pub const MOST: u32 = 10_000;

/// Takes what says in which reference system coordinates are: there is one.
pub fn crs(params: &mut Params, names: &[&'static str]) {
    for name in names.iter().copied() {
        params.read(name, |text| {
            let unknown = || {
                Unread::new(
                    "unknown_value",
                    format!("`{}` is not known here; coordinates are in {CRS84}.", shown(text)),
                )
            };
            (text == CRS84 || text == format!("<{CRS84}>")).then_some(()).ok_or_else(unknown)
        });
    }
}

/// Puts `bbox` and `datetime` into the parameters of `EventQuery`; faults stay with `params`.
pub fn where_and_when(params: &mut Params) {
    if let Some(sides) = params.take("bbox").map(|text| without_heights(&text)) {
        params.put("bbox", sides);
    }
    let Some((from, to)) = params.read("datetime", interval) else {
        return;
    };
    if ["from", "to"].iter().any(|name| params.has(name)) {
        params.fault("datetime", "conflict", "`datetime` says what `from` and `to` say: either of them is wanted.");
        return;
    }
    if let Err(mut faults) = Window::parse(from.as_deref(), to.as_deref(), None) {
        // What is wrong with a moment is wrong with both ends of its window.
        faults.dedup_by(|a, b| a.detail == b.detail);
        for fault in faults {
            let detail =
                if fault.code == "from_after_to" { "It ends before it begins.".to_owned() } else { fault.detail };
            params.fault("datetime", fault.code, detail);
        }
        return;
    }
    for (name, value) in [("from", from), ("to", to)] {
        if let Some(value) = value {
            params.put(name, value);
        }
    }
}

/// Takes what says in which language a filter is, and where its coordinates lie.
pub fn filter_language(params: &mut Params) {
    crs(params, &["filter-crs"]);
    if params.take("filter_lang").is_some() {
        params.fault(
            "filter_lang",
            "unknown_parameter",
            "There is no such parameter here; did you mean `filter-lang`?",
        );
    }
    if let Some(language) = params.code("filter-lang", Language::parse, Language::CODES) {
        params.put("filter_lang", language.code().to_owned());
    }
}

/// A box of four sides, also where six are given: there are no heights here.
fn without_heights(text: &str) -> String {
    let sides: Vec<&str> = text.split(',').collect();
    match sides.as_slice() {
        [west, south, lowest, east, north, highest] if is_heights(lowest, highest) => {
            [*west, *south, *east, *north].join(",")
        }
        _ => text.to_owned(),
    }
}

fn is_heights(lowest: &str, highest: &str) -> bool {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number(lowest).zip(number(highest)).is_some_and(|(lowest, highest)| lowest <= highest)
}

/// Both ends of an interval, of which an open one is none; a moment is both.
fn interval(text: &str) -> Result<(Option<String>, Option<String>), Unread> {
    let end = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty() && text != "..");
    let Some((from, to)) = text.split_once('/') else {
        return Ok((Some(text.to_owned()), Some(text.to_owned())));
    };
    match (end(from), end(to)) {
        (None, None) => Err(Unread::new("malformed", "An interval has an end that is not open.")),
        ends => Ok(ends),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `from`, `to` and `bbox` are then, or the codes of what is wrong.
    fn put(query: &str) -> Result<Vec<Option<String>>, Vec<(String, &'static str)>> {
        let mut params = Params::parse(query);
        where_and_when(&mut params);
        let taken = ["from", "to", "bbox"].map(|name| params.take(name)).to_vec();
        let faults = params.finish();
        let fault = |fault: crate::query::params::ParamFault| (fault.parameter, fault.code);
        if faults.is_empty() { Ok(taken) } else { Err(faults.into_iter().map(fault).collect()) }
    }

    fn put_as(query: &str, expected: [Option<&str>; 3]) {
        assert_eq!(put(query), Ok(expected.map(|text| text.map(str::to_owned)).to_vec()), "{query}");
    }

    fn refused(query: &str, code: &'static str) {
        let faults = put(query).expect_err(query);
        assert!(faults.iter().any(|(_, known)| *known == code), "{query}: {faults:?}");
    }

    #[test]
    fn intervals_are_windows() {
        let (a, b) = ("2026-01-30T00:00:00Z", "2026-02-01T00:00:00Z");
        put_as(&format!("datetime={a}"), [Some(a), Some(a), None]);
        put_as(&format!("datetime={a}/{b}"), [Some(a), Some(b), None]);
        for open in ["..", ""] {
            put_as(&format!("datetime={open}/{b}"), [None, Some(b), None]);
            put_as(&format!("datetime={a}/{open}"), [Some(a), None, None]);
        }
        put_as("datetime=2026-01-31", [Some("2026-01-31"), Some("2026-01-31"), None]);
        refused("datetime=../..", "malformed");
        refused("datetime=/", "malformed");
        refused(&format!("datetime={b}/{a}"), "from_after_to");
        refused("datetime=yesterday", "invalid_edtf");
        refused("datetime=2026-01-01/2026-01-02/2026-01-03", "interval_in_window");
        refused("datetime=2026-01-31&from=2026", "conflict");
    }

    #[test]
    fn heights_of_a_box_are_left_out() {
        put_as("bbox=1,2,3,4", [None, None, Some("1,2,3,4")]);
        put_as("bbox=1,2,-10,3,4,10", [None, None, Some("1,2,3,4")]);
        // What is none stays as it was, and is refused by whoever reads boxes.
        put_as("bbox=1,2,10,3,4,-10", [None, None, Some("1,2,10,3,4,-10")]);
        put_as("bbox=1,2,x,3,4,y", [None, None, Some("1,2,x,3,4,y")]);
    }
}
