//! Language tags (BCP 47).

use oxilangtag::LanguageTag;

use super::input::Input;

/// The tag in its canonical case (`es-MX`), or `None` where it is not well-formed BCP 47.
pub fn normalised(tag: &str) -> Option<String> {
    LanguageTag::parse_and_normalize(tag).ok().map(LanguageTag::into_inner)
}

/// Reads a language tag.
pub fn language(input: &Input<'_>) -> Option<String> {
    let text = input.text(100)?;
    let tag = normalised(&text);
    if tag.is_none() {
        input.fault("invalid_language", format!("`{text}` is not a BCP 47 language tag."));
    }
    tag
}

/// Of the languages at hand the one to give for `wanted`: the same tag, else one that shares its primary subtag
/// (RFC 4647, section 3.4, lookup, widened to the siblings of a regional tag).
pub fn best<'a>(wanted: &str, available: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let mut exact = available.clone().filter(|tag| tag.eq_ignore_ascii_case(wanted));
    exact.next().or_else(|| available.into_iter().find(|tag| primary(tag) == primary(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_get_their_canonical_case_or_are_refused() {
        assert_eq!(normalised("ES-mx").as_deref(), Some("es-MX"));
        assert_eq!(normalised("not a tag"), None);
    }

    #[test]
    fn a_regional_request_takes_the_language_at_hand() {
        assert_eq!(best("es-MX", ["en", "es"].into_iter()), Some("es"));
        assert_eq!(best("es", ["es-MX", "es"].into_iter()), Some("es"));
        assert_eq!(best("fr", ["en", "es"].into_iter()), None);
    }
}
