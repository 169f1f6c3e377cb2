//! The outbox: what waits to leave.

use std::time::Duration;

use db::entity::outgoing_mail;
use db::kinds::MailState;
use db::{ActionId, DbError, Sealed, Tx, UserId, WorkspaceId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::{MailContent, SendMail, body_place};
use crate::Business;

/// A mail to be.
#[derive(Debug)]
pub(crate) struct Outgoing<'a> {
    /// Its id: the same id is the same mail, however often it is put here.
    pub id: Uuid,
    pub content: &'a MailContent,
    /// For whom it leaves.
    pub created_by: UserId,
    pub action: Option<ActionId>,
    pub run: Option<Uuid>,
    /// How long it can be taken back.
    pub wait: Duration,
}

/// Puts a mail into the outbox, in the transaction of what sends it. It leaves when the wait is over; where no mail server
/// is configured it is held.
pub(crate) async fn put(
    business: &Business,
    tx: &Tx,
    workspace: WorkspaceId,
    mail: Outgoing<'_>,
) -> Result<MailState, DbError> {
    use outgoing_mail::Column as C;
    let keys = business.db().keys(workspace.0).await?;
    let state = match business.mailer() {
        Some(_) => MailState::Waiting,
        None => MailState::Held,
    };
    let row = outgoing_mail::Model {
        workspace_id: workspace,
        id: mail.id,
        body: Sealed::seal(&keys, body_place(mail.id), mail.content)?,
        message_id: message_id(business, mail.id),
        state,
        action_id: mail.action,
        run_id: mail.run,
        created_by: mail.created_by,
        attempts: 0,
        repeated: false,
        error: None,
        created_at: tx.now().micros(),
        send_at: tx.now().plus(mail.wait).micros(),
        sent_at: None,
    };
    let once = OnConflict::columns([C::WorkspaceId, C::Id])
        .do_nothing()
        .to_owned();
    let written = outgoing_mail::Entity::insert(row.into_active_model())
        .on_conflict(once)
        .exec_without_returning(&**tx)
        .await?;
    if written == 1 && state == MailState::Waiting {
        let job = SendMail::first(workspace, mail.id);
        tx.job_after(&job, mail.wait).await?;
    }
    Ok(state)
}

/// The name of a mail on the wire.
pub(super) fn message_id(business: &Business, mail: Uuid) -> String {
    let domain = business
        .mailer()
        .map_or("tributary.invalid", kit::mail::Mailer::domain);
    format!("<{}@{domain}>", mail.simple())
}

/// Takes an action's mail back, unless it is on its way or has left. Answers whether it did.
pub(crate) async fn take_back(tx: &Tx, workspace: WorkspaceId, action: ActionId) -> Result<bool, DbError> {
    use outgoing_mail::Column as C;
    let change = outgoing_mail::ActiveModel {
        state: Set(MailState::Cancelled),
        ..Default::default()
    };
    let changed = outgoing_mail::Entity::update_many()
        .set(change)
        .filter(C::WorkspaceId.eq(workspace))
        .filter(C::ActionId.eq(action))
        .filter(C::State.is_in([MailState::Waiting, MailState::Held]))
        .exec(&**tx)
        .await?;
    Ok(changed.rows_affected > 0)
}
