//! Redactions: values that are taken out of all versions of a member, as if they had never been written.

mod members;
mod pattern;
mod texts;

use serde_json::Value;
use uuid::Uuid;

use super::content::Content;
use super::identity::slug_from;
use super::input::{Fault, Input, MAX_TEXT, Object, Reading};
use super::resource::Resource;
use super::shared::ExternalId;
use super::vocabulary::LocationKind;
use pattern::Pattern;

/// What stands in the place of a text unless another word is asked for.
const REPLACEMENT: &str = "[redacted]";
/// Most characters of what stands in its place.
const MAX_REPLACEMENT: usize = 100;
/// Fewest characters of a text: a single one stands nearly everywhere.
const MIN_TEXT: usize = 2;
/// Fewest characters of a text that was taken away with its member to be looked for elsewhere too: shorter ones are codes.
const MIN_TAKEN: usize = 4;

/// What is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    /// Texts, wherever they occur.
    texts: Vec<String>,
    /// What stands in their place.
    replacement: String,
    /// The members in which texts are looked for; all of them where this is empty.
    within: Vec<Pattern>,
    /// Members that are taken away whole.
    members: Vec<Pattern>,
}

/// What a redaction has met in the versions that it went through.
#[derive(Clone, Debug, Default)]
pub struct Met {
    texts: Vec<bool>,
    members: Vec<bool>,
    /// Texts that were taken away with their members.
    taken: Vec<String>,
    /// Ids of other collections that are gone.
    pub external_ids: Vec<ExternalId>,
}

impl Met {
    fn note_taken(&mut self, value: &Value) {
        match value {
            Value::String(text) if text.chars().count() >= MIN_TAKEN && !self.taken.contains(text) => {
                self.taken.push(text.clone());
            }
            Value::Array(items) => items.iter().for_each(|item| self.note_taken(item)),
            Value::Object(members) => members.values().for_each(|member| self.note_taken(member)),
            _ => {}
        }
    }
}

impl Redaction {
    /// Reads what a client asks for.
    ///
    /// # Errors
    /// Every fault of the document.
    pub fn read(resource: Resource, document: &Value) -> Result<Self, Vec<Fault>> {
        Reading::plain(document, |o| read(resource, o))
    }

    /// Whether a text has one of the texts that are to go.
    pub fn is_in(&self, text: &str) -> bool {
        self.texts.iter().any(|wanted| text.contains(wanted.as_str()))
    }

    /// The text without them. Where putting another word in their place makes one of them again, that goes too.
    fn redacted(&self, text: &str) -> String {
        let mut longest_first: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        longest_first.sort_by_key(|wanted| std::cmp::Reverse(wanted.len()));
        let mut text = text.to_owned();
        for _ in 0..8 {
            for wanted in &longest_first {
                text = text.replace(wanted, &self.replacement);
            }
            if !self.is_in(&text) {
                return text;
            }
        }
        self.replacement.clone()
    }

    /// Takes everything out of the values of one version; `kind_of` tells what a location is. False where nothing was there.
    ///
    /// # Errors
    /// A fault where the values could not be without it.
    pub fn apply(
        &self,
        content: &mut Content,
        met: &mut Met,
        kind_of: &dyn Fn(Uuid) -> Option<LocationKind>,
    ) -> Result<bool, Fault> {
        met.texts.resize(self.texts.len(), false);
        met.members.resize(self.members.len(), false);
        let before = content.clone();
        if !self.members.is_empty() {
            // A text that goes with its member was there too.
            texts::blot(self, &mut before.clone(), met);
            *content = members::without(content, &self.members, met, kind_of)?;
        }
        texts::blot(self, content, met);
        let gone = |id: &&ExternalId| !content.external_ids().contains(id);
        let gone: Vec<ExternalId> = before.external_ids().iter().filter(gone).cloned().collect();
        met.external_ids.extend(gone);
        Ok(before != *content)
    }

    /// A text without them, and without the texts that were taken away whole; `None` where it has none of either.
    pub fn scrubbed(&self, text: &str, met: &mut Met) -> Option<String> {
        for (found, wanted) in met.texts.iter_mut().zip(&self.texts) {
            *found |= text.contains(wanted.as_str());
        }
        self.without(text, met)
    }

    /// The same where it does not count as found: what tells of a member, but is none of it.
    pub fn without(&self, text: &str, met: &Met) -> Option<String> {
        let mut scrubbed = if self.is_in(text) { self.redacted(text) } else { text.to_owned() };
        for taken in &met.taken {
            scrubbed = scrubbed.replace(taken.as_str(), &self.replacement);
        }
        (scrubbed != text).then_some(scrubbed)
    }

    /// Whether a slug is made of one of the texts: has its words, one behind the other.
    pub fn is_in_slug(&self, slug: &str) -> bool {
        let words: Vec<&str> = slug.split('-').collect();
        self.texts.iter().any(|text| {
            let made = slug_from(text, Uuid::nil());
            let mut wanted: Vec<&str> = made.split('-').collect();
            // The end of the id.
            wanted.pop();
            !wanted.is_empty() && words.windows(wanted.len()).any(|some| some == wanted)
        })
    }

    /// Notes that a slug had one of the texts.
    pub fn note_slug(&self, slug: &str, met: &mut Met) {
        for (found, text) in met.texts.iter_mut().zip(&self.texts) {
            let alone = Self { texts: vec![text.clone()], ..self.clone() };
            *found |= alone.is_in_slug(slug);
        }
    }

    /// What is asked for and was nowhere.
    pub fn missing(&self, met: &Met) -> Vec<Fault> {
        let fault = |list: &str, what: &str, position: usize| Fault {
            pointer: format!("/{list}/{position}"),
            code: "not_found",
            detail: format!("No version has this {what}."),
        };
        let unmet = |found: &[bool]| -> Vec<usize> {
            found.iter().enumerate().filter(|(_, found)| !**found).map(|(position, _)| position).collect()
        };
        let texts = unmet(&met.texts).into_iter().map(|position| fault("text", "text", position));
        let members = unmet(&met.members).into_iter().map(|position| fault("members", "member", position));
        texts.chain(members).collect()
    }
}

fn read(resource: Resource, o: &Object<'_>) -> Option<Redaction> {
    let texts = o.list("text", |input| {
        let text = input.text(MAX_TEXT)?;
        if text.chars().count() < MIN_TEXT {
            input.fault("too_short", format!("A text has {MIN_TEXT} characters at least."));
            return None;
        }
        Some(text)
    });
    let replacement = match o.optional("replacement") {
        Some(given) => given.text(MAX_REPLACEMENT),
        None => Some(REPLACEMENT.to_owned()),
    };
    let replacement = replacement?;
    if texts.iter().any(|text| replacement.contains(text.as_str())) {
        o.fault("replacement", "carries_value", "What stands in the place of a text must not hold it.");
    }
    let within = o.list("within", |input| {
        let pattern = parsed(&input)?;
        if !pattern.begins_in(texts::members(resource)) {
            let known = texts::members(resource).join(", ");
            input.fault("unknown_member", format!("Texts stand in these members: {known}."));
            return None;
        }
        Some(pattern)
    });
    let members = o.list("members", |input| {
        let pattern = parsed(&input)?;
        let known = members::removable(resource);
        if !known.iter().any(|known| pattern.is_a(known)) {
            let known = known.join(", ");
            input
                .fault("required", format!("What can be taken away is one of: {known}. Of all else, redact the text."));
            return None;
        }
        Some(pattern)
    });
    let is_given = |name| o.optional(name).is_some_and(|i| i.raw().as_array().is_none_or(|list| !list.is_empty()));
    if !is_given("text") && !is_given("members") {
        o.fault("text", "required", "Name at least one text or member.");
    }
    if !within.is_empty() && texts.is_empty() {
        o.fault("within", "no_text", "`within` says where texts are looked for, and there is no `text`.");
    }
    Some(Redaction { texts, replacement, within, members })
}

fn parsed(input: &Input<'_>) -> Option<Pattern> {
    let pattern = Pattern::parse(&input.text(MAX_TEXT)?);
    if pattern.is_none() {
        input.fault("invalid_pointer", "Expected a JSON pointer such as `/places/*/point`.");
    }
    pattern
}

#[cfg(test)]
#[path = "redaction_tests.rs"]
mod tests;
