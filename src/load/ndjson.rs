//! Files of one JSON object a line: `{"resource": …, "document": …}`.

use std::io::{self, BufRead, Read};

use serde_json::Value;

use super::loader::Loader;
use super::{Behalf, LoadError, Progress};
use crate::domain::resource::Resource;
use crate::import::report::Report;
use crate::node::writer::Writer;

/// Most bytes of a line: many times what the longest document has that was ever written by hand. What is longer is refused
/// and read past.
const LONGEST: u64 = 16 << 20;

/// Loads a file, and tells in the report what became of each line, also where it was not loaded to its end.
///
/// # Errors
/// When the file cannot be read, the store failed or loading was stopped; what was loaded stays, and loading again completes
/// it.
pub fn ndjson(
    writer: &Writer,
    mut input: impl BufRead,
    behalf: &Behalf,
    progress: &Progress,
    report: &mut Report,
) -> Result<(), LoadError> {
    let mut loader = Loader::new(writer, behalf, report);
    let read = each_line(&mut input, &mut loader, progress);
    let written = loader.finish();
    // Of what was on its way when the store failed nobody can say what became of it.
    report.lines = report.accounted();
    read?;
    Ok(written?)
}

fn each_line(input: &mut impl BufRead, loader: &mut Loader<'_>, progress: &Progress) -> Result<(), LoadError> {
    let (mut line, mut bytes) = (Vec::new(), 0);
    for number in 1_u64.. {
        if progress.is_stopped() {
            return Err(LoadError::Stopped);
        }
        line.clear();
        let read = read_line(input, &mut line, LONGEST)?;
        if read == 0 {
            break;
        }
        bytes += read;
        progress.set_bytes(bytes);
        if line.trim_ascii().is_empty() {
            continue;
        }
        progress.count_record();
        match document_of(&line, read) {
            Ok((resource, document)) => loader.put(number, line.len(), resource, document)?,
            Err(reason) => loader.refuse(number, reason),
        }
    }
    Ok(())
}

/// Reads a line, and past what is too long of it; tells how many bytes it has with its end.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>, longest: u64) -> io::Result<u64> {
    let mut read = input.take(longest).read_until(b'\n', line)? as u64;
    let mut rest = Vec::new();
    while read >= longest && rest.last().or(line.last()) != Some(&b'\n') {
        rest.clear();
        let more = input.take(longest).read_until(b'\n', &mut rest)? as u64;
        if more == 0 {
            break;
        }
        read += more;
    }
    Ok(read)
}

fn document_of(line: &[u8], read: u64) -> Result<(Resource, Value), String> {
    if read > line.len() as u64 {
        return Err(format!("the line has more than {LONGEST} bytes"));
    }
    let mut value: Value = serde_json::from_slice(line).map_err(|error| format!("not JSON: {error}"))?;
    let resource = value.get("resource").and_then(Value::as_str).and_then(Resource::parse);
    let resource = resource.ok_or("`resource` must be event, actor, location, source, campaign or timeline")?;
    match value.get_mut("document").map(Value::take) {
        Some(document @ Value::Object(_)) => Ok((resource, document)),
        _ => Err("`document` must be an object".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_whole_up_to_a_length_and_past_beyond_it() {
        let mut input: &[u8] = b"ab\nabcd\nabcdefghij\n\nxyzw";
        let mut found = Vec::new();
        loop {
            let mut line = Vec::new();
            let read = read_line(&mut input, &mut line, 4).unwrap();
            if read == 0 {
                break;
            }
            found.push((String::from_utf8(line).unwrap(), read));
        }
        let expected = [("ab\n", 3), ("abcd", 5), ("abcd", 11), ("\n", 1), ("xyzw", 4)];
        assert_eq!(found, expected.map(|(text, read)| (text.to_owned(), read)));
    }
}
