//! The gift shop that the labelled questions are asked in: a Wednesday in November 2011, in London.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use questions::calendar::Calendar;
use questions::catalogue::{Catalogue, DimensionName, Language, MetricName, Unit};
use questions::frame::Frame;
use questions::names::ValueIndex;
use questions::understand::Context;
use serde::Deserialize;

#[derive(Deserialize)]
struct Source {
    metrics: Vec<Metric>,
    dimensions: Vec<Dimension>,
    values: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Metric {
    id: String,
    unit: Unit,
    connected: bool,
    dimensions: Vec<String>,
    words: BTreeMap<Language, Vec<String>>,
}

#[derive(Deserialize)]
struct Dimension {
    id: String,
    words: BTreeMap<Language, Vec<String>>,
}

pub struct Shop {
    pub catalogue: Catalogue,
    pub names: ValueIndex,
    pub calendar: Calendar,
    pub now: Timestamp,
}

impl Shop {
    pub fn open() -> Self {
        let source: Source = serde_saphyr::from_str(include_str!("catalogue.yaml")).unwrap();
        let first = |words: &BTreeMap<Language, Vec<String>>| {
            words
                .iter()
                .map(|(language, words)| (*language, words[0].clone()))
                .collect::<BTreeMap<_, _>>()
        };
        let metrics = source.metrics.into_iter().map(|metric| MetricName {
            labels: first(&metric.words),
            definitions: BTreeMap::from([(Language::En, format!("What {} is.", metric.id))]),
            id: metric.id,
            unit: metric.unit,
            words: metric.words,
            dimensions: metric.dimensions,
            connected: metric.connected,
        });
        let dimensions = source.dimensions.into_iter().map(|dimension| DimensionName {
            labels: first(&dimension.words),
            id: dimension.id,
            words: dimension.words,
        });
        let values = source.values.into_iter();
        let values = values
            .flat_map(|(dimension, values)| values.into_iter().map(move |value| (dimension.clone(), value)));
        Self {
            catalogue: Catalogue {
                metrics: metrics.collect(),
                dimensions: dimensions.collect(),
            },
            names: ValueIndex::new(values),
            calendar: Calendar {
                zone: TimeZone::get("Europe/London").unwrap(),
                week_start: Weekday::Monday,
                fiscal_month: 4,
            },
            now: "2011-11-16T10:00:00Z".parse().unwrap(),
        }
    }

    pub fn context<'a>(&'a self, last: Option<&'a Frame>, language: Option<Language>) -> Context<'a> {
        Context {
            now: self.now,
            calendar: &self.calendar,
            catalogue: &self.catalogue,
            names: &self.names,
            last,
            has_data: true,
            language,
        }
    }
}
