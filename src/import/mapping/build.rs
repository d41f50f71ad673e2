//! A record as an event, and what the event refers to.

use serde_json::{Map, Value, json};

use super::check::faults_of;
use super::expr::{Expr, Reader};
use super::row::Row;
use super::spec::{Each, Fields, Mapping, field};
use crate::domain::input::{MAX_ITEMS, MAX_NAME, MAX_TEXT, MAX_TITLE};
use crate::domain::resource::{Resource, Slug};
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{Confidence, EventStatus, EventType};
use crate::import::entities::{Entities, KnownPlaces};
use crate::import::mapped::Group;
use crate::import::report::RowError;
use crate::import::slugs::{normalised, slug};
use crate::import::values::phrase;

/// What a record is made into an event with.
pub struct Builder<'a> {
    /// The mapping.
    pub mapping: &'a Mapping,
    /// The record.
    pub row: Row<'a>,
    /// Reads its values.
    pub reader: Reader<'a>,
    /// Places that are there already.
    pub known: &'a KnownPlaces,
    /// What events refer to.
    pub entities: &'a mut Entities,
}

impl<'a> Builder<'a> {
    /// Why the record is left aside, by the rules for that.
    pub fn leave_aside(&mut self) {
        for rule in &self.mapping.ignore {
            let values = self.reader.all("ignore", &rule.of, &self.row);
            let has =
                |words: &[String]| values.iter().any(|value| words.iter().any(|word| word.eq_ignore_ascii_case(value)));
            let is_left = if rule.when.is_empty() { !has(&rule.unless) } else { has(&rule.when) };
            if is_left {
                let column = rule.of.start.paths().first().map(ToString::to_string).unwrap_or_default();
                self.reader.notes.ignored.get_or_insert((column, rule.reason.clone()));
            }
        }
    }

    /// Whether a value cannot be read that the record must have; then it is refused.
    pub fn lacks_something(&mut self) -> bool {
        let before = self.reader.notes.errors.len();
        for expr in &self.mapping.needed {
            self.reader.all("needed", expr, &self.row);
            let notes = &mut self.reader.notes;
            if notes.errors.len() > before {
                notes.refused = Some(notes.errors.remove(before));
            }
            if notes.refused.is_some() {
                return true;
            }
        }
        false
    }

    /// What the record is told by where it has no id.
    pub fn told_by(&mut self, by: &[Expr]) -> Vec<String> {
        by.iter().map(|expr| self.reader.one("identity.by", Some(expr), &self.row).unwrap_or_default()).collect()
    }

    /// The record's own id; `None` where it has none.
    pub fn id(&mut self) -> Option<String> {
        let mut parts = Vec::new();
        for expr in &self.mapping.id {
            parts.push(self.reader.all("id", expr, &self.row).join("\u{1e}"));
        }
        let id = match parts.as_slice() {
            [one] => one.clone(),
            all if all.iter().all(String::is_empty) => String::new(),
            all => super::digest_of(&all.join("\u{1f}")),
        };
        (!id.is_empty() && id.chars().count() <= MAX_NAME).then_some(id)
    }

    /// What the record is the same by as others of the file; `None` where records are not put together.
    pub fn same_by(&mut self) -> Option<String> {
        if self.mapping.collapse.is_empty() {
            return None;
        }
        let parts: Vec<String> = self
            .mapping
            .collapse
            .iter()
            .map(|expr| self.reader.all("collapse", expr, &self.row).join("\u{1e}"))
            .collect();
        // Records that say nothing of it are not the same as each other.
        parts.iter().all(|part| !part.is_empty()).then(|| super::digest_of(&parts.join("\u{1f}")))
    }

    /// The event's document. `None` where the record is left aside or refused, as the notes say.
    pub fn event(&mut self, id: &str) -> Option<Value> {
        let mapping = self.mapping;
        let mut event = Map::new();
        let types = self.codes("event.type", field(&mapping.event, "type"), EventType::parse);
        let Some(main) = types.first().copied() else {
            if self.reader.notes.ignored.is_none() {
                let error = RowError::of_record(self.reader.line, "The record has no type of event.");
                self.reader.notes.refused.get_or_insert(error);
            }
            return None;
        };
        let mut tactics: Vec<EventType> = types.into_iter().skip(1).collect();
        tactics.extend(self.codes("event.tactics", field(&mapping.event, "tactics"), EventType::parse));
        tactics.retain(|tactic| *tactic != main);
        event.insert("type".into(), main.code().into());
        event.insert("tactics".into(), tactics.iter().map(|tactic| tactic.code()).collect());
        let status = self.codes("event.status", field(&mapping.event, "status"), EventStatus::parse);
        event.insert("status".into(), status.first().copied().unwrap_or(EventStatus::Happened).code().into());
        let verification = self.codes("event.verification", field(&mapping.event, "verification"), Verification::parse);
        if let Some(verification) = verification.first() {
            event.insert("verification".into(), verification.code().into());
        }
        let (places, label, zone) = self.places();
        event.insert("title".into(), self.title(main, &label).into());
        if let Some(summary) = self.text("event.summary", field(&mapping.event, "summary"), MAX_TEXT) {
            event.insert("summary".into(), summary.into());
        }
        if let Some(language) = self.one("event.language", field(&mapping.event, "language")) {
            event.insert("language".into(), language.into());
        }
        event.insert("when".into(), self.when(zone));
        event.insert("places".into(), places.into());
        let actors = self.actors();
        event.insert("actors".into(), actors.into());
        let issues = self.list("event.issues", field(&mapping.event, "issues"));
        let mut slugs: Vec<String> = Vec::with_capacity(issues.len());
        // What holds no letter or digit is no topic.
        for issue in issues.iter().filter(|issue| issue.contains(char::is_alphanumeric)).map(|issue| slug(&[issue])) {
            if !slugs.contains(&issue) {
                slugs.push(issue);
            }
        }
        event.insert("issues".into(), slugs.into());
        event.insert("demands".into(), self.demands().into());
        if !mapping.campaigns.is_empty() {
            event.insert("campaigns".into(), self.campaigns().into());
        }
        let sources = self.sources();
        event.insert("sources".into(), sources.iter().map(|slug| json!({"id": slug})).collect());
        if let Some(size) = self.size() {
            event.insert("size".into(), size);
        }
        if let Some(outcomes) = self.outcomes() {
            event.insert("outcomes".into(), outcomes);
        }
        let evidence = self.evidence(&sources);
        if !evidence.is_empty() {
            event.insert("evidence".into(), evidence.into());
        }
        event.insert("external_ids".into(), self.external_ids(id).into());
        let notes = &self.reader.notes;
        if notes.ignored.is_some() || notes.refused.is_some() {
            return None;
        }
        let event = Value::Object(event);
        if let Some(fault) = faults_of(&event) {
            self.reader.notes.refused = Some(RowError::of_record(self.reader.line, fault));
            return None;
        }
        Some(event)
    }

    fn title(&mut self, main: EventType, place: &str) -> String {
        let given = self.one("event.title", field(&self.mapping.event, "title"));
        let title = given.as_deref().map(|given| phrase(given, MAX_TITLE)).filter(|title| !title.is_empty());
        if let (Some(given), Some(title)) = (&given, &title)
            && phrase(given, usize::MAX) != *title
        {
            self.reader.error("title", given, "A title has at most 300 characters; it was cut.");
        }
        title.unwrap_or_else(|| match place {
            "" => main.label().en.to_owned(),
            place => phrase(&format!("{} in {place}", main.label().en), MAX_TITLE),
        })
    }

    /// When it was. A day that stands for a week or a month is widened to what it stands for.
    fn when(&mut self, zone: Option<&'static str>) -> Value {
        let fields = &self.mapping.event;
        let start = self.one("event.start", field(fields, "start"));
        let end = self.one("event.end", field(fields, "end"));
        let span = self.one("event.span", field(fields, "span"));
        let mark = self.one("event.mark", field(fields, "mark")).unwrap_or_default();
        let given_zone = self.one("event.time_zone", field(fields, "time_zone"));
        let Some(start) = start else {
            return json!({});
        };
        let (start, end) = super::when::widened(&start, end.as_deref(), span.as_deref().unwrap_or_default());
        let mut when = json!({"start": {"edtf": format!("{start}{mark}")}});
        if let Some(end) = end {
            when["end"] = json!({"edtf": format!("{end}{mark}")});
        }
        when["time_zone"] = given_zone.as_deref().or(zone).into();
        when
    }

    fn campaigns(&mut self) -> Vec<Value> {
        let mut slugs: Vec<String> = Vec::new();
        for (Each { of: fields, .. }, row) in self.items(&self.mapping.campaigns) {
            let own = self.first("campaigns", fields, "slug", &row);
            let names = self.all("campaigns", fields, "name", &row);
            for name in names.iter().map(|name| phrase(name, MAX_NAME)) {
                let own = own.as_deref().filter(|own| names.len() == 1 && Slug::parse(own).is_some());
                let slug = own.map_or_else(|| slug(&[&name]), str::to_owned);
                self.entities.add(Resource::Campaign, &slug, || json!({"slug": slug, "name": name}));
                if slugs.len() < MAX_ITEMS && !slugs.contains(&slug) {
                    slugs.push(slug);
                }
            }
        }
        slugs.into_iter().map(|slug| json!({"id": slug})).collect()
    }

    fn evidence(&mut self, sources: &[String]) -> Vec<Value> {
        let mut evidence = Vec::new();
        for (Each { of: fields, .. }, row) in self.items(&self.mapping.evidence) {
            let mut text = |name: &'static str| self.first("evidence", fields, name, &row);
            let (about, value, quote, locator) = (text("field"), text("value"), text("quote"), text("locator"));
            let (confidence, attributed_to, by) = (text("confidence"), text("attributed_to"), text("source"));
            let Some(about) = about.filter(|_| value.is_some() || quote.is_some()) else { continue };
            let confidence = self.code("evidence.confidence", confidence, Confidence::parse);
            let source = match (by.as_deref(), sources.first()) {
                (Some("first"), Some(first)) => first.clone(),
                _ => self.dataset(),
            };
            evidence.push(json!({
                "source": {"id": source}, "field": about, "value": value,
                "quote": quote.map(|quote| quote.chars().take(MAX_TEXT).collect::<String>()),
                "locator": locator.map(|locator| phrase(&locator, MAX_NAME)),
                "confidence": confidence.map(Confidence::code),
                "attributed_to": attributed_to.map(|name| phrase(&name, MAX_NAME)),
            }));
        }
        evidence.truncate(MAX_ITEMS);
        evidence
    }

    fn external_ids(&mut self, id: &str) -> Vec<Value> {
        let mut ids = vec![json!({"scheme": self.mapping.scheme, "id": id})];
        for (Each { of: fields, .. }, row) in self.items(&self.mapping.external_ids) {
            let scheme = self.first("external_ids", fields, "scheme", &row);
            let found = self.all("external_ids", fields, "id", &row);
            for id in found.iter().filter(|id| id.chars().count() <= MAX_NAME) {
                let external = scheme.as_ref().map(|scheme| json!({"scheme": scheme.replace(':', "-"), "id": id}));
                if let Some(external) = external.filter(|external| !ids.contains(external) && ids.len() < MAX_ITEMS) {
                    ids.push(external);
                }
            }
        }
        ids
    }

    /// The happening that the record stands in with others. A counter-protest is one by its main type.
    pub fn group(&mut self, event: &Value) -> Option<Group> {
        let text = self.one("group", self.mapping.group.as_ref())?;
        // Spreadsheets write `7` as `7.0`.
        let name = phrase(&normalised(text.strip_suffix(".0").unwrap_or(&text)), MAX_NAME);
        let opposes = event["type"] == EventType::CounterProtest.code();
        (!name.is_empty()).then_some(Group { name, opposes })
    }

    /// The things that a list is made of, each with what it is read from.
    pub fn items(&self, list: &'a [Each<Fields>]) -> Vec<(&'a Each<Fields>, Row<'a>)> {
        let rows = |each: &'a Each<Fields>| match &each.list {
            Some(path) => self.row.items(path),
            None => vec![self.row],
        };
        list.iter().flat_map(|each| rows(each).into_iter().map(move |row| (each, row))).collect()
    }

    /// All texts of a field of one of them.
    pub fn all(&mut self, section: &str, fields: &Fields, name: &'static str, row: &Row<'_>) -> Vec<String> {
        let Some(expr) = field(fields, name) else { return Vec::new() };
        // The field is named only to whoever wants to know.
        let named = self.reader.notes.trace.is_some().then(|| format!("{section}.{name}"));
        self.reader.all(named.as_deref().unwrap_or_default(), expr, row)
    }

    /// The first text of such a field.
    pub fn first(&mut self, section: &str, fields: &Fields, name: &'static str, row: &Row<'_>) -> Option<String> {
        self.all(section, fields, name, row).into_iter().next()
    }

    /// The first text of a value of the record.
    pub fn one(&mut self, name: &str, expr: Option<&Expr>) -> Option<String> {
        self.reader.one(name, expr, &self.row)
    }

    /// All texts of a value of the record, as many as a list may hold.
    pub fn list(&mut self, name: &str, expr: Option<&Expr>) -> Vec<String> {
        let mut all = expr.map_or_else(Vec::new, |expr| self.reader.all(name, expr, &self.row));
        all.truncate(MAX_ITEMS);
        all
    }

    fn text(&mut self, name: &str, expr: Option<&Expr>, most: usize) -> Option<String> {
        let text = self.one(name, expr)?;
        if text.chars().count() > most {
            self.reader.error(name, &text, "The text is too long; it was cut.");
            return Some(text.chars().take(most).collect::<String>().trim().to_owned());
        }
        Some(text)
    }

    fn codes<T: PartialEq>(&mut self, name: &str, expr: Option<&Expr>, parse: fn(&str) -> Option<T>) -> Vec<T> {
        let mut codes = Vec::new();
        for text in self.list(name, expr) {
            if let Some(code) = self.code(name, Some(text), parse).filter(|code| !codes.contains(code)) {
                codes.push(code);
            }
        }
        codes
    }

    /// The value of a code; one that is none is an error.
    pub fn code<T>(&mut self, name: &str, text: Option<String>, parse: fn(&str) -> Option<T>) -> Option<T> {
        let text = text?;
        let code = parse(&text);
        if code.is_none() {
            self.reader.error(name, &text, "The value is no code of the vocabulary.");
        }
        code
    }
}
