//! How many came, and what followed.

use serde_json::{Map, Value, json};

use super::build::Builder;
use super::spec::{Fields, field};
use crate::domain::count::Count;
use crate::domain::input::{MAX_ITEMS, MAX_NAME};
use crate::domain::size::{SizeBasis, SizeRule};
use crate::import::values::{number, phrase, rounded};

impl Builder<'_> {
    /// The event's size; `None` where nothing is reported.
    pub fn size(&mut self) -> Option<Value> {
        let fields = &self.mapping.size;
        let text = self.one("size.text", field(fields, "text")).map(|text| phrase(&text, MAX_NAME));
        let [mut low, mut high, best] = ["low", "high", "best"].map(|name| self.people(fields, name));
        if low.zip(high).is_some_and(|(low, high)| low > high) {
            self.reader.error("size", "", "The least is more than the most; both are taken as not reported.");
            (low, high) = (None, None);
        }
        let fits = |best: &i64| low.is_none_or(|low| low <= *best) && high.is_none_or(|high| *best <= high);
        let best = best.filter(fits);
        if text.is_none() && low.or(high).or(best).is_none() {
            return None;
        }
        let basis = self.one("size.basis", field(fields, "basis"));
        let basis = self.code("size.basis", basis, SizeBasis::parse).unwrap_or(SizeBasis::Unknown);
        let rule = self.one("size.rule", field(fields, "rule"));
        let rule = self.code("size.rule", rule, SizeRule::parse).filter(|_| text.is_some());
        Some(json!({"text": text, "low": low, "high": high, "best": best, "basis": basis.code(),
            "rule": rule.map(SizeRule::code)}))
    }

    fn people(&mut self, fields: &Fields, name: &'static str) -> Option<i64> {
        let text = self.one(&format!("size.{name}"), field(fields, name))?;
        let people = number(&text).and_then(rounded);
        if people.is_none() {
            self.reader.error(name, &text, "Expected a number of people; taken as not reported.");
        }
        people
    }

    /// What followed; `None` where nothing is reported.
    pub fn outcomes(&mut self) -> Option<Value> {
        let mut outcomes = Map::new();
        for name in ["arrests", "detained"] {
            if let Some(count) = self.count(name) {
                outcomes.insert(name.into(), json!(count));
            }
        }
        for (name, groups) in [
            ("injuries", ["injuries_participants", "injuries_police", "injuries_others", "injuries_unspecified"]),
            ("deaths", ["deaths_participants", "deaths_police", "deaths_others", "deaths_unspecified"]),
        ] {
            let [participants, police, others, unspecified] = groups.map(|group| self.count(group));
            if participants.or(police).or(others).or(unspecified).is_some() {
                let by_group = json!({"participants": participants, "police": police, "others": others, "unspecified": unspecified});
                outcomes.insert(name.into(), by_group);
            }
        }
        for name in ["property_damage", "participant_measures", "police_measures"] {
            let mut list: Vec<String> = Vec::new();
            for item in self.list(&format!("outcomes.{name}"), field(&self.mapping.outcomes, name)) {
                let item = phrase(&item, MAX_NAME);
                if list.len() < MAX_ITEMS && !list.contains(&item) {
                    list.push(item);
                }
            }
            if !list.is_empty() {
                outcomes.insert(name.into(), list.into());
            }
        }
        (!outcomes.is_empty()).then(|| outcomes.into())
    }

    /// A count: a number, words for one, or two numbers joined by `..` for a range.
    fn count(&mut self, name: &'static str) -> Option<Count> {
        use crate::domain::count::CountState;
        let words = self.one(&format!("outcomes.{name}"), field(&self.mapping.outcomes, name))?;
        let whole = |text: &str| number(text.trim()).and_then(rounded);
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
            self.reader.error(name, &words, "Expected a number, or words for one; taken as not reported.");
        }
        count
    }
}
