//! Everything that can be asked for, as the crate `questions` and the page see it.

use std::sync::Arc;

use db::WorkspaceId;
use kit::api::ApiError;
use questions::catalogue::{Catalogue, DimensionName, MetricName};

use super::model::{Metric, model};
use super::{find, sources};
use crate::{Business, settings};

/// All metrics of a workspace, its own included, and all dimensions.
pub async fn catalogue(business: &Business, workspace: WorkspaceId) -> Result<Arc<Catalogue>, ApiError> {
    let settings = settings::of(business.db(), workspace).await?;
    let rows = sources::told(business, workspace).await?;
    let has_service = sources::has_service(&rows);
    let own = find::own(business, workspace).await?;
    let metrics = model()
        .metrics
        .iter()
        .chain(&own)
        .map(|metric| MetricName {
            id: metric.id.clone(),
            unit: metric.unit,
            labels: metric.label.clone(),
            words: metric.words.clone(),
            definitions: find::definition(metric, settings.policy),
            dimensions: dimensions(metric),
            connected: metric
                .needs
                .iter()
                .all(|need| rows.iter().any(|row| sources::serves(row, need, has_service))),
        })
        .collect();
    let dimensions = model()
        .dimensions
        .iter()
        .map(|(id, dimension)| DimensionName {
            id: id.clone(),
            labels: dimension.label.clone(),
            words: dimension.words.clone(),
        })
        .collect();
    Ok(Arc::new(Catalogue { metrics, dimensions }))
}

/// What a metric can be grouped and filtered by: what each of its measures reaches.
pub(super) fn dimensions(metric: &Metric) -> Vec<String> {
    let model = model();
    let reaches = |measure: &String, id: &str| {
        let (Some(measure), Some(dimension)) = (model.measures.get(measure), model.dimension(id)) else {
            return false;
        };
        measure.at.iter().any(|place| {
            model
                .facts
                .get(&place.fact)
                .is_some_and(|fact| model.column(dimension, &place.fact, fact).is_some())
        })
    };
    model
        .dimensions
        .iter()
        .map(|(id, _)| id)
        .filter(|id| !metric.not_by.contains(id))
        .filter(|id| {
            metric
                .formula
                .measures()
                .iter()
                .all(|measure| reaches(measure, id))
        })
        .cloned()
        .collect()
}
