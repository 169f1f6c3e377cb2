//! The way out: the administrator's SMTP server.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{AsyncSmtpTransport, AsyncSmtpTransportBuilder, Error};
use lettre::{AsyncTransport, Tokio1Executor};

use super::Letter;
use crate::secret::Secret;

/// How long a server may take for each of its answers, and for a whole letter.
const ANSWER: Duration = Duration::from_secs(20);
const WHOLE: Duration = Duration::from_secs(80);

/// How the way to the server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// From the first byte (usually port 465).
    Tls,
    /// After `STARTTLS`, which the server must offer (usually port 587).
    #[default]
    StartTls,
    /// Not at all: only for a server on the same machine or in a closed network.
    None,
}

/// Where the server is.
#[derive(Clone, Debug)]
pub enum MailServer {
    /// `smtps://user:password@host:port`, or `smtp://…?tls=required` for `STARTTLS`.
    Url(Secret),
    /// The same in parts.
    Parts {
        /// Its name or address.
        host: String,
        /// Its port; the usual one of `security` when absent.
        port: Option<u16>,
        /// Who we are there, and the password.
        sign_in: Option<(String, Secret)>,
        /// How the way is encrypted.
        security: Security,
    },
}

/// Everything about outgoing mail.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// The server.
    pub server: MailServer,
    /// Who writes: `tributary@example.org` or `Tributary <tributary@example.org>`.
    pub from: String,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadMailConfig {
    /// Not an address.
    #[error("the sender is not an e-mail address")]
    From,
    /// Not a server.
    #[error("the server cannot be used: {0}")]
    Server(String),
}

/// Why a letter did not go out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The server is away, busy, or does not let us in: later. A letter whose last answer got lost on the way is here too,
    /// and may arrive twice, with one `Message-ID`.
    #[error("{0}")]
    Transient(String),
    /// The server does not want this letter, and will not want it later.
    #[error("{0}")]
    Final(String),
}

/// Sends letters.
#[derive(Clone)]
pub struct Mailer {
    builder: AsyncSmtpTransportBuilder,
    from: Mailbox,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mailer")
    }
}

fn tls(host: &str) -> Result<TlsParameters, BadMailConfig> {
    TlsParameters::new(host.to_owned()).map_err(unusable)
}

#[allow(clippy::needless_pass_by_value)] // as a map_err
fn unusable(error: Error) -> BadMailConfig {
    BadMailConfig::Server(error.to_string())
}

impl Mailer {
    /// A mailer for this server; nothing is sent and no connection is made.
    pub fn new(config: &MailConfig) -> Result<Self, BadMailConfig> {
        type Smtp = AsyncSmtpTransport<Tokio1Executor>;
        let from: Mailbox = config.from.trim().parse().map_err(|_| BadMailConfig::From)?;
        let builder = match &config.server {
            MailServer::Url(url) => Smtp::from_url(url.expose()).map_err(unusable)?,
            MailServer::Parts {
                host,
                port,
                sign_in,
                security,
            } => {
                let (usual, tls) = match security {
                    Security::Tls => (465, Tls::Wrapper(tls(host)?)),
                    Security::StartTls => (587, Tls::Required(tls(host)?)),
                    Security::None => (25, Tls::None),
                };
                let builder = Smtp::builder_dangerous(host.clone())
                    .port(port.unwrap_or(usual))
                    .tls(tls);
                match sign_in {
                    Some((user, password)) => {
                        builder.credentials(Credentials::new(user.clone(), password.expose().to_owned()))
                    }
                    None => builder,
                }
            }
        };
        Ok(Self {
            builder: builder.timeout(Some(ANSWER)),
            from,
        })
    }

    /// The host part of what a `Message-ID` ends with.
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// Sends one letter to all of its readers, or to none. Answers what the server said.
    pub async fn send(&self, letter: &Letter) -> Result<String, MailError> {
        let message = letter.message(&self.from)?;
        let transport: AsyncSmtpTransport<Tokio1Executor> = self.builder.clone().build();
        let sent = tokio::time::timeout(WHOLE, transport.send(message)).await;
        transport.shutdown().await;
        match sent {
            Ok(Ok(response)) => Ok(response.message().collect::<Vec<_>>().join(" ")),
            Ok(Err(error)) => Err(told(&error)),
            Err(_) => Err(MailError::Transient("The mail server took too long.".to_owned())),
        }
    }
}

/// Codes by which a server says that it is we who are at fault, and not the letter: signing in, or encrypting.
const OUR_SETTINGS: [u16; 5] = [530, 534, 535, 538, 454];

fn told(error: &Error) -> MailError {
    let sentence = super::one_line(&error.to_string());
    let is_settings = error
        .status()
        .is_some_and(|code| OUR_SETTINGS.contains(&u16::from(code)));
    if is_settings {
        MailError::Transient(format!("The mail server does not let us in: {sentence}."))
    } else if error.is_permanent() {
        MailError::Final(format!("The mail server refused the letter: {sentence}."))
    } else if error.is_client() {
        MailError::Final(format!("The mail server cannot take this letter: {sentence}."))
    } else {
        MailError::Transient(format!(
            "The mail server cannot be reached or asks to wait: {sentence}."
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::mail::Address;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    fn config(port: u16) -> MailConfig {
        MailConfig {
            server: MailServer::Parts {
                host: "127.0.0.1".to_owned(),
                port: Some(port),
                sign_in: None,
                security: Security::None,
            },
            from: "Tributary <trib@example.org>".to_owned(),
        }
    }

    fn letter() -> Letter {
        Letter {
            message_id: "<a@b>".to_owned(),
            date: Timestamp(0),
            to: vec![Address::parse("ada@example.org").unwrap()],
            cc: Vec::new(),
            bcc: Vec::new(),
            subject: "Hello".to_owned(),
            body: "Text".to_owned(),
        }
    }

    /// A server that answers each command with the next of these.
    async fn server(answers: &'static [&'static str]) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        #[allow(clippy::disallowed_methods)]
        tokio::spawn(async move {
            let (socket, _) = listener.accept().await.unwrap();
            let mut socket = BufReader::new(socket);
            socket.write_all(b"220 here\r\n").await.unwrap();
            for answer in answers {
                let mut line = String::new();
                socket.read_line(&mut line).await.unwrap();
                socket
                    .write_all(format!("{answer}\r\n").as_bytes())
                    .await
                    .unwrap();
            }
        });
        port
    }

    #[tokio::test]
    async fn what_passes_is_told_from_what_does_not() {
        let refused = server(&["250 here", "250 ok", "550 no such mailbox"]).await;
        let busy = server(&["250 here", "250 ok", "451 come back"]).await;
        let closed = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        for (port, is_final) in [(refused, true), (busy, false), (closed, false)] {
            let error = Mailer::new(&config(port))
                .unwrap()
                .send(&letter())
                .await
                .unwrap_err();
            assert_eq!(matches!(error, MailError::Final(_)), is_final, "{error}");
        }
    }

    #[test]
    fn a_configuration_is_checked_before_anything_is_sent() {
        let mut bad = config(25);
        bad.from = "nobody".to_owned();
        assert!(matches!(Mailer::new(&bad), Err(BadMailConfig::From)));
        let url = |text: &str| MailConfig {
            server: MailServer::Url(Secret::new(text.to_owned())),
            from: "a@b.org".to_owned(),
        };
        assert!(Mailer::new(&url("smtps://u:p@mail.example.org")).is_ok());
        assert!(Mailer::new(&url("smtp://127.0.0.1:1025")).is_ok());
        assert!(Mailer::new(&url("http://mail.example.org")).is_err());
        let shown = format!(
            "{:?} {:?}",
            Mailer::new(&url("smtps://u:hunter2@h")).unwrap(),
            url("smtps://u:hunter2@h")
        );
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
