//! Messages and titles in the index: where it reads them, when they are queued and forgotten, and the calls that search.

mod keep;
pub(crate) mod routes;
mod sources;

use std::sync::Arc;

use files::index::IndexKind;

pub(crate) use keep::{forget_thread, queue_message, queue_messages, queue_title};

use crate::Chat;

/// Hands messages and titles to the index.
pub(crate) fn offer(chat: &Chat) {
    let index = chat.files().index();
    index.set_source(IndexKind::Message, Arc::new(sources::Messages(chat.db().clone())));
    index.set_source(IndexKind::Thread, Arc::new(sources::Titles(chat.db().clone())));
}
