//! Reading: one snapshot for all queries of an answer, which may only read, and not for long.

use std::time::Duration;

use db::{DbError, WorkspaceId};
use kit::api::ApiError;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseTransaction, QueryResult, TransactionTrait, Value};

use super::answer::RanQuery;
use super::compile::Compiled;
use crate::Business;
use crate::warehouse::statement;

/// How long all queries of an answer may take.
pub(super) const LIMIT: Duration = Duration::from_secs(5);

/// A snapshot.
pub(super) struct Reader {
    tx: DatabaseTransaction,
    /// What was asked in it.
    pub ran: Vec<RanQuery>,
}

impl Reader {
    pub async fn begin(business: &Business) -> Result<Self, DbError> {
        let tx = business.db().read().begin().await?;
        if tx.get_database_backend() == DatabaseBackend::Postgres {
            tx.execute_unprepared("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await?;
            let limit = format!("SET LOCAL statement_timeout = {}", LIMIT.as_millis());
            tx.execute_unprepared(&limit).await?;
        }
        Ok(Self { tx, ran: Vec::new() })
    }

    /// How this database compares texts byte by byte.
    pub fn collation(&self) -> &'static str {
        match self.tx.get_database_backend() {
            DatabaseBackend::Postgres => " COLLATE \"C\"",
            _ => "",
        }
    }

    /// Asks, and keeps what was asked.
    pub async fn all(&mut self, asked: Compiled) -> Result<Vec<QueryResult>, DbError> {
        self.ran.push(RanQuery {
            sql: asked.sql.clone(),
            binds: asked.values.iter().map(json).collect(),
        });
        Ok(self
            .tx
            .query_all_raw(statement(&self.tx, asked.sql, asked.values))
            .await?)
    }

    /// Asks for one number by the way.
    pub async fn find<T: sea_orm::TryGetable>(
        &self,
        sql: &str,
        values: Vec<Value>,
    ) -> Result<Option<T>, DbError> {
        let row = self.tx.query_one_raw(statement(&self.tx, sql, values)).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// The end of it.
    pub async fn end(self) -> Result<Vec<RanQuery>, DbError> {
        self.tx.rollback().await?;
        Ok(self.ran)
    }
}

/// A value as it is shown beside a query.
fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::BigInt(Some(number)) => (*number).into(),
        Value::Int(Some(number)) => (*number).into(),
        Value::Bool(Some(is)) => (*is).into(),
        Value::String(Some(text)) => text.as_str().into(),
        Value::Uuid(Some(id)) => id.to_string().into(),
        _ => serde_json::Value::Null,
    }
}

/// Ends what takes too long.
pub(super) async fn in_time<T>(work: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    match tokio::time::timeout(LIMIT, work).await {
        Ok(done) => done,
        Err(_) => Err(ApiError::new(
            kit::api::Code::Timeout,
            "This takes longer than five seconds; ask for fewer days.",
        )),
    }
}

/// The currencies of a workspace's orders and payments: that which is shown first, then by how much there is of them.
pub(super) async fn currencies(
    reader: &Reader,
    workspace: WorkspaceId,
    first: Option<&str>,
) -> Result<Vec<String>, DbError> {
    let mut found: Vec<(i64, String)> = Vec::new();
    for table in ["orders", "payments"] {
        // From one to the next by the index, instead of through all rows.
        let sql = format!("SELECT MIN(currency) FROM {table} WHERE workspace_id = $1 AND currency > $2");
        let mut after = String::new();
        while let Some(code) = reader
            .find::<Option<String>>(&sql, vec![workspace.0.into(), after.clone().into()])
            .await?
            .flatten()
        {
            if found.iter().all(|(_, other)| *other != code) {
                found.push((0, code.clone()));
            }
            after = code;
        }
    }
    if found.len() > 1 {
        let sql = "SELECT COUNT(*) FROM orders WHERE workspace_id = $1 AND currency = $2";
        for (count, code) in &mut found {
            let values = vec![workspace.0.into(), code.clone().into()];
            *count = reader.find::<i64>(sql, values).await?.unwrap_or_default();
        }
    }
    found.sort_by(|a, b| {
        let is_first = |code: &str| Some(code) == first;
        is_first(&b.1)
            .cmp(&is_first(&a.1))
            .then(b.0.cmp(&a.0))
            .then(a.1.cmp(&b.1))
    });
    Ok(found.into_iter().map(|(_, code)| code).collect())
}
