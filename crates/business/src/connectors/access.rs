//! Who may see a connector.

use axum::extract::{FromRef, FromRequestParts};
use db::entity::connectors as rows;
use db::{ConnectorId, WorkspaceId};
use http::request::Parts;
use identity::{Caller, Permission};
use kit::api::{ApiError, PathId};
use uuid::Uuid;

use crate::Business;

/// A caller at a connector of their workspace. One of another workspace is not there.
#[derive(Debug)]
pub(crate) struct AtConnector {
    /// Who.
    pub caller: Caller,
    /// At which.
    pub row: rows::Model,
    /// What else the path names.
    pub rest: Vec<String>,
}

impl AtConnector {
    pub fn workspace(&self) -> WorkspaceId {
        self.caller.workspace
    }

    pub fn id(&self) -> ConnectorId {
        self.row.id
    }

    /// 403 unless the caller may change it.
    pub fn manage(&self) -> Result<(), ApiError> {
        self.caller.require(Permission::ManageBusiness)
    }

    /// The second id of the path.
    pub fn second(&self, what: &str) -> Result<Uuid, ApiError> {
        self.rest
            .first()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| ApiError::not_found(what))
    }
}

impl<S> FromRequestParts<S> for AtConnector
where
    S: Send + Sync,
    Business: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        caller.require(Permission::ReadBusiness)?;
        let business = Business::from_ref(state);
        let mut texts = PathId::texts(parts, state).await?.into_iter();
        let id = texts.next().and_then(|text| text.parse().ok());
        let id = ConnectorId(id.ok_or_else(|| ApiError::not_found("connector"))?);
        let row = super::find(business.db().read(), caller.workspace, id)
            .await?
            .ok_or_else(|| ApiError::not_found("connector"))?;
        Ok(Self {
            caller,
            row,
            rest: texts.collect(),
        })
    }
}
