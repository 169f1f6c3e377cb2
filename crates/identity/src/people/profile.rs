//! What is shown of a person, to themselves and to others, and how they change it.

use db::entity::{members, users};
use db::events::Scope;
use db::{Event, UserId};
use kit::api::{Problems, Validate};
use kit::clock::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::find;
use crate::Result;
use crate::audit::audit;
use crate::caller::Caller;
use crate::error::IdentityError;
use crate::identity::Identity;

/// A person.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct UserOut {
    /// The person.
    pub id: UserId,
    /// As they wrote it.
    pub email: String,
    /// Shown to others.
    pub full_name: String,
    /// A colour of their own, `#rrggbb`.
    pub avatar_color: &'static str,
    /// Administers the installation.
    pub is_instance_admin: bool,
    /// When.
    pub created_at: Timestamp,
}

impl From<users::Model> for UserOut {
    fn from(row: users::Model) -> Self {
        Self {
            avatar_color: avatar_color(row.id),
            id: row.id,
            email: row.email,
            full_name: row.full_name,
            is_instance_admin: row.is_instance_admin,
            created_at: Timestamp(row.created_at),
        }
    }
}

/// A person as others see them beside what they wrote.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct AuthorOut {
    /// The person.
    pub id: UserId,
    /// Their name.
    pub full_name: String,
    /// A colour of their own, `#rrggbb`.
    pub avatar_color: &'static str,
}

/// The colour that stands for a person; white text is readable on each of them.
pub fn avatar_color(user: UserId) -> &'static str {
    const COLORS: [&str; 12] = [
        "#b4232a", "#b5480b", "#8a6100", "#4d7000", "#157347", "#0f766e", "#0e7490", "#1d63b8", "#4f46c8",
        "#7c3aa8", "#a62a87", "#5b6470",
    ];
    // The end of a UUIDv7 is random, its beginning is the time.
    let sum: usize = user.0.as_bytes()[10..].iter().map(|b| usize::from(*b)).sum();
    COLORS[sum % COLORS.len()]
}

/// A changed profile.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MePatch {
    #[serde(default)]
    pub full_name: Option<String>,
}

impl Validate for MePatch {
    fn validate(&self, problems: &mut Problems) {
        if let Some(name) = &self.full_name {
            check_name(name, problems);
        }
    }
}

pub(super) fn check_name(name: &str, problems: &mut Problems) {
    problems.length("full_name", name, 1, 100);
    let printable = !name.chars().any(char::is_control);
    problems.check(printable, "full_name", "A name has no control characters.");
}

/// Changes the caller's profile.
pub(crate) async fn change(identity: &Identity, caller: &Caller, patch: MePatch) -> Result<UserOut> {
    caller.require_session()?;
    let Some(name) = patch.full_name else {
        return find(identity.db(), caller.user).await.map(UserOut::from);
    };
    let tx = identity.db().write().await?;
    users::Entity::update_many()
        .set(users::ActiveModel {
            full_name: Set(name.trim().to_owned()),
            updated_at: Set(tx.now().micros()),
            ..Default::default()
        })
        .filter(users::Column::Id.eq(caller.user))
        .exec(&*tx)
        .await?;
    let payload = json!({ "user_id": caller.user });
    let mine = Event {
        scope: Scope::User(caller.user),
        workspace: None,
        kind: "user.changed",
        payload: &payload,
    };
    tx.event(mine).await?;
    let belongs = members::Entity::find()
        .filter(members::Column::UserId.eq(caller.user))
        .all(&*tx)
        .await?;
    for member in belongs {
        let theirs = Event {
            scope: Scope::Workspace(member.workspace_id),
            workspace: Some(member.workspace_id),
            kind: "member.changed",
            payload: &payload,
        };
        tx.event(theirs).await?;
    }
    audit(
        &tx,
        caller,
        "user.changed",
        caller.user,
        &json!({ "fields": ["full_name"] }),
    )
    .await?;
    let row = users::Entity::find_by_id(caller.user)
        .one(&*tx)
        .await?
        .ok_or(IdentityError::NotSignedIn)?;
    tx.commit().await?;
    Ok(row.into())
}
