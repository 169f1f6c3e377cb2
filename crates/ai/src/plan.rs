//! From a wish to an ordered list of targets. A named model is asked of the provider that serves it and of nobody
//! else; no model, or `auto`, means every usable key in the configured order, or by cost, speed or capability.

use std::sync::Arc;

use kit::api::{ApiError, Code};
use providers::ProviderKind;
use providers::catalog::{self, Model, Preference};

use crate::keys::UsableKey;
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
}

impl Target {
    /// `provider/model`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.key.kind, self.model)
    }

    /// How many tokens it reads; a careful guess for an unknown model.
    pub fn window(&self) -> u64 {
        match self.known.as_ref().and_then(|m| m.max_input.or(m.context)) {
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
    Model { provider: Option<ProviderKind>, model: &'a str },
}

fn parse(wish: Option<&str>) -> Result<Wish<'_>, ApiError> {
    let wish = wish.map_or("auto", str::trim);
    Ok(match wish {
        "" | "auto" | "auto:order" => Wish::Auto(Preference::Balanced),
        "auto:cost" => Wish::Auto(Preference::Cost),
        "auto:speed" => Wish::Auto(Preference::Speed),
        "auto:capability" => Wish::Auto(Preference::Capability),
        _ if wish.starts_with("auto:") => {
            return Err(ApiError::invalid("model", "The choice is auto, auto:cost, auto:speed or auto:capability."));
        }
        _ => match wish.split_once('/') {
            Some((provider, model)) if !model.is_empty() => match provider.parse() {
                Ok(provider) => Wish::Model { provider: Some(provider), model },
                // Many models are named like `meta-llama/…` themselves.
                Err(_) => Wish::Model { provider: None, model: wish },
            },
            _ => Wish::Model { provider: None, model: wish },
        },
    })
}

impl Ai {
    /// Who is to be asked. 424 when nobody can be, or when the named model's key is wrong.
    pub async fn plan(&self, asker: Asker, wish: Option<&str>) -> Result<Plan, ApiError> {
        let wish = parse(wish)?;
        let keys = self.usable(asker).await?;
        match wish {
            Wish::Auto(by) => self.plan_auto(&keys, by).await,
            Wish::Model { provider, model } => self.plan_model(&keys, provider, model),
        }
    }

    async fn plan_auto(&self, keys: &[Arc<UsableKey>], by: Preference) -> Result<Plan, ApiError> {
        let mut targets = Vec::new();
        for kind in &self.0.config.order {
            for key in keys.iter().filter(|key| key.kind == *kind && key.is_valid) {
                if let Some(model) = self.usual_model(key, by).await {
                    targets.push(target(key, model));
                }
            }
        }
        // Stable: what ranks equally stays in the configured order; the unknown and the demonstration come last.
        targets.sort_by_key(|t| rank(t, by));
        if targets.is_empty() {
            let message = if keys.iter().any(|k| !k.is_valid) {
                "None of the provider keys here is accepted any more. Please check them on the keys page."
            } else {
                "No model can be asked yet. Please add a provider's key on the keys page."
            };
            return Err(ApiError::new(Code::NoProviderKey, message));
        }
        Ok(Plan { targets, is_explicit: false })
    }

    /// The model that a key is asked for when nobody named one.
    async fn usual_model(&self, key: &Arc<UsableKey>, by: Preference) -> Option<String> {
        let listed = self.0.listings.known(&key.name).unwrap_or_default();
        let can = |model: &Model| listed.is_empty() || listed.iter().any(|l| l.id == model.id);
        if let Some(model) = catalog::shipped().choose(key.kind, by, can) {
            return Some(model.id.clone());
        }
        self.models_of(key).await.iter().find(|m| !m.is_embedding).map(|m| m.id.clone())
    }

    fn plan_model(&self, keys: &[Arc<UsableKey>], provider: Option<ProviderKind>, model: &str) -> Result<Plan, ApiError> {
        let chosen = match provider {
            Some(kind) => keys.iter().filter(|k| k.kind == kind).collect(),
            None => self.who_serves(keys, model),
        };
        if chosen.is_empty() {
            let kind = provider.or_else(|| provider_of(model));
            return Err(ApiError::new(Code::NoProviderKey, match kind {
                Some(kind) => format!("There is no key for {} yet. Please add one on the keys page, or choose another model.", kind.name()),
                None => format!("No key here serves the model “{}”.", shortened(model)),
            }));
        }
        let valid: Vec<_> = chosen.iter().filter(|k| k.is_valid).collect();
        if valid.is_empty() {
            let name = chosen.first().map_or("The provider", |k| k.kind.name());
            let message = format!("{name} does not accept the key any more. Please renew it on the keys page.");
            return Err(ApiError::new(Code::InvalidProviderKey, message));
        }
        Ok(Plan { targets: valid.into_iter().map(|key| target(key, model.to_owned())).collect(), is_explicit: true })
    }

    /// The keys that serve a model named without its provider: who lists it, else whose catalogue has it, else a server
    /// at an address of its own, which may serve anything.
    fn who_serves<'a>(&self, keys: &'a [Arc<UsableKey>], model: &str) -> Vec<&'a Arc<UsableKey>> {
        let order = |k: &&Arc<UsableKey>| self.0.config.order.iter().position(|kind| *kind == k.kind);
        let lists = |k: &&Arc<UsableKey>| match k.endpoint.local() {
            Some(local) => local.models().iter().any(|m| m.id == model),
            None => self.0.listings.known(&k.name).is_some_and(|list| list.iter().any(|m| m.id == model)),
        };
        let first_of = |mut found: Vec<&'a Arc<UsableKey>>| {
            found.sort_by_key(order);
            let kind = found.first().map(|k| k.kind);
            found.retain(|k| Some(k.kind) == kind);
            found
        };
        let found: Vec<_> = keys.iter().filter(lists).collect();
        if !found.is_empty() {
            return first_of(found);
        }
        let has = |k: &&Arc<UsableKey>| catalog::shipped().find(k.kind, model).is_some();
        let found: Vec<_> = keys.iter().filter(has).collect();
        if !found.is_empty() || provider_of(model).is_some() {
            return first_of(found);
        }
        first_of(keys.iter().filter(|k| k.is_elsewhere).collect())
    }
}

fn target(key: &Arc<UsableKey>, model: String) -> Target {
    Target { known: catalog::shipped().find(key.kind, &model).cloned(), key: key.clone(), model }
}

/// Lower is earlier.
fn rank(target: &Target, by: Preference) -> i64 {
    if target.key.kind == ProviderKind::Builtin {
        return i64::MAX;
    }
    let Some(model) = target.known.as_ref() else { return if by == Preference::Balanced { 0 } else { i64::MAX - 1 } };
    match by {
        Preference::Balanced => 0,
        // An answer reads about four times what it writes.
        Preference::Cost => model.price.map_or(i64::MAX - 1, |p| p.input.saturating_mul(4).saturating_add(p.output)),
        Preference::Speed => -i64::from(model.speed),
        Preference::Capability => -i64::from(model.capability),
    }
}

/// Whose catalogue has a model that was named without its provider.
fn provider_of(model: &str) -> Option<ProviderKind> {
    ProviderKind::ALL.into_iter().find(|kind| catalog::shipped().find(*kind, model).is_some())
}

fn shortened(model: &str) -> String {
    model.chars().take(80).collect()
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
        assert_eq!(parse(Some("groq/llama")).unwrap(), model(Some(ProviderKind::Groq), "llama"));
        assert_eq!(parse(Some("meta-llama/llama")).unwrap(), model(None, "meta-llama/llama"));
        assert_eq!(parse(Some("custom/meta/llama")).unwrap(), model(Some(ProviderKind::Custom), "meta/llama"));
        assert_eq!(parse(Some("gpt-4o")).unwrap(), model(None, "gpt-4o"));
        assert!(parse(Some("auto:luck")).is_err());
    }
}
