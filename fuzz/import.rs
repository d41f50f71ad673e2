//! Any bytes as a file to import: nothing may panic, hang or eat the memory.
//!
//! The importer and what it rests on are taken in as modules, since they need few of the library's dependencies.
#![no_main]
// What the library does with the rest of these modules is not seen from here.
#![allow(dead_code, unfulfilled_lint_expectations)]

#[path = "../src/domain/mod.rs"]
mod domain;
#[path = "../src/import/mod.rs"]
mod import;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = import::ccc::rehearse(data, |_| {});
});
