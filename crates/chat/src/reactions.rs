//! Reactions: one sign under a message, each person each sign once.

use std::collections::HashMap;

use axum::extract::{FromRef, FromRequestParts};
use db::entity::{messages, notifications, reactions};
use db::kinds::NotificationKind;
use db::{Db, DbError, MessageId, UserId, WorkspaceId};
use http::request::Parts;
use kit::api::{ApiError, Code};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    TryInsertResult,
};
use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;
use utoipa::ToSchema;

use crate::Chat;
use crate::access::{AtMessage, locked_for, placeholders};
use crate::exchange::announce;
use crate::messages::{self as message, MessageOut};
use crate::news::News;
use crate::notifications::{self as notes, Notice};

/// How many different signs one message bears.
const MOST: u64 = 40;
/// The longest sign, in bytes: families and flags are long.
const LONGEST: usize = 32;

/// Who reacted with one sign, the first one first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReactionOut {
    /// The sign.
    pub emoji: String,
    /// Who.
    pub users: Vec<UserId>,
}

/// A caller at a message with a sign.
#[derive(Debug)]
pub struct WithSign {
    at: AtMessage,
    emoji: String,
}

/// Whether this is one sign: one character as people count them, and no letter, digit or mark of ASCII alone.
fn is_sign(text: &str) -> bool {
    text.len() <= LONGEST
        && text.graphemes(true).count() == 1
        && !text.is_ascii()
        && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

impl<S> FromRequestParts<S> for WithSign
where
    S: Send + Sync,
    Chat: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let at = AtMessage::from_request_parts(parts, state).await?;
        let emoji = placeholders(parts, state).await?.into_iter().nth(2);
        let emoji = emoji
            .filter(|text| is_sign(text))
            .ok_or_else(|| ApiError::invalid("emoji", "A reaction is one emoji."))?;
        Ok(Self { at, emoji })
    }
}

/// Reacts; once more is no more.
pub async fn put(chat: &Chat, with: WithSign) -> Result<MessageOut, ApiError> {
    with.at.require_writer()?;
    let WithSign { at, emoji } = with;
    let (caller, message) = (&at.caller, &at.message);
    let tx = chat.db().write().await?;
    let thread = locked_for(&tx, caller, &at.thread).await?;
    let row = reactions::ActiveModel {
        workspace_id: Set(caller.workspace),
        message_id: Set(message.id),
        emoji: Set(emoji.clone()),
        user_id: Set(caller.user),
        thread_id: Set(thread.id),
        created_at: Set(tx.now().micros()),
    };
    let inserted = reactions::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(&*tx)
        .await
        .map_err(DbError::from)?;
    if !matches!(inserted, TryInsertResult::Inserted(rows) if rows > 0) {
        return shown(chat, at.message).await;
    }
    let signs = reactions::Entity::of(caller.workspace)
        .filter(reactions::Column::MessageId.eq(message.id))
        .select_only()
        .column(reactions::Column::Emoji)
        .distinct()
        .count(&*tx)
        .await
        .map_err(DbError::from)?;
    if signs > MOST {
        return Err(ApiError::new(
            Code::Conflict,
            "This message has so many different reactions that no other fits under it.",
        ));
    }
    let seq = announce(&tx, message, "message.changed").await?;
    let mut news = News::of(caller.workspace);
    if let Some(author) = message.author_id {
        let told = notifications::Entity::of(caller.workspace)
            .filter(notifications::Column::ThreadId.eq(thread.id))
            .filter(notifications::Column::UserId.eq(author))
            .filter(notifications::Column::MessageId.eq(message.id))
            .filter(notifications::Column::ActorId.eq(caller.user))
            .filter(notifications::Column::Kind.eq(NotificationKind::Reaction))
            .one(&*tx)
            .await
            .map_err(DbError::from)?;
        // Once a person and message: taking a sign back and giving it again is no news.
        if told.is_none() {
            let notice = Notice {
                user: author,
                kind: NotificationKind::Reaction,
                message: Some(message.id),
                seq,
            };
            notes::tell(&tx, &mut news, &thread, caller.user, vec![notice]).await?;
        }
    }
    news.write(&tx).await?;
    tx.commit().await?;
    shown(chat, at.message).await
}

/// Takes a reaction back, if it is there.
pub async fn delete(chat: &Chat, with: WithSign) -> Result<MessageOut, ApiError> {
    with.at.require_writer()?;
    let WithSign { at, emoji } = with;
    let tx = chat.db().write().await?;
    locked_for(&tx, &at.caller, &at.thread).await?;
    let id = (at.caller.workspace, at.message.id, emoji, at.caller.user);
    let gone = reactions::Entity::delete_by_id(id)
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    if gone.rows_affected > 0 {
        announce(&tx, &at.message, "message.changed").await?;
        tx.commit().await?;
    }
    shown(chat, at.message).await
}

async fn shown(chat: &Chat, row: messages::Model) -> Result<MessageOut, ApiError> {
    let shown = message::show(chat, row.workspace_id, vec![row]).await?.pop();
    shown.ok_or_else(|| ApiError::not_found("message"))
}

/// The reactions of messages, each message's in the order of their first use.
pub(crate) async fn of_messages(
    db: &Db,
    workspace: WorkspaceId,
    ids: impl IntoIterator<Item = MessageId>,
) -> Result<HashMap<MessageId, Vec<ReactionOut>>, DbError> {
    let rows = reactions::Entity::of(workspace)
        .filter(reactions::Column::MessageId.is_in(ids))
        .order_by_asc(reactions::Column::CreatedAt)
        .order_by_asc(reactions::Column::Emoji)
        .order_by_asc(reactions::Column::UserId)
        .all(db.read())
        .await?;
    let mut all: HashMap<MessageId, Vec<ReactionOut>> = HashMap::new();
    for row in rows {
        let signs = all.entry(row.message_id).or_default();
        match signs.iter_mut().find(|sign| sign.emoji == row.emoji) {
            Some(sign) => sign.users.push(row.user_id),
            None => signs.push(ReactionOut {
                emoji: row.emoji,
                users: vec![row.user_id],
            }),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::is_sign;

    #[test]
    fn a_sign_is_one_emoji() {
        for good in ["👍", "❤️", "👨‍👩‍👧", "🇨🇭", "1️⃣", "🫱🏽‍🫲🏿"] {
            assert!(is_sign(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "+1",
            "👍👍",
            "👍 ",
            "\u{202e}\n",
            " ",
            "\0",
            "<",
            "\u{2003}",
        ] {
            assert!(!is_sign(bad), "{bad:?}");
        }
        assert!(!is_sign(&format!("a{}", "\u{301}".repeat(20))), "too long");
    }
}
