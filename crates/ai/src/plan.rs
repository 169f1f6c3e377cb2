//! From a wish to an ordered list of targets. A named model is asked of the provider that serves it and of nobody
//! else; no model, or `auto`, means every usable key in the configured order, or by cost, speed or capability.

use std::sync::Arc;

use kit::api::{ApiError, Code};
use providers::catalog::{self, Model, Preference};
use providers::{Needs, ProviderKind};

use crate::keys::UsableKey;
use crate::order::{Traits, arrange, lacks};
use crate::{Ai, Asker};

/// One provider, key and model to try.
#[derive(Clone, Debug)]
pub struct Target {
    /// The key.
    pub key: Arc<UsableKey>,
    /// The provider's name of the model.
    pub model: String,
    /// What the catalogue knows of it.
    pub known: Option<Arc<Model>>,
    /// How many tokens it holds, where only its server knows it.
    pub context: Option<u32>,
}

impl Target {
    /// `provider/model`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.key.kind, self.model)
    }

    /// How many tokens it reads; a careful guess for an unknown model.
    pub fn window(&self) -> u64 {
        let known = self.known.as_ref().and_then(|m| m.max_input.or(m.context));
        match known.or(self.context.filter(|tokens| *tokens > 0)) {
            Some(tokens) => u64::from(tokens),
            None if self.key.kind == ProviderKind::Builtin => 2_048,
            None if self.key.kind == ProviderKind::Ollama => 8_192,
            None => 32_768,
        }
    }

    /// How many tokens it writes at most, where that is known.
    pub fn max_output(&self) -> Option<u64> {
        match self.known.as_ref().and_then(|m| m.max_output) {
            Some(tokens) => Some(u64::from(tokens)),
            None if self.key.kind == ProviderKind::Builtin => Some(512),
            None => None,
        }
    }

    /// Whether it sees pictures. Where nobody knows, the providers all of whose models do are believed to.
    pub fn sees_pictures(&self) -> bool {
        match (&self.known, self.key.kind) {
            (Some(model), _) => model.capabilities.vision,
            (None, ProviderKind::OpenAi | ProviderKind::Anthropic | ProviderKind::Gemini) => true,
            (None, ProviderKind::Builtin) => false,
            (None, _) => is_named_for_pictures(&self.model),
        }
    }

    /// Whether it reads PDF files as they are.
    pub fn reads_documents(&self) -> bool {
        self.known
            .as_ref()
            .is_some_and(|model| model.capabilities.documents)
    }

    /// Whether it calls tools. Where nobody knows, the providers all of whose models do are believed to.
    pub fn calls_tools(&self) -> bool {
        match (&self.known, self.key.kind) {
            (Some(model), _) => model.capabilities.tools,
            (None, kind) => {
                use ProviderKind as K;
                matches!(kind, K::OpenAi | K::Anthropic | K::Gemini)
            }
        }
    }

    fn traits(&self) -> Traits<'_> {
        Traits {
            kind: self.key.kind,
            known: self.known.as_deref(),
            window: self.window(),
        }
    }
}

/// Servers that anybody can run have models that see and models that do not, and say so in their names at most.
fn is_named_for_pictures(model: &str) -> bool {
    const SEEING: [&str; 8] = [
        "vision", "llava", "-vl", "vl:", "pixtral", "gemma3", "gemma-3", "llama4",
    ];
    let name = model.to_ascii_lowercase();
    SEEING.iter().any(|part| name.contains(part))
}

/// Who is tried, in order.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The targets; at least one.
    pub targets: Vec<Target>,
    /// Whether the asker named the model, so that no other may take its place.
    pub is_explicit: bool,
}

/// What somebody wishes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish<'a> {
    Auto(Preference),
    Model {
        provider: Option<ProviderKind>,
        model: &'a str,
    },
}

/// No model's name is longer.
const LONGEST_NAME: usize = 200;

fn parse(wish: Option<&str>) -> Result<Wish<'_>, ApiError> {
    let wish = wish.map_or("auto", str::trim);
    if wish.len() > LONGEST_NAME || wish.chars().any(char::is_control) {
        return Err(ApiError::invalid("model", "This is not the name of a model."));
    }
    Ok(match wish {
        "" | "auto" | "auto:order" => Wish::Auto(Preference::Balanced),
        "auto:cost" => Wish::Auto(Preference::Cost),
        "auto:speed" => Wish::Auto(Preference::Speed),
        "auto:capability" => Wish::Auto(Preference::Capability),
        _ if wish.starts_with("auto:") => {
            return Err(ApiError::invalid(
                "model",
                "The choice is auto, auto:cost, auto:speed or auto:capability.",
            ));
        }
        _ => match wish.split_once('/') {
            Some((provider, model)) if !model.is_empty() => match provider.parse() {
                Ok(provider) => Wish::Model {
                    provider: Some(provider),
                    model,
                },
                // Many models are named like `meta-llama/…` themselves.
                Err(_) => Wish::Model {
                    provider: None,
                    model: wish,
                },
            },
            _ => Wish::Model {
                provider: None,
                model: wish,
            },
        },
    })
}

impl Ai {
    /// Who is to be asked. 424 when nobody can be, or when the named model's key is wrong.
    pub async fn plan(&self, asker: Asker, wish: Option<&str>) -> Result<Plan, ApiError> {
        self.plan_for(asker, wish, &Needs::default()).await
    }

    /// The same for a request whose needs are known: `auto` leaves out who cannot fulfil them.
    pub async fn plan_for(&self, asker: Asker, wish: Option<&str>, needs: &Needs) -> Result<Plan, ApiError> {
        let parsed = parse(wish)?;
        let keys = self.usable(asker).await?;
        match parsed {
            Wish::Auto(by) => self.plan_auto(&keys, by, needs).await,
            Wish::Model { provider, model } => self.plan_model(&keys, provider, model, wish),
        }
    }

    /// The same, where anybody will do if nobody can fulfil the needs.
    pub async fn plan_preferring(
        &self,
        asker: Asker,
        wish: Option<&str>,
        needs: &Needs,
    ) -> Result<Plan, ApiError> {
        match self.plan_for(asker, wish, needs).await {
            Err(error) if error.code == Code::NoProviderKey && *needs != Needs::default() => {
                self.plan(asker, wish).await
            }
            planned => planned,
        }
    }

    async fn plan_auto(
        &self,
        keys: &[Arc<UsableKey>],
        by: Preference,
        needs: &Needs,
    ) -> Result<Plan, ApiError> {
        let mut targets = Vec::new();
        for key in self.in_order(keys) {
            targets.extend(self.usual_model(key, by, needs).await);
        }
        if targets.is_empty() {
            return Err(nobody(keys));
        }
        match arrange(targets, Target::traits, by, needs) {
            Ok(targets) => Ok(Plan {
                targets,
                is_explicit: false,
            }),
            Err(lack) => Err(ApiError::new(Code::NoProviderKey, lack.sentence())),
        }
    }

    /// Who makes vectors. Vectors of different models cannot be compared, so nobody takes another model's place.
    pub(crate) async fn plan_vectors(&self, asker: Asker, wish: Option<&str>) -> Result<Plan, ApiError> {
        let parsed = parse(wish)?;
        let keys = self.usable(asker).await?;
        if let Wish::Model { provider, model } = parsed {
            return self.plan_model(&keys, provider, model, wish);
        }
        let mut targets: Vec<Target> = Vec::new();
        for key in self.in_order(&keys) {
            let listed = self.models_of(key).await;
            let has = |id: &str| listed.is_empty() || listed.iter().any(|m| m.id == id);
            let known = catalog::shipped()
                .of(key.kind)
                .find(|m| m.capabilities.embeddings && !m.deprecated && has(&m.id));
            let first = || listed.iter().find(|m| m.is_embedding).map(|m| m.id.clone());
            let Some(model) = known.map(|m| m.id.clone()).or_else(first) else {
                continue;
            };
            let is_same = |t: &Target| t.key.kind == key.kind && t.model == model;
            if targets.first().is_none_or(is_same) {
                targets.push(self.target(key, model));
            }
        }
        if targets.is_empty() {
            let message =
                "No model that makes vectors can be asked yet. Please add a key for a provider that has one.";
            return Err(ApiError::new(Code::NoProviderKey, message));
        }
        Ok(Plan {
            targets,
            is_explicit: true,
        })
    }

    /// The keys that may be tried, in the configured order of their providers.
    fn in_order<'a>(&self, keys: &'a [Arc<UsableKey>]) -> impl Iterator<Item = &'a Arc<UsableKey>> {
        let order = &self.0.config.order;
        order.iter().flat_map(|kind| {
            keys.iter()
                .filter(move |key| key.kind == *kind && !key.is_refused)
        })
    }

    /// The model that a key is asked for when nobody named one: of those that can do it, or else of all.
    async fn usual_model(&self, key: &Arc<UsableKey>, by: Preference, needs: &Needs) -> Option<Target> {
        // Only a provider at its usual place surely has what the catalogue says.
        let listed = if key.is_elsewhere {
            self.models_of(key).await
        } else {
            self.0.listings.known(&key.name).unwrap_or_default()
        };
        let has = |model: &Model| listed.is_empty() || listed.iter().any(|l| l.id == model.id);
        let can = |model: &Model| {
            let traits = Traits {
                kind: key.kind,
                known: Some(model),
                window: model.max_input.or(model.context).map_or(u64::MAX, u64::from),
            };
            has(model) && lacks(&traits, needs).is_none() && needs.input_tokens <= traits.window
        };
        let catalog = catalog::shipped();
        let chosen = catalog.choose(key.kind, by, can);
        if let Some(model) = chosen.or_else(|| catalog.choose(key.kind, by, has)) {
            return Some(Target {
                key: key.clone(),
                model: model.id.clone(),
                known: Some(model.clone()),
                context: None,
            });
        }
        let listed = if key.is_elsewhere {
            listed
        } else {
            self.models_of(key).await
        };
        let first = listed.iter().find(|m| !m.is_embedding)?;
        Some(self.target(key, first.id.clone()))
    }

    /// A model at a key, with what is known of it.
    pub(crate) fn target(&self, key: &Arc<UsableKey>, model: String) -> Target {
        let known = catalog::shipped().find(key.kind, &model).cloned();
        let context = match known {
            Some(_) => None,
            None => self.listed(key, &model).and_then(|m| m.context),
        };
        Target {
            key: key.clone(),
            model,
            known,
            context,
        }
    }
}

/// Nobody can be asked.
fn nobody(keys: &[Arc<UsableKey>]) -> ApiError {
    let message = if keys.iter().any(|k| k.is_refused) {
        "None of the provider keys here is accepted any more. Please check them on the keys page."
    } else {
        "No model can be asked yet. Please add a provider's key on the keys page."
    };
    ApiError::new(Code::NoProviderKey, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_understood() {
        let model = |provider, model| Wish::Model { provider, model };
        assert_eq!(parse(None).unwrap(), Wish::Auto(Preference::Balanced));
        assert_eq!(parse(Some(" auto ")).unwrap(), Wish::Auto(Preference::Balanced));
        assert_eq!(parse(Some("auto:cost")).unwrap(), Wish::Auto(Preference::Cost));
        assert_eq!(
            parse(Some("groq/llama")).unwrap(),
            model(Some(ProviderKind::Groq), "llama")
        );
        assert_eq!(
            parse(Some("meta-llama/llama")).unwrap(),
            model(None, "meta-llama/llama")
        );
        assert_eq!(
            parse(Some("custom/meta/llama")).unwrap(),
            model(Some(ProviderKind::Custom), "meta/llama")
        );
        assert_eq!(parse(Some("gpt-4o")).unwrap(), model(None, "gpt-4o"));
        for wrong in ["auto:luck", "gpt\u{0}", "a\nb", &"x".repeat(201)] {
            assert!(parse(Some(wrong)).is_err(), "{wrong:?}");
        }
    }
}
