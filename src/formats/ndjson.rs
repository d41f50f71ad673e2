//! Events as lines: the documents of the list, one a line.

use super::Writer;
use crate::store::error::StoreError;

/// Media type of lines of JSON.
pub const MEDIA_TYPE: &str = "application/x-ndjson";

/// Writes lines. An end they have not: whatever was sent whole is all there is.
pub struct Lines;

impl Writer for Lines {
    fn begin(&mut self, _: &mut Vec<u8>) -> Result<(), StoreError> {
        Ok(())
    }

    fn event(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError> {
        out.extend_from_slice(document);
        out.push(b'\n');
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>) {}

    /// A last line that is no event: `{"error": …}`, with the problem document.
    fn cut(&mut self, problem: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(br#"{"error":"#);
        out.extend_from_slice(problem.as_bytes());
        out.extend_from_slice(b"}\n");
    }
}
