//! Doing what an action says, in the transaction of the yes: either both are there afterwards, or neither.

use std::time::Duration;

use db::entity::actions;
use db::kinds::{ActionKind, ActionState, MailState};
use db::{DbError, Tx};
use identity::{Caller, Permission, audit};
use kit::api::ApiError;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use serde_json::{Value, json};

use super::content::Content;
use super::outcome::{Inverse, Outcome};
use super::{announce, content};
use crate::mail::{self, Outgoing};
use crate::tasks::{self, Origin};
use crate::workflows::{self, Beginning, Starts, WorkflowIn};
use crate::{Business, sources};

/// How long a mail can be taken back.
pub(super) const TAKE_BACK: Duration = Duration::from_secs(30);
/// How long what was done in the house can be undone.
const UNDO: Duration = Duration::from_hours(24);

/// What is known of an action before it is done.
pub(super) struct Prepared {
    /// What the thing is called that it is about.
    pub named: Option<String>,
    /// Whether anything reaches people outside.
    pub leaves_the_house: bool,
}

/// Looks whether everything that an action names is there and may be used by the caller.
pub(super) async fn prepare(
    business: &Business,
    caller: &Caller,
    content: &Content,
) -> Result<Prepared, ApiError> {
    let stays = |named| Prepared {
        named,
        leaves_the_house: false,
    };
    Ok(match content {
        Content::EmailDraft(_) => stays(None),
        Content::EmailSend(_) => Prepared {
            named: None,
            leaves_the_house: true,
        },
        Content::TaskCreate(task) => {
            tasks::require_assignee(
                business,
                caller.workspace,
                task.assignee_id,
                "content.assignee_id",
            )
            .await?;
            stays(None)
        }
        Content::WorkflowRun(run) => {
            let gone = || ApiError::invalid("content.workflow_id", "This workflow is not there.");
            let workflow = workflows::find(business, caller.workspace, run.workflow_id)
                .await?
                .ok_or_else(gone)?;
            let definition = workflows::definition(business, &workflow).await?;
            Prepared {
                leaves_the_house: !workflows::recipients(&definition.steps).is_empty(),
                named: Some(definition.name),
            }
        }
        Content::ConnectorSync(sync) => {
            caller.require(Permission::ManageBusiness)?;
            let named = sources::name(business, caller.workspace, sync.connector_id).await?;
            let gone = || ApiError::invalid("content.connector_id", "This source is not there.");
            stays(Some(named.ok_or_else(gone)?))
        }
        Content::ScheduleCreate(schedule) => {
            workflows::check_times(&schedule.spec, "content.spec")?;
            workflows::require_things(business, caller, &schedule.steps, "content.").await?;
            Prepared {
                named: None,
                leaves_the_house: !workflows::recipients(&schedule.steps).is_empty(),
            }
        }
    })
}

/// What was done.
struct Done {
    state: ActionState,
    result: Value,
    inverse: Option<Inverse>,
    undo: Option<Duration>,
}

impl Done {
    fn inside(result: Value, inverse: Option<Inverse>) -> Self {
        Self {
            state: ActionState::Done,
            result,
            undo: inverse.is_some().then_some(UNDO),
            inverse,
        }
    }
}

/// Does it for the caller, and writes down what came of it. What cannot be done leaves nothing behind.
pub(super) async fn perform(
    business: &Business,
    tx: &Tx,
    caller: &Caller,
    action: actions::Model,
    content: &Content,
) -> Result<actions::Model, ApiError> {
    let done = effect(business, tx, caller, &action, content).await?;
    let keys = business.db().keys(action.workspace_id.0).await?;
    let outcome = Outcome {
        result: done.result,
        error: None,
        inverse: done.inverse,
    };
    let (id, kind, is_confirmed) = (action.id, action.kind, action.needs_confirmation);
    let sealed = outcome.seal(&keys, id)?;
    let now = tx.now();
    let mut change = action.into_active_model();
    change.state = Set(done.state);
    change.outcome = Set(sealed);
    change.undo_until = Set(done.undo.map(|while_| now.plus(while_).micros()));
    if is_confirmed {
        change.confirmed_at = Set(Some(now.micros()));
        change.confirmed_by = Set(Some(caller.user));
    }
    if done.state == ActionState::Done {
        change.executed_at = Set(Some(now.micros()));
        audit(
            tx,
            caller,
            "action.executed",
            id,
            &json!({ "kind": kind, "result": outcome.result }),
        )
        .await?;
    }
    let action = change.update(&**tx).await.map_err(DbError::from)?;
    announce(tx, &action).await?;
    Ok(action)
}

async fn effect(
    business: &Business,
    tx: &Tx,
    caller: &Caller,
    action: &actions::Model,
    content: &Content,
) -> Result<Done, ApiError> {
    Ok(match content {
        Content::TaskCreate(new) => {
            let origin = Origin {
                thread_id: action.thread_id,
                query_id: action.query_id,
            };
            let task = tasks::create(business, tx, caller, new, origin).await?;
            let (id, updated_at) = (task.id, task.updated_at);
            Done::inside(json!({ "task_id": id }), Some(Inverse::Task { id, updated_at }))
        }
        Content::EmailDraft(_) => Done::inside(json!({}), Some(Inverse::Draft)),
        Content::EmailSend(mail) => send(business, tx, caller, action, mail).await?,
        Content::WorkflowRun(content::WorkflowRun { workflow_id }) => {
            let gone = || ApiError::not_found("workflow");
            let workflow = workflows::find(business, caller.workspace, *workflow_id)
                .await?
                .ok_or_else(gone)?;
            let beginning = Beginning::once("action", format!("a:{}", action.id));
            let run = workflows::begin(business, tx, &workflow, beginning).await?;
            Done::inside(json!({ "workflow_id": workflow_id, "run_id": run }), None)
        }
        Content::ConnectorSync(sync) => {
            let run = sources::sync_now(tx, caller, sync.connector_id, sync.full).await?;
            let inverse = Inverse::Sync {
                connector: sync.connector_id,
                run,
            };
            Done::inside(
                json!({ "connector_id": sync.connector_id, "run_id": run }),
                Some(inverse),
            )
        }
        Content::ScheduleCreate(schedule) => {
            let workflow = WorkflowIn {
                name: schedule.name.clone(),
                steps: schedule.steps.clone(),
                trigger: Starts::Schedule {
                    spec: schedule.spec.clone(),
                },
                enabled: true,
            };
            let workflow = workflows::create(business, tx, caller, &workflow).await?;
            let (id, updated_at) = (workflow.id, workflow.updated_at);
            Done::inside(
                json!({ "workflow_id": id }),
                Some(Inverse::Workflow { id, updated_at }),
            )
        }
    })
}

/// Puts the mail into the outbox, where it stays for as long as it can be taken back.
async fn send(
    business: &Business,
    tx: &Tx,
    caller: &Caller,
    action: &actions::Model,
    content: &mail::MailContent,
) -> Result<Done, ApiError> {
    debug_assert_eq!(action.kind, ActionKind::EmailSend);
    let id = kit::ids::new_id();
    let outgoing = Outgoing {
        id,
        content,
        created_by: caller.user,
        action: Some(action.id),
        run: None,
        wait: TAKE_BACK,
    };
    let state = mail::put(business, tx, action.workspace_id, outgoing).await?;
    Ok(Done {
        state: ActionState::Waiting,
        result: json!({ "mail_id": id, "sent": false, "held": state == MailState::Held }),
        inverse: None,
        undo: (state == MailState::Waiting).then_some(TAKE_BACK),
    })
}
