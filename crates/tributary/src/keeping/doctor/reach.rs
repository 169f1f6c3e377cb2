//! What is reached over the network: Redis, the mail server, the virus scanner.

use std::path::PathBuf;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::{Check, fail, good};
use crate::Config;

/// How long each may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Names and ports, without secrets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reached {
    redis: Option<String>,
    mail: Option<String>,
    clamav: Option<Scanner>,
}

#[derive(Clone, Debug)]
enum Scanner {
    Tcp(String),
    Unix(PathBuf),
}

impl Reached {
    pub(crate) fn of(config: &Config) -> Self {
        let url = |hidden: &Option<crate::config::Hidden>| {
            hidden.as_ref().and_then(|url| host_and_port(url.0.expose()))
        };
        let mail = &config.mail;
        let usual = match mail.security {
            crate::config::MailSecurity::Tls => 465,
            crate::config::MailSecurity::StartTls => 587,
            crate::config::MailSecurity::None => 25,
        };
        let parts = mail
            .host
            .as_ref()
            .map(|host| format!("{host}:{}", mail.port.unwrap_or(usual)));
        Self {
            redis: url(&config.redis.url),
            mail: url(&mail.url).or(parts),
            clamav: config.clamav.address.as_ref().map(|address| {
                address.strip_prefix("unix:").map_or_else(
                    || Scanner::Tcp(address.trim_start_matches("tcp://").to_owned()),
                    |path| Scanner::Unix(path.into()),
                )
            }),
        }
    }

    pub(crate) fn has_mail(&self) -> bool {
        self.mail.is_some()
    }

    pub(crate) fn has_scanner(&self) -> bool {
        self.clamav.is_some()
    }

    /// Knocks at each.
    pub(super) async fn look(&self) -> Vec<Check> {
        let mut checks = Vec::new();
        if let Some(host) = &self.redis {
            checks.push(
                connected(
                    "redis",
                    host,
                    "See redis.url; without Redis everything works a little later.",
                )
                .await,
            );
        }
        if let Some(host) = &self.mail {
            checks.push(connected("mail", host, "See [mail]; letters wait until the server answers.").await);
        }
        if let Some(scanner) = &self.clamav {
            checks.push(match timeout(PATIENCE, ping(scanner)).await {
                Ok(Ok(answer)) if answer.starts_with(b"PONG") => good("clamav", "It answers."),
                Ok(Ok(_)) => fail("clamav", "What answers is no clamd.", "See clamav.address."),
                Ok(Err(error)) => fail(
                    "clamav",
                    error.to_string(),
                    "See clamav.address; files wait until it answers.",
                ),
                Err(_) => fail(
                    "clamav",
                    "It does not answer.",
                    "See clamav.address; files wait until it answers.",
                ),
            });
        }
        checks
    }
}

async fn connected(check: &str, host: &str, advice: &str) -> Check {
    match timeout(PATIENCE, TcpStream::connect(host)).await {
        Ok(Ok(_)) => good(check, format!("{host} answers.")),
        Ok(Err(error)) => fail(check, format!("{host}: {error}"), advice),
        Err(_) => fail(check, format!("{host} does not answer."), advice),
    }
}

async fn ping(scanner: &Scanner) -> std::io::Result<Vec<u8>> {
    let mut answer = vec![0; 64];
    let read = match scanner {
        Scanner::Tcp(host) => {
            let mut socket = TcpStream::connect(host).await?;
            socket.write_all(b"zPING\0").await?;
            socket.read(&mut answer).await?
        }
        Scanner::Unix(path) => {
            let mut socket = UnixStream::connect(path).await?;
            socket.write_all(b"zPING\0").await?;
            socket.read(&mut answer).await?
        }
    };
    answer.truncate(read);
    Ok(answer)
}

/// Host and port of an address.
fn host_and_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let host = rest.split(['/', '?']).next()?;
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port {
        return Some(host.to_owned());
    }
    let usual = match scheme {
        "redis" | "rediss" => 6379,
        "smtps" => 465,
        _ if url.contains("tls=required") => 587,
        _ => 25,
    };
    Some(format!("{host}:{usual}"))
}

#[cfg(test)]
mod tests {
    use super::host_and_port;

    #[test]
    fn addresses() {
        for (url, host) in [
            ("redis://:p@h", "h:6379"),
            ("rediss://u:p@h:1/2", "h:1"),
            ("smtps://u:p%40@mail.example.org", "mail.example.org:465"),
            ("smtp://mail.example.org?tls=required", "mail.example.org:587"),
            ("redis://[::1]:7", "[::1]:7"),
        ] {
            assert_eq!(host_and_port(url).as_deref(), Some(host));
        }
    }
}
