//! Text in XML and HTML.

/// Text with what would be markup written out; characters that XML cannot hold are left out.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' => safe.push(letter),
            '\u{fffe}' | '\u{ffff}' => {}
            other if other.is_control() => {}
            other => safe.push(other),
        }
    }
    safe
}

/// An address that may stand behind a link: of the web, and nothing that a page would run.
pub fn web_address(url: &str) -> Option<&str> {
    let parsed = url::Url::parse(url).ok()?;
    ["http", "https"].contains(&parsed.scheme()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_written_out() {
        assert_eq!(escaped("<b>\"R&D\"</b>\u{0}'"), "&lt;b&gt;&quot;R&amp;D&quot;&lt;/b&gt;&#39;");
    }

    #[test]
    fn only_the_web_is_linked() {
        assert_eq!(web_address("https://example.org/a?b=c"), Some("https://example.org/a?b=c"));
        assert_eq!(web_address("javascript:alert(1)"), None);
        assert_eq!(web_address("no address"), None);
    }
}
