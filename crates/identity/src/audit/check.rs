//! Whether the trail is whole and as it was written.

use kit::clock::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::Result;
use crate::caller::Caller;
use crate::identity::Identity;

/// A place where the trail does not hold.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct BrokenOut {
    /// The row; null where one is missing.
    #[schema(required)]
    pub id: Option<Uuid>,
    /// When it says it was written.
    #[schema(required)]
    pub at: Option<Timestamp>,
    /// What is wrong.
    pub reason: String,
}

/// What a walk along the trail found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct VerifiedOut {
    /// Whether every row is there, in its place, and as it was written.
    pub ok: bool,
    /// Rows that were looked at.
    pub rows: u64,
    /// The oldest.
    #[schema(required)]
    pub from: Option<Timestamp>,
    /// The newest.
    #[schema(required)]
    pub to: Option<Timestamp>,
    /// The first place that does not hold.
    #[schema(required)]
    pub broken: Option<BrokenOut>,
    /// Stands for everything up to the newest row; kept elsewhere, it proves that no older state was put back.
    pub head: String,
}

/// Walks the trail of the workspace; for administrators of the installation, all of them.
pub(crate) async fn check(identity: &Identity, caller: &Caller) -> Result<VerifiedOut> {
    let chains = if caller.is_instance_admin {
        db::trail::chains(identity.db()).await?
    } else {
        vec![caller.workspace.0]
    };
    let found = db::trail::verify(identity.db(), &chains).await?;
    if let Some(broken) = &found.broken {
        tracing::error!(reason = %broken.reason, row = ?broken.id, "the audit trail does not hold");
    }
    Ok(VerifiedOut {
        ok: found.broken.is_none(),
        rows: found.rows,
        from: found.from,
        to: found.to,
        broken: found.broken.map(|broken| BrokenOut {
            id: broken.id,
            at: broken.at,
            reason: broken.reason,
        }),
        head: found.head,
    })
}
