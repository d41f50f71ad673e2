use proptest::prelude::*;
use serde_json::json;

use super::*;

fn redaction(text: &[&str], replacement: &str) -> Redaction {
    let document = json!({"text": text, "replacement": replacement});
    Redaction::read(Resource::Event, &document).expect("a good redaction")
}

#[test]
fn longer_texts_go_first() {
    let both = redaction(&["Roe", "Jane Roe"], "N.");
    assert_eq!(both.redacted("Jane Roe, and Roe's friend"), "N., and N.'s friend");
}

#[test]
fn a_slug_has_a_text_as_words() {
    let name = redaction(&["Jane R\u{f6}e"], "N.");
    assert!(name.is_in_slug("friends-of-jane-roe") && name.is_in_slug("jane-roe"));
    assert!(!name.is_in_slug("jane-roebuck") && !name.is_in_slug("jane"));
}

#[test]
fn a_pointer_means_what_lies_below_it() {
    let pattern = |text: &str| Pattern::parse(text).expect("a pointer");
    assert!(pattern("/evidence/*/quote").holds("/evidence/3/quote"));
    assert!(pattern("/evidence").holds("/evidence/3/value/0"));
    assert!(!pattern("/evidence/2").holds("/evidence/3/quote"));
    assert!(pattern("/places/2/point").is_a("/places/*/point") && !pattern("/places/2").is_a("/places/*/point"));
    assert_eq!(Pattern::parse("title"), None);
}

proptest! {
    #[test]
    fn no_text_is_left(
        text in "[ab ]{0,40}", wanted in prop::collection::vec("[ab]{2,4}", 1..4), replacement in "[abc]{1,3}"
    ) {
        let document = json!({"text": wanted, "replacement": replacement});
        if let Ok(redaction) = Redaction::read(Resource::Event, &document) {
            let redacted = redaction.redacted(&text);
            prop_assert!(!redaction.is_in(&redacted), "{text} became {redacted}");
        }
    }
}
