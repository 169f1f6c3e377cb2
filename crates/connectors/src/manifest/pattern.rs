//! Patterns of configuration values: a small part of regular expressions, the same that browsers understand in `pattern`.
//!
//! Texts, `.`, `\d`, `\w`, escaped marks, `[a-z0-9-]`, `[^/]`, `(a|b)`, and `* + ? {2} {2,5}` behind them. A pattern always
//! describes the whole value, with or without `^` and `$`.

/// A pattern, read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    source: String,
    choices: Vec<Vec<Piece>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    what: What,
    least: usize,
    most: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Any,
    Char(char),
    OneOf { is_not: bool, ranges: Vec<(char, char)> },
    Group(Vec<Vec<Piece>>),
}

/// Values longer than this match nothing.
const LONGEST: usize = 4096;
/// Patterns that need more steps than this for a value do not match it.
const MOST_STEPS: usize = 200_000;

impl Pattern {
    /// Reads a pattern.
    pub fn parse(source: &str) -> Result<Self, String> {
        let inner = source.strip_prefix('^').unwrap_or(source);
        let inner = if inner.ends_with("\\$") { inner } else { inner.strip_suffix('$').unwrap_or(inner) };
        let chars: Vec<char> = inner.chars().collect();
        let mut reader = Reader { chars: &chars, at: 0 };
        let choices = reader.choices(0)?;
        if reader.at != chars.len() {
            return Err(format!("`{source}` has a bracket too many"));
        }
        Ok(Self { source: source.to_owned(), choices })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether the whole value is described.
    pub fn fits(&self, value: &str) -> bool {
        let chars: Vec<char> = value.chars().take(LONGEST + 1).collect();
        let mut steps = 0;
        chars.len() <= LONGEST && any_choice(&self.choices, &chars, 0, &mut steps, &mut |end| end == chars.len())
    }
}

struct Reader<'a> {
    chars: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.chars.get(self.at).copied();
        self.at += usize::from(next.is_some());
        next
    }

    fn choices(&mut self, depth: usize) -> Result<Vec<Vec<Piece>>, String> {
        if depth > 4 {
            return Err("a pattern is nested too deeply".to_owned());
        }
        let mut choices = vec![Vec::new()];
        while let Some(&char) = self.chars.get(self.at) {
            if char == ')' {
                break;
            }
            self.at += 1;
            if char == '|' {
                choices.push(Vec::new());
                continue;
            }
            let what = self.what(char, depth)?;
            let (least, most) = self.count()?;
            if let Some(last) = choices.last_mut() {
                last.push(Piece { what, least, most });
            }
        }
        Ok(choices)
    }

    fn what(&mut self, char: char, depth: usize) -> Result<What, String> {
        Ok(match char {
            '.' => What::Any,
            '\\' => escaped(self.next().ok_or("a pattern ends in a backslash")?),
            '[' => self.class()?,
            '(' => {
                if self.chars[self.at..].starts_with(&['?', ':']) {
                    self.at += 2;
                }
                let inner = self.choices(depth + 1)?;
                if self.next() != Some(')') {
                    return Err("a bracket has no end".to_owned());
                }
                What::Group(inner)
            }
            '*' | '+' | '?' | '{' | '}' | '^' | '$' => return Err(format!("`{char}` stands alone")),
            plain => What::Char(plain),
        })
    }

    fn class(&mut self) -> Result<What, String> {
        let is_not = self.chars.get(self.at) == Some(&'^');
        self.at += usize::from(is_not);
        let mut ranges = Vec::new();
        loop {
            let char = self.next().ok_or("a class has no end")?;
            if char == ']' {
                break;
            }
            if char == '\\' {
                match escaped(self.next().ok_or("a pattern ends in a backslash")?) {
                    What::OneOf { ranges: more, .. } => ranges.extend(more),
                    What::Char(char) => ranges.push((char, char)),
                    _ => {}
                }
                continue;
            }
            let is_range = self.chars.get(self.at) == Some(&'-') && self.chars.get(self.at + 1).is_some_and(|c| *c != ']');
            if is_range {
                let end = self.chars[self.at + 1];
                self.at += 2;
                ranges.push((char, end));
            } else {
                ranges.push((char, char));
            }
        }
        if ranges.is_empty() { Err("a class is empty".to_owned()) } else { Ok(What::OneOf { is_not, ranges }) }
    }

    fn count(&mut self) -> Result<(usize, usize), String> {
        let (least, most) = match self.chars.get(self.at) {
            Some('*') => (0, LONGEST),
            Some('+') => (1, LONGEST),
            Some('?') => (0, 1),
            Some('{') => {
                let end = self.chars[self.at..].iter().position(|c| *c == '}').ok_or("a count has no end")?;
                let inside: String = self.chars[self.at + 1..self.at + end].iter().collect();
                self.at += end;
                let (least, most) = inside.split_once(',').unwrap_or((&inside, &inside));
                let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is no count"));
                (number(least)?, if most.is_empty() { LONGEST } else { number(most)? })
            }
            _ => return Ok((1, 1)),
        };
        self.at += 1;
        if least > most || most > LONGEST { Err("a count is impossible".to_owned()) } else { Ok((least, most)) }
    }
}

fn escaped(char: char) -> What {
    let ranges = match char {
        'd' => vec![('0', '9')],
        'w' => vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
        other => return What::Char(other),
    };
    What::OneOf { is_not: false, ranges }
}

type Then<'a> = &'a mut dyn FnMut(usize) -> bool;

fn any_choice(choices: &[Vec<Piece>], text: &[char], at: usize, steps: &mut usize, then: Then<'_>) -> bool {
    choices.iter().any(|pieces| all_pieces(pieces, text, at, steps, then))
}

fn all_pieces(pieces: &[Piece], text: &[char], at: usize, steps: &mut usize, then: Then<'_>) -> bool {
    match pieces.split_first() {
        None => then(at),
        Some((piece, rest)) => repeated(piece, rest, 0, text, at, steps, then),
    }
}

/// The longest run first, as everywhere.
fn repeated(piece: &Piece, rest: &[Piece], done: usize, text: &[char], at: usize, steps: &mut usize, then: Then<'_>) -> bool {
    *steps += 1;
    if *steps > MOST_STEPS {
        return false;
    }
    if done < piece.most {
        let one_more = match &piece.what {
            What::Group(choices) => {
                let mut ends = Vec::new();
                any_choice(choices, text, at, steps, &mut |end| {
                    ends.push(end);
                    false
                });
                ends
            }
            simple => text.get(at).filter(|c| fits_one(simple, **c)).map(|_| at + 1).into_iter().collect(),
        };
        for end in one_more {
            // A group that takes nothing would go round for ever.
            if end > at && repeated(piece, rest, done + 1, text, end, steps, then) {
                return true;
            }
        }
    }
    done >= piece.least && all_pieces(rest, text, at, steps, then)
}

fn fits_one(what: &What, char: char) -> bool {
    match what {
        What::Any => char != '\n',
        What::Char(one) => *one == char,
        What::OneOf { is_not, ranges } => ranges.iter().any(|(a, b)| (*a..=*b).contains(&char)) != *is_not,
        What::Group(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_describe_whole_values() {
        for (pattern, good, bad) in [
            (r"^[a-z0-9][a-z0-9-]*\.myshopify\.com$", "my-shop.myshopify.com", "my-shop.myshopify.com.evil.example"),
            (r"^[a-z0-9][a-z0-9-]*\.myshopify\.com$", "a.myshopify.com", "a.myshopifyxcom"),
            (r"^(sk|rk)_(test|live)_[A-Za-z0-9]{8,}$", "rk_live_abcdEFGH12", "pk_live_abcdEFGH12"),
            (r"https://[^/?#@ ]+(/[^?#@ ]*)?", "https://a.example/shop", "https://u:p@a.example"),
            (r"\d{4}-\d{2}", "2026-01", "2026-1"),
            (r"(ab?)+c", "abaabc", "abab"),
            ("", "", "x"),
        ] {
            let read = Pattern::parse(pattern).unwrap();
            assert!(read.fits(good), "{pattern} {good}");
            assert!(!read.fits(bad), "{pattern} {bad}");
        }
        for pattern in ["[", "(", ")", "a)", "*", "a{", "a{x}", "[]", "\\", "a{3,2}"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_would_run_for_ever_gives_up() {
        let slow = Pattern::parse("(a*)*b").unwrap();
        assert!(!slow.fits(&"a".repeat(4000)));
    }
}
