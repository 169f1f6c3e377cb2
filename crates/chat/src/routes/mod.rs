//! The calls of this room. Each one: who and where by the extractor, one function, one answer.

mod answer;
mod assistants;
mod messages;
mod rooms;
mod threads;
mod trust;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Chat;

/// All calls of this room.
pub fn routes(chat: Chat) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(threads::list_threads, threads::create_thread))
        .routes(routes!(
            threads::get_thread,
            threads::change_thread,
            threads::delete_thread
        ))
        .routes(routes!(threads::put_draft))
        .routes(routes!(threads::switch_branch))
        .routes(routes!(threads::fork_thread))
        .routes(routes!(threads::export_thread))
        .routes(routes!(messages::list_messages, messages::post_message))
        .routes(routes!(messages::get_message))
        .routes(routes!(messages::stream_message))
        .routes(routes!(messages::stop_message))
        .routes(routes!(messages::regenerate_message))
        .routes(routes!(messages::edit_message))
        .routes(routes!(messages::continue_message))
        .routes(routes!(rooms::list_members, rooms::add_member))
        .routes(routes!(rooms::change_member, rooms::remove_member))
        .routes(routes!(rooms::put_reaction, rooms::delete_reaction))
        .routes(routes!(rooms::mark_read))
        .routes(routes!(trust::list_withheld_threads))
        .routes(routes!(trust::open_thread))
        .routes(routes!(trust::export_me))
        .routes(routes!(rooms::change_state))
        .routes(routes!(rooms::list_notifications))
        .routes(routes!(rooms::read_notifications))
        .routes(routes!(crate::search::routes::search))
        .routes(routes!(crate::search::routes::reindex))
        .routes(routes!(assistants::list_assistants, assistants::create_assistant))
        .routes(routes!(
            assistants::change_assistant,
            assistants::delete_assistant
        ))
        .with_state(chat)
}
