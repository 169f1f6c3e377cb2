//! A person's settings.

use axum::extract::State;
use kit::api::{Data, Json};

use super::CommonErrors;
use crate::caller::Caller;
use crate::identity::Identity;
use crate::settings::{SettingsOut, SettingsPatch};
use crate::{Result, settings};

/// Read one's settings
#[utoipa::path(get, path = "/api/v1/settings", operation_id = "get_settings", tag = "identity",
    responses((status = 200, description = "All of them", body = Data<SettingsOut>), CommonErrors))]
pub(crate) async fn get_settings(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Data<SettingsOut>> {
    settings::all(identity.db(), caller.user).await.map(Data::new)
}

/// Change some of one's settings
///
/// For each the last writer wins, by the time given. Null deletes.
#[utoipa::path(patch, path = "/api/v1/settings", operation_id = "patch_settings", tag = "identity",
    request_body = SettingsPatch,
    responses((status = 200, description = "All of them, as they are now", body = Data<SettingsOut>), CommonErrors))]
pub(crate) async fn patch_settings(
    State(identity): State<Identity>,
    caller: Caller,
    Json(patch): Json<SettingsPatch>,
) -> Result<Data<SettingsOut>> {
    settings::change(&identity, &caller, patch).await.map(Data::new)
}
