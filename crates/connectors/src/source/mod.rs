//! A manifest with one shop's configuration: it can be checked, its streams are fetched page by page, its records mapped.
//!
//! Nothing is retried here and nothing is kept between two calls: what a page needs to go on is in its token. Every page is
//! judged before anything of it is handed on.

mod bulk;
mod check;
mod connection;
mod error;
mod events;
mod graphql;
mod page;
mod rest;
mod seam;
mod token;

use std::collections::BTreeMap;
use std::sync::Arc;

use kit::clock::{Clock, Timestamp};
use kit::secret::Secret;
use serde_json::Value;

use crate::canonical::Canonical;
use crate::expression::{Scope, Values};
use crate::manifest::{Manifest, Paging, Stream};
use crate::webhook::{Hook, Refused};

pub use error::SourceError;
pub use page::{BadRecord, Checked, Page, Record, Slice};
pub use seam::{Seam, Step, step};

use connection::Connection;
use token::{At, Token};

/// The name of the hidden value that leads a source to a server on this machine; it counts only where private hosts are
/// allowed.
const BASE_URL: &str = "base_url";

/// A manifest with one shop's configuration.
#[derive(Debug)]
pub struct Source {
    manifest: Arc<Manifest>,
    config: BTreeMap<String, String>,
    connection: Connection,
    clock: Clock,
}

impl Source {
    /// Values are checked against the manifest's fields; hosts are limited to the manifest's.
    pub fn new(
        manifest: &Manifest,
        values: &BTreeMap<String, String>,
        http: kit::http::Client,
        reach: kit::http::Reach,
    ) -> Result<Self, SourceError> {
        let config = configured(manifest, values)?;
        let elsewhere = values.get(BASE_URL).filter(|_| reach == kit::http::Reach::AllowPrivate);
        let connection = Connection::new(manifest, &config, elsewhere.map(String::as_str), http, reach)?;
        Ok(Self { manifest: Arc::new(manifest.clone()), config, connection, clock: Clock::system() })
    }

    /// The same with another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Tries the credentials, and what they allow.
    pub async fn check(&self) -> Result<Checked, SourceError> {
        check::check(self).await
    }

    /// What can be read.
    pub fn streams(&self) -> &[Stream] {
        &self.manifest.streams
    }

    /// A page of a slice: the first without a token, the others with the token of the page before.
    pub async fn page(&self, stream: &str, slice: Slice, token: Option<&str>) -> Result<Page, SourceError> {
        let stream = self.stream(stream)?;
        let token = token.map_or_else(|| Ok(Token::default()), Token::read)?;
        match &token.at {
            At::Bulk { .. } => bulk::page(self, stream, token).await,
            At::Events(_) => events::page(self, stream, slice, token).await,
            At::Start if bulk::is_for(stream, slice) => bulk::start(self, stream, slice).await,
            _ if stream.graphql.is_some() => graphql::page(self, stream, slice, token).await,
            _ => rest::page(self, stream, slice, token).await,
        }
    }

    /// One record by its id at the source; none if there is no such thing (any more).
    pub async fn one(&self, stream: &str, source_id: &str) -> Result<Option<Record>, SourceError> {
        let stream = self.stream(stream)?;
        let found = if stream.graphql.is_some() {
            graphql::one(self, stream, source_id).await?
        } else {
            rest::one(self, stream, source_id).await?
        };
        found.map(|body| self.record(stream, body).map_err(|bad| SourceError::Protocol(bad.error))).transpose()
    }

    /// What a record means; the error is a sentence about the record.
    pub fn map(&self, record: &Record) -> Result<Vec<Canonical>, String> {
        if record.deleted {
            return Ok(Vec::new());
        }
        let stream = self.manifest.stream(&record.stream);
        let stream = stream.ok_or_else(|| format!("there is no stream `{}`", record.stream))?;
        crate::mapping::map(&stream.map, &self.manifest.amounts, &self.config, &record.body)
    }

    /// Whether a webhook is really the source's, and what it is about. The secret of the configuration counts, too.
    pub fn webhook(
        &self,
        headers: &http::HeaderMap,
        body: &[u8],
        secrets: &[Secret],
        now: Timestamp,
    ) -> Result<Hook, Refused> {
        let own = self.config.get("webhook_secret").filter(|secret| !secret.is_empty());
        let own = own.map(|secret| Secret::new(secret.clone()));
        let secrets: Vec<Secret> = secrets.iter().cloned().chain(own).collect();
        crate::webhook::receive(self, headers, body, &secrets, now)
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub(crate) fn config(&self) -> &BTreeMap<String, String> {
        &self.config
    }

    fn stream(&self, name: &str) -> Result<&Stream, SourceError> {
        self.manifest.stream(name).ok_or_else(|| SourceError::Config {
            field: "stream".to_owned(),
            message: format!("There is no stream `{name}`."),
        })
    }

    /// What fills the holes of addresses.
    fn values<'a>(&'a self, slice: Option<Slice>) -> Values<'a> {
        Values {
            config: Some(&self.config),
            from: slice.and_then(|slice| slice.from),
            to: slice.map(|slice| slice.to),
            ..Values::default()
        }
    }

    /// A body as a record, or why it is none.
    #[allow(clippy::result_large_err)] // rare, and handed on as it is
    pub(crate) fn record(&self, stream: &Stream, body: Value) -> Result<Record, BadRecord> {
        let scope = Scope::new(&body, &self.config);
        let source_id = stream.id.text(&scope);
        let version = crate::mapping::time(&stream.version, &scope, "the time of its last change");
        let deleted = stream.deleted.holds(&scope);
        let bad = |source_id: Option<String>, error: String, body: &Value| BadRecord {
            source_id,
            error,
            body: cut(&body.to_string()),
        };
        match (source_id, version) {
            (Some(source_id), Ok(version)) => Ok(Record {
                stream: stream.name.clone(),
                source_id,
                version: version.map_or(0, Timestamp::micros),
                body,
                deleted,
            }),
            (None, _) => Err(bad(None, "The record has no id.".to_owned(), &body)),
            (id, Err(error)) => Err(bad(id, error, &body)),
        }
    }

    /// Bodies as records, those that are none apart.
    fn sort_out(&self, stream: &Stream, bodies: Vec<Value>, page: &mut Page) {
        for body in bodies {
            match self.record(stream, body) {
                Ok(record) => page.records.push(record),
                Err(bad) => page.bad.push(bad),
            }
        }
    }
}

/// What is kept of a body that is no record.
const KEPT: usize = 64 * 1024;

/// The beginning of a text.
pub(crate) fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(KEPT)].to_owned()
}

/// The values with defaults filled in.
fn configured(manifest: &Manifest, values: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, SourceError> {
    let config_error = |field: &str, message: String| SourceError::Config { field: field.to_owned(), message };
    if let Some(unknown) = values.keys().find(|name| manifest.field(name).is_none() && *name != BASE_URL) {
        return Err(config_error(unknown, format!("{} has no field `{unknown}`.", manifest.title)));
    }
    let mut config = BTreeMap::new();
    for field in &manifest.config {
        let given = values.get(&field.name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let value = given.or(field.default.as_deref()).unwrap_or_default();
        field.check(value).map_err(|message| config_error(&field.name, message))?;
        config.insert(field.name.clone(), value.trim_end_matches('/').to_owned());
    }
    Ok(config)
}

/// The page's size by the manifest.
fn size_of(paging: &Paging) -> usize {
    match paging {
        Paging::Offset { size, .. } | Paging::After { size, .. } | Paging::Cursor { size, .. } => *size,
        Paging::Whole => usize::MAX,
    }
}
