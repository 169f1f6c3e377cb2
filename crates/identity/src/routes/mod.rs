//! The routes: handlers parse, call and answer.

mod administration;
mod auth;
mod external;
mod members;
mod security;
mod settings;
mod tokens;
mod workspaces;

use std::collections::BTreeMap;

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use kit::api::{ApiError, ErrorBody, PathId};
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::identity::Identity;

/// Every route of this room, with its state.
pub fn routes(identity: Identity) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(auth::check_user))
        .routes(routes!(auth::register))
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::logout_everywhere))
        .routes(routes!(auth::switch_workspace))
        .routes(routes!(auth::change_password))
        .routes(routes!(auth::get_me, auth::patch_me))
        .routes(routes!(auth::list_sessions))
        .routes(routes!(auth::end_session))
        .routes(routes!(auth::get_setup))
        .routes(routes!(external::list_sign_in_methods))
        .routes(routes!(external::start_oidc))
        .routes(routes!(external::finish_oidc))
        .routes(routes!(external::answer_second_factor))
        .routes(routes!(external::begin_passkey))
        .routes(routes!(external::login_passkey))
        .routes(routes!(security::get_security))
        .routes(routes!(security::begin_totp))
        .routes(routes!(security::confirm_totp))
        .routes(routes!(security::remove_totp))
        .routes(routes!(security::begin_new_passkey))
        .routes(routes!(security::add_passkey))
        .routes(routes!(security::remove_passkey))
        .routes(routes!(security::end_my_session))
        .routes(routes!(settings::get_settings, settings::patch_settings))
        .routes(routes!(tokens::list_tokens, tokens::create_token))
        .routes(routes!(tokens::revoke_token))
        .routes(routes!(workspaces::list_workspaces, workspaces::create_workspace))
        .routes(routes!(workspaces::get_workspace, workspaces::patch_workspace))
        .routes(routes!(administration::erase_me))
        .routes(routes!(administration::list_audit))
        .routes(routes!(administration::export_audit))
        .routes(routes!(administration::verify_audit))
        .routes(routes!(administration::list_access))
        .routes(routes!(administration::report_compliance))
        .routes(routes!(administration::list_users))
        .routes(routes!(administration::patch_user, administration::erase_user))
        .routes(routes!(administration::sign_user_out))
        .routes(routes!(administration::list_all_workspaces))
        .routes(routes!(
            administration::patch_any_workspace,
            administration::erase_workspace
        ))
        .routes(routes!(members::list_members, members::add_member))
        .routes(routes!(members::patch_member, members::remove_member))
        .routes(routes!(members::list_invitations, members::create_invitation))
        .routes(routes!(members::show_invitation, members::revoke_invitation))
        .routes(routes!(members::accept_invitation))
        .with_state(identity)
}

/// The errors that every call of the API may answer with, for the OpenAPI document.
#[derive(Debug)]
pub struct CommonErrors;

impl IntoResponses for CommonErrors {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        [
            ("400", "The body is not JSON (`INVALID_JSON`)"),
            ("401", "Nobody is signed in (`UNAUTHORIZED`)"),
            ("403", "Not permitted (`FORBIDDEN`)"),
            ("422", "A field is at fault (`VALIDATION_FAILED`)"),
            ("429", "Too many requests (`RATE_LIMITED`)"),
            ("500", "Our fault (`INTERNAL`)"),
            ("503", "Try again later (`UNAVAILABLE`)"),
        ]
        .into_iter()
        .map(|(status, description)| {
            let body = Content::new(Some(Ref::from_schema_name(ErrorBody::name())));
            let response = ResponseBuilder::new()
                .description(description)
                .content("application/json", body)
                .build();
            (status.to_owned(), RefOr::T(response))
        })
        .collect()
    }
}

/// The id at the end of a path. What is none is not there.
pub(crate) struct Id(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let all = PathId::all(parts, state).await?;
        all.last()
            .copied()
            .map(Self)
            .ok_or_else(|| ApiError::not_found("thing"))
    }
}

/// The text in a path.
pub(crate) struct Text(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Text {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Path::<String>::from_request_parts(parts, state)
            .await
            .map(|Path(text)| Self(text))
            .map_err(|_| ApiError::not_found("thing"))
    }
}
