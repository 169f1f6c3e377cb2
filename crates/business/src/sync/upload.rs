//! Uploading a file of business data: looked at, or taken in as a run.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request};
use bytes::Bytes;
use connectors::csv::{self, BadTable, Format, Layout, Sample};
use db::entity::{connectors as rows, sync_runs, workspaces};
use db::jobs::{Job, JobError};
use db::kinds::Plan;
use db::sync_kinds::{SyncMode, SyncStatus, SyncTrigger};
use db::{DbError, Sealed, WorkspaceId};
use futures::{Stream, StreamExt, TryStreamExt};
use http::header;
use identity::audit;
use kit::api::{ApiError, Code};
use kit::blobs::{Kind, Stored};
use kit::vault::hmac_sha256;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::begin::{Wanted, begin};
use crate::Business;
use crate::connectors::{AtConnector, announce, layout_place, manifest_of};

/// As much of a file is looked at to find out what it is.
const HEAD: usize = 256 << 10;
const LONGEST_LAYOUT: usize = 64 << 10;
/// The longest silence in the middle of an upload.
const STILL: Duration = Duration::from_secs(30);

/// How a file is taken.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct UploadQuery {
    /// Only look at it; nothing is kept.
    #[serde(default)]
    pub preview: bool,
    /// What its columns mean, as JSON; as approved before when absent.
    pub layout: Option<String>,
}

/// Throws a file away whose run has ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DropUpload {
    pub workspace: WorkspaceId,
    pub object: String,
}

impl Job for DropUpload {
    const KIND: &'static str = "business.drop_upload";
}

impl DropUpload {
    pub(crate) async fn run(self, business: Business) -> Result<(), JobError> {
        let blobs = business.files().blobs();
        blobs.delete(Kind::Object, self.workspace.0, &self.object).await?;
        Ok(())
    }
}

/// What came of a file.
pub(super) enum Taken {
    /// What it looks like.
    Looked(Box<Sample>),
    /// The run that reads it, or that has read it before.
    Run(Box<sync_runs::Model>),
}

fn broken() -> ApiError {
    ApiError::new(Code::InvalidJson, "The upload ended before it was complete.")
}

/// Takes the body itself, or the field `file` of a form.
pub(super) async fn take(
    business: &Business,
    at: &AtConnector,
    query: UploadQuery,
    request: Request,
) -> Result<Taken, ApiError> {
    at.manage()?;
    if !manifest_of(&at.row)?.upload {
        return Err(ApiError::invalid(
            "type",
            "This connector reads a source; it takes no files.",
        ));
    }
    let kind = request.headers().get(header::CONTENT_TYPE);
    let is_form = kind
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/form-data"));
    let mut coming = Coming {
        business,
        at,
        preview: query.preview,
        layout: query.layout,
    };
    if !is_form {
        let body: Body = request.into_body();
        return coming
            .receive(body.into_data_stream().map_err(|_| broken()))
            .await;
    }
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|_| broken())?;
    loop {
        let Some(field) = form.next_field().await.map_err(|_| broken())? else {
            return Err(ApiError::invalid(
                "file",
                "The form needs a field named file with the file in it.",
            ));
        };
        match field.name() {
            Some("file") => return coming.receive(field.map_err(|_| broken())).await,
            Some("layout") => coming.layout = Some(field.text().await.map_err(|_| broken())?),
            Some("preview") => coming.preview = field.text().await.map_err(|_| broken())? == "true",
            name => {
                let name = name.unwrap_or_default().to_owned();
                let sentence = "The form takes the fields layout, preview and, last, file.";
                return Err(ApiError::invalid(name, sentence));
            }
        }
    }
}

/// A file on its way in.
struct Coming<'a> {
    business: &'a Business,
    at: &'a AtConnector,
    preview: bool,
    layout: Option<String>,
}

/// Breaks off what does not move any more: nobody keeps a connection by sending nothing.
fn moving<'a>(
    bytes: impl Stream<Item = Result<Bytes, ApiError>> + Send + 'a,
) -> impl Stream<Item = Result<Bytes, ApiError>> + Send + 'a {
    futures::stream::unfold(Box::pin(bytes), |mut bytes| async move {
        let next = tokio::time::timeout(STILL, bytes.next()).await;
        let next = next.unwrap_or_else(|_| {
            let sentence = "The upload came too slowly and was broken off.";
            Some(Err(ApiError::new(Code::Timeout, sentence)))
        });
        next.map(|some| (some, bytes))
    })
}

impl Coming<'_> {
    async fn receive(
        self,
        bytes: impl Stream<Item = Result<Bytes, ApiError>> + Send,
    ) -> Result<Taken, ApiError> {
        let bytes = moving(bytes);
        if self.preview {
            let head = head_of(bytes).await?;
            let sample = match self.said()? {
                Some(layout) if layout.format == Format::Csv => csv::look_as(&head, &layout.dialect),
                _ => csv::look(&head),
            };
            return Ok(Taken::Looked(Box::new(sample.map_err(unread)?)));
        }
        let most = most(self.business, self.at.workspace()).await?;
        let object = format!("ingest/{}", kit::ids::new_id());
        let keys = self.business.db().keys(self.at.workspace().0).await?;
        let mut head = Vec::new();
        let mut size = 0;
        let bounded = bytes.map(|some| {
            let some = some?;
            size += some.len() as u64;
            if size > most {
                let sentence = "The file is larger than the plan of this workspace allows.";
                return Err(ApiError::new(Code::PayloadTooLarge, sentence).with_detail("file", "Too large."));
            }
            let missing = HEAD.saturating_sub(head.len());
            head.extend_from_slice(&some[..some.len().min(missing)]);
            Ok(some)
        });
        let blobs = self.business.files().blobs();
        let stored = blobs
            .put_sealed(&keys, self.at.workspace().0, &object, bounded)
            .await?;
        let kept = self.keep(&head, &stored, &object).await;
        if !matches!(&kept, Ok((_, true))) {
            drop_object(self.business, self.at.workspace(), &object).await;
        }
        Ok(Taken::Run(Box::new(kept?.0)))
    }

    /// Begins the run; false when the file was read before, and this copy of it is not needed.
    async fn keep(
        &self,
        head: &[u8],
        stored: &Stored,
        object: &str,
    ) -> Result<(sync_runs::Model, bool), ApiError> {
        if stored.size == 0 {
            return Err(ApiError::invalid("file", "The file is empty."));
        }
        let (workspace, row) = (self.at.workspace(), &self.at.row);
        let layout = self.layout(head).await?;
        let text = serde_json::to_vec(&layout).map_err(DbError::from)?;
        let keys = self.business.db().keys(workspace.0).await?;
        let purpose = keys.derive("uploads.fingerprint").map_err(DbError::from)?;
        let fingerprint = hmac_sha256(&purpose, &[&stored.sha256[..], &text].concat()).to_vec();
        let tx = self.business.db().write().await?;
        let before = sync_runs::Entity::of(workspace)
            .filter(sync_runs::Column::ConnectorId.eq(row.id))
            .filter(sync_runs::Column::Fingerprint.eq(fingerprint.clone()))
            .filter(sync_runs::Column::Status.is_in([
                SyncStatus::Queued,
                SyncStatus::Running,
                SyncStatus::Success,
            ]))
            .order_by_desc(sync_runs::Column::CreatedAt)
            .one(&*tx)
            .await
            .map_err(DbError::from)?;
        if let Some(before) = before {
            return Ok((before, false));
        }
        let wanted = Wanted {
            asked_by: Some(self.at.caller.user),
            object: Some(object.to_owned()),
            fingerprint: Some(fingerprint),
            ..Wanted::of(row, SyncMode::Upload, SyncTrigger::Upload)
        };
        let Some(run) = begin(&tx, wanted).await? else {
            let sentence = "Another file is being read; please wait for its end.";
            return Err(ApiError::new(Code::Conflict, sentence));
        };
        let sealed = Sealed::seal(&keys, layout_place(row.id), &layout).map_err(DbError::from)?;
        let change = rows::ActiveModel {
            layout: Set(Some(sealed)),
            updated_at: Set(tx.now().micros()),
            ..Default::default()
        };
        rows::Entity::update_many()
            .set(change)
            .filter(rows::Column::WorkspaceId.eq(workspace))
            .filter(rows::Column::Id.eq(row.id))
            .exec(&*tx)
            .await
            .map_err(DbError::from)?;
        let details = json!({ "size": stored.size, "run_id": run.id });
        audit(&tx, &self.at.caller, "connector.uploaded", row.id, &details).await?;
        announce(&tx, workspace, row.id).await?;
        tx.commit().await?;
        self.business.ingest().runs.notify_one();
        Ok((run, true))
    }

    /// What somebody says the columns mean.
    fn said(&self) -> Result<Option<Layout>, ApiError> {
        let Some(text) = &self.layout else {
            return Ok(None);
        };
        if text.len() > LONGEST_LAYOUT {
            return Err(ApiError::invalid("layout", "This is too long."));
        }
        serde_json::from_str(text)
            .map(Some)
            .map_err(|error| ApiError::invalid("layout", format!("The layout is not understood: {error}.")))
    }

    /// What the columns mean: as said now, as approved before, or as found where there is no doubt.
    async fn layout(&self, head: &[u8]) -> Result<Layout, ApiError> {
        if let Some(layout) = self.said()? {
            return Ok(layout);
        }
        if let Some(sealed) = &self.at.row.layout {
            let keys = self.business.db().keys(self.at.workspace().0).await?;
            return Ok(sealed
                .open(&keys, layout_place(self.at.id()))
                .map_err(DbError::from)?);
        }
        let sample = csv::look(head).map_err(unread)?;
        if sample.doubts.is_empty() {
            return Ok(sample.layout);
        }
        let sentence = "Please look at what was found in this file and say what its columns mean.";
        let doubts = sample.doubts.into_iter();
        Err(
            doubts.fold(ApiError::new(Code::ValidationFailed, sentence), |error, doubt| {
                error.with_detail("layout", doubt)
            }),
        )
    }
}

/// The first bytes of a file.
async fn head_of(bytes: impl Stream<Item = Result<Bytes, ApiError>> + Send) -> Result<Vec<u8>, ApiError> {
    let mut head = Vec::new();
    let mut bytes = std::pin::pin!(bytes);
    while head.len() < HEAD
        && let Some(some) = bytes.next().await
    {
        head.extend_from_slice(&some?);
    }
    head.truncate(HEAD);
    Ok(head)
}

fn unread(error: BadTable) -> ApiError {
    ApiError::invalid("file", error.to_string())
}

async fn drop_object(business: &Business, workspace: WorkspaceId, object: &str) {
    if let Err(error) = business
        .files()
        .blobs()
        .delete(Kind::Object, workspace.0, object)
        .await
    {
        tracing::warn!(error = %error, "an upload stays until the next sweep");
    }
}

/// The most that a file may have, by the plan of the workspace.
async fn most(business: &Business, workspace: WorkspaceId) -> Result<u64, DbError> {
    let row = workspaces::Entity::find_by_id(workspace)
        .one(business.db().read())
        .await?;
    let limits = &business.files().config().limits;
    Ok(match row.map_or(Plan::Free, |row| row.plan) {
        Plan::Free => limits.free.file,
        Plan::Pro => limits.pro.file,
        Plan::Business => limits.business.file,
    })
}
