//! What a person fills in to connect a source.

use serde::{Deserialize, Deserializer, Serialize, de};

use super::Pattern;

/// A value of the configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name in expressions and in the interface.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// What it is.
    pub kind: FieldKind,
    /// Whether it must be there.
    #[serde(default)]
    pub required: bool,
    /// What the whole value looks like.
    #[serde(default, deserialize_with = "pattern")]
    pub pattern: Option<Pattern>,
    /// Where to find it, in a sentence.
    #[serde(default)]
    pub help: Option<String>,
    /// What it is if nothing is given.
    #[serde(default)]
    pub default: Option<String>,
    /// An example.
    #[serde(default)]
    pub placeholder: Option<String>,
    /// What one can choose from.
    #[serde(default)]
    pub options: Vec<Choice>,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A text.
    Text,
    /// A text that is never shown again.
    Secret,
    /// A day, as `2026-01-31`.
    Date,
    /// One of several.
    Choice,
    /// `true` or `false`.
    Bool,
}

/// One of several values.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is kept.
    pub value: String,
    /// What people see.
    pub label: String,
}

impl Field {
    /// Looks at a value; the error is a sentence for the person who wrote it.
    pub fn check(&self, value: &str) -> Result<(), String> {
        let label = &self.label;
        if value.is_empty() {
            return if self.required { Err(format!("{label} is missing.")) } else { Ok(()) };
        }
        if value.len() > 4096 || value.chars().any(char::is_control) {
            return Err(format!("{label} is too long or has characters that do not belong there."));
        }
        let is_fine = match self.kind {
            FieldKind::Text | FieldKind::Secret => true,
            FieldKind::Date => value.parse::<jiff::civil::Date>().is_ok(),
            FieldKind::Bool => matches!(value, "true" | "false"),
            FieldKind::Choice => self.options.iter().any(|option| option.value == value),
        };
        let fits = self.pattern.as_ref().is_none_or(|pattern| pattern.fits(value));
        if is_fine && fits {
            return Ok(());
        }
        let like = self.placeholder.as_ref().map_or(String::new(), |example| format!(", such as {example}"));
        Err(format!("{label} does not look as expected{like}."))
    }
}

fn pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Pattern>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| Pattern::parse(&text).map_err(de::Error::custom)).transpose()
}
