//! Who came in: sign-ins one by one, uses of API tokens by the hour, kept as long as the configuration says.

use std::collections::HashMap;
use std::time::Duration;

use db::entity::{access_log as rows, api_tokens};
use db::{Db, Tx, UserId, WorkspaceId};
use kit::api::{Cursor, Page};
use kit::clock::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::caller::Caller;
use crate::client::Client;
use crate::identity::Identity;
use crate::permissions::Permission;
use crate::{Result, people};

/// Uses of a token from one address within this time are one row.
const TOGETHER: Duration = Duration::from_hours(1);

/// The use of an API token that is to be written down.
#[derive(Clone, Debug)]
pub(crate) struct TokenUse {
    pub at: Timestamp,
    pub user: UserId,
    pub address: String,
    pub agent: String,
}

/// Tokens that were used, and how last.
pub(crate) type UsedTokens = HashMap<(WorkspaceId, Uuid), TokenUse>;

/// Somebody came to the door.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Came<'a> {
    pub workspace: Option<WorkspaceId>,
    pub user: Option<UserId>,
    pub client: &'a Client,
    pub via: &'a str,
    pub outcome: &'a str,
}

/// Writes a sign-in down, in its transaction.
pub(crate) async fn note_sign_in(tx: &Tx, came: Came<'_>) -> Result<()> {
    let now = tx.now().micros();
    let row = rows::Model {
        id: kit::ids::new_id(),
        workspace_id: came.workspace,
        user_id: came.user,
        token_id: None,
        address: came.client.address.to_string(),
        agent: came.client.user_agent.clone(),
        via: came.via.to_owned(),
        action: "sign_in".to_owned(),
        outcome: came.outcome.to_owned(),
        uses: 1,
        at: now,
        last_at: now,
    };
    rows::Entity::insert(row.into_active_model())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Writes the uses of tokens down: when each was used last, and a row an hour and address.
pub(crate) async fn write_uses(db: &Db, used: &UsedTokens) -> Result<()> {
    let tx = db.write().await?;
    for ((workspace, token), how) in used {
        api_tokens::Entity::update_many()
            .set(api_tokens::ActiveModel {
                last_used_at: Set(Some(how.at.micros())),
                ..Default::default()
            })
            .filter(api_tokens::Column::WorkspaceId.eq(*workspace))
            .filter(api_tokens::Column::Id.eq(*token))
            .exec(&*tx)
            .await?;
        let going_on = rows::Entity::update_many()
            .col_expr(rows::Column::LastAt, Expr::value(how.at.micros()))
            .col_expr(rows::Column::Uses, Expr::col(rows::Column::Uses).add(1))
            .filter(rows::Column::UserId.eq(how.user))
            .filter(rows::Column::At.gt(how.at.minus(TOGETHER).micros()))
            .filter(rows::Column::TokenId.eq(*token))
            .filter(rows::Column::Address.eq(how.address.as_str()))
            .exec(&*tx)
            .await?;
        if going_on.rows_affected == 0 {
            let row = rows::Model {
                id: kit::ids::new_id(),
                workspace_id: Some(*workspace),
                user_id: Some(how.user),
                token_id: Some(*token),
                address: how.address.clone(),
                agent: how.agent.clone(),
                via: "token".to_owned(),
                action: "use".to_owned(),
                outcome: "ok".to_owned(),
                uses: 1,
                at: how.at.micros(),
                last_at: how.at.micros(),
            };
            rows::Entity::insert(row.into_active_model())
                .exec_without_returning(&*tx)
                .await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Forgets rows that are older than the configuration keeps them.
pub(crate) async fn forget_old(db: &Db, kept: Duration) -> Result<u64> {
    let tx = db.write().await?;
    let gone = rows::Entity::delete_many()
        .filter(rows::Column::LastAt.lt(tx.now().minus(kept).micros()))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(gone.rows_affected)
}

/// Which rows.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessQuery {
    /// Of this person.
    #[param(value_type = Option<String>, format = Uuid)]
    pub user: Option<Uuid>,
    /// Not before.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Before.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// Rows a page, 1 to 200; 50 unless told.
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A sign-in, or the uses of a token in an hour.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AccessOut {
    pub id: Uuid,
    pub at: Timestamp,
    /// When last in that hour.
    pub last_at: Timestamp,
    #[schema(required)]
    pub user_id: Option<UserId>,
    /// Their name, while the account exists.
    #[schema(required)]
    pub name: Option<String>,
    #[schema(required)]
    pub token_id: Option<Uuid>,
    pub address: String,
    pub agent: String,
    /// `session`, `password` or `token`.
    pub via: String,
    /// `sign_in` or `use`.
    pub action: String,
    /// `ok`, or why not.
    pub outcome: String,
    /// In how many minutes of the hour.
    pub uses: i64,
}

/// Who came in, newest first: of the workspace, or everywhere for administrators of the installation.
pub(crate) async fn list(
    identity: &Identity,
    caller: &Caller,
    query: &AccessQuery,
) -> Result<Page<AccessOut>> {
    caller.require(Permission::ReadAudit)?;
    let limit = Cursor::limit(query.limit)?;
    let mut select = rows::Entity::find();
    if !caller.is_instance_admin {
        select = select.filter(rows::Column::WorkspaceId.eq(caller.workspace));
    }
    if let Some(after) = Cursor::decode::<Uuid>(query.cursor.as_deref())? {
        select = select.filter(rows::Column::Id.lt(after));
    }
    if let Some(user) = query.user {
        select = select.filter(rows::Column::UserId.eq(user));
    }
    if let Some(from) = query.from {
        select = select.filter(rows::Column::At.gte(from.micros()));
    }
    if let Some(to) = query.to {
        select = select.filter(rows::Column::At.lt(to.micros()));
    }
    let found = select
        .order_by_desc(rows::Column::Id)
        .limit(limit as u64 + 1)
        .all(identity.db().read())
        .await?;
    let who = found.iter().filter_map(|row| row.user_id).collect();
    let people = people::find_all(identity.db(), who).await?;
    let names: HashMap<UserId, String> = people.into_iter().map(|p| (p.id, p.full_name)).collect();
    let out = found.into_iter().map(|row| AccessOut {
        name: row.user_id.and_then(|id| names.get(&id).cloned()),
        id: row.id,
        at: Timestamp(row.at),
        last_at: Timestamp(row.last_at),
        user_id: row.user_id,
        token_id: row.token_id,
        address: row.address,
        agent: row.agent,
        via: row.via,
        action: row.action,
        outcome: row.outcome,
        uses: row.uses,
    });
    Ok(Page::cut(out.collect(), limit, |row| Cursor::encode(&row.id)))
}
