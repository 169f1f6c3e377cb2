//! Reads expressions.

use serde_json::Value;

use super::{BadExpression, Expression, Function, Root, Step, Term};

/// Deeper than this nobody reads.
const DEEPEST: usize = 12;

/// Reads a whole text as one expression.
pub(super) fn expression(text: &str) -> Result<Expression, BadExpression> {
    let mut reader = Reader { rest: text };
    let result = reader.choices(0).and_then(|expression| {
        reader.blanks();
        if reader.rest.is_empty() {
            Ok(expression)
        } else {
            Err(format!("nothing is expected at `{}`", reader.excerpt()))
        }
    });
    result.map_err(|problem| BadExpression { text: text.chars().take(200).collect(), problem })
}

struct Reader<'a> {
    rest: &'a str,
}

type Read<T> = Result<T, String>;

impl<'a> Reader<'a> {
    fn excerpt(&self) -> String {
        self.rest.chars().take(20).collect()
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Takes a mark, blanks before it included.
    fn takes(&mut self, mark: char) -> bool {
        let after = self.rest.trim_start().strip_prefix(mark);
        if let Some(rest) = after {
            self.rest = rest;
        }
        after.is_some()
    }

    fn choices(&mut self, depth: usize) -> Read<Expression> {
        if depth > DEEPEST {
            return Err("it is nested too deeply".to_owned());
        }
        let mut choices = vec![self.term(depth)?];
        while self.takes('|') {
            choices.push(self.term(depth)?);
        }
        Ok(Expression { choices })
    }

    fn term(&mut self, depth: usize) -> Read<Term> {
        self.blanks();
        let Some(first) = self.rest.chars().next() else {
            return Err("something is missing at its end".to_owned());
        };
        if first == '\'' {
            return Ok(Term::Constant(Value::String(self.quoted()?)));
        }
        if first.is_ascii_digit() || first == '-' {
            return self.number();
        }
        if first == '[' {
            return Ok(Term::Path(Root::Here, self.steps(Vec::new())?));
        }
        let name = self.name()?;
        if self.rest.starts_with('(') {
            return self.call(name, depth);
        }
        match name {
            "true" => return Ok(Term::Constant(Value::Bool(true))),
            "false" => return Ok(Term::Constant(Value::Bool(false))),
            "null" => return Ok(Term::Constant(Value::Null)),
            _ => {}
        }
        let (root, before) = match name {
            "$" => (Root::Record, Vec::new()),
            "config" => (Root::Config, Vec::new()),
            name => (Root::Here, vec![Step::Key(name.to_owned())]),
        };
        Ok(Term::Path(root, self.steps(before)?))
    }

    fn quoted(&mut self) -> Read<String> {
        let mut text = String::new();
        let mut rest = &self.rest[1..];
        loop {
            let Some(end) = rest.find('\'') else {
                return Err("a text has no end".to_owned());
            };
            text.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            // Two marks stand for one.
            if let Some(more) = rest.strip_prefix('\'') {
                text.push('\'');
                rest = more;
            } else {
                self.rest = rest;
                return Ok(text);
            }
        }
    }

    fn number(&mut self) -> Read<Term> {
        let end = self.rest[1..].find(|c: char| !c.is_ascii_digit() && c != '.').map_or(self.rest.len(), |at| at + 1);
        let text = &self.rest[..end];
        if crate::decimal::Decimal::parse(text).is_none() {
            return Err(format!("`{text}` is no number"));
        }
        self.rest = &self.rest[end..];
        let whole = text.parse::<i64>().map(Value::from);
        Ok(Term::Constant(whole.unwrap_or_else(|_| Value::String(text.to_owned()))))
    }

    fn name(&mut self) -> Read<&'a str> {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        if end == 0 {
            return Err(format!("a name is expected at `{}`", self.excerpt()));
        }
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(name)
    }

    fn steps(&mut self, mut steps: Vec<Step>) -> Read<Vec<Step>> {
        loop {
            if let Some(rest) = self.rest.strip_prefix('.') {
                self.rest = rest;
                steps.push(Step::Key(self.name()?.to_owned()));
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest;
                steps.push(self.bracket()?);
            } else {
                return Ok(steps);
            }
        }
    }

    fn bracket(&mut self) -> Read<Step> {
        let step = if self.rest.starts_with('\'') {
            Step::Key(self.quoted()?)
        } else if self.rest.starts_with(']') {
            Step::Each
        } else {
            let end = self.rest.find(']').ok_or("a bracket has no end")?;
            let inside = &self.rest[..end];
            let at = inside.parse().map_err(|_| format!("`{inside}` is no position"))?;
            self.rest = &self.rest[end..];
            Step::At(at)
        };
        let rest = self.rest.strip_prefix(']').ok_or("a bracket has no end")?;
        self.rest = rest;
        Ok(step)
    }

    fn call(&mut self, name: &str, depth: usize) -> Read<Term> {
        let (function, count) = Function::named(name).ok_or_else(|| format!("there is no `{name}`"))?;
        self.rest = &self.rest[1..];
        let mut arguments = Vec::new();
        if !self.takes(')') {
            loop {
                arguments.push(self.choices(depth + 1)?);
                if self.takes(')') {
                    break;
                }
                if !self.takes(',') {
                    return Err(format!("a comma is expected at `{}`", self.excerpt()));
                }
            }
        }
        if !count.contains(&arguments.len()) {
            return Err(format!("`{name}` takes {} to {} things", count.start(), count.end()));
        }
        Ok(Term::Call(function, arguments))
    }
}
