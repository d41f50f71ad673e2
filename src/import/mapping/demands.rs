//! What was asked for.

use serde_json::{Value, json};

use super::build::Builder;
use super::row::Row;
use super::spec::{Fields, Rule, column_of};
use crate::domain::input::{MAX_ITEMS, MAX_TEXT};
use crate::domain::vocabulary::Stance;
use crate::import::values::phrase;

impl Builder<'_> {
    /// The event's demands.
    pub fn demands(&mut self) -> Vec<Value> {
        let mut demands = Vec::new();
        for (each, row) in self.items(&self.mapping.demands) {
            match each.rule {
                Some(Rule::CodedClaims) => demands.extend(self.coded_claims(&each.of, &row)),
                _ => demands.extend(self.plain_demands(&each.of, &row)),
            }
        }
        demands.truncate(MAX_ITEMS);
        demands
    }

    fn plain_demands(&mut self, fields: &Fields, row: &Row<'_>) -> Vec<Value> {
        let summaries = self.all("demands", fields, "summary", row);
        let verbatim = self.all("demands", fields, "verbatim", row);
        let stance = self.first("demands", fields, "stance", row);
        let stance = self.code("demands.stance", stance, Stance::parse).unwrap_or(Stance::Neither);
        let verbatim = if summaries.len() == 1 { verbatim.as_slice() } else { &[] };
        summaries.iter().map(|summary| demand(&phrase(summary, MAX_TEXT), verbatim, stance)).collect()
    }

    /// One demand for each coded claim, with the words from placards at the only one, else under a heading of their own.
    fn coded_claims(&mut self, fields: &Fields, row: &Row<'_>) -> Vec<Value> {
        let mut phrases = |name| -> Vec<String> {
            self.all("demands", fields, name, row).iter().map(|item| phrase(item, MAX_TEXT)).collect()
        };
        let (mut claims, mut words) = (phrases("summary"), phrases("verbatim"));
        for text in phrases("mixed") {
            if stance(&text).is_some() { claims.push(text) } else { words.push(text) }
        }
        let heading = phrases("heading").pop().unwrap_or_default();
        if claims.len() > MAX_ITEMS - 1 || words.len() > MAX_ITEMS {
            let column = column_of(fields, "verbatim", row);
            self.reader.notes.lose(&column, "Of more than 1,000 items in a list, the first 1,000 are kept.");
            claims.truncate(MAX_ITEMS - 1);
            words.truncate(MAX_ITEMS);
        }
        let is_only = claims.len() == 1;
        let of_claim = |claim: &String| {
            demand(claim, if is_only { &words } else { &[] }, stance(claim).unwrap_or(Stance::Neither))
        };
        let mut demands: Vec<Value> = claims.iter().map(of_claim).collect();
        if !is_only && !words.is_empty() {
            demands.push(demand(&heading, &words, stance(&heading).unwrap_or(Stance::Neither)));
        }
        demands
    }
}

fn demand(summary: &str, verbatim: &[String], stance: Stance) -> Value {
    json!({"summary": summary, "verbatim": verbatim, "stance": stance.code()})
}

/// Where the participants stand, by the forms that coders use: "for …", "against …" and "in … of" or "in … with". `None`
/// where the text has none of them, and so is no coded claim.
fn stance(text: &str) -> Option<Stance> {
    let lower = text.get(..40).unwrap_or(text).to_lowercase();
    let mut words = lower.split_whitespace();
    Some(match words.next()? {
        "for" => words.next().map(|_| Stance::For)?,
        "against" => words.next().map(|_| Stance::Against)?,
        "in" => {
            let what = words.next().filter(|word| word.len() >= 3 && word.chars().all(char::is_alphanumeric))?;
            if !matches!(words.next()?, "of" | "with") {
                return None;
            }
            match what {
                "support" | "solidarity" | "favor" | "favour" | "defense" | "defence" | "celebration" => Stance::For,
                "opposition" | "protest" | "defiance" => Stance::Against,
                // "In memory of" takes no side.
                _ => Stance::Neither,
            }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stances_are_told_by_the_coders_forms() {
        for (text, expected) in [
            ("for democracy", Some(Stance::For)),
            ("Against ICE", Some(Stance::Against)),
            ("in solidarity with immigrants", Some(Stance::For)),
            ("in support of Ukraine", Some(Stance::For)),
            ("in memory of the victims", Some(Stance::Neither)),
            ("in opposition to war", None),
            ("No Kings!", None),
            ("for", None),
            ("In God we trust", None),
        ] {
            assert_eq!(stance(text), expected, "{text}");
        }
    }
}
