//! Files as they lie in the store once they were received and read: for tests of what is done with them.

use db::entity::{file_pages, files};
use db::kinds::{FileStatus, Visibility};
use db::{FileId, Sealed, UserId, WorkspaceId};
use kit::vault::Place;
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::{Client, TestApp};

/// A file to be.
pub struct Seed<'a> {
    pub name: &'a str,
    pub kind: &'a str,
    /// Its text.
    pub pages: &'a [&'a str],
    pub status: FileStatus,
    pub visibility: Visibility,
}

impl<'a> Seed<'a> {
    /// A text that was read.
    pub fn text(name: &'a str, pages: &'a [&'a str]) -> Self {
        Self {
            name,
            kind: "text/plain",
            pages,
            status: FileStatus::Ready,
            visibility: Visibility::Private,
        }
    }
}

fn place(column: &'static str, file: FileId) -> Place<'static> {
    Place { column, row: file.0 }
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(value: &serde_json::Value) -> T {
    value.as_str().unwrap().parse().unwrap()
}

impl TestApp {
    /// Puts a file of somebody into the store; answers its id.
    pub async fn seed(&self, owner: &Client, seed: Seed<'_>) -> String {
        let me = owner.get("/api/v1/auth/me").await.data();
        let workspace = WorkspaceId(id(&me["workspace"]["id"]));
        let file = FileId::new();
        let keys = self.db().keys(workspace.0).await.unwrap();
        let tx = self.db().write().await.unwrap();
        let now = tx.now().micros();
        let row = files::Model {
            workspace_id: workspace,
            id: file,
            owner_id: UserId(id(&me["user"]["id"])),
            blob_id: None,
            name: Sealed::seal(&keys, place("files.name", file), seed.name).unwrap(),
            kind: seed.kind.to_owned(),
            size: 1_000,
            status: seed.status,
            visibility: seed.visibility,
            reason: None,
            details: Sealed::seal(&keys, place("files.details", file), &json!({})).unwrap(),
            steps: "[]".to_owned(),
            text_chars: 0,
            client_id: None,
            created_at: now,
            updated_at: now,
        };
        let insert = files::Entity::insert(row.into_active_model());
        insert.exec_without_returning(&*tx).await.unwrap();
        tx.commit().await.unwrap();
        self.write_pages(workspace, file, seed.pages, seed.status).await;
        file.to_string()
    }

    /// Writes the text of a file and how far it has come, and tells its owner.
    pub async fn write_pages(
        &self,
        workspace: WorkspaceId,
        file: FileId,
        pages: &[&str],
        status: FileStatus,
    ) {
        let keys = self.db().keys(workspace.0).await.unwrap();
        let tx = self.db().write().await.unwrap();
        for (page, text) in (1..).zip(pages) {
            let row = file_pages::Model {
                workspace_id: workspace,
                file_id: file,
                page,
                body: Sealed::seal(&keys, place("file_pages.body", file), text).unwrap(),
            };
            let insert = file_pages::Entity::insert(row.into_active_model());
            insert.exec_without_returning(&*tx).await.unwrap();
        }
        let chars: usize = pages.iter().map(|text| text.chars().count()).sum();
        let found = files::Entity::find_by_id((workspace, file))
            .one(&*tx)
            .await
            .unwrap()
            .unwrap();
        let owner = found.owner_id;
        let mut row = found.into_active_model();
        row.text_chars = Set(chars as i64);
        row.status = Set(status);
        files::Entity::update(row).exec(&*tx).await.unwrap();
        let event = db::Event {
            scope: db::events::Scope::User(owner),
            workspace: Some(workspace),
            kind: "file.changed",
            payload: &json!({ "file_id": file }),
        };
        tx.event(event).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The same for a file that a person sees.
    pub async fn has_read(&self, owner: &Client, file: &str, pages: &[&str]) {
        let me = owner.get("/api/v1/auth/me").await.data();
        let workspace = WorkspaceId(id(&me["workspace"]["id"]));
        self.write_pages(workspace, FileId(file.parse().unwrap()), pages, FileStatus::Ready)
            .await;
    }
}
