//! The grammar of CQL2 text, each rule a function. How deep they call each other is bounded, and so is what they give.

use super::lexer::{Token, Word};
use super::{Expression, Fault, MAX_DEPTH, MAX_PREDICATES, NO_ARITHMETIC, Operand, Predicate, Value};

/// Reads the words of a filter.
///
/// # Errors
/// The first thing that is wrong with them.
pub fn read(tokens: Vec<Token>) -> Result<Expression, Fault> {
    let mut parser = Parser { tokens, next: 0, depth: 0, predicates: 0 };
    let expression = parser.expression()?;
    if parser.word() != &Word::End {
        return Err(parser.expected("AND, OR or the end"));
    }
    Ok(expression)
}

struct Parser {
    /// The last one is the end.
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    predicates: usize,
}

const COMPARISONS: [&str; 6] = ["=", "<>", "<", "<=", ">", ">="];
const ARITHMETIC: [&str; 6] = ["+", "-", "*", "/", "%", "^"];

impl Parser {
    fn token(&self) -> &Token {
        &self.tokens[self.next]
    }

    fn word(&self) -> &Word {
        &self.token().word
    }

    fn position(&self) -> usize {
        self.token().position
    }

    fn fault<T>(&self, code: &'static str, detail: impl Into<String>) -> Result<T, Fault> {
        Err(Fault::new(self.position(), code, detail))
    }

    fn expected(&self, what: &str) -> Fault {
        Fault::new(self.position(), "malformed", format!("Expected {what}, not {}.", self.word().shown()))
    }

    /// Passes a word, never the end.
    fn pass(&mut self) {
        self.next = (self.next + 1).min(self.tokens.len() - 1);
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self.word(), Word::Name(name) if name.eq_ignore_ascii_case(keyword))
    }

    fn takes_keyword(&mut self, keyword: &str) -> bool {
        let is_next = self.is_keyword(keyword);
        if is_next {
            self.pass();
        }
        is_next
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.word(), Word::Sign(next) if *next == sign);
        if is_next {
            self.pass();
        }
        is_next
    }

    fn sign(&mut self, sign: &str) -> Result<(), Fault> {
        if self.takes_sign(sign) { Ok(()) } else { Err(self.expected(&format!("`{sign}`"))) }
    }

    /// Reads what lies one level deeper.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.depth == MAX_DEPTH {
            return self.fault(
                "too_deep",
                format!("Parentheses, functions and NOT lie in each other {MAX_DEPTH} deep at most."),
            );
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    /// One of several.
    fn expression(&mut self) -> Result<Expression, Fault> {
        let mut parts = vec![self.conjunction()?];
        while self.takes_keyword("OR") {
            parts.push(self.conjunction()?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Expression::Or(parts) })
    }

    /// All of several.
    fn conjunction(&mut self) -> Result<Expression, Fault> {
        let mut parts = vec![self.negation()?];
        while self.takes_keyword("AND") {
            parts.push(self.negation()?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Expression::And(parts) })
    }

    fn negation(&mut self) -> Result<Expression, Fault> {
        if self.takes_keyword("NOT") {
            return self.deeper(Self::negation).map(|inner| Expression::Not(Box::new(inner)));
        }
        if self.takes_sign("(") {
            let inner = self.deeper(Self::expression)?;
            self.sign(")")?;
            return Ok(inner);
        }
        self.predicate()
    }

    fn predicate(&mut self) -> Result<Expression, Fault> {
        if self.predicates == MAX_PREDICATES {
            return self.fault("too_many", format!("A filter has {MAX_PREDICATES} comparisons at most."));
        }
        self.predicates += 1;
        let position = self.position();
        let first = self.operand()?;
        let is_negated = self.takes_keyword("NOT");
        let predicate = |name: &str, operands| {
            let predicate =
                Expression::Predicate(Predicate { place: position.into(), name: name.to_owned(), operands });
            if is_negated { Expression::Not(Box::new(predicate)) } else { predicate }
        };
        if self.takes_keyword("LIKE") {
            return Ok(predicate("like", vec![first, self.operand()?]));
        }
        if self.takes_keyword("BETWEEN") {
            let low = self.operand()?;
            if !self.takes_keyword("AND") {
                return Err(self.expected("AND"));
            }
            return Ok(predicate("between", vec![first, low, self.operand()?]));
        }
        if self.takes_keyword("IN") {
            let position = self.position();
            self.sign("(")?;
            let list = Operand { place: position.into(), value: Value::List(self.list()?) };
            return Ok(predicate("in", vec![first, list]));
        }
        if is_negated {
            return Err(self.expected("LIKE, BETWEEN or IN"));
        }
        if self.takes_keyword("IS") {
            let is_negated = self.takes_keyword("NOT");
            if !self.takes_keyword("NULL") {
                return Err(self.expected("NULL"));
            }
            let predicate = predicate("isnull", vec![first]);
            return Ok(if is_negated { Expression::Not(Box::new(predicate)) } else { predicate });
        }
        if let Word::Sign(sign) = *self.word()
            && COMPARISONS.contains(&sign)
        {
            self.pass();
            return Ok(predicate(sign, vec![first, self.operand()?]));
        }
        match first.value {
            Value::Call(name, operands) => {
                Ok(Expression::Predicate(Predicate { place: position.into(), name, operands }))
            }
            Value::Boolean(value) => Ok(Expression::Boolean(value)),
            _ => Err(self.expected("a comparison: =, <>, <, <=, >, >=, LIKE, IN, BETWEEN or IS NULL")),
        }
    }

    fn operand(&mut self) -> Result<Operand, Fault> {
        let operand = self.primary()?;
        let is_arithmetic =
            matches!(self.word(), Word::Sign(sign) if ARITHMETIC.contains(sign)) || self.is_keyword("DIV");
        if is_arithmetic { self.fault("unsupported", NO_ARITHMETIC) } else { Ok(operand) }
    }

    fn primary(&mut self) -> Result<Operand, Fault> {
        let position = self.position();
        let sign = if self.takes_sign("-") { -1.0 } else { 1.0 };
        let value = match self.word().clone() {
            Word::Number(number) => Value::Number(sign * number),
            _ if sign < 0.0 => return Err(self.expected("a number")),
            Word::Text(text) => Value::Text(text),
            Word::Geometry(text) => Value::Geometry(text),
            Word::Quoted(name) => Value::Property(name),
            Word::Name(name) => {
                let lower = name.to_ascii_lowercase();
                if ["and", "or", "not", "like", "in", "between", "is", "null", "div"].contains(&lower.as_str()) {
                    return Err(self.expected("a property or a value"));
                }
                self.pass();
                return Ok(Operand { place: position.into(), value: self.named(name, lower)? });
            }
            Word::Sign("(") => {
                self.pass();
                return Ok(Operand { place: position.into(), value: Value::List(self.list()?) });
            }
            Word::Sign(_) | Word::End => return Err(self.expected("a property or a value")),
        };
        self.pass();
        Ok(Operand { place: position.into(), value })
    }

    /// What a name stands for that was passed.
    fn named(&mut self, name: String, lower: String) -> Result<Value, Fault> {
        if lower == "true" || lower == "false" {
            return Ok(Value::Boolean(lower == "true"));
        }
        if !self.takes_sign("(") {
            return Ok(Value::Property(name));
        }
        let arguments = self.list()?;
        match (lower.as_str(), arguments.as_slice()) {
            ("date", [Operand { value: Value::Text(text), .. }]) => Ok(Value::Date(text.clone())),
            ("timestamp", [Operand { value: Value::Text(text), .. }]) => Ok(Value::Timestamp(text.clone())),
            _ => Ok(Value::Call(lower, arguments)),
        }
    }

    /// A list up to the parenthesis that closes it; the one that opens it was passed.
    fn list(&mut self) -> Result<Vec<Operand>, Fault> {
        let mut items = Vec::new();
        if self.takes_sign(")") {
            return Ok(items);
        }
        loop {
            items.push(self.deeper(Self::operand)?);
            if self.takes_sign(")") {
                return Ok(items);
            }
            if !self.takes_sign(",") {
                return Err(self.expected("`,` or `)`"));
            }
        }
    }
}
