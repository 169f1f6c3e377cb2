//! Whom a named model means. `provider/model` is that provider and nobody else; a bare name is whoever has it.

use std::sync::Arc;

use kit::api::{ApiError, Code};
use providers::{ModelInfo, ProviderKind, catalog};

use crate::Ai;
use crate::keys::UsableKey;
use crate::plan::Plan;

impl Ai {
    /// The plan for a named model: one provider's keys. 424 when there are none, or none that is accepted.
    pub(crate) fn plan_model(
        &self,
        keys: &[Arc<UsableKey>],
        provider: Option<ProviderKind>,
        model: &str,
        wish: Option<&str>,
    ) -> Result<Plan, ApiError> {
        let whole = wish.map_or(model, str::trim);
        let chosen = |is_refused: bool| -> Vec<&Arc<UsableKey>> {
            let keys = || keys.iter().filter(move |k| k.is_refused == is_refused);
            match provider {
                // `openai/gpt-oss-120b` is also the name of a model at Groq's.
                Some(kind) if !self.may_serve(keys().filter(|k| k.kind == kind), kind, model) => {
                    let others = self.who_has(keys(), whole);
                    if others.is_empty() {
                        keys().filter(|k| k.kind == kind).collect()
                    } else {
                        others
                    }
                }
                Some(kind) => keys().filter(|k| k.kind == kind).collect(),
                None => self.who_serves(keys(), model),
            }
        };
        let usable = chosen(false);
        if let Some(first) = usable.first() {
            let named = if provider == Some(first.kind) {
                model
            } else {
                whole
            };
            let targets = usable
                .iter()
                .map(|key| self.target(key, named.to_owned()))
                .collect();
            return Ok(Plan {
                targets,
                is_explicit: true,
            });
        }
        if let Some(refused) = chosen(true).first() {
            let name = refused.kind.name();
            let message =
                format!("{name} does not accept the key any more. Please renew it on the keys page.");
            return Err(ApiError::new(Code::InvalidProviderKey, message));
        }
        let message = match provider.or_else(|| provider_of(model)) {
            Some(kind) => format!(
                "There is no key for {} yet. Please add one on the keys page, or choose another model.",
                kind.name()
            ),
            None => format!("No key here serves the model “{}”.", shortened(model)),
        };
        Err(ApiError::new(Code::NoProviderKey, message))
    }

    /// Whether a provider's keys may have a model: unless everything that is known says no.
    fn may_serve<'a>(
        &self,
        mut keys: impl Iterator<Item = &'a Arc<UsableKey>>,
        kind: ProviderKind,
        model: &str,
    ) -> bool {
        catalog::shipped().find(kind, model).is_some()
            || keys.any(|k| k.is_elsewhere || self.listed(k, model).is_some())
    }

    /// The keys that have a model: who lists it, else whose catalogue has it. One provider only, the first in the
    /// configured order.
    fn who_has<'a>(
        &self,
        keys: impl Iterator<Item = &'a Arc<UsableKey>> + Clone,
        model: &str,
    ) -> Vec<&'a Arc<UsableKey>> {
        let lists = |k: &&Arc<UsableKey>| self.listed(k, model).is_some();
        let listing = self.first_of(keys.clone().filter(lists));
        if listing.is_empty() {
            self.first_of(keys.filter(|k| catalog::shipped().find(k.kind, model).is_some()))
        } else {
            listing
        }
    }

    /// The keys that serve a model named without its provider: who has it, else, when nobody is known for it, a server
    /// at an address of its own, which may serve anything.
    fn who_serves<'a>(
        &self,
        keys: impl Iterator<Item = &'a Arc<UsableKey>> + Clone,
        model: &str,
    ) -> Vec<&'a Arc<UsableKey>> {
        let having = self.who_has(keys.clone(), model);
        if having.is_empty() && provider_of(model).is_none() {
            self.first_of(keys.filter(|k| k.is_elsewhere))
        } else {
            having
        }
    }

    fn first_of<'a>(&self, keys: impl Iterator<Item = &'a Arc<UsableKey>>) -> Vec<&'a Arc<UsableKey>> {
        let order = &self.0.config.order;
        let place = |k: &&Arc<UsableKey>| order.iter().position(|kind| *kind == k.kind);
        let mut found: Vec<_> = keys.collect();
        found.sort_by_key(|k| place(k).unwrap_or(usize::MAX));
        let kind = found.first().map(|k| k.kind);
        found.retain(|k| Some(k.kind) == kind);
        found
    }

    /// A model in what is known of a key's list.
    pub(crate) fn listed(&self, key: &UsableKey, model: &str) -> Option<ModelInfo> {
        let found = |list: &[ModelInfo]| list.iter().find(|m| m.id == model).cloned();
        match key.endpoint.local() {
            Some(local) => found(&local.models()),
            None => found(&self.0.listings.known(&key.name)?),
        }
    }
}

/// Whose catalogue has a model that was named without its provider.
fn provider_of(model: &str) -> Option<ProviderKind> {
    ProviderKind::ALL
        .into_iter()
        .find(|kind| catalog::shipped().find(*kind, model).is_some())
}

fn shortened(model: &str) -> String {
    model.chars().take(80).collect()
}
