//! Dead letters: records that could not be understood, one by one. The others go on.

use connectors::source::{BadRecord, Record};
use db::entity::dead_letters as rows;
use db::{ConnectorId, DbError, Sealed, SyncRunId, Tx, WorkspaceId};
use identity::audit;
use kit::api::{ApiError, Code};
use kit::clock::Timestamp;
use kit::vault::{OwnerKeys, Place, sha256};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::writing::Loader;
use crate::Business;
use crate::connectors::{AtConnector, Reader, RoleWord, announce, sentence};
use crate::warehouse::{self, Batch, Loaded};

/// How much of a body is kept and shown.
const SHOWN: usize = 64 << 10;

/// Where a record got stuck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It could not be read.
    Read,
    /// It could be read, but not understood.
    Map,
    /// It could be understood, but not written.
    Load,
}

impl Stage {
    const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Map => "map",
            Self::Load => "load",
        }
    }
}

/// A record that got stuck.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub stream: String,
    pub source_id: Option<String>,
    pub stage: Stage,
    pub error: String,
    pub body: Body,
}

/// What came: a record, or a text that is none.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Body {
    #[serde(default)]
    record: Option<Record>,
    #[serde(default)]
    text: String,
}

impl Letter {
    /// One that is not even a record.
    pub fn unread(stream: &str, bad: BadRecord) -> Self {
        Self {
            stream: stream.to_owned(),
            source_id: bad.source_id,
            stage: Stage::Read,
            error: bad.error,
            body: Body {
                record: None,
                text: bad.body,
            },
        }
    }

    /// One that is a record.
    pub fn of(record: Record, stage: Stage, error: String) -> Self {
        Self {
            stream: record.stream.clone(),
            source_id: Some(record.source_id.clone()),
            stage,
            error,
            body: Body {
                record: Some(record),
                text: String::new(),
            },
        }
    }

    fn fingerprint(&self) -> String {
        match &self.source_id {
            Some(id) => format!("id:{id}"),
            None => {
                let hash = sha256(self.body.text.as_bytes());
                format!("#{}", Uuid::from_bytes(std::array::from_fn(|at| hash[at])))
            }
        }
    }
}

const fn error_place(id: Uuid) -> Place<'static> {
    Place {
        column: "dead_letters.error",
        row: id,
    }
}

const fn body_place(id: Uuid) -> Place<'static> {
    Place {
        column: "dead_letters.body",
        row: id,
    }
}

/// Keeps letters; one that is there already counts once more.
pub(crate) async fn bury(
    tx: &Tx,
    keys: &OwnerKeys,
    workspace: WorkspaceId,
    connector: ConnectorId,
    letters: Vec<Letter>,
) -> Result<(), DbError> {
    for letter in letters {
        let before = rows::Entity::of(workspace)
            .filter(rows::Column::ConnectorId.eq(connector))
            .filter(rows::Column::Stream.eq(&letter.stream))
            .filter(rows::Column::Fingerprint.eq(letter.fingerprint()))
            .one(&**tx)
            .await?;
        let id = before.as_ref().map_or_else(kit::ids::new_id, |row| row.id);
        let now = tx.now().micros();
        let row = rows::ActiveModel {
            workspace_id: Set(workspace),
            id: Set(id),
            connector_id: Set(connector),
            stream: Set(letter.stream.clone()),
            source_id: Set(letter.source_id.clone()),
            fingerprint: Set(letter.fingerprint()),
            stage: Set(letter.stage.word().to_owned()),
            error: Set(Sealed::seal(keys, error_place(id), &letter.error)?),
            body: Set(Sealed::seal(keys, body_place(id), &letter.body)?),
            attempts: Set(before.as_ref().map_or(1, |row| row.attempts + 1)),
            first_seen_at: Set(before.map_or(now, |row| row.first_seen_at)),
            last_seen_at: Set(now),
        };
        let same = [rows::Column::WorkspaceId, rows::Column::Id];
        let over = OnConflict::columns(same)
            .update_columns([
                rows::Column::Stage,
                rows::Column::Error,
                rows::Column::Body,
                rows::Column::Attempts,
                rows::Column::LastSeenAt,
            ])
            .to_owned();
        rows::Entity::insert(row).on_conflict(over).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// Takes away the letters of records that were written after all.
pub(crate) async fn raise(
    tx: &Tx,
    workspace: WorkspaceId,
    connector: ConnectorId,
    stream: &str,
    source_ids: impl Iterator<Item = &str> + Send,
) -> Result<(), DbError> {
    let of = || {
        rows::Entity::of(workspace)
            .filter(rows::Column::ConnectorId.eq(connector))
            .filter(rows::Column::Stream.eq(stream))
    };
    // Mostly there are none.
    if of().limit(1).one(&**tx).await?.is_none() {
        return Ok(());
    }
    let written: Vec<String> = source_ids.map(|id| format!("id:{id}")).collect();
    rows::Entity::delete_many()
        .filter(rows::Column::WorkspaceId.eq(workspace))
        .filter(rows::Column::ConnectorId.eq(connector))
        .filter(rows::Column::Stream.eq(stream))
        .filter(rows::Column::Fingerprint.is_in(written))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// A dead letter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LetterOut {
    id: Uuid,
    stream: String,
    #[schema(required)]
    source_id: Option<String>,
    /// `read`, `map` or `load`.
    stage: String,
    /// What is wrong with it, in one sentence.
    error: String,
    /// What came, cut to 64 KiB.
    body: String,
    /// How often it came.
    attempts: i32,
    first_seen_at: Timestamp,
    last_seen_at: Timestamp,
}

fn shown(keys: &OwnerKeys, row: rows::Model) -> Result<LetterOut, DbError> {
    let body: Body = row.body.open(keys, body_place(row.id))?;
    let mut text = match body.record {
        Some(record) => serde_json::to_string_pretty(&record.body)?,
        None => body.text,
    };
    if text.len() > SHOWN {
        let end = (0..=SHOWN).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    Ok(LetterOut {
        id: row.id,
        stream: row.stream,
        source_id: row.source_id,
        stage: row.stage,
        error: row.error.open(keys, error_place(row.id))?,
        body: text,
        attempts: row.attempts,
        first_seen_at: Timestamp(row.first_seen_at),
        last_seen_at: Timestamp(row.last_seen_at),
    })
}

/// The newest letters of a connector.
pub(super) async fn list(business: &Business, at: &AtConnector) -> Result<Vec<LetterOut>, ApiError> {
    at.manage()?;
    let keys = business.db().keys(at.workspace().0).await?;
    let found = rows::Entity::of(at.workspace())
        .filter(rows::Column::ConnectorId.eq(at.id()))
        .order_by_desc(rows::Column::LastSeenAt)
        .limit(200)
        .all(business.db().read())
        .await
        .map_err(DbError::from)?;
    Ok(found.into_iter().map(|row| shown(&keys, row)).collect::<Result<_, _>>()?)
}

async fn find(business: &Business, at: &AtConnector) -> Result<rows::Model, ApiError> {
    let id = at.second("dead letter")?;
    rows::Entity::of(at.workspace())
        .filter(rows::Column::ConnectorId.eq(at.id()))
        .filter(rows::Column::Id.eq(id))
        .one(business.db().read())
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("dead letter"))
}

/// Throws a letter away.
pub(super) async fn discard(business: &Business, at: &AtConnector) -> Result<(), ApiError> {
    at.manage()?;
    let row = find(business, at).await?;
    let tx = business.db().write().await?;
    rows::Entity::delete_by_id((row.workspace_id, row.id))
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    let details = json!({ "connector_id": at.id(), "stream": row.stream, "stage": row.stage });
    audit(&tx, &at.caller, "dead_letter.discarded", row.id, &details).await?;
    announce(&tx, at.workspace(), at.id()).await?;
    tx.commit().await?;
    Ok(())
}

/// Tries a letter again: it is understood anew and written.
pub(super) async fn replay(business: &Business, at: &AtConnector) -> Result<(), ApiError> {
    at.manage()?;
    let row = find(business, at).await?;
    let keys = business.db().keys(at.workspace().0).await?;
    let reader = Loader::new(business).reader(&at.row).await?;
    let body: Body = row.body.open(&keys, body_place(row.id)).map_err(DbError::from)?;
    let record = match body.record {
        Some(record) => record,
        None => fetched(&reader, &row).await?,
    };
    let understood = reader.map(&record);
    let tx = business.db().write().await?;
    let meaning = match understood {
        Ok(meaning) => meaning,
        Err(error) => {
            let change = Expr::col(rows::Column::Attempts).add(1);
            rows::Entity::update_many()
                .col_expr(rows::Column::Attempts, change)
                .filter(rows::Column::WorkspaceId.eq(row.workspace_id))
                .filter(rows::Column::Id.eq(row.id))
                .exec(&*tx)
                .await
                .map_err(DbError::from)?;
            tx.commit().await?;
            return Err(ApiError::invalid("record", error));
        }
    };
    let batch = Batch {
        connector: at.id(),
        role: RoleWord::of(&at.row.role).counted(),
        run: SyncRunId(row.id),
        stream: row.stream.clone(),
        slice: 0,
        seq: tx.now().micros(),
        records: vec![Loaded { record, meaning }],
        fetched_at: Timestamp(row.last_seen_at),
    };
    warehouse::load(business, &tx, at.workspace(), &batch).await?;
    rows::Entity::delete_by_id((row.workspace_id, row.id))
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    let details = json!({ "connector_id": at.id(), "stream": row.stream });
    audit(&tx, &at.caller, "dead_letter.replayed", row.id, &details).await?;
    announce(&tx, at.workspace(), at.id()).await?;
    tx.commit().await?;
    Ok(())
}

/// What the source says now of a record that could not be read.
async fn fetched(reader: &Reader, row: &rows::Model) -> Result<Record, ApiError> {
    let (Reader::Source(source), Some(id)) = (reader, &row.source_id) else {
        let sentence = "This could not be read at all, so it cannot be tried again; the next full run reads it anew.";
        return Err(ApiError::new(Code::ValidationFailed, sentence));
    };
    match source.one(&row.stream, id).await {
        Ok(Some(record)) => Ok(record),
        Ok(None) => Err(ApiError::invalid("record", "The source does not have this record any more.")),
        Err(error) => Err(ApiError::invalid("record", sentence(&error))),
    }
}
