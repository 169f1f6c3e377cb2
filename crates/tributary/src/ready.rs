//! `GET /readyz`: whether work can be taken now, told in parts.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use kit::api::ApiError;
use serde::Serialize;
use serde_json::json;

use crate::router::{Rooms, STOPPING};

/// How long the store may take.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Standing {
    Up,
    Down,
}

impl Standing {
    fn of(is_up: bool) -> Self {
        if is_up { Self::Up } else { Self::Down }
    }
}

/// What this node stands on.
#[derive(Serialize)]
struct Parts {
    store: Standing,
    #[serde(skip_serializing_if = "Option::is_none")]
    redis: Option<Standing>,
}

/// Ready; degraded, when only Redis is away and everything still works, a little later; or unavailable.
pub async fn ready(State(rooms): State<Rooms>) -> Response {
    let store = match tokio::time::timeout(PATIENCE, rooms.db.ping()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(ApiError::from(error)),
        Err(_) => Err(ApiError::unavailable(
            "The store does not answer at the moment.",
            PATIENCE,
        )),
    };
    let parts = Parts {
        store: Standing::of(store.is_ok()),
        redis: rooms.db.bus().remote().map(|remote| Standing::of(remote.is_up())),
    };
    let refusal = match store {
        Err(error) => Some(error),
        Ok(()) if rooms.lifecycle.is_stopping() => {
            Some(ApiError::unavailable("This node is stopping.", STOPPING))
        }
        Ok(()) => None,
    };
    if let Some(error) = refusal {
        let mut body = serde_json::to_value(error.body()).unwrap_or_default();
        body["status"] = json!("unavailable");
        body["parts"] = json!(parts);
        let wait = error.retry_after.unwrap_or(STOPPING).as_secs().max(1);
        let headers = [(header::RETRY_AFTER, wait.to_string())];
        return (error.code.status(), headers, axum::Json(body)).into_response();
    }
    let status = if parts.redis == Some(Standing::Down) {
        "degraded"
    } else {
        "ready"
    };
    axum::Json(json!({ "status": status, "parts": parts })).into_response()
}
