//! The process that reads a stranger's file. It is this program again, under limits that it sets on itself before it reads
//! the first byte (memory, processor time, no files to write, no core), with an empty environment, and it is ended at its
//! deadline with everything it started. It is handed the file as its standard input: a copy that no name leads to.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use documents::{Frame, Work};
use futures::TryStreamExt;
use kit::blobs::SealedObject;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What such a process may say altogether.
const SAID: u64 = 48 << 20;

/// What the processes that read files may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingLimits {
    /// The program; this one unless told.
    pub program: Option<PathBuf>,
    /// Where it finds the tools of others, as `PATH` has it.
    pub tools: String,
    /// Megabytes of memory.
    pub memory: u64,
    /// Seconds for one step.
    pub seconds: u64,
    /// How many run at once.
    pub at_once: usize,
}

impl Default for ReadingLimits {
    fn default() -> Self {
        Self {
            program: None,
            tools: "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin".to_owned(),
            memory: 1024,
            seconds: 60,
            at_once: 2,
        }
    }
}

/// What to do with a file.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    /// What.
    pub work: Work,
    /// The media type, as far as it is known.
    pub mime: String,
    /// The ending of its name.
    pub ending: String,
    /// Of which pages; of all when empty.
    pub pages: Vec<u32>,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// With everything said.
    Done,
    /// There is nothing to do with such files.
    Skipped(String),
    /// The file could not be read, or the reader died of it.
    Failed(String),
}

/// What a process said, and how it ended.
#[derive(Debug)]
pub(crate) struct Heard {
    /// In the order in which it was said.
    pub frames: Vec<Frame>,
    /// How it ended.
    pub ended: Ended,
}

/// The processes of a node: so many at once, and no more.
#[derive(Clone, Debug)]
pub(crate) struct Readers {
    limits: Arc<ReadingLimits>,
    places: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn new(limits: &ReadingLimits) -> Self {
        Self {
            limits: Arc::new(limits.clone()),
            places: Arc::new(Semaphore::new(limits.at_once.max(1))),
        }
    }

    /// A place for a process, if one is free now.
    pub(crate) fn place(&self) -> Option<OwnedSemaphorePermit> {
        self.places.clone().try_acquire_owned().ok()
    }

    /// A place, as soon as there is one.
    pub(crate) async fn wait_for_place(&self) -> Option<OwnedSemaphorePermit> {
        // The places are never closed.
        self.places.clone().acquire_owned().await.ok()
    }

    /// Reads a file in a process of its own. Only what this machine does wrong is an error.
    pub(crate) async fn read(
        &self,
        file: File,
        task: &Task,
        place: impl Into<Option<OwnedSemaphorePermit>> + Send,
    ) -> io::Result<Heard> {
        let place = place.into();
        let heard = self.run(file, task).await;
        drop(place);
        heard
    }

    async fn run(&self, file: File, task: &Task) -> io::Result<Heard> {
        let program = match &self.limits.program {
            Some(program) => program.clone(),
            None => std::env::current_exe()?,
        };
        let pages: Vec<String> = task.pages.iter().map(u32::to_string).collect();
        let mut command = Command::new(program);
        command
            .args([
                "extract",
                task.work.name(),
                "--type",
                &task.mime,
                "--ending",
                &task.ending,
            ])
            .args([
                "--memory",
                &self.limits.memory.to_string(),
                "--seconds",
                &self.limits.seconds.to_string(),
            ])
            .env_clear()
            .env("PATH", &self.limits.tools)
            // Its allocator takes memory as it needs it: a gigabyte reserved at once would count against the limit.
            .env("MIMALLOC_ARENA_RESERVE", "32768")
            .stdin(Stdio::from(file))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        if !pages.is_empty() {
            command.args(["--pages", &pages.join(",")]);
        }
        let mut child = command.spawn()?;
        let group = child.id().and_then(|id| Pid::from_raw(id as i32));
        let mut said = Vec::new();
        let out = child.stdout.take();
        let listening = async {
            if let Some(out) = out {
                out.take(SAID + 1).read_to_end(&mut said).await?;
            }
            Ok::<(), io::Error>(())
        };
        let deadline = Duration::from_secs(self.limits.seconds);
        let in_time = tokio::time::timeout(deadline, listening).await;
        // It, and the tools that it started: nothing of it is needed any more.
        if let Some(group) = group {
            let _ = kill_process_group(group, Signal::KILL);
        }
        child.wait().await?;
        let late = in_time.is_err();
        in_time.unwrap_or(Ok(()))?;
        let ended = match (late, said.len() as u64 > SAID) {
            (true, _) => Some("it took too long"),
            (_, true) => Some("there was too much of it"),
            _ => None,
        };
        Ok(understand(&said, ended))
    }
}

fn understand(said: &[u8], cut: Option<&str>) -> Heard {
    let mut frames = Frame::read_all(said);
    let ended = match (frames.last(), cut) {
        (Some(Frame::Done), _) => Ended::Done,
        (
            Some(Frame::Failed {
                reason,
                skipped: true,
            }),
            _,
        ) => Ended::Skipped(reason.clone()),
        (Some(Frame::Failed { reason, .. }), _) => Ended::Failed(reason.clone()),
        (_, Some(why)) => Ended::Failed(why.to_owned()),
        _ => Ended::Failed("reading it took more than a file may take".to_owned()),
    };
    frames.retain(|frame| !matches!(frame, Frame::Done | Frame::Failed { .. }));
    Heard { frames, ended }
}

/// A copy of an object that no name leads to, so that nothing of it is left whatever happens.
pub(crate) async fn nameless_copy(folder: PathBuf, object: &SealedObject) -> io::Result<File> {
    tokio::fs::create_dir_all(&folder).await?;
    let mut copy = tokio::fs::File::from_std(tempfile::tempfile_in(&folder)?);
    let mut bytes = object.read(0..object.size()).await.map_err(io::Error::other)?;
    while let Some(bytes) = bytes.try_next().await.map_err(io::Error::other)? {
        copy.write_all(&bytes).await?;
    }
    copy.flush().await?;
    Ok(copy.into_std().await)
}
