//! What can be asked, for people who choose: models with price, window and abilities, and the providers with their keys.

use std::collections::HashSet;

use db::DbError;
use db::entity::provider_keys;
use db::kinds::KeyScope;
use identity::Caller;
use kit::api::ApiError;
use kit::clock::Timestamp;
use providers::catalog::{self, Model};
use providers::{ModelInfo, ProviderKind};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;

use crate::keys::{KeyErrorOut, Origin, UsableKey};
use crate::{Ai, Asker};

/// A model as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ModelOut {
    /// `provider/model`.
    pub id: String,
    /// The provider.
    #[schema(value_type = String)]
    pub provider: ProviderKind,
    /// Its name for people.
    pub name: String,
    /// Tokens it reads; null when unknown.
    pub context: Option<u32>,
    /// Tokens it writes at most; null when unknown.
    pub max_output: Option<u32>,
    /// US dollars for a million tokens read; null when unknown.
    pub price_in: Option<f64>,
    /// US dollars for a million tokens written; null when unknown.
    pub price_out: Option<f64>,
    /// What it can do: `text`, `vision`, `tools`, `reasoning`.
    pub capabilities: Vec<&'static str>,
    /// Whether it can be asked now.
    pub available: bool,
    /// Whose key would be used.
    pub key_scope: Option<Origin>,
    /// Whether it is only there to show how it works.
    pub demonstration: bool,
}

/// A provider as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderOut {
    /// Its id.
    #[schema(value_type = String)]
    pub provider: ProviderKind,
    /// Its name.
    pub name: &'static str,
    /// `cloud`, `local`, `custom` or `builtin`.
    pub kind: &'static str,
    /// Whether its address can be set.
    pub base_url_editable: bool,
    /// Its usual address.
    pub default_base_url: Option<&'static str>,
    /// Where a key can be had.
    pub keys_url: Option<&'static str>,
    /// Whether it answers nobody without one.
    pub needs_key: bool,
    /// Whether a server of this kind was found on this machine, or the built-in model is installed.
    pub detected: bool,
    /// The keys that the caller can use.
    pub keys: Vec<ProviderKeyOut>,
    /// Its place in the order of `auto`.
    pub order: usize,
}

/// A kept key as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderKeyOut {
    /// Whose.
    pub scope: KeyScope,
    /// What may be shown of it.
    pub masked: String,
    /// The server's address, where it is not the usual one.
    pub base_url: Option<String>,
    /// What the last check said.
    pub is_valid: bool,
    /// When that was.
    pub checked_at: Timestamp,
    /// Why not.
    pub error: Option<KeyErrorOut>,
}

fn dollars(micros: Option<i64>) -> Option<f64> {
    micros.map(|m| m as f64 / 1_000_000.0)
}

fn show(kind: ProviderKind, id: &str, name: &str, known: Option<&Model>, origin: Option<Origin>) -> ModelOut {
    let price = known.and_then(|m| m.price.as_ref());
    ModelOut {
        id: format!("{kind}/{id}"),
        provider: kind,
        name: name.to_owned(),
        context: known.and_then(|m| m.context),
        max_output: known.and_then(|m| m.max_output),
        price_in: dollars(price.map(|p| p.input)),
        price_out: dollars(price.map(|p| p.output)),
        capabilities: known.map_or_else(|| vec!["text"], |m| m.capabilities.names()),
        available: origin.is_some(),
        key_scope: origin,
        demonstration: kind == ProviderKind::Builtin,
    }
}

/// Every model: those of usable keys, and, greyed out, those of the well-known providers that have no key yet. Where a
/// person's and the workspace's key serve the same model, the person's is the one that would be used.
pub async fn list(ai: &Ai, asker: Asker) -> Result<Vec<ModelOut>, ApiError> {
    let keys = ai.usable(asker).await?;
    let usable: Vec<_> = keys.iter().filter(|k| !k.is_refused).collect();
    let listed = futures::future::join_all(usable.iter().map(|key| ai.models_of(key))).await;
    let (mut seen, mut all) = (HashSet::new(), Vec::new());
    let kinds = in_order(ai);
    for kind in &kinds {
        for (key, listed) in usable.iter().zip(&listed).filter(|(k, _)| k.kind == *kind) {
            all.extend(
                of_key(key, listed)
                    .into_iter()
                    .filter(|model| seen.insert(model.id.clone())),
            );
        }
    }
    for kind in kinds
        .into_iter()
        .filter(|kind| !usable.iter().any(|k| k.kind == *kind))
    {
        all.extend(shown_models(kind).map(|m| show(kind, &m.id, &m.name, Some(m), None)));
    }
    Ok(all)
}

/// Every provider, those that `auto` tries first.
fn in_order(ai: &Ai) -> Vec<ProviderKind> {
    let order = &ai.0.config.order;
    let others = ProviderKind::ALL.into_iter().filter(|kind| !order.contains(kind));
    order.iter().copied().chain(others).collect()
}

/// The models of a provider's catalogue that write and are not on their way out.
fn shown_models(kind: ProviderKind) -> impl Iterator<Item = &'static Model> {
    catalog::shipped()
        .of(kind)
        .map(|m| &**m)
        .filter(|m| m.capabilities.text && !m.deprecated)
}

/// What a key serves: of the catalogue what its server lists (all of it while the list is not known), and what the
/// server lists beyond it. Other names and older versions of what the catalogue knows are left out of a well-known
/// provider's list; at an address of its own they may be all there is.
fn of_key(key: &UsableKey, listed: &[ModelInfo]) -> Vec<ModelOut> {
    let origin = Some(key.origin);
    let has = |id: &str| listed.iter().any(|l| l.id == id);
    let mut all: Vec<ModelOut> = shown_models(key.kind)
        .filter(|m| key.kind.is_cloud() && (listed.is_empty() || has(&m.id)))
        .map(|m| show(key.kind, &m.id, &m.name, Some(m), origin))
        .collect();
    let shown: HashSet<String> = all.iter().map(|m| m.id.clone()).collect();
    for model in listed.iter().filter(|m| !m.is_embedding) {
        let known = catalog::shipped().find(key.kind, &model.id).map(|m| &**m);
        let is_told = known.is_some() && !key.is_elsewhere;
        if is_told || shown.contains(&format!("{}/{}", key.kind, model.id)) {
            continue;
        }
        let name = model.name.as_deref().unwrap_or(&model.id);
        let mut out = show(key.kind, &model.id, name, known, origin);
        out.context = out.context.or(model.context);
        out.max_output = out.max_output.or(model.max_output);
        all.push(out);
    }
    all
}

/// Every provider with the caller's keys.
pub async fn providers(ai: &Ai, caller: &Caller) -> Result<Vec<ProviderOut>, ApiError> {
    let rows = provider_keys::Entity::find()
        .filter(provider_keys::Column::OwnerId.is_in([caller.user.0, caller.workspace.0]))
        .all(ai.db().read())
        .await
        .map_err(DbError::from)?;
    let order = in_order(ai);
    Ok(ProviderKind::ALL
        .into_iter()
        .filter(|kind| *kind != ProviderKind::Builtin || ai.0.builtin.is_some())
        .map(|kind| ProviderOut {
            provider: kind,
            name: kind.name(),
            kind: kind.class(),
            base_url_editable: kind != ProviderKind::Builtin,
            default_base_url: kind.default_base_url(),
            keys_url: kind.keys_url(),
            needs_key: kind.needs_key(),
            detected: kind == ProviderKind::Builtin || ai.0.local.has(kind),
            keys: rows
                .iter()
                .filter(|row| row.provider == kind.id())
                .map(show_key)
                .collect(),
            order: order.iter().position(|k| *k == kind).unwrap_or(order.len()),
        })
        .collect())
}

fn show_key(row: &provider_keys::Model) -> ProviderKeyOut {
    ProviderKeyOut {
        scope: row.scope,
        masked: row.masked.clone(),
        base_url: row.base_url.clone(),
        is_valid: row.is_valid,
        checked_at: Timestamp(row.checked_at),
        error: row.error.as_deref().and_then(KeyErrorOut::parse),
    }
}
