//! Letters about alerts leave by the mail server of the installation.

use std::sync::Arc;

use futures::future::BoxFuture;
use kit::mail::{Address, Letter, MailError, Mailer};
use ops::{NotSent, Post};

struct ByMail(Mailer);

/// Letters by this mail server.
pub fn by(mailer: Mailer) -> Arc<dyn Post> {
    Arc::new(ByMail(mailer))
}

impl Post for ByMail {
    fn send(&self, letter: ops::Letter) -> BoxFuture<'_, Result<(), NotSent>> {
        let to: Vec<Address> = letter
            .to
            .iter()
            .filter_map(|to| Address::parse(to).ok())
            .collect();
        let letter = Letter {
            message_id: format!("<{}@{}>", letter.id.simple(), self.0.domain()),
            date: letter.date,
            to,
            cc: Vec::new(),
            bcc: Vec::new(),
            subject: letter.subject,
            body: letter.text,
        };
        Box::pin(async move {
            match self.0.send(&letter).await {
                Ok(_) => Ok(()),
                Err(error) => Err(not_sent(&error)),
            }
        })
    }
}

fn not_sent(error: &MailError) -> NotSent {
    match error {
        MailError::Transient(why) => NotSent::Later(why.clone()),
        MailError::Final(why) => NotSent::Never(why.clone()),
    }
}
