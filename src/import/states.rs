//! States and territories, and the time zones that are sure.

use super::zones::{self, Zone};

/// A state or territory of the United States.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Its two letters.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its zone, or how to tell.
    zone: Zone,
}

impl State {
    /// The state with these two letters, or this name, in any case.
    pub fn parse(text: &str) -> Option<&'static Self> {
        STATES.iter().find(|state| state.code.eq_ignore_ascii_case(text) || state.name.eq_ignore_ascii_case(text))
    }

    /// Its code of ISO 3166-2.
    pub fn iso(&self) -> String {
        format!("US-{}", self.code)
    }

    /// The zone of the whole state; `None` where it has more than one.
    pub const fn time_zone(&self) -> Option<&'static str> {
        match self.zone {
            Zone::Whole(zone) => Some(zone),
            Zone::ByCounty(_) => None,
        }
    }

    /// The zone of a county; `None` where neither the state nor the county decides.
    pub fn time_zone_of(&self, county: &str) -> Option<&'static str> {
        match self.zone {
            Zone::Whole(zone) => Some(zone),
            Zone::ByCounty(split) if !county.is_empty() => split.of(county),
            Zone::ByCounty(_) => None,
        }
    }
}

const fn whole(code: &'static str, name: &'static str, zone: &'static str) -> State {
    State { code, name, zone: Zone::Whole(zone) }
}

const fn split(code: &'static str, name: &'static str, by_county: &'static zones::Split) -> State {
    State { code, name, zone: Zone::ByCounty(by_county) }
}

use zones::{CENTRAL, EASTERN, MOUNTAIN, PACIFIC};

const STATES: [State; 56] = [
    whole("AL", "Alabama", CENTRAL),
    split("AK", "Alaska", &zones::ALASKA),
    split("AZ", "Arizona", &zones::ARIZONA),
    whole("AR", "Arkansas", CENTRAL),
    whole("CA", "California", PACIFIC),
    whole("CO", "Colorado", MOUNTAIN),
    whole("CT", "Connecticut", EASTERN),
    whole("DE", "Delaware", EASTERN),
    whole("DC", "District of Columbia", EASTERN),
    split("FL", "Florida", &zones::FLORIDA),
    whole("GA", "Georgia", EASTERN),
    whole("HI", "Hawaii", "Pacific/Honolulu"),
    split("ID", "Idaho", &zones::IDAHO),
    whole("IL", "Illinois", CENTRAL),
    split("IN", "Indiana", &zones::INDIANA),
    whole("IA", "Iowa", CENTRAL),
    split("KS", "Kansas", &zones::KANSAS),
    split("KY", "Kentucky", &zones::KENTUCKY),
    whole("LA", "Louisiana", CENTRAL),
    whole("ME", "Maine", EASTERN),
    whole("MD", "Maryland", EASTERN),
    whole("MA", "Massachusetts", EASTERN),
    split("MI", "Michigan", &zones::MICHIGAN),
    whole("MN", "Minnesota", CENTRAL),
    whole("MS", "Mississippi", CENTRAL),
    whole("MO", "Missouri", CENTRAL),
    whole("MT", "Montana", MOUNTAIN),
    split("NE", "Nebraska", &zones::NEBRASKA),
    split("NV", "Nevada", &zones::NEVADA),
    whole("NH", "New Hampshire", EASTERN),
    whole("NJ", "New Jersey", EASTERN),
    whole("NM", "New Mexico", MOUNTAIN),
    whole("NY", "New York", EASTERN),
    whole("NC", "North Carolina", EASTERN),
    split("ND", "North Dakota", &zones::NORTH_DAKOTA),
    whole("OH", "Ohio", EASTERN),
    whole("OK", "Oklahoma", CENTRAL),
    split("OR", "Oregon", &zones::OREGON),
    whole("PA", "Pennsylvania", EASTERN),
    whole("RI", "Rhode Island", EASTERN),
    whole("SC", "South Carolina", EASTERN),
    split("SD", "South Dakota", &zones::SOUTH_DAKOTA),
    split("TN", "Tennessee", &zones::TENNESSEE),
    split("TX", "Texas", &zones::TEXAS),
    whole("UT", "Utah", MOUNTAIN),
    whole("VT", "Vermont", EASTERN),
    whole("VA", "Virginia", EASTERN),
    whole("WA", "Washington", PACIFIC),
    whole("WV", "West Virginia", EASTERN),
    whole("WI", "Wisconsin", CENTRAL),
    whole("WY", "Wyoming", MOUNTAIN),
    whole("AS", "American Samoa", "Pacific/Pago_Pago"),
    whole("GU", "Guam", "Pacific/Guam"),
    whole("MP", "Northern Mariana Islands", "Pacific/Guam"),
    whole("PR", "Puerto Rico", "America/Puerto_Rico"),
    whole("VI", "U.S. Virgin Islands", "America/Puerto_Rico"),
];

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use chrono_tz::Tz;

    use super::*;
    use crate::domain::place::is_admin1;

    #[test]
    fn states_are_found_by_code_and_name() {
        assert_eq!(State::parse("tx").map(|state| state.name), Some("Texas"));
        assert_eq!(State::parse("new york").map(|state| state.code), Some("NY"));
        assert_eq!(State::parse("ZZ"), None);
        assert!(STATES.iter().all(|state| is_admin1(&state.iso())));
    }

    #[test]
    fn a_zone_is_named_only_where_it_is_sure() {
        let zone = |state: &str, county: &str| State::parse(state).unwrap().time_zone_of(county);
        assert_eq!(zone("CA", ""), Some("America/Los_Angeles"));
        assert_eq!(zone("TX", ""), None);
        assert_eq!(zone("TX", "El Paso County"), Some("America/Denver"));
        assert_eq!(zone("TX", "Travis"), Some("America/Chicago"));
        assert_eq!(zone("FL", "Gulf County"), None);
        assert_eq!(zone("IN", "LaPorte County"), zone("IN", "La Porte County"));
        assert_eq!(zone("NV", "Elko County"), None);
        assert_eq!(State::parse("TX").unwrap().time_zone(), None);
    }

    #[test]
    fn every_zone_is_one_of_the_iana_database() {
        for state in &STATES {
            let zones = match state.zone {
                Zone::Whole(zone) => vec![zone],
                Zone::ByCounty(split) => split.zones(),
            };
            for zone in zones {
                assert!(Tz::from_str(zone).is_ok(), "{zone}");
            }
        }
    }
}
