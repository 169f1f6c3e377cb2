//! Outgoing e-mail: what one may say and to whom ([`MailContent`]), the outbox where it lies until its time has come
//! ([`put`]), and the job that hands it to the mail server.
//!
//! A mail is committed before anything is sent, with its `Message-ID`; it is marked `sending` before the first byte
//! leaves, and `sent` after the server took it. So a server that is killed before sends it once when it is back; one that
//! is killed in the very middle cannot know whether the mail left, sends it again with the same `Message-ID`, and says so.

mod content;
mod outbox;
mod routes;
mod send;

pub use content::{LONGEST_BODY, MOST_RECIPIENTS, MailContent};
pub(crate) use outbox::{Outgoing, put, take_back};
pub(crate) use routes::routes;
pub(crate) use send::SendMail;

use kit::vault::Place;
use uuid::Uuid;

/// Where a mail's text is sealed for.
fn body_place(mail: Uuid) -> Place<'static> {
    Place {
        column: "outgoing_mail.body",
        row: mail,
    }
}

/// Where the reason of a failure is sealed for: servers quote addresses.
fn error_place(mail: Uuid) -> Place<'static> {
    Place {
        column: "outgoing_mail.error",
        row: mail,
    }
}
