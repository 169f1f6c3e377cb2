//! Who finds what: a condition on `chunks` that is part of every query.

use db::entity::{chunks, files};
use db::kinds::{IndexKind, Role};
use db::{UserId, WorkspaceId};
use identity::Permission;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition};

use crate::{Files, visible_to};

/// Somebody who searches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeker {
    /// Where.
    pub workspace: WorkspaceId,
    /// Who.
    pub user: UserId,
    /// As what.
    pub role: Role,
}

/// That a chunk of these kinds may be seen: messages and titles of threads that the seeker may enter, files that they may
/// see, and records of the business for everybody who may ask for its numbers. What nobody answers for is not there.
pub(crate) fn may_see(files: &Files, seeker: Seeker, kinds: &[IndexKind]) -> Condition {
    let Seeker {
        workspace,
        user,
        role,
    } = seeker;
    let mut seen = Condition::any();
    let in_threads: Vec<IndexKind> = kinds
        .iter()
        .copied()
        .filter(|k| matches!(k, IndexKind::Message | IndexKind::Thread))
        .collect();
    if let Some(rooms) = files.rooms().filter(|_| !in_threads.is_empty()) {
        seen = seen.add(
            Condition::all()
                .add(chunks::Column::Kind.is_in(in_threads))
                .add(chunks::Column::ThreadId.in_subquery(rooms.visible_threads(workspace, user, role))),
        );
    }
    if kinds.contains(&IndexKind::File) {
        let visible = Query::select()
            .column((files::Entity, files::Column::Id))
            .from(files::Entity)
            .and_where(files::Column::WorkspaceId.eq(workspace))
            .cond_where(visible_to(files, workspace, user, role))
            .to_owned();
        seen = seen.add(
            Condition::all()
                .add(chunks::Column::Kind.eq(IndexKind::File))
                .add(chunks::Column::SourceId.in_subquery(visible)),
        );
    }
    if kinds.contains(&IndexKind::Record) && Permission::ReadBusiness.comes_with(role, false) {
        let records = Condition::all()
            .add(chunks::Column::WorkspaceId.eq(workspace))
            .add(chunks::Column::Kind.eq(IndexKind::Record));
        seen = seen.add(records);
    }
    if seen.is_empty() {
        // An empty "any" would permit everything.
        seen = seen.add(chunks::Column::Id.is_null());
    }
    seen
}
