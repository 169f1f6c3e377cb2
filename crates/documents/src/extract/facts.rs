//! What a file tells of itself: title, author, when and where a picture was taken.

use std::io::Cursor;

use exif::{Exif, In, Tag, Value};
use serde::{Deserialize, Serialize};
use serde_json::Map;

/// A flat object of what is known; what is not there is unknown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(Map<String, serde_json::Value>);

impl Facts {
    /// Sets a fact.
    pub fn set(&mut self, name: &str, value: impl Into<serde_json::Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Sets a fact that a stranger wrote: one line, not too long, nothing at all when it is empty.
    pub fn text(&mut self, name: &str, value: &str) {
        let words: Vec<&str> = value
            .split(|char: char| char.is_whitespace() || char.is_control())
            .collect();
        let line = words.join(" ");
        let line = bounded(line.trim(), 300);
        if !line.is_empty() {
            self.set(name, line);
        }
    }

    /// A fact.
    pub fn get(&self, name: &str) -> Option<&serde_json::Value> {
        self.0.get(name)
    }

    /// Adds the other's facts to these.
    pub fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// As one JSON object.
    pub fn into_object(self) -> Map<String, serde_json::Value> {
        self.0
    }
}

/// A text's beginning, at most so many bytes, cut between characters.
pub(crate) fn bounded(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// What a camera wrote into a picture.
pub(crate) fn of_image(bytes: &[u8]) -> Facts {
    let mut facts = Facts::default();
    let Ok(exif) = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)) else {
        return facts;
    };
    let text = |tag| {
        exif.get_field(tag, In::PRIMARY)
            .and_then(|field| ascii(&field.value))
    };
    if let Some(taken) = text(Tag::DateTimeOriginal).or_else(|| text(Tag::DateTime)) {
        facts.text(
            "taken_at",
            &as_iso(&taken, text(Tag::OffsetTimeOriginal).as_deref()),
        );
    }
    let (maker, model) = (
        text(Tag::Make).unwrap_or_default(),
        text(Tag::Model).unwrap_or_default(),
    );
    // Many models repeat their maker.
    let named = model.to_lowercase().starts_with(&maker.to_lowercase());
    facts.text("camera", &if named { model } else { format!("{maker} {model}") });
    for (name, tag, side, minus) in [
        ("latitude", Tag::GPSLatitude, Tag::GPSLatitudeRef, "S"),
        ("longitude", Tag::GPSLongitude, Tag::GPSLongitudeRef, "W"),
    ] {
        if let Some(degrees) = degrees(&exif, tag) {
            let sign = if text(side).is_some_and(|side| side == minus) {
                -1.0
            } else {
                1.0
            };
            facts.set(name, (sign * degrees * 1e6).round() / 1e6);
        }
    }
    facts
}

fn ascii(value: &Value) -> Option<String> {
    let Value::Ascii(lines) = value else { return None };
    let text = String::from_utf8_lossy(lines.first()?);
    let text = text.trim_matches(|char: char| char.is_whitespace() || char == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// "2024:05:01 12:30:00" as ISO 8601, with its offset where the camera knew it.
fn as_iso(taken: &str, offset: Option<&str>) -> String {
    let Some((date, time)) = taken.split_once(' ') else {
        return taken.to_owned();
    };
    format!("{}T{time}{}", date.replace(':', "-"), offset.unwrap_or_default())
}

fn degrees(exif: &Exif, tag: Tag) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let [degrees, minutes, seconds] = parts.get(..3)? else {
        return None;
    };
    let value = degrees.to_f64() + minutes.to_f64() / 60.0 + seconds.to_f64() / 3600.0;
    (value.is_finite() && value <= 180.0).then_some(value)
}
