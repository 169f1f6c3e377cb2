//! Sources of business data as people see them: which there are, connecting one, changing it, taking it away.

mod access;
mod change;
mod create;
mod demo;
mod forget;
mod routes;
mod show;
mod state;
mod types;
mod values;

pub(crate) use access::AtConnector;
pub(crate) use demo::keep_demo;
pub(crate) use forget::ForgetConnector;
pub(crate) use routes::routes;
pub(crate) use show::show;
pub(crate) use state::{announce, failed_often, find, minutes_of, needs_reconnect, went_well};
pub(crate) use types::RoleWord;
pub(crate) use values::{Reader, layout_place, name_place, open, secrets_of, sentence, values};

use connectors::manifest::Manifest;
use db::entity::connectors as rows;
use kit::api::ApiError;

/// The manifest of a connector; one whose kind went away with an update can only be looked at and deleted.
pub(crate) fn manifest_of(row: &rows::Model) -> Result<&'static Manifest, ApiError> {
    connectors::manifest::find(&row.kind)
        .ok_or_else(|| ApiError::invalid("type", "This kind of connector is not known any more."))
}
