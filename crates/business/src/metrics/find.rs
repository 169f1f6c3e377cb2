//! A metric by its name: those of the program, and the workspace's own.

use std::collections::BTreeMap;

use db::WorkspaceId;
use db::entity::own_metrics;
use kit::api::ApiError;
use questions::catalogue::{Language, Unit};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::expression::Expression;
use super::model::{Good, Metric, Texts, model};
use super::parse::parse;
use crate::Business;
use crate::settings::{CancelPolicy, Policy, RefundBasis};

/// What a name in an expression stands for: a metric of the program, or a measure.
pub(super) fn meaning(word: &str) -> Option<Expression> {
    if let Some(metric) = model().metric(word) {
        return Some(metric.formula.clone());
    }
    model()
        .measures
        .contains_key(word)
        .then(|| Expression::Measure(word.to_owned()))
}

/// A metric; 422 where there is none of that name.
pub(super) async fn metric(
    business: &Business,
    workspace: WorkspaceId,
    id: &str,
) -> Result<Metric, ApiError> {
    if let Some(metric) = model().metric(id) {
        return Ok(metric.clone());
    }
    let own = own_metrics::Entity::of(workspace)
        .filter(own_metrics::Column::Id.eq(id))
        .one(business.db().read())
        .await
        .map_err(db::DbError::from)?;
    own.and_then(|row| of_row(&row)).ok_or_else(|| {
        let id: String = id.chars().take(60).collect();
        ApiError::invalid("metric", format!("There is no metric \"{id}\"."))
    })
}

/// The workspace's own metrics, by their names.
pub(super) async fn own(business: &Business, workspace: WorkspaceId) -> Result<Vec<Metric>, ApiError> {
    let rows = own_metrics::Entity::of(workspace)
        .order_by_asc(own_metrics::Column::Id)
        .all(business.db().read())
        .await
        .map_err(db::DbError::from)?;
    Ok(rows.iter().filter_map(of_row).collect())
}

pub(super) fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Money => "money",
        Unit::Count => "count",
        Unit::Percent => "percent",
    }
}

fn of_row(row: &own_metrics::Model) -> Option<Metric> {
    let formula = parse(&row.expression, &meaning).ok()?;
    let unit = match row.unit.as_str() {
        "money" => Unit::Money,
        "percent" => Unit::Percent,
        _ => Unit::Count,
    };
    let all = |text: &str| -> Texts {
        let languages = [
            Language::En,
            Language::Pt,
            Language::Es,
            Language::De,
            Language::Fr,
        ];
        languages
            .into_iter()
            .map(|language| (language, text.to_owned()))
            .collect()
    };
    let words = all(&row.label.to_lowercase())
        .into_iter()
        .map(|(l, word)| (l, vec![word]))
        .collect();
    let mut needs: Vec<String> = Vec::new();
    for measure in formula.measures() {
        let is_paid = model()
            .measures
            .get(&measure)
            .is_some_and(|m| m.at.iter().all(|p| p.fact == "payments"));
        let need = if is_paid { "payment" } else { "order" };
        if !needs.iter().any(|n| n == need) {
            needs.push(need.to_owned());
        }
    }
    Some(Metric {
        id: row.id.clone(),
        formula,
        unit,
        good: Good::Up,
        needs,
        not_by: Vec::new(),
        label: all(&row.label),
        words,
        definition: all(&row.definition),
        own: true,
    })
}

/// What a metric is, with what follows from the settings.
pub(super) fn definition(metric: &Metric, policy: Policy) -> BTreeMap<Language, String> {
    let measures = metric.formula.measures();
    let mut phrases = Vec::new();
    if measures.iter().any(|m| m.starts_with("returned_")) {
        phrases.push(match policy.refund_basis {
            RefundBasis::Processed => "returns_processed",
            RefundBasis::Order => "returns_order",
        });
    }
    let counted = |m: &String| {
        model().measures.get(m).is_some_and(|m| {
            m.base == super::model::Base::Counted && m.at.iter().all(|place| place.fact != "payments")
        })
    };
    if measures.iter().any(counted) {
        phrases.push(match policy.cancel_policy {
            CancelPolicy::Exclude => "cancelled_exclude",
            CancelPolicy::Reverse => "cancelled_reverse",
        });
    }
    let mut definition = metric.definition.clone();
    for (language, text) in &mut definition {
        for phrase in &phrases {
            if let Some(more) = model().phrases.get(*phrase).and_then(|texts| texts.get(language)) {
                text.push(' ');
                text.push_str(more);
            }
        }
    }
    definition
}
