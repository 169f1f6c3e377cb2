//! Saving, changing and deleting workflows.

use db::entity::{workflow_runs, workflows};
use db::{DbError, Sealed, Tx, WorkflowId, WorkspaceId};
use identity::{Caller, audit};
use kit::api::{ApiError, Problems, Validate};
use kit::vault::{OwnerKeys, sha256};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter,
    QuerySelect,
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::definition::Definition;
use super::{Starts, Step, announce, check_name, checked_steps, place, recipients, require_things};
use crate::Business;
use crate::schedules::{self, Due};

/// A workflow to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkflowIn {
    /// What it is called.
    pub name: String,
    /// What it does, in this order. An e-mail step counts as confirmed by saving it.
    #[schema(example = json!([{ "op": "task.create", "in": { "title": "Look at the numbers" } }]))]
    pub steps: Vec<Step>,
    /// When it runs by itself; only on demand unless told.
    #[serde(default)]
    pub trigger: Starts,
    /// Whether it runs by itself.
    #[serde(default = "yes")]
    pub enabled: bool,
}

const fn yes() -> bool {
    true
}

impl Validate for WorkflowIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("name", &self.name, 1, 120);
    }
}

/// A changed workflow. What is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkflowPatch {
    name: Option<String>,
    steps: Option<Vec<Step>>,
    trigger: Option<Starts>,
    enabled: Option<bool>,
}

impl Validate for WorkflowPatch {
    fn validate(&self, problems: &mut Problems) {
        problems.optional_length("name", self.name.as_ref(), 1, 120);
    }
}

/// A workflow of this workspace.
pub(crate) async fn find(
    business: &Business,
    workspace: WorkspaceId,
    id: WorkflowId,
) -> Result<Option<workflows::Model>, DbError> {
    Ok(workflows::Entity::of(workspace)
        .filter(workflows::Column::Id.eq(id))
        .one(business.db().read())
        .await?)
}

/// The workflow of this name; case does not matter.
pub(crate) async fn find_by_name(
    business: &Business,
    caller: &Caller,
    name: &str,
) -> Result<WorkflowId, ApiError> {
    let keys = business.db().keys(caller.workspace.0).await?;
    let all = workflows::Entity::of(caller.workspace)
        .all(business.db().read())
        .await
        .map_err(DbError::from)?;
    let wanted = name.trim().to_lowercase();
    for workflow in all {
        if open(&keys, &workflow)?.name.to_lowercase() == wanted {
            return Ok(workflow.id);
        }
    }
    let sentence = format!("There is no workflow \u{201c}{}\u{201d}.", name.trim());
    Err(ApiError::invalid("name", sentence))
}

/// What a workflow is called and does.
pub(crate) async fn definition(
    business: &Business,
    workflow: &workflows::Model,
) -> Result<Definition, DbError> {
    let keys = business.db().keys(workflow.workspace_id.0).await?;
    open(&keys, workflow)
}

pub(super) fn open(keys: &OwnerKeys, workflow: &workflows::Model) -> Result<Definition, DbError> {
    Ok(workflow.body.open(keys, place(workflow.id))?)
}

/// What of a workflow the trail keeps: what kinds of steps it has, how many people it writes to, and a hash by which one
/// can say whether it was this very definition.
fn facts(definition: &Definition) -> Value {
    let written = serde_json::to_vec(&definition.steps).unwrap_or_default();
    let hash = crate::actions::digits(&sha256(&written));
    json!({
        "steps": definition.steps.iter().map(Step::op).collect::<Vec<_>>(),
        "recipients": recipients(&definition.steps).len(),
        "hash": hash,
    })
}

/// Saves a workflow, in the caller's transaction.
pub(crate) async fn create(
    business: &Business,
    tx: &Tx,
    caller: &Caller,
    input: &WorkflowIn,
) -> Result<workflows::Model, ApiError> {
    check_name(&input.name, "name")?;
    let steps = checked_steps(&input.steps, "")?;
    require_things(business, caller, &steps, "").await?;
    input.trigger.check(&steps)?;
    let definition = Definition {
        name: kit::mail::one_line(&input.name),
        steps,
    };
    let keys = business.db().keys(caller.workspace.0).await?;
    let id = WorkflowId::new();
    let schedule_id = schedule(tx, caller.workspace, id, &input.trigger, input.enabled).await?;
    let workflow = workflows::Model {
        workspace_id: caller.workspace,
        id,
        body: Sealed::seal(&keys, place(id), &definition).map_err(DbError::from)?,
        starts: serde_json::to_string(&input.trigger).map_err(DbError::from)?,
        on_event: input.trigger.event().map(str::to_owned),
        schedule_id,
        enabled: input.enabled,
        owner_id: caller.user,
        created_at: tx.now().micros(),
        updated_at: tx.now().micros(),
    };
    let insert = workflows::Entity::insert(workflow.clone().into_active_model());
    insert
        .exec_without_returning(&**tx)
        .await
        .map_err(DbError::from)?;
    audit(tx, caller, "workflow.created", id, &facts(&definition)).await?;
    announce(tx, &workflow).await?;
    Ok(workflow)
}

/// Lets the calendar start it, where it should.
async fn schedule(
    tx: &Tx,
    workspace: WorkspaceId,
    id: WorkflowId,
    starts: &Starts,
    enabled: bool,
) -> Result<Option<uuid::Uuid>, ApiError> {
    match starts {
        Starts::Schedule { spec } if enabled => {
            let due = Due::Workflow { workflow: id };
            Ok(Some(schedules::create(tx, workspace, &due, spec).await?))
        }
        _ => Ok(None),
    }
}

async fn unschedule(tx: &Tx, workflow: &workflows::Model) -> Result<(), ApiError> {
    if let Some(schedule) = workflow.schedule_id {
        schedules::remove(tx, workflow.workspace_id, schedule).await?;
    }
    Ok(())
}

async fn held(tx: &Tx, workspace: WorkspaceId, id: WorkflowId) -> Result<Option<workflows::Model>, DbError> {
    Ok(workflows::Entity::of(workspace)
        .filter(workflows::Column::Id.eq(id))
        .lock_exclusive()
        .one(&**tx)
        .await?)
}

/// Changes a workflow. Whoever changes what it does owns it from then on: it may do what they may.
pub(super) async fn change(
    business: &Business,
    caller: &Caller,
    id: WorkflowId,
    patch: WorkflowPatch,
) -> Result<workflows::Model, ApiError> {
    let keys = business.db().keys(caller.workspace.0).await?;
    let before = find(business, caller.workspace, id)
        .await?
        .ok_or_else(|| ApiError::not_found("workflow"))?;
    let mut definition = open(&keys, &before)?;
    let is_saving = patch.steps.is_some() || patch.trigger.is_some() || patch.enabled == Some(true);
    if let Some(name) = &patch.name {
        definition.name = kit::mail::one_line(name);
    }
    if let Some(steps) = &patch.steps {
        definition.steps = checked_steps(steps, "")?;
    }
    let starts = match patch.trigger {
        Some(starts) => starts,
        None => serde_json::from_str(&before.starts).map_err(DbError::from)?,
    };
    let enabled = patch.enabled.unwrap_or(before.enabled);
    if is_saving {
        require_things(business, caller, &definition.steps, "").await?;
        starts.check(&definition.steps)?;
    }
    let tx = business.db().write().await?;
    let now = held(&tx, caller.workspace, id)
        .await?
        .ok_or_else(|| ApiError::not_found("workflow"))?;
    if now.updated_at != before.updated_at {
        let sentence = "Somebody else changed this workflow just now. Look at it again.";
        return Err(ApiError::new(kit::api::Code::Conflict, sentence));
    }
    unschedule(&tx, &now).await?;
    let schedule_id = schedule(&tx, caller.workspace, id, &starts, enabled).await?;
    let last = now.updated_at;
    let mut change = now.into_active_model();
    change.body = Set(Sealed::seal(&keys, place(id), &definition).map_err(DbError::from)?);
    change.starts = Set(serde_json::to_string(&starts).map_err(DbError::from)?);
    change.on_event = Set(starts.event().map(str::to_owned));
    change.schedule_id = Set(schedule_id);
    change.enabled = Set(enabled);
    if is_saving {
        change.owner_id = Set(caller.user);
    }
    change.updated_at = Set(tx.now().micros().max(last + 1));
    let after = change.update(&*tx).await.map_err(DbError::from)?;
    audit(&tx, caller, "workflow.changed", id, &facts(&definition)).await?;
    announce(&tx, &after).await?;
    tx.commit().await?;
    Ok(after)
}

async fn forget(tx: &Tx, caller: &Caller, workflow: workflows::Model) -> Result<(), ApiError> {
    unschedule(tx, &workflow).await?;
    workflow_runs::Entity::delete_many()
        .filter(workflow_runs::Column::WorkspaceId.eq(workflow.workspace_id))
        .filter(workflow_runs::Column::WorkflowId.eq(workflow.id))
        .exec(&**tx)
        .await
        .map_err(DbError::from)?;
    audit(tx, caller, "workflow.deleted", workflow.id, &json!({})).await?;
    announce(tx, &workflow).await?;
    workflow.delete(&**tx).await.map_err(DbError::from)?;
    Ok(())
}

/// Deletes a workflow with its runs. What they did stays.
pub(super) async fn delete(business: &Business, caller: &Caller, id: WorkflowId) -> Result<(), ApiError> {
    let tx = business.db().write().await?;
    let found = held(&tx, caller.workspace, id)
        .await?
        .ok_or_else(|| ApiError::not_found("workflow"))?;
    forget(&tx, caller, found).await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes a workflow if it is as it was then; answers whether it was (or is gone anyway).
pub(crate) async fn delete_unchanged(
    tx: &Tx,
    caller: &Caller,
    id: WorkflowId,
    then: i64,
) -> Result<bool, ApiError> {
    match held(tx, caller.workspace, id).await? {
        None => Ok(true),
        Some(found) if found.updated_at == then => forget(tx, caller, found).await.map(|()| true),
        Some(_) => Ok(false),
    }
}
