//! Any bytes as a file to import: nothing may panic, hang or eat the memory. A digit in front says which preset reads the rest,
//! and an `m` that the rest begins with a mapping; everything else is a file of CCC's.
//!
//! The importer and what it rests on are taken in as modules, since they need few of the library's dependencies.
#![no_main]
// What the library does with the rest of these modules is not seen from here.
#![allow(dead_code, unused_imports, unfulfilled_lint_expectations)]

#[path = "../src/domain/mod.rs"]
mod domain;
#[path = "../src/import/mod.rs"]
mod import;

/// What parts a mapping from the file that it reads.
const BETWEEN: &str = "\n---\n";

libfuzzer_sys::fuzz_target!(|data: &[u8]| match data.split_first() {
    Some((digit, file)) if digit.is_ascii_digit() => {
        let presets = import::mapping::PRESETS;
        let name = presets[usize::from(digit - b'0') % presets.len()].name;
        if let Some(mapping) = import::mapping::preset(name) {
            let _ = import::mapping::rehearse(&mapping, file, |_| {});
        }
    }
    Some((b'm', rest)) => {
        let text = String::from_utf8_lossy(rest);
        let (mapping, file) = text.split_once(BETWEEN).unwrap_or((&text, ""));
        if let Ok(mapping) = import::mapping::Mapping::parse(mapping) {
            let _ = import::mapping::rehearse(&mapping, file.as_bytes(), |_| {});
        }
    }
    _ => {
        let _ = import::ccc::rehearse(data, |_| {});
    }
});
