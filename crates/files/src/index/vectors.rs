//! Where vectors are kept: in the store itself (sqlite-vec, pgvector), or nowhere. They are turned before they leave the
//! process, because the mean of public word vectors would tell the words.

use db::index::{Found, Space};
use db::{Db, DbError, Tx, WorkspaceId};
use sea_orm::Condition;

use super::rotation::Rotation;

/// The place of the vectors.
#[derive(Debug)]
pub enum Vectors {
    /// Beside the chunks, in the store.
    Store,
    /// The store cannot keep any: texts are found by their words alone.
    Nowhere,
}

impl Vectors {
    /// Finds out what the store can.
    pub async fn of(db: &Db) -> Result<Self, DbError> {
        if db::index::prepare_vectors(db).await? {
            return Ok(Self::Store);
        }
        tracing::warn!(
            "this PostgreSQL has no extension vector: search by meaning is off; install pgvector for it"
        );
        Ok(Self::Nowhere)
    }

    /// Whether there is a place.
    pub fn is_there(&self) -> bool {
        !matches!(self, Self::Nowhere)
    }

    /// Keeps the vectors of new chunks, in the transaction that writes the chunks.
    pub async fn insert(
        &self,
        tx: &Tx,
        (space, workspace): (&Space, WorkspaceId),
        rotation: &Rotation,
        rows: Vec<(i64, Vec<f32>)>,
    ) -> Result<(), DbError> {
        // A text without a word of the model's has no direction, and is near to nothing.
        let rows = rows
            .into_iter()
            .filter(|(_, vector)| vector.iter().any(|n| *n != 0.0));
        let rows: Vec<_> = rows.map(|(id, vector)| (id, rotation.turned(vector))).collect();
        match self {
            Self::Store => db::index::insert_vectors(tx, space, workspace, &rows).await,
            Self::Nowhere => Ok(()),
        }
    }

    /// The chunks nearest to a vector among those that may be seen.
    pub async fn nearest(
        &self,
        db: &Db,
        (space, workspace): (&Space, WorkspaceId),
        rotation: &Rotation,
        vector: Vec<f32>,
        may_see: Condition,
        k: u64,
    ) -> Result<Vec<Found>, DbError> {
        match self {
            Self::Store => {
                db::index::nearest(db, space, workspace, &rotation.turned(vector), may_see, k).await
            }
            Self::Nowhere => Ok(Vec::new()),
        }
    }
}
