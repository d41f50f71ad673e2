use proptest::prelude::*;

use super::*;

#[test]
fn the_columns_that_are_read_are_those_that_the_guide_marks() {
    let guide = include_str!("../../../docs/exports.md");
    let rows = guide.lines().skip_while(|line| !line.starts_with("| column |")).skip(2);
    let rows =
        rows.map_while(|row| row.strip_prefix("| `")).map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    let marked = rows.filter(|row| row[1] == "yes" || ["coarsened`", "policy`"].contains(&row[0]));
    let names: Vec<&str> = marked.map(|row| row[0].trim_end_matches('`')).collect();
    assert_eq!(names, NEEDED);
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange(text in "[a,\"'=;:\\\\\\r\\n0.é]{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let header = NEEDED.join(",");
        for file in [bytes.clone(), [header.as_bytes(), b"\n", text.as_bytes()].concat(), [header.as_bytes(), b"\n", &bytes].concat()] {
            drop(rehearse(file.as_slice(), drop));
        }
    }
}
