//! What can be asked for: metrics and dimensions with their names in every language. The floor above fills it from its
//! declarations; this crate knows none by name.

use std::collections::BTreeMap;

/// The languages that questions are understood in.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Portuguese.
    Pt,
    /// Spanish.
    Es,
    /// German.
    De,
    /// French.
    Fr,
}

/// What a metric's number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Minor units of a currency.
    Money,
    /// How many.
    Count,
    /// A share of one, shown in percent.
    Percent,
}

/// A metric as questions see it.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricName {
    /// Its name, such as `revenue`.
    pub id: String,
    /// What its number is.
    pub unit: Unit,
    /// How it is shown: one for each language, English at least.
    pub labels: BTreeMap<Language, String>,
    /// All words that mean it, labels included, in small letters.
    pub words: BTreeMap<Language, Vec<String>>,
    /// What it is, in a sentence.
    pub definitions: BTreeMap<Language, String>,
    /// The dimensions that it can be grouped and filtered by.
    pub dimensions: Vec<String>,
    /// Whether the data that it needs is connected.
    pub connected: bool,
}

/// A dimension as questions see it.
#[derive(Clone, Debug, PartialEq)]
pub struct DimensionName {
    /// Its name, such as `product`.
    pub id: String,
    /// How it is shown.
    pub labels: BTreeMap<Language, String>,
    /// All words that mean it in a grouping, singular and plural (`product`, `products`, `item`).
    pub words: BTreeMap<Language, Vec<String>>,
}

/// Everything that can be asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    /// The metrics.
    pub metrics: Vec<MetricName>,
    /// The dimensions.
    pub dimensions: Vec<DimensionName>,
}

impl Catalogue {
    /// A metric by its name.
    pub fn metric(&self, id: &str) -> Option<&MetricName> {
        self.metrics.iter().find(|metric| metric.id == id)
    }

    /// A dimension by its name.
    pub fn dimension(&self, id: &str) -> Option<&DimensionName> {
        self.dimensions.iter().find(|dimension| dimension.id == id)
    }
}
