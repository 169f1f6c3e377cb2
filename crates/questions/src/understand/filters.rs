//! Names to filters: each in one dimension, reachable by the metric, or one question back.

use super::answer::Choice;
use super::compose::{Stop, Work};
use crate::catalogue::MetricName;
use crate::frame::Filter;
use crate::reading::NamedFilter;

impl Work<'_> {
    /// The filters of a question.
    pub fn filters(&self, metric: &MetricName) -> Result<Vec<Filter>, Stop> {
        let mut filters: Vec<Filter> = Vec::new();
        for name in &self.reading.names {
            let (dimension, values) = self.one_dimension(name, metric)?;
            let same = filters
                .iter_mut()
                .find(|filter| filter.dimension == dimension && filter.not == name.not);
            match same {
                Some(filter) => {
                    for value in values {
                        if !filter.values.contains(&value) {
                            filter.values.push(value);
                        }
                    }
                }
                None => filters.push(Filter {
                    dimension,
                    values,
                    not: name.not,
                }),
            }
        }
        Ok(filters)
    }

    /// The dimension that a name is meant in, and its values there.
    fn one_dimension(&self, name: &NamedFilter, metric: &MetricName) -> Result<(String, Vec<String>), Stop> {
        let reachable: Vec<_> = name
            .matches
            .iter()
            .filter(|found| metric.dimensions.contains(&found.dimension))
            .collect();
        if reachable.is_empty() {
            let dimension = name.matches.first().map_or("", |found| found.dimension.as_str());
            return Err(self.decline_dimension(metric, dimension));
        }
        let mut dimensions: Vec<&str> = reachable.iter().map(|found| found.dimension.as_str()).collect();
        dimensions.sort_unstable();
        dimensions.dedup();
        // A group that was asked for tells which is meant: "by city in Luxembourg" is the country, though.
        let whole = reachable.iter().all(|found| found.score > 0.7);
        if let [dimension] = dimensions[..] {
            let values: Vec<String> = reachable.iter().map(|found| found.value.clone()).collect();
            if whole || values.len() == 1 {
                return Ok((dimension.to_owned(), values));
            }
        }
        let options = reachable
            .iter()
            .take(4)
            .map(|found| self.choice_of_name(name.at, name.end, &found.dimension, &found.value));
        let written = self.reading.text.written(name.at, name.end);
        Err(self.ask("ask_name", &[("said", written)], options.collect()))
    }

    /// The question with a name said in full.
    pub fn choice_of_name(&self, at: usize, end: usize, dimension: &str, value: &str) -> Choice {
        let label = self.dimension_label(dimension);
        let full = format!("{label} \"{value}\"");
        Choice {
            label: format!("{label}: {value}"),
            question: self.replaced(at, end, &full),
        }
    }
}
