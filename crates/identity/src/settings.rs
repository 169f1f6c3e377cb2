//! A person's settings: small JSON values by name, sealed by the person's key, the same on all their devices.
//! For each name the last writer wins, by the time the writer gives it (not trusted further than a minute ahead).

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use db::entity::settings;
use db::events::Scope;
use db::{Db, Event, Sealed, Tx, UserId};
use kit::api::{ApiError, Problems, Validate};
use kit::clock::Timestamp;
use kit::vault::{OwnerKeys, Place, sha256};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Result;
use crate::audit::audit;
use crate::caller::Caller;
use crate::identity::Identity;

/// How far ahead of ours a device's clock is believed.
const AHEAD: Duration = Duration::from_mins(1);
/// Settings of one person, those that were deleted and are still remembered included.
const MOST: usize = 200;
/// Bytes of one value, as JSON.
const LONGEST: usize = 16 * 1024;

/// Changed settings.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsPatch {
    /// New values; null deletes.
    #[schema(value_type = BTreeMap<String, Value>)]
    pub values: BTreeMap<String, Value>,
    /// When each was changed, or one time for all; now, unless told.
    #[serde(default)]
    pub updated_at: Option<TimesIn>,
}

/// Times of changes.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(crate) enum TimesIn {
    /// One for all.
    All(Timestamp),
    /// By name.
    Each(HashMap<String, Timestamp>),
}

impl SettingsPatch {
    fn time_of(&self, name: &str) -> Option<Timestamp> {
        match self.updated_at.as_ref()? {
            TimesIn::All(time) => Some(*time),
            TimesIn::Each(times) => times.get(name).copied(),
        }
    }
}

impl Validate for SettingsPatch {
    fn validate(&self, problems: &mut Problems) {
        problems.check(
            self.values.len() <= MOST,
            "values",
            format!("At most {MOST} settings."),
        );
        for (name, value) in &self.values {
            let field = format!("values.{}", name.chars().take(64).collect::<String>());
            problems.check(
                is_name(name),
                &field,
                "A setting's name is a small letter and up to 63 small letters, digits, '_', '.' or '-'.",
            );
            let short = serde_json::to_vec(value).is_ok_and(|text| text.len() <= LONGEST);
            problems.check(short, &field, format!("A setting has at most {LONGEST} bytes."));
        }
    }
}

fn is_name(name: &str) -> bool {
    let mut chars = name.bytes();
    chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && name.len() <= 64
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || b"_.-".contains(&c))
}

/// All settings of a person.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub struct SettingsOut {
    /// By name.
    #[schema(value_type = BTreeMap<String, Value>)]
    pub values: BTreeMap<String, Value>,
    /// When the newest change was made.
    #[schema(required)]
    pub updated_at: Option<Timestamp>,
    /// When each was changed.
    pub times: BTreeMap<String, Timestamp>,
}

fn place(user: UserId, name: &str) -> Place<'static> {
    let mut text = user.0.as_bytes().to_vec();
    text.extend_from_slice(name.as_bytes());
    let hash = sha256(&text);
    let mut row = [0; 16];
    row.copy_from_slice(&hash[..16]);
    Place {
        column: "settings.value",
        row: Uuid::from_bytes(row),
    }
}

/// Which time a write counts for, or none if what is stored is newer. A write without a time was made after
/// seeing what is stored, and wins.
fn winning_time(stored: Option<i64>, given: Option<Timestamp>, now: Timestamp) -> Option<i64> {
    let latest = now.plus(AHEAD).micros();
    match (stored, given) {
        (None, None) => Some(now.micros()),
        (Some(stored), None) => Some(now.micros().max(stored + 1)),
        (None, Some(given)) => Some(given.micros().min(latest)),
        // What is stored may be ahead of this hour; whoever has seen it and writes on must not lose to it.
        (Some(stored), Some(given)) => {
            Some(given.micros().min(latest.max(stored))).filter(|time| *time >= stored)
        }
    }
}

async fn rows_of(conn: &impl sea_orm::ConnectionTrait, user: UserId) -> Result<Vec<settings::Model>> {
    Ok(settings::Entity::find()
        .filter(settings::Column::UserId.eq(user))
        .all(conn)
        .await?)
}

/// All settings of a person.
pub async fn all(db: &Db, user: UserId) -> Result<SettingsOut> {
    let rows = rows_of(db.read(), user).await?;
    let mut out = SettingsOut::default();
    if rows.is_empty() {
        return Ok(out);
    }
    let keys = db.keys(user.0).await?;
    for row in rows {
        let time = Timestamp(row.updated_at);
        out.updated_at = out.updated_at.max(Some(time));
        match row.value.open(&keys, place(user, &row.name)) {
            // A deleted setting keeps its time, so that an older write does not bring it back.
            Ok(Value::Null) => {}
            Ok(value) => {
                out.times.insert(row.name.clone(), time);
                out.values.insert(row.name, value);
            }
            Err(error) => tracing::error!(error = %error, setting = %row.name, user.id = %user, "unreadable"),
        }
    }
    Ok(out)
}

/// One setting of a person.
pub async fn get<const N: usize>(db: &Db, user: UserId, names: [&str; N]) -> Result<[Option<Value>; N]> {
    let rows = settings::Entity::find()
        .filter(settings::Column::UserId.eq(user))
        .filter(settings::Column::Name.is_in(names))
        .all(db.read())
        .await?;
    let mut values = [const { None }; N];
    for row in rows {
        let keys = db.keys(user.0).await?;
        let value: Value = row.value.open(&keys, place(user, &row.name))?;
        if let Some(at) = names.iter().position(|name| *name == row.name) {
            values[at] = Some(value).filter(|value| !value.is_null());
        }
    }
    Ok(values)
}

/// Makes room: deleted settings need not be remembered any longer. Answers how many there were.
async fn forget_deleted(
    tx: &Tx,
    keys: &OwnerKeys,
    user: UserId,
    rows: impl Iterator<Item = &settings::Model>,
) -> Result<usize> {
    let gone: Vec<&str> = rows
        .filter(|row| matches!(row.value.open(keys, place(user, &row.name)), Ok(Value::Null)))
        .map(|row| row.name.as_str())
        .collect();
    settings::Entity::delete_many()
        .filter(settings::Column::UserId.eq(user))
        .filter(settings::Column::Name.is_in(gone.iter().copied()))
        .exec(&**tx)
        .await?;
    Ok(gone.len())
}

/// Changes settings; what is older than what is stored changes nothing. Answers all of them.
pub(crate) async fn change(
    identity: &Identity,
    caller: &Caller,
    patch: SettingsPatch,
) -> Result<SettingsOut> {
    let (db, user) = (identity.db(), caller.user);
    let keys = db.keys(user.0).await?;
    let tx = db.write().await?;
    // Two devices at the same moment, perhaps at two nodes, come one after the other.
    let (_, name) = user.0.as_u64_pair();
    tx.alone(name.cast_signed()).await?;
    let before: HashMap<String, settings::Model> = rows_of(&*tx, user)
        .await?
        .into_iter()
        .map(|row| (row.name.clone(), row))
        .collect();
    let mut names = Vec::new();
    let added = patch
        .values
        .keys()
        .filter(|name| !before.contains_key(*name))
        .count();
    let mut room = MOST.saturating_sub(before.len());
    if added > room {
        let rows = before
            .values()
            .filter(|row| !patch.values.contains_key(&row.name));
        room += forget_deleted(&tx, &keys, user, rows).await?;
    }
    for (name, value) in &patch.values {
        let stored = before.get(name).map(|row| row.updated_at);
        let Some(time) = winning_time(stored, patch.time_of(name), tx.now()) else {
            continue;
        };
        let sealed = Sealed::seal(&keys, place(user, name), value)?;
        if stored.is_some() {
            settings::Entity::update_many()
                .set(settings::ActiveModel {
                    value: Set(sealed),
                    updated_at: Set(time),
                    ..Default::default()
                })
                .filter(settings::Column::UserId.eq(user))
                .filter(settings::Column::Name.eq(name))
                .exec(&*tx)
                .await?;
        } else {
            room = room.checked_sub(1).ok_or_else(|| {
                ApiError::invalid("values", format!("A person has at most {MOST} settings."))
            })?;
            let row = settings::ActiveModel {
                user_id: Set(user),
                name: Set(name.clone()),
                value: Set(sealed),
                updated_at: Set(time),
            };
            settings::Entity::insert(row).exec_without_returning(&*tx).await?;
        }
        names.push(name.as_str());
    }
    if !names.is_empty() {
        let payload = json!({ "names": names });
        let event = Event {
            scope: Scope::User(user),
            workspace: None,
            kind: "settings.changed",
            payload: &payload,
        };
        tx.event(event).await?;
        audit(&tx, caller, "settings.changed", user, &payload).await?;
    }
    tx.commit().await?;
    all(db, user).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    #[test]
    fn names_are_plain() {
        for good in ["theme", "a", "send_key", "x.y-z9", &"a".repeat(64)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "Theme", "9a", "a b", "ä", "_a", &"a".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_clock_that_runs_ahead_is_believed_for_a_minute() {
        let far = NOW.plus(Duration::from_secs(9999));
        let minute = NOW.plus(AHEAD).micros();
        assert_eq!(winning_time(None, Some(far), NOW), Some(minute));
        assert_eq!(winning_time(Some(minute), Some(far), NOW), Some(minute));
    }

    #[test]
    fn a_write_made_after_seeing_a_value_beats_it() {
        let ahead = NOW.plus(AHEAD).micros();
        assert_eq!(winning_time(Some(ahead), None, NOW), Some(ahead + 1));
        let far = NOW.plus(Duration::from_secs(9999));
        let later = far.plus(Duration::from_micros(1));
        assert_eq!(
            winning_time(Some(far.micros()), Some(later), NOW),
            Some(far.micros())
        );
        assert_eq!(winning_time(Some(far.micros()), Some(NOW), NOW), None);
    }

    #[test]
    fn each_value_has_its_own_place() {
        let user = UserId::new();
        assert_ne!(place(user, "a").row, place(user, "b").row);
        assert_ne!(place(user, "a").row, place(UserId::new(), "a").row);
    }

    #[test]
    fn times_come_for_all_or_each() {
        let read = |text: &str| serde_json::from_str::<SettingsPatch>(text).unwrap();
        let each = read(r#"{"values":{"a":1,"b":2},"updated_at":{"a":"2026-01-01T00:00:00Z"}}"#);
        assert!(each.time_of("a").is_some() && each.time_of("b").is_none());
        let all = read(r#"{"values":{"a":null},"updated_at":"2026-01-01T00:00:00Z"}"#);
        assert_eq!(all.time_of("a"), all.time_of("z"));
    }

    proptest::proptest! {
        /// Whatever order writes arrive in, the newest one stays.
        #[test]
        fn the_last_writer_wins(times in proptest::collection::vec(0i64..2_000_000_000, 1..12)) {
            let mut stored: Option<i64> = None;
            for time in &times {
                if let Some(won) = winning_time(stored, Some(Timestamp(*time)), NOW) {
                    stored = Some(won);
                }
            }
            let newest = times.iter().max().copied().map(|t| t.min(NOW.plus(AHEAD).micros()));
            proptest::prop_assert_eq!(stored, newest);
        }
    }
}
