//! Countries by the codes and names that collections use.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A country or territory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// ISO 3166-1 numeric, of three digits.
    number: &'static str,
    /// FIPS 10-4; empty where it has none of its own.
    fips: &'static str,
    /// Its name in English.
    pub name: &'static str,
}

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let country = |line: &'static str| {
        let mut cells = line.split('\t');
        Some(Country { code: cells.next()?, number: cells.next()?, fips: cells.next()?, name: cells.next()? })
    };
    include_str!("countries.tsv").lines().filter_map(country).collect()
});

/// Other names under which collections know a country, in lower case.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("bosnia-herzegovina", "BA"),
    ("brunei darussalam", "BN"),
    ("burma", "MM"),
    ("cabo verde", "CV"),
    ("cambodia (kampuchea)", "KH"),
    ("congo", "CG"),
    ("cote d'ivoire", "CI"),
    ("czech republic", "CZ"),
    ("dr congo (zaire)", "CD"),
    ("east timor", "TL"),
    ("ivory coast", "CI"),
    ("kingdom of eswatini (swaziland)", "SZ"),
    ("macedonia, fyr", "MK"),
    ("madagascar (malagasy)", "MG"),
    ("myanmar (burma)", "MM"),
    ("russia (soviet union)", "RU"),
    ("russian federation", "RU"),
    ("serbia (yugoslavia)", "RS"),
    ("swaziland", "SZ"),
    ("the gambia", "GM"),
    ("türkiye", "TR"),
    ("united states of america", "US"),
    ("usa", "US"),
    ("yemen (north yemen)", "YE"),
    ("zimbabwe (rhodesia)", "ZW"),
];

static BY_WORD: LazyLock<HashMap<String, &'static Country>> = LazyLock::new(|| {
    let all = COUNTRIES.iter();
    let words = all.flat_map(|country| [country.code, country.number, country.name].map(|word| (word, country)));
    let mut by_word: HashMap<String, &'static Country> =
        words.map(|(word, country)| (word.to_lowercase(), country)).collect();
    for (name, code) in OTHER_NAMES {
        if let Some(country) = by_word.get(&code.to_lowercase()) {
            by_word.insert((*name).to_owned(), country);
        }
    }
    by_word
});

impl Country {
    /// The country with this ISO code of letters or digits, or this name, in any case.
    pub fn parse(text: &str) -> Option<&'static Self> {
        let word = text.trim().to_lowercase();
        // Numbers are often written without zeros in front.
        let padded =
            if word.len() < 3 && word.bytes().all(|b| b.is_ascii_digit()) { format!("{word:0>3}") } else { word };
        BY_WORD.get(&padded).copied()
    }

    /// The country with this FIPS 10-4 code. Gaza and the West Bank have one each.
    pub fn of_fips(code: &str) -> Option<&'static Self> {
        match code {
            "" => None,
            "GZ" | "WE" => Self::parse("PS"),
            _ => COUNTRIES.iter().find(|country| country.fips == code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::place::is_country;

    #[test]
    fn countries_are_found_by_code_number_and_name() {
        let code = |text| Country::parse(text).map(|country| country.code);
        assert_eq!(
            [code("za"), code("710"), code("South AFRICA"), code("4")],
            [Some("ZA"), Some("ZA"), Some("ZA"), Some("AF")]
        );
        assert_eq!((code("DR Congo (Zaire)"), code("Atlantis"), code("")), (Some("CD"), None, None));
        let fips = |text| Country::of_fips(text).map(|country| country.code);
        assert_eq!(
            [fips("SF"), fips("AS"), fips("GZ"), fips("ZZ"), fips("")],
            [Some("ZA"), Some("AU"), Some("PS"), None, None]
        );
    }

    #[test]
    fn the_table_is_whole() {
        assert_eq!(COUNTRIES.len(), 249);
        assert!(
            COUNTRIES
                .iter()
                .all(|country| is_country(country.code) && country.number.len() == 3 && !country.name.is_empty())
        );
        assert!(
            OTHER_NAMES.iter().all(|(name, code)| Country::parse(name).is_some_and(|country| country.code == *code))
        );
    }
}
