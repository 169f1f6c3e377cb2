//! Vectors of unit length: sqlite-vec scans them coarsely and judges the nearest exactly; pgvector walks its graph.

use std::fmt::Write as _;

use sea_orm::sea_query::{Alias, Expr, Query, SelectStatement};
use sea_orm::{
    AccessMode, ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, EntityTrait, FromQueryResult,
    QuerySelect, TransactionTrait, Value,
};

use super::words::select_chunks;
use super::{Found, Space};
use crate::entity::{chunks, vector_models};
use crate::{Db, DbError, Tx, WorkspaceId, dialect};

/// How many of the nearest by coarse numbers are judged exactly, for each that is wanted.
const JUDGED: u64 = 2;
/// The most that sqlite-vec is asked for at once.
const MOST: u64 = 1_000;

/// Writes the vectors of chunks into a space.
pub async fn insert_vectors(
    tx: &Tx,
    space: &Space,
    workspace: WorkspaceId,
    rows: &[(i64, Vec<f32>)],
) -> Result<(), DbError> {
    for (chunk, vector) in rows {
        let (sql, values): (_, Vec<Value>) = if tx.get_database_backend() == DatabaseBackend::Postgres {
            let sql = format!(
                "INSERT INTO vectors_{} (chunk_id, workspace_id, embedding) VALUES ($1, $2, $3::halfvec)",
                space.id
            );
            (
                sql,
                vec![(*chunk).into(), workspace.0.into(), as_text(vector).into()],
            )
        } else {
            let sql = format!(
                "INSERT INTO vectors_{} (chunk_id, workspace, coarse, exact) VALUES ($1, $2, vec_int8($3), $4)",
                space.id
            );
            let numbers = (coarse(vector), exact(vector));
            (
                sql,
                vec![
                    (*chunk).into(),
                    workspace.to_string().into(),
                    numbers.0.into(),
                    numbers.1.into(),
                ],
            )
        };
        tx.execute_raw(dialect::statement(&**tx, &sql, values)).await?;
    }
    Ok(())
}

/// Deletes the vectors of chunks in all spaces of SQLite; PostgreSQL does so by itself.
pub(super) async fn delete(tx: &Tx, gone: &SelectStatement) -> Result<(), DbError> {
    let spaces: Vec<i64> = vector_models::Entity::find()
        .select_only()
        .column(vector_models::Column::Id)
        .into_tuple()
        .all(&**tx)
        .await?;
    for space in spaces {
        let vectors = Query::delete()
            .from_table(Alias::new(format!("vectors_{space}")))
            .and_where(sea_orm::sea_query::ExprTrait::in_subquery(
                Expr::col("chunk_id"),
                gone.clone(),
            ))
            .to_owned();
        tx.execute(&vectors).await?;
    }
    Ok(())
}

/// The chunks nearest to a vector that pass the condition, nearest first, at most `k`. Where few may be seen, the walk
/// is repeated among those alone, so that nobody's results starve because of what others have.
pub async fn nearest(
    db: &Db,
    space: &Space,
    workspace: WorkspaceId,
    vector: &[f32],
    may_see: Condition,
    k: u64,
) -> Result<Vec<Found>, DbError> {
    let mut found = if db.read().get_database_backend() == DatabaseBackend::Postgres {
        postgres(db, space, workspace, vector, may_see, k).await?
    } else {
        let near = sqlite(db, space, workspace, vector, may_see.clone(), k, Among::All).await?;
        if near.1 || near.0.len() as u64 >= k {
            near.0
        } else {
            sqlite(db, space, workspace, vector, may_see, k, Among::Seen)
                .await?
                .0
        }
    };
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.chunk.id.cmp(&a.chunk.id)));
    found.truncate(k as usize);
    Ok(found)
}

/// Among which vectors is looked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Among {
    /// All of the workspace; what may not be seen drops out.
    All,
    /// Those that may be seen.
    Seen,
}

/// Answers also whether there were no further ones to look at.
async fn sqlite(
    db: &Db,
    space: &Space,
    workspace: WorkspaceId,
    vector: &[f32],
    may_see: Condition,
    k: u64,
    among: Among,
) -> Result<(Vec<Found>, bool), DbError> {
    let judged = (k * JUDGED).min(MOST);
    let table = Alias::new(format!("vectors_{}", space.id));
    // The nearest as a query of its own: sqlite-vec takes no limit from outside, only `k`.
    let mut near = Query::select();
    near.columns(["chunk_id", "exact"])
        .from(table)
        .and_where(Expr::cust_with_values(
            "coarse MATCH vec_int8(?)",
            [coarse(vector)],
        ))
        .and_where(Expr::cust(format!("k = {judged}")))
        .and_where(Expr::cust_with_values("workspace = ?", [workspace.to_string()]));
    if among == Among::Seen {
        let seen = Query::select()
            .column((chunks::Entity, chunks::Column::Id))
            .from(chunks::Entity)
            .and_where(chunks::Column::WorkspaceId.eq(workspace))
            .cond_where(may_see.clone())
            .to_owned();
        near.and_where(sea_orm::sea_query::ExprTrait::in_subquery(
            Expr::col("chunk_id"),
            seen,
        ));
    }
    // Those that may not be seen come too, without a name: only how many there are is asked of them.
    let mut select = Query::select();
    select_chunks(&mut select);
    let near_name = Alias::new("near");
    select
        .expr_as(Expr::col((near_name.clone(), "exact")), Alias::new("exact"))
        .from_subquery(near, near_name)
        .join(
            sea_orm::sea_query::JoinType::LeftJoin,
            chunks::Entity,
            Condition::all()
                .add(Expr::cust("chunks.id = near.chunk_id"))
                .add(chunks::Column::WorkspaceId.eq(workspace))
                .add(may_see),
        );
    let rows = db.read().query_all(&select).await?;
    let is_all = (rows.len() as u64) < judged;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: Option<i64> = row.try_get("", "id")?;
        if id.is_none() {
            continue;
        }
        let numbers: Vec<u8> = row.try_get("", "exact")?;
        found.push(Found {
            chunk: chunks::Model::from_query_result(row, "")?,
            score: cosine(vector, &numbers),
        });
    }
    Ok((found, is_all))
}

/// How many neighbours pgvector keeps in view while it walks, and how many it looks at before it gives up.
const WALK: &str = "SET LOCAL hnsw.ef_search = 200; SET LOCAL hnsw.iterative_scan = strict_order; \
                    SET LOCAL hnsw.max_scan_tuples = 40000";

async fn postgres(
    db: &Db,
    space: &Space,
    workspace: WorkspaceId,
    vector: &[f32],
    may_see: Condition,
    k: u64,
) -> Result<Vec<Found>, DbError> {
    let text = as_text(vector);
    let distance = format!("v.embedding <=> '{text}'::halfvec({})", space.dims);
    let mut select = Query::select();
    select_chunks(&mut select);
    select
        .expr_as(
            Expr::cust(format!("CAST(1 - ({distance}) AS double precision)")),
            Alias::new("score"),
        )
        .from_as(Alias::new(format!("vectors_{}", space.id)), Alias::new("v"))
        .join(
            sea_orm::sea_query::JoinType::InnerJoin,
            chunks::Entity,
            Expr::cust("chunks.id = v.chunk_id"),
        )
        .and_where(Expr::cust_with_values("v.workspace_id = $1", [workspace.0]))
        .and_where(chunks::Column::WorkspaceId.eq(workspace))
        .cond_where(may_see)
        .order_by_expr(Expr::cust(distance), sea_orm::sea_query::Order::Asc)
        .limit(k);
    let reading = db
        .read()
        .begin_with_config(None, Some(AccessMode::ReadOnly))
        .await?;
    reading.execute_unprepared(WALK).await?;
    let mut rows = reading.query_all(&select).await?;
    if (rows.len() as u64) < k {
        // The walk ended before it had seen enough: all that may be seen are compared.
        reading
            .execute_unprepared("SET LOCAL enable_indexscan = off")
            .await?;
        rows = reading.query_all(&select).await?;
    }
    reading.commit().await?;
    let found = rows.iter().map(|row| {
        Ok(Found {
            chunk: chunks::Model::from_query_result(row, "")?,
            score: row.try_get("", "score")?,
        })
    });
    Ok(found.collect::<Result<_, sea_orm::DbErr>>()?)
}

/// `[0.1,-0.2,…]`, as pgvector reads it.
fn as_text(vector: &[f32]) -> String {
    let mut text = String::with_capacity(vector.len() * 10 + 2);
    text.push('[');
    for (n, number) in vector.iter().enumerate() {
        let _ = write!(text, "{}{number}", if n > 0 { "," } else { "" });
    }
    text.push(']');
    text
}

/// The numbers of a turned unit vector are spread like a bell with this width; what lies further out is cut off.
fn coarse(vector: &[f32]) -> Vec<u8> {
    let scale = 127.0 * (vector.len() as f32).sqrt() / 4.5;
    vector
        .iter()
        .map(|number| (number * scale).round().clamp(-127.0, 127.0) as i8 as u8)
        .collect()
}

/// Two bytes for each number, which is exact enough to compare.
fn exact(vector: &[f32]) -> Vec<u8> {
    let number = |n: &f32| ((n * 32_767.0).round().clamp(-32_767.0, 32_767.0) as i16).to_le_bytes();
    vector.iter().flat_map(number).collect()
}

fn cosine(vector: &[f32], numbers: &[u8]) -> f64 {
    let pairs = vector.iter().zip(numbers.chunks_exact(2));
    let sum: f32 = pairs
        .map(|(a, b)| a * f32::from(i16::from_le_bytes([b[0], b[1]])))
        .sum();
    f64::from(sum) / 32_767.0
}
