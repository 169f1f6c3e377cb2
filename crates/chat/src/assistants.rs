//! Assistants: named ways of answering, with instructions, a style and a model of their own.

use db::entity::{assistants, files};
use db::kinds::{FileStatus, Visibility};
use db::{DbError, FileId, Sealed, Tx};
use identity::{Caller, Permission};
use kit::api::{ApiError, Problems, Validate};
use kit::clock::Timestamp;
use kit::vault::{OwnerKeys, Place};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Chat;
use crate::attachments::each_once;
use crate::news::{News, audience};
use db::Field;

const MAX_PROMPT: usize = 20_000;

/// A new assistant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssistantIn {
    /// Its name.
    pub name: String,
    /// What it is told before each conversation.
    pub system_prompt: Option<String>,
    /// How it writes.
    pub style: Option<String>,
    /// The model it uses.
    pub model: Option<String>,
    /// The tools it may call, by name.
    #[serde(default)]
    pub tools: Vec<String>,
    /// The files it knows.
    #[serde(default)]
    pub knowledge: Vec<FileId>,
}

impl Validate for AssistantIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("name", &self.name, 1, 100);
        problems.optional_length("system_prompt", self.system_prompt.as_ref(), 0, MAX_PROMPT);
        problems.optional_length("style", self.style.as_ref(), 0, MAX_PROMPT);
        problems.optional_length("model", self.model.as_ref(), 1, 200);
        problems.check(
            self.tools.len() <= 100,
            "tools",
            "An assistant takes at most 100 tools.",
        );
        problems.check(
            self.knowledge.len() <= 1000,
            "knowledge",
            "An assistant takes at most 1000 files.",
        );
    }
}

/// Changes to an assistant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssistantPatch {
    /// Its name.
    pub name: Option<String>,
    /// What it is told before each conversation.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub system_prompt: Field<String>,
    /// How it writes.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub style: Field<String>,
    /// The model it uses.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub model: Field<String>,
    /// The tools it may call.
    pub tools: Option<Vec<String>>,
    /// The files it knows.
    pub knowledge: Option<Vec<FileId>>,
}

impl Validate for AssistantPatch {
    fn validate(&self, problems: &mut Problems) {
        problems.check(
            self.knowledge.as_ref().is_none_or(|files| files.len() <= 1000),
            "knowledge",
            "An assistant takes at most 1000 files.",
        );
        problems.optional_length("name", self.name.as_ref(), 1, 100);
        problems.optional_length("system_prompt", self.system_prompt.value(), 0, MAX_PROMPT);
        problems.optional_length("style", self.style.value(), 0, MAX_PROMPT);
        problems.optional_length("model", self.model.value(), 1, 200);
    }
}

/// An assistant as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssistantOut {
    /// The assistant.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is told.
    pub system_prompt: Option<String>,
    /// How it writes.
    pub style: Option<String>,
    /// The model it uses.
    pub model: Option<String>,
    /// The tools it may call.
    pub tools: Vec<String>,
    /// The files it knows.
    pub knowledge: Vec<FileId>,
    /// When.
    pub created_at: Timestamp,
    /// When last changed.
    pub updated_at: Timestamp,
}

fn prompt_place(id: Uuid) -> Place<'static> {
    Place {
        column: "assistants.system_prompt",
        row: id,
    }
}

fn style_place(id: Uuid) -> Place<'static> {
    Place {
        column: "assistants.style",
        row: id,
    }
}

/// An assistant's instructions and style, opened.
pub fn open(keys: &OwnerKeys, row: &assistants::Model) -> (Option<String>, Option<String>) {
    let prompt = row
        .system_prompt
        .as_ref()
        .and_then(|s| s.open(keys, prompt_place(row.id)).ok());
    let style = row
        .style
        .as_ref()
        .and_then(|s| s.open(keys, style_place(row.id)).ok());
    (prompt, style)
}

/// The files that an assistant knows.
pub fn knowledge(row: &assistants::Model) -> Vec<FileId> {
    serde_json::from_str(&row.knowledge).unwrap_or_default()
}

fn show(keys: &OwnerKeys, row: assistants::Model) -> AssistantOut {
    let (system_prompt, style) = open(keys, &row);
    let knowledge = knowledge(&row);
    AssistantOut {
        id: row.id,
        name: row.name,
        system_prompt,
        style,
        model: row.model,
        tools: serde_json::from_str(&row.tools).unwrap_or_default(),
        knowledge,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    }
}

fn seal(keys: &OwnerKeys, place: Place<'_>, text: Option<&String>) -> Result<Option<Sealed>, DbError> {
    Ok(text.map(|t| Sealed::seal(keys, place, t)).transpose()?)
}

/// All of the workspace, by name.
pub async fn list(chat: &Chat, caller: &Caller) -> Result<Vec<AssistantOut>, ApiError> {
    let keys = chat.db().keys(caller.workspace.0).await?;
    let rows = assistants::Entity::of(caller.workspace)
        .order_by_asc(assistants::Column::Name)
        .all(chat.db().read())
        .await
        .map_err(DbError::from)?;
    Ok(rows.into_iter().map(|row| show(&keys, row)).collect())
}

/// One row of the workspace.
pub async fn find(chat: &Chat, caller: &Caller, id: Uuid) -> Result<assistants::Model, ApiError> {
    assistants::Entity::of(caller.workspace)
        .filter(assistants::Column::Id.eq(id))
        .one(chat.db().read())
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("assistant"))
}

/// Refuses files that an assistant cannot know, in the transaction that gives them to it. An assistant belongs to the
/// workspace and answers everybody from what it knows: so the workspace must see each file, and who makes the assistant
/// opens it up before, knowing what they do. `known` are files that it was given earlier.
async fn require_known(
    chat: &Chat,
    tx: &Tx,
    caller: &Caller,
    wanted: &[FileId],
    known: &[FileId],
) -> Result<(), ApiError> {
    let new: Vec<FileId> = wanted.iter().filter(|id| !known.contains(id)).copied().collect();
    if new.is_empty() {
        return Ok(());
    }
    let found = files::Entity::of(caller.workspace)
        .filter(files::Column::Id.is_in(new.iter().copied()))
        .filter(::files::visible(chat.files(), caller))
        .lock_shared()
        .all(&**tx)
        .await
        .map_err(DbError::from)?;
    let refused = |why: &str| Err(ApiError::invalid("knowledge", why));
    if new.iter().any(|id| found.iter().all(|row| row.id != *id)) {
        return refused("One of these files is not there.");
    }
    if found.iter().any(|row| row.status == FileStatus::Rejected) {
        return refused("One of these files was rejected and cannot be read.");
    }
    if found.iter().any(|row| row.visibility != Visibility::Workspace) {
        return refused(
            "One of these files is private. Please open it to the workspace first: everybody whom the assistant answers reads from it.",
        );
    }
    Ok(())
}

/// Makes one.
pub async fn create(chat: &Chat, caller: &Caller, input: AssistantIn) -> Result<AssistantOut, ApiError> {
    caller.require(Permission::WriteAssistants)?;
    let keys = chat.db().keys(caller.workspace.0).await?;
    let id = kit::ids::new_id();
    let tx = chat.db().write().await?;
    let knowledge = each_once(input.knowledge);
    require_known(chat, &tx, caller, &knowledge, &[]).await?;
    let now = tx.now().micros();
    let row = assistants::Model {
        workspace_id: caller.workspace,
        id,
        system_prompt: seal(&keys, prompt_place(id), input.system_prompt.as_ref())?,
        style: seal(&keys, style_place(id), input.style.as_ref())?,
        name: input.name,
        model: input.model,
        tools: serde_json::to_string(&input.tools).map_err(DbError::from)?,
        knowledge: serde_json::to_string(&knowledge).map_err(DbError::from)?,
        created_by: caller.user,
        created_at: now,
        updated_at: now,
    };
    let insert = assistants::Entity::insert(row.clone().into_active_model());
    insert.exec_without_returning(&*tx).await.map_err(DbError::from)?;
    identity::audit(
        &tx,
        caller,
        "assistant.created",
        &id.to_string(),
        &serde_json::json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(show(&keys, row))
}

/// Changes one.
pub async fn change(
    chat: &Chat,
    caller: &Caller,
    id: Uuid,
    patch: AssistantPatch,
) -> Result<AssistantOut, ApiError> {
    caller.require(Permission::WriteAssistants)?;
    let keys = chat.db().keys(caller.workspace.0).await?;
    let found = find(chat, caller, id).await?;
    let known = knowledge(&found);
    let mut row = found.into_active_model();
    let tx = chat.db().write().await?;
    if let Some(name) = patch.name {
        row.name = Set(name);
    }
    match patch.system_prompt {
        Field::Keep => {}
        Field::Clear => row.system_prompt = Set(None),
        Field::Set(text) => row.system_prompt = Set(seal(&keys, prompt_place(id), Some(&text))?),
    }
    match patch.style {
        Field::Keep => {}
        Field::Clear => row.style = Set(None),
        Field::Set(text) => row.style = Set(seal(&keys, style_place(id), Some(&text))?),
    }
    patch.model.apply(&mut row.model);
    if let Some(tools) = patch.tools {
        row.tools = Set(serde_json::to_string(&tools).map_err(DbError::from)?);
    }
    if let Some(knowledge) = patch.knowledge.map(each_once) {
        require_known(chat, &tx, caller, &knowledge, &known).await?;
        row.knowledge = Set(serde_json::to_string(&knowledge).map_err(DbError::from)?);
    }
    row.updated_at = Set(tx.now().micros());
    let row = assistants::Entity::update(row)
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    identity::audit(
        &tx,
        caller,
        "assistant.changed",
        &id.to_string(),
        &serde_json::json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(show(&keys, row))
}

/// Deletes one; threads that used it go on without.
pub async fn delete(chat: &Chat, caller: &Caller, id: Uuid) -> Result<(), ApiError> {
    use db::entity::threads;
    caller.require(Permission::WriteAssistants)?;
    find(chat, caller, id).await?;
    let tx = chat.db().write().await?;
    let used_in = threads::Entity::of(caller.workspace)
        .filter(threads::Column::AssistantId.eq(id))
        .order_by_asc(threads::Column::Id)
        .lock_exclusive()
        .all(&*tx)
        .await
        .map_err(DbError::from)?;
    assistants::Entity::delete_by_id((caller.workspace, id))
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    threads::Entity::update_many()
        .set(threads::ActiveModel {
            assistant_id: Set(None),
            ..Default::default()
        })
        .filter(threads::Column::WorkspaceId.eq(caller.workspace))
        .filter(threads::Column::AssistantId.eq(id))
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    let mut news = News::of(caller.workspace);
    for thread in &used_in {
        news.thread_changed(thread);
        news.listed(thread, &audience(&*tx, thread).await?, "thread.changed");
    }
    news.write(&tx).await?;
    identity::audit(
        &tx,
        caller,
        "assistant.deleted",
        &id.to_string(),
        &serde_json::json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
