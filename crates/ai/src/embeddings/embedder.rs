//! The model that makes a workspace's vectors: the built-in one, or a provider's that its administrators have chosen.

use std::time::Instant;

use db::{UserId, WorkspaceId};
use identity::EmbeddingChoice;
use kit::api::{ApiError, Code};
use uuid::Uuid;

use super::EmbeddingRequest;
use super::builtin::{StaticModel, builtin};
use crate::calls::Purpose;
use crate::plan::Plan;
use crate::trying::{Errand, Failure, Source};
use crate::{Ai, Asker};

/// Bytes that are embedded without leaving the thread: some tenths of a millisecond, a query or a message.
const AT_ONCE: usize = 16 * 1024;
/// Texts in one request: what the most modest of the providers takes.
const TEXTS: usize = 96;
/// Characters in one request.
const CHARS: usize = 200_000;

/// A model that makes vectors; cheap to make, so ask for it anew for each piece of work.
#[derive(Clone, Debug)]
pub struct Embedder(Model);

#[derive(Clone, Debug)]
enum Model {
    Builtin(&'static StaticModel),
    Provider {
        ai: Ai,
        asker: Asker,
        choice: EmbeddingChoice,
    },
}

/// Search asks on the workspace's account, with its keys alone: a person's key makes no vectors for others.
pub(super) const fn asker_of(workspace: WorkspaceId) -> Asker {
    Asker {
        workspace,
        user: UserId(Uuid::nil()),
    }
}

impl Ai {
    /// The model that makes a workspace's vectors.
    pub async fn embedder(&self, workspace: WorkspaceId) -> Result<Embedder, ApiError> {
        let choice = identity::embedding::choice(self.db(), workspace).await?;
        Ok(Embedder(match choice {
            None => Model::Builtin(builtin()),
            Some(choice) => Model::Provider {
                ai: self.clone(),
                asker: asker_of(workspace),
                choice,
            },
        }))
    }

    /// The model that made vectors before: by the name that it gave itself ([`Embedder::id`]).
    pub fn embedder_of(&self, workspace: WorkspaceId, id: &str, dims: usize) -> Embedder {
        if builtin().is_called(id) {
            return Embedder(Model::Builtin(builtin()));
        }
        Embedder(Model::Provider {
            ai: self.clone(),
            asker: asker_of(workspace),
            choice: EmbeddingChoice {
                model: id.to_owned(),
                dims,
            },
        })
    }

    /// Vectors of length one from a provider, written down as calls.
    pub(super) async fn embed_texts(
        &self,
        plan: &Plan,
        asker: Asker,
        model: &str,
        texts: Vec<String>,
    ) -> Result<Vec<Vec<f32>>, Failure> {
        let request = EmbeddingRequest::of_texts(model.to_owned(), texts);
        let errand = Errand {
            asker,
            purpose: Purpose::Embedding,
            message: None,
            began: Instant::now(),
        };
        let source = Source::Texts(&request);
        let mut opened = self.open_source(plan, errand, source, |_| {}).await?;
        let (embeddings, _) = opened.take_vectors().unwrap_or_default();
        self.record_soon(opened.finish(None));
        let mut vectors = embeddings.vectors;
        vectors.iter_mut().for_each(|vector| to_unit(vector));
        Ok(vectors)
    }
}

impl Embedder {
    /// Its name: `builtin/…` or `provider/model`. Vectors of different names cannot be compared.
    pub fn id(&self) -> &str {
        match &self.0 {
            Model::Builtin(model) => model.id(),
            Model::Provider { choice, .. } => &choice.model,
        }
    }

    /// How many numbers a vector has.
    pub fn dims(&self) -> usize {
        match &self.0 {
            Model::Builtin(model) => model.dims(),
            Model::Provider { choice, .. } => choice.dims,
        }
    }

    /// One vector a text, in their order, each of length one; zero for a text without a word.
    pub async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ApiError> {
        match &self.0 {
            Model::Builtin(model) => embed_here(model, texts).await,
            Model::Provider { ai, asker, choice } => embed_there(ai, *asker, choice, texts).await,
        }
    }
}

async fn embed_here(model: &'static StaticModel, texts: &[&str]) -> Result<Vec<Vec<f32>>, ApiError> {
    if texts.iter().map(|text| text.len()).sum::<usize>() <= AT_ONCE {
        return Ok(texts.iter().map(|text| model.embed(text)).collect());
    }
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    let work = move || texts.iter().map(|text| model.embed(text)).collect();
    tokio::task::spawn_blocking(work)
        .await
        .map_err(ApiError::internal)
}

async fn embed_there(
    ai: &Ai,
    asker: Asker,
    choice: &EmbeddingChoice,
    texts: &[&str],
) -> Result<Vec<Vec<f32>>, ApiError> {
    let plan = ai.plan_vectors(asker, Some(&choice.model)).await?;
    let mut vectors = vec![vec![0.0; choice.dims]; texts.len()];
    // Providers refuse what is empty.
    let spoken: Vec<usize> = (0..texts.len())
        .filter(|at| !texts[*at].trim().is_empty())
        .collect();
    for batch in batches(&spoken, texts) {
        let sent = batch.iter().map(|at| texts[*at].to_owned()).collect();
        let made = match ai.embed_texts(&plan, asker, &choice.model, sent).await {
            Ok(made) => made,
            Err(failure) => {
                ai.record_soon(failure.outcome);
                return Err(failure.error);
            }
        };
        for (at, vector) in batch.iter().zip(made) {
            if vector.len() != choice.dims {
                let message = format!(
                    "{} makes vectors of {} numbers now instead of {}. Please choose the model anew.",
                    choice.model,
                    vector.len(),
                    choice.dims
                );
                return Err(ApiError::new(Code::AllProvidersFailed, message));
            }
            vectors[*at] = vector;
        }
    }
    Ok(vectors)
}

/// Cuts what is to be sent into requests that a provider takes.
fn batches<'a>(places: &'a [usize], texts: &[&str]) -> Vec<&'a [usize]> {
    let mut found = Vec::new();
    let (mut from, mut chars) = (0, 0);
    for (to, place) in places.iter().enumerate() {
        let more = texts[*place].len();
        if to > from && (to - from == TEXTS || chars + more > CHARS) {
            found.push(&places[from..to]);
            (from, chars) = (to, 0);
        }
        chars += more;
    }
    if from < places.len() {
        found.push(&places[from..]);
    }
    found
}

fn to_unit(vector: &mut [f32]) {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 && length.is_finite() {
        vector.iter_mut().for_each(|x| *x /= length);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_text_is_sent_once_in_requests_of_bounded_size(
            lengths in prop::collection::vec(prop_oneof![0..400_usize, 60_000..250_000_usize], 0..300),
        ) {
            let whole = "x".repeat(250_000);
            let texts: Vec<&str> = lengths.iter().map(|length| &whole[..*length]).collect();
            let places: Vec<usize> = (0..texts.len()).filter(|at| at % 3 != 0).collect();
            let cut = batches(&places, &texts);
            prop_assert_eq!(&cut.concat(), &places);
            for batch in cut {
                prop_assert!(!batch.is_empty() && batch.len() <= TEXTS);
                let chars: usize = batch.iter().map(|at| texts[*at].len()).sum();
                prop_assert!(batch.len() == 1 || chars <= CHARS);
            }
        }
    }
}
