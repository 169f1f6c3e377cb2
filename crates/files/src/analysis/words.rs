//! What an analysis says, sealed in its row, and how it is shown.

use std::collections::HashMap;

use ai::answer::{AnswerError, AnswerUsage, Citation};
use db::entity::file_analyses;
use db::kinds::MessageStatus;
use db::{FileId, Sealed, UserId, WorkspaceId};
use kit::api::{ApiError, Problems, Validate};
use kit::clock::Timestamp;
use kit::vault::{OwnerKeys, Place, VaultError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Files;

/// The longest question, in characters.
const MAX_PROMPT: usize = 20_000;

/// What is asked about a file.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalyzeIn {
    /// The question; a summary when absent.
    pub prompt: Option<String>,
    /// The model that should answer; the house's choice when absent.
    pub model: Option<String>,
}

impl Validate for AnalyzeIn {
    fn validate(&self, problems: &mut Problems) {
        problems.optional_length("prompt", self.prompt.as_ref(), 1, MAX_PROMPT);
        problems.optional_length("model", self.model.as_ref(), 1, 200);
    }
}

/// What is sealed of an analysis.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Words {
    /// What was asked.
    pub prompt: Option<String>,
    /// Which model was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<String>,
    /// The answer.
    pub text: String,
    /// The thinking before it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// What it cites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Citation>,
    /// Why it is not whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<AnswerError>,
}

impl Words {
    pub fn seal(&self, keys: &OwnerKeys, id: Uuid) -> Result<Sealed, VaultError> {
        Sealed::seal(keys, place(id), self)
    }

    pub fn open(keys: &OwnerKeys, row: &file_analyses::Model) -> Result<Self, VaultError> {
        row.body.open(keys, place(row.id))
    }
}

fn place(id: Uuid) -> Place<'static> {
    Place {
        column: "file_analyses.body",
        row: id,
    }
}

/// Who asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AnalysisAuthor {
    /// The person.
    pub id: UserId,
    /// Their name.
    pub full_name: String,
    /// A hue for their picture.
    pub avatar_color: String,
}

/// An analysis as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AnalysisOut {
    /// The analysis.
    pub id: Uuid,
    /// The file.
    pub file_id: FileId,
    /// What was asked; null when a summary was.
    #[schema(required)]
    pub prompt: Option<String>,
    /// What the model said, so far.
    pub text: String,
    /// The thinking before it, where the model shows it.
    #[schema(required)]
    pub reasoning: Option<String>,
    /// Whether it is whole.
    pub status: MessageStatus,
    /// Why not.
    #[schema(required)]
    pub error: Option<AnswerError>,
    /// Which model.
    #[schema(required)]
    pub model: Option<String>,
    /// Which provider.
    #[schema(required)]
    pub provider: Option<String>,
    /// Tokens, cost and times.
    #[schema(required)]
    pub usage: Option<AnswerUsage>,
    /// The pages that it cites.
    pub sources: Vec<Citation>,
    /// Who asked; null when they have no account any more.
    #[schema(required)]
    pub author: Option<AnalysisAuthor>,
    /// When.
    pub created_at: Timestamp,
}

/// Rows as people see them. One that cannot be opened is shown as such and spoils nothing else.
pub(super) async fn show(
    files: &Files,
    workspace: WorkspaceId,
    rows: Vec<file_analyses::Model>,
) -> Result<Vec<AnalysisOut>, ApiError> {
    let keys = files.db().keys(workspace.0).await?;
    let authors = authors(files, &rows).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let (words, status) = match Words::open(&keys, &row) {
                Ok(words) => (words, row.status),
                Err(error) => {
                    tracing::warn!(analysis.id = %row.id, error = %error, "an analysis cannot be opened");
                    (Words::default(), MessageStatus::Unreadable)
                }
            };
            AnalysisOut {
                id: row.id,
                file_id: row.file_id,
                prompt: words.prompt,
                text: words.text,
                reasoning: Some(words.reasoning).filter(|text| !text.is_empty()),
                status,
                error: words.error,
                model: row.model,
                provider: row.provider,
                usage: row
                    .usage
                    .as_deref()
                    .and_then(|usage| serde_json::from_str(usage).ok()),
                sources: words.sources,
                author: authors.get(&row.author_id).cloned(),
                created_at: Timestamp(row.created_at),
            }
        })
        .collect())
}

async fn authors(
    files: &Files,
    rows: &[file_analyses::Model],
) -> Result<HashMap<UserId, AnalysisAuthor>, ApiError> {
    let people = identity::people::authors(files.db(), rows.iter().map(|row| row.author_id)).await?;
    Ok(people
        .into_iter()
        .map(|(id, person)| {
            let author = AnalysisAuthor {
                id,
                full_name: person.full_name,
                avatar_color: person.avatar_color.to_owned(),
            };
            (id, author)
        })
        .collect())
}
