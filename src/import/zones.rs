//! States with more than one time zone: which counties keep which. Since 2010 none of these lines has moved.
//!
//! Counties that are themselves divided, or where a town keeps the neighbour's time by custom, are left open.

/// Eastern time.
pub const EASTERN: &str = "America/New_York";
/// Central time.
pub const CENTRAL: &str = "America/Chicago";
/// Mountain time.
pub const MOUNTAIN: &str = "America/Denver";
/// Pacific time.
pub const PACIFIC: &str = "America/Los_Angeles";

/// How a state's zone is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// It is the same everywhere.
    Whole(&'static str),
    /// The county tells.
    ByCounty(&'static Split),
}

/// A state with two zones.
#[derive(Debug, PartialEq, Eq)]
pub struct Split {
    most: &'static str,
    other: &'static str,
    /// Counties with the other zone, in lower case without spaces, separated by spaces.
    others: &'static str,
    /// Counties of which it cannot be told.
    divided: &'static str,
}

impl Split {
    /// The zone of a county, if it can be told.
    pub fn of(&self, county: &str) -> Option<&'static str> {
        let county = plain(county);
        let among = |list: &str| list.split(' ').any(|name| name == county);
        if county.is_empty() || among(self.divided) {
            None
        } else if among(self.others) {
            Some(self.other)
        } else {
            Some(self.most)
        }
    }

    #[cfg(test)]
    pub fn zones(&self) -> Vec<&'static str> {
        vec![self.most, self.other]
    }
}

/// "El Paso County" as "elpaso".
fn plain(county: &str) -> String {
    let lower = county.to_lowercase();
    let name = [" county", " borough", " census area", " municipality"]
        .iter()
        .find_map(|suffix| lower.strip_suffix(suffix))
        .unwrap_or(&lower);
    name.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The west of the Aleutians keeps another time, Metlakatla did until 2019.
pub static ALASKA: Split =
    Split { most: "America/Anchorage", other: "America/Adak", others: "", divided: "aleutianswest princeofwaleshyder" };
/// The Navajo Nation alone has daylight saving time.
pub static ARIZONA: Split =
    Split { most: "America/Phoenix", other: MOUNTAIN, others: "", divided: "apache navajo coconino" };
/// The west of the panhandle.
pub static FLORIDA: Split = Split {
    most: EASTERN,
    other: CENTRAL,
    others: "bay calhoun escambia holmes jackson okaloosa santarosa walton washington",
    divided: "gulf",
};
/// The north.
pub static IDAHO: Split = Split {
    most: "America/Boise",
    other: PACIFIC,
    others: "benewah bonner boundary clearwater kootenai latah lewis nezperce shoshone",
    divided: "idaho",
};
/// The corners next to Chicago and Evansville.
pub static INDIANA: Split = Split {
    most: "America/Indiana/Indianapolis",
    other: CENTRAL,
    others: "gibson jasper lake laporte newton perry porter posey spencer starke vanderburgh warrick",
    divided: "",
};
/// Four counties in the west.
pub static KANSAS: Split =
    Split { most: CENTRAL, other: MOUNTAIN, others: "greeley hamilton sherman wallace", divided: "" };
/// The west.
pub static KENTUCKY: Split = Split {
    most: EASTERN,
    other: CENTRAL,
    others: "adair allen ballard barren breckinridge butler caldwell calloway carlisle christian clinton crittenden \
             cumberland daviess edmonson fulton graves grayson green hancock hart henderson hickman hopkins livingston \
             logan lyon marshall mccracken mclean metcalfe monroe muhlenberg ohio russell simpson todd trigg union \
             warren webster",
    divided: "",
};
/// Four counties on the border of Wisconsin.
pub static MICHIGAN: Split =
    Split { most: "America/Detroit", other: CENTRAL, others: "dickinson gogebic iron menominee", divided: "" };
/// The west.
pub static NEBRASKA: Split = Split {
    most: CENTRAL,
    other: MOUNTAIN,
    others: "arthur banner boxbutte chase cheyenne dawes deuel dundy garden grant hooker keith kimball morrill perkins \
             scottsbluff sheridan sioux",
    divided: "cherry",
};
/// West Wendover keeps Mountain time, and Jackpot does by custom; both are in Elko County.
pub static NEVADA: Split = Split { most: PACIFIC, other: MOUNTAIN, others: "", divided: "elko" };
/// The southwest.
pub static NORTH_DAKOTA: Split = Split {
    most: CENTRAL,
    other: MOUNTAIN,
    others: "adams billings bowman goldenvalley grant hettinger slope stark",
    divided: "dunn mckenzie sioux",
};
/// Most of Malheur County.
pub static OREGON: Split = Split { most: PACIFIC, other: MOUNTAIN, others: "", divided: "malheur" };
/// The west.
pub static SOUTH_DAKOTA: Split = Split {
    most: CENTRAL,
    other: MOUNTAIN,
    others: "bennett butte corson custer dewey fallriver haakon harding jackson lawrence meade oglalalakota pennington \
             perkins shannon ziebach",
    divided: "stanley",
};
/// The east.
pub static TENNESSEE: Split = Split {
    most: CENTRAL,
    other: EASTERN,
    others: "anderson blount bradley campbell carter claiborne cocke grainger greene hamblen hamilton hancock hawkins \
             jefferson johnson knox loudon mcminn meigs monroe morgan polk rhea roane scott sevier sullivan unicoi \
             union washington",
    divided: "",
};
/// The two westernmost counties; a part of Culberson County follows them by custom.
pub static TEXAS: Split = Split { most: CENTRAL, other: MOUNTAIN, others: "elpaso hudspeth", divided: "culberson" };
