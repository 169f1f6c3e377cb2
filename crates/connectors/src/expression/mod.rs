//! The small language in which manifests say where a value is. It can only look, choose and join; there is no code in it.
//!
//! ```text
//! customer.email | billing.email        the first that is there (not null, not empty)
//! lines.nodes[].price                   every element's
//! tags[0]   $.id   config.store_url     an element; the whole record; a value of the configuration
//! 'text'  12  true  null                constants
//! lower(x)  join(a, b)  tail(x)         small letters; texts with a blank between; what stands after the last slash
//! sum(x, …)  minus(a, b)  neg(a)        exact decimal arithmetic; absent counts as nothing
//! times(a, b)  nonzero(a)               a product; the number, unless it is zero
//! is(x, 'a', 'b')  not(x)  if(c, a, b)  whether it is one of these; the contrary; one or the other
//! word(x, 'A=b', 'C=d', '*=e')          a translation of words
//! find(list[], 'key', 'name', 'value')  the value of the element whose key is the name
//! ```

mod evaluate;
mod read;
mod template;

pub use evaluate::Scope;
pub(crate) use evaluate::text_of;
pub use template::{Template, Values};

use serde::{Deserialize, Deserializer, de};

/// An expression, read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// The first that is there counts.
    choices: Vec<Term>,
}

/// A text that is no expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no expression: {problem}")]
pub struct BadExpression {
    /// What stands there.
    pub text: String,
    /// What is wrong with it.
    pub problem: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    Path(Root, Vec<Step>),
    Constant(serde_json::Value),
    Call(Function, Vec<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Root {
    /// The thing at hand: a line of an order, say.
    Here,
    /// The record.
    Record,
    /// What the person configured.
    Config,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    At(usize),
    Each,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Lower,
    Join,
    Tail,
    Sum,
    Minus,
    Times,
    Negative,
    NonZero,
    Is,
    Not,
    If,
    Word,
    Find,
}

impl Function {
    /// Its name and how many arguments it takes.
    fn named(name: &str) -> Option<(Self, std::ops::RangeInclusive<usize>)> {
        Some(match name {
            "lower" => (Self::Lower, 1..=1),
            "join" => (Self::Join, 1..=8),
            "tail" => (Self::Tail, 1..=1),
            "sum" => (Self::Sum, 1..=8),
            "minus" => (Self::Minus, 2..=2),
            "times" => (Self::Times, 2..=2),
            "neg" => (Self::Negative, 1..=1),
            "nonzero" => (Self::NonZero, 1..=1),
            "is" => (Self::Is, 2..=40),
            "not" => (Self::Not, 1..=1),
            "if" => (Self::If, 2..=3),
            "word" => (Self::Word, 2..=40),
            "find" => (Self::Find, 4..=4),
            _ => return None,
        })
    }
}

impl Expression {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Self, BadExpression> {
        read::expression(text)
    }

    /// One that is never there.
    pub fn absent() -> Self {
        Self { choices: Vec::new() }
    }

    /// Whether it was left out.
    pub fn is_absent(&self) -> bool {
        self.choices.is_empty()
    }

    /// The names of the configuration that it looks at.
    pub(crate) fn config_names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for term in &self.choices {
            match term {
                Term::Path(Root::Config, steps) => {
                    if let Some(Step::Key(name)) = steps.first() {
                        names.push(name.as_str());
                    }
                }
                Term::Call(_, arguments) => {
                    names.extend(arguments.iter().flat_map(Self::config_names));
                }
                _ => {}
            }
        }
        names
    }
}

impl Default for Expression {
    fn default() -> Self {
        Self::absent()
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;

    fn value(text: &str) -> Value {
        let record = json!({
            "id": "gid://shop/Order/17", "email": "", "customer": {"email": "Ann@Example.com", "first": "Ann", "last": "Lee"},
            "lines": [{"price": "1.50", "id": 1}, {"price": "2.25", "id": 2}], "zero": "0.00", "total": 12,
            "meta": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}], "is_test": true, "odd key": 3,
        });
        let config = BTreeMap::from([("url".to_owned(), "https://shop.example".to_owned())]);
        let scope = Scope::new(&record, &config);
        Expression::parse(text).unwrap().value(&scope).into_owned()
    }

    #[test]
    fn expressions_find_choose_and_join() {
        for (text, expected) in [
            ("email | customer.email", json!("Ann@Example.com")),
            ("lower(customer.email)", json!("ann@example.com")),
            ("tail(id)", json!("17")),
            ("join(customer.first, customer.middle, customer.last)", json!("Ann Lee")),
            ("lines[].price", json!(["1.50", "2.25"])),
            ("lines[1].id", json!(2)),
            ("sum(lines[].price, total)", json!("15.75")),
            ("minus(total, lines[0].price)", json!("10.50")),
            ("neg(total)", json!("-12")),
            ("times(lines[0].price, 3)", json!("4.50")),
            ("nonzero(zero) | 'none'", json!("none")),
            ("is(total, 12)", json!(true)),
            ("not(is_test)", json!(false)),
            ("if(is_test, 'a', 'b')", json!("a")),
            ("if(missing, 'a')", Value::Null),
            ("word(customer.first, 'Bob=b', 'Ann=a')", json!("a")),
            ("word(customer.last, 'Bob=b', '*=other')", json!("other")),
            ("find(meta[], 'key', 'b', 'value')", json!("2")),
            ("config.url", json!("https://shop.example")),
            ("['odd key']", json!(3)),
            ("'it''s'", json!("it's")),
            ("missing.deep[].er", json!([])),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for text in [
            "", "a |", "a..b", "a[", "a[x]", "nothing(a)", "lower()", "lower(a, b)", "'open", "a b", "a)", "|a", "1x",
            "import os", "{{ a }}", "find(a, b)", "a[99999999999999999999]",
        ] {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
        assert!(Expression::parse(&"lower(".repeat(10_000)).is_err());
    }
}
