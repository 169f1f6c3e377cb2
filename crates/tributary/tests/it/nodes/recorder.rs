//! Somebody on the Redis server who hears all that nodes say to each other, and says it again: at once, later, out of
//! order, and with other numbers.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;

use super::RedisServer;

/// Something that was said: the channel, and the envelope.
type Said = (Vec<u8>, Vec<u8>);

/// Reads the answers of a server.
struct Answers {
    stream: OwnedReadHalf,
    buffer: Vec<u8>,
}

impl Answers {
    async fn line(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|w| w == b"\r\n") {
                let line = self.buffer.drain(..end + 2).collect::<Vec<_>>();
                return Some(line[..end].to_vec());
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> Option<()> {
        let length = self.stream.read_buf(&mut self.buffer).await.ok()?;
        (length > 0).then_some(())
    }

    /// The next message; what else the server says is passed over.
    async fn message(&mut self) -> Option<Said> {
        loop {
            let line = self.line().await?;
            let Some(count) = line.strip_prefix(b"*") else {
                continue;
            };
            let count: usize = std::str::from_utf8(count).ok()?.parse().ok()?;
            let mut parts = Vec::new();
            for _ in 0..count {
                let line = self.line().await?;
                if let Some(length) = line.strip_prefix(b"$") {
                    let length: usize = std::str::from_utf8(length).ok()?.parse().ok()?;
                    while self.buffer.len() < length + 2 {
                        self.more().await?;
                    }
                    parts.push(self.buffer.drain(..length + 2).take(length).collect::<Vec<_>>());
                } else {
                    parts.push(line);
                }
            }
            if let [kind, channel, envelope] = &parts[..]
                && kind == b"smessage"
            {
                return Some((channel.clone(), envelope.clone()));
            }
        }
    }
}

async fn say(stream: &mut TcpStream, (channel, envelope): &Said) {
    let mut command = b"*3\r\n$8\r\nSPUBLISH\r\n".to_vec();
    for part in [channel, envelope] {
        command.extend_from_slice(format!("${}\r\n", part.len()).as_bytes());
        command.extend_from_slice(part);
        command.extend_from_slice(b"\r\n");
    }
    stream.write_all(&command).await.unwrap();
    // What it answers is of no interest, but must not pile up.
    let mut answers = [0; 512];
    let _ = stream.try_read(&mut answers);
}

/// The same hint with another number, as if of a node that nobody knows.
fn forged((channel, envelope): &Said, by: i64) -> Option<Said> {
    let length = usize::from(u16::from_be_bytes([*envelope.get(16)?, *envelope.get(17)?]));
    let (head, body) = envelope.split_at_checked(18 + length)?;
    let mut hint: serde_json::Value = serde_json::from_slice(body).ok()?;
    hint["s"] = (hint["s"].as_i64()? + by).into();
    let mut envelope = vec![7; 16];
    envelope.extend_from_slice(&head[16..]);
    envelope.extend_from_slice(hint.to_string().as_bytes());
    Some((channel.clone(), envelope))
}

/// Repeats and forges until it is dropped; answers how much it has said so far.
pub async fn disturb(redis: &RedisServer, count: &std::sync::atomic::AtomicUsize) {
    let (stream, mut asking) = TcpStream::connect(redis.address()).await.unwrap().into_split();
    let mut saying = TcpStream::connect(redis.address()).await.unwrap();
    for partition in 0..256 {
        let command = format!("SSUBSCRIBE trb:{{{partition}}}\r\n");
        asking.write_all(command.as_bytes()).await.unwrap();
    }
    let mut answers = Answers {
        stream,
        buffer: Vec::new(),
    };
    let (mut all, mut own) = (Vec::<Said>::new(), Vec::<Said>::new());
    while let Some(heard) = answers.message().await {
        // One's own words come back too.
        if let Some(at) = own.iter().position(|said| *said == heard) {
            own.swap_remove(at);
            continue;
        }
        let late = all.get(all.len().saturating_sub(7)).cloned();
        let old = all.get(all.len() / 2).cloned();
        let said = [Some(heard.clone()), late, old]
            .into_iter()
            .chain([1000, 1_000_000, -1, -1_000_000].map(|by| forged(&heard, by)));
        for said in said.flatten() {
            say(&mut saying, &said).await;
            own.push(said);
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
        all.push(heard);
    }
}
