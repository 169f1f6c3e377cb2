//! What an expression is worth for a record.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::{Expression, Function, Root, Step, Term};
use crate::decimal::Decimal;

/// What an expression can see.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    here: &'a Value,
    record: &'a Value,
    config: &'a BTreeMap<String, String>,
}

impl<'a> Scope<'a> {
    /// A record and the configuration.
    pub fn new(record: &'a Value, config: &'a BTreeMap<String, String>) -> Self {
        Self { here: record, record, config }
    }

    /// The same for a part of the record.
    #[must_use]
    pub fn at<'b>(&self, here: &'b Value) -> Scope<'b>
    where
        'a: 'b,
    {
        Scope { here, record: self.record, config: self.config }
    }

    /// The record.
    pub fn record(&self) -> &'a Value {
        self.record
    }
}

static NOTHING: Value = Value::Null;

impl Expression {
    /// Its value; null if nothing is there.
    pub fn value<'a>(&self, scope: &Scope<'a>) -> Cow<'a, Value> {
        let mut last = Cow::Borrowed(&NOTHING);
        for term in &self.choices {
            last = term.value(scope);
            if is_there(&last) {
                return last;
            }
        }
        last
    }

    /// Its value as a text, if there is one.
    pub fn text(&self, scope: &Scope<'_>) -> Option<String> {
        text_of(&self.value(scope))
    }

    /// Its value as a number, if there is one; an error if something else is there.
    pub fn number(&self, scope: &Scope<'_>) -> Result<Option<Decimal>, String> {
        let value = self.value(scope);
        if !is_there(&value) {
            return Ok(None);
        }
        let number = Decimal::of_json(&value);
        number.map(Some).ok_or_else(|| format!("not a number: {}", excerpt(&value)))
    }

    /// Whether it is there and not false, zero or `"false"`.
    pub fn holds(&self, scope: &Scope<'_>) -> bool {
        holds(&self.value(scope))
    }

    /// The elements of a list; of what is no list, itself.
    pub fn elements<'a>(&self, scope: &Scope<'a>) -> Cow<'a, [Value]> {
        match self.value(scope) {
            Cow::Borrowed(Value::Array(all)) => Cow::Borrowed(all.as_slice()),
            Cow::Owned(Value::Array(all)) => Cow::Owned(all),
            other if !is_there(&other) => Cow::Borrowed(&[]),
            other => Cow::Owned(vec![other.into_owned()]),
        }
    }
}

impl Term {
    fn value<'a>(&self, scope: &Scope<'a>) -> Cow<'a, Value> {
        match self {
            Self::Constant(value) => Cow::Owned(value.clone()),
            Self::Call(function, arguments) => Cow::Owned(call(*function, arguments, scope)),
            Self::Path(Root::Here, steps) => follow(scope.here, steps),
            Self::Path(Root::Record, steps) => follow(scope.record, steps),
            Self::Path(Root::Config, steps) => match steps.first() {
                Some(Step::Key(name)) => {
                    Cow::Owned(scope.config.get(name).map_or(Value::Null, |text| Value::String(text.clone())))
                }
                _ => Cow::Borrowed(&NOTHING),
            },
        }
    }
}

fn follow<'a>(start: &'a Value, steps: &[Step]) -> Cow<'a, Value> {
    let mut at = start;
    for (n, step) in steps.iter().enumerate() {
        at = match step {
            Step::Key(name) => at.get(name).unwrap_or(&NOTHING),
            Step::At(position) => at.get(position).unwrap_or(&NOTHING),
            Step::Each => {
                let rest = &steps[n + 1..];
                let Value::Array(all) = at else {
                    return Cow::Owned(Value::Array(Vec::new()));
                };
                return if rest.is_empty() { Cow::Borrowed(at) } else { Cow::Owned(each(all, rest)) };
            }
        };
    }
    Cow::Borrowed(at)
}

/// What every element has; lists of lists are one list.
fn each(all: &[Value], rest: &[Step]) -> Value {
    let is_nested = rest.contains(&Step::Each);
    let mut found = Vec::new();
    for element in all {
        match follow(element, rest).into_owned() {
            Value::Array(inner) if is_nested => found.extend(inner),
            Value::Null => {}
            other => found.push(other),
        }
    }
    Value::Array(found)
}

fn call(function: Function, arguments: &[Expression], scope: &Scope<'_>) -> Value {
    let argument = |n: usize| arguments.get(n).map_or(Cow::Borrowed(&NOTHING), |a| a.value(scope));
    let text = |n: usize| text_of(&argument(n));
    match function {
        Function::Lower => text(0).map_or(Value::Null, |t| Value::String(t.to_lowercase())),
        Function::Tail => text(0).map_or(Value::Null, |t| {
            Value::String(t.rsplit('/').next().unwrap_or_default().split('?').next().unwrap_or_default().to_owned())
        }),
        Function::Join => {
            let parts: Vec<String> = (0..arguments.len()).filter_map(text).collect();
            if parts.is_empty() { Value::Null } else { Value::String(parts.join(" ")) }
        }
        Function::Sum => sum(arguments, scope),
        Function::Minus => arithmetic(&argument(0), &argument(1), |a, b| a.plus(b.negated())),
        Function::Times => arithmetic(&argument(0), &argument(1), Decimal::times),
        Function::Negative => arithmetic(&Value::from(0), &argument(0), |a, b| a.plus(b.negated())),
        Function::NonZero => match Decimal::of_json(&argument(0)) {
            Some(number) if !number.is_zero() => Value::String(number.to_string()),
            _ => Value::Null,
        },
        Function::Is => {
            let given = text(0);
            Value::Bool(given.is_some() && (1..arguments.len()).any(|n| text(n) == given))
        }
        Function::Not => Value::Bool(!holds(&argument(0))),
        Function::If => argument(if holds(&argument(0)) { 1 } else { 2 }).into_owned(),
        Function::Word => translated(text(0), (1..arguments.len()).filter_map(text)),
        Function::Find => found(&argument(0), text(1), text(2), text(3)),
    }
}

fn sum(arguments: &[Expression], scope: &Scope<'_>) -> Value {
    let mut total = Some(Decimal::default());
    for argument in arguments {
        let value = argument.value(scope);
        let parts = if let Value::Array(all) = value.as_ref() { all.as_slice() } else { std::slice::from_ref(value.as_ref()) };
        for part in parts.iter().filter(|part| is_there(part)) {
            total = total.and_then(|sum| sum.plus(Decimal::of_json(part)?));
        }
    }
    // What cannot be added is handed on as such a text: money and numbers refuse it with a sentence.
    total.map_or_else(|| Value::String("a sum of what are no numbers".to_owned()), |sum| Value::String(sum.to_string()))
}

fn arithmetic(a: &Value, b: &Value, how: impl Fn(Decimal, Decimal) -> Option<Decimal>) -> Value {
    if !is_there(a) && !is_there(b) {
        return Value::Null;
    }
    let number = |value: &Value| if is_there(value) { Decimal::of_json(value) } else { Some(Decimal::default()) };
    let result = number(a).zip(number(b)).and_then(|(a, b)| how(a, b));
    Value::String(result.map_or_else(|| "arithmetic with what are no numbers".to_owned(), |r| r.to_string()))
}

fn translated(given: Option<String>, pairs: impl Iterator<Item = String>) -> Value {
    let Some(given) = given else {
        return Value::Null;
    };
    for pair in pairs {
        if let Some((from, to)) = pair.split_once('=')
            && (from == "*" || from.eq_ignore_ascii_case(&given))
        {
            return Value::String(to.to_owned());
        }
    }
    Value::Null
}

fn found(list: &Value, key: Option<String>, name: Option<String>, value: Option<String>) -> Value {
    let (Some(key), Some(name), Some(value), Value::Array(all)) = (key, name, value, list) else {
        return Value::Null;
    };
    let is_it = |element: &&Value| element.get(&key).and_then(text_of).as_deref() == Some(name.as_str());
    all.iter().find(is_it).and_then(|element| element.get(&value)).cloned().unwrap_or_default()
}

/// Whether something is there: not null, no empty text, no empty list.
pub(crate) fn is_there(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(all) => !all.is_empty(),
        _ => true,
    }
}

fn holds(value: &Value) -> bool {
    match value {
        Value::Bool(is) => *is,
        Value::String(text) => !matches!(text.trim(), "" | "false" | "0"),
        Value::Number(number) => number.as_f64() != Some(0.0),
        other => is_there(other),
    }
}

/// The text that a value is, if it is a simple one that is there.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}

/// The beginning of a value, for a sentence about it.
pub(crate) fn excerpt(value: &Value) -> String {
    value.to_string().chars().take(60).collect()
}
