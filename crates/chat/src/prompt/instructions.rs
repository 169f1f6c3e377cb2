//! What holds for an answer before anything is said: the house's instructions, the assistant's with what it knows, and
//! the person's.

use db::{DbError, FileId};
use identity::Caller;
use kit::api::ApiError;
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use crate::Chat;
use crate::assistants;

/// What the instructions of a thread come to, and which model they ask for.
#[derive(Debug, Default)]
pub struct Instructions {
    /// The system message; empty when nobody has anything to say.
    pub system: String,
    /// The model of the assistant, the workspace or the person, in that order.
    pub model: Option<String>,
    /// The files that the assistant knows.
    pub knowledge: Vec<FileId>,
}

/// Reads the instructions that hold for an answer of this assistant, or of none, to a person.
pub async fn instructions(
    chat: &Chat,
    caller: &Caller,
    assistant: Option<Uuid>,
) -> Result<Instructions, ApiError> {
    let db = chat.db();
    let keys = db.keys(caller.workspace.0).await?;
    let mut parts: Vec<String> = Vec::new();
    let mut model = None;
    let mut knowledge = Vec::new();
    let house = identity::workspaces::house(db, caller.workspace).await?;
    parts.extend(house.system_prompt);
    parts.extend(house.style.map(|s| format!("House style: {s}")));
    if let Some(id) = assistant {
        let assistant = db::entity::assistants::Entity::of(caller.workspace)
            .filter(db::entity::assistants::Column::Id.eq(id))
            .one(db.read())
            .await
            .map_err(DbError::from)?;
        if let Some(assistant) = assistant {
            let (prompt, style) = assistants::open(&keys, &assistant);
            parts.extend(prompt);
            parts.extend(style.map(|s| format!("Style: {s}")));
            knowledge = assistants::knowledge(&assistant);
            model = assistant.model;
        }
    }
    let [own, usual_model] =
        identity::settings::get(db, caller.user, ["instructions", "default_model"]).await?;
    parts.extend(words(own).map(|text| format!("The person asks you to keep in mind: {text}")));
    parts.retain(|part| !part.trim().is_empty());
    if model.is_none() {
        model = words(usual_model).or(house.default_model);
    }
    Ok(Instructions {
        system: parts.join("\n\n"),
        model,
        knowledge,
    })
}

/// A setting's text, if it has any.
fn words(value: Option<serde_json::Value>) -> Option<String> {
    value
        .and_then(|v| v.as_str().map(str::trim).map(str::to_owned))
        .filter(|text| !text.is_empty())
}
