//! ClamAV, by the `INSTREAM` command of its daemon (clamd(8)): the bytes go over a socket in chunks, each with its length
//! in front; an empty one ends them; one line comes back.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use futures::TryStreamExt;
use kit::blobs::SealedObject;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::Later;

const CONNECT: Duration = Duration::from_secs(5);
/// How long it may take to accept one chunk.
const WRITE: Duration = Duration::from_secs(30);
/// How long it may think when it has everything.
const ANSWER: Duration = Duration::from_mins(5);
const LONGEST_ANSWER: u64 = 4096;

/// A scanner, and what happens to files that it does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClamAddress {
    /// Where it listens.
    pub place: ClamPlace,
    /// What happens to a file beyond its `StreamMaxLength`.
    pub too_large: TooLarge,
}

/// Where the scanner listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClamPlace {
    /// Over TCP: host and port.
    Tcp(String),
    /// At a socket of this machine.
    Unix(PathBuf),
}

/// What happens to a file that the scanner does not take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TooLarge {
    /// It is rejected.
    #[default]
    Reject,
    /// It is kept, with the warning `unscanned`.
    Accept,
}

/// A text that is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address of the scanner is tcp://host:port or unix:/path/of/the/socket")]
pub struct BadAddress;

impl FromStr for ClamPlace {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        if let Some(path) = text.strip_prefix("unix:").filter(|path| path.starts_with('/')) {
            return Ok(Self::Unix(PathBuf::from(path)));
        }
        let host = text.strip_prefix("tcp://").ok_or(BadAddress)?;
        let (name, port) = host.rsplit_once(':').ok_or(BadAddress)?;
        let is_whole = !name.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0);
        if is_whole || host.parse::<SocketAddr>().is_ok() {
            Ok(Self::Tcp(host.to_owned()))
        } else {
            Err(BadAddress)
        }
    }
}

/// What it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing it knows.
    Nothing,
    /// Something, by this name.
    Virus(String),
    /// Nothing was looked at: it is longer than the scanner takes.
    TooLarge,
}

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

async fn connect(place: &ClamPlace) -> Result<Box<dyn Socket>, Later> {
    let connecting = async {
        Ok::<Box<dyn Socket>, std::io::Error>(match place {
            ClamPlace::Tcp(host) => Box::new(TcpStream::connect(host).await?),
            ClamPlace::Unix(path) => Box::new(UnixStream::connect(path).await?),
        })
    };
    match timeout(CONNECT, connecting).await {
        Ok(connected) => connected.map_err(|error| Later(format!("the scanner is away: {error}"))),
        Err(_) => Err(Later("the scanner does not answer".to_owned())),
    }
}

/// Sends an object through the scanner.
pub(super) async fn scan(clamav: &ClamAddress, object: &SealedObject) -> Result<Found, Later> {
    let mut socket = connect(&clamav.place).await?;
    let sent = send(&mut socket, object).await;
    if let Err(Sending::Store(error)) = sent {
        return Err(Later::because(error));
    }
    // It closes the connection in the middle when it has had enough; then its reason may still be there to read.
    let mut line = Vec::new();
    let mut answer = socket.take(LONGEST_ANSWER);
    let read = timeout(ANSWER, answer.read_to_end(&mut line)).await;
    match (understand(&line), sent, read) {
        (Some(found), ..) => Ok(found),
        (None, Err(Sending::Socket(error)), _) => Err(Later(format!("the scanner hung up: {error}"))),
        (None, _, Err(_)) => Err(Later("the scanner takes too long".to_owned())),
        (None, ..) => {
            let line = String::from_utf8_lossy(&line);
            Err(Later(format!(
                "the scanner said {:?}",
                line.trim_end_matches('\0')
            )))
        }
    }
}

enum Sending {
    Store(kit::blobs::BlobError),
    Socket(std::io::Error),
}

impl From<std::io::Error> for Sending {
    fn from(error: std::io::Error) -> Self {
        Self::Socket(error)
    }
}

async fn send(socket: &mut Box<dyn Socket>, object: &SealedObject) -> Result<(), Sending> {
    write(socket, b"zINSTREAM\0").await?;
    let mut bytes = object.read(0..object.size()).await.map_err(Sending::Store)?;
    while let Some(chunk) = bytes.try_next().await.map_err(Sending::Store)? {
        if chunk.is_empty() {
            continue;
        }
        write(socket, &(chunk.len() as u32).to_be_bytes()).await?;
        write(socket, &chunk).await?;
    }
    write(socket, &[0; 4]).await?;
    socket.flush().await?;
    Ok(())
}

async fn write(socket: &mut Box<dyn Socket>, bytes: &[u8]) -> std::io::Result<()> {
    match timeout(WRITE, socket.write_all(bytes)).await {
        Ok(written) => written,
        Err(_) => Err(std::io::ErrorKind::TimedOut.into()),
    }
}

/// Its one line, ended by a zero byte. Whatever is not exactly one of its answers is none: no verdict is guessed.
fn understand(line: &[u8]) -> Option<Found> {
    let text = std::str::from_utf8(line.strip_suffix(b"\0")?).ok()?;
    if text == "INSTREAM size limit exceeded. ERROR" {
        return Some(Found::TooLarge);
    }
    let said = text.strip_prefix("stream: ")?;
    if said == "OK" {
        return Some(Found::Nothing);
    }
    let virus = said.strip_suffix(" FOUND")?;
    let is_a_name = !virus.is_empty() && virus.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    is_a_name.then(|| Found::Virus(virus.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_answers_are_verdicts() {
        for (line, found) in [
            (&b"stream: OK\0"[..], Some(Found::Nothing)),
            (
                b"stream: Eicar-Test-Signature FOUND\0",
                Some(Found::Virus("Eicar-Test-Signature".to_owned())),
            ),
            (b"INSTREAM size limit exceeded. ERROR\0", Some(Found::TooLarge)),
            (b"", None),
            (b"stream: OK", None),
            (b"stream: OK\0stream: OK\0", None),
            (b"stream:  FOUND\0", None),
            (b"Command read timed out. ERROR\0", None),
            (b"stream: Access denied. ERROR\0", None),
            (b"OK\0", None),
        ] {
            assert_eq!(understand(line), found, "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn addresses_are_read() {
        assert_eq!("tcp://av:3310".parse(), Ok(ClamPlace::Tcp("av:3310".to_owned())));
        let path = PathBuf::from("/run/clamd.ctl");
        assert_eq!("unix:/run/clamd.ctl".parse(), Ok(ClamPlace::Unix(path)));
        for bad in [
            "",
            "av:3310",
            "tcp://av",
            "tcp://:3310",
            "tcp://av:0",
            "unix:clamd",
            "http://av:1",
        ] {
            assert_eq!(bad.parse::<ClamPlace>(), Err(BadAddress), "{bad}");
        }
    }
}
