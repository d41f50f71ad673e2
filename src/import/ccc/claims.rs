//! What was asked for, and the topics.

use serde_json::{Value, json};

use super::columns::Column;
use super::row::{Findings, Row};
use crate::domain::input::{MAX_ITEMS, MAX_TEXT};
use crate::domain::vocabulary::Stance;
use crate::import::slugs::slug;
use crate::import::values::phrase;

/// Under this heading stand the words from placards where they cannot be told apart by demand.
const WORDS: &str = "words from placards and chants";

/// The event's demands: one a coded claim, with the words from placards at the only one, else under a heading of their own.
pub fn demands(row: &Row<'_>, found: &mut Findings) -> Vec<Value> {
    let mut claims: Vec<String> = row.list(Column::ClaimsSummary).map(|item| phrase(item, MAX_TEXT)).collect();
    let mut words: Vec<String> = row.list(Column::ClaimsVerbatim).map(|item| phrase(item, MAX_TEXT)).collect();
    // The older column mixes both.
    for item in row.list(Column::Claims) {
        let text = phrase(item, MAX_TEXT);
        if stance(&text).is_some() { claims.push(text) } else { words.push(text) }
    }
    if claims.len() > MAX_ITEMS - 1 || words.len() > MAX_ITEMS {
        found.lose(row, Column::ClaimsVerbatim, "Of more than 1,000 items in a list, the first 1,000 are kept.");
        claims.truncate(MAX_ITEMS - 1);
        words.truncate(MAX_ITEMS);
    }
    let single = claims.len() == 1;
    let demand = |summary: &str, verbatim: &[String]| {
        let stance = stance(summary).unwrap_or(Stance::Neither).code();
        json!({"summary": summary, "verbatim": verbatim, "stance": stance})
    };
    let mut demands: Vec<Value> = claims.iter().map(|claim| demand(claim, if single { &words } else { &[] })).collect();
    if !single && !words.is_empty() {
        demands.push(demand(WORDS, &words));
    }
    demands
}

/// Where the participants stand, by the forms that the coders use: "for …", "against …" and "in … of" or "in … with".
/// `None` where the text has none of them, and so is no coded claim.
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

/// The topics as slugs, from all columns that hold some.
pub fn issues(row: &Row<'_>) -> Vec<String> {
    let columns = [Column::IssueTagsSummary, Column::IssueTagsVerbatim, Column::Issues, Column::IssuesMajor];
    let mut issues = Vec::new();
    for item in columns.into_iter().flat_map(|column| row.list(column)) {
        // What holds no letter or digit is no topic.
        if item.contains(char::is_alphanumeric) {
            let issue = slug(&[item]);
            if !issues.contains(&issue) && issues.len() < MAX_ITEMS {
                issues.push(issue);
            }
        }
    }
    issues
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
