//! Outgoing mail: an [`Address`] that is one, a [`Letter`] that cannot carry a header of a stranger's, and the
//! [`Mailer`] that hands it to the administrator's SMTP server and tells what may be tried again from what may not.

mod address;
mod letter;
mod mailer;

pub use address::{Address, BadAddress};
pub use letter::{Letter, one_line};
pub use mailer::{BadMailConfig, MailConfig, MailError, MailServer, Mailer, Security};
