//! Workspaces: the tenants.

use db::entity::{members, workspaces};
use db::events::Scope;
use db::kinds::{Plan, Role};
use db::{Db, Event, Sealed, Tx, UserId, WorkspaceId};
use kit::api::{Problems, Validate};
use kit::clock::Timestamp;
use kit::vault::{OwnerKeys, Place};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use crate::audit::{Actor, audit};
use crate::caller::Caller;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::permissions::Permission;
use crate::{Result, people};

/// A workspace, as one of its members sees it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct WorkspaceOut {
    /// The workspace.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// What it may use.
    pub plan: Plan,
    /// What the caller is in it.
    pub role: Role,
    /// What every answer in it is told first.
    #[schema(required)]
    pub system_prompt: Option<String>,
    /// The house style.
    #[schema(required)]
    pub style: Option<String>,
    /// Used when neither thread nor person names one.
    #[schema(required)]
    pub default_model: Option<String>,
    /// `provider/model` that makes the vectors of its search; null is the built-in one.
    #[schema(required)]
    pub embedding_model: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// A workspace as all who belong to it see it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct WorkspaceShared {
    /// The workspace.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// What it may use.
    pub plan: Plan,
    /// Used when neither thread nor person names one.
    #[schema(required)]
    pub default_model: Option<String>,
}

/// What a workspace tells every answer.
#[derive(Clone, Debug, Default)]
pub struct House {
    /// What every answer in it is told first.
    pub system_prompt: Option<String>,
    /// The house style.
    pub style: Option<String>,
    /// Used when neither thread nor person names one.
    pub default_model: Option<String>,
}

/// A new workspace.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkspaceIn {
    pub name: String,
}

impl Validate for WorkspaceIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("name", &self.name, 1, 100);
    }
}

/// A changed workspace. What is absent stays; null or an empty text clears.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::option_option)] // absent, null and a text are three things
pub(crate) struct WorkspacePatch {
    pub name: Option<String>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub system_prompt: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub style: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub default_model: Option<Option<String>>,
}

/// A field that is there, be it null.
#[allow(clippy::option_option)]
fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

impl Validate for WorkspacePatch {
    fn validate(&self, problems: &mut Problems) {
        problems.optional_length("name", self.name.as_ref(), 1, 100);
        let inner = |field: &Option<Option<String>>| field.clone().flatten();
        problems.optional_length("system_prompt", inner(&self.system_prompt).as_ref(), 0, 20_000);
        problems.optional_length("style", inner(&self.style).as_ref(), 0, 20_000);
        problems.optional_length("default_model", inner(&self.default_model).as_ref(), 0, 200);
    }
}

const fn prompt_place(id: WorkspaceId) -> Place<'static> {
    Place {
        column: "workspaces.system_prompt",
        row: id.0,
    }
}

const fn style_place(id: WorkspaceId) -> Place<'static> {
    Place {
        column: "workspaces.style",
        row: id.0,
    }
}

/// A text that cannot be opened is missing, and alone in that.
fn open(keys: &OwnerKeys, place: Place<'_>, sealed: Option<&Sealed>) -> Option<String> {
    sealed?
        .open(keys, place)
        .inspect_err(
            |error| tracing::error!(error = %error, column = place.column, row = %place.row, "unreadable"),
        )
        .ok()
}

async fn house_of(db: &Db, row: &workspaces::Model) -> Result<House> {
    let mut house = House {
        default_model: row.default_model.clone(),
        ..House::default()
    };
    if row.system_prompt.is_some() || row.style.is_some() {
        let keys = db.keys(row.id.0).await?;
        house.system_prompt = open(&keys, prompt_place(row.id), row.system_prompt.as_ref());
        house.style = open(&keys, style_place(row.id), row.style.as_ref());
    }
    Ok(house)
}

/// What a workspace tells every answer.
pub async fn house(db: &Db, workspace: WorkspaceId) -> Result<House> {
    let row = find(db, workspace).await?;
    house_of(db, &row).await
}

async fn find(db: &Db, workspace: WorkspaceId) -> Result<workspaces::Model> {
    workspaces::Entity::find_by_id(workspace)
        .one(db.read())
        .await?
        .ok_or(IdentityError::NotFound("workspace"))
}

/// A workspace as all who belong to it see it, if it is there.
pub async fn shared(db: &Db, workspace: WorkspaceId) -> Result<Option<WorkspaceShared>> {
    let row = workspaces::Entity::find_by_id(workspace).one(db.read()).await?;
    Ok(row.map(|row| WorkspaceShared {
        id: row.id,
        name: row.name,
        plan: row.plan,
        default_model: row.default_model,
    }))
}

/// A row as its member sees it.
pub(crate) async fn out(db: &Db, row: workspaces::Model, role: Role) -> Result<WorkspaceOut> {
    let house = house_of(db, &row).await?;
    Ok(WorkspaceOut {
        embedding_model: row.embedding_model,
        id: row.id,
        name: row.name,
        plan: row.plan,
        role,
        system_prompt: house.system_prompt,
        style: house.style,
        default_model: house.default_model,
        created_at: Timestamp(row.created_at),
    })
}

/// A workspace as somebody with this role sees it.
pub(crate) async fn show(identity: &Identity, workspace: WorkspaceId, role: Role) -> Result<WorkspaceOut> {
    let row = find(identity.db(), workspace).await?;
    out(identity.db(), row, role).await
}

/// Adds a workspace, its key and its owner.
pub(crate) async fn add(identity: &Identity, tx: &Tx, name: &str, owner: UserId) -> Result<WorkspaceId> {
    let now = tx.now().micros();
    let id = WorkspaceId::new();
    let row = workspaces::ActiveModel {
        id: Set(id),
        name: Set(name.trim().to_owned()),
        plan: Set(Plan::Free),
        system_prompt: Set(None),
        style: Set(None),
        default_model: Set(None),
        embedding_model: Set(None),
        embedding_dims: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    };
    workspaces::Entity::insert(row)
        .exec_without_returning(&**tx)
        .await?;
    identity.db().create_keys(tx, id.0).await?;
    join(tx, id, owner, Role::Owner).await?;
    Ok(id)
}

/// Adds somebody to a workspace, with the news for both.
pub(crate) async fn join(tx: &Tx, workspace: WorkspaceId, user: UserId, role: Role) -> Result<()> {
    let row = members::ActiveModel {
        workspace_id: Set(workspace),
        user_id: Set(user),
        role: Set(role),
        joined_at: Set(tx.now().micros()),
    };
    members::Entity::insert(row)
        .exec_without_returning(&**tx)
        .await
        .map_err(|error| match db::DbError::from(error) {
            error if error.is_duplicate() => IdentityError::AlreadyMember,
            error => error.into(),
        })?;
    tx.permissions_changed(Scope::Workspace(workspace)).await?;
    tell_membership(tx, workspace, user, "added", Some(role)).await
}

/// Tells a workspace and the person what they are in it now.
pub(crate) async fn tell_membership(
    tx: &Tx,
    workspace: WorkspaceId,
    user: UserId,
    what: &str,
    role: Option<Role>,
) -> Result<()> {
    let payload = json!({ "workspace_id": workspace, "user_id": user, "role": role });
    for (scope, kind) in [
        (Scope::Workspace(workspace), format!("member.{what}")),
        (Scope::User(user), format!("membership.{what}")),
    ] {
        let event = Event {
            scope,
            workspace: Some(workspace),
            kind: &kind,
            payload: &payload,
        };
        tx.event(event).await?;
    }
    Ok(())
}

/// All workspaces of the installation, the oldest first: for commands, which serve nobody in particular.
pub async fn all(db: &Db) -> std::result::Result<Vec<WorkspaceId>, db::DbError> {
    let rows = workspaces::Entity::find()
        .order_by_asc(workspaces::Column::CreatedAt)
        .all(db.read())
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Makes a workspace that the caller owns.
pub(crate) async fn create(identity: &Identity, caller: &Caller, input: WorkspaceIn) -> Result<WorkspaceOut> {
    let tx = identity.db().write().await?;
    let id = add(identity, &tx, &input.name, caller.user).await?;
    let actor = Actor {
        workspace: Some(id),
        ..Actor::from(caller)
    };
    audit(&tx, actor, "workspace.created", id, &json!({})).await?;
    tx.commit().await?;
    show(identity, id, Role::Owner).await
}

/// The workspaces that the caller belongs to, the oldest membership first. An API token sees its own.
pub(crate) async fn list(identity: &Identity, caller: &Caller) -> Result<Vec<WorkspaceOut>> {
    let conn = identity.db().read();
    let found = members::Entity::find()
        .filter(members::Column::UserId.eq(caller.user))
        .order_by_asc(members::Column::JoinedAt)
        .all(conn)
        .await?;
    let mut all = Vec::with_capacity(found.len());
    for member in found {
        if caller.session.is_some() || member.workspace_id == caller.workspace {
            all.push(show(identity, member.workspace_id, member.role).await?);
        }
    }
    Ok(all)
}

/// Changes the caller's workspace.
pub(crate) async fn change(
    identity: &Identity,
    caller: &Caller,
    patch: WorkspacePatch,
) -> Result<WorkspaceOut> {
    caller.require(Permission::ManageWorkspace)?;
    let id = caller.workspace;
    let keys = identity.db().keys(id.0).await?;
    let clean = |text: Option<String>| text.filter(|t| !t.trim().is_empty());
    let seal = |text: Option<String>, place| {
        clean(text)
            .map(|text| Sealed::seal(&keys, place, &text))
            .transpose()
    };
    let mut row = workspaces::ActiveModel::default();
    let mut fields = Vec::new();
    if let Some(name) = patch.name {
        row.name = Set(name.trim().to_owned());
        fields.push("name");
    }
    if let Some(text) = patch.system_prompt {
        row.system_prompt = Set(seal(text, prompt_place(id))?);
        fields.push("system_prompt");
    }
    if let Some(text) = patch.style {
        row.style = Set(seal(text, style_place(id))?);
        fields.push("style");
    }
    if let Some(model) = patch.default_model {
        row.default_model = Set(clean(model));
        fields.push("default_model");
    }
    if !fields.is_empty() {
        let tx = identity.db().write().await?;
        row.updated_at = Set(tx.now().micros());
        workspaces::Entity::update_many()
            .set(row)
            .filter(workspaces::Column::Id.eq(id))
            .exec(&*tx)
            .await?;
        let payload = json!({ "workspace_id": id, "fields": fields });
        let event = Event {
            scope: Scope::Workspace(id),
            workspace: Some(id),
            kind: "workspace.changed",
            payload: &payload,
        };
        tx.event(event).await?;
        audit(&tx, caller, "workspace.changed", id, &json!({ "fields": fields })).await?;
        tx.commit().await?;
    }
    show(identity, id, caller.role).await
}

/// Whether somebody belongs to a workspace, and as what.
pub async fn role_of(db: &Db, workspace: WorkspaceId, user: UserId) -> Result<Option<Role>> {
    Ok(members::Entity::of(workspace)
        .filter(members::Column::UserId.eq(user))
        .one(db.read())
        .await?
        .map(|member| member.role))
}

/// The lock under which one transaction at a time changes who owns a workspace.
pub(crate) fn membership_lock(workspace: WorkspaceId) -> i64 {
    let (_, low) = workspace.0.as_u64_pair();
    low.cast_signed()
}

/// The workspace where an operator's tokens work: the person's oldest one.
pub(crate) async fn first_of(db: &Db, user: UserId) -> Result<WorkspaceId> {
    let person = people::find(db, user).await?;
    members::Entity::find()
        .filter(members::Column::UserId.eq(person.id))
        .order_by_asc(members::Column::JoinedAt)
        .one(db.read())
        .await?
        .map(|member| member.workspace_id)
        .ok_or(IdentityError::NoWorkspace)
}

#[cfg(test)]
mod tests {
    use super::WorkspacePatch;

    #[test]
    fn absent_and_null_differ() {
        let read = |text: &str| serde_json::from_str::<WorkspacePatch>(text).unwrap();
        assert_eq!(read("{}").style, None);
        assert_eq!(read(r#"{"style":null}"#).style, Some(None));
        assert_eq!(read(r#"{"style":"brief"}"#).style, Some(Some("brief".into())));
    }
}
