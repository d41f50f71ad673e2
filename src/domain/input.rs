//! Reading a JSON document from outside: every fault is collected with its JSON pointer (RFC 6901), none hides
//! another, and what comes out is normalised.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt::Write as _;

use serde_json::{Map, Value};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use uuid::Uuid;

use super::catalog::{Catalog, Known, Nothing};
use super::resource::{Reference, Resource};

/// Most items in any list of a document.
pub const MAX_ITEMS: usize = 1_000;

/// Most lists and objects that lie in each other where a document may hold any value. Readers of JSON stop at about 128, and
/// the document itself takes some of them.
pub const MAX_NESTING: usize = 32;

/// Most characters of a title.
pub const MAX_TITLE: usize = 300;
/// Most characters of a summary, a description or a quotation.
pub const MAX_TEXT: usize = 10_000;
/// Most characters of a name, a code or a label.
pub const MAX_NAME: usize = 300;

/// One thing wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON pointer into the document.
    pub pointer: String,
    /// A stable code.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub detail: String,
}

/// What every part of a document being read shares: the faults found so far, and what references may mean.
pub struct Reading<'a> {
    faults: RefCell<Vec<Fault>>,
    steps: RefCell<Vec<Step>>,
    /// What is already stored.
    pub catalog: &'a dyn Catalog,
}

/// One step of a pointer, behind another one. Pointers are made of them only where there is a fault to be told.
struct Step {
    from: Place,
    to: StepTo,
}

enum StepTo {
    Member(&'static str),
    Data(String),
    Item(usize),
}

/// A place in the document: the number of the step that leads there, counted from 1; the whole document is 0.
type Place = usize;

impl<'a> Reading<'a> {
    /// Reads a whole document: `read` gets its members, and a document with any fault is refused with all of them.
    ///
    /// # Errors
    /// All faults, in the order they were met.
    pub fn document<T>(
        document: &Value,
        catalog: &'a dyn Catalog,
        read: impl FnOnce(&Object<'_>) -> Option<T>,
    ) -> Result<T, Vec<Fault>> {
        Self::whole(document, catalog, |o| {
            // Read by `Identity`, before the rest.
            o.asked.borrow_mut().extend(["id", "slug"]);
            read(o)
        })
    }

    /// Reads what has no id or slug and refers to nothing, in the same way.
    ///
    /// # Errors
    /// All faults, in the order they were met.
    pub fn plain<T>(document: &Value, read: impl FnOnce(&Object<'_>) -> Option<T>) -> Result<T, Vec<Fault>> {
        Reading::whole(document, &Nothing, read)
    }

    fn whole<T>(
        document: &Value,
        catalog: &'a dyn Catalog,
        read: impl FnOnce(&Object<'_>) -> Option<T>,
    ) -> Result<T, Vec<Fault>> {
        let reading = Self { faults: RefCell::default(), steps: RefCell::default(), catalog };
        let value = Input { value: document, place: 0, reading: &reading }.object(read);
        let mut faults = reading.faults.into_inner();
        match value {
            Some(value) if faults.is_empty() => Ok(value),
            _ => {
                if faults.is_empty() {
                    faults.push(Fault {
                        pointer: String::new(),
                        code: "invalid",
                        detail: "The document cannot be read.".into(),
                    });
                }
                Err(faults)
            }
        }
    }

    fn step(&self, from: Place, to: StepTo) -> Place {
        let mut steps = self.steps.borrow_mut();
        steps.push(Step { from, to });
        steps.len()
    }

    /// The JSON pointer to a place.
    fn pointer(&self, place: Place) -> String {
        let steps = self.steps.borrow();
        let back = |place: &Place| steps.get(place.wrapping_sub(1)).map(|step| step.from);
        let places: Vec<Place> = std::iter::successors(Some(place), back).collect();
        let mut pointer = String::new();
        for step in places.iter().rev().filter_map(|place| steps.get(place.wrapping_sub(1))) {
            // A text can always be written to.
            let _ = match &step.to {
                StepTo::Member(name) => write!(pointer, "/{name}"),
                StepTo::Data(name) => write!(pointer, "/{}", pointer_step(name)),
                StepTo::Item(position) => write!(pointer, "/{position}"),
            };
        }
        pointer
    }
}

/// One value somewhere in a document.
pub struct Input<'a> {
    value: &'a Value,
    place: Place,
    reading: &'a Reading<'a>,
}

impl<'a> Input<'a> {
    /// Notes a fault at this value.
    pub fn fault(&self, code: &'static str, detail: impl Into<String>) {
        let pointer = self.reading.pointer(self.place);
        self.reading.faults.borrow_mut().push(Fault { pointer, code, detail: detail.into() });
    }

    fn expected(&self, what: &str) {
        self.fault("wrong_type", format!("Expected {what}."));
    }

    /// What references may mean.
    pub fn catalog(&self) -> &'a dyn Catalog {
        self.reading.catalog
    }

    /// The value as it stands.
    pub fn raw(&self) -> &'a Value {
        self.value
    }

    /// Any value, as it stands, whose lists and objects do not lie in each other too deeply: a document that holds it must be
    /// readable wherever it stands.
    pub fn any(&self) -> Option<Value> {
        if is_deeper(self.value, MAX_NESTING) {
            self.fault("too_deep", format!("Lists and objects lie in each other at most {MAX_NESTING} times."));
            return None;
        }
        Some(self.value.clone())
    }

    /// Text in NFC without white space at its ends, of 1 to `max` characters.
    pub fn text(&self, max: usize) -> Option<String> {
        self.short_text(max).map(Cow::into_owned)
    }

    /// The same, for what is only looked at.
    fn short_text(&self, max: usize) -> Option<Cow<'a, str>> {
        let Value::String(text) = self.value else {
            self.expected("a string");
            return None;
        };
        let text = normalised(text);
        // PostgreSQL cannot hold U+0000 in text, and no other control character but these belongs in a sentence.
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            self.fault("control_character", "Control characters are not allowed.");
            return None;
        }
        // A character has a byte at least, so most texts need not be counted.
        let length = if text.len() <= max { text.len() } else { text.chars().count() };
        match length {
            0 => self.fault("empty", "The text is empty; leave the member out, or null, where nothing is reported."),
            n if n > max => self.fault("too_long", format!("The text has {n} characters; at most {max} are allowed.")),
            _ => return Some(text),
        }
        None
    }

    /// A code of a closed list.
    pub fn code<T>(&self, parse: fn(&str) -> Option<T>, list: &str) -> Option<T> {
        let code = self.short_text(100)?;
        let value = parse(&code);
        if value.is_none() {
            self.fault("unknown_code", format!("`{code}` is not a {list}; see /v1/vocabulary."));
        }
        value
    }

    /// A whole number.
    pub fn integer(&self) -> Option<i64> {
        let number = self.value.as_i64();
        if number.is_none() {
            self.expected("a whole number");
        }
        number
    }

    /// A number within a range.
    pub fn number(&self, low: f64, high: f64) -> Option<f64> {
        match self.value.as_f64() {
            None => self.expected("a number"),
            Some(n) if n < low || n > high => {
                self.fault("out_of_range", format!("Expected a number from {low} to {high}."));
            }
            found => return found,
        }
        None
    }

    /// `true` or `false`.
    pub fn flag(&self) -> Option<bool> {
        let flag = self.value.as_bool();
        if flag.is_none() {
            self.expected("true or false");
        }
        flag
    }

    /// A UUID in its hyphenated form.
    pub fn uuid(&self) -> Option<Uuid> {
        let id = self.short_text(36).filter(|t| t.len() == 36).and_then(|t| Uuid::try_parse(&t).ok());
        if id.is_none() {
            self.fault("invalid_id", "Expected a UUID.");
        }
        id
    }

    /// An object; members nobody asked for are faults.
    pub fn object<T>(self, read: impl FnOnce(&Object<'a>) -> Option<T>) -> Option<T> {
        let Value::Object(members) = self.value else {
            self.expected("an object");
            return None;
        };
        let object = Object { members, here: self, asked: RefCell::default(), names_are_data: Cell::new(false) };
        let value = read(&object);
        object.refuse_the_rest();
        value
    }

    /// A list, item by item; `None` items have noted their fault.
    pub fn list<T>(&self, read: impl Fn(Input<'a>) -> Option<T>) -> Vec<T> {
        let Value::Array(items) = self.value else {
            self.expected("a list");
            return Vec::new();
        };
        if items.len() > MAX_ITEMS {
            self.fault("too_many", format!("The list has {} items; at most {MAX_ITEMS} are allowed.", items.len()));
            return Vec::new();
        }
        let item = |(position, value): (usize, &'a Value)| {
            let place = self.reading.step(self.place, StepTo::Item(position));
            read(Input { value, place, reading: self.reading })
        };
        items.iter().enumerate().filter_map(item).collect()
    }

    /// An id or slug of something stored.
    pub fn reference(&self, resource: Resource) -> Option<Known> {
        let text = self.short_text(100)?;
        let found = Reference::parse(resource, &text).and_then(|r| self.reading.catalog.find(resource, &r));
        if found.is_none() {
            self.fault("unknown_reference", format!("There is no {resource} `{text}`."));
        }
        found
    }

    /// `{"id": …}` with an id or slug of something stored.
    pub fn named(self, resource: Resource) -> Option<Known> {
        self.object(|o| o.required("id")?.reference(resource))
    }
}

/// The members of an object being read.
pub struct Object<'a> {
    members: &'a Map<String, Value>,
    here: Input<'a>,
    /// Few enough to be looked through.
    asked: RefCell<Vec<&'static str>>,
    names_are_data: Cell<bool>,
}

impl<'a> Object<'a> {
    /// A member that may be left out; null counts as left out.
    pub fn optional(&self, name: &'static str) -> Option<Input<'a>> {
        self.asked.borrow_mut().push(name);
        let value = self.members.get(name).filter(|v| !v.is_null())?;
        let reading = self.here.reading;
        Some(Input { value, place: reading.step(self.here.place, StepTo::Member(name)), reading })
    }

    /// Whether a member is there, if only as null.
    pub fn has(&self, name: &'static str) -> bool {
        self.members.contains_key(name)
    }

    /// A member that must be there.
    pub fn required(&self, name: &'static str) -> Option<Input<'a>> {
        let found = self.optional(name);
        if found.is_none() {
            self.fault(name, "required", format!("`{name}` is required."));
        }
        found
    }

    /// A list that may be left out.
    pub fn list<T>(&self, name: &'static str, read: impl Fn(Input<'a>) -> Option<T>) -> Vec<T> {
        self.optional(name).map(|i| i.list(read)).unwrap_or_default()
    }

    /// Notes a fault at a member.
    pub fn fault(&self, name: &str, code: &'static str, detail: impl Into<String>) {
        let pointer = format!("{}/{name}", self.here.reading.pointer(self.here.place));
        self.here.reading.faults.borrow_mut().push(Fault { pointer, code, detail: detail.into() });
    }

    /// What references may mean.
    pub fn catalog(&self) -> &'a dyn Catalog {
        self.here.reading.catalog
    }

    /// All members as name and value, for objects whose names are data (translations by language).
    pub fn each<T>(&self, read: impl Fn(&'a str, Input<'a>) -> Option<T>) -> Vec<T> {
        let item = |(name, value): (&'a String, &'a Value)| {
            let reading = self.here.reading;
            read(name, Input { value, place: reading.step(self.here.place, StepTo::Data(name.clone())), reading })
        };
        self.names_are_data.set(true);
        self.members.iter().filter_map(item).collect()
    }

    fn refuse_the_rest(&self) {
        if self.names_are_data.get() {
            return;
        }
        let asked = self.asked.borrow();
        for name in self.members.keys().filter(|name| !asked.contains(&name.as_str())) {
            self.fault(&pointer_step(name), "unknown_member", format!("`{name}` is not a member of this object."));
        }
    }
}

/// Whether lists and objects lie in each other more than `levels` times.
fn is_deeper(value: &Value, levels: usize) -> bool {
    let next = levels.checked_sub(1);
    let goes_on = |inner: &Value| next.is_some_and(|levels| is_deeper(inner, levels));
    match value {
        Value::Array(items) => next.is_none() || items.iter().any(goes_on),
        Value::Object(members) => next.is_none() || members.values().any(goes_on),
        _ => false,
    }
}

/// Text in NFC without white space at its ends; borrowed where it is so already, as nearly all text is.
fn normalised(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text.trim());
    }
    Cow::Owned(text.nfc().collect::<String>().trim().to_owned())
}

/// A member name as one step of a JSON pointer (RFC 6901, section 3).
pub fn pointer_step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
