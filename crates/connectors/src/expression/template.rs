//! Texts with holes: addresses, headers and parameters of requests.

use std::collections::BTreeMap;

use kit::clock::Timestamp;
use serde::{Deserialize, Deserializer, de};

use super::BadExpression;

/// A text such as `https://{config.shop}/orders?after={from.unix}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Plain(String),
    Config(String),
    /// A name and how a time is written.
    Place(String, Option<TimeFormat>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TimeFormat {
    /// `2026-01-31T12:00:00Z`
    Rfc3339,
    /// Seconds since 1970.
    Unix,
    /// `2026-01-31T12:00:00`
    Naive,
    /// The same, one second earlier: for sources whose "after" excludes the moment itself.
    NaiveBefore,
    /// `2026-01-31`
    Date,
}

/// What fills the holes.
#[derive(Clone, Debug, Default)]
pub struct Values<'a> {
    /// The configuration.
    pub config: Option<&'a BTreeMap<String, String>>,
    /// Beginning of the slice.
    pub from: Option<Timestamp>,
    /// End of the slice.
    pub to: Option<Timestamp>,
    /// An id.
    pub id: Option<&'a str>,
    /// A parent's id.
    pub parent: Option<&'a str>,
}

impl Template {
    /// Reads a template; `{{` is a brace.
    pub fn parse(text: &str) -> Result<Self, BadExpression> {
        let bad = |problem: String| BadExpression { text: text.to_owned(), problem };
        let (mut pieces, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let mark = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(mark) {
                plain.push_str(mark);
                rest = after;
                continue;
            }
            let end = rest.find('}').filter(|_| mark == "{").ok_or_else(|| bad("a brace stands alone".to_owned()))?;
            if !plain.is_empty() {
                pieces.push(Piece::Plain(std::mem::take(&mut plain)));
            }
            pieces.push(hole(&rest[..end]).ok_or_else(|| bad(format!("there is no {{{}}}", &rest[..end])))?);
            rest = &rest[end + 1..];
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Plain(plain));
        }
        Ok(Self { pieces })
    }

    /// The text; none if something that belongs in it is not known.
    pub fn fill(&self, values: &Values<'_>) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Plain(plain) => text.push_str(plain),
                Piece::Config(name) => text.push_str(values.config?.get(name).filter(|v| !v.is_empty())?),
                Piece::Place(name, format) => {
                    let time = |at: Option<Timestamp>| written(at?, format.unwrap_or(TimeFormat::Rfc3339));
                    match name.as_str() {
                        "from" => text.push_str(&time(values.from)?),
                        "to" => text.push_str(&time(values.to)?),
                        "id" => text.push_str(values.id?),
                        _ => text.push_str(values.parent?),
                    }
                }
            }
        }
        Some(text)
    }

    /// The names of the configuration in it.
    pub(crate) fn config_names(&self) -> Vec<&str> {
        let name = |piece: &'_ Piece| matches!(piece, Piece::Config(_));
        self.pieces
            .iter()
            .filter(|piece| name(piece))
            .filter_map(|piece| if let Piece::Config(name) = piece { Some(name.as_str()) } else { None })
            .collect()
    }
}

fn hole(inside: &str) -> Option<Piece> {
    if let Some(name) = inside.strip_prefix("config.") {
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        return is_name.then(|| Piece::Config(name.to_owned()));
    }
    let (name, format) = inside.split_once('.').map_or((inside, None), |(name, format)| (name, Some(format)));
    let format = match format {
        None => None,
        Some("rfc3339") => Some(TimeFormat::Rfc3339),
        Some("unix") => Some(TimeFormat::Unix),
        Some("naive") => Some(TimeFormat::Naive),
        Some("naive_before") => Some(TimeFormat::NaiveBefore),
        Some("date") => Some(TimeFormat::Date),
        Some(_) => return None,
    };
    match name {
        "from" | "to" => Some(Piece::Place(name.to_owned(), format)),
        "id" | "parent" if format.is_none() => Some(Piece::Place(name.to_owned(), None)),
        _ => None,
    }
}

/// A time in whole seconds: what sources compare with are whole seconds, too.
fn written(at: Timestamp, format: TimeFormat) -> Option<String> {
    let seconds = at.seconds() - i64::from(format == TimeFormat::NaiveBefore);
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    Some(match format {
        TimeFormat::Rfc3339 => time.to_string(),
        TimeFormat::Unix => seconds.to_string(),
        TimeFormat::Naive | TimeFormat::NaiveBefore => time.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        TimeFormat::Date => time.strftime("%Y-%m-%d").to_string(),
    })
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_or_left_out() {
        let config = BTreeMap::from([("shop".to_owned(), "a.example".to_owned()), ("empty".to_owned(), String::new())]);
        let values = Values {
            config: Some(&config),
            from: Timestamp::parse("2026-01-31T12:00:00.5Z"),
            id: Some("7"),
            ..Values::default()
        };
        for (text, expected) in [
            ("https://{config.shop}/o/{id}", Some("https://a.example/o/7")),
            ("{from}", Some("2026-01-31T12:00:00Z")),
            ("{from.unix}", Some("1769860800")),
            ("{from.naive_before}", Some("2026-01-31T11:59:59")),
            ("{from.date}", Some("2026-01-31")),
            ("{to}", None),
            ("{config.other}", None),
            ("{config.empty}", None),
            ("{{ {id} }}", Some("{ 7 }")),
        ] {
            assert_eq!(Template::parse(text).unwrap().fill(&values).as_deref(), expected, "{text}");
        }
        for text in ["{", "}", "{config.}", "{config.A}", "{now}", "{from.iso}", "{id.unix}", "{a b}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
