//! The words for what kind of event it was.

use crate::domain::vocabulary::EventType;

use EventType::{
    BannerDrop, Blockade, Boycott, Caravan, CivilDisobedience, CounterProtest, Demonstration, DieIn, Encampment,
    HungerStrike, March, Occupation, OnlineAction, Picket, Protest, Rally, Riot, SitIn, Strike, Vigil, Walkout,
};

/// Which of several types is the main one: the first that is named here; the others become tactics. What says more comes
/// before what says less. A counter-protest says against whom; refusing work or food and holding a place say how; a march
/// is a rally that moves; protest and demonstration say least.
const PRECEDENCE: [EventType; 21] = [
    CounterProtest,
    Riot,
    HungerStrike,
    DieIn,
    SitIn,
    Blockade,
    Encampment,
    Occupation,
    CivilDisobedience,
    Walkout,
    Strike,
    Boycott,
    Picket,
    BannerDrop,
    Caravan,
    Vigil,
    March,
    Rally,
    Protest,
    Demonstration,
    OnlineAction,
];

/// The type that a word of the file means, in any case and with hyphens or spaces.
pub fn event_type(word: &str) -> Option<EventType> {
    let plain: String = word
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐' | '‑' | '–' | '_'))
        .flat_map(char::to_lowercase)
        .collect();
    Some(match plain.as_str() {
        "counterprotest" | "counterdemonstration" | "counterrally" | "countermarch" | "counterprotests" => {
            CounterProtest
        }
        "riot" => Riot,
        "hungerstrike" => HungerStrike,
        "diein" => DieIn,
        "sitin" => SitIn,
        "blockade" | "roadblockade" | "streetblockade" | "trafficblockade" | "humanblockade" => Blockade,
        "encampment" | "tentencampment" => Encampment,
        "occupation" => Occupation,
        "civildisobedience" | "nonviolentcivildisobedience" => CivilDisobedience,
        "walkout" | "studentwalkout" | "schoolwalkout" => Walkout,
        "strike" | "laborstrike" | "labourstrike" | "generalstrike" | "workstoppage" => Strike,
        "boycott" => Boycott,
        "picket" | "picketing" | "picketline" | "informationalpicket" => Picket,
        "bannerdrop" => BannerDrop,
        "caravan" | "carcaravan" | "vehiclecaravan" | "motorcade" | "carrally" | "carprotest" => Caravan,
        "vigil" | "candlelightvigil" | "silentvigil" | "prayervigil" => Vigil,
        "march" | "procession" | "protestmarch" => March,
        "rally" => Rally,
        "protest" => Protest,
        "demonstration" | "demo" | "demonstrations" => Demonstration,
        "online" | "onlineaction" | "virtual" => OnlineAction,
        _ => return None,
    })
}

/// Sorts types by precedence, each once: the first is the main type.
pub fn in_order(mut types: Vec<EventType>) -> Vec<EventType> {
    types.sort_by_key(|each| PRECEDENCE.iter().position(|known| known == each));
    types.dedup();
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_case_do_not_matter() {
        let types = |text: &str| in_order(text.split(';').filter_map(|word| event_type(word.trim())).collect());
        assert_eq!(types("rally; march"), [March, Rally]);
        assert_eq!(types("March; RALLY;march"), [March, Rally]);
        assert_eq!(types("protest; Counter-Protest"), [CounterProtest, Protest]);
        assert_eq!(types("sit in; civil disobedience; protest"), [SitIn, CivilDisobedience, Protest]);
        assert_eq!(types("bake sale"), []);
    }

    #[test]
    fn every_type_that_a_word_can_mean_has_its_rank() {
        for kind in EventType::ALL {
            if let Some(found) = event_type(kind.code()) {
                assert_eq!(found, *kind);
                assert!(PRECEDENCE.contains(kind), "{kind}");
            }
        }
        for code in [
            "demonstration",
            "rally",
            "march",
            "protest",
            "vigil",
            "strike",
            "counter-protest",
            "civil disobedience",
            "sit-in",
        ] {
            assert!(event_type(code).is_some(), "{code}");
        }
    }
}
