//! What the installation is made of.

use db::inspect;
use kit::api::ApiError;
use kit::clock::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::Keeping;
use super::doctor::{Check, look_from_within};

/// The installation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SystemOut {
    version: String,
    started_at: Timestamp,
    /// The node that answers.
    node: Uuid,
    /// The nodes that are known.
    nodes: Vec<NodeOut>,
    store: StoreOut,
    objects: ObjectsOut,
    bus: BackEndOut,
    queue: BackEndOut,
    vectors: BackEndOut,
    keywords: BackEndOut,
    mail: BackEndOut,
    scanner: BackEndOut,
    doctor: Vec<Check>,
}

/// A node.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct NodeOut {
    id: Uuid,
    started_at: Timestamp,
}

/// The store.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct StoreOut {
    /// `sqlite` or `postgres`.
    kind: String,
    version: String,
    bytes: i64,
    /// The last migration.
    schema: String,
}

/// The store of objects.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ObjectsOut {
    /// `folder` or `s3`.
    kind: String,
    bytes: i64,
    count: i64,
}

/// A part, by what does its work; `none` where nothing does.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct BackEndOut {
    kind: String,
}

fn part(kind: &str) -> BackEndOut {
    BackEndOut {
        kind: kind.to_owned(),
    }
}

/// Looks at everything.
pub(super) async fn system(keeping: &Keeping) -> Result<SystemOut, ApiError> {
    let inner = &keeping.0;
    let db = &inner.db;
    let seen = inspect::inspect(db.read()).await?;
    let (count, bytes) = inspect::objects(db.read()).await?;
    let doctor = look_from_within(keeping, &seen).await;
    let is_postgres = db.backend() == "postgres";
    let node = db.bus().node();
    Ok(SystemOut {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: inner.started,
        node,
        nodes: vec![NodeOut {
            id: node,
            started_at: inner.started,
        }],
        objects: ObjectsOut {
            kind: if inner.settings.s3.is_some() {
                "s3"
            } else {
                "folder"
            }
            .to_owned(),
            bytes,
            count,
        },
        bus: part(if db.bus().remote().is_some() {
            "redis"
        } else {
            "local"
        }),
        queue: part("store"),
        vectors: part(match (is_postgres, seen.vectors) {
            (false, _) => "sqlite-vec",
            (true, inspect::Vectors::There) => "pgvector",
            (true, _) => "none",
        }),
        keywords: part(if is_postgres { "tsvector" } else { "fts5" }),
        mail: part(if inner.settings.reach.has_mail() {
            "smtp"
        } else {
            "none"
        }),
        scanner: part(if inner.settings.reach.has_scanner() {
            "clamav"
        } else {
            "none"
        }),
        store: StoreOut {
            kind: seen.backend.to_owned(),
            version: seen.version,
            bytes: seen.bytes,
            schema: seen.schema.unwrap_or_default(),
        },
        doctor,
    })
}
