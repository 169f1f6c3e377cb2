//! Cursors: an opaque text that says after which row the next page begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::error::ApiError;

/// `?limit=1..200&cursor=…`.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageIn {
    /// Rows a page, 1 to 200; 50 unless told.
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageIn {
    /// The limit, checked.
    pub fn limit(&self) -> Result<usize, ApiError> {
        limit_of(self.limit)
    }
}

/// Checks a limit that arrived in another query type.
pub(super) fn limit_of(limit: Option<u32>) -> Result<usize, ApiError> {
    match limit.unwrap_or(50) {
        n @ 1..=200 => Ok(n as usize),
        _ => Err(ApiError::invalid("limit", "The limit must be between 1 and 200.")),
    }
}

/// A typed cursor.
#[derive(Debug)]
pub struct Cursor;

impl Cursor {
    /// Writes a position.
    pub fn encode<T: Serialize>(position: &T) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).unwrap_or_default())
    }

    /// Reads a position; a text that is none of ours is 422.
    pub fn decode<T: DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, ApiError> {
        let Some(text) = text else { return Ok(None) };
        URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .map(Some)
            .ok_or_else(|| ApiError::invalid("cursor", "This cursor is not one of ours."))
    }

    /// Checks a page size that arrived in a query of its own.
    pub fn limit(limit: Option<u32>) -> Result<usize, ApiError> {
        limit_of(limit)
    }
}
