//! The language in which a workspace declares metrics of its own: names, numbers, + - * / and brackets. Never SQL.

use super::expression::{Expression, Fraction};

/// The longest expression, in characters.
pub(crate) const LONGEST: usize = 500;
/// How deep brackets may go.
const DEEPEST: u8 = 30;

/// Reads an expression; `name` says what a name stands for.
pub(crate) fn parse(text: &str, name: &impl Fn(&str) -> Option<Expression>) -> Result<Expression, String> {
    if text.chars().count() > LONGEST {
        return Err(format!("An expression has at most {LONGEST} characters."));
    }
    let mut reader = Reader {
        rest: text,
        name,
        depth: 0,
    };
    let found = reader.sum()?;
    match reader.peek() {
        None => Ok(found),
        Some(other) => Err(format!("\"{other}\" is not expected here.")),
    }
}

struct Reader<'a, F> {
    rest: &'a str,
    name: &'a F,
    depth: u8,
}

impl<F: Fn(&str) -> Option<Expression>> Reader<'_, F> {
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.rest = &self.rest[wanted.len_utf8()..];
        }
        found
    }

    fn sum(&mut self) -> Result<Expression, String> {
        let mut terms = vec![(self.take('-'), self.product()?)];
        loop {
            if self.take('+') {
                terms.push((false, self.product()?));
            } else if self.take('-') {
                terms.push((true, self.product()?));
            } else if terms.len() == 1 && !terms[0].0 {
                return Ok(terms.remove(0).1);
            } else {
                return Ok(Expression::Sum(terms));
            }
        }
    }

    fn product(&mut self) -> Result<Expression, String> {
        let mut left = self.atom()?;
        loop {
            if self.take('*') {
                left = Expression::Product(Box::new(left), Box::new(self.atom()?));
            } else if self.take('/') {
                left = Expression::Quotient(Box::new(left), Box::new(self.atom()?));
            } else {
                return Ok(left);
            }
        }
    }

    fn atom(&mut self) -> Result<Expression, String> {
        if self.take('(') {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(format!("Brackets go at most {DEEPEST} deep."));
            }
            let inner = self.sum()?;
            self.depth -= 1;
            return if self.take(')') {
                Ok(inner)
            } else {
                Err("A bracket is not closed.".to_owned())
            };
        }
        match self.peek() {
            Some(c) if c.is_ascii_digit() => self.number(),
            Some(c) if c.is_ascii_alphabetic() => self.named(),
            Some(c) => Err(format!("\"{c}\" is not expected here.")),
            None => Err("Something is missing at the end.".to_owned()),
        }
    }

    fn while_it_is(&mut self, is: impl Fn(char) -> bool) -> String {
        let end = self.rest.find(|c| !is(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn number(&mut self) -> Result<Expression, String> {
        let text = self.while_it_is(|c| c.is_ascii_digit() || c == '.');
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let bad = || format!("{text} is not a number that can be used.");
        if whole.len() + part.len() > 15 || part.contains('.') {
            return Err(bad());
        }
        let over: i128 = format!("{whole}{part}").parse().map_err(|_| bad())?;
        let number = Fraction::new(over, 10_i128.pow(part.len() as u32)).ok_or_else(bad)?;
        Ok(Expression::Number(number))
    }

    fn named(&mut self) -> Result<Expression, String> {
        let word = self.while_it_is(|c| c.is_ascii_alphanumeric() || c == '_');
        (self.name)(&word).ok_or_else(|| format!("There is no metric and no measure \"{word}\"."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<Option<Fraction>, String> {
        let name = |word: &str| {
            ["a", "b", "nothing"]
                .contains(&word)
                .then(|| Expression::Measure(word.to_owned()))
        };
        let of = |word: &str| {
            Some(match word {
                "a" => 7,
                "b" => 2,
                _ => 0,
            })
        };
        parse(text, &name).map(|e| e.value(&of))
    }

    #[test]
    fn expressions_are_computed_as_at_school() {
        for (text, over, under) in [
            ("a + b * 2", 11, 1),
            ("(a + b) * 2", 18, 1),
            ("a - b - 1", 4, 1),
            ("a / b / 2", 7, 4),
            ("-a + 0.5", -13, 2),
            ("0.20 * a", 7, 5),
        ] {
            assert_eq!(value(text), Ok(Fraction::new(over, under)), "{text}");
        }
        assert_eq!(value("a / nothing"), Ok(None));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        let deep = format!("{}a{}", "(".repeat(40), ")".repeat(40));
        let long = "a+".repeat(400);
        for text in [
            "",
            "a +",
            "a b",
            "(a",
            "a)",
            "c",
            "1.2.3",
            "99999999999999999",
            "a; DROP TABLE orders",
            "'x'",
            "a ** b",
            "sum(a)",
            "🦀",
            &deep,
            &long,
        ] {
            assert!(value(text).is_err(), "{text}");
        }
    }
}
