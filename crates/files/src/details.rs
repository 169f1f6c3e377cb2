//! What is known of a file beside its text, and how far its processing has come.

use db::entity::files;
use db::{FileId, Sealed};
use kit::vault::{OwnerKeys, Place, VaultError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Sealed with the file's row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// How many pages it has.
    pub pages: Option<u32>,
    /// What its readers should know: `macros`, `encrypted`, `mismatch`.
    pub warnings: Vec<String>,
    /// What else was read from it: `taken_at`, `author`, `duration_ms` and the like.
    pub metadata: Map<String, Value>,
}

impl Details {
    /// Seals it for a file's row.
    pub fn seal(&self, keys: &OwnerKeys, file: FileId) -> Result<Sealed, VaultError> {
        Sealed::seal(keys, place(file), self)
    }

    /// Opens a file's; what cannot be opened is empty, and alone in that.
    pub fn open(keys: &OwnerKeys, file: &files::Model) -> Self {
        file.details
            .open(keys, place(file.id))
            .inspect_err(|error| tracing::error!(error = %error, file.id = %file.id, "unreadable details"))
            .unwrap_or_default()
    }
}

const fn place(file: FileId) -> Place<'static> {
    Place {
        column: "files.details",
        row: file.0,
    }
}

/// Where a file's name is sealed.
/// Where a file's name is sealed for.
pub const fn name_place(file: FileId) -> Place<'static> {
    Place {
        column: "files.name",
        row: file.0,
    }
}

/// Where the reason of a rejection is sealed.
pub(crate) const fn reason_place(file: FileId) -> Place<'static> {
    Place {
        column: "files.reason",
        row: file.0,
    }
}

/// A file's name; one that cannot be opened has a plain one.
pub fn name_of(keys: &OwnerKeys, file: &files::Model) -> String {
    file.name
        .open(keys, name_place(file.id))
        .inspect_err(|error| tracing::error!(error = %error, file.id = %file.id, "unreadable name"))
        .unwrap_or_else(|_| "file".to_owned())
}

/// Why a file was rejected.
pub fn reason_of(keys: &OwnerKeys, file: &files::Model) -> Option<String> {
    file.reason.as_ref()?.open(keys, reason_place(file.id)).ok()
}

/// One step of a file's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Step {
    /// `scan`, `preview`, `text`, `ocr` or `index`.
    pub name: String,
    /// Where it stands.
    pub state: StepState,
    /// What there is to say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    /// Its turn has not come.
    Waiting,
    /// It is being done.
    Running,
    /// It is done.
    Done,
    /// It went wrong; the file is usable without it.
    Failed,
    /// There is nothing to do.
    Skipped,
}

/// The steps of a file.
pub fn steps_of(file: &files::Model) -> Vec<Step> {
    parse_steps(&file.steps)
}

/// The steps as a row keeps them.
pub(crate) fn parse_steps(steps: &str) -> Vec<Step> {
    serde_json::from_str(steps).unwrap_or_default()
}

/// The steps with one of them changed or added, as the row keeps them.
pub fn with_step(mut steps: Vec<Step>, name: &str, state: StepState, note: Option<&str>) -> String {
    let step = Step {
        name: name.to_owned(),
        state,
        note: note.map(str::to_owned),
    };
    match steps.iter_mut().find(|step| step.name == name) {
        Some(found) => *found = step,
        None => steps.push(step),
    }
    serde_json::to_string(&steps).unwrap_or_default()
}
