//! When a workflow runs by itself.

use db::ConnectorId;
use kit::api::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Step;
use crate::schedules::Spec;

/// The events that start workflows.
const EVENTS: [&str; 3] = [
    "connector.sync.completed",
    "connector.sync.failed",
    "business.changed",
];

/// Refuses times that no clock shows; the field is at fault.
pub(crate) fn check_times(spec: &Spec, field: &str) -> Result<(), ApiError> {
    let is_known = spec.check();
    is_known.map_err(|why| ApiError::invalid(field, why.to_string()))
}

/// When a workflow runs, besides on demand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Starts {
    /// Only on demand.
    #[default]
    Manual,
    /// By the calendar.
    Schedule {
        /// When.
        spec: Spec,
    },
    /// When something happens.
    Event {
        /// `connector.sync.completed`, `connector.sync.failed` or `business.changed`.
        event: String,
        /// Only of this source.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        connector_id: Option<ConnectorId>,
    },
}

impl Starts {
    /// Refuses what cannot start a workflow, and what would start it again and again.
    pub(super) fn check(&self, steps: &[Step]) -> Result<(), ApiError> {
        match self {
            Self::Schedule { spec } => check_times(spec, "trigger.spec"),
            Self::Event { event, .. } if !EVENTS.contains(&event.as_str()) => {
                let sentence = format!("A workflow starts on one of: {}.", EVENTS.join(", "));
                Err(ApiError::invalid("trigger.event", sentence))
            }
            Self::Event { .. } if steps.iter().any(|step| matches!(step, Step::ConnectorSync(_))) => {
                let sentence =
                    "A workflow that starts when data came must not fetch data: it would start itself.";
                Err(ApiError::invalid("trigger.event", sentence))
            }
            Self::Manual | Self::Event { .. } => Ok(()),
        }
    }

    /// The event, if it is one.
    pub(super) fn event(&self) -> Option<&str> {
        match self {
            Self::Event { event, .. } => Some(event),
            _ => None,
        }
    }

    /// Whether an event with this payload starts it.
    pub(super) fn fits(&self, payload: &Value) -> bool {
        match self {
            Self::Event {
                connector_id: Some(wanted),
                ..
            } => payload["connector_id"]
                .as_str()
                .is_some_and(|id| id == wanted.to_string()),
            Self::Event { .. } => true,
            Self::Manual | Self::Schedule { .. } => false,
        }
    }
}
