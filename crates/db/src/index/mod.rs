//! The index of what can be found, as the two databases keep it: the rows of chunks, the keyed hashes of their words
//! (FTS5, or PostgreSQL's full text), and their vectors. What the hashes stand for is not known here.

use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ConnectionTrait, DatabaseBackend};

use crate::entity::chunks;
use crate::{DbError, Tx};

/// Deletes chunks with their words and vectors; `gone` selects their numbers.
pub async fn delete(tx: &Tx, gone: SelectStatement) -> Result<(), DbError> {
    if tx.get_database_backend() == DatabaseBackend::Sqlite {
        let words = Query::delete()
            .from_table("chunk_words")
            .and_where(sea_orm::sea_query::ExprTrait::in_subquery(
                sea_orm::sea_query::Expr::col("rowid"),
                gone.clone(),
            ))
            .to_owned();
        tx.execute(&words).await?;
    }
    let rows = Query::delete()
        .from_table(chunks::Entity)
        .and_where(sea_orm::ColumnTrait::in_subquery(&chunks::Column::Id, gone))
        .to_owned();
    tx.execute(&rows).await?;
    Ok(())
}
