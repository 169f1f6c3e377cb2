//! The declarations: facts, dimensions, measures and metrics, from the YAML files in `metrics/`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use questions::catalogue::{Language, Unit};
use serde::Deserialize;

use super::expression::Expression;

/// A text in each language.
pub(crate) type Texts = BTreeMap<Language, String>;
/// Words in each language.
pub(crate) type Words = BTreeMap<Language, Vec<String>>;

/// A table that numbers are summed from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fact {
    pub table: String,
    pub alias: String,
    pub time: String,
    pub currency: String,
    /// What counts under the settings.
    pub counted: String,
    /// What is real, counted or not.
    pub listed: String,
    /// A column that says which of two sides a row is on; only one of them counts at a time.
    pub one_side: Option<String>,
    /// Tables that it has at most one row of, by alias.
    #[serde(default)]
    pub to_one: BTreeMap<String, Join>,
    /// Tables that it may have many rows of, by alias.
    #[serde(default)]
    pub to_many: BTreeMap<String, Join>,
}

/// How another table is reached.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Join {
    pub fact: String,
    /// The other table's column.
    pub theirs: String,
    /// Ours.
    pub ours: String,
    /// What else the other row must be.
    #[serde(rename = "where")]
    pub only: Option<String>,
}

/// What numbers are grouped and filtered by.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dimension {
    pub at: BTreeMap<String, String>,
    /// Whether it shows what does not count, too.
    #[serde(default)]
    pub lifts: bool,
    /// Whether its values are ids with sealed names.
    #[serde(default)]
    pub is_id: bool,
    pub label: Texts,
    pub words: Words,
}

/// A number that is summed from one fact.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Measure {
    #[serde(default)]
    pub money: bool,
    #[serde(default)]
    pub base: Base,
    pub at: Vec<Place>,
}

/// Which rows a measure begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Base {
    #[default]
    Counted,
    Listed,
}

/// A fact that a measure can be summed from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub fact: String,
    pub sum: Option<String>,
    /// How many rows there are; what neither sums nor tells values apart.
    #[serde(default)]
    #[allow(dead_code)] // said in the files for whoever reads them, and checked by a test
    pub count: bool,
    pub distinct: Option<String>,
    #[serde(rename = "where")]
    pub only: Option<String>,
    #[serde(default)]
    pub by_exists: bool,
}

/// A metric as it is declared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    terms: Option<Vec<String>>,
    num: Option<Vec<String>>,
    den: Option<Vec<String>>,
    unit: Unit,
    good: Good,
    needs: Vec<String>,
    #[serde(default)]
    not_by: Vec<String>,
    label: Texts,
    words: Words,
    definition: Texts,
}

/// Which way is good news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Good {
    /// More is better.
    Up,
    /// Less is better.
    Down,
}

/// A metric, ready to be computed.
#[derive(Clone, Debug)]
pub(crate) struct Metric {
    pub id: String,
    pub formula: Expression,
    pub unit: Unit,
    pub good: Good,
    pub needs: Vec<String>,
    /// Dimensions by which it makes no sense.
    pub not_by: Vec<String>,
    pub label: Texts,
    pub words: Words,
    pub definition: Texts,
    pub own: bool,
}

/// Everything that is declared, in the order of the files.
#[derive(Debug)]
pub(crate) struct Model {
    pub facts: BTreeMap<String, Fact>,
    pub dimensions: Vec<(String, Dimension)>,
    pub measures: BTreeMap<String, Measure>,
    pub metrics: Vec<Metric>,
    pub phrases: BTreeMap<String, Texts>,
}

const FACTS: &str = include_str!("../../metrics/facts.yaml");
const DIMENSIONS: &str = include_str!("../../metrics/dimensions.yaml");
const MEASURES: &str = include_str!("../../metrics/measures.yaml");
const METRICS: &str = include_str!("../../metrics/metrics.yaml");
const PHRASES: &str = include_str!("../../metrics/phrases.yaml");

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    // The files are part of the program, and a test reads them: what is wrong with them never leaves the house.
    Model::read().unwrap_or_else(|error| {
        tracing::error!(
            error,
            "the declarations of metrics are not understood; there are none"
        );
        Model {
            facts: BTreeMap::new(),
            dimensions: Vec::new(),
            measures: BTreeMap::new(),
            metrics: Vec::new(),
            phrases: BTreeMap::new(),
        }
    })
});

/// The declarations of this program.
pub(crate) fn model() -> &'static Model {
    &MODEL
}

impl Model {
    fn read() -> Result<Self, String> {
        fn yaml<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, String> {
            serde_saphyr::from_str(text).map_err(|error| format!("{name}: {error}"))
        }
        let declared: BTreeMap<String, Declared> = yaml("metrics", METRICS)?;
        let mut dimensions: Vec<(String, Dimension)> =
            yaml::<BTreeMap<String, Dimension>>("dimensions", DIMENSIONS)?
                .into_iter()
                .collect();
        dimensions.sort_by_key(|(id, _)| place_of(DIMENSIONS, id));
        let mut metrics = declared
            .into_iter()
            .map(|(id, declared)| declared.metric(id))
            .collect::<Result<Vec<_>, _>>()?;
        metrics.sort_by_key(|metric| place_of(METRICS, &metric.id));
        Ok(Self {
            facts: yaml("facts", FACTS)?,
            dimensions,
            measures: yaml("measures", MEASURES)?,
            metrics,
            phrases: yaml("phrases", PHRASES)?,
        })
    }

    /// A metric that comes with the program.
    pub fn metric(&self, id: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.id == id)
    }

    /// A dimension.
    pub fn dimension(&self, id: &str) -> Option<&Dimension> {
        self.dimensions
            .iter()
            .find(|(name, _)| name == id)
            .map(|(_, dimension)| dimension)
    }

    /// The column that a dimension is at a fact, if the fact has it or is joined to it.
    pub fn column<'a>(&self, dimension: &'a Dimension, fact_id: &str, fact: &Fact) -> Option<&'a str> {
        if let Some(own) = dimension.at.get(fact_id) {
            return Some(own);
        }
        let any = dimension.at.get("any")?;
        let alias = any.split('.').next()?;
        (alias == fact.alias || fact.to_one.contains_key(alias)).then_some(any)
    }
}

/// Where a name stands in a file, so that lists are shown in the order in which they were written.
fn place_of(file: &str, id: &str) -> usize {
    let line = format!("\n{id}:");
    if file.starts_with(&line[1..]) {
        0
    } else {
        file.find(&line).unwrap_or(usize::MAX)
    }
}

impl Declared {
    fn metric(self, id: String) -> Result<Metric, String> {
        let sum = |terms: Vec<String>| {
            terms
                .iter()
                .map(|term| match term.split_at_checked(1) {
                    Some(("+", name)) => Ok((false, Expression::Measure(name.to_owned()))),
                    Some(("-", name)) => Ok((true, Expression::Measure(name.to_owned()))),
                    _ => Err(format!("{id}: a term begins with + or -, and {term} does not")),
                })
                .collect::<Result<Vec<_>, _>>()
                .map(Expression::Sum)
        };
        let formula = match (self.terms, self.num, self.den) {
            (Some(terms), None, None) => sum(terms)?,
            (None, Some(num), Some(den)) => Expression::Quotient(Box::new(sum(num)?), Box::new(sum(den)?)),
            _ => return Err(format!("{id}: either terms, or num and den")),
        };
        Ok(Metric {
            id,
            formula,
            unit: self.unit,
            good: self.good,
            needs: self.needs,
            not_by: self.not_by,
            label: self.label,
            words: self.words,
            definition: self.definition,
            own: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Language; 5] = [
        Language::En,
        Language::Pt,
        Language::Es,
        Language::De,
        Language::Fr,
    ];

    #[test]
    fn the_declarations_are_understood_and_complete() {
        let model = Model::read().unwrap();
        assert_eq!(model.metrics.len(), 19);
        assert_eq!(model.metrics[0].id, "revenue");
        for metric in &model.metrics {
            for language in ALL {
                assert!(metric.label.contains_key(&language), "{}", metric.id);
                assert!(metric.definition[&language].len() > 20, "{}", metric.id);
                let words = &metric.words[&language];
                assert!(
                    !words.is_empty() && words.iter().all(|w| *w == w.to_lowercase()),
                    "{}",
                    metric.id
                );
            }
            for name in metric.formula.measures() {
                assert!(model.measures.contains_key(&name), "{}: {name}", metric.id);
            }
            for name in &metric.not_by {
                assert!(model.dimension(name).is_some(), "{}: {name}", metric.id);
            }
            let is_money = |name: &str| model.measures[name].money;
            let power = metric.formula.power(&is_money).unwrap();
            assert_eq!(power, i32::from(metric.unit == Unit::Money), "{}", metric.id);
        }
        for (id, dimension) in &model.dimensions {
            for language in ALL {
                assert!(dimension.label.contains_key(&language), "{id}");
                assert!(!dimension.words[&language].is_empty(), "{id}");
            }
        }
        for texts in model.phrases.values() {
            assert_eq!(texts.len(), ALL.len());
        }
    }

    /// Every path of a join ends at a whole key, and every column belongs to a table that is there.
    #[test]
    fn every_join_is_to_one_and_every_column_is_reached() {
        let model = Model::read().unwrap();
        for (id, fact) in &model.facts {
            for (alias, join) in &fact.to_one {
                assert_eq!(model.facts[&join.fact].alias, *alias, "{id}");
                // Only orders have a key of one column beside the workspace.
                assert_eq!(
                    (join.fact.as_str(), join.theirs.as_str()),
                    ("orders", "id"),
                    "{id}"
                );
            }
            for (alias, join) in &fact.to_many {
                assert_eq!(model.facts[&join.fact].alias, *alias, "{id}");
            }
            for column in [&fact.time, &fact.currency, &fact.counted] {
                assert!(column.starts_with(&format!("{}.", fact.alias)), "{id}: {column}");
            }
        }
        let reached = |fact: &Fact, text: &str| {
            text.match_indices('.').all(|(at, _)| {
                let alias = &text[at - 1..at];
                alias == fact.alias || fact.to_one.contains_key(alias)
            })
        };
        for (name, measure) in &model.measures {
            assert!(!measure.at.is_empty(), "{name}");
            for place in &measure.at {
                let fact = &model.facts[&place.fact];
                let kinds = [place.sum.is_some(), place.count, place.distinct.is_some()];
                assert_eq!(kinds.iter().filter(|k| **k).count(), 1, "{name}");
                for text in [&place.sum, &place.distinct, &place.only].into_iter().flatten() {
                    assert!(reached(fact, text), "{name}: {text}");
                }
                assert!(!measure.money || place.sum.is_some(), "{name}");
            }
        }
        for (id, dimension) in &model.dimensions {
            for (fact, column) in &dimension.at {
                if fact != "any" {
                    assert!(reached(&model.facts[fact], column), "{id}: {column}");
                }
            }
        }
    }
}
