//! What came of an action, and how it is taken back.

use db::entity::actions;
use db::kinds::ActionState;
use db::{ActionId, ConnectorId, DbError, Sealed, SyncRunId, TaskId, Tx, WorkflowId, WorkspaceId};
use kit::vault::OwnerKeys;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{announce, outcome_place};
use crate::Business;

/// What is said of a mail whose sending was cut off.
pub(crate) const SENT_TWICE: &str = "The server stopped while it was sending this. It was sent again under the same \
                                     Message-ID, so it may have arrived twice.";

/// How an effect inside the house is undone, as long as nothing changed since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub(super) enum Inverse {
    /// The task goes.
    Task { id: TaskId, updated_at: i64 },
    /// The draft is put away.
    Draft,
    /// The workflow goes, with its schedule.
    Workflow { id: WorkflowId, updated_at: i64 },
    /// The run is stopped.
    Sync { connector: ConnectorId, run: SyncRunId },
}

/// What came of it, as it is sealed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Outcome {
    /// Ids of what was made.
    pub result: Value,
    /// Why it could not be done, or has not been yet.
    pub error: Option<String>,
    pub inverse: Option<Inverse>,
}

impl Outcome {
    /// What is known of an action; nothing yet where nothing came of it.
    pub fn open(keys: &OwnerKeys, action: &actions::Model) -> Result<Self, DbError> {
        let opened = action
            .outcome
            .as_ref()
            .map(|sealed| sealed.open(keys, outcome_place(action.id)));
        Ok(opened.transpose()?.unwrap_or_default())
    }

    pub fn seal(&self, keys: &OwnerKeys, action: ActionId) -> Result<Option<Sealed>, DbError> {
        Ok(Some(Sealed::seal(keys, outcome_place(action), self)?))
    }
}

/// What came of an action's mail.
#[derive(Debug)]
pub(crate) struct MailEnd {
    /// Where the action stands by it: done, failed, or still waiting.
    pub state: ActionState,
    pub mail: Uuid,
    /// Whether it may have arrived twice.
    pub repeated: bool,
    pub error: Option<String>,
}

/// Writes down what came of an action's mail, in the transaction that writes it for the mail.
pub(crate) async fn mail_ended(
    business: &Business,
    tx: &Tx,
    workspace: WorkspaceId,
    action: ActionId,
    end: MailEnd,
) -> Result<(), DbError> {
    let keys = business.db().keys(workspace.0).await?;
    let found = actions::Entity::of(workspace)
        .filter(actions::Column::Id.eq(action))
        .lock_exclusive()
        .one(&**tx)
        .await?;
    let Some(action) = found else { return Ok(()) };
    let is_sent = end.state == ActionState::Done;
    let outcome = Outcome {
        result: json!({ "mail_id": end.mail, "sent": is_sent }),
        error: end
            .error
            .or_else(|| (is_sent && end.repeated).then(|| SENT_TWICE.to_owned())),
        inverse: None,
    };
    let sealed = outcome.seal(&keys, action.id)?;
    let mut change = action.into_active_model();
    change.state = Set(end.state);
    change.outcome = Set(sealed);
    change.undo_until = Set(None);
    if is_sent {
        change.executed_at = Set(Some(tx.now().micros()));
    }
    let action = change.update(&**tx).await?;
    announce(tx, &action).await
}
