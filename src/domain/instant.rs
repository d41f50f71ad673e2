//! A point in time, the only form in which time is compared and stored.

use std::fmt;
use std::ops::Range;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};

/// Microseconds since 1970-01-01T00:00:00Z, within the years 0001–9999.
///
/// Written and read as RFC 3339 in UTC with six digits of a second, so that texts sort like instants.
///
/// A field of this type carries `#[schema(value_type = String, format = DateTime)]`: the derive would otherwise
/// write a reference, and `inline` together with a description a `oneOf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// 0001-01-01T00:00:00.000000Z, the earliest instant RFC 3339 and both databases can write.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// 9999-12-31T23:59:59.999999Z, the latest.
    pub const MAX: Self = Self(253_402_300_799_999_999);

    /// The instant so many microseconds after the Unix epoch, or `None` outside the years 0001–9999.
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros < Self::MIN.0 || micros > Self::MAX.0 {
            return None;
        }
        Some(Self(micros))
    }

    /// The instant so many microseconds after the Unix epoch, or the nearer of [`Self::MIN`] and [`Self::MAX`].
    pub(crate) fn clipped(micros: i64) -> Self {
        Self(micros.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Microseconds since the Unix epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The instant of `at`, cut to the microsecond, or `None` outside the years 0001–9999.
    pub fn from_datetime(at: DateTime<Utc>) -> Option<Self> {
        Self::from_micros(at.timestamp_micros())
    }

    /// The same instant as a `chrono` value.
    pub fn to_datetime(self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::microseconds(self.0)
    }

    /// Reads an RFC 3339 date-time with any offset; digits beyond the microsecond are cut.
    ///
    /// A leap second (`:60`) is refused: this time scale has no place for it.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(own) = Self::parse_own(text.as_bytes()) {
            return Some(own);
        }
        // chrono also takes a space for the `T` and U+2212 for the minus sign.
        if !text.is_ascii() || !matches!(text.as_bytes().get(10), Some(b'T' | b't')) {
            return None;
        }
        let at = DateTime::parse_from_rfc3339(text).ok()?;
        let is_leap_second = at.timestamp_subsec_nanos() >= 1_000_000_000;
        if is_leap_second { None } else { Self::from_datetime(at.to_utc()) }
    }
}

impl Instant {
    /// Reads what is written here: UTC, to the microsecond.
    fn parse_own(text: &[u8]) -> Option<Self> {
        let text: &[u8; 27] = text.try_into().ok()?;
        let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (26, b'Z')];
        if marks.iter().any(|(place, mark)| text[*place] != *mark) {
            return None;
        }
        let number = |place: Range<usize>| {
            text[place].iter().try_fold(0_u32, |number, digit| Some(number * 10 + char::from(*digit).to_digit(10)?))
        };
        let date = NaiveDate::from_ymd_opt(i32::try_from(number(0..4)?).ok()?, number(5..7)?, number(8..10)?)?;
        let at = date.and_hms_micro_opt(number(11..13)?, number(14..16)?, number(17..19)?, number(20..26)?)?;
        Self::from_datetime(at.and_utc())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.to_datetime();
        // An event has ten of them: so digits are put where they belong, without a text in between.
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        let parts = [
            (0..4, at.year().unsigned_abs()),
            (5..7, at.month()),
            (8..10, at.day()),
            (11..13, at.hour()),
            (14..16, at.minute()),
            (17..19, at.second()),
            (20..26, at.timestamp_subsec_micros()),
        ];
        for (place, mut number) in parts {
            for digit in text[place].iter_mut().rev() {
                *digit += u8::try_from(number % 10).unwrap_or(0);
                number /= 10;
            }
        }
        f.write_str(str::from_utf8(&text).unwrap_or_default())
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Instant;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 date-time with an offset, in the years 0001 to 9999")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Instant, E> {
                Instant::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

impl utoipa::PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("RFC 3339, UTC, to the microsecond."))
            .examples(["2026-01-30T18:00:00.000000Z"])
            .into()
    }
}

impl utoipa::ToSchema for Instant {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(input: &str) -> Option<String> {
        Instant::parse(input).map(|instant| instant.to_string())
    }

    #[test]
    fn any_offset_becomes_utc_with_six_digits() {
        let utc = Some("2026-01-30T18:00:00.000000Z".to_owned());
        assert_eq!(text("2026-01-30T18:00:00Z"), utc);
        assert_eq!(text("2026-01-30t18:00:00.0000009z"), utc);
        assert_eq!(text("2026-01-30T10:00:00-08:00"), utc);
        assert_eq!(text("2026-01-31T08:00:00.000000+14:00"), utc);
    }

    #[test]
    fn what_is_no_rfc_3339_instant_is_refused() {
        for input in [
            "",
            "2026-01-30",
            "2026-01-30T18:00:00",
            "2026-01-30T18:00Z",
            "2026-01-30 18:00:00Z",
            "2026-01-30T18:00:00 02:00",
            "2026-01-30T18:00:00\u{2212}02:00",
            "2026-02-30T18:00:00Z",
            "2016-12-31T23:59:60Z",
            "2016-12-31T23:59:60.5Z",
            "+12026-01-30T18:00:00Z",
            "0000-12-31T23:59:59.999999Z",
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
        ] {
            assert_eq!(text(input), None, "{input}");
        }
    }

    #[test]
    fn the_range_is_the_years_1_to_9999() {
        assert_eq!(Instant::MIN.to_string(), "0001-01-01T00:00:00.000000Z");
        assert_eq!(Instant::MAX.to_string(), "9999-12-31T23:59:59.999999Z");
        assert_eq!(Instant::from_micros(Instant::MIN.micros() - 1), None);
        assert_eq!(Instant::from_micros(Instant::MAX.micros() + 1), None);
        assert_eq!(Instant::from_datetime(DateTime::<Utc>::MAX_UTC), None);
        assert_eq!(Instant::clipped(i64::MIN), Instant::MIN);
    }

    #[test]
    fn json_is_the_text() {
        let json = serde_json::json!("2026-01-30T18:00:00.123456Z");
        let instant: Instant = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(instant).unwrap(), json);
        assert!(serde_json::from_str::<Instant>("\"yesterday\"").is_err());
        assert!(serde_json::from_str::<Instant>("0").is_err());
    }

    proptest! {
        #[test]
        fn every_instant_survives_its_text(micros in Instant::MIN.micros()..=Instant::MAX.micros()) {
            let instant = Instant::from_micros(micros).unwrap();
            prop_assert_eq!(Instant::parse(&instant.to_string()), Some(instant));
            prop_assert_eq!(Instant::from_datetime(instant.to_datetime()), Some(instant));
        }

        #[test]
        fn any_text_is_read_or_refused(input in "\\PC*|[0-9TtZz:.+ -]{0,30}") {
            let _ = Instant::parse(&input);
        }
    }
}
