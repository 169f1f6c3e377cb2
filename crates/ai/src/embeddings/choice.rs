//! A workspace chooses who makes its vectors. The model is tried first: one that cannot be asked is not kept, and how
//! long its vectors are is seen by looking at one.

use axum::extract::State;
use identity::{Caller, EmbeddingChoice, Permission};
use kit::api::{ApiError, Data, ErrorBody, Json, Problems, Validate};
use providers::ErrorKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::builtin::builtin;
use super::embedder::asker_of;
use crate::Ai;
use crate::trying::Failure;

/// No store takes longer vectors everywhere.
const MOST_DIMS: usize = 4_096;

/// The wish.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingModelIn {
    /// `provider/model`; null is the built-in one.
    #[serde(default)]
    pub model: Option<String>,
}

impl Validate for EmbeddingModelIn {
    fn validate(&self, problems: &mut Problems) {
        problems.optional_length("model", self.model.as_ref(), 0, 200);
    }
}

/// What makes the vectors now.
#[derive(Debug, Serialize, ToSchema)]
pub struct EmbeddingModelOut {
    /// `provider/model`; null is the built-in one.
    #[schema(required)]
    pub model: Option<String>,
    /// How many numbers a vector has.
    pub dims: usize,
}

/// Chooses the model that makes the vectors of the workspace's search; it is asked once before it is kept.
#[utoipa::path(put, path = "/api/v1/workspace/embedding-model", tag = "models", request_body = EmbeddingModelIn,
    responses((status = 200, body = Data<EmbeddingModelOut>), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody),
        (status = 424, body = ErrorBody)))]
pub async fn choose_embedding_model(
    State(ai): State<Ai>,
    caller: Caller,
    Json(input): Json<EmbeddingModelIn>,
) -> Result<Data<EmbeddingModelOut>, ApiError> {
    caller.require(Permission::ManageWorkspace)?;
    let wish = input.model.as_deref().map(str::trim);
    let choice = match wish.filter(|wish| !wish.is_empty() && !builtin().is_called(wish)) {
        Some(wish) => Some(ai.probe(&caller, wish).await?),
        None => None,
    };
    identity::embedding::choose(ai.db(), &caller, choice.as_ref()).await?;
    let dims = choice.as_ref().map_or(builtin().dims(), |choice| choice.dims);
    let model = choice.map(|choice| choice.model);
    Ok(Data::new(EmbeddingModelOut { model, dims }))
}

impl Ai {
    /// Asks a model for one vector, with the keys that search would use.
    async fn probe(&self, caller: &Caller, wish: &str) -> Result<EmbeddingChoice, ApiError> {
        let asker = asker_of(caller.workspace);
        let plan = self.plan_vectors(asker, Some(wish)).await?;
        let model = plan.targets.first().map_or_else(|| wish.to_owned(), |t| t.id());
        let texts = vec!["A text to see how long its vector is.".to_owned()];
        let made = match self.embed_texts(&plan, asker, &model, texts).await {
            Ok(made) => made,
            Err(failure) => return Err(self.refusal(failure)),
        };
        let dims = made.first().map_or(0, Vec::len);
        if dims == 0 || dims > MOST_DIMS {
            let message =
                format!("{model} makes vectors of {dims} numbers; between 1 and {MOST_DIMS} can be kept.");
            return Err(ApiError::invalid("model", message));
        }
        Ok(EmbeddingChoice { model, dims })
    }

    /// A model that makes no vectors is a wrong wish; anything else is told as it is.
    fn refusal(&self, failure: Failure) -> ApiError {
        self.record_soon(failure.outcome);
        match failure.cause.map(|cause| cause.kind) {
            Some(ErrorKind::NotFound | ErrorKind::BadRequest | ErrorKind::Garbage) => {
                let message = format!("This model makes no vectors. {}", failure.error.message);
                ApiError::invalid("model", message)
            }
            _ => failure.error,
        }
    }
}
