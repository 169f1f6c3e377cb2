//! The trail as a file, written while it is read.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use db::entity::audit as rows;
use futures::stream;
use http::header;
use kit::clock::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::audit;
use super::list::{AuditOut, between, seen_by, shown};
use crate::Result;
use crate::caller::Caller;
use crate::identity::Identity;

/// Rows that are read at once.
const BATCH: u64 = 1_000;

/// The shape of the file.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AuditFormat {
    /// For spreadsheets.
    #[default]
    Csv,
    /// One JSON object a line.
    Jsonl,
}

/// Which rows, in which shape.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditExportQuery {
    /// The shape.
    #[serde(default)]
    #[param(inline)]
    pub format: AuditFormat,
    /// Not before.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Before.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
}

const HEAD: &str = "at,actor_id,actor_name,action,target,address,details\r\n";

/// The trail that the caller may read, oldest first. It is written down before the first row goes out.
pub(crate) async fn export(identity: Identity, caller: Caller, query: AuditExportQuery) -> Result<Response> {
    let format = query.format;
    let name = match format {
        AuditFormat::Csv => "csv",
        AuditFormat::Jsonl => "jsonl",
    };
    let tx = identity.db().write().await?;
    let details = json!({ "format": name, "from": query.from, "to": query.to });
    audit(&tx, &caller, "audit.exported", "trail", &details).await?;
    tx.commit().await?;
    let head = match format {
        AuditFormat::Csv => Bytes::from_static(HEAD.as_bytes()),
        AuditFormat::Jsonl => Bytes::new(),
    };
    let parts = stream::try_unfold(Some(None::<Uuid>), move |after| {
        let (identity, caller) = (identity.clone(), caller);
        async move {
            let Some(after) = after else { return Ok(None) };
            let found = batch(&identity, &caller, (query.from, query.to), after).await?;
            let Some(last) = found.last().map(|row| row.id) else {
                return Ok(None);
            };
            let is_last = (found.len() as u64) < BATCH;
            let text: String = shown(&identity, found)
                .await?
                .iter()
                .map(|row| line(row, format))
                .collect();
            Ok::<_, crate::IdentityError>(Some((Bytes::from(text), (!is_last).then_some(Some(last)))))
        }
    });
    let head = stream::once(async move { Ok::<_, crate::IdentityError>(head) });
    let body = Body::from_stream(futures::StreamExt::chain(head, parts));
    let kind = match format {
        AuditFormat::Csv => "text/csv; charset=utf-8",
        AuditFormat::Jsonl => "application/x-ndjson",
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"audit.{name}\""),
        ),
    ];
    Ok((headers, body).into_response())
}

async fn batch(
    identity: &Identity,
    caller: &Caller,
    (from, to): (Option<Timestamp>, Option<Timestamp>),
    after: Option<Uuid>,
) -> Result<Vec<rows::Model>> {
    let mut select = between(rows::Entity::find().filter(seen_by(caller)), from, to);
    if let Some(after) = after {
        select = select.filter(rows::Column::Id.gt(after));
    }
    Ok(select
        .order_by_asc(rows::Column::Id)
        .limit(BATCH)
        .all(identity.db().read())
        .await?)
}

fn line(row: &AuditOut, format: AuditFormat) -> String {
    match format {
        AuditFormat::Jsonl => {
            let mut text = serde_json::to_string(row).unwrap_or_default();
            text.push('\n');
            text
        }
        AuditFormat::Csv => {
            let cells = [
                row.at.to_string(),
                row.actor_id.map(|id| id.to_string()).unwrap_or_default(),
                row.actor_name.clone().unwrap_or_default(),
                row.action.clone(),
                row.target.clone(),
                row.address.clone(),
                row.details.to_string(),
            ];
            let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
            format!("{}\r\n", cells.join(","))
        }
    }
}

/// A cell that no spreadsheet takes for a formula (RFC 4180 quoting).
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let text = if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, shown) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
        ] {
            assert_eq!(cell(text), shown, "{text:?}");
        }
    }
}
