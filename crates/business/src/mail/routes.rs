//! The outbox, for the administrators of a workspace.

use axum::extract::{FromRef, FromRequestParts, State};
use db::entity::outgoing_mail;
use db::kinds::{ActionState, MailState};
use db::{DbError, Sealed};
use http::request::Parts;
use identity::{Caller, Permission, audit};
use kit::api::{ApiError, Code, Cursor, Data, Empty, ErrorBody, Listing, Page, PageIn, PathId, Query};
use kit::clock::Timestamp;
use kit::vault::OwnerKeys;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{MailContent, SendMail, body_place, error_place, outbox};
use crate::{Business, actions};

/// The calls of outgoing mail.
pub(crate) fn routes() -> OpenApiRouter<Business> {
    OpenApiRouter::new()
        .routes(routes!(list_mail))
        .routes(routes!(send_mail))
}

/// A mail in the outbox.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MailOut {
    id: Uuid,
    to: Vec<String>,
    cc: Vec<String>,
    bcc: Vec<String>,
    subject: String,
    body: String,
    /// `held`: no mail server is configured; it leaves by `POST /mail/{id}/send` once there is one.
    state: MailState,
    /// Why it has not left, or what is to be known about how it did.
    #[schema(required)]
    error: Option<String>,
    /// Its name on the wire.
    message_id: String,
    attempts: i32,
    #[schema(required)]
    action_id: Option<db::ActionId>,
    created_by: db::UserId,
    created_at: Timestamp,
    /// Not before.
    send_at: Timestamp,
    #[schema(required)]
    sent_at: Option<Timestamp>,
}

fn show(keys: &OwnerKeys, mail: outgoing_mail::Model) -> Result<MailOut, DbError> {
    let content: MailContent = mail.body.open(keys, body_place(mail.id))?;
    let open = |sealed: &Sealed| sealed.open::<String>(keys, error_place(mail.id));
    let mut error = mail.error.as_ref().map(open).transpose()?;
    if mail.state == MailState::Sent && mail.repeated {
        error = Some(actions::SENT_TWICE.to_owned());
    }
    Ok(MailOut {
        id: mail.id,
        to: content.to,
        cc: content.cc,
        bcc: content.bcc,
        subject: content.subject,
        body: content.body,
        state: mail.state,
        error,
        message_id: mail.message_id,
        attempts: mail.attempts,
        action_id: mail.action_id,
        created_by: mail.created_by,
        created_at: Timestamp(mail.created_at),
        send_at: Timestamp(mail.send_at),
        sent_at: mail.sent_at.map(Timestamp),
    })
}

/// The outbox, newest first: what waits, what left, what could not.
#[utoipa::path(get, path = "/api/v1/mail", tag = "actions", params(PageIn),
    responses((status = 200, body = Listing<MailOut>), (status = 403, body = ErrorBody)))]
async fn list_mail(
    State(business): State<Business>,
    caller: Caller,
    Query(page): Query<PageIn>,
) -> Result<Listing<MailOut>, ApiError> {
    caller.require(Permission::ManageBusiness)?;
    let limit = page.limit()?;
    let after: Option<Uuid> = Cursor::decode(page.cursor.as_deref())?;
    let mut select = outgoing_mail::Entity::of(caller.workspace);
    if let Some(after) = after {
        select = select.filter(outgoing_mail::Column::Id.lt(after));
    }
    let keys = business.db().keys(caller.workspace.0).await?;
    let rows = select
        .order_by_desc(outgoing_mail::Column::Id)
        .limit(limit as u64 + 1)
        .all(business.db().read())
        .await
        .map_err(DbError::from)?;
    let shown: Vec<MailOut> = rows
        .into_iter()
        .map(|row| show(&keys, row))
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(shown, limit, |mail| Cursor::encode(&mail.id)).into())
}

/// An administrator at a mail.
pub(crate) struct AtMail {
    caller: Caller,
    mail: Uuid,
}

impl<S> FromRequestParts<S> for AtMail
where
    S: Send + Sync,
    Business: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        caller.require(Permission::ManageBusiness)?;
        let mail = PathId::first(parts, state, "mail").await?;
        Ok(Self { caller, mail })
    }
}

/// Sends a mail that was held while no mail server was configured, or that the mail server did not want. It leaves in the
/// name of whoever calls this.
#[utoipa::path(post, path = "/api/v1/mail/{id}/send", tag = "actions", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn send_mail(State(business): State<Business>, at: AtMail) -> Result<Data<Empty>, ApiError> {
    let tx = business.db().write().await?;
    let mail = outgoing_mail::Entity::of(at.caller.workspace)
        .filter(outgoing_mail::Column::Id.eq(at.mail))
        .lock_exclusive()
        .one(&*tx)
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("mail"))?;
    if !matches!(mail.state, MailState::Held | MailState::Failed) {
        return Err(ApiError::new(
            Code::Conflict,
            "Only a mail that is held or failed can be sent again.",
        ));
    }
    if business.mailer().is_none() {
        let sentence =
            "No mail server is configured: the administrator of the installation sets it in [mail].";
        return Err(ApiError::new(Code::Conflict, sentence));
    }
    let (action, attempts) = (mail.action_id, mail.attempts);
    let mut change = mail.into_active_model();
    if attempts == 0 {
        change.message_id = Set(outbox::message_id(&business, at.mail));
    }
    change.state = Set(MailState::Waiting);
    change.created_by = Set(at.caller.user);
    change.send_at = Set(tx.now().micros());
    change.error = Set(None);
    change.update(&*tx).await.map_err(DbError::from)?;
    tx.job(&SendMail::numbered(at.caller.workspace, at.mail, attempts as u32))
        .await?;
    audit(
        &tx,
        &at.caller,
        "mail.released",
        at.mail,
        &json!({ "action_id": action }),
    )
    .await?;
    if let Some(action) = action {
        let again = actions::MailEnd {
            state: ActionState::Waiting,
            mail: at.mail,
            repeated: false,
            error: None,
        };
        actions::mail_ended(&business, &tx, at.caller.workspace, action, again).await?;
    }
    tx.commit().await?;
    Ok(Data::new(Empty {}))
}
