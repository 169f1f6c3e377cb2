//! Telling people of alerts: letters, which the program carries, and signed posts to an address. Both are jobs, so that
//! what cannot leave now leaves later.

use std::time::Duration;

use bytes::Bytes;
use db::entity::alerts;
use db::jobs::{Job, JobError, Worker};
use db::{DbError, INSTANCE, Tx, WorkspaceId};
use futures::future::BoxFuture;
use http::{Method, Request, header};
use kit::clock::Timestamp;
use kit::http::{Reach, Timeouts};
use kit::vault::hmac_sha256;
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::settings::{self, Recipients};
use crate::Ops;

/// A letter about an alert.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The same for each attempt.
    pub id: Uuid,
    /// When it was written.
    pub date: Timestamp,
    /// Addresses.
    pub to: Vec<String>,
    /// One line.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Why a letter did not leave.
#[derive(Clone, Debug)]
pub enum NotSent {
    /// It may the next time.
    Later(String),
    /// It never will.
    Never(String),
}

/// Who carries letters; the program knows a mail server, this floor does not.
pub trait Post: Send + Sync {
    /// Hands a letter over.
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), NotSent>>;
}

/// A letter to the recipients of one setting.
#[derive(Serialize, Deserialize)]
struct MailAlert {
    alert: Uuid,
    owner: Uuid,
    change: String,
}

/// A post to the address of one setting.
#[derive(Serialize, Deserialize)]
struct PostAlert {
    alert: Uuid,
    owner: Uuid,
    change: String,
}

impl Job for MailAlert {
    const KIND: &'static str = "alert.mail";
}

impl Job for PostAlert {
    const KIND: &'static str = "alert.webhook";
}

/// Has everybody told who wants to be, once this transaction is committed. `change` is `opened` or `resolved`.
pub(super) async fn soon(ops: &Ops, tx: &Tx, row: &alerts::Model, change: &str) -> Result<(), DbError> {
    for (owner, recipients) in settings::recipients(ops.db(), row.workspace_id).await? {
        let (alert, change) = (row.id, change.to_owned());
        // That it is over is told to machines; people are spared the second letter.
        if !recipients.mail_to.is_empty() && ops.post().is_some() && change == "opened" {
            let change = change.clone();
            tx.job(&MailAlert { alert, owner, change }).await?;
        }
        if recipients.webhook_url.is_some() {
            tx.job(&PostAlert { alert, owner, change }).await?;
        }
    }
    Ok(())
}

/// Adds the jobs of this floor.
pub fn jobs(ops: &Ops, worker: Worker) -> Worker {
    let (mail, post) = (ops.clone(), ops.clone());
    worker
        .with(move |job: MailAlert| {
            let ops = mail.clone();
            async move { write(&ops, job).await }
        })
        .with(move |job: PostAlert| {
            let ops = post.clone();
            async move { call(&ops, job).await }
        })
}

/// The alert and who is told; none when either is gone.
async fn both(ops: &Ops, alert: Uuid, owner: Uuid) -> Result<Option<(alerts::Model, Recipients)>, DbError> {
    let Some(row) = alerts::Entity::find_by_id(alert).one(ops.db().read()).await? else {
        return Ok(None);
    };
    let workspace = (owner != INSTANCE).then_some(WorkspaceId(owner));
    let all = settings::recipients(ops.db(), workspace).await?;
    let recipients = all.into_iter().find(|(of, _)| *of == owner);
    Ok(recipients.map(|(_, recipients)| (row, recipients)))
}

async fn write(ops: &Ops, job: MailAlert) -> Result<(), JobError> {
    let Some((row, recipients)) = both(ops, job.alert, job.owner).await? else {
        return Ok(());
    };
    let Some(post) = ops.post() else {
        return Err(JobError::Fail("there is no mail server".to_owned()));
    };
    if recipients.mail_to.is_empty() {
        return Ok(());
    }
    let body = super::open(ops.db(), &row).await?;
    let letter = Letter {
        id: row.id,
        date: Timestamp(row.first_at),
        to: recipients.mail_to,
        subject: format!("[Tributary] {}", body.title),
        text: format!(
            "{}\n\n{}\n\nFirst seen: {}\nKind: {} ({})\n\nIt is shown under Administration, Alerts.\n",
            body.title,
            body.explanation,
            Timestamp(row.first_at),
            row.kind,
            row.severity,
        ),
    };
    match post.send(letter).await {
        Ok(()) => Ok(()),
        Err(NotSent::Later(why)) => Err(JobError::Retry(Duration::from_secs(30), why)),
        Err(NotSent::Never(why)) => Err(JobError::Fail(why)),
    }
}

async fn call(ops: &Ops, job: PostAlert) -> Result<(), JobError> {
    let Some((row, recipients)) = both(ops, job.alert, job.owner).await? else {
        return Ok(());
    };
    let Some(url) = recipients.webhook_url else {
        return Ok(());
    };
    let body = super::open(ops.db(), &row).await?;
    let text = json!({
        "type": format!("alert.{}", job.change),
        "alert": {
            "id": row.id,
            "workspace_id": row.workspace_id,
            "kind": row.kind,
            "severity": row.severity,
            "title": body.title,
            "explanation": body.explanation,
            "subject": body.subject,
            "state": row.state,
            "first_at": Timestamp(row.first_at),
            "last_at": Timestamp(row.last_at),
            "count": row.count,
        },
    })
    .to_string();
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(&url)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "Tributary");
    if let Some(secret) = &recipients.webhook_secret {
        let at = ops.now().seconds();
        request = request.header("tributary-signature", signature(secret, at, &text));
    }
    let request = request
        .body(Bytes::from(text))
        .map_err(|error| JobError::Fail(error.to_string()))?;
    let reach = if ops.config().allow_private_hosts {
        Reach::AllowPrivate
    } else {
        Reach::PublicOnly
    };
    let later = |why: String| JobError::Retry(Duration::from_secs(30), why);
    match ops.http().send(request, reach, &PATIENCE).await {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) if answer.status().is_redirection() => Err(JobError::Fail(format!(
            "the webhook answered {}",
            answer.status()
        ))),
        Ok(answer) => Err(later(format!("the webhook answered {}", answer.status()))),
        Err(kit::http::Error::Refused(why)) => Err(JobError::Fail(why.to_string())),
        Err(error) => Err(later(error.to_string())),
    }
}

const PATIENCE: Timeouts = Timeouts {
    first_byte: Duration::from_secs(15),
    idle: Duration::from_secs(15),
};

/// `t=1763769600,v1=…`: HMAC-SHA256 of the seconds, a dot and the body.
fn signature(secret: &str, at: i64, body: &str) -> String {
    use std::fmt::Write;
    let mac = hmac_sha256(secret.as_bytes(), format!("{at}.{body}").as_bytes());
    let mut hex = String::with_capacity(64);
    for byte in mac {
        let _ = write!(hex, "{byte:02x}");
    }
    format!("t={at},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_time_and_body() {
        let said = signature("secret", 5, "{}");
        assert!(said.starts_with("t=5,v1=") && said.len() == 7 + 64, "{said}");
        assert_ne!(said, signature("secret", 6, "{}"));
        assert_ne!(said, signature("secret", 5, "{ }"));
        assert_ne!(said, signature("other", 5, "{}"));
    }
}
