//! Numbers of people in words, as they were reported: what is not known is never shown as none.

use super::labels;
use super::tongue::Tongue;
use crate::domain::count::{Count, CountState};
use crate::domain::size::Size;

/// How many took part.
pub fn size(tongue: Tongue, size: &Size) -> String {
    let numbers = match (size.low, size.high, size.best) {
        (Some(low), Some(high), None) if low == high => Some(number(tongue, low)),
        (Some(low), high, best) => Some(with_best(tongue, best, &range(tongue, low, high))),
        (None, Some(high), best) => {
            let most = format!("{} {}", number(tongue, high), tongue.pick("or fewer", "o menos"));
            Some(with_best(tongue, best, &most))
        }
        (None, None, best) => best.map(|best| number(tongue, best)),
    };
    let words = size.text.as_ref().map(|text| format!("“{text}”"));
    let said = [words, numbers].into_iter().flatten().collect::<Vec<_>>().join(", ");
    format!("{said}, {}", tongue.label(labels::basis(size.basis)))
}

/// How many something happened to.
pub fn count(tongue: Tongue, count: Count) -> String {
    match (count.state, count.low, count.high) {
        (CountState::Zero, ..) => tongue.pick("none", "ninguno").to_owned(),
        (_, Some(low), Some(high)) if low == high => number(tongue, low),
        (CountState::Some, None | Some(..=1), None) => tongue.pick("some", "algunos").to_owned(),
        (_, low, high) => range(tongue, low.unwrap_or(0), high),
    }
}

fn range(tongue: Tongue, low: i64, high: Option<i64>) -> String {
    let low = number(tongue, low);
    match high {
        Some(high) => format!("{low} {} {}", tongue.pick("to", "a"), number(tongue, high)),
        None => format!("{low} {}", tongue.pick("or more", "o más")),
    }
}

fn with_best(tongue: Tongue, best: Option<i64>, range: &str) -> String {
    best.map_or_else(|| range.to_owned(), |best| format!("{} ({range})", number(tongue, best)))
}

/// A number as the language groups its digits: Spanish leaves four of them together and parts more by a thin space.
pub fn number(tongue: Tongue, number: i64) -> String {
    let digits = number.to_string();
    let (separator, longest) = match tongue {
        Tongue::English => (',', 3),
        Tongue::Spanish => ('\u{202f}', 4),
    };
    if digits.len() <= longest {
        return digits;
    }
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::size::{SizeBasis, SizeParts, SizeRule};

    fn sized(
        text: Option<&str>,
        low: Option<i64>,
        high: Option<i64>,
        best: Option<i64>,
        basis: SizeBasis,
    ) -> [String; 2] {
        let text = text.map(str::to_owned);
        let given =
            Size::new(SizeParts { text, low, high, best, basis, rule: Some(SizeRule::Literal) }).expect("a size");
        [Tongue::English, Tongue::Spanish].map(|tongue| size(tongue, &given))
    }

    #[test]
    fn sizes_are_told_as_they_were_reported_with_who_says_so() {
        let press = sized(Some("thousands"), None, None, None, SizeBasis::Press);
        assert_eq!(
            press,
            ["“thousands”, 2,000 or more, according to the press", "“thousands”, 2000 o más, según la prensa"]
        );
        let police = sized(None, Some(10_000), Some(20_000), Some(15_000), SizeBasis::Police);
        assert_eq!(police[0], "15,000 (10,000 to 20,000), according to the police");
        assert_eq!(police[1], "15\u{202f}000 (10\u{202f}000 a 20\u{202f}000), según la policía");
        assert_eq!(sized(Some("a crowd"), None, None, None, SizeBasis::Unknown)[0], "“a crowd”, basis not reported");
        assert_eq!(sized(None, Some(0), Some(0), None, SizeBasis::Count)[1], "0, recuento");
        assert_eq!(sized(None, None, Some(50), None, SizeBasis::Image)[0], "50 or fewer, from pictures");
    }

    #[test]
    fn counts_tell_none_from_some() {
        let told = |given| [Tongue::English, Tongue::Spanish].map(|tongue| count(tongue, given));
        assert_eq!(told(Count::ZERO), ["none", "ninguno"]);
        assert_eq!(told(Count::SOME), ["some", "algunos"]);
        let several = Count::parse_words("several").expect("a count");
        assert_eq!(told(several), ["2 or more", "2 o más"]);
        assert_eq!(told(Count::new(CountState::Number, Some(3), Some(5)).expect("a count")), ["3 to 5", "3 a 5"]);
        assert_eq!(told(Count::new(CountState::Number, Some(3), None).expect("a count")), ["3", "3"]);
    }
}
