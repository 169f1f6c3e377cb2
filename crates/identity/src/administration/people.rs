//! Everybody who has an account: listed, renamed, made an administrator, disabled, signed out, erased.

use std::collections::HashMap;

use db::entity::{api_tokens, members, sessions, users, workspaces};
use db::kinds::Role;
use db::{Db, SessionId, Tx, UserId, WorkspaceId};
use kit::api::{Cursor, Page, Problems, Validate};
use kit::clock::Timestamp;
use sea_orm::sea_query::{Expr, Func, LikeExpr};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{ADMINISTRATORS, erase_person, factors, forget_erased, require, somebody_stays};
use crate::Result;
use crate::audit::{Actor, audit};
use crate::caller::Caller;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::revocations::{Revoked, revoke};
use crate::sessions::end_all;

/// Which people.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct UsersQuery {
    /// A part of the name or the address.
    pub q: Option<String>,
    /// Rows a page, 1 to 200; 50 unless told.
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A workspace that somebody belongs to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MembershipOut {
    pub id: WorkspaceId,
    pub name: String,
    pub role: Role,
}

/// A person, as administrators of the installation see them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AdminUserOut {
    pub id: UserId,
    pub email: String,
    pub full_name: String,
    pub is_instance_admin: bool,
    /// They may not sign in.
    pub disabled: bool,
    pub created_at: Timestamp,
    /// When they, or a program of theirs, were here last.
    #[schema(required)]
    pub last_seen_at: Option<Timestamp>,
    pub workspaces: Vec<MembershipOut>,
    /// Whether a second factor is asked of them.
    pub second_factor: bool,
    /// The providers that they sign in with.
    pub identities: Vec<String>,
}

/// A changed person.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AdminUserPatch {
    pub disabled: Option<bool>,
    pub is_instance_admin: Option<bool>,
    pub full_name: Option<String>,
}

impl Validate for AdminUserPatch {
    fn validate(&self, problems: &mut Problems) {
        problems.optional_length("full_name", self.full_name.as_ref(), 1, 100);
        let printable = !self
            .full_name
            .iter()
            .any(|name| name.chars().any(char::is_control));
        problems.check(printable, "full_name", "A name has no control characters.");
    }
}

/// Everybody, the newest account first.
pub(crate) async fn list(
    identity: &Identity,
    caller: &Caller,
    query: &UsersQuery,
) -> Result<Page<AdminUserOut>> {
    require(caller)?;
    let limit = Cursor::limit(query.limit)?;
    let mut select = users::Entity::find();
    if let Some(after) = Cursor::decode::<Uuid>(query.cursor.as_deref())? {
        select = select.filter(users::Column::Id.lt(after));
    }
    if let Some(part) = query.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        let escaped = part
            .to_lowercase()
            .replace('!', "!!")
            .replace('%', "!%")
            .replace('_', "!_");
        let pattern = format!("%{}%", escaped.replace('\0', ""));
        let mut any = Condition::any();
        for column in [users::Column::FullName, users::Column::EmailKey] {
            let like = LikeExpr::new(pattern.clone()).escape('!');
            any = any.add(Func::lower(Expr::col(column)).like(like));
        }
        select = select.filter(any);
    }
    let found = select
        .order_by_desc(users::Column::Id)
        .limit(limit as u64 + 1)
        .all(identity.db().read())
        .await?;
    let out = shown(identity.db(), found).await?;
    Ok(Page::cut(out, limit, |row| Cursor::encode(&row.id)))
}

async fn shown(db: &Db, found: Vec<users::Model>) -> Result<Vec<AdminUserOut>> {
    let ids: Vec<UserId> = found.iter().map(|row| row.id).collect();
    let mut rooms: HashMap<UserId, Vec<MembershipOut>> = HashMap::new();
    let joined = members::Entity::find()
        .filter(members::Column::UserId.is_in(ids.iter().copied()))
        .order_by_asc(members::Column::JoinedAt)
        .all(db.read())
        .await?;
    let named: HashMap<WorkspaceId, String> = workspaces::Entity::find()
        .filter(workspaces::Column::Id.is_in(joined.iter().map(|m| m.workspace_id)))
        .all(db.read())
        .await?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    for member in joined {
        rooms.entry(member.user_id).or_default().push(MembershipOut {
            id: member.workspace_id,
            name: named.get(&member.workspace_id).cloned().unwrap_or_default(),
            role: member.role,
        });
    }
    let seen = last_seen(db, &ids).await?;
    let factors = factors::with_second_factor(db, &ids).await?;
    let mut linked = factors::linked(db, &ids).await?;
    Ok(found
        .into_iter()
        .map(|row| AdminUserOut {
            workspaces: rooms.remove(&row.id).unwrap_or_default(),
            last_seen_at: seen.get(&row.id).copied(),
            id: row.id,
            email: row.email,
            full_name: row.full_name,
            is_instance_admin: row.is_instance_admin,
            disabled: row.disabled_at.is_some(),
            created_at: Timestamp(row.created_at),
            second_factor: factors.contains(&row.id),
            identities: linked.remove(&row.id).unwrap_or_default(),
        })
        .collect())
}

/// When people, or programs of theirs, were here last.
pub(super) async fn last_seen(db: &Db, people: &[UserId]) -> Result<HashMap<UserId, Timestamp>> {
    let mut seen: HashMap<UserId, Timestamp> = HashMap::new();
    let by_session: Vec<(UserId, Option<i64>)> = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::UserId)
        .column_as(sessions::Column::LastSeenAt.max(), "last")
        .filter(sessions::Column::UserId.is_in(people.iter().copied()))
        .group_by(sessions::Column::UserId)
        .into_tuple()
        .all(db.read())
        .await?;
    let by_token: Vec<(UserId, Option<i64>)> = api_tokens::Entity::find()
        .select_only()
        .column(api_tokens::Column::UserId)
        .column_as(api_tokens::Column::LastUsedAt.max(), "last")
        .filter(api_tokens::Column::UserId.is_in(people.iter().copied()))
        .group_by(api_tokens::Column::UserId)
        .into_tuple()
        .all(db.read())
        .await?;
    for (user, at) in by_session.into_iter().chain(by_token) {
        if let Some(at) = at.map(Timestamp) {
            let known = seen.entry(user).or_insert(at);
            *known = (*known).max(at);
        }
    }
    Ok(seen)
}

async fn find(tx: &Tx, id: UserId) -> Result<users::Model> {
    users::Entity::find_by_id(id)
        .lock_exclusive()
        .one(&**tx)
        .await?
        .ok_or(IdentityError::NotFound("person"))
}

/// The hashes of all API tokens of somebody that were not revoked.
pub(super) async fn token_hashes(tx: &Tx, user: UserId) -> Result<Vec<Vec<u8>>> {
    Ok(api_tokens::Entity::find()
        .select_only()
        .column(api_tokens::Column::TokenHash)
        .filter(api_tokens::Column::UserId.eq(user))
        .filter(api_tokens::Column::RevokedAt.is_null())
        .into_tuple()
        .all(&**tx)
        .await?)
}

/// What is remembered of somebody and has to be read anew.
async fn remembered(tx: &Tx, user: UserId) -> Result<(Vec<SessionId>, Vec<Vec<u8>>)> {
    let sessions: Vec<SessionId> = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::Id)
        .filter(sessions::Column::UserId.eq(user))
        .filter(sessions::Column::EndedAt.is_null())
        .into_tuple()
        .all(&**tx)
        .await?;
    let hashes = token_hashes(tx, user).await?;
    revoke(tx, &Revoked::Sessions(sessions.clone())).await?;
    revoke(tx, &Revoked::Tokens(hashes.clone())).await?;
    Ok((sessions, hashes))
}

/// Changes somebody. Disabling ends their sessions and API tokens at once; tokens do not come back.
pub(crate) async fn change(
    identity: &Identity,
    caller: &Caller,
    id: UserId,
    patch: AdminUserPatch,
) -> Result<AdminUserOut> {
    require(caller)?;
    let tx = identity.db().write().await?;
    tx.alone(ADMINISTRATORS).await?;
    let before = find(&tx, id).await?;
    let (mut row, mut fields) = (users::ActiveModel::default(), Vec::new());
    let is_out = patch.disabled == Some(true) || patch.is_instance_admin == Some(false);
    if before.is_instance_admin && before.disabled_at.is_none() && is_out {
        somebody_stays(&tx, id).await?;
    }
    if let Some(disabled) = patch.disabled.filter(|is| *is != before.disabled_at.is_some()) {
        row.disabled_at = Set(disabled.then(|| tx.now().micros()));
        fields.push(if disabled { "disabled" } else { "enabled" });
    }
    if let Some(administers) = patch
        .is_instance_admin
        .filter(|is| *is != before.is_instance_admin)
    {
        row.is_instance_admin = Set(administers);
        fields.push("is_instance_admin");
    }
    if let Some(name) = patch.full_name.map(|name| name.trim().to_owned()) {
        row.full_name = Set(name);
        fields.push("full_name");
    }
    if fields.is_empty() {
        return one(identity, id).await;
    }
    row.updated_at = Set(tx.now().micros());
    users::Entity::update_many()
        .set(row)
        .filter(users::Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    let (sessions, hashes) = remembered(&tx, id).await?;
    if fields.contains(&"disabled") {
        end_all(&tx, id, None).await?;
        revoke_tokens(&tx, id).await?;
    }
    let details = json!({ "fields": fields });
    audit(
        &tx,
        Actor::of_installation(caller),
        "user.administered",
        id,
        &details,
    )
    .await?;
    tx.commit().await?;
    identity.known().forget_sessions(&sessions);
    identity.known().forget_tokens(&hashes);
    one(identity, id).await
}

/// Revokes every API token of somebody.
pub(super) async fn revoke_tokens(tx: &Tx, user: UserId) -> Result<()> {
    // Told one by one, so that sockets that were opened with them close.
    let theirs = api_tokens::Entity::find()
        .filter(api_tokens::Column::UserId.eq(user))
        .filter(api_tokens::Column::RevokedAt.is_null())
        .all(&**tx)
        .await?;
    for token in theirs {
        crate::api_tokens::tell(tx, token.workspace_id, user, "token.revoked", token.id).await?;
    }
    api_tokens::Entity::update_many()
        .col_expr(api_tokens::Column::RevokedAt, Expr::value(tx.now().micros()))
        .filter(api_tokens::Column::UserId.eq(user))
        .filter(api_tokens::Column::RevokedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

async fn one(identity: &Identity, id: UserId) -> Result<AdminUserOut> {
    let row = crate::people::find(identity.db(), id).await?;
    let shown = shown(identity.db(), vec![row]).await?;
    shown.into_iter().next().ok_or(IdentityError::NotFound("person"))
}

/// Signs somebody out on all devices, at once.
pub(crate) async fn sign_out(identity: &Identity, caller: &Caller, id: UserId) -> Result<()> {
    require(caller)?;
    let tx = identity.db().write().await?;
    find(&tx, id).await?;
    let ended = end_all(&tx, id, None).await?;
    let details = json!({ "sessions": ended.len() });
    audit(
        &tx,
        Actor::of_installation(caller),
        "user.signed_out",
        id,
        &details,
    )
    .await?;
    tx.commit().await?;
    identity.known().forget_sessions(&ended);
    Ok(())
}

/// Erases somebody.
pub(crate) async fn remove(identity: &Identity, caller: &Caller, id: UserId) -> Result<()> {
    require(caller)?;
    let tx = identity.db().write().await?;
    let erased = erase_person(identity, &tx, Actor::of_installation(caller), id).await?;
    tx.commit().await?;
    forget_erased(identity, &erased);
    Ok(())
}
