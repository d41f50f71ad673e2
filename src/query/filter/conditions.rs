//! What the predicates of an expression mean: conditions, or faults that name what can be asked instead.

use chrono_tz::Tz;

use super::pattern::{self, Folding, Pattern};
use super::properties::{Asked, Kind, Naming, listed};
use super::times::{End, turned};
use super::values::unfolded;
use super::{Comparison, Question, Test, Tree};
use crate::query::cql2::{Expression, Fault, Operand, Place, Predicate, Value};
use crate::query::event_query::EventQuery;
use crate::query::params::{Params, shown};
use crate::query::terms::MAX_TERMS;
use crate::query::values::read_id;

/// Conditions while they are read.
pub struct Conditions {
    /// The zone of the question's dates.
    pub zone: Option<Tz>,
    /// What is wrong as yet.
    pub faults: Vec<Fault>,
    /// What is asked as yet that parameters ask too.
    pub questions: Vec<Question>,
    /// Patterns as yet: each is held against all names there are.
    patterns: usize,
    /// Values as yet that are compared one by one.
    compared: usize,
}

/// Most patterns of a filter, values without regard to case or accents among them.
const MAX_PATTERNS: usize = 20;

/// How signs compare, and how when both sides change places.
fn comparison(sign: &str, is_turned: bool) -> Option<Comparison> {
    Some(match (sign, is_turned) {
        ("=", _) => Comparison::Equal,
        ("<", false) | (">", true) => Comparison::Less,
        ("<=", false) | (">=", true) => Comparison::LessOrEqual,
        (">", false) | ("<", true) => Comparison::Greater,
        (">=", false) | ("<=", true) => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

/// A condition, or nothing where its faults have been noted.
pub type Read<T> = Option<T>;

impl Conditions {
    /// None yet, for dates of a zone.
    pub const fn new(zone: Option<Tz>) -> Self {
        Self { zone, faults: Vec::new(), questions: Vec::new(), patterns: 0, compared: 0 }
    }

    pub(super) fn fault<T>(&mut self, place: &Place, code: &'static str, detail: impl Into<String>) -> Read<T> {
        self.faults.push(Fault::new(place, code, detail));
        None
    }

    /// The conditions of an expression.
    pub fn tree<P: Asked>(&mut self, expression: &Expression) -> Tree<P> {
        match expression {
            Expression::And(parts) => Tree::All(parts.iter().map(|part| self.tree(part)).collect()),
            Expression::Or(parts) => Tree::Any(parts.iter().map(|part| self.tree(part)).collect()),
            Expression::Not(inner) => Tree::Not(Box::new(self.tree(inner))),
            Expression::Boolean(true) => Tree::All(Vec::new()),
            Expression::Boolean(false) => Tree::Any(Vec::new()),
            // What stands in for a fault is never asked.
            Expression::Predicate(predicate) => self.predicate(predicate).unwrap_or(Tree::Any(Vec::new())),
        }
    }

    fn predicate<P: Asked>(&mut self, predicate: &Predicate) -> Read<Tree<P>> {
        let Predicate { place, name, operands } = predicate;
        match (name.as_str(), operands.as_slice()) {
            ("isnull", [operand]) => {
                let (property, _) = self.property(operand)?;
                Some(Tree::Is(property, Test::Null))
            }
            ("between", [operand, low, high]) => {
                let lowest = self.compared(place, ">=", operand, low);
                let highest = self.compared(place, "<=", operand, high);
                Some(Tree::All(vec![lowest?, highest?]))
            }
            ("in", [operand, Operand { place, value: Value::List(items) }]) => self.one_of(place, operand, items),
            ("like", [operand, pattern]) => self.like(operand, pattern),
            ("=" | "<>" | "<" | "<=" | ">" | ">=", [left, right]) => self.compared(place, name, left, right),
            (name, [left, right]) if name.starts_with("t_") => self.related(place, name, left, right),
            (name, [left, right]) if name.starts_with("s_") => self.located(place, name, left, right),
            _ => self.fault(
                place,
                "unsupported",
                format!("`{}` with {} arguments cannot be asked here. Functions are S_INTERSECTS, S_DISJOINT and those of time, T_AFTER and so on, all of a property and a value.", shown(name), operands.len()),
            ),
        }
    }

    /// The property that an operand is, and what makes no difference about its text.
    fn property<P: Asked>(&mut self, operand: &Operand) -> Read<(P, Folding)> {
        let (operand, folding) = unfolded(operand);
        let name = match &operand.value {
            Value::Property(name) => name,
            other => {
                return self.fault(
                    &operand.place,
                    "unsupported",
                    format!("Expected a property here, not {}.", other.kind()),
                );
            }
        };
        let Some(property) = P::parse(name) else {
            let all = listed::<P>(|_| true);
            let detail = format!("There is no property `{}` to filter by. There are: {all}.", shown(name));
            return self.fault(&operand.place, "unknown_property", detail);
        };
        if folding != Folding::default() && property.kind() != Kind::Names {
            return self.fault(&operand.place, "wrong_type", format!("`{property}` is no text."));
        }
        Some((property, folding))
    }

    /// Which side of a predicate is the property, and what it is compared with; whether they have changed places.
    fn sides<'o, P: Asked>(&mut self, left: &'o Operand, right: &'o Operand) -> Read<(P, Folding, &'o Operand, bool)> {
        let is_property = |operand: &Operand| matches!(unfolded(operand).0.value, Value::Property(_));
        if is_property(left) && is_property(right) {
            let hint = "Two properties cannot be compared. Text stands in single quotes.";
            return self.fault(&right.place, "unsupported", hint);
        }
        let is_turned = is_property(right);
        let (property, value) = if is_turned { (right, left) } else { (left, right) };
        let (property, folding) = self.property(property)?;
        Some((property, folding, value, is_turned))
    }

    fn compared<P: Asked>(&mut self, place: &Place, sign: &str, left: &Operand, right: &Operand) -> Read<Tree<P>> {
        if sign == "<>" {
            return self.compared(place, "=", left, right).map(|equal| Tree::Not(Box::new(equal)));
        }
        let (property, folding, value, is_turned) = self.sides::<P>(left, right)?;
        let comparison = comparison(sign, is_turned)?;
        match property.kind() {
            Kind::Number | Kind::Metres => {
                let number = self.number(property, value)?;
                Some(Tree::Is(property, Test::Number(comparison, number)))
            }
            Kind::Instant => {
                let (moment, _) = property.moments()?;
                let span = self.moment(property, value)?;
                let times = span.compared(comparison).into_iter().map(|stretch| (moment, stretch));
                Some(Tree::Is(property, Test::Times(times.collect())))
            }
            Kind::Names if comparison == Comparison::Equal => {
                let text = self.text(property, value, folding)?;
                self.among(property, folding, &[(&value.place, text)])
            }
            Kind::Names if property.is_ordered() => {
                let text = self.text(property, value, folding)?;
                self.check(property, &value.place, &text)?;
                let rank = property.rank(&text)?;
                let is_met =
                    |code: &&&str| property.rank(code).is_some_and(|other| comparison.holds(other.cmp(&rank)));
                let met = property.codes()?.iter().filter(is_met).map(|code| (*code).to_owned());
                Some(Tree::Is(property, Test::Texts(met.collect())))
            }
            Kind::Names => self.fault(place, "unsupported", format!("`{property}` has no order: it can be compared by =, <>, IN and LIKE.")),
            Kind::Stretch => self.fault(place, "unsupported", "`when` is a stretch of time: T_INTERSECTS, T_DURING and so on ask about it, or `start` and `end` can be compared."),
            Kind::Geometry => self.fault(place, "unsupported", "S_INTERSECTS and S_DISJOINT ask about `geometry`."),
        }
    }

    fn one_of<P: Asked>(&mut self, place: &Place, operand: &Operand, items: &[Operand]) -> Read<Tree<P>> {
        let (property, folding) = self.property::<P>(operand)?;
        if items.is_empty() || items.len() > MAX_TERMS {
            return self.fault(place, "too_many", format!("A list has from 1 to {MAX_TERMS} values."));
        }
        if property.kind() != Kind::Names {
            self.compared += items.len();
            if self.compared > MAX_TERMS {
                let detail = format!("A filter has {MAX_TERMS} values at most in lists of numbers and times.");
                return self.fault(place, "too_many", detail);
            }
            let equal = items.iter().map(|item| self.compared(place, "=", operand, item));
            return equal.collect::<Vec<_>>().into_iter().collect::<Option<_>>().map(Tree::Any);
        }
        let texts = items.iter().map(|item| Some((&item.place, self.text(property, item, folding)?)));
        let texts = texts.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()?;
        self.among(property, folding, &texts)
    }

    fn like<P: Asked>(&mut self, operand: &Operand, pattern: &Operand) -> Read<Tree<P>> {
        let (property, folding) = self.property::<P>(operand)?;
        if property.kind() != Kind::Names || property.naming() == Naming::Ids {
            return self.fault(
                &operand.place,
                "wrong_type",
                format!("`{property}` is no text that can be like a pattern."),
            );
        }
        let text = self.text(property, pattern, folding)?;
        if text.chars().count() > pattern::MAX_LENGTH {
            let detail = format!("A pattern has {} characters at most.", pattern::MAX_LENGTH);
            return self.fault(&pattern.place, "too_long", detail);
        }
        self.like_any(property, &pattern.place, &[Pattern::like(&text, folding)])
    }

    /// Whether a property is like one of some patterns.
    fn like_any<P: Asked>(&mut self, property: P, place: &Place, patterns: &[Pattern]) -> Read<Tree<P>> {
        self.patterns += patterns.len();
        if self.patterns > MAX_PATTERNS {
            let detail = format!(
                "A filter has {MAX_PATTERNS} patterns at most: of LIKE, and of values without regard to case or accents."
            );
            return self.fault(place, "too_many", detail);
        }
        self.having(property, place, patterns)
    }

    /// Whether a property is one of some values.
    fn among<P: Asked>(&mut self, property: P, folding: Folding, values: &[(&Place, String)]) -> Read<Tree<P>> {
        let place = values.first()?.0;
        if folding != Folding::default() {
            let patterns: Vec<_> = values.iter().map(|(_, text)| Pattern::exactly(text, folding)).collect();
            return self.like_any(property, place, &patterns);
        }
        // Of all of them, so that all faults are told.
        let checked: Vec<_> = values.iter().map(|(place, text)| self.check(property, place, text)).collect();
        checked.into_iter().collect::<Option<()>>()?;
        let texts = values.iter().map(|(_, text)| text.as_str());
        let test = match property.naming() {
            Naming::Ids => Test::Ids(texts.filter_map(|text| read_id(text).ok()).collect()),
            Naming::Question(parameter) => self.question(place, parameter, texts.collect::<Vec<_>>().join(","))?,
            Naming::Text(_) => Test::Texts(texts.map(str::to_owned).collect()),
        };
        Some(Tree::Is(property, test))
    }

    /// Notes what is wrong with one value of a property.
    fn check<P: Asked>(&mut self, property: P, place: &Place, text: &str) -> Read<()> {
        let parameter = match property.naming() {
            Naming::Ids => {
                let read = read_id(text).map(drop);
                return read.map_or_else(|unread| self.fault(place, unread.code, unread.detail), Some);
            }
            Naming::Text(parameter) => match (property.codes(), parameter) {
                (Some(codes), _) if codes.contains(&text) => return Some(()),
                (Some(codes), _) => {
                    let detail = format!("`{}` is not one of: {}.", shown(text), codes.join(", "));
                    return self.fault(place, "unknown_value", detail);
                }
                (None, Some(parameter)) => parameter,
                (None, None) => return Some(()),
            },
            Naming::Question(parameter) => parameter,
        };
        if text.is_empty() || text.starts_with('!') || text.contains(',') {
            return self.fault(place, "unknown_value", format!("`{}` is no value of `{property}`.", shown(text)));
        }
        self.asked(place, parameter, text.to_owned()).map(drop)
    }

    /// The question with one parameter alone.
    fn asked(&mut self, place: &Place, parameter: &str, value: String) -> Read<EventQuery> {
        let mut params = Params::from_pairs(vec![(parameter.to_owned(), value)]);
        let query = EventQuery::filters(&mut params);
        let faults = params.finish();
        let is_read = faults.is_empty();
        self.faults.extend(faults.into_iter().map(|fault| Fault::new(place, fault.code, fault.detail)));
        is_read.then_some(query)
    }

    /// Asks what a parameter asks.
    pub(super) fn question(&mut self, place: &Place, parameter: &str, value: String) -> Read<Test> {
        let query = Box::new(self.asked(place, parameter, value)?);
        self.questions.push(Question { place: place.clone(), query });
        Some(Test::Question(self.questions.len() - 1))
    }

    /// Whether a property has one of some patterns.
    fn having<P: Asked>(&mut self, property: P, place: &Place, patterns: &[Pattern]) -> Read<Tree<P>> {
        if property.naming() == Naming::Ids {
            return self.fault(place, "unsupported", "Ids are compared as they are.");
        }
        let Some(codes) = property.codes() else {
            let like = patterns.iter().map(|pattern| Tree::Is(property, Test::Like(pattern.clone())));
            return Some(Tree::Any(like.collect()));
        };
        let is_meant = |code: &&&str| patterns.iter().any(|pattern| pattern.matches(code));
        let values: Vec<_> = codes.iter().filter(is_meant).map(|code| (place, (*code).to_owned())).collect();
        if values.is_empty() {
            return Some(Tree::Is(property, Test::Nothing));
        }
        self.among(property, Folding::default(), &values)
    }

    /// How something lies to a stretch of time.
    fn related<P: Asked>(&mut self, place: &Place, name: &str, left: &Operand, right: &Operand) -> Read<Tree<P>> {
        let (property, _, value, is_turned) = self.sides::<P>(left, right)?;
        let Some((first, last)) = property.moments() else {
            let all = listed::<P>(|property| property.moments().is_some());
            return self.fault(place, "wrong_type", format!("`{property}` is no time. There are: {all}."));
        };
        let span = match &value.value {
            Value::Call(name, ends) if name == "interval" => self.interval(property, &value.place, ends)?,
            _ => self.moment(property, value)?,
        };
        let relation = if is_turned { turned(name) } else { name };
        let is_disjoint = relation == "t_disjoint";
        let Some(related) = span.related(if is_disjoint { "t_intersects" } else { relation }) else {
            return self.fault(place, "unsupported", format!("There is no function `{}`.", shown(name)));
        };
        let moment = |end| if end == End::First { first } else { last };
        let times = related.into_iter().map(|(end, stretch)| (moment(end), stretch)).collect();
        let tree = Tree::Is(property, Test::Times(times));
        Some(if is_disjoint { Tree::Not(Box::new(tree)) } else { tree })
    }

    /// Where points lie.
    fn located<P: Asked>(&mut self, place: &Place, name: &str, left: &Operand, right: &Operand) -> Read<Tree<P>> {
        if name != "s_intersects" && name != "s_disjoint" {
            let detail = format!("`{}` cannot be asked of points: S_INTERSECTS and S_DISJOINT can.", shown(name));
            return self.fault(place, "unsupported", detail);
        }
        let (property, _, value, _) = self.sides::<P>(left, right)?;
        if property.kind() != Kind::Geometry {
            let all = listed::<P>(|property| property.kind() == Kind::Geometry);
            return self.fault(place, "wrong_type", format!("`{property}` is no geometry. There are: {all}."));
        }
        let test = self.area(value)?;
        let tree = Tree::Is(property, test);
        Some(if name == "s_disjoint" { Tree::Not(Box::new(tree)) } else { tree })
    }
}
