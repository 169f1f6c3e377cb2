//! Connecting a source: its values are checked, it is asked, and only then kept.

use std::collections::BTreeMap;
use std::time::Duration;

use connectors::manifest::Manifest;
use connectors::source::{Checked, SourceError};
use db::entity::connectors as rows;
use db::sync_kinds::{ConnectorState, SyncMode, SyncTrigger};
use db::{ConnectorId, DbError, Sealed, Tx, WorkspaceId};
use identity::{Caller, Permission, audit};
use kit::api::{ApiError, Code, Problems, Validate};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::types::RoleWord;
use super::values::{self, Values};
use crate::schedules::{self, Due, Spec};
use crate::{Business, sync};

/// Nobody waits longer for the answer of a source.
const PATIENCE: Duration = Duration::from_secs(40);

/// A source to connect.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "type": "csv", "values": { "currency": "EUR" } }))]
pub(crate) struct ConnectorIn {
    /// Which kind; see `GET /connector-types`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What people will call it; its title when absent.
    pub name: Option<String>,
    /// What its kind asks for.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// What it counts for, where that can be chosen.
    pub role: Option<RoleWord>,
}

impl Validate for ConnectorIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("type", &self.kind, 1, 40);
        problems.optional_length("name", self.name.as_ref(), 1, 100);
        problems.check(self.values.len() <= 50, "values", "These are too many values.");
        for (name, value) in &self.values {
            problems.length(&format!("values.{name}"), value, 0, 4_096);
        }
    }
}

/// Asks a source what it is.
pub(super) async fn check(
    business: &Business,
    manifest: &Manifest,
    given: &Values,
) -> Result<Option<Checked>, ApiError> {
    values::check_names(business, manifest, given)?;
    for field in &manifest.config {
        let value = given.get(&field.name).map_or("", String::as_str);
        field
            .check(value)
            .map_err(|message| ApiError::invalid(format!("values.{}", field.name), message))?;
    }
    if manifest.upload {
        return Ok(None);
    }
    let source = values::source(business, manifest, given)?;
    match tokio::time::timeout(PATIENCE, source.check()).await {
        Ok(Ok(checked)) => Ok(Some(checked)),
        Ok(Err(error)) => Err(values::refused(manifest, error)),
        Err(_) => {
            let error = SourceError::Unavailable("it took too long to answer".to_owned());
            Err(values::refused(manifest, error))
        }
    }
}

/// With the defaults of fields that were left out.
fn with_defaults(manifest: &Manifest, given: &Values) -> Values {
    let mut all: Values = manifest
        .config
        .iter()
        .filter_map(|field| Some((field.name.clone(), field.default.clone()?)))
        .collect();
    let trimmed = given
        .iter()
        .map(|(name, value)| (name.clone(), value.trim().to_owned()));
    all.extend(
        trimmed
            .filter(|(name, value)| !value.is_empty() || !all.contains_key(name))
            .collect::<Values>(),
    );
    all
}

/// Refuses a role that the kind cannot have, and one with which the same sale would count twice.
pub(super) async fn check_role(
    tx: &Tx,
    workspace: WorkspaceId,
    manifest: &Manifest,
    id: ConnectorId,
    role: RoleWord,
) -> Result<(), ApiError> {
    let usual = RoleWord::from(manifest.role);
    let allowed = role == usual
        || manifest
            .other_roles
            .iter()
            .any(|other| RoleWord::from(*other) == role);
    if !allowed {
        return Err(ApiError::invalid(
            "role",
            "This kind of connector cannot be used for that.",
        ));
    }
    let others = rows::Entity::of(workspace)
        .filter(rows::Column::Id.ne(id))
        .filter(rows::Column::Role.eq(RoleWord::Sales.word()));
    if role == RoleWord::Sales && usual != RoleWord::Sales {
        let shops = others.clone().count(&**tx).await.map_err(DbError::from)?;
        if shops > 0 {
            let sentence = "A shop is connected, whose sales this service would count a second time.";
            return Err(ApiError::invalid("role", sentence));
        }
    }
    if role == RoleWord::Sales && usual == RoleWord::Sales {
        let borrowed: Vec<&str> = connectors::manifest::builtin()
            .iter()
            .filter(|other| RoleWord::from(other.role) != RoleWord::Sales)
            .map(|other| other.name.as_str())
            .collect();
        let found = others
            .filter(rows::Column::Kind.is_in(borrowed))
            .count(&**tx)
            .await
            .map_err(DbError::from)?;
        if found > 0 {
            let sentence = "A payment service counts as the shop here; set it back to payments first.";
            return Err(ApiError::new(Code::Conflict, sentence));
        }
    }
    Ok(())
}

/// Connects a source and begins to read it.
pub(super) async fn create(
    business: &Business,
    caller: &Caller,
    input: ConnectorIn,
) -> Result<rows::Model, ApiError> {
    caller.require(Permission::ManageBusiness)?;
    let manifest = connectors::manifest::find(&input.kind)
        .ok_or_else(|| ApiError::invalid("type", "There is no such kind of connector."))?;
    values::check_names(business, manifest, &input.values)?;
    let mut given = with_defaults(manifest, &input.values);
    let role = role_of(manifest, input.role, &given);
    note_role(manifest, role, &mut given);
    let checked = check(business, manifest, &given).await?;
    let id = ConnectorId::new();
    let workspace = caller.workspace;
    let keys = business.db().keys(workspace.0).await?;
    let name = input
        .name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let name = name.or(checked.as_ref().and_then(|checked| checked.account.as_deref()));
    let tx = business.db().write().await?;
    // Two at once must not both find no shop.
    tx.alone(lock_of(workspace)).await?;
    check_role(&tx, workspace, manifest, id, role).await?;
    let schedule = if manifest.upload {
        None
    } else {
        let minutes = super::minutes_of(business, &*tx, workspace).await?;
        let due = Due::Sync { connector: id };
        Some(schedules::create(&tx, workspace, &due, &Spec::every_minutes(minutes)).await?)
    };
    let now = tx.now().micros();
    let seal = |checked: &Checked| Sealed::seal(&keys, values::checked_place(id), checked);
    let row = rows::ActiveModel {
        workspace_id: Set(workspace),
        id: Set(id),
        kind: Set(manifest.name.clone()),
        name: Set(
            Sealed::seal(&keys, values::name_place(id), name.unwrap_or(&manifest.title))
                .map_err(DbError::from)?,
        ),
        role: Set(role.word().to_owned()),
        config: Set(values::seal_values(&keys, id, &given)?),
        secrets: Set(None),
        layout: Set(None),
        checked: Set(checked.as_ref().map(seal).transpose().map_err(DbError::from)?),
        state: Set(ConnectorState::Active),
        error: Set(None),
        failures: Set(0),
        refused_hooks: Set(0),
        schedule_id: Set(schedule),
        last_sync_at: Set(None),
        fresh_until: Set(None),
        created_by: Set(caller.user),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let row = rows::Entity::insert(row)
        .exec_with_returning(&*tx)
        .await
        .map_err(DbError::from)?;
    if !manifest.upload {
        let wanted = sync::Wanted {
            asked_by: Some(caller.user),
            ..sync::Wanted::of(&row, SyncMode::First, SyncTrigger::Person)
        };
        sync::begin(&tx, wanted).await?;
    }
    let details = json!({ "type": manifest.name, "role": role.word() });
    audit(&tx, caller, "connector.created", id, &details).await?;
    super::announce(&tx, workspace, id).await?;
    tx.commit().await?;
    business.ingest().runs.notify_one();
    Ok(row)
}

/// The name of the field with which some manifests ask what a connection is for.
const ROLE: &str = "role";

/// What a connection is for: as said, as filled in, or as is usual.
pub(super) fn role_of(manifest: &Manifest, said: Option<RoleWord>, given: &Values) -> RoleWord {
    let filled_in = given
        .get(ROLE)
        .filter(|word| !word.is_empty())
        .map(|word| RoleWord::of(word));
    said.or(filled_in).unwrap_or(manifest.role.into())
}

/// Keeps the field in step with the role, where there is one: mappings ask for it.
pub(super) fn note_role(manifest: &Manifest, role: RoleWord, given: &mut Values) {
    if manifest.field(ROLE).is_some() {
        given.insert(ROLE.to_owned(), role.word().to_owned());
    }
}

pub(super) fn lock_of(workspace: WorkspaceId) -> i64 {
    let (high, low) = workspace.0.as_u64_pair();
    (high ^ low ^ 0x736f_7572_6365_7300) as i64
}
