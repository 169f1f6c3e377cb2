//! Programs of others that read what nothing here reads: ffmpeg, tesseract, poppler. They are started by name from the
//! path of the process, without a shell, and inherit its limits. Where one is missing, that is said and nothing else
//! happens.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::process::{Command, Stdio};

use crate::Unreadable;

/// What a tool may answer.
const ANSWER: u64 = 64 << 20;

/// The tools, and the file that they are given.
#[derive(Debug, Default)]
pub struct Tools {
    file: Option<File>,
}

impl Tools {
    /// Tools for a file. It is handed to them as their standard input, so it needs no name.
    pub fn over(file: File) -> Self {
        Self { file: Some(file) }
    }

    /// No tools at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Runs a tool over the file, which it finds at `/dev/stdin`; answers what it wrote.
    pub(crate) fn over_file(&self, program: &'static str, arguments: &[&str]) -> Result<Vec<u8>, Unreadable> {
        let file = self.file.as_ref().ok_or(Unreadable::NoTool(program))?;
        run(program, arguments, Stdio::from(file.try_clone()?), &[])
    }

    /// Runs a tool over bytes.
    pub(crate) fn over_bytes(
        &self,
        program: &'static str,
        arguments: &[&str],
        bytes: &[u8],
    ) -> Result<Vec<u8>, Unreadable> {
        if self.file.is_none() {
            return Err(Unreadable::NoTool(program));
        }
        run(program, arguments, Stdio::piped(), bytes)
    }
}

fn run(program: &'static str, arguments: &[&str], input: Stdio, bytes: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let mut child = Command::new(program)
        .args(arguments)
        // One process with limits should not become many threads.
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::PermissionDenied => Unreadable::NoTool(program),
            _ => Unreadable::Input(error),
        })?;
    // A tool that reads nothing is no failure of ours; what it answers decides.
    let fed = child
        .stdin
        .take()
        .map_or(Ok(()), |mut pipe| pipe.write_all(bytes));
    let answer = read_bounded(child.stdout.take());
    if answer.is_err() {
        let _ = child.kill();
    }
    let status = child.wait()?;
    let answer = answer?;
    if status.success() && fed.is_ok() {
        Ok(answer)
    } else {
        Err(Unreadable::Damaged)
    }
}

fn read_bounded(pipe: Option<impl Read>) -> io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(ANSWER + 1).read_to_end(&mut answer)?;
    }
    if answer.len() as u64 > ANSWER {
        return Err(io::Error::other("a tool answered too much"));
    }
    Ok(answer)
}
