//! How many came, and what followed.

use serde_json::{Map, Value, json};

use super::build::Builder;
use super::spec::{Fields, column_of, field};
use crate::domain::count::{Count, CountState};
use crate::domain::input::MAX_NAME;
use crate::domain::size::{SizeBasis, SizeRule, words_to_numbers};
use crate::import::values::{flag, number, phrase, rounded, whole};

/// The least and the most.
type Bounds = (Option<i64>, Option<i64>);

impl Builder<'_> {
    /// The event's size; `None` where nothing is reported.
    pub fn size(&mut self) -> Option<Value> {
        let mapping = self.mapping;
        let fields = &mapping.size;
        if fields.is_empty() {
            return None;
        }
        let text = self.one("size.text", field(fields, "text")).map(|text| phrase(&text, MAX_NAME));
        let (mut low, mut high) = self.bounds(fields);
        let best = self.best(fields, low, high);
        if text.is_none() && low.or(high).or(best).is_none() {
            (low, high) = self.bounds_of_order(fields)?;
        }
        let basis = self.one("size.basis", field(fields, "basis"));
        let basis = self.code("size.basis", basis, SizeBasis::parse).unwrap_or(SizeBasis::Unknown);
        let mut size = Map::new();
        for (name, people) in [("low", low), ("high", high), ("best", best)] {
            size.extend(people.map(|people| (name.to_owned(), people.into())));
        }
        size.insert("basis".into(), basis.code().into());
        if let Some(text) = text {
            let has_numbers = low.or(high).or(best).is_some();
            let rule = self.rule(fields, &text, has_numbers);
            size.extend(rule.map(|rule| ("rule".to_owned(), rule.code().into())));
            size.insert("text".into(), text.into());
        }
        Some(size.into())
    }

    fn bounds(&mut self, fields: &Fields) -> Bounds {
        let [low, high] = ["low", "high"].map(|name| self.people(fields, name));
        if let Some((least, most)) = low.zip(high)
            && least > most
        {
            let [lower, upper] = ["low", "high"].map(|name| column_of(fields, name, &self.row));
            let given = self.one("size.high", field(fields, "high")).unwrap_or_default();
            let reason = format!("`{upper}` is below `{lower}`; both are taken as not reported.");
            self.reader.error(&upper, &given, &reason);
            return (None, None);
        }
        (low, high)
    }

    fn people(&mut self, fields: &Fields, name: &'static str) -> Option<i64> {
        let text = self.one(&format!("size.{name}"), field(fields, name))?;
        let people = number(&text).and_then(rounded);
        if people.is_none() {
            let column = column_of(fields, name, &self.row);
            self.reader.error(&column, &text, "Expected a number of people; taken as not reported.");
        }
        people
    }

    /// The best estimate, or a mean.
    fn best(&mut self, fields: &Fields, low: Option<i64>, high: Option<i64>) -> Option<i64> {
        let text = self.one("size.best", field(fields, "best"))?;
        let fits = |best: &i64| low.is_none_or(|low| low <= *best) && high.is_none_or(|high| *best <= high);
        let best = number(&text).and_then(rounded).filter(fits);
        if best.is_none() {
            let [column, low, high] = ["best", "low", "high"].map(|name| column_of(fields, name, &self.row));
            let reason = format!("Expected a number between `{low}` and `{high}`; passed over.");
            self.reader.error(&column, &text, &reason);
        }
        best
    }

    /// What an order of magnitude says where nothing else does.
    fn bounds_of_order(&mut self, fields: &Fields) -> Option<Bounds> {
        let text = self.one("size.order", field(fields, "order"))?;
        match number(&text).and_then(rounded) {
            Some(0) => None,
            Some(1) => Some((Some(1), Some(99))),
            Some(2) => Some((Some(100), Some(999))),
            Some(3) => Some((Some(1_000), Some(9_999))),
            Some(4) => Some((Some(10_000), None)),
            _ => {
                let column = column_of(fields, "order", &self.row);
                self.reader.error(&column, &text, "Expected an order from 0 to 4; taken as not reported.");
                None
            }
        }
    }

    /// The rule by which words became numbers: one that always holds, or one for plurals, where these decide.
    fn rule(&mut self, fields: &Fields, text: &str, has_numbers: bool) -> Option<SizeRule> {
        let mut rule = |name: &'static str| {
            let code = self.one(&format!("size.{name}"), field(fields, name));
            self.code(&format!("size.{name}"), code, SizeRule::parse)
        };
        rule("rule").or_else(|| rule("plurals").filter(|rule| numbers_from_words(text, *rule, has_numbers)))
    }

    /// What followed; `None` where nothing is reported.
    pub fn outcomes(&mut self) -> Option<Value> {
        if self.mapping.outcomes.is_empty() {
            return None;
        }
        let mut outcomes = Map::new();
        for (name, any) in [("arrests", "arrests_any"), ("detained", "detained_any")] {
            let count = self.count(name).or(self.says_some(any).then_some(Count::SOME));
            outcomes.extend(count.map(|count| (name.to_owned(), json!(count))));
        }
        let deaths = ["deaths_participants", "deaths_police", "deaths_others", "deaths_unspecified"]
            .map(|name| self.count(name));
        let injuries = [
            ("injuries_participants", "injuries_participants_any", deaths[0]),
            ("injuries_police", "injuries_police_any", deaths[1]),
            ("injuries_others", "injuries_others_any", deaths[2]),
            ("injuries_unspecified", "injuries_unspecified_any", deaths[3]),
        ];
        let injuries = injuries.map(|(name, any, deaths)| self.hurt(name, any, deaths));
        for (name, groups) in [("injuries", injuries), ("deaths", deaths)] {
            outcomes.extend(by_group(groups).map(|groups| (name.to_owned(), groups)));
        }
        for (name, list) in [
            ("property_damage", self.property_damage()),
            ("participant_measures", self.phrases("participant_measures")),
            ("police_measures", self.phrases("police_measures")),
        ] {
            if !list.is_empty() {
                outcomes.insert(name.into(), list.into());
            }
        }
        (!outcomes.is_empty()).then(|| outcomes.into())
    }

    /// Injuries. That there were casualties says nothing of injuries where there were deaths.
    fn hurt(&mut self, name: &'static str, any: &'static str, deaths: Option<Count>) -> Option<Count> {
        let injuries = self.count(name);
        let says_some = self.says_some(any) && deaths.is_none_or(|deaths| deaths == Count::ZERO);
        injuries.or(says_some.then_some(Count::SOME))
    }

    /// Whether a 0/1 says 1.
    fn says_some(&mut self, name: &'static str) -> bool {
        let mapping = self.mapping;
        let Some(text) = self.one(&format!("outcomes.{name}"), field(&mapping.outcomes, name)) else { return false };
        let says = flag(&text).or_else(|| text.parse().ok());
        if says.is_none() {
            let column = column_of(&mapping.outcomes, name, &self.row);
            self.reader.error(&column, &text, "Expected 0 or 1; taken as not said.");
        }
        says == Some(true)
    }

    /// Kinds of damage; where it is said only that there was some, its kind is `unspecified`.
    fn property_damage(&mut self) -> Vec<String> {
        let says_some = |text: &str| flag(text) == Some(true) || text.eq_ignore_ascii_case("yes");
        let says_none = |text: &str| flag(text) == Some(false) || text.eq_ignore_ascii_case("no");
        let mut kinds = self.phrases("property_damage");
        let some = kinds.iter().any(|kind| says_some(kind)) || self.says_some("property_damage_any");
        kinds.retain(|kind| !says_some(kind) && !says_none(kind));
        if kinds.is_empty() && some {
            kinds.push("unspecified".to_owned());
        }
        kinds
    }

    fn phrases(&mut self, name: &'static str) -> Vec<String> {
        let mapping = self.mapping;
        let items = self.list(&format!("outcomes.{name}"), field(&mapping.outcomes, name));
        items.iter().map(|item| phrase(item, MAX_NAME)).collect()
    }

    /// A count: a number, words for one, or two numbers joined by `..` for a range.
    fn count(&mut self, name: &'static str) -> Option<Count> {
        let mapping = self.mapping;
        let words = self.one(&format!("outcomes.{name}"), field(&mapping.outcomes, name))?;
        let whole = |text: &str| number(text.trim()).and_then(whole);
        let count = match words.split_once("..") {
            Some((low, high)) => {
                let range = whole(low).zip(whole(high));
                range.and_then(|(low, high)| Count::new(CountState::Number, Some(low), Some(high)).ok())
            }
            None => match whole(&words) {
                Some(people) => Count::new(CountState::Number, Some(people), None).ok(),
                None => Count::parse_words(&words),
            },
        };
        if count.is_none() {
            let column = column_of(&mapping.outcomes, name, &self.row);
            self.reader.error(&column, &words, "Expected a number, or words for one; taken as not reported.");
        }
        count
    }
}

/// Counts by group; `None` where nothing is reported of any.
fn by_group([participants, police, others, unspecified]: [Option<Count>; 4]) -> Option<Value> {
    participants.or(police).or(others).or(unspecified)?;
    let mut groups = json!({"participants": participants, "police": police});
    for (name, count) in [("others", others), ("unspecified", unspecified)] {
        if let Some(count) = count {
            groups[name] = json!(count);
        }
    }
    Some(groups)
}

/// Whether the numbers come from words by this rule: always where there are no others, and where the words hold a plural such
/// as "hundreds", which means another number by another rule.
fn numbers_from_words(text: &str, rule: SizeRule, has_numbers: bool) -> bool {
    // Seldom are there no numbers, and seldom a plural; reading the words takes longest of all cells.
    if has_numbers && !text.split(|c: char| !c.is_alphabetic()).any(|word| word.ends_with(['s', 'S'])) {
        return false;
    }
    let other = if rule == SizeRule::CountLove { SizeRule::Ccc } else { SizeRule::CountLove };
    let by_rule = words_to_numbers(text, rule);
    by_rule.is_some() && (!has_numbers || by_rule != words_to_numbers(text, other))
}

/// Who or what a size goes back to, where the words name one source of it.
pub fn basis(text: &str) -> SizeBasis {
    let lower = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let image = has(&["video", "photo", "image", "picture", "footage", "livestream"]);
    let found = [
        (image, SizeBasis::Image),
        (!image && has(&["count"]) && !has(&["county", "counter", "country"]), SizeBasis::Count),
        (has(&["police", "sheriff", "authorities"]), SizeBasis::Police),
        (has(&["organizer"]), SizeBasis::Organizer),
        (has(&["rsvp"]), SizeBasis::Rsvp),
    ];
    let mut named = found.iter().filter(|(is_named, _)| *is_named).map(|(_, basis)| *basis);
    named.next().filter(|_| named.next().is_none()).unwrap_or(SizeBasis::Unknown)
}
