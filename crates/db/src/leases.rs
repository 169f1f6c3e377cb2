//! Who writes which answer. An owner holds a lease by the clock of the store and renews it; when it dies, the lease
//! runs out and another node takes the answer. Whatever an owner writes is checked against its fence in the same
//! transaction, so that one who was believed dead and comes back writes nothing.

use std::time::Duration;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel,
    QueryFilter, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use crate::entity::generations::{ActiveModel, Column, Entity, Model};
use crate::ids::{MessageId, ThreadId, UserId, WorkspaceId};
use crate::{Db, DbError, Tx, dialect};

/// How long an owner is believed to live after its last word.
pub const LEASE: Duration = Duration::from_secs(10);

/// One owner's right to write one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The answer.
    pub message: MessageId,
    /// This writing of it.
    pub run: Uuid,
    /// Higher than that of every owner before.
    pub fence: i64,
}

/// Who wants to write an answer.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The answer.
    pub message: MessageId,
    /// Its thread.
    pub thread: ThreadId,
    /// On whose account.
    pub asked_by: UserId,
    /// The node.
    pub node: Uuid,
    /// The new writing.
    pub run: Uuid,
    /// The lease that was handed over and is gone on with; none when a person asked.
    pub after: Option<Lease>,
}

/// What is left of a lease that was renewed.
#[derive(Clone, Copy, Debug)]
pub struct Renewed {
    /// The writing.
    pub run: Uuid,
    /// Whether somebody wants it to end.
    pub stop_requested: bool,
}

impl Model {
    /// The owner's right.
    pub fn lease(&self) -> Lease {
        Lease {
            workspace: self.workspace_id,
            message: self.message_id,
            run: self.run,
            fence: self.fence,
        }
    }
}

impl Lease {
    fn is_mine(&self) -> Condition {
        Condition::all()
            .add(Column::WorkspaceId.eq(self.workspace))
            .add(Column::MessageId.eq(self.message))
            .add(Column::Run.eq(self.run))
            .add(Column::Fence.eq(self.fence))
    }
}

/// The end of a lease that begins now, by the clock of the store.
pub fn later(conn: &impl ConnectionTrait) -> Expr {
    let now = dialect::now_sql(conn.get_database_backend());
    Expr::cust(format!("{now} + {}", LEASE.as_micros()))
}

/// Whether the lease in a column has run out.
pub fn has_passed(conn: &impl ConnectionTrait, column: &str) -> Expr {
    let now = dialect::now_sql(conn.get_database_backend());
    Expr::cust(format!("{column} < {now}"))
}

fn has_run_out(conn: &impl ConnectionTrait) -> Expr {
    has_passed(conn, "generations.leased_until")
}

impl Tx {
    /// Takes an answer; none when another owner has it.
    pub async fn take_lease(&self, claim: Claim) -> Result<Option<Lease>, DbError> {
        let lease = Lease {
            workspace: claim.workspace,
            message: claim.message,
            run: claim.run,
            fence: 1,
        };
        if let Some(before) = claim.after {
            let lease = Lease {
                fence: before.fence + 1,
                ..lease
            };
            let taken = Entity::update_many()
                .col_expr(Column::Node, Expr::value(claim.node))
                .col_expr(Column::Run, Expr::value(lease.run))
                .col_expr(Column::Fence, Expr::value(lease.fence))
                .col_expr(Column::LeasedUntil, later(&**self))
                .col_expr(Column::StopRequested, Expr::value(false))
                .col_expr(Column::HandedOver, Expr::value(false))
                .col_expr(Column::Continued, Expr::col(Column::Continued).add(1))
                .filter(before.is_mine())
                .exec(&**self)
                .await?;
            return Ok((taken.rows_affected == 1).then_some(lease));
        }
        let row = Model {
            workspace_id: claim.workspace,
            message_id: claim.message,
            thread_id: claim.thread,
            asked_by: claim.asked_by,
            node: claim.node,
            run: claim.run,
            fence: 1,
            leased_until: 0,
            stop_requested: false,
            handed_over: false,
            continued: 0,
        };
        // A person who asks to go on is quicker than whoever was to take over what was handed over.
        let mut free = OnConflict::columns([Column::WorkspaceId, Column::MessageId]);
        free.update_columns([
            Column::AskedBy,
            Column::Node,
            Column::Run,
            Column::StopRequested,
            Column::HandedOver,
            Column::Continued,
        ])
        .value(Column::Fence, Expr::cust("generations.fence + 1"))
        .action_cond_where(has_run_out(&**self));
        Entity::insert(row.into_active_model())
            .on_conflict(free)
            .exec_without_returning(&**self)
            .await?;
        // The lease counts from here, by the store's clock; that of somebody else stays as it is.
        let mine = Entity::update_many()
            .col_expr(Column::LeasedUntil, later(&**self))
            .filter(Column::WorkspaceId.eq(claim.workspace))
            .filter(Column::MessageId.eq(claim.message))
            .filter(Column::Run.eq(claim.run))
            .exec_with_returning(&**self)
            .await?;
        Ok(mine.first().map(Model::lease))
    }

    /// Whether the lease still holds; if so nobody can take it before the end of this transaction.
    pub async fn holds_lease(&self, lease: Lease) -> Result<Option<Model>, DbError> {
        let mine = Entity::find().filter(lease.is_mine());
        Ok(mine.lock_exclusive().one(&**self).await?)
    }

    /// Gives a lease back, when its answer has ended.
    pub async fn end_lease(&self, lease: Lease) -> Result<(), DbError> {
        Entity::delete_many()
            .filter(lease.is_mine())
            .exec(&**self)
            .await?;
        Ok(())
    }

    /// Offers an answer to whoever goes on with it.
    pub async fn hand_over(&self, lease: Lease) -> Result<(), DbError> {
        let change = ActiveModel {
            leased_until: Set(0),
            handed_over: Set(true),
            ..Default::default()
        };
        Entity::update_many()
            .set(change)
            .filter(lease.is_mine())
            .exec(&**self)
            .await?;
        Ok(())
    }

    /// Takes the leases of a thread that is deleted, so that their owners write nothing any more.
    pub async fn end_leases_of(&self, workspace: WorkspaceId, thread: ThreadId) -> Result<(), DbError> {
        Entity::delete_many()
            .filter(Column::WorkspaceId.eq(workspace))
            .filter(Column::ThreadId.eq(thread))
            .exec(&**self)
            .await?;
        Ok(())
    }

    /// Leases that have run out, kept from others until the end of this transaction.
    pub async fn leases_run_out(&self) -> Result<Vec<Model>, DbError> {
        let backend = self.get_database_backend();
        let sql = format!(
            "SELECT * FROM generations WHERE leased_until < {} ORDER BY leased_until LIMIT 100 {}",
            dialect::now_sql(backend),
            dialect::skip_locked_sql(backend)
        );
        let statement = dialect::statement(&**self, &sql, []);
        Ok(Entity::find().from_raw_sql(statement).all(&**self).await?)
    }

    /// Moves a lease that was handed over to this node, for as long as going on may take to begin.
    pub async fn claim_handed_over(&self, row: &Model, node: Uuid) -> Result<Lease, DbError> {
        let lease = Lease {
            fence: row.fence + 1,
            ..row.lease()
        };
        Entity::update_many()
            .col_expr(Column::Node, Expr::value(node))
            .col_expr(Column::Fence, Expr::value(lease.fence))
            .col_expr(Column::LeasedUntil, later(&**self))
            .filter(row.lease().is_mine())
            .exec(&**self)
            .await?;
        Ok(lease)
    }
}

/// Renews this node's leases of these writings, all at once; what is not answered was lost.
pub async fn renew(db: &Db, node: Uuid, runs: &[Uuid]) -> Result<Vec<Renewed>, DbError> {
    let tx = db.write().await?;
    let renewed = Entity::update_many()
        .col_expr(Column::LeasedUntil, later(&*tx))
        .filter(Column::Node.eq(node))
        .filter(Column::Run.is_in(runs.iter().copied()))
        .exec_with_returning(&*tx)
        .await?;
    tx.commit().await?;
    Ok(renewed
        .into_iter()
        .map(|row| Renewed {
            run: row.run,
            stop_requested: row.stop_requested,
        })
        .collect())
}

/// Whether any lease has run out: a look that takes no lock.
pub async fn any_run_out(db: &Db) -> Result<bool, DbError> {
    let found = Entity::find()
        .filter(has_run_out(db.read()))
        .limit(1)
        .one(db.read())
        .await?;
    Ok(found.is_some())
}

/// Lets every lease run out at once: those of an embedded store that has just been opened have no owner.
pub async fn expire_all(db: &Db) -> Result<(), DbError> {
    let tx = db.write().await?;
    Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::value(0_i64))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Asks the owner of an answer to end it, wherever it is.
pub async fn request_stop(db: &Db, workspace: WorkspaceId, message: MessageId) -> Result<(), DbError> {
    let tx = db.write().await?;
    Entity::update_many()
        .col_expr(Column::StopRequested, Expr::value(true))
        .filter(Column::WorkspaceId.eq(workspace))
        .filter(Column::MessageId.eq(message))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Who writes an answer, if anybody does.
pub async fn owner_of(db: &Db, workspace: WorkspaceId, message: MessageId) -> Result<Option<Model>, DbError> {
    Ok(Entity::of(workspace)
        .filter(Column::MessageId.eq(message))
        .filter(Column::HandedOver.eq(false))
        .one(db.read())
        .await?)
}

/// Which of these answers are being written somewhere.
pub async fn running(
    db: &Db,
    workspace: WorkspaceId,
    messages: Vec<MessageId>,
) -> Result<Vec<MessageId>, DbError> {
    Ok(Entity::of(workspace)
        .filter(Column::MessageId.is_in(messages))
        .filter(Column::HandedOver.eq(false))
        .select_only()
        .column(Column::MessageId)
        .into_tuple()
        .all(db.read())
        .await?)
}
