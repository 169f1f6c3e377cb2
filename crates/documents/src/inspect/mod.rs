//! Whether a file is safe to keep. What is rejected: programs (whatever they are called), the EICAR test string, archives
//! made to burst, and files that are two things at once. What is only flagged: macros, scripts in a PDF or a drawing,
//! encryption that hides the content, programs inside an archive, a name that promises something else.
//!
//! Nothing is unpacked here beyond a fixed amount, and nothing of it touches the disk.

mod appended;
mod archives;
mod names;

use std::io;

use serde::{Deserialize, Serialize};

use crate::input::Input;
use crate::sniff::{HEAD, directory_name, in_ole, sniff};
use crate::{Group, Kind};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// What the file is; more certain than [`sniff`] alone, as the whole file was there.
    pub kind: Kind,
    /// Whether it may stay.
    pub verdict: Verdict,
}

/// Whether a file may stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It may.
    Clean {
        /// What its readers should know.
        warnings: Vec<Warning>,
    },
    /// It may not.
    Rejected {
        /// Why, in one sentence for the person who sent it.
        reason: String,
    },
}

/// What a reader of a file should know before opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Warning {
    /// It has macros.
    Macros,
    /// It runs scripts or starts programs when it is opened.
    Scripts,
    /// It is encrypted, so nobody could look inside.
    Encrypted,
    /// Its name promises another kind of file.
    Mismatch,
    /// There are programs in it.
    Programs,
}

/// Why a file is not safe: one sentence for people.
pub(crate) type Reason = String;

/// What came out so far.
#[derive(Default)]
pub(crate) struct Findings {
    warnings: Vec<Warning>,
}

impl Findings {
    pub(crate) fn warn(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

/// The test string of the anti-virus industry. Written in two parts, so that this program's own file is not taken for it.
const EICAR: [&[u8]; 2] = [
    b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD",
    b"-ANTIVIRUS-TEST-FILE!$H+H*",
];

/// Whether bytes begin with the test string, as its definition demands.
pub(crate) fn is_eicar(head: &[u8]) -> bool {
    let head = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    head.strip_prefix(EICAR[0])
        .is_some_and(|rest| rest.starts_with(EICAR[1]))
}

/// Looks at a whole file. The name is believed in nothing, but a name that lies is told of.
pub fn inspect<I: Input>(input: &mut I, name: &str) -> io::Result<Inspection> {
    let head = input.bytes_at(0, HEAD)?;
    let mut kind = sniff(&head, name);
    let mut findings = Findings::default();
    let looked = look(input, &head, name, &mut kind, &mut findings)?;
    let verdict = if let Some(reason) = looked {
        Verdict::Rejected { reason }
    } else {
        findings.warnings.sort();
        Verdict::Clean {
            warnings: findings.warnings,
        }
    };
    Ok(Inspection { kind, verdict })
}

fn look<I: Input>(
    input: &mut I,
    head: &[u8],
    name: &str,
    kind: &mut Kind,
    findings: &mut Findings,
) -> io::Result<Option<Reason>> {
    if is_eicar(head) {
        return Ok(Some("It holds the EICAR test virus.".into()));
    }
    let archive = match kind.mime {
        "application/x-ole-storage"
        | "application/msword"
        | "application/vnd.ms-excel"
        | "application/vnd.ms-powerpoint"
        | "application/vnd.ms-outlook"
        | "application/x-msi" => {
            *kind = old_office(input, findings)?;
            None
        }
        "application/gzip" => archives::look_into_gzip(input, findings)?,
        _ if head.starts_with(b"PK") && kind.mime != "application/octet-stream" => {
            let seen = archives::look_into_zip(input, findings)?;
            *kind = seen.kind.unwrap_or(*kind);
            seen.reason
        }
        _ => None,
    };
    if let Some(reason) = names::program(*kind, head, name) {
        return Ok(Some(reason));
    }
    if archive.is_some() {
        return Ok(archive);
    }
    if let Some(reason) = appended::second_format(input, head, *kind)? {
        return Ok(Some(reason));
    }
    match kind.mime {
        "application/pdf" => pdf(input, findings)?,
        "image/svg+xml" if has_scripts(head) => findings.warn(Warning::Scripts),
        _ => {}
    }
    if names::promises_other(*kind, name) {
        findings.warn(Warning::Mismatch);
    }
    Ok(None)
}

/// An OLE file: which office format, and whether macros or encryption are in its directory. Directory entries are looked
/// for everywhere, as a file that was made to deceive may have its directory anywhere.
fn old_office<I: Input>(input: &mut I, findings: &mut Findings) -> io::Result<Kind> {
    const PIECE: usize = 1 << 20;
    let mut mime = "application/x-ole-storage";
    let length = input.length()?;
    for offset in (0..length).step_by(PIECE) {
        let piece = input.bytes_at(offset, PIECE)?;
        if mime == "application/x-ole-storage" {
            mime = in_ole(&piece);
        }
        for name in piece.chunks_exact(128).filter_map(directory_name) {
            match name.as_str() {
                "_VBA_PROJECT" | "_VBA_PROJECT_CUR" | "VBA" | "Macros" => findings.warn(Warning::Macros),
                "EncryptedPackage" | "EncryptionInfo" => findings.warn(Warning::Encrypted),
                _ => {}
            }
        }
    }
    Ok(Kind::of(mime))
}

/// What a PDF does when it is opened, as far as it does not hide that in compressed objects.
fn pdf<I: Input>(input: &mut I, findings: &mut Findings) -> io::Result<()> {
    let marks: [&[u8]; 4] = [b"/JavaScript", b"/Launch", b"/RichMedia", b"/Encrypt"];
    let found = input.find_all(0, &marks)?;
    if found[..3].contains(&true) {
        findings.warn(Warning::Scripts);
    }
    if found[3] {
        findings.warn(Warning::Encrypted);
    }
    Ok(())
}

fn has_scripts(head: &[u8]) -> bool {
    let lower = head.to_ascii_lowercase();
    [&b"<script"[..], b"javascript:", b"onload="]
        .iter()
        .any(|mark| memchr::memmem::find(&lower, mark).is_some())
}

impl Kind {
    /// Whether it is a container whose parts are found from its end, as zip is.
    pub(crate) fn is_packed(self) -> bool {
        self.group == Group::Archive || matches!(self.group, Group::Document | Group::Sheet | Group::Slides)
    }
}

#[cfg(test)]
mod tests;
