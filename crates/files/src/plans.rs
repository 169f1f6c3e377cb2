//! How large a file may be and how much a workspace may keep, by its plan.

use db::entity::{blobs, uploads, workspaces};
use db::kinds::Plan;
use db::{DbError, Tx, WorkspaceId};
use kit::api::{ApiError, Code};
use sea_orm::sea_query::{ExprTrait, Func};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QuerySelect, Select};

const MB: u64 = 1_000_000;

/// The limits of one plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of all files together; none: no end.
    pub total: Option<u64>,
}

/// The limits of all plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanLimits {
    /// Without paying.
    pub free: Limits,
    /// For teams.
    pub pro: Limits,
    /// For companies.
    pub business: Limits,
}

impl Default for PlanLimits {
    fn default() -> Self {
        Self {
            free: Limits {
                file: 100 * MB,
                total: Some(2_000 * MB),
            },
            pro: Limits {
                file: 1_000 * MB,
                total: Some(50_000 * MB),
            },
            business: Limits {
                file: 10_000 * MB,
                total: None,
            },
        }
    }
}

impl PlanLimits {
    const fn of(&self, plan: Plan) -> Limits {
        match plan {
            Plan::Free => self.free,
            Plan::Pro => self.pro,
            Plan::Business => self.business,
        }
    }
}

/// What a workspace may still take in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    limits: Limits,
    used: u64,
}

impl Allowance {
    /// What is allowed now. What was announced counts as if it were there.
    pub async fn of(
        limits: &PlanLimits,
        conn: &impl ConnectionTrait,
        workspace: WorkspaceId,
    ) -> Result<Self, DbError> {
        let row = workspaces::Entity::find_by_id(workspace).one(conn).await?;
        let limits = limits.of(row.map_or(Plan::Free, |row| row.plan));
        if limits.total.is_none() {
            return Ok(Self { limits, used: 0 });
        }
        let kept = sum(blobs::Entity::of(workspace), blobs::Column::Size, conn).await?;
        let coming = sum(uploads::Entity::of(workspace), uploads::Column::Size, conn).await?;
        Ok(Self {
            limits,
            used: kept + coming,
        })
    }

    /// The most that one more file may have.
    pub const fn most(&self) -> u64 {
        self.limits.file
    }

    /// 413 when a file of that size is too large, or does not fit any more.
    pub fn check(&self, size: u64) -> Result<(), ApiError> {
        if size > self.limits.file {
            return Err(self.too_large());
        }
        match self.limits.total {
            Some(total) if self.used.saturating_add(size) > total => Err(ApiError::new(
                Code::PayloadTooLarge,
                format!(
                    "The files of this workspace may take up {} together on its plan, and {} are used. Delete files that are not needed any more.",
                    in_words(total),
                    in_words(self.used),
                ),
            )),
            _ => Ok(()),
        }
    }

    /// 413 for a file that is larger than the plan allows.
    pub fn too_large(&self) -> ApiError {
        let sentence = format!(
            "A file may have at most {} on this workspace's plan.",
            in_words(self.limits.file)
        );
        ApiError::new(Code::PayloadTooLarge, sentence).with_detail("file", "Too large.")
    }
}

/// Waits until no other transaction adds to this workspace, so that two files never fit where there is room for one.
pub(crate) async fn lock_workspace(tx: &Tx, workspace: WorkspaceId) -> Result<(), DbError> {
    let (high, low) = workspace.0.as_u64_pair();
    tx.alone((high ^ low) as i64).await
}

async fn sum<E: EntityTrait>(
    rows: Select<E>,
    column: E::Column,
    conn: &impl ConnectionTrait,
) -> Result<u64, DbError> {
    // PostgreSQL adds up whole numbers to a decimal one.
    let sum = Func::cast_as(column.into_expr().sum(), "BIGINT");
    let sum: Option<Option<i64>> = rows
        .select_only()
        .expr_as(sum, "total")
        .into_tuple()
        .one(conn)
        .await?;
    Ok(sum.flatten().unwrap_or_default() as u64)
}

/// A size for people.
fn in_words(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..MB => format!("{} kB", bytes / 1_000),
        MB..1_000_000_000 => format!("{} MB", bytes / MB),
        _ => {
            let tenths = bytes / 100_000_000;
            match tenths % 10 {
                0 => format!("{} GB", tenths / 10),
                rest => format!("{}.{rest} GB", tenths / 10),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_in_words() {
        for (bytes, words) in [
            (999, "999 bytes"),
            (100 * MB, "100 MB"),
            (2_000 * MB, "2 GB"),
            (1_550 * MB, "1.5 GB"),
        ] {
            assert_eq!(in_words(bytes), words);
        }
    }

    #[test]
    fn what_does_not_fit_any_more_is_refused() {
        let allowance = Allowance {
            limits: Limits {
                file: 10,
                total: Some(15),
            },
            used: 8,
        };
        assert!(allowance.check(7).is_ok());
        assert!(allowance.check(8).unwrap_err().message.contains("together"));
        assert!(allowance.check(11).unwrap_err().message.contains("at most"));
    }
}
