//! The data folder and the master key's file: who may read them, and how much room there is.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{Check, fail, good, warn};

/// Less room than this is little, and than that next to none.
const LITTLE: u64 = 2_000_000_000;
const NONE: u64 = 200_000_000;

pub(super) fn look(data: &Path, key_file: Option<&Path>) -> Vec<Check> {
    let mut checks = Vec::new();
    let Ok(folder) = std::fs::metadata(data) else {
        checks.push(warn(
            "data",
            format!("{} is not there.", data.display()),
            "It is made by the first tributary serve.",
        ));
        return checks;
    };
    let mode = folder.permissions().mode() & 0o777;
    checks.push(if mode & 0o022 == 0 {
        good("data", data.display().to_string())
    } else {
        warn(
            "data",
            format!("Others may write in {} (mode {mode:o}).", data.display()),
            "chmod 700 the folder.",
        )
    });
    checks.push(room(data));
    if let Some(file) = key_file {
        checks.push(key(file));
    }
    checks
}

fn room(data: &Path) -> Check {
    match rustix::fs::statvfs(data) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let words = format!("{} MB are free.", free / 1_000_000);
            match free {
                0..NONE => fail("disk", words, "Make room: writing stops when the disk is full."),
                NONE..LITTLE => warn("disk", words, "Make room soon."),
                _ => good("disk", words),
            }
        }
        Err(error) => warn(
            "disk",
            format!("It was not seen how much is free: {error}"),
            "See the disk.",
        ),
    }
}

fn key(file: &Path) -> Check {
    match std::fs::metadata(file) {
        Err(_) => warn(
            "master key",
            format!("{} is not there.", file.display()),
            "A new store makes it; for one that exists, put it back.",
        ),
        Ok(meta) if meta.permissions().mode() & 0o077 != 0 => fail(
            "master key",
            format!(
                "Others may read {} (mode {:o}).",
                file.display(),
                meta.permissions().mode() & 0o777
            ),
            "chmod 600 the file, and think about rotating the key: tributary keys rotate.",
        ),
        Ok(_) => good("master key", "Only its owner may read it. Keep a copy elsewhere."),
    }
}
