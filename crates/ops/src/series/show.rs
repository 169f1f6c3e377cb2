//! `GET /admin/series`: points for a chart, in the step that fits.

use std::collections::{BTreeMap, HashMap};

use identity::{Caller, Permission};
use kit::api::ApiError;
use kit::clock::Timestamp;
use kit::measure::{Kind, Label, Name, Sums, Unit};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::{DAY, HOUR, MINUTE, Split, Wanted, read};
use crate::Ops;

/// Points of one chart.
const MOST: i64 = 1_500;
/// Steps that are offered.
const STEPS: [i64; 6] = [MINUTE, 5 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY];
/// Values that a chart is split into; the rest is one.
const MOST_SPLITS: usize = 12;

/// Which figures.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // it describes; a label may come several times, which serde does not take
pub struct SeriesQuery {
    /// Such as `http.requests` or `model.cost`.
    pub name: String,
    /// Not before; a day ago unless told.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Before; now unless told.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// Seconds of a point. A coarser one is chosen where there would be more than 1,500 points.
    pub step: Option<i64>,
    /// Splits by `provider`, `model`, `workspace`, `route`, `status`, `kind`, `cache`, `method` or `pool`.
    pub by: Option<String>,
    /// Only what has this label, such as `provider:openai`. May come several times.
    #[param(value_type = Option<String>)]
    pub label: Vec<String>,
}

impl SeriesQuery {
    /// From the pairs of a query.
    pub fn of(pairs: Vec<(String, String)>) -> Result<Self, ApiError> {
        let mut query = Self::default();
        let time = |field: &str, text: &str| {
            Timestamp::parse(text)
                .map(Some)
                .ok_or_else(|| ApiError::invalid(field, "Expected a time such as 2026-01-31T12:00:00Z."))
        };
        for (field, value) in pairs {
            match field.as_str() {
                "name" => query.name = value,
                "from" => query.from = time("from", &value)?,
                "to" => query.to = time("to", &value)?,
                "step" => {
                    let step = value.parse().ok().filter(|step| *step > 0);
                    query.step =
                        Some(step.ok_or_else(|| ApiError::invalid("step", "Expected a number of seconds."))?);
                }
                "by" => query.by = Some(value),
                "label" => query.label.push(value),
                other => return Err(ApiError::invalid(other, "There is no such field.")),
            }
        }
        Ok(query)
    }
}

/// One line of a chart.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeriesOut {
    pub name: &'static str,
    /// `ms`, `count`, `tokens`, `usd_micros` or `bytes`.
    pub unit: &'static str,
    /// Seconds of a point.
    pub step: i64,
    pub points: Vec<PointOut>,
    /// What it is the line of, where it was split.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<&'static str, String>,
}

/// One point.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SeriesPoint)]
pub struct PointOut {
    pub at: Timestamp,
    /// How many.
    pub count: u64,
    /// All together.
    pub sum: f64,
    #[schema(required)]
    pub min: Option<f64>,
    #[schema(required)]
    pub max: Option<f64>,
    #[schema(required)]
    pub p50: Option<f64>,
    #[schema(required)]
    pub p95: Option<f64>,
    #[schema(required)]
    pub p99: Option<f64>,
    /// What a chart shows: the sum of what is counted, the mean of what is a level or spread.
    #[schema(required)]
    pub value: Option<f64>,
}

/// The smallest step that is not finer than wished, gives no more points than fit, and is still kept.
fn step_for(span: i64, wished: Option<i64>, are_minutes_kept: bool) -> i64 {
    let least = wished.unwrap_or(MINUTE);
    STEPS
        .into_iter()
        .filter(|step| are_minutes_kept || *step >= HOUR)
        .find(|step| *step >= least && span / step <= MOST)
        .unwrap_or(7 * DAY)
}

fn label_named(name: &str) -> Option<Label> {
    use Label as L;
    [
        L::Workspace,
        L::Route,
        L::Method,
        L::Status,
        L::Provider,
        L::Model,
        L::Kind,
        L::Cache,
        L::Pool,
        L::Token,
    ]
    .into_iter()
    .find(|label| label.name() == name)
}

/// Reads the labels that are wished.
fn filters(name: Name, texts: &[String]) -> Result<Vec<(Label, String)>, ApiError> {
    let mut only = Vec::new();
    for part in texts {
        let (label, value) = part
            .split_once(':')
            .ok_or_else(|| ApiError::invalid("label", "Labels are written as provider:openai."))?;
        only.push((known(name, label, "label")?, value.to_owned()));
    }
    Ok(only)
}

fn known(name: Name, label: &str, field: &str) -> Result<Label, ApiError> {
    label_named(label)
        .filter(|label| name.place_of(*label).is_some())
        .ok_or_else(|| ApiError::invalid(field, format!("{} has no label of this name.", name.name())))
}

/// What a caller may see of a name: all of it, or the part of their workspace.
fn scoped(caller: &Caller, name: Name, only: &mut Vec<(Label, String)>) -> Result<Name, ApiError> {
    caller.require(Permission::ReadMonitor)?;
    if caller.may(Permission::AdministerInstance) {
        return Ok(name);
    }
    // Requests are kept by route for all, and by workspace apart.
    let name = match name {
        Name::HttpRequests => Name::HttpWorkspaces,
        other => other,
    };
    if name.place_of(Label::Workspace).is_none() {
        return Err(ApiError::forbidden(
            "These figures are about the installation, and for its administrators.",
        ));
    }
    only.retain(|(label, _)| *label != Label::Workspace);
    only.push((Label::Workspace, caller.workspace.to_string()));
    Ok(name)
}

/// The lines of a chart.
pub async fn series(ops: &Ops, caller: &Caller, query: &SeriesQuery) -> Result<Vec<SeriesOut>, ApiError> {
    let asked = Name::find(&query.name)
        .ok_or_else(|| ApiError::invalid("name", "Nothing of this name is measured."))?;
    let mut only = Vec::new();
    let name = scoped(caller, asked, &mut only)?;
    for filter in filters(name, &query.label)? {
        if !only.iter().any(|(label, _)| *label == filter.0) {
            only.push(filter);
        }
    }
    let by = query.by.as_deref().map(|by| known(name, by, "by")).transpose()?;
    let now = ops.now();
    let to = query.to.unwrap_or(now).min(now).seconds();
    let from = query.from.map_or(to - DAY, Timestamp::seconds);
    if from >= to || to - from > 20 * 366 * DAY {
        return Err(ApiError::invalid("from", "The time must begin before it ends."));
    }
    let kept = now.minus(ops.config().minutes).seconds();
    let step = step_for(to - from, query.step, from >= kept);
    let wanted = Wanted {
        name,
        from: from.div_euclid(step) * step,
        to,
        step,
        only,
        by,
    };
    let split = read(ops, &wanted).await.map_err(ApiError::from)?;
    Ok(lines(asked, &wanted, split))
}

fn lines(asked: Name, wanted: &Wanted, split: Split) -> Vec<SeriesOut> {
    let mut all: Vec<(String, HashMap<i64, Sums>)> = split.into_iter().collect();
    if all.is_empty() && wanted.by.is_none() {
        all.push((String::new(), HashMap::new()));
    }
    let weight = |slots: &HashMap<i64, Sums>| slots.values().map(|sums| sums.sum).sum::<u64>();
    all.sort_by_key(|(_, slots)| std::cmp::Reverse(weight(slots)));
    if all.len() > MOST_SPLITS {
        let mut rest: HashMap<i64, Sums> = HashMap::new();
        for (_, slots) in all.drain(MOST_SPLITS..) {
            for (slot, sums) in slots {
                rest.entry(slot).or_default().beside(&sums, wanted.name.kind());
            }
        }
        all.push(("other".to_owned(), rest));
    }
    all.into_iter()
        .map(|(key, slots)| SeriesOut {
            name: asked.name(),
            unit: unit(wanted.name),
            step: wanted.step,
            points: points(wanted, &slots),
            labels: wanted.by.map(|by| (by.name(), key)).into_iter().collect(),
        })
        .collect()
}

/// What the numbers of a name are told in.
pub fn unit(name: Name) -> &'static str {
    match name.unit() {
        Unit::Microseconds => "ms",
        other => other.name(),
    }
}

/// A number as it is told.
pub fn told(name: Name, value: f64) -> f64 {
    match name.unit() {
        Unit::Microseconds => value / 1000.0,
        _ => value,
    }
}

fn points(wanted: &Wanted, slots: &HashMap<i64, Sums>) -> Vec<PointOut> {
    let nothing = Sums::default();
    let count = (wanted.to - wanted.from + wanted.step - 1).div_euclid(wanted.step);
    (0..count)
        .map(|slot| {
            let sums = slots.get(&slot).unwrap_or(&nothing);
            let at = Timestamp((wanted.from + slot * wanted.step) * 1_000_000);
            point(wanted.name, at, sums)
        })
        .collect()
}

fn point(name: Name, at: Timestamp, sums: &Sums) -> PointOut {
    let is_any = sums.count > 0;
    let some = |value: f64| is_any.then(|| told(name, value));
    let percentile = |part: f64| sums.percentile(part).map(|value| told(name, value));
    PointOut {
        at,
        count: sums.count,
        sum: told(name, sums.sum as f64),
        min: some(sums.min as f64),
        max: some(sums.max as f64),
        p50: percentile(0.5),
        p95: percentile(0.95),
        p99: percentile(0.99),
        value: match name.kind() {
            Kind::Count => Some(told(name, sums.sum as f64)),
            Kind::Level | Kind::Distribution => some(sums.mean()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_chosen_that_fits() {
        assert_eq!(step_for(DAY, None, true), MINUTE);
        assert_eq!(step_for(30 * DAY, None, true), HOUR);
        assert_eq!(step_for(30 * DAY, Some(MINUTE), true), HOUR);
        assert_eq!(step_for(365 * DAY, None, false), 6 * HOUR);
        assert_eq!(step_for(HOUR, None, false), HOUR);
        assert_eq!(step_for(DAY, Some(DAY), true), DAY);
        for span in [1, HOUR, DAY, 30 * DAY, 400 * DAY, 7_000 * DAY] {
            assert!(span / step_for(span, None, true) <= MOST);
        }
    }
}
