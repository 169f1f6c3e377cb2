//! The spaces that vectors lie in: one for each model, in a table of its own; and by which one a workspace is searched.

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, QueryFilter};

use crate::entity::{index_spaces, vector_models};
use crate::{Db, DbError, Tx, WorkspaceId, dialect};

/// One model's vectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    /// The number in its table's name.
    pub id: i64,
    /// The model.
    pub model: String,
    /// How many numbers a vector has.
    pub dims: usize,
}

/// The spaces of a workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spaces {
    /// The one that answers.
    pub active: Option<Space>,
    /// The one that is being filled.
    pub building: Option<Space>,
}

impl From<vector_models::Model> for Space {
    fn from(row: vector_models::Model) -> Self {
        Self {
            id: row.id,
            model: row.model,
            dims: row.dims as usize,
        }
    }
}

/// Whether this database can keep vectors: SQLite always, PostgreSQL where the extension is there or can be had.
pub async fn prepare_vectors(db: &Db) -> Result<bool, DbError> {
    let conn = db.read();
    if conn.get_database_backend() == DatabaseBackend::Sqlite {
        return Ok(true);
    }
    let sql = "SELECT COUNT(*) AS there FROM pg_available_extensions WHERE name = 'vector'";
    let row = conn.query_one_raw(dialect::statement(conn, sql, [])).await?;
    let is_there: i64 = row.map_or(Ok(0), |row| row.try_get("", "there"))?;
    if is_there == 0 {
        return Ok(false);
    }
    let tx = db.write().await?;
    tx.alone(EXTENSION_LOCK).await?;
    if let Err(error) = tx
        .execute_unprepared("CREATE EXTENSION IF NOT EXISTS vector")
        .await
    {
        tracing::warn!(error = %error, "the extension vector is there, but this database user may not create it");
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

/// The lock under which one node at a time makes tables for vectors.
const EXTENSION_LOCK: i64 = 0x7472_6962_7665;

/// The spaces of a workspace.
pub async fn spaces_of(conn: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Spaces, DbError> {
    let Some(row) = index_spaces::Entity::find_by_id(workspace).one(conn).await? else {
        return Ok(Spaces::default());
    };
    let ids = [row.active, row.building].into_iter().flatten();
    let models = vector_models::Entity::find()
        .filter(vector_models::Column::Id.is_in(ids))
        .all(conn)
        .await?;
    let find = |id: Option<i64>| models.iter().find(|m| Some(m.id) == id).cloned().map(Space::from);
    Ok(Spaces {
        active: find(row.active),
        building: find(row.building),
    })
}

/// The space of a model, with its table; made where it is not there yet.
pub async fn space_for(db: &Db, model: &str, dims: usize) -> Result<Space, DbError> {
    let find = || vector_models::Entity::find().filter(vector_models::Column::Model.eq(model));
    if let Some(row) = find().one(db.read()).await? {
        return Ok(row.into());
    }
    let tx = db.write().await?;
    tx.alone(EXTENSION_LOCK).await?;
    if let Some(row) = find().one(&*tx).await? {
        return Ok(row.into());
    }
    let row = vector_models::ActiveModel {
        model: Set(model.to_owned()),
        dims: Set(dims as i32),
        ..Default::default()
    };
    let id = vector_models::Entity::insert(row)
        .exec(&*tx)
        .await?
        .last_insert_id;
    for statement in table_sql(tx.get_database_backend(), id, dims) {
        tx.execute_unprepared(&statement).await?;
    }
    tx.commit().await?;
    Ok(Space {
        id,
        model: model.to_owned(),
        dims,
    })
}

fn table_sql(backend: DatabaseBackend, id: i64, dims: usize) -> Vec<String> {
    if backend == DatabaseBackend::Postgres {
        return vec![
            format!(
                "CREATE TABLE IF NOT EXISTS vectors_{id} (chunk_id bigint PRIMARY KEY REFERENCES chunks (id) ON DELETE CASCADE, \
                 workspace_id uuid NOT NULL, embedding halfvec({dims}) NOT NULL)"
            ),
            format!(
                "CREATE INDEX IF NOT EXISTS vectors_{id}_near ON vectors_{id} USING hnsw (embedding halfvec_cosine_ops)"
            ),
            format!("CREATE INDEX IF NOT EXISTS vectors_{id}_of ON vectors_{id} (workspace_id)"),
        ];
    }
    // The coarse numbers are scanned; the exact ones, two bytes each, judge what came nearest.
    vec![format!(
        "CREATE VIRTUAL TABLE IF NOT EXISTS vectors_{id} USING vec0(\
         chunk_id INTEGER PRIMARY KEY, workspace TEXT PARTITION KEY, coarse int8[{dims}], +exact BLOB)"
    )]
}

async fn set(
    tx: &Tx,
    workspace: WorkspaceId,
    active: Option<i64>,
    building: Option<i64>,
) -> Result<(), DbError> {
    let sql = "INSERT INTO index_spaces (workspace_id, active, building, since) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (workspace_id) DO UPDATE SET active = $2, building = $3, since = $4";
    let values = [
        workspace.0.into(),
        active.into(),
        building.into(),
        tx.now().micros().into(),
    ];
    tx.execute_raw(dialect::statement(&**tx, sql, values)).await?;
    Ok(())
}

/// Begins to fill another space; the active one answers until it is full. A workspace without one begins with it.
pub async fn begin_building(tx: &Tx, workspace: WorkspaceId, space: &Space) -> Result<(), DbError> {
    match spaces_of(&**tx, workspace).await?.active {
        None => set(tx, workspace, Some(space.id), None).await,
        Some(active) if active.id == space.id => set(tx, workspace, Some(active.id), None).await,
        Some(active) => set(tx, workspace, Some(active.id), Some(space.id)).await,
    }
}

/// Lets the filled space answer from now on.
pub async fn finish_building(tx: &Tx, workspace: WorkspaceId, space: &Space) -> Result<(), DbError> {
    set(tx, workspace, Some(space.id), None).await
}

/// Forgets the vectors of a workspace in a space that does not answer any more.
pub async fn drop_vectors(tx: &Tx, workspace: WorkspaceId, space: &Space) -> Result<(), DbError> {
    let (sql, value) = if tx.get_database_backend() == DatabaseBackend::Postgres {
        (
            format!("DELETE FROM vectors_{} WHERE workspace_id = $1", space.id),
            workspace.0.into(),
        )
    } else {
        (
            format!("DELETE FROM vectors_{} WHERE workspace = $1", space.id),
            workspace.to_string().into(),
        )
    };
    tx.execute_raw(dialect::statement(&**tx, &sql, [value])).await?;
    Ok(())
}
