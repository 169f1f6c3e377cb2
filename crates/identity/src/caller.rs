//! Who asks.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use db::entity::{members, users};
use db::kinds::Role;
use db::{Db, DbError, SessionId, UserId, WorkspaceId};
use http::request::Parts;
use kit::api::ApiError;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::error::IdentityError;
use crate::permissions::Permission;
use crate::scopes::{Scope, Scopes};

/// How the caller proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// The page's cookie.
    Cookie,
    /// An access token in `Authorization`.
    Bearer,
    /// An API token in `Authorization`.
    ApiToken,
}

/// The person behind a request, in the workspace that their token names. Take it as an argument of a handler.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The person.
    pub user: UserId,
    /// The tenant.
    pub workspace: WorkspaceId,
    /// What they are in it.
    pub role: Role,
    /// Whether they administer the installation.
    pub is_instance_admin: bool,
    /// The signed-in device, unless an API token is used.
    pub session: Option<SessionId>,
    /// The API token, if one is used.
    pub token: Option<Uuid>,
    /// What the token is for; everything for a signed-in person.
    pub scopes: Scopes,
    /// How they proved it.
    pub via: Via,
    /// Where the request came from.
    pub address: IpAddr,
}

impl Caller {
    /// A person for whom the server goes on with something that they began, as what they are now; none when they are
    /// no member any more.
    pub async fn on_behalf_of(
        db: &Db,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<Option<Self>, DbError> {
        let member = members::Entity::of(workspace)
            .filter(members::Column::UserId.eq(user))
            .one(db.read())
            .await?;
        let person = users::Entity::find_by_id(user)
            .filter(users::Column::DisabledAt.is_null())
            .one(db.read())
            .await?;
        Ok(member.zip(person).map(|(member, person)| Self {
            user,
            workspace,
            role: member.role,
            is_instance_admin: person.is_instance_admin,
            session: None,
            token: None,
            scopes: Scopes::ALL,
            via: Via::Bearer,
            address: std::net::Ipv4Addr::UNSPECIFIED.into(),
        }))
    }

    /// Whether the caller may do this.
    pub fn may(&self, permission: Permission) -> bool {
        permission.comes_with(self.role, self.is_instance_admin)
            && (!permission.is_administration() || self.scopes.allow(Scope::Admin))
    }

    /// 403 unless the caller may do this.
    pub fn require(&self, permission: Permission) -> Result<(), ApiError> {
        if self.may(permission) {
            Ok(())
        } else if permission.comes_with(self.role, self.is_instance_admin) {
            Err(ApiError::forbidden(
                "This needs an API token with the scope admin.",
            ))
        } else {
            Err(ApiError::forbidden(format!(
                "Your role in this workspace does not permit this ({}).",
                permission.name()
            )))
        }
    }

    /// The signed-in device; 403 for API tokens, which must not change how somebody signs in.
    pub fn require_session(&self) -> Result<SessionId, ApiError> {
        self.session.ok_or_else(|| IdentityError::NeedsSession.into())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<Self>()
            .copied()
            .ok_or_else(ApiError::unauthorized)
    }
}
