//! Text that went through the wrong encoding, repaired where nothing can be lost.
//!
//! UTF-8 that was read as Windows-1252 and encoded again ("Ã±" for "ñ") is turned back sequence by sequence, so that sound
//! text beside it stays. A sequence is turned back only where it is likely to be one: of three or four bytes, or making a
//! Latin letter, a mark or a sign, or standing beside another sequence. "CAFÉ»" therefore stays as it is.

use std::borrow::Cow;

/// What Windows-1252 has at 0x80 to 0x9F. The five undefined bytes are the control characters of the same number, as the
/// WHATWG decoders have it; that is what text encoded twice holds.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Text is taken for encoded twice at most so many times over.
const MAX_ROUNDS: usize = 3;

/// The character of a byte; `None` for the five that Windows-1252 does not define.
fn from_1252(byte: u8) -> Option<char> {
    match byte {
        0x80..=0x9f => Some(HIGH[usize::from(byte - 0x80)]).filter(|c| !c.is_control()),
        _ => Some(char::from(byte)),
    }
}

/// The byte of a character, undefined ones included.
fn to_1252(c: char) -> Option<u8> {
    match u32::from(c) {
        code @ (0..=0x7f | 0xa0..=0xff) => u8::try_from(code).ok(),
        0x80..=0x9f => HIGH.contains(&c).then(|| u8::try_from(u32::from(c)).ok())?,
        _ => HIGH.iter().position(|high| *high == c).and_then(|at| u8::try_from(at + 0x80).ok()),
    }
}

/// Whether a file that begins like this says that it is UTF-16.
pub fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
}

/// Whether a byte is a control character. Line ends and tabs are text.
pub const fn is_control(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\n' && byte != b'\t') || byte == 0x7f
}

/// The same of a character.
pub fn is_control_char(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

/// What is told of text that was no UTF-8.
pub const WAS_1252: &str = "Bytes that are no UTF-8 were read as Windows-1252.";

/// Text from bytes: UTF-8, with other bytes taken for Windows-1252. `true` where there were such bytes.
///
/// # Errors
/// Where a byte is neither: the text cannot be told.
pub fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, bool), UnknownByte> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((Cow::Borrowed(text), false));
    }
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push(from_1252(*byte).ok_or(UnknownByte(*byte))?);
        }
    }
    Ok((Cow::Owned(text), true))
}

/// A byte that is neither UTF-8 nor Windows-1252.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownByte(pub u8);

/// The text before it was encoded twice; `None` where it was not, as far as can be told.
pub fn repaired(text: &str) -> Option<String> {
    let mut result: Option<String> = None;
    for _ in 0..MAX_ROUNDS {
        match repaired_once(result.as_deref().unwrap_or(text)) {
            Some(better) => result = Some(better),
            None => break,
        }
    }
    result
}

/// One sequence of characters that are the bytes of another one.
struct Sequence {
    meant: char,
    length: usize,
}

fn repaired_once(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let mut result = String::with_capacity(text.len());
    let mut changed = false;
    let mut at = 0;
    let mut after_sequence = false;
    while let Some(&c) = chars.get(at) {
        let found = sequence(&chars[at..]).filter(|found| {
            found.length > 2
                || is_likely(found.meant)
                || found.meant.is_control()
                || after_sequence
                || sequence(&chars[at + found.length..]).is_some()
        });
        after_sequence = found.is_some();
        if let Some(Sequence { meant, length }) = found {
            result.push(meant);
            at += length;
            changed = true;
        } else {
            result.push(c);
            at += 1;
        }
    }
    changed.then_some(result)
}

/// The character whose UTF-8 bytes, read as Windows-1252, the characters begin with.
fn sequence(chars: &[char]) -> Option<Sequence> {
    let length = match to_1252(*chars.first()?)? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let mut bytes = [0; 4];
    for (byte, c) in bytes.iter_mut().zip(chars.get(..length)?) {
        *byte = to_1252(*c)?;
    }
    let meant = std::str::from_utf8(&bytes[..length]).ok()?.chars().next()?;
    // A control character is made only of one: text encoded three times has them on its way.
    (!meant.is_control() || chars[length - 1].is_control()).then_some(Sequence { meant, length })
}

/// Whether a character of two bytes is one to expect in an American file: Latin letters and signs, and the marks of
/// letters taken apart.
fn is_likely(c: char) -> bool {
    matches!(c, '\u{a0}'..='\u{17f}' | '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn twice(text: &str) -> String {
        text.bytes()
            .map(|b| if (0x80..=0x9f).contains(&b) { HIGH[usize::from(b - 0x80)] } else { char::from(b) })
            .collect()
    }

    #[test]
    fn text_encoded_twice_is_turned_back() {
        for text in ["Peña", "Women’s March", "“No Kings”", "Cañon City — día", "🏳️‍🌈", "中文", "Привет", "naïve…"]
        {
            assert_eq!(repaired(&twice(text)).as_deref(), Some(text), "{}", twice(text));
            assert_eq!(repaired(&twice(&twice(text))).as_deref(), Some(text), "{text} three times");
        }
        assert_eq!(repaired("PeÃ±a, but also señor").as_deref(), Some("Peña, but also señor"));
    }

    #[test]
    fn sound_text_stays() {
        for text in ["plain", "Peña", "Women’s March", "«CAFÉ»", "NÃO", "Â", "â€", "â€\u{fffd}", "日本", "É», Ñ", ""]
        {
            assert_eq!(repaired(text), None, "{text}");
        }
    }

    #[test]
    fn single_bytes_are_windows_1252_where_they_are_no_utf_8() {
        assert_eq!(decode(b"Women\x92s").unwrap(), ("Women’s".into(), true));
        assert_eq!(decode("señor \u{2019}".as_bytes()).unwrap(), ("señor ’".into(), false));
        assert_eq!(decode(b"\xc3\xb1 and \xf1").unwrap(), ("ñ and ñ".into(), true));
        assert_eq!(decode(b"\x81"), Err(UnknownByte(0x81)));
    }

    proptest! {
        #[test]
        fn repairing_loses_nothing_and_ends(text in "[a-zÃÂâ€™±©“ñé ]{0,12}|\\PC{0,12}") {
            if let Some(better) = repaired(&text) {
                prop_assert!(better.chars().count() < text.chars().count());
                prop_assert!(!better.chars().any(char::is_control) || text.chars().any(char::is_control));
            }
        }

        #[test]
        fn latin_text_encoded_twice_always_comes_back(text in "[ -~]{0,5}[à-öø-ÿ’“”–—][ -~]{0,5}") {
            prop_assert_eq!(repaired(&twice(&text)), Some(text));
        }

        #[test]
        fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = decode(&bytes);
        }
    }
}
