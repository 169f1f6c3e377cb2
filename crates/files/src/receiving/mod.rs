//! Files that come in through the API: a form, streamed into the store of objects while it is bounded, hashed and
//! sealed; then its row; then a first look whether it is safe.

mod flow;
mod form;
mod keep;

pub(crate) use flow::{Fault, guarded};
pub(crate) use form::{drop_object, note_head, receive, rejected};
pub(crate) use keep::{Arrival, Kept, hex, keep};
