//! The guides in `docs/`: what they show is answered, and what they list is what there is.

use std::collections::BTreeSet;
use std::path::Path;

use marchline::domain::scope::Scope;
use marchline::domain::size::{SizeRule, words_to_numbers};
use marchline::http::openapi::openapi_text;
use marchline::query::filter::Property;
use marchline::query::filter::members::{CampaignProperty, LocationProperty};
use serde_json::Value;

use crate::support::client::key;
use crate::support::examples::{page, try_out};
use crate::support::on_both_databases;
use crate::support::world::World;

/// The schemas that `docs/data-model.md` must have a table of.
const TOLD: [&str; 11] = [
    "Event",
    "Actor",
    "Location",
    "Source",
    "SourceCoverage",
    "Campaign",
    "Timeline",
    "When",
    "Size",
    "Outcomes",
    "Count",
];

const MODEL: &str = "docs/data-model.md";

/// The words in backticks of a text.
fn code(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

/// The rows under a table's head, as long as the table goes.
fn rows<'a>(page: &'a str, head: &str) -> Vec<Vec<&'a str>> {
    let rows = page.lines().skip_while(|line| *line != head).skip(2);
    rows.take_while(|line| line.starts_with('|')).map(cells).collect()
}

on_both_databases! {
    fn the_examples_of_the_guides_work(world: World) {
        let world = world.founded();
        let keys = [Scope::Write, Scope::Admin].map(|scope| key(&world.database, &[scope]));
        let keys = [keys[0].as_str(), keys[1].as_str()];
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        let files = std::fs::read_dir(folder).expect("the guides").map(|file| file.expect("a file").path());
        let pages = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
        let names = pages.filter_map(|path| Some(format!("docs/{}", path.file_name()?.to_str()?)));
        // The one that writes is the last: the others count what is there.
        let names: BTreeSet<String> = names.collect();
        let count: usize = names.iter().map(|name| try_out(world.base(), keys, name)).sum();
        assert!(count >= 30, "the guides have {count} examples");
    }
}

#[test]
fn the_tables_of_the_data_model_are_those_of_the_schemas() {
    let document: Value = serde_json::from_str(&openapi_text()).expect("JSON");
    let page = page(MODEL);
    let mut told = BTreeSet::new();
    for section in page.split("\n#").skip(1) {
        let heading = section.lines().next().unwrap_or_default();
        for schema in code(heading) {
            let properties = document["components"]["schemas"][&schema]["properties"].as_object();
            let properties = properties.unwrap_or_else(|| panic!("{MODEL}: there is no schema `{schema}`"));
            let table = rows(section, "| Field | Meaning |");
            let listed: BTreeSet<String> = table.iter().flat_map(|row| code(row[0])).collect();
            let expected: BTreeSet<String> = properties.keys().cloned().collect();
            assert_eq!(listed, expected, "{MODEL}: the table of `{schema}`");
            told.insert(schema);
        }
    }
    let missing: Vec<_> = TOLD.iter().filter(|schema| !told.contains(**schema)).collect();
    assert!(missing.is_empty(), "{MODEL} has no section on {missing:?}");
}

#[test]
fn the_table_of_properties_is_what_filters_take() {
    let page = page("docs/filtering.md");
    let table = rows(&page, "| Property | What it is | How it is asked about |");
    let listed: BTreeSet<String> = table.iter().flat_map(|row| code(row[0])).collect();
    assert_eq!(listed, Property::CODES.iter().map(|code| (*code).to_owned()).collect());
    let page = self::page("docs/ogc.md");
    for (collection, codes) in [("locations", LocationProperty::CODES), ("campaigns", CampaignProperty::CODES)] {
        let table = rows(&page, &format!("| Property of `{collection}` | What it is | How it is asked about |"));
        let listed: Vec<String> = table.iter().flat_map(|row| code(row[0])).collect();
        assert_eq!(listed, codes, "{collection}");
    }
}

#[test]
fn the_table_of_words_and_numbers_is_what_the_rules_make() {
    let table = rows(&page(MODEL), "| Words | `ccc` | `count_love` | `literal` |")
        .into_iter()
        .map(|row| row.into_iter().map(str::to_owned).collect())
        .collect::<Vec<Vec<String>>>();
    assert!(table.len() >= 5, "{MODEL}: {table:?}");
    for row in table {
        let made = |rule| match words_to_numbers(&row[0], rule) {
            None => "none".to_owned(),
            Some((low, None)) => format!("{low} or more"),
            Some((low, Some(high))) if low == high => low.to_string(),
            Some((low, Some(high))) => format!("{low} to {high}"),
        };
        let expected = [SizeRule::Ccc, SizeRule::CountLove, SizeRule::Literal].map(made);
        let written: Vec<_> = row[1..].iter().map(|cell| cell.replace(',', "")).collect();
        assert_eq!(written, expected, "{MODEL}: {}", row[0]);
    }
}
