//! The calls that search, and that have everything indexed anew.

use axum::extract::State;
use files::index::{self, Hits, IndexKind, LONGEST_QUERY, Mode, Request, Seeker};
use http::StatusCode;
use identity::{Caller, Permission};
use kit::api::{ApiError, Data, Empty, ErrorBody, Problems, Query};
use serde::Deserialize;

use crate::Chat;

/// How many hits are shown at most, and unasked.
const MOST: u32 = 50;
const USUAL: u32 = 20;

/// What to look for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SearchQuery {
    /// Words, "phrases", beginnings* and `from:` `in:` `before:` `after:` `type:`.
    pub q: String,
    /// `hybrid` when absent.
    #[param(inline)]
    pub mode: Option<Mode>,
    /// Among what: `messages`, `files`, `threads`, `records`, with commas; the first three when absent.
    #[serde(rename = "in")]
    pub among: Option<String>,
    /// How many, 1 to 50; 20 when absent.
    pub limit: Option<u32>,
}

impl SearchQuery {
    fn request(&self) -> Result<Request, ApiError> {
        let mut problems = Problems::default();
        problems.length("q", &self.q, 0, LONGEST_QUERY);
        let limit = self.limit.unwrap_or(USUAL);
        problems.check(
            (1..=MOST).contains(&limit),
            "limit",
            format!("This must be between 1 and {MOST}."),
        );
        let mut kinds = Vec::new();
        for name in self
            .among
            .as_deref()
            .unwrap_or("messages,files,threads")
            .split(',')
        {
            match name.trim() {
                "messages" => kinds.push(IndexKind::Message),
                "files" => kinds.push(IndexKind::File),
                "threads" => kinds.push(IndexKind::Thread),
                "records" => kinds.push(IndexKind::Record),
                _ => problems.check(
                    false,
                    "in",
                    "This takes messages, files, threads and records, with commas.",
                ),
            }
        }
        problems.into_result()?;
        Ok(Request {
            query: index::Query::parse(&self.q),
            mode: self.mode.unwrap_or_default(),
            kinds,
            limit: limit as usize,
        })
    }
}

/// Looks for messages, threads and files by their words and by their meaning.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(SearchQuery),
    responses((status = 200, body = Data<Hits>), (status = 422, body = ErrorBody)))]
pub async fn search(
    State(chat): State<Chat>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
) -> Result<Data<Hits>, ApiError> {
    caller.require(Permission::ReadThreads)?;
    let seeker = Seeker {
        workspace: caller.workspace,
        user: caller.user,
        role: caller.role,
    };
    Ok(Data::new(
        index::search(chat.files(), seeker, &query.request()?).await?,
    ))
}

/// Has everything of the workspace indexed anew, while it is found as before.
#[utoipa::path(post, path = "/api/v1/admin/reindex", tag = "search",
    responses((status = 202, body = Data<Empty>), (status = 403, body = ErrorBody)))]
pub async fn reindex(
    State(chat): State<Chat>,
    caller: Caller,
) -> Result<(StatusCode, Data<Empty>), ApiError> {
    caller.require(Permission::ManageWorkspace)?;
    let (inner, workspace) = (chat.clone(), caller.workspace);
    chat.0.lifecycle.spawn("reindex", async move {
        if let Err(error) = index::reindex(inner.files(), Some(workspace)).await {
            tracing::error!(workspace.id = %workspace, error = %error, "not everything was queued to be indexed anew");
        }
    });
    Ok((StatusCode::ACCEPTED, Data::new(Empty {})))
}
