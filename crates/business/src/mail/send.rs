//! Handing mails to the mail server.

use std::time::Duration;

use db::entity::outgoing_mail;
use db::jobs::{Job, JobError};
use db::kinds::{ActionState, MailState};
use db::{DbError, Sealed, Tx, WorkspaceId};
use identity::{Caller, Permission, audit};
use kit::clock::Timestamp;
use kit::mail::{Address, Letter, MailError, Mailer};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{MailContent, body_place, error_place};
use crate::{Business, actions};

/// The pause before the second attempt, and the longest one.
const PAUSE: (Duration, Duration) = (Duration::from_secs(30), Duration::from_mins(30));
/// How often it is tried: about two days, by these pauses.
const MOST_ATTEMPTS: i32 = 100;

/// Sends a mail. A mail server is away for as long as it likes: each attempt is a job of its own.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SendMail {
    workspace: WorkspaceId,
    mail: Uuid,
    attempt: u32,
}

impl Job for SendMail {
    const KIND: &'static str = "mail.send";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", self.mail, self.attempt))
    }
}

/// What came of an attempt.
enum Ended {
    Sent,
    /// No mail server is configured any more.
    Held,
    /// Whoever it leaves for may not do that any more.
    Forbidden,
    Later(String),
    Refused(String),
}

impl SendMail {
    pub(super) fn first(workspace: WorkspaceId, mail: Uuid) -> Self {
        Self::numbered(workspace, mail, 0)
    }

    /// The attempt after so many.
    pub(super) fn numbered(workspace: WorkspaceId, mail: Uuid, attempt: u32) -> Self {
        Self {
            workspace,
            mail,
            attempt,
        }
    }

    pub(crate) async fn run(self, business: Business) -> Result<(), JobError> {
        let Some(mail) = self.begin(&business).await? else {
            return Ok(());
        };
        let sender = Caller::on_behalf_of(business.db(), self.workspace, mail.created_by).await?;
        let ended = match (business.mailer(), sender.filter(|s| s.may(Permission::Act))) {
            (_, None) => Ended::Forbidden,
            (None, _) => Ended::Held,
            (Some(mailer), Some(_)) => hand_over(&business, mailer, &mail).await?,
        };
        // The mail may have left: only a store that is gone for long makes it leave again.
        let mut tries = 0;
        loop {
            match self.end(&business, &ended).await {
                Ok(()) => return Ok(()),
                Err(error) if tries == 5 => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(mail.id = %self.mail, error = %error, "what came of a mail is not written yet");
                }
            }
            tries += 1;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn held(&self, tx: &Tx) -> Result<Option<outgoing_mail::Model>, DbError> {
        Ok(outgoing_mail::Entity::of(self.workspace)
            .filter(outgoing_mail::Column::Id.eq(self.mail))
            .lock_exclusive()
            .one(&**tx)
            .await?)
    }

    /// Marks the mail as being sent; none when there is nothing to send (any more).
    async fn begin(&self, business: &Business) -> Result<Option<outgoing_mail::Model>, DbError> {
        let tx = business.db().write().await?;
        let Some(mail) = self.held(&tx).await? else {
            return Ok(None);
        };
        let is_cut_off = match mail.state {
            MailState::Waiting => false,
            // Only this job marks it, so this is its second life: the first one ended in the middle of sending.
            MailState::Sending => true,
            _ => return Ok(None),
        };
        let attempts = mail.attempts + 1;
        let repeated = mail.repeated || is_cut_off;
        let mut change = mail.into_active_model();
        change.state = Set(MailState::Sending);
        change.attempts = Set(attempts);
        change.repeated = Set(repeated);
        let mail = change.update(&*tx).await?;
        tx.commit().await?;
        Ok(Some(mail))
    }

    /// Writes down what came of it.
    async fn end(&self, business: &Business, ended: &Ended) -> Result<(), DbError> {
        let keys = business.db().keys(self.workspace.0).await?;
        let tx = business.db().write().await?;
        let Some(mail) = self.held(&tx).await? else {
            return Ok(());
        };
        let is_last = mail.attempts >= MOST_ATTEMPTS;
        let (state, action_state, error) = match ended {
            Ended::Sent => (MailState::Sent, ActionState::Done, None),
            Ended::Held => (MailState::Held, ActionState::Waiting, None),
            Ended::Forbidden => {
                let why = "Whoever confirmed this may not send mail for this workspace any more.";
                (MailState::Cancelled, ActionState::Failed, Some(why.to_owned()))
            }
            Ended::Later(why) if !is_last => (MailState::Waiting, ActionState::Waiting, Some(why.clone())),
            Ended::Later(why) | Ended::Refused(why) => {
                (MailState::Failed, ActionState::Failed, Some(why.clone()))
            }
        };
        let (id, action, created_by, attempts) = (mail.id, mail.action_id, mail.created_by, mail.attempts);
        let repeated = mail.repeated;
        let mut change = mail.into_active_model();
        change.state = Set(state);
        let sealed = error
            .as_ref()
            .map(|why| Sealed::seal(&keys, error_place(id), why));
        change.error = Set(sealed.transpose()?);
        if state == MailState::Sent {
            change.sent_at = Set(Some(tx.now().micros()));
        }
        if state == MailState::Waiting {
            let pause = PAUSE.0.saturating_mul(1 << self.attempt.min(10)).min(PAUSE.1);
            change.send_at = Set(tx.now().plus(pause).micros());
            let next = Self::numbered(self.workspace, self.mail, self.attempt + 1);
            tx.job_after(&next, pause).await?;
        }
        change.update(&*tx).await?;
        if matches!(state, MailState::Sent | MailState::Failed | MailState::Cancelled) {
            let by = identity::Actor {
                workspace: Some(self.workspace),
                user: Some(created_by),
                address: std::net::Ipv4Addr::UNSPECIFIED.into(),
            };
            let what = if state == MailState::Sent {
                "mail.sent"
            } else {
                "mail.failed"
            };
            let details = json!({ "action_id": action, "attempts": attempts, "repeated": repeated });
            audit(&tx, by, what, id, &details).await?;
        }
        if let Some(action) = action {
            let mail = actions::MailEnd {
                state: action_state,
                mail: id,
                repeated,
                error,
            };
            actions::mail_ended(business, &tx, self.workspace, action, mail).await?;
        }
        tx.commit().await
    }
}

/// Sends it.
async fn hand_over(
    business: &Business,
    mailer: &Mailer,
    mail: &outgoing_mail::Model,
) -> Result<Ended, DbError> {
    let keys = business.db().keys(mail.workspace_id.0).await?;
    let content: MailContent = mail.body.open(&keys, body_place(mail.id))?;
    let parsed = |texts: &[String]| {
        texts
            .iter()
            .map(|text| Address::parse(text))
            .collect::<Result<Vec<_>, _>>()
    };
    let (Ok(to), Ok(cc), Ok(bcc)) = (parsed(&content.to), parsed(&content.cc), parsed(&content.bcc)) else {
        return Ok(Ended::Refused(
            "One of the recipients is not an e-mail address.".to_owned(),
        ));
    };
    let letter = Letter {
        message_id: mail.message_id.clone(),
        date: Timestamp(mail.created_at),
        to,
        cc,
        bcc,
        subject: content.subject,
        body: content.body,
    };
    Ok(match mailer.send(&letter).await {
        Ok(_) => Ended::Sent,
        Err(MailError::Transient(why)) => {
            tracing::warn!(mail.id = %mail.id, error = %why, "a mail waits for the mail server");
            Ended::Later(why)
        }
        Err(MailError::Final(why)) => Ended::Refused(why),
    })
}
