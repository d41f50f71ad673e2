//! Invented countries, their divisions and their localities, in clusters.

use fastrand::Rng;
use uuid::Uuid;

use super::draw::{Kind, Seed, Zipf, happens, index, one};
use super::json::Json;
use super::words::{Language, PLACE_ENDS, PLACE_PREFIXES, PLACE_STARTS};
use crate::domain::vocabulary::LocationKind;

/// An invented country.
struct Country {
    /// One of the codes that ISO 3166-1 leaves to users: no real country is meant.
    code: &'static str,
    name: &'static str,
    language: Language,
    /// Of most of it, and of its other part where there is a second.
    time_zones: &'static [&'static str],
    /// Whole degrees of its middle.
    lat: i32,
    lon: i32,
}

const fn country(
    code: &'static str,
    name: &'static str,
    language: Language,
    time_zones: &'static [&'static str],
    (lat, lon): (i32, i32),
) -> Country {
    Country { code, name, language, time_zones, lat, lon }
}

use Language::{English, Spanish};

const COUNTRIES: [Country; 24] = [
    country("XA", "Alverland", English, &["America/Chicago", "America/Denver"], (40, -98)),
    country("XB", "Bonavera", Spanish, &["America/Mexico_City"], (20, -101)),
    country("XC", "Carrow", English, &["Europe/London"], (53, -2)),
    country("XD", "Dorsund", English, &["Europe/Berlin"], (51, 10)),
    country("XE", "Esmara", Spanish, &["Europe/Madrid"], (40, -4)),
    country("XF", "Fenmark", English, &["America/New_York", "America/Chicago"], (37, -82)),
    country("XG", "Garonne Reach", English, &["Europe/Paris"], (47, 3)),
    country("XH", "Holmvik", English, &["Europe/Oslo"], (61, 10)),
    country("XI", "Illora", Spanish, &["America/Bogota"], (6, -74)),
    country("XJ", "Jalvera", Spanish, &["America/Lima"], (-11, -76)),
    country("XL", "Lamora", Spanish, &["America/Argentina/Buenos_Aires"], (-34, -61)),
    country("XM", "Merrow", English, &["Australia/Sydney", "Australia/Brisbane"], (-31, 148)),
    country("XN", "Norvale", English, &["Pacific/Auckland"], (-40, 172)),
    country("XO", "Ostmere", English, &["Europe/Warsaw"], (52, 19)),
    country("XP", "Pallen", English, &["Africa/Lagos"], (9, 7)),
    country("XQ", "Quell", English, &["Africa/Nairobi"], (1, 37)),
    country("XR", "Rhovar", English, &["Asia/Kolkata"], (22, 78)),
    country("XS", "Selmere", English, &["Asia/Tokyo"], (36, 138)),
    country("XT", "Tamorra", English, &["Asia/Manila"], (14, 121)),
    country("XU", "Ulmeny", English, &["Europe/Athens"], (39, 22)),
    country("XV", "Varrel", English, &["Africa/Johannesburg"], (-28, 26)),
    country("XW", "Westrey", English, &["America/Los_Angeles", "America/Boise"], (40, -119)),
    country("XY", "Ysmar", English, &["Africa/Cairo"], (28, 31)),
    country("XZ", "Zellen", English, &["Asia/Jakarta"], (-7, 110)),
];

/// Most divisions of one country.
const DIVISIONS: usize = 12;
/// Units of a degree in which points are kept.
const DEGREE: i32 = 100_000;

/// A place.
pub struct Place {
    pub id: Uuid,
    pub name: String,
    pub language: Language,
    /// Units of 0.00001 degrees.
    pub lat: i32,
    pub lon: i32,
    kind: LocationKind,
    country: usize,
    parent: Option<usize>,
    /// Its number within its country, from 1.
    division: usize,
}

/// All places: countries, then their divisions, then localities.
pub struct Places {
    all: Vec<Place>,
    /// How many are no localities.
    areas: usize,
    localities: Zipf,
}

impl Places {
    /// So many places, at least 50.
    pub fn new(seed: Seed, count: u32) -> Self {
        let count = count as usize;
        let countries = (count / 100).clamp(3, COUNTRIES.len());
        let divisions = (count / countries / 5).clamp(2, DIVISIONS);
        let mut all = Vec::with_capacity(count);
        let id = |all: &Vec<Place>| seed.id(Kind::Place, all.len() as u64);
        for (number, country) in COUNTRIES[..countries].iter().enumerate() {
            all.push(Place {
                id: id(&all),
                name: country.name.to_owned(),
                language: country.language,
                lat: country.lat * DEGREE,
                lon: country.lon * DEGREE,
                kind: LocationKind::Country,
                country: number,
                parent: None,
                division: 0,
            });
        }
        for number in 0..countries * divisions {
            let parent = number / divisions;
            let place = near(seed, all.len(), &all[parent], 4 * DEGREE);
            all.push(Place {
                id: id(&all),
                kind: LocationKind::Admin1,
                parent: Some(parent),
                division: number % divisions + 1,
                ..place
            });
        }
        let areas = all.len();
        let clusters = Zipf::new(areas - countries);
        let mut rng = seed.rng(Kind::Place, u64::MAX);
        while all.len() < count {
            // Spread over the countries: the greatest clusters are not all in the first.
            let rank = clusters.draw(&mut rng);
            let parent = countries + rank % countries * divisions + rank / countries;
            let place = near(seed, all.len(), &all[parent], DEGREE / 2);
            all.push(Place { id: id(&all), kind: LocationKind::Locality, parent: Some(parent), ..place });
        }
        Self { localities: Zipf::new(all.len() - areas), all, areas }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// A locality; some are far more likely than others.
    pub fn locality(&self, rng: &mut Rng) -> &Place {
        &self.all[self.areas + self.localities.draw(rng)]
    }

    /// The division or country above a place.
    pub fn above(&self, place: &Place) -> &Place {
        place.parent.map_or(&self.all[0], |parent| &self.all[parent])
    }

    /// Writes the document of a place.
    pub fn write(&self, json: &mut Json, number: usize) {
        let place = &self.all[number];
        let country = &COUNTRIES[place.country];
        json.object(|o| {
            o.name("id").id(place.id);
            o.name("name").string(&place.name);
            o.name("kind").string(place.kind.code());
            if let Some(parent) = place.parent {
                o.name("parent_id").id(self.all[parent].id);
            }
            match place.kind {
                LocationKind::Country => {
                    o.name("country").string(country.code);
                    o.name("time_zone").string(country.time_zones[0]);
                }
                LocationKind::Admin1 => {
                    o.name("country").string(country.code);
                    o.name("admin1").display(format_args!("{}-{:02}", country.code, place.division));
                    // Every third division of a country with two zones has the second.
                    if let Some(zone) = country.time_zones.get(1).filter(|_| place.division.is_multiple_of(3)) {
                        o.name("time_zone").string(zone);
                    }
                }
                _ => {}
            }
            o.name("point").point(place.lat, place.lon);
            if place.kind == LocationKind::Locality {
                o.name("radius_m").number(1_000 + (number % 9) * 500);
            }
        });
    }
}

/// A place around the middle of another one, mostly close to it.
fn near(seed: Seed, number: usize, middle: &Place, reach: i32) -> Place {
    let mut rng = seed.rng(Kind::Place, number as u64);
    let name = name(&mut rng, middle.language);
    let mut off = || (0..3).map(|_| rng.i32(-reach..=reach)).sum::<i32>() / 2;
    let (lat, lon) = (middle.lat + off(), middle.lon + off());
    Place { name, lat, lon, parent: None, division: 0, ..*middle }
}

/// The name of a place that does not exist.
pub fn name(rng: &mut Rng, language: Language) -> String {
    let list = language as usize;
    let prefix = if happens(rng, 25) { one(rng, PLACE_PREFIXES[list]) } else { "" };
    let start = one(rng, PLACE_STARTS[list]);
    format!("{prefix}{start}{}", PLACE_ENDS[list][index(rng, PLACE_ENDS[list].len())])
}
