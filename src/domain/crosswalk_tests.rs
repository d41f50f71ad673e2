use super::*;

fn all() -> impl Iterator<Item = (EventType, Vocabulary, CrosswalkEntry)> {
    EventType::ALL.iter().flat_map(|t| Vocabulary::ALL.iter().map(|v| (*t, *v, crosswalk(*t, *v))))
}

#[test]
fn a_loss_is_told_exactly_where_there_is_one() {
    for (event_type, vocabulary, entry) in all() {
        assert_eq!(entry.loss.is_none(), entry.exact, "{event_type} in {vocabulary}");
        assert!(!entry.exact || entry.code.is_some(), "{event_type} in {vocabulary}");
        if let Some(loss) = entry.loss {
            assert!(
                loss.ends_with('.') && !loss.contains(". ") && loss.len() < 140,
                "{event_type} in {vocabulary}: one short sentence"
            );
        }
    }
}

#[test]
fn an_exact_code_belongs_to_one_type() {
    for (event_type, vocabulary, entry) in all().filter(|(.., entry)| entry.exact) {
        let other = all().find(|(t, v, e)| *t != event_type && *v == vocabulary && e.exact && e.code == entry.code);
        assert_eq!(other, None, "{event_type} in {vocabulary}");
    }
}

#[test]
fn codes_exist_in_their_vocabulary() {
    let acled = ["Protests", "Riots", "Strategic developments"];
    let plover = ["PROTEST", "REQUEST", "ACCUSE", "CONCEDE", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"];
    for (event_type, vocabulary, entry) in all() {
        let Some(code) = entry.code else { continue };
        let head = code.split('/').next().unwrap_or_default();
        assert!(
            match vocabulary {
                Vocabulary::Acled => acled.contains(&head),
                Vocabulary::Ccc => code == code.to_lowercase(),
                Vocabulary::Plover => plover.contains(&head),
                Vocabulary::Cameo => matches!(code.len(), 3 | 4) && code.bytes().all(|b| b.is_ascii_digit()),
            },
            "{event_type} in {vocabulary}: {code}"
        );
    }
}

#[test]
fn every_demonstration_is_a_protest_to_plover_and_dissent_to_cameo() {
    for event_type in EventType::ALL.iter().filter(|t| t.category().code() == "demonstration") {
        let Crosswalks { plover, cameo, .. } = Crosswalks::of(*event_type);
        assert!(plover.code.is_some_and(|c| c.starts_with("PROTEST")), "{event_type}");
        assert!(cameo.code.is_some_and(|c| c.starts_with("14")), "{event_type}");
    }
}
