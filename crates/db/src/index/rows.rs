//! The rows of chunks, written and deleted together with their words.

use std::fmt::Write as _;

use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseBackend, IntoActiveModel, QueryTrait, Value};

use super::vectors;
use crate::entity::chunks;
use crate::{Db, DbError, Tx, WorkspaceId, dialect};

/// A chunk to be written. Its tokens are letters and digits.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Its row; the number is given by the store.
    pub row: chunks::Model,
    /// Words in their order.
    pub words: Vec<String>,
    /// Stems, each once.
    pub stems: Vec<String>,
    /// Beginnings, each once.
    pub starts: Vec<String>,
}

/// Writes chunks with their words; answers their numbers, in order.
pub async fn insert(tx: &Tx, pieces: Vec<Piece>) -> Result<Vec<i64>, DbError> {
    let is_postgres = tx.get_database_backend() == DatabaseBackend::Postgres;
    let mut ids = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let mut row = piece.row.clone().into_active_model();
        row.id = sea_orm::ActiveValue::NotSet;
        let mut insert = <chunks::Entity as sea_orm::EntityTrait>::insert(row).into_query();
        insert.returning_col(chunks::Column::Id);
        let row = tx.query_one(&insert).await?;
        let row = row.ok_or_else(|| sea_orm::DbErr::RecordNotInserted)?;
        let id: i64 = row.try_get("", "id")?;
        let (sql, values): (_, Vec<Value>) = if is_postgres {
            (
                "UPDATE chunks SET tokens = $1::tsvector WHERE id = $2",
                vec![vector_text(&piece).into(), id.into()],
            )
        } else {
            let sql = "INSERT INTO chunk_words (rowid, words, stems, starts) VALUES ($1, $2, $3, $4)";
            let [words, stems, starts] =
                [&piece.words, &piece.stems, &piece.starts].map(|list| list.join(" "));
            (sql, vec![id.into(), words.into(), stems.into(), starts.into()])
        };
        tx.execute_raw(dialect::statement(&**tx, sql, values)).await?;
        ids.push(id);
    }
    Ok(ids)
}

/// How often PostgreSQL keeps the place of one word, and the last place that it can keep.
const PLACES: (usize, usize) = (255, 16_383);

/// The tokens as PostgreSQL writes them, each with the letter of its column in front; words with their places.
fn vector_text(piece: &Piece) -> String {
    let mut places: std::collections::BTreeMap<&str, Vec<usize>> = std::collections::BTreeMap::new();
    for (at, word) in piece.words.iter().enumerate() {
        let places = places.entry(word).or_default();
        if places.len() < PLACES.0 {
            places.push((at + 1).min(PLACES.1));
        }
    }
    let mut text = String::new();
    for (word, places) in places {
        let _ = write!(text, "w{word}:");
        for (n, place) in places.iter().enumerate() {
            let _ = write!(text, "{}{place}", if n > 0 { "," } else { "" });
        }
        text.push(' ');
    }
    for (letter, list, weight) in [('s', &piece.stems, 'B'), ('p', &piece.starts, 'C')] {
        for token in list {
            let _ = write!(text, "{letter}{token}:1{weight} ");
        }
    }
    text
}

/// Deletes chunks with their words and vectors; `gone` selects their numbers.
pub async fn delete(tx: &Tx, gone: SelectStatement) -> Result<(), DbError> {
    if tx.get_database_backend() == DatabaseBackend::Sqlite {
        // PostgreSQL keeps the words in the row itself, and the vectors go with it.
        let words = Query::delete()
            .from_table("chunk_words")
            .and_where(Expr::col("rowid").in_subquery(gone.clone()))
            .to_owned();
        tx.execute(&words).await?;
        vectors::delete(tx, &gone).await?;
    }
    let rows = Query::delete()
        .from_table(chunks::Entity)
        .and_where(chunks::Column::Id.in_subquery(gone))
        .to_owned();
    tx.execute(&rows).await?;
    Ok(())
}

/// How much a workspace has in the index.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Chunks.
    pub chunks: i64,
    /// Tokens of all of them.
    pub tokens: i64,
}

/// Counts what a workspace has in the index.
pub async fn totals(db: &Db, workspace: WorkspaceId) -> Result<Totals, DbError> {
    let sql = "SELECT COUNT(*) AS chunks, CAST(COALESCE(SUM(tokens_count), 0) AS BIGINT) AS tokens \
               FROM chunks WHERE workspace_id = $1";
    let row = db
        .read()
        .query_one_raw(dialect::statement(db.read(), sql, [workspace.0.into()]))
        .await?;
    let Some(row) = row else {
        return Ok(Totals::default());
    };
    Ok(Totals {
        chunks: row.try_get("", "chunks")?,
        tokens: row.try_get("", "tokens")?,
    })
}
