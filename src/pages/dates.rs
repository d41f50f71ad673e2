//! Dates in words, exactly as far as they are known.

use edtf_core::{Bound, BoundDate, Date, DateField, DateTime, Edtf, SetElement, SetKind, TimeShift, YearKind};
use maud::{Markup, html};

use super::tongue::Tongue;
use crate::domain::when::{EdtfDate, When};

const MONTHS: [(&str, &str); 12] = [
    ("January", "enero"),
    ("February", "febrero"),
    ("March", "marzo"),
    ("April", "abril"),
    ("May", "mayo"),
    ("June", "junio"),
    ("July", "julio"),
    ("August", "agosto"),
    ("September", "septiembre"),
    ("October", "octubre"),
    ("November", "noviembre"),
    ("December", "diciembre"),
];

/// Seasons, by the number that EDTF gives the first of them as a month.
const FIRST_SEASON: u8 = 21;
const SEASONS: [(&str, &str); 4] =
    [("spring", "primavera"), ("summer", "verano"), ("autumn", "otoño"), ("winter", "invierno")];

/// When an event was.
pub fn when(tongue: Tongue, when: &When) -> Markup {
    let Some(start) = &when.start else {
        return html! { (tongue.pick("date not reported", "fecha no informada")) };
    };
    let Some(end) = &when.end else {
        return one(tongue, start);
    };
    if let (Some(first), Some(last)) = (day(start), day(end)) {
        return days(tongue, first, last);
    }
    html! { (one(tongue, start)) " – " (one(tongue, end)) }
}

/// A day, with the text that names it for machines.
#[derive(Clone, Copy)]
struct Day<'a> {
    edtf: &'a str,
    year: i64,
    month: u8,
    in_month: u8,
}

/// The day that a date is, where nothing about it is in doubt.
fn day(date: &EdtfDate) -> Option<Day<'_>> {
    let Ok(Edtf::Date(parsed)) = Edtf::parse(&date.edtf) else {
        return None;
    };
    day_of(&parsed).map(|(year, month, day)| Day { edtf: &date.edtf, year, month, in_month: day })
}

fn day_of(date: &Date) -> Option<(i64, u8, u8)> {
    let is_plain = !date.is_uncertain() && !date.is_approximate();
    Some((date.year.value()?, date.month?.value()?, date.day?.value()?)).filter(|_| is_plain)
}

/// From one day to another, without saying twice what both have in common.
fn days(tongue: Tongue, first: Day<'_>, last: Day<'_>) -> Markup {
    let text = if first.year != last.year {
        day_in_words(tongue, first.in_month, first.month, Some(first.year))
    } else if first.month != last.month {
        day_in_words(tongue, first.in_month, first.month, None)
    } else {
        first.in_month.to_string()
    };
    let between = if first.month == last.month && first.year == last.year { "–" } else { " – " };
    html! {
        time datetime=(first.edtf) { (text) } (between)
        time datetime=(last.edtf) { (day_in_words(tongue, last.in_month, last.month, Some(last.year))) }
    }
}

/// One date, as an element for machines too where they have a word for it.
fn one(tongue: Tongue, date: &EdtfDate) -> Markup {
    let Ok(parsed) = Edtf::parse(&date.edtf) else {
        return html! { (date.edtf) };
    };
    let text = in_words(tongue, &parsed);
    html! {
        @if let Some(datetime) = datetime(&parsed, &date.edtf) { time datetime=(datetime) { (text) } } @else { (text) }
    }
}

/// What HTML can hold of a date: a year, a month, a day or a time, of which nothing is in doubt.
fn datetime<'a>(date: &Edtf, text: &'a str) -> Option<&'a str> {
    let is_sure = !date.is_uncertain() && !date.is_approximate() && !date.has_unspecified();
    let is_unit = match date {
        Edtf::Date(date) => {
            date.year.value().is_some_and(|year| (1..=9999).contains(&year))
                && date.month.is_none_or(|month| month.value().is_some_and(|month| month <= 12))
        }
        Edtf::DateTime(_) => true,
        Edtf::Interval(_) | Edtf::Set(_) => false,
    };
    (is_sure && is_unit).then_some(text)
}

fn in_words(tongue: Tongue, date: &Edtf) -> String {
    match date {
        Edtf::Date(date) => date_in_words(tongue, date),
        Edtf::DateTime(at) => time_in_words(tongue, at),
        Edtf::Set(set) => {
            let conjunction = match set.kind {
                SetKind::OneMember => tongue.pick("or", "o"),
                SetKind::AllMembers => tongue.pick("and", "y"),
            };
            joined(tongue, &set.elements, conjunction)
        }
        // Taken apart when it was read.
        Edtf::Interval(_) => date.to_string(),
    }
}

/// The members of a set. Days of one month are named with their month once.
fn joined(tongue: Tongue, elements: &[SetElement], conjunction: &str) -> String {
    let plain = |element: &SetElement| if let SetElement::Date(date) = element { day_of(date) } else { None };
    let days: Option<Vec<_>> = elements.iter().map(plain).collect();
    let in_one_month = days.filter(|days| days.windows(2).all(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1)));
    let words = match in_one_month.as_deref() {
        Some([first @ .., (year, month, last)]) => {
            let first = first.iter().map(|(.., day)| day.to_string());
            first.chain([day_in_words(tongue, *last, *month, Some(*year))]).collect()
        }
        _ => elements.iter().map(|element| element_in_words(tongue, element)).collect::<Vec<_>>(),
    };
    match words.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} {conjunction} {last}", first.join(", ")),
        one => one.concat(),
    }
}

fn element_in_words(tongue: Tongue, element: &SetElement) -> String {
    match element {
        SetElement::Date(date) => date_in_words(tongue, date),
        SetElement::OnOrBefore(date) => {
            format!("{} {}", date_in_words(tongue, date), tongue.pick("or earlier", "o antes"))
        }
        SetElement::OnOrAfter(date) => {
            format!("{} {}", date_in_words(tongue, date), tongue.pick("or later", "o después"))
        }
        SetElement::Range(first, last) => {
            let (first, last) = (date_in_words(tongue, first), date_in_words(tongue, last));
            format!("{} {first} {} {last}", tongue.pick("between", "entre"), tongue.pick("and", "y"))
        }
    }
}

fn time_in_words(tongue: Tongue, at: &DateTime) -> String {
    let time = at.time;
    let seconds = if time.second > 0 { format!(":{:02}", time.second) } else { String::new() };
    let zone = match time.shift {
        None => tongue.pick(" local time", " hora local").to_owned(),
        Some(TimeShift::Utc | TimeShift::Offset { minutes: 0, .. }) => " UTC".to_owned(),
        Some(TimeShift::Offset { minutes, .. }) => {
            let (sign, size) = (if minutes < 0 { '−' } else { '+' }, minutes.unsigned_abs());
            format!(" UTC{sign}{}:{:02}", size / 60, size % 60)
        }
    };
    format!("{}, {:02}:{:02}{seconds}{zone}", date_in_words(tongue, &at.date), time.hour, time.minute)
}

fn date_in_words(tongue: Tongue, date: &Date) -> String {
    let words = plain_in_words(tongue, date);
    let hedge = match (date.is_uncertain(), date.is_approximate()) {
        (false, false) => return words,
        (false, true) => tongue.pick("around", "hacia"),
        (true, false) => tongue.pick("possibly", "posiblemente"),
        (true, true) => tongue.pick("possibly around", "posiblemente hacia"),
    };
    let article = if date.day.is_some_and(|day| !day.has_unspecified()) { tongue.pick("", "el ") } else { "" };
    format!("{hedge} {article}{words}")
}

fn plain_in_words(tongue: Tongue, date: &Date) -> String {
    let month = date.month.map(DateField::value);
    match (date.year.value(), month, date.day.map(DateField::value)) {
        (Some(year), None, None) => year.to_string(),
        (Some(year), Some(Some(month)), None) if month <= 12 => month_in_words(tongue, month, Some(year)),
        (Some(year), Some(Some(month)), None) if season(month).is_some() => {
            let (english, spanish) = season(month).unwrap_or_default();
            tongue.pick(&format!("{english} {year}"), &format!("{spanish} de {year}")).to_owned()
        }
        (Some(year), Some(Some(month)), Some(Some(day))) => day_in_words(tongue, day, month, Some(year)),
        (Some(year), Some(Some(month)), Some(None)) => {
            format!("{} {}", tongue.pick("a day in", "un día de"), month_in_words(tongue, month, Some(year)))
        }
        (Some(year), Some(None), None) => format!("{} {year}", tongue.pick("a month of", "un mes de")),
        _ => masked_in_words(tongue, date),
    }
}

/// A date of which digits are not known, or that has no name of its own: a decade, else the days that it lies between.
fn masked_in_words(tongue: Tongue, date: &Date) -> String {
    if let (YearKind::Standard { negative: false, digits: [Some(a), Some(b), Some(c), None] }, None) =
        (date.year.kind, date.month)
    {
        return tongue.pick(&format!("the {a}{b}{c}0s"), &format!("la década de {a}{b}{c}0")).to_owned();
    }
    let bounds = Edtf::Date(*date).bounds();
    match (bounds.earliest, bounds.latest) {
        (Bound::Date(first), Bound::Date(last)) => {
            let words = |BoundDate { year, month, day }: BoundDate| day_in_words(tongue, day, month, Some(year));
            let (first, last) = (words(first), words(last));
            format!("{} {first} {} {last}", tongue.pick("between", "entre"), tongue.pick("and", "y"))
        }
        _ => Edtf::Date(*date).to_string(),
    }
}

fn season(number: u8) -> Option<(&'static str, &'static str)> {
    SEASONS.get(usize::from(number.checked_sub(FIRST_SEASON)?)).copied()
}

fn month_in_words(tongue: Tongue, month: u8, year: Option<i64>) -> String {
    let (english, spanish) = MONTHS.get(usize::from(month).wrapping_sub(1)).copied().unwrap_or_default();
    let name = tongue.pick(english, spanish);
    match (year, tongue) {
        (None, _) => name.to_owned(),
        (Some(year), Tongue::English) => format!("{name} {year}"),
        (Some(year), Tongue::Spanish) => format!("{name} de {year}"),
    }
}

fn day_in_words(tongue: Tongue, day: u8, month: u8, year: Option<i64>) -> String {
    format!("{day} {}{}", tongue.pick("", "de "), month_in_words(tongue, month, year))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(start: &str, end: Option<&str>) -> [String; 2] {
        let given = When::new(Some(start), end, None).expect("dates");
        [Tongue::English, Tongue::Spanish].map(|tongue| when(tongue, &given).into_string())
    }

    /// The words alone.
    fn words(start: &str, end: Option<&str>) -> [String; 2] {
        told(start, end).map(|html| {
            let parts = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
            parts.collect()
        })
    }

    #[test]
    fn dates_are_told_as_far_as_they_are_known() {
        for (edtf, english, spanish) in [
            ("2026", "2026", "2026"),
            ("2020-05", "May 2020", "mayo de 2020"),
            ("2020-06-03", "3 June 2020", "3 de junio de 2020"),
            ("2020-06-03~", "around 3 June 2020", "hacia el 3 de junio de 2020"),
            ("2020-06?", "possibly June 2020", "posiblemente junio de 2020"),
            ("2020-06-03%", "possibly around 3 June 2020", "posiblemente hacia el 3 de junio de 2020"),
            ("2020-06-03T18:30:00", "3 June 2020, 18:30 local time", "3 de junio de 2020, 18:30 hora local"),
            ("2020-06-03T18:30:05Z", "3 June 2020, 18:30:05 UTC", "3 de junio de 2020, 18:30:05 UTC"),
            ("2020-06-03T18:30:00-07:00", "3 June 2020, 18:30 UTC−7:00", "3 de junio de 2020, 18:30 UTC−7:00"),
            ("2020-22", "summer 2020", "verano de 2020"),
            ("202X", "the 2020s", "la década de 2020"),
            ("2020-XX", "a month of 2020", "un mes de 2020"),
            ("2020-06-XX", "a day in June 2020", "un día de junio de 2020"),
            (
                "19XX",
                "between 1 January 1900 and 31 December 1999",
                "entre 1 de enero de 1900 y 31 de diciembre de 1999",
            ),
            ("[2026-01-30,2026-01-31]", "30 or 31 January 2026", "30 o 31 de enero de 2026"),
            (
                "[2026-01,2026-03,2026-05]",
                "January 2026, March 2026 or May 2026",
                "enero de 2026, marzo de 2026 o mayo de 2026",
            ),
            ("[..2026-01-31]", "31 January 2026 or earlier", "31 de enero de 2026 o antes"),
            ("[2026-01..]", "January 2026 or later", "enero de 2026 o después"),
            ("[2026-01..2026-03]", "between January 2026 and March 2026", "entre enero de 2026 y marzo de 2026"),
            ("{2026-01-01,2026-01-05}", "1 and 5 January 2026", "1 y 5 de enero de 2026"),
        ] {
            assert_eq!(words(edtf, None), [english, spanish], "{edtf}");
        }
    }

    #[test]
    fn two_ends_do_not_say_twice_what_they_have_in_common() {
        assert_eq!(words("2026-01-30", Some("2026-01-31")), ["30–31 January 2026", "30–31 de enero de 2026"]);
        let months = words("2026-01-30", Some("2026-02-01"));
        assert_eq!(months, ["30 January – 1 February 2026", "30 de enero – 1 de febrero de 2026"]);
        assert_eq!(words("2025-12-31", Some("2026-01-01"))[0], "31 December 2025 – 1 January 2026");
        assert_eq!(words("2026-01", Some("[2026-02-01..]"))[0], "January 2026 – 1 February 2026 or later");
    }

    #[test]
    fn machines_are_told_only_what_is_sure() {
        let datetime = |edtf| told(edtf, None)[0].split('"').nth(1).map(str::to_owned);
        for sure in ["2026", "2026-01", "2026-01-30", "2026-01-30T18:00:00", "2026-01-30T18:00:00Z"] {
            assert_eq!(datetime(sure).as_deref(), Some(sure));
        }
        for vague in ["2026-01-30~", "2026-01?", "202X", "2026-21", "[2026-01-30,2026-01-31]", "2026-01-XX"] {
            assert_eq!(datetime(vague), None, "{vague}");
        }
        assert_eq!(told("2026-01-30", Some("2026-01-31"))[0].matches("<time datetime=").count(), 2);
    }
}
