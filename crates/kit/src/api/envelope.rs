//! What every successful answer looks like.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

/// `{"success": true, "data": …}`, status 200.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Data<T> {
    success: bool,
    data: T,
}

impl<T> Data<T> {
    /// Wraps an answer.
    pub const fn new(data: T) -> Self {
        Self { success: true, data }
    }
}

impl<T: Serialize> IntoResponse for Data<T> {
    fn into_response(self) -> Response {
        axum::Json(self).into_response()
    }
}

/// The same with status 201.
#[derive(Clone, Debug)]
pub struct Created<T>(pub T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, axum::Json(Data::new(self.0))).into_response()
    }
}

/// An empty object, for answers that only say that it was done.
#[derive(Clone, Copy, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Empty {}

/// Where the next page begins.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct PageOut {
    /// Give it back as `cursor`; null at the end.
    pub next_cursor: Option<String>,
}

/// One page of rows, as a room returns it.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The cursor after the last row, if there are more.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Cuts `rows` (which were asked for with one more than `limit`) to a page.
    pub fn cut(mut rows: Vec<T>, limit: usize, cursor: impl FnOnce(&T) -> String) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(cursor) } else { None };
        Self { rows, next_cursor }
    }
}

/// `{"success": true, "data": […], "page": {…}}`.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Listing<T> {
    success: bool,
    data: Vec<T>,
    page: PageOut,
}

impl<T> From<Page<T>> for Listing<T> {
    fn from(page: Page<T>) -> Self {
        Self {
            success: true,
            data: page.rows,
            page: PageOut {
                next_cursor: page.next_cursor,
            },
        }
    }
}

impl<T> From<Vec<T>> for Listing<T> {
    fn from(rows: Vec<T>) -> Self {
        Self {
            success: true,
            data: rows,
            page: PageOut::default(),
        }
    }
}

impl<T: Serialize> IntoResponse for Listing<T> {
    fn into_response(self) -> Response {
        axum::Json(self).into_response()
    }
}
