//! What is watched, and who is told. Those who administer the installation set it for all; a workspace may choose
//! otherwise for what is about itself.

use std::collections::{BTreeMap, HashMap};

use db::entity::alert_settings::{self, Column as C};
use db::{Db, DbError, Field, INSTANCE, Sealed, WorkspaceId};
use identity::{Caller, Permission, audit};
use kit::api::{ApiError, Problems, Validate};
use kit::mail::Address;
use kit::vault::Place;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Ops;
use crate::rules::Rule;

/// What holds for a rule.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    /// Whether it is applied.
    pub enabled: bool,
    /// Where it begins to tell.
    pub threshold: f64,
    /// Whether something is done by itself.
    pub respond: bool,
}

/// What somebody chose of a rule; the rest is as above them.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Choice {
    enabled: Option<bool>,
    threshold: Option<f64>,
    respond: Option<bool>,
}

type Choices = BTreeMap<String, Choice>;

/// Who is told.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Recipients {
    pub mail_to: Vec<String>,
    pub webhook_url: Option<String>,
    pub webhook_secret: Option<String>,
}

/// What holds for every rule and workspace.
#[derive(Debug, Default)]
pub struct Rulebook(HashMap<Uuid, Choices>);

impl Rulebook {
    /// What holds for a rule in a workspace, or for the installation.
    pub fn of(&self, workspace: Option<WorkspaceId>, rule: Rule) -> Chosen {
        let mut chosen = Chosen {
            enabled: true,
            threshold: rule.threshold(),
            respond: false,
        };
        let own = workspace.filter(|_| !rule.is_of_installation());
        for owner in [Some(INSTANCE), own.map(|w| w.0)].into_iter().flatten() {
            let choice = self.0.get(&owner).and_then(|choices| choices.get(rule.word()));
            if let Some(choice) = choice {
                chosen.enabled = choice.enabled.unwrap_or(chosen.enabled);
                chosen.threshold = choice.threshold.unwrap_or(chosen.threshold);
                chosen.respond = choice.respond.unwrap_or(chosen.respond);
            }
        }
        chosen
    }
}

/// Reads what was chosen everywhere.
pub async fn rulebook(ops: &Ops) -> Result<Rulebook, DbError> {
    let rows = alert_settings::Entity::find().all(ops.db().read()).await?;
    Ok(Rulebook(
        rows.into_iter()
            .map(|row| (row.owner_id, serde_json::from_str(&row.rules).unwrap_or_default()))
            .collect(),
    ))
}

const fn place(owner: Uuid) -> Place<'static> {
    Place {
        column: "alert_settings.recipients",
        row: owner,
    }
}

async fn stored(db: &Db, owner: Uuid) -> Result<(Choices, Recipients), DbError> {
    let Some(row) = alert_settings::Entity::find_by_id(owner).one(db.read()).await? else {
        return Ok(Default::default());
    };
    let recipients = match &row.recipients {
        Some(sealed) => sealed.open(&db.keys(owner).await?, place(owner))?,
        None => Recipients::default(),
    };
    Ok((serde_json::from_str(&row.rules).unwrap_or_default(), recipients))
}

/// Who is told of an alert of a workspace or of the installation, each with the owner of the setting.
pub(super) async fn recipients(
    db: &Db,
    workspace: Option<WorkspaceId>,
) -> Result<Vec<(Uuid, Recipients)>, DbError> {
    let mut all = Vec::new();
    for owner in [Some(INSTANCE), workspace.map(|w| w.0)].into_iter().flatten() {
        let (_, recipients) = stored(db, owner).await?;
        all.push((owner, recipients));
    }
    Ok(all)
}

/// Whose settings: of the installation for who administers it, else of the workspace.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SettingsQuery {
    /// `true`: those of the workspace, for who administers the installation, too.
    #[serde(default)]
    pub workspace: bool,
}

/// The settings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertSettings)]
pub struct SettingsOut {
    /// Addresses that are written to.
    pub mail_to: Vec<String>,
    /// Where alerts are posted.
    #[schema(required)]
    pub webhook_url: Option<String>,
    /// Whether posts are signed.
    pub webhook_secret_set: bool,
    pub rules: Vec<RuleOut>,
}

/// One rule.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertRule)]
pub struct RuleOut {
    pub kind: Rule,
    pub enabled: bool,
    pub threshold: f64,
    /// Whether something is done by itself.
    pub respond: bool,
    /// What people call it.
    pub label: &'static str,
    /// What the threshold means.
    pub help: &'static str,
    /// What can be done by itself: `throttle`, `lock_session`, `pause_key`, `open_breaker`.
    pub responses: Vec<&'static str>,
}

/// Changed settings; what is not there stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AlertSettingsPatch)]
pub struct SettingsIn {
    /// At most twenty addresses.
    pub mail_to: Option<Vec<String>>,
    /// Null: none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub webhook_url: Field<String>,
    /// What posts are signed with; null: nothing.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub webhook_secret: Field<String>,
    pub rules: Option<Vec<RuleIn>>,
}

/// A changed rule; what is not there stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AlertRulePatch)]
pub struct RuleIn {
    pub kind: Rule,
    pub enabled: Option<bool>,
    pub threshold: Option<f64>,
    pub respond: Option<bool>,
}

impl Validate for SettingsIn {
    fn validate(&self, problems: &mut Problems) {
        for (at, address) in self.mail_to.iter().flatten().enumerate() {
            problems.check(
                Address::parse(address).is_ok(),
                &format!("mail_to.{at}"),
                "This is no e-mail address.",
            );
        }
        let many = self.mail_to.as_ref().map_or(0, Vec::len);
        problems.check(many <= 20, "mail_to", "At most 20 addresses.");
        if let Some(url) = self.webhook_url.value() {
            let is_one = url.len() <= 2_000
                && (url.starts_with("https://") || url.starts_with("http://"))
                && url.parse::<http::Uri>().is_ok();
            problems.check(
                is_one,
                "webhook_url",
                "This must be an address that begins with https://.",
            );
        }
        if let Some(secret) = self.webhook_secret.value() {
            problems.length("webhook_secret", secret, 8, 200);
        }
        for (at, rule) in self.rules.iter().flatten().enumerate() {
            let is_fine = rule
                .threshold
                .is_none_or(|threshold| threshold.is_finite() && (0.1..=1e6).contains(&threshold));
            problems.check(
                is_fine,
                &format!("rules.{at}.threshold"),
                "A threshold is between 0.1 and a million.",
            );
        }
    }
}

fn owner_for(caller: &Caller, query: &SettingsQuery) -> Result<Uuid, ApiError> {
    caller.require(Permission::ManageAlerts)?;
    let is_for_all = caller.may(Permission::AdministerInstance) && !query.workspace;
    Ok(if is_for_all { INSTANCE } else { caller.workspace.0 })
}

/// The settings that a caller sets.
pub async fn show_settings(
    ops: &Ops,
    caller: &Caller,
    query: &SettingsQuery,
) -> Result<SettingsOut, ApiError> {
    let owner = owner_for(caller, query)?;
    let (_, recipients) = stored(ops.db(), owner).await?;
    let book = rulebook(ops).await?;
    let is_for_all = owner == INSTANCE;
    let workspace = (!is_for_all).then_some(caller.workspace);
    Ok(SettingsOut {
        mail_to: recipients.mail_to,
        webhook_url: recipients.webhook_url,
        webhook_secret_set: recipients.webhook_secret.is_some(),
        rules: Rule::ALL
            .into_iter()
            .filter(|rule| is_for_all || !rule.is_of_installation())
            .map(|rule| {
                let chosen = book.of(workspace, rule);
                RuleOut {
                    kind: rule,
                    enabled: chosen.enabled,
                    threshold: chosen.threshold,
                    respond: chosen.respond,
                    label: rule.label(),
                    help: rule.help(),
                    responses: rule.responses().iter().map(|kind| kind.word()).collect(),
                }
            })
            .collect(),
    })
}

/// Changes settings; answers them as they are then.
pub async fn change_settings(
    ops: &Ops,
    caller: &Caller,
    query: &SettingsQuery,
    input: SettingsIn,
) -> Result<SettingsOut, ApiError> {
    let owner = owner_for(caller, query)?;
    let keys = ops.db().keys(owner).await?;
    let tx = ops.db().write().await?;
    let (_, lock) = owner.as_u64_pair();
    tx.alone(lock.cast_signed()).await?;
    let (mut choices, mut recipients) = stored(ops.db(), owner).await?;
    if let Some(mail_to) = input.mail_to {
        recipients.mail_to = mail_to;
    }
    put(&mut recipients.webhook_url, input.webhook_url);
    put(&mut recipients.webhook_secret, input.webhook_secret);
    let mut changed = Vec::new();
    for rule in input.rules.into_iter().flatten() {
        if owner != INSTANCE && rule.kind.is_of_installation() {
            return Err(ApiError::forbidden("This rule is about the installation."));
        }
        changed.push(rule.kind.word());
        let choice = choices.entry(rule.kind.word().to_owned()).or_default();
        choice.enabled = rule.enabled.or(choice.enabled);
        choice.threshold = rule.threshold.or(choice.threshold);
        choice.respond = rule.respond.or(choice.respond);
    }
    let row = alert_settings::ActiveModel {
        owner_id: Set(owner),
        rules: Set(serde_json::to_string(&choices).map_err(DbError::from)?),
        recipients: Set(Some(
            Sealed::seal(&keys, place(owner), &recipients).map_err(DbError::from)?,
        )),
        updated_at: Set(tx.now().micros()),
    };
    let replace = OnConflict::column(C::OwnerId)
        .update_columns([C::Rules, C::Recipients, C::UpdatedAt])
        .to_owned();
    alert_settings::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(&*tx)
        .await
        .map_err(DbError::from)?;
    let details = json!({
        "rules": changed,
        "mail_to": recipients.mail_to.len(),
        "webhook": recipients.webhook_url.is_some(),
    });
    audit(&tx, caller, "alerts.settings_changed", owner, &details).await?;
    tx.commit().await?;
    show_settings(ops, caller, query).await
}

fn put(slot: &mut Option<String>, field: Field<String>) {
    match field {
        Field::Set(value) => *slot = Some(value),
        Field::Clear => *slot = None,
        Field::Keep => {}
    }
}
