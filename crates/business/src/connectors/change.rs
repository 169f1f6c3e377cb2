//! Changing a connector, and the secrets that its webhooks are signed with.

use std::collections::BTreeMap;

use connectors::manifest::FieldKind;
use db::entity::{connectors as rows, sync_positions};
use db::sync_kinds::ConnectorState;
use db::{DbError, Sealed};
use identity::audit;
use kit::api::{ApiError, Code, Problems, Validate};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::types::RoleWord;
use super::values::{self, Values};
use super::{AtConnector, create, manifest_of, state};
use crate::{Business, schedules, sync, warehouse};

/// A changed connector. What is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectorPatch {
    /// What people call it.
    pub name: Option<String>,
    /// Values; a secret that is empty or as it was shown stays.
    pub values: Option<BTreeMap<String, String>>,
    /// Whether it is not to be read for now.
    pub paused: Option<bool>,
    /// What it counts for.
    pub role: Option<RoleWord>,
}

impl Validate for ConnectorPatch {
    fn validate(&self, problems: &mut Problems) {
        problems.optional_length("name", self.name.as_ref(), 1, 100);
        for (name, value) in self.values.iter().flatten() {
            problems.length(&format!("values.{name}"), value, 0, 4_096);
        }
    }
}

/// Secrets of one connector that are good at the same time.
const SECRETS: usize = 5;

/// A secret to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecretIn {
    /// What webhooks will be signed with.
    pub secret: String,
}

impl Validate for SecretIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("secret", &self.secret, 8, 500);
    }
}

/// Changes it. New values are tried before they are kept.
pub(super) async fn change(
    business: &Business,
    at: &AtConnector,
    patch: ConnectorPatch,
) -> Result<rows::Model, ApiError> {
    at.manage()?;
    let manifest = manifest_of(&at.row)?;
    let (workspace, id) = (at.workspace(), at.id());
    let keys = business.db().keys(workspace.0).await?;
    let before = values::values_of(&keys, &at.row)?;
    let after = patch.values.as_ref().map(|given| {
        values::check_names(business, manifest, given)?;
        Ok::<_, ApiError>(values::merged(manifest, &before, given))
    });
    let after = after.transpose()?.filter(|after| *after != before);
    let checked = match &after {
        Some(after) => create::check(business, manifest, after).await?,
        None => None,
    };
    let tx = business.db().write().await?;
    tx.alone(create::lock_of(workspace)).await?;
    let row = held(&tx, at).await?;
    let mut change = rows::ActiveModel::default();
    if let Some(name) = patch.name.as_deref().map(str::trim) {
        change.name = Set(Sealed::seal(&keys, values::name_place(id), name).map_err(DbError::from)?);
    }
    if let Some(role) = patch.role {
        create::check_role(&tx, workspace, manifest, id, role).await?;
        change.role = Set(role.word().to_owned());
        if role.word() != row.role {
            warehouse::set_role(&tx, workspace, id, role.counted()).await?;
        }
    }
    let is_paused = match patch.paused {
        Some(paused) => paused,
        // Values that were just found good end whatever was wrong.
        None => row.state == ConnectorState::Paused,
    };
    let mends = after.is_some() || patch.paused == Some(false);
    if let Some(after) = &after {
        change.config = Set(values::seal_values(&keys, id, after)?);
        if let Some(checked) = &checked {
            let sealed = Sealed::seal(&keys, values::checked_place(id), checked).map_err(DbError::from)?;
            change.checked = Set(Some(sealed));
        }
        if is_another(manifest, &before, after) {
            forget_positions(&tx, at).await?;
        }
    }
    if is_paused {
        change.state = Set(ConnectorState::Paused);
        sync::cancel_runs_of(&tx, workspace, id).await?;
    } else if mends {
        change.state = Set(ConnectorState::Active);
        change.error = Set(None);
        change.failures = Set(0);
    }
    if let Some(schedule) = row.schedule_id {
        if is_paused {
            schedules::pause(&tx, workspace, schedule, None).await?;
        } else if mends {
            schedules::resume(&tx, workspace, schedule).await?;
        }
    }
    state::update(&tx, workspace, id, change).await?;
    let details = json!({ "values": after.is_some(), "paused": patch.paused, "role": patch.role.map(RoleWord::word) });
    audit(&tx, &at.caller, "connector.changed", id, &details).await?;
    let row = held(&tx, at).await?;
    tx.commit().await?;
    business.ingest().doors.forget(id);
    Ok(row)
}

async fn held(tx: &db::Tx, at: &AtConnector) -> Result<rows::Model, ApiError> {
    rows::Entity::find_by_id((at.workspace(), at.id()))
        .lock_exclusive()
        .one(&**tx)
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("connector"))
}

/// Whether the values name another account: then nothing of it has been read yet.
fn is_another(manifest: &connectors::manifest::Manifest, before: &Values, after: &Values) -> bool {
    let names = manifest.config.iter().filter(|field| field.kind == FieldKind::Text);
    names.map(|field| &field.name).any(|name| before.get(name) != after.get(name))
}

async fn forget_positions(tx: &db::Tx, at: &AtConnector) -> Result<(), DbError> {
    sync_positions::Entity::delete_many()
        .filter(sync_positions::Column::WorkspaceId.eq(at.workspace()))
        .filter(sync_positions::Column::ConnectorId.eq(at.id()))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Adds a secret: from now on webhooks signed with it are good, too.
pub(super) async fn add_secret(
    business: &Business,
    at: &AtConnector,
    input: SecretIn,
) -> Result<rows::Model, ApiError> {
    at.manage()?;
    change_secrets(business, at, "connector.webhook_secret.added", |all| {
        if all.len() >= SECRETS {
            let sentence = "So many secrets are not needed at the same time; remove one first.";
            return Err(ApiError::new(Code::Conflict, sentence));
        }
        all.push(input.secret.trim().to_owned());
        Ok(())
    })
    .await
}

/// Removes a secret, counted from 0 in the order in which they were added.
pub(super) async fn remove_secret(business: &Business, at: &AtConnector) -> Result<rows::Model, ApiError> {
    at.manage()?;
    let number = at.rest.first().and_then(|text| text.parse::<usize>().ok());
    change_secrets(business, at, "connector.webhook_secret.removed", |all| match number {
        Some(number) if number < all.len() => {
            all.remove(number);
            Ok(())
        }
        _ => Err(ApiError::not_found("secret")),
    })
    .await
}

async fn change_secrets(
    business: &Business,
    at: &AtConnector,
    action: &str,
    change: impl FnOnce(&mut Vec<String>) -> Result<(), ApiError>,
) -> Result<rows::Model, ApiError> {
    let place = values::secrets_place(at.id());
    let keys = business.db().keys(at.workspace().0).await?;
    let tx = business.db().write().await?;
    let row = held(&tx, at).await?;
    let mut all: Vec<String> = match &row.secrets {
        Some(sealed) => sealed.open(&keys, place).map_err(DbError::from)?,
        None => Vec::new(),
    };
    change(&mut all)?;
    let sealed = Sealed::seal(&keys, place, &all).map_err(DbError::from)?;
    let changed = rows::ActiveModel {
        secrets: Set(Some(sealed)),
        ..Default::default()
    };
    state::update(&tx, at.workspace(), at.id(), changed).await?;
    audit(&tx, &at.caller, action, at.id(), &json!({ "secrets": all.len() })).await?;
    let row = held(&tx, at).await?;
    tx.commit().await?;
    business.ingest().doors.forget(at.id());
    Ok(row)
}
