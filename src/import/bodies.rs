//! Bodies that are told by exact rules: well-known ones, office holders, unions, parties and police.

use super::actors::Actor;
use super::persons::{Expecting, may_be_person};
use crate::domain::vocabulary::ActorKind;

/// A body that everybody means by these words.
struct Known {
    slug: &'static str,
    name: &'static str,
    kind: ActorKind,
    aliases: &'static [&'static str],
    parent: Option<&'static str>,
    /// How it is written, in lower case.
    words: &'static [&'static str],
}

/// Slugs, names and aliases are those of the founding timeline where it has the actor, so that both speak of one.
const KNOWN: &[Known] = &[
    Known {
        slug: "ice",
        name: "U.S. Immigration and Customs Enforcement",
        kind: ActorKind::Agency,
        aliases: &["ICE"],
        parent: Some("dhs"),
        words: &[
            "ice",
            "immigration and customs enforcement",
            "u.s. immigration and customs enforcement",
            "us immigration and customs enforcement",
            "immigration and customs enforcement (ice)",
            "u.s. immigration and customs enforcement (ice)",
        ],
    },
    Known {
        slug: "cbp",
        name: "U.S. Customs and Border Protection",
        kind: ActorKind::Agency,
        aliases: &["CBP"],
        parent: Some("dhs"),
        words: &["cbp", "customs and border protection", "u.s. customs and border protection"],
    },
    Known {
        slug: "dhs",
        name: "U.S. Department of Homeland Security",
        kind: ActorKind::Agency,
        aliases: &["DHS"],
        parent: None,
        words: &["dhs", "department of homeland security", "u.s. department of homeland security"],
    },
    Known {
        slug: "lapd",
        name: "Los Angeles Police Department",
        kind: ActorKind::Police,
        aliases: &["LAPD", "Los Angeles Police"],
        parent: None,
        words: &["lapd", "los angeles police department", "los angeles police"],
    },
    Known {
        slug: "donald-trump",
        name: "Donald Trump",
        kind: ActorKind::PublicOfficial,
        aliases: &[],
        parent: None,
        words: &["donald trump", "trump", "president trump", "president donald trump", "donald j. trump"],
    },
    Known {
        slug: "joe-biden",
        name: "Joe Biden",
        kind: ActorKind::PublicOfficial,
        aliases: &[],
        parent: None,
        words: &["joe biden", "biden", "president biden", "president joe biden"],
    },
    Known {
        slug: "jd-vance",
        name: "JD Vance",
        kind: ActorKind::PublicOfficial,
        aliases: &[],
        parent: None,
        words: &["jd vance", "j.d. vance", "vice president vance", "vice president jd vance"],
    },
    Known {
        slug: "us-congress",
        name: "United States Congress",
        kind: ActorKind::Government,
        aliases: &["Congress"],
        parent: None,
        words: &["congress", "u.s. congress", "us congress", "united states congress"],
    },
];

/// The well-known body that is meant by exactly this name or slug.
pub fn known(name: &str) -> Option<Actor> {
    let lower = name.to_lowercase();
    let body = KNOWN.iter().find(|body| body.slug == lower || body.words.contains(&lower.as_str()))?;
    Some(Actor {
        slug: body.slug.to_owned(),
        name: body.name.to_owned(),
        kind: body.kind,
        aliases: body.aliases,
        parent: body.parent,
    })
}

/// Offices as they are written before a name, with how we write them; longer ones first.
const OFFICES: &[(&str, &str)] = &[
    ("united states senator ", "Senator "),
    ("u.s. representative ", "Representative "),
    ("lieutenant governor ", "Lieutenant Governor "),
    ("district attorney ", "District Attorney "),
    ("attorney general ", "Attorney General "),
    ("u.s. senator ", "Senator "),
    ("state senator ", "State Senator "),
    ("vice president ", "Vice President "),
    ("prime minister ", "Prime Minister "),
    ("representative ", "Representative "),
    ("congresswoman ", "Representative "),
    ("councilmember ", "Councilmember "),
    ("council member ", "Councilmember "),
    ("congressman ", "Representative "),
    ("councilwoman ", "Councilmember "),
    ("councilman ", "Councilmember "),
    ("state rep. ", "State Representative "),
    ("state sen. ", "State Senator "),
    ("u.s. rep. ", "Representative "),
    ("u.s. sen. ", "Senator "),
    ("lt. gov. ", "Lieutenant Governor "),
    ("president ", "President "),
    ("secretary ", "Secretary "),
    ("governor ", "Governor "),
    ("senator ", "Senator "),
    ("sheriff ", "Sheriff "),
    ("justice ", "Justice "),
    ("judge ", "Judge "),
    ("mayor ", "Mayor "),
    ("gov. ", "Governor "),
    ("gov ", "Governor "),
    ("sen. ", "Senator "),
    ("sen ", "Senator "),
    ("rep. ", "Representative "),
    ("rep ", "Representative "),
];

/// Offices that clubs and companies have as well.
const OF_ANYBODY: [&str; 4] = ["President ", "Secretary ", "Representative ", "Justice "];

/// Most words of a name behind an office.
const MAX_WORDS: usize = 5;

/// The office holder, with the office in full: "Gov. Greg Abbott" as "Governor Greg Abbott", "Jane Roe, mayor of Austin"
/// as "Mayor Jane Roe". `None` where the words do not name an office and someone in it.
pub fn office_holder(name: &str) -> Option<String> {
    if let Some((office, person)) = office_before(name) {
        // "President Jane Roe of the Harbour Club"
        let is_of_a_body = OF_ANYBODY.contains(&office) && person.find(" of ").is_some();
        return (names_someone(person) && !is_of_a_body).then(|| format!("{office}{person}"));
    }
    let (person, behind) = name.split_once([',', '('])?;
    let behind = format!("{} ", behind.trim().trim_end_matches(')'));
    let (office, rest) = office_before(&behind)?;
    let is_whole = (rest.is_empty() || rest.starts_with("of ")) && !OF_ANYBODY.contains(&office);
    let person = person.trim();
    (is_whole && names_someone(person)).then(|| format!("{office}{person}"))
}

fn office_before(name: &str) -> Option<(&'static str, &str)> {
    OFFICES.iter().find_map(|(written, office)| {
        let head = name.get(..written.len())?;
        head.eq_ignore_ascii_case(written).then(|| (*office, name[written.len()..].trim()))
    })
}

/// "of Mexico" names the office's place; else it is the name of a person, and no body that begins like an office.
fn names_someone(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let surname = |word: &str| {
        word.chars().next().is_some_and(char::is_uppercase)
            && word.chars().all(|c| c.is_alphabetic() || "'’-.".contains(c))
    };
    match words.as_slice() {
        [] => false,
        ["of", _, ..] => words.len() <= MAX_WORDS,
        // A family name alone; two or more must look like a name.
        [only] => surname(only) && !may_be_body(only),
        _ => words.len() <= MAX_WORDS && may_be_person(text, Expecting::Anything),
    }
}

fn may_be_body(word: &str) -> bool {
    super::words::BODY.contains(word.to_lowercase().as_str())
}

/// Unions that are known by their first word.
const UNIONS: &[&str] = &[
    "SEIU",
    "AFSCME",
    "AFT",
    "NEA",
    "UAW",
    "CWA",
    "UFCW",
    "IBEW",
    "IATSE",
    "Teamsters",
    "AFL-CIO",
    "ILWU",
    "ILA",
    "APWU",
    "NALC",
    "UFT",
    "CTU",
    "UTLA",
    "SAG-AFTRA",
    "WGA",
    "AFGE",
    "NNU",
    "NTEU",
    "UMWA",
    "UNITE",
];

/// How the names of unions of workers end.
const UNION_ENDINGS: &[&str] = &[
    " workers union",
    " workers' union",
    " workers united",
    " teachers union",
    " teachers' union",
    " nurses union",
    " nurses' union",
    " nurses united",
    " employees union",
    " federation of teachers",
    " auto workers",
    " teamsters",
    " afl-cio",
    " education association",
    " employees association",
    " machinists union",
    " writers guild",
];

/// How the names of parties end. "Tea Party" is none.
const PARTIES: &[&str] = &[
    "democratic party",
    "republican party",
    "green party",
    "libertarian party",
    "socialist party",
    "communist party",
    "communist party usa",
    "working families party",
    "constitution party",
    "peace and freedom party",
    "forward party",
    "party for socialism and liberation",
    "psl",
    "party for socialism and liberation (psl)",
];

/// How the names of police forces end.
const POLICE_ENDINGS: &[&str] = &[
    " police department",
    " police dept",
    " police dept.",
    " police",
    " sheriff's office",
    " sheriff’s office",
    " sheriff's department",
    " sheriff’s department",
    " highway patrol",
    " state troopers",
];

/// What kind of body it is, where a rule tells.
pub fn kind_of_body(name: &str) -> Option<ActorKind> {
    let lower = name.to_lowercase();
    let first = name.split_whitespace().next().unwrap_or_default();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    let local = lower.split_once(" local ").is_some_and(|(_, behind)| behind.starts_with(|c: char| c.is_ascii_digit()));
    if ends(PARTIES) {
        Some(ActorKind::Party)
    } else if UNIONS.contains(&first) || local || ends(UNION_ENDINGS) {
        Some(ActorKind::Union)
    } else if ends(POLICE_ENDINGS) {
        Some(ActorKind::Police)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn office_holders_are_named_with_their_office() {
        for (text, expected) in [
            ("Sen. Ted Cruz", Some("Senator Ted Cruz")),
            ("U.S. Rep. Jane Roe", Some("Representative Jane Roe")),
            ("Jane Roe, mayor of Austin", Some("Mayor Jane Roe")),
            ("Jane Roe (governor)", Some("Governor Jane Roe")),
            ("Mayor Adams", Some("Mayor Adams")),
            ("President of Mexico", Some("President of Mexico")),
            ("President Roe", Some("President Roe")),
            ("President Jane Roe of the Club", None),
            ("Jane Roe, president of Local 12", None),
            ("Jane Roe (representative)", None),
            ("Jane Roe, judge advocate", None),
            ("Judge Rotenberg Center", None),
            ("Justice Department", None),
            ("Sheriff's Office", None),
            ("Mayor's office", None),
            ("Justice for Jane", None),
            ("Jane Roe", None),
            ("Gov. ", None),
            ("Presidentñ", None),
        ] {
            assert_eq!(office_holder(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn kinds_are_told_by_exact_rules() {
        for (name, kind) in [
            ("SEIU Local 1021", Some(ActorKind::Union)),
            ("Roofers Local 40", Some(ActorKind::Union)),
            ("Texas Democratic Party", Some(ActorKind::Party)),
            ("Tea Party", None),
            ("Black Student Union", None),
            ("American Civil Liberties Union", None),
            ("Austin Police Department", Some(ActorKind::Police)),
            ("Local Matters", None),
        ] {
            assert_eq!(kind_of_body(name), kind, "{name}");
        }
    }

    #[test]
    fn parents_of_well_known_bodies_are_well_known() {
        for body in KNOWN {
            assert!(body.parent.is_none_or(|parent| known(parent).is_some_and(|actor| actor.slug == parent)));
        }
    }
}
