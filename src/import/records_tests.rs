use proptest::prelude::*;

use super::*;

fn is_day(cell: &[u8]) -> bool {
    cell.starts_with(b"20")
}

/// Each record as line, cells and whether it was joined; refusals as line and reason.
type Read = Vec<Result<(u64, Vec<String>, bool), (u64, String)>>;

fn open(bytes: &[u8]) -> Result<Records<&[u8]>, OpenError> {
    Records::open(bytes, Dialect::CSV, None, Some(is_day))
}

fn read(bytes: &[u8]) -> Read {
    let mut records = open(bytes).unwrap();
    let width = records.header().len();
    let mut record = Record::default();
    let mut found = Vec::new();
    loop {
        match records.next(&mut record).unwrap() {
            Next::End => return found,
            Next::Refused(error) => found.push(Err((error.line, error.reason))),
            Next::Record => {
                let cells = (0..width).map(|at| record.get(at).to_owned()).collect();
                found.push(Ok((record.line, cells, record.joined)));
            }
        }
    }
}

fn good(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
    read(bytes).into_iter().filter_map(Result::ok).map(|(line, cells, _)| (line, cells)).collect()
}

fn refused(bytes: &[u8]) -> Vec<u64> {
    read(bytes).into_iter().filter_map(Result::err).map(|(line, _)| line).collect()
}

fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
    (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
}

#[test]
fn records_are_read_with_the_lines_they_begin_on() {
    let text = "\u{feff}Date , B,c\r\n2025,\"x\ny\",\r\n\r\n2026,ñ,\"a \"\"b\"\"\"";
    let records = open(text.as_bytes()).unwrap();
    assert_eq!(records.header(), ["date", "b", "c"]);
    assert_eq!(good(text.as_bytes()), [row(2, &["2025", "x\ny", ""]), row(5, &["2026", "ñ", "a \"b\""])]);
}

#[test]
fn pieces_that_make_one_record_are_joined() {
    let text = b"d,b,c,e\n2025,x,y1\ry2,z\n2026,1\r2,3\r\r4,5\n2027,a,b,c\n";
    let all = read(text);
    assert_eq!(all[0], Ok((2, row(0, &["2025", "x", "y1\ny2", "z"]).1, true)));
    assert_eq!(all[1], Ok((4, row(0, &["2026", "1\n2", "3\n4", "5"]).1, true)));
    assert_eq!(all[2], Ok((8, row(0, &["2027", "a", "b", "c"]).1, false)));
}

#[test]
fn seventy_four_cells_broken_in_ten_and_sixty_five_are_seventy_four() {
    let header = (0..74).map(|n| format!("c{n}")).collect::<Vec<_>>().join(",");
    let cells: Vec<String> = (0..74).map(|n| if n == 9 { "left\rright".into() } else { format!("{n}") }).collect();
    let all = read(format!("{header}\n{}\n", cells.join(",")).as_bytes());
    let (line, cells, joined) = all[0].clone().unwrap();
    assert_eq!((all.len(), line, cells.len(), joined, cells[9].as_str()), (1, 2, 74, true, "left\nright"));
}

#[test]
fn short_records_that_do_not_fit_are_refused_one_by_one() {
    let text = b"d,b,c,e\n2025,x\n2026,a,b,c\n2027,x\n2028,y,z\n";
    assert_eq!(refused(text), [2, 4, 5], "a piece that begins like a record is none");
    assert_eq!(good(text), [row(3, &["2026", "a", "b", "c"])]);
}

#[test]
fn a_quote_left_open_costs_its_own_line() {
    let text = b"d,b,c\n2025,\"x,y\n2026,\"a\",b\n2027,c,d\n2028,\"e\nf\",g\n";
    assert_eq!(refused(text), [2]);
    assert_eq!(good(text), [row(3, &["2026", "a", "b"]), row(4, &["2027", "c", "d"]), row(5, &["2028", "e\nf", "g"])]);
    let to_the_end = [b"d,b\n2025,\"x\n".to_vec(), b"2026,a\n".repeat(2_500)].concat();
    assert_eq!((refused(&to_the_end).len(), good(&to_the_end).len()), (1, 2_500));
}

#[test]
fn a_whole_record_within_quotes_shows_that_they_were_left_open() {
    let header = ["c"; 12].join(",");
    let line = ["x"; 12].join(",");
    // Without this sign, the two quotes would make one record of the right number of cells.
    let text = format!("{header}\nx,\"{}\n{line}\nx\",{}\n", ["x"; 11].join(","), ["x"; 10].join(","));
    assert_eq!(good(text.as_bytes()).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3]);
    assert_eq!(refused(text.as_bytes()), [2, 4]);
}

#[test]
fn commas_without_end_are_cut_and_other_cells_too_many_refused() {
    let text = b"d,b\n2025,x,,,\n2026,x,y\n";
    assert_eq!(good(text), [row(2, &["2025", "x"])]);
    assert_eq!(refused(text), [3]);
}

#[test]
fn absurd_lines_are_refused_and_read_past() {
    let text = [b"d,b\n2025,".to_vec(), vec![b'x'; 3 << 20], b"\n2026,y\n".to_vec()].concat();
    assert_eq!((refused(&text), good(&text)), (vec![2], vec![row(3, &["2026", "y"])]));
}

#[test]
fn wrong_encodings_are_repaired_and_told() {
    let mut records = open(b"d,notes,c\n1,Pe\xf1a,Women\xc3\xa2\xe2\x82\xac\xe2\x84\xa2s\x00\n1,2,\x81\n").unwrap();
    let mut record = Record::default();
    assert_eq!(records.next(&mut record).unwrap(), Next::Record);
    assert_eq!((record.get(1), record.get(2), record.repaired), ("Peña", "Women’s", 2));
    assert_eq!((record.notices.len(), &record.notices[0].value), (3, &None), "notes are withheld");
    let Next::Refused(error) = records.next(&mut record).unwrap() else { panic!("refused") };
    assert_eq!((error.line, error.column.as_deref()), (3, Some("c")));
}

#[test]
fn a_file_without_a_header_is_refused_as_a_whole() {
    let open = |bytes: &'static [u8]| open(bytes).err().expect("an error");
    assert!(matches!(open(b"\n\n"), OpenError::Empty));
    assert!(matches!(open(b"\"d,b\n"), OpenError::Header(_)));
    assert!(matches!(open(b"\xff\xfed\0,\0"), OpenError::Utf16));
}

#[test]
fn a_file_that_needs_no_header_is_refused_without_rows_and_in_utf_16() {
    let open = |bytes: &'static [u8]| {
        let columns = ["d", "b"].map(str::to_owned).to_vec();
        Records::open(bytes, Dialect::CSV, Some(columns), None)
    };
    let fault = |bytes: &'static [u8]| open(bytes).err().expect("an error");
    assert!(matches!(fault(b""), OpenError::NoRows));
    assert!(matches!(fault(b"\n\r\n"), OpenError::NoRows));
    assert!(matches!(fault(b"\xff\xfe1\0,\0\n\0"), OpenError::Utf16));
    assert!(matches!(fault(b"\n\xfe\xff\x001\0,"), OpenError::Utf16));
    let mut records = open(b"\n1,2\n3\n").unwrap();
    let mut record = Record::default();
    assert_eq!((records.next(&mut record).unwrap(), record.line), (Next::Record, 2));
    let short = RowError::of_record(3, "Expected 2 cells, found 1.");
    assert_eq!(records.next(&mut record).unwrap(), Next::Refused(short));
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_their_end(bytes in prop::collection::vec(prop::sample::select(&b"\"\",,\r\nab2\xc3\0"[..]), 0..300)) {
        let bytes = [&b"d,b,c\n"[..], &bytes].concat();
        let lines: Vec<u64> = read(&bytes).iter().map(|r| match r { Ok(r) => r.0, Err(e) => e.0 }).collect();
        prop_assert!(lines.is_sorted_by(|a, b| a < b), "each line begins at most one record: {:?}", lines);
    }

    #[test]
    fn whatever_is_written_by_the_rules_reads_back(rows in prop::collection::vec(prop::collection::vec("[a\",\n;é]{0,6}", 3), 0..8)) {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let lines: Vec<String> = rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",")).collect();
        let text = format!("d,b,c\r\n{}", lines.join("\r\n"));
        let found: Vec<Vec<String>> = good(text.as_bytes()).into_iter().map(|(_, cells)| cells).collect();
        prop_assert_eq!(found, rows);
    }
}
