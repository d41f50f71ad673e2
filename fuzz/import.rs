//! Any bytes as a file to import: nothing may panic, hang or eat the memory. `FUZZ_IMPORTER` names the importer that reads them: `table`
//! for tables of our own, `ccc` for the preset that has most rules, or `mapping`. Of that one a digit in front says which preset reads the
//! rest, and an `m` that the rest begins with a mapping.
//!
//! The importer and what it rests on are taken in as modules, since they need few of the library's dependencies.
#![no_main]
// What the library does with the rest of these modules is not seen from here.
#![allow(dead_code, unused_imports, unfulfilled_lint_expectations)]

use std::sync::LazyLock;

#[path = "../src/domain/mod.rs"]
mod domain;
#[path = "../src/import/mod.rs"]
mod import;

static IMPORTER: LazyLock<String> = LazyLock::new(|| std::env::var("FUZZ_IMPORTER").unwrap_or_default());

/// What parts a mapping from the file that it reads.
const BETWEEN: &str = "\n---\n";

libfuzzer_sys::fuzz_target!(|data: &[u8]| match IMPORTER.as_str() {
    "ccc" => preset("ccc", data),
    "table" => {
        let _ = import::table::rehearse(data, |_| {});
    }
    "mapping" => mapping(data),
    other => panic!("FUZZ_IMPORTER is `{other}`, and none of ccc, table and mapping"),
});

fn mapping(data: &[u8]) {
    match data.split_first() {
        Some((digit, file)) if digit.is_ascii_digit() => {
            let presets = import::mapping::PRESETS;
            preset(presets[usize::from(digit - b'0') % presets.len()].name, file);
        }
        Some((b'm', rest)) => {
            let text = String::from_utf8_lossy(rest);
            let (mapping, file) = text.split_once(BETWEEN).unwrap_or((&text, ""));
            if let Ok(mapping) = import::mapping::Mapping::parse(mapping) {
                let _ = import::mapping::rehearse(&mapping, file.as_bytes(), |_| {});
            }
        }
        _ => {}
    }
}

fn preset(name: &str, file: &[u8]) {
    if let Some(mapping) = import::mapping::preset(name) {
        let _ = import::mapping::rehearse(&mapping, file, |_| {});
    }
}
