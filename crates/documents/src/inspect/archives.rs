//! Archives that were made to burst. What an archive declares is judged first; then it is measured: a bounded amount is
//! unpacked into nothing, and archives in archives are looked into, a few floors down.

use std::io::{self, Cursor, Read};

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use zip::{CompressionMethod, ZipArchive};

use super::{Findings, Reason, Warning, is_eicar};
use crate::input::Input;
use crate::sniff::{HEAD, in_zip, sniff};
use crate::{Group, Kind};

/// More entries than that nobody packs by hand.
const ENTRIES: u64 = 20_000;
/// What all files of an archive may be together when unpacked.
const UNPACKED: u64 = 16 << 30;
/// How much larger the unpacked may be than the packed, once it is larger than [`SMALL`].
const RATIO: u64 = 200;
/// Below that a ratio says nothing.
const SMALL: u64 = 64 << 20;
/// How much is really unpacked to measure an archive, all its floors together.
const MEASURED: u64 = 256 << 20;
/// An inner archive up to that length is looked into.
const INNER: u64 = 16 << 20;
/// How many floors of archives in archives there may be.
const FLOORS: u32 = 3;

/// What was seen in a zip.
pub(super) struct Seen {
    /// What it is by its table of contents.
    pub kind: Option<Kind>,
    /// Why it may not stay.
    pub reason: Option<Reason>,
}

/// Looks into a zip; one that cannot be read is left alone, as nothing here will unpack it either.
pub(super) fn look_into_zip<I: Input>(input: &mut I, findings: &mut Findings) -> io::Result<Seen> {
    let mut gauge = Gauge {
        left: MEASURED,
        findings,
    };
    let head = input.bytes_at(0, 200)?;
    let kind = match table_of_contents(input)? {
        Some(Err(reason)) => {
            return Ok(Seen {
                kind: None,
                reason: Some(reason),
            });
        }
        Some(Ok(names)) => Some(Kind::of(in_zip(&names, &head))),
        None => None,
    };
    let reason = gauge.zip(input, 1)?;
    Ok(Seen { kind, reason })
}

/// Looks into a gzip.
pub(super) fn look_into_gzip<I: Input>(input: &mut I, findings: &mut Findings) -> io::Result<Option<Reason>> {
    Gauge {
        left: MEASURED,
        findings,
    }
    .gzip(input, 1)
}

/// The names in a zip. How many there are is read from its end before anything is allocated for them.
fn table_of_contents<I: Input>(input: &mut I) -> io::Result<Option<Result<Vec<String>, Reason>>> {
    let (_, tail) = input.tail(66_000)?;
    let end = memchr::memmem::rfind(&tail, b"PK\x05\x06").and_then(|at| tail.get(at..at + 22));
    let declared = end.map_or(0, |end| u64::from(u16::from_le_bytes([end[10], end[11]])));
    let wide = memchr::memmem::rfind(&tail, b"PK\x06\x06").and_then(|at| tail.get(at + 32..at + 40));
    let wide = wide
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u64::from_le_bytes);
    if declared.max(wide) > ENTRIES {
        let count = declared.max(wide);
        return Ok(Some(Err(format!(
            "It is an archive of {count} files; at most {ENTRIES} are accepted."
        ))));
    }
    let Ok(archive) = ZipArchive::new(&mut *input) else {
        return Ok(None);
    };
    Ok(Some(Ok((0..archive.len())
        .filter_map(|index| archive.by_index_data(index).ok())
        .map(|entry| String::from_utf8_lossy(entry.name_raw()).into_owned())
        .collect())))
}

/// Measures archives; all that is unpacked comes from one purse.
struct Gauge<'f> {
    left: u64,
    findings: &'f mut Findings,
}

impl Gauge<'_> {
    fn zip<I: Input>(&mut self, input: &mut I, floor: u32) -> io::Result<Option<Reason>> {
        let packed = input.length()?;
        if let Some(Err(reason)) = table_of_contents(input)? {
            return Ok(Some(reason));
        }
        let Ok(mut archive) = ZipArchive::new(&mut *input) else {
            return Ok(None);
        };
        if archive.has_overlapping_files().unwrap_or(true) {
            return Ok(Some(
                "It is a damaged or malicious archive: its files lie one inside another.".into(),
            ));
        }
        let declared = archive.decompressed_size().unwrap_or(0);
        if let Some(reason) = too_large(u64::try_from(declared).unwrap_or(u64::MAX), packed) {
            return Ok(Some(reason));
        }
        for index in 0..archive.len() {
            if let Some(reason) = self.entry(&mut archive, index, floor)? {
                return Ok(Some(reason));
            }
        }
        Ok(None)
    }

    fn entry<I: Input>(
        &mut self,
        archive: &mut ZipArchive<I>,
        index: usize,
        floor: u32,
    ) -> io::Result<Option<Reason>> {
        let Ok(entry) = archive.by_index_data(index) else {
            return Ok(None);
        };
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let (declared, encrypted) = (entry.size(), entry.encrypted());
        if name.ends_with("vbaProject.bin") {
            self.findings.warn(Warning::Macros);
        }
        if encrypted {
            self.findings.warn(Warning::Encrypted);
            return Ok(None);
        }
        let method = entry.compression();
        // The declared sizes are not believed, so the packed bytes are unpacked here.
        let Ok(raw) = archive.by_index_raw(index) else {
            return Ok(None);
        };
        let mut reader: Box<dyn Read> = match method {
            CompressionMethod::Stored => Box::new(raw),
            CompressionMethod::Deflated => Box::new(DeflateDecoder::new(raw)),
            // Nothing here unpacks the others.
            _ => return Ok(None),
        };
        let mut head = Vec::new();
        // A stranger's bytes may be damaged; then nobody unpacks them.
        let _ = reader.by_ref().take(HEAD as u64).read_to_end(&mut head);
        if is_eicar(&head) {
            return Ok(Some("There is the EICAR test virus in it.".into()));
        }
        let kind = sniff(&head, &name);
        if kind.group == Group::Program {
            self.findings.warn(Warning::Programs);
        }
        let inner = is_archive(kind);
        let measured = if inner && declared <= INNER {
            let _ = reader.take(INNER).read_to_end(&mut head);
            head.len() as u64
        } else {
            head.len() as u64 + drain(reader, self.left)
        };
        self.left = self.left.saturating_sub(measured);
        if measured > declared && self.left > 0 {
            return Ok(Some(
                "It is a damaged or malicious archive: a file in it is larger than it declares.".into(),
            ));
        }
        if inner {
            self.archive(head, kind, floor + 1)
        } else {
            Ok(None)
        }
    }

    /// An archive in an archive.
    fn archive(&mut self, bytes: Vec<u8>, kind: Kind, floor: u32) -> io::Result<Option<Reason>> {
        if floor > FLOORS {
            return Ok(Some(format!(
                "It is an archive in an archive, more than {FLOORS} deep."
            )));
        }
        let mut bytes = Cursor::new(bytes);
        if kind.mime == "application/gzip" {
            self.gzip(&mut bytes, floor)
        } else {
            self.zip(&mut bytes, floor)
        }
    }

    fn gzip<I: Input>(&mut self, input: &mut I, floor: u32) -> io::Result<Option<Reason>> {
        let packed = input.length()?;
        input.rewind()?;
        let mut reader = MultiGzDecoder::new(&mut *input);
        let mut head = Vec::new();
        let _ = reader.by_ref().take(HEAD as u64).read_to_end(&mut head);
        if is_eicar(&head) {
            return Ok(Some("There is the EICAR test virus in it.".into()));
        }
        let kind = sniff(&head, "");
        let inner = is_archive(kind);
        if inner {
            let _ = reader.by_ref().take(INNER).read_to_end(&mut head);
        }
        let measured = head.len() as u64 + drain(reader, self.left);
        self.left = self.left.saturating_sub(measured);
        if let Some(reason) = too_large(measured, packed) {
            return Ok(Some(reason));
        }
        if inner {
            self.archive(head, kind, floor + 1)
        } else {
            Ok(None)
        }
    }
}

fn is_archive(kind: Kind) -> bool {
    matches!(kind.mime, "application/zip" | "application/gzip")
}

fn too_large(unpacked: u64, packed: u64) -> Option<Reason> {
    let bursts = unpacked > SMALL && unpacked / packed.max(1) > RATIO;
    (bursts || unpacked > UNPACKED).then(|| {
        format!(
            "It is an archive bomb: {} would become {}.",
            size(packed),
            size(unpacked)
        )
    })
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

/// Reads on into nothing, at most so far; answers how far.
fn drain(reader: impl Read, most: u64) -> u64 {
    let mut reader = reader.take(most);
    let mut buffer = vec![0; 64 * 1024];
    let mut total = 0;
    while let Ok(read @ 1..) = reader.read(&mut buffer) {
        total += read as u64;
    }
    total
}
