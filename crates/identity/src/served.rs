//! Whom an answer was for, told to whoever measures it.

use axum::response::Response;
use db::WorkspaceId;
use uuid::Uuid;

use crate::caller::Caller;

/// Whom an answer is for; it goes with the response, for whoever counts.
#[derive(Clone, Copy, Debug)]
pub struct ServedTo {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The API token, if one was used.
    pub token: Option<Uuid>,
}

/// Says at an answer whom it is for.
pub(crate) fn to(caller: &Caller, mut response: Response) -> Response {
    let (workspace, token) = (caller.workspace, caller.token);
    response.extensions_mut().insert(ServedTo { workspace, token });
    response
}
