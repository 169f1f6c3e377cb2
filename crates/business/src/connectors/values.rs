//! What a person filled in: kept sealed, shown masked, and made into something that can be read.

use std::collections::BTreeMap;

use connectors::csv::Layout;
use connectors::manifest::{FieldKind, Manifest};
use connectors::source::{Source, SourceError};
use db::entity::connectors as rows;
use db::{ConnectorId, DbError, Sealed};
use kit::api::ApiError;
use kit::secret::Secret;
use kit::vault::{OwnerKeys, Place};

use crate::Business;

/// Values by the names of their fields.
pub(crate) type Values = BTreeMap<String, String>;

pub(super) const fn config_place(id: ConnectorId) -> Place<'static> {
    Place {
        column: "connectors.config",
        row: id.0,
    }
}

pub(crate) const fn name_place(id: ConnectorId) -> Place<'static> {
    Place {
        column: "connectors.name",
        row: id.0,
    }
}

pub(super) const fn checked_place(id: ConnectorId) -> Place<'static> {
    Place {
        column: "connectors.checked",
        row: id.0,
    }
}

pub(crate) const fn layout_place(id: ConnectorId) -> Place<'static> {
    Place {
        column: "connectors.layout",
        row: id.0,
    }
}

pub(crate) const fn secrets_place(id: ConnectorId) -> Place<'static> {
    Place {
        column: "connectors.secrets",
        row: id.0,
    }
}

pub(super) fn is_secret(manifest: &Manifest, name: &str) -> bool {
    manifest
        .field(name)
        .is_some_and(|field| field.kind == FieldKind::Secret)
}

/// What may be shown: of a secret its last four characters, if there are enough to hide the rest.
pub(super) fn masked(manifest: &Manifest, values: &Values) -> Values {
    let show = |(name, value): (&String, &String)| {
        let shown = if is_secret(manifest, name) {
            mask(value)
        } else {
            value.clone()
        };
        (name.clone(), shown)
    };
    values.iter().map(show).collect()
}

pub(super) fn mask(secret: &str) -> String {
    let chars: Vec<char> = secret.chars().collect();
    match chars.len() {
        0 => String::new(),
        1..=11 => "••••".to_owned(),
        count => format!("••••{}", chars[count - 4..].iter().collect::<String>()),
    }
}

/// New values over the ones before: a secret that is absent, empty or as it was shown stays.
pub(super) fn merged(manifest: &Manifest, before: &Values, given: &Values) -> Values {
    let mut all = before.clone();
    for (name, value) in given {
        let stays = is_secret(manifest, name)
            && (value.is_empty() || before.get(name).is_some_and(|kept| mask(kept) == *value));
        if stays {
            continue;
        }
        all.insert(name.clone(), value.trim().to_owned());
    }
    all
}

/// Where a source is that is not where its manifest says. It counts only where private hosts are allowed.
const ELSEWHERE: &str = "base_url";

/// Refuses names that the manifest does not have.
pub(super) fn check_names(business: &Business, manifest: &Manifest, values: &Values) -> Result<(), ApiError> {
    let is_known = |name: &str| {
        manifest.field(name).is_some() || (name == ELSEWHERE && business.config().allow_private_hosts)
    };
    match values.keys().find(|name| !is_known(name)) {
        Some(name) => Err(ApiError::invalid(
            format!("values.{name}"),
            "This connector has no such field.",
        )),
        None => Ok(()),
    }
}

pub(super) fn values_of(keys: &OwnerKeys, row: &rows::Model) -> Result<Values, DbError> {
    Ok(row.config.open(keys, config_place(row.id))?)
}

/// What its webhooks may be signed with besides the secret among its values.
pub(crate) fn secrets_of(keys: &OwnerKeys, row: &rows::Model) -> Result<Vec<Secret>, DbError> {
    let all: Vec<String> = match &row.secrets {
        Some(sealed) => sealed.open(keys, secrets_place(row.id))?,
        None => Vec::new(),
    };
    // The source itself knows the one among its values.
    Ok(all
        .into_iter()
        .filter(|secret| !secret.is_empty())
        .map(Secret::new)
        .collect())
}

/// A connector that can be read: over the network, or from files.
pub(crate) enum Reader {
    /// A source.
    Source(Box<Source>),
    /// Files, if somebody has said what their columns mean.
    Files(Option<Box<Layout>>),
}

/// Makes a source of values. What is wrong with them is told at their field.
pub(super) fn source(business: &Business, manifest: &Manifest, values: &Values) -> Result<Source, ApiError> {
    check_names(business, manifest, values)?;
    let http = business.ingest().http()?;
    Source::new(manifest, values, http, business.reach()).map_err(|error| refused(manifest, error))
}

/// Opens a connector.
pub(crate) async fn open(business: &Business, row: &rows::Model) -> Result<Reader, ApiError> {
    let manifest = super::manifest_of(row)?;
    let keys = business.db().keys(row.workspace_id.0).await?;
    if manifest.upload {
        let layout = match &row.layout {
            Some(sealed) => Some(sealed.open(&keys, layout_place(row.id)).map_err(DbError::from)?),
            None => None,
        };
        return Ok(Reader::Files(layout));
    }
    let values = values_of(&keys, row)?;
    Ok(Reader::Source(Box::new(source(business, manifest, &values)?)))
}

/// Why a source could not be connected, at the field that it is about.
pub(super) fn refused(manifest: &Manifest, error: SourceError) -> ApiError {
    let secret = manifest
        .config
        .iter()
        .find(|field| field.kind == FieldKind::Secret);
    let at_secret = secret.map_or("values".to_owned(), |field| format!("values.{}", field.name));
    match error {
        SourceError::Config { field, message } => ApiError::invalid(format!("values.{field}"), message),
        error @ SourceError::Unauthorized(_) => ApiError::invalid(at_secret, sentence(&error)),
        error @ SourceError::Forbidden(_) => ApiError::invalid(at_secret, sentence(&error)),
        error => ApiError::invalid("values", sentence(&error)),
    }
}

/// An error as a sentence for people.
pub(crate) fn sentence(error: &SourceError) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}

pub(super) fn seal_values(keys: &OwnerKeys, id: ConnectorId, values: &Values) -> Result<Sealed, DbError> {
    Ok(Sealed::seal(keys, config_place(id), values)?)
}

/// The values of a connector.
pub(crate) async fn values(business: &Business, row: &rows::Model) -> Result<Values, DbError> {
    let keys = business.db().keys(row.workspace_id.0).await?;
    values_of(&keys, row)
}

impl Reader {
    /// What a record means, in our words; the error is one sentence.
    pub fn map(
        &self,
        record: &connectors::source::Record,
    ) -> Result<Vec<connectors::canonical::Canonical>, String> {
        if record.deleted {
            return Ok(Vec::new());
        }
        match self {
            Self::Source(source) => source.map(record),
            Self::Files(Some(layout)) => connectors::csv::map(layout, record),
            Self::Files(None) => Err("Nobody has said what the columns of the file mean.".to_owned()),
        }
    }
}
