//! `[business]` and `[mail]`.

use anyhow::bail;
use business::{BusinessConfig, IngestConfig};
use kit::mail::{MailConfig, MailServer, Mailer, Security};
use serde::Deserialize;

use super::Hidden;

/// `[business]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BusinessSection {
    /// Whether connectors may reach private addresses: shops in one's own network.
    pub allow_private_hosts: bool,
    /// How many sources are read at once on this node; 0: none are read here.
    pub readers: usize,
    /// How many batches are written at once on this node; 0: none are written here.
    pub writers: usize,
    /// How many webhooks of one source may wait.
    pub webhook_backlog: u32,
    /// Minutes between two runs of a source on the plan `free`.
    pub free_minutes: u32,
    /// The same on the plan `pro`.
    pub pro_minutes: u32,
    /// The same on the plan `business`.
    pub business_minutes: u32,
}

impl Default for BusinessSection {
    fn default() -> Self {
        let ingest = IngestConfig::default();
        Self {
            allow_private_hosts: false,
            readers: ingest.readers,
            writers: ingest.writers,
            webhook_backlog: ingest.inbox as u32,
            free_minutes: ingest.free_minutes,
            pro_minutes: ingest.pro_minutes,
            business_minutes: ingest.business_minutes,
        }
    }
}

impl BusinessSection {
    pub(super) fn config(&self, mail: &MailSection) -> BusinessConfig {
        BusinessConfig {
            allow_private_hosts: self.allow_private_hosts,
            mail: mail.config(),
            ingest: IngestConfig {
                readers: self.readers.min(32),
                writers: self.writers.min(32),
                inbox: i64::from(self.webhook_backlog.max(1)),
                free_minutes: self.free_minutes,
                pro_minutes: self.pro_minutes,
                business_minutes: self.business_minutes,
            },
        }
    }
}

/// How the way to the mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// From the first byte.
    Tls,
    /// After `STARTTLS`.
    #[default]
    StartTls,
    /// Not at all.
    None,
}

/// `[mail]`: the SMTP server; without one outgoing mail is kept and not sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSection {
    /// `smtps://user:password@host:port`, or `smtp://…?tls=required` for `STARTTLS`.
    pub url: Option<Hidden>,
    /// Instead of `url`: the server's name.
    pub host: Option<String>,
    /// Its port.
    pub port: Option<u16>,
    /// Who we are there.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Hidden>,
    /// `starttls`, `tls` or `none`.
    pub security: MailSecurity,
    /// Who writes: `Tributary <tributary@example.org>`.
    pub from: Option<String>,
}

impl MailSection {
    fn config(&self) -> Option<MailConfig> {
        let server = match (&self.url, &self.host) {
            (Some(url), _) => MailServer::Url(url.0.clone()),
            (None, Some(host)) => MailServer::Parts {
                host: host.clone(),
                port: self.port,
                sign_in: self
                    .user
                    .clone()
                    .zip(self.password.as_ref().map(|password| password.0.clone())),
                security: match self.security {
                    MailSecurity::Tls => Security::Tls,
                    MailSecurity::StartTls => Security::StartTls,
                    MailSecurity::None => Security::None,
                },
            },
            (None, None) => return None,
        };
        Some(MailConfig {
            server,
            from: self.from.clone()?,
        })
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        let is_set = self.url.is_some() || self.host.is_some();
        if self.url.is_some() && self.host.is_some() {
            bail!("mail.url and mail.host are two ways to say the same: use one");
        }
        if is_set && self.from.is_none() {
            bail!("mail.from must say who writes, such as Tributary <tributary@example.org>");
        }
        if !is_set && (self.from.is_some() || self.user.is_some()) {
            bail!("mail.host or mail.url must say where the mail server is");
        }
        if self.user.is_some() != self.password.is_some() {
            bail!("mail.user and mail.password go together");
        }
        if let Some(config) = self.config() {
            Mailer::new(&config).map_err(|error| anyhow::anyhow!("mail: {error}"))?;
        }
        Ok(())
    }
}
