//! Configuration: defaults, then `tributary.toml`, then `TRIBUTARY_*`, then the command line. Read once, checked whole,
//! and handed out in typed sections. `docs/configuration.md` explains every key.

mod ai_sections;
mod audit_section;
mod backup_section;
mod business_section;
mod environment;
mod files_sections;
mod identity_section;
mod operation_sections;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use identity::{CookieSecurity, Limits, Registration};
use kit::secret::Secret;
use kit::telemetry::LogFormat;
use serde::Deserialize;
use toml::Table;

pub use ai_sections::{AiSection, ChatSection, PrivateNetworks};
pub use audit_section::AuditSection;
pub use backup_section::{BackupSection, Role};
pub use business_section::{BusinessSection, MailSection, MailSecurity};
use environment::lay_over;
pub use files_sections::{ClamavSection, FilesSection, S3Section};
pub use identity_section::IdentitySection;
pub use operation_sections::{MonitorSection, OperationsSection};

/// Everything that can be set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the page and the API are served.
    pub listen: SocketAddr,
    /// The folder of everything embedded: database, master key, models.
    pub data: PathBuf,
    /// Who may make an account.
    pub registration: Registration,
    /// Logs.
    pub log: LogConfig,
    /// The store.
    pub database: DatabaseConfig,
    /// What several nodes tell each other over.
    pub redis: RedisConfig,
    /// The master key.
    pub vault: VaultConfig,
    /// How the page is reached.
    pub http: HttpConfig,
    /// How often something may be done in a minute.
    pub limits: Limits,
    /// Sign-in with other houses.
    pub identity: IdentitySection,
    /// Models.
    pub ai: AiSection,
    /// Conversations.
    pub chat: ChatSection,
    /// Files.
    pub files: FilesSection,
    /// The bucket of files.
    pub s3: S3Section,
    /// The virus scanner.
    pub clamav: ClamavSection,
    /// Business data.
    pub business: BusinessSection,
    /// Outgoing mail.
    pub mail: MailSection,
    /// What is kept of who came in.
    pub audit: AuditSection,
    /// Figures over time, and alerts.
    pub monitor: MonitorSection,
    /// What only operators ask.
    pub operations: OperationsSection,
    /// Backups.
    pub backup: BackupSection,
    /// What this node does: both unless told.
    pub roles: Vec<Role>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data: PathBuf::from("data"),
            registration: Registration::default(),
            log: LogConfig::default(),
            database: DatabaseConfig::default(),
            redis: RedisConfig::default(),
            vault: VaultConfig::default(),
            http: HttpConfig::default(),
            limits: Limits::default(),
            identity: IdentitySection::default(),
            ai: AiSection::default(),
            chat: ChatSection::default(),
            files: FilesSection::default(),
            s3: S3Section::default(),
            clamav: ClamavSection::default(),
            business: BusinessSection::default(),
            mail: MailSection::default(),
            audit: AuditSection::default(),
            monitor: MonitorSection::default(),
            operations: OperationsSection::default(),
            backup: BackupSection::default(),
            roles: vec![Role::Web, Role::Worker],
        }
    }
}

/// `[log]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `true` for one JSON object a line.
    pub json: bool,
    /// What is logged, such as `info` or `warn,chat=debug`.
    pub filter: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            json: false,
            filter: "info".to_owned(),
        }
    }
}

impl LogConfig {
    /// How lines look.
    pub fn format(&self) -> LogFormat {
        if self.json {
            LogFormat::Json
        } else {
            LogFormat::Text
        }
    }
}

/// A text that is not printed with the rest.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Hidden(#[serde(deserialize_with = "secret")] pub Secret);

fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// `[database]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `postgres://…`; SQLite in the data folder when absent.
    pub url: Option<Hidden>,
    /// Connections to PostgreSQL.
    pub connections: u32,
    /// SQLite: wait for the disk at each commit.
    pub sync_every_commit: bool,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: None,
            connections: 16,
            sync_every_commit: false,
        }
    }
}

/// `[redis]`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RedisConfig {
    /// `redis://…`, the same for all nodes; one node needs none.
    pub url: Option<Hidden>,
}

/// `[vault]`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VaultConfig {
    /// The master key's file; `master.key` in the data folder when absent.
    pub key_file: Option<PathBuf>,
    /// The master key itself, for containers: base64 of 32 bytes.
    pub key: Option<Hidden>,
    /// A command that prints the master key.
    pub key_command: Option<String>,
}

/// `[http]`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Where people reach the page, such as `https://ai.example.org`.
    pub public_url: Option<String>,
    /// Other origins whose pages may use the API with a person's cookies.
    pub allowed_origins: Vec<String>,
    /// Whether a proxy in front writes `X-Forwarded-For` and `X-Forwarded-Proto`.
    pub trusted_proxy: bool,
    /// Whether cookies are kept to encrypted connections.
    pub cookies: CookieSecurity,
}

impl Config {
    /// Reads the file (if `file` is given it must be there; `tributary.toml` need not) and lays the environment over it.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> anyhow::Result<Self> {
        let path = file.unwrap_or(Path::new("tributary.toml"));
        let mut table = match std::fs::read_to_string(path) {
            Ok(text) => text
                .parse::<Table>()
                .with_context(|| format!("{} is not valid TOML", path.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && file.is_none() => Table::new(),
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        };
        for (name, value) in environment {
            if let Some(name) = name.strip_prefix("TRIBUTARY_") {
                lay_over(&mut table, name, &value);
            }
        }
        let config: Self = table.try_into().context("the configuration is not understood")?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        for (name, seconds, least) in [
            ("ai.first_byte_seconds", self.ai.first_byte_seconds, 0.01),
            ("ai.idle_seconds", self.ai.idle_seconds, 0.01),
            ("ai.longest_wait_seconds", self.ai.longest_wait_seconds, 0.0),
            ("chat.draft_seconds", self.chat.draft_seconds, 0.05),
            ("chat.drain_seconds", self.chat.drain_seconds, 0.0),
        ] {
            if !(least..=86_400.0).contains(&seconds) {
                bail!("{name} must be between {least} and 86400 seconds");
            }
        }
        if self.ai.order.is_empty() {
            bail!("ai.order must name at least one provider");
        }
        if let Some(url) = &self.http.public_url
            && !url.starts_with("http://")
            && !url.starts_with("https://")
        {
            bail!("http.public_url must begin with https:// or http://");
        }
        if self.http.allowed_origins.iter().any(|origin| origin == "*") {
            bail!(
                "http.allowed_origins takes exact origins: * would let every site act for a signed-in person"
            );
        }
        if let Some(url) = &self.database.url
            && !url.0.expose().starts_with("postgres://")
            && !url.0.expose().starts_with("postgresql://")
        {
            bail!("database.url must begin with postgres://; without it the embedded SQLite is used");
        }
        if let Some(url) = &self.redis.url
            && !url.0.expose().starts_with("redis://")
            && !url.0.expose().starts_with("rediss://")
        {
            bail!("redis.url must begin with redis:// or, encrypted, rediss://");
        }
        self.identity.check()?;
        self.files.check()?;
        self.s3.check()?;
        self.clamav.check()?;
        self.audit.check()?;
        self.monitor.check()?;
        self.mail.check()?;
        if self.roles.is_empty() {
            bail!("roles must name web, worker or both");
        }
        self.backup.check(self.s3.config().as_ref())
    }

    /// The file of the embedded store.
    pub fn sqlite_path(&self) -> PathBuf {
        self.data.join("tributary.db")
    }

    /// The folder of downloaded models.
    pub fn models(&self) -> PathBuf {
        self.ai.models.clone().unwrap_or_else(|| self.data.join("models"))
    }

    /// The store's part.
    pub fn db(&self) -> db::DbConfig {
        match &self.database.url {
            Some(url) => db::DbConfig::Postgres {
                url: url.0.clone(),
                connections: self.database.connections.max(2),
            },
            None => db::DbConfig::Sqlite {
                path: self.sqlite_path(),
                sync_every_commit: self.database.sync_every_commit,
            },
        }
    }

    /// Where browsers write parts of uploads to, if not to this server.
    pub fn upload_origin(&self) -> Option<String> {
        self.s3.origin()
    }

    /// The part of business data.
    pub fn business(&self) -> business::BusinessConfig {
        self.business.config(&self.mail)
    }

    /// The part of figures and alerts.
    pub fn monitor(&self) -> ops::MonitorConfig {
        self.monitor.config(self.data.clone())
    }

    /// Files.
    pub fn files(&self) -> files::FilesConfig {
        files::FilesConfig {
            folder: self.data.clone(),
            s3: self.s3.config(),
            clamav: self.clamav.config(),
            limits: self.files.limits(),
            public_url: self.http.public_url.clone(),
            reading: self.files.reading(),
        }
    }

    /// The part of people and sign-in.
    pub fn identity(&self) -> identity::IdentityConfig {
        identity::IdentityConfig {
            registration: self.registration,
            cookies: self.http.cookies,
            limits: self.limits,
            public_url: self.http.public_url.clone(),
            allowed_origins: self.http.allowed_origins.clone(),
            trusted_proxy: self.http.trusted_proxy,
            passwords: self.identity.passwords,
            oidc: self.identity.oidc.clone(),
            trusted_issuers: self.identity.trusted_issuers.clone(),
            access_kept: self.audit.access_kept(),
            ..identity::IdentityConfig::default()
        }
    }

    /// The part of models. `port` is the one that is really listened on.
    pub fn ai(&self, port: u16) -> ai::AiConfig {
        ai::AiConfig {
            order: self.ai.order.clone(),
            timeouts: kit::http::Timeouts {
                first_byte: Duration::from_secs_f64(self.ai.first_byte_seconds),
                idle: Duration::from_secs_f64(self.ai.idle_seconds),
            },
            longest_wait: Duration::from_secs_f64(self.ai.longest_wait_seconds),
            discover: self.ai.discover,
            own_port: port,
            private_networks: match self.ai.private_networks {
                PrivateNetworks::Nobody => ai::PrivateNetworks::Nobody,
                PrivateNetworks::Administrators => ai::PrivateNetworks::Administrators,
                PrivateNetworks::Everybody => ai::PrivateNetworks::Everybody,
            },
        }
    }

    /// The part of conversations.
    pub fn chat(&self) -> chat::ChatConfig {
        chat::ChatConfig {
            draft_every: Duration::from_secs_f64(self.chat.draft_seconds),
            drain: Duration::from_secs_f64(self.chat.drain_seconds),
            titles_by_model: self.chat.titles_by_model,
        }
    }

    /// The master keys of a store that exists; none are made.
    pub fn existing_master_keys(&self) -> anyhow::Result<kit::vault::MasterKeys> {
        if self.vault.key.is_some() || self.vault.key_command.is_some() {
            return self.master_keys();
        }
        Ok(kit::vault::MasterKeys::load_or_create(&self.key_file(), false)?)
    }

    /// The master keys, from wherever they are kept; a fresh file is made only for a store that does not exist yet.
    pub fn master_keys(&self) -> anyhow::Result<kit::vault::MasterKeys> {
        use kit::vault::MasterKeys;
        if let Some(key) = &self.vault.key {
            return Ok(MasterKeys::parse(key.0.expose())?);
        }
        if let Some(command) = &self.vault.key_command {
            let output = std::process::Command::new("sh").arg("-c").arg(command).output();
            let output = output.context("the command for the master key cannot be run")?;
            if !output.status.success() {
                bail!("the command for the master key failed ({})", output.status);
            }
            let text =
                String::from_utf8(output.stdout).context("the command for the master key printed no text")?;
            return Ok(MasterKeys::parse(Secret::new(text).expose())?);
        }
        let is_fresh = self.database.url.is_some() || !self.sqlite_path().exists();
        std::fs::create_dir_all(&self.data)
            .with_context(|| format!("{} cannot be made", self.data.display()))?;
        MasterKeys::load_or_create(&self.key_file(), is_fresh).with_context(|| {
            "this store was sealed by a master key that is not here; put its file back, or nothing in it can be read".to_owned()
        })
    }

    /// Whether this node does that work.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// The master key's file.
    pub fn key_file(&self) -> PathBuf {
        self.vault
            .key_file
            .clone()
            .unwrap_or_else(|| self.data.join("master.key"))
    }
}
