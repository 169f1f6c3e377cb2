//! Files that are two things at once: another format after a picture's end, before a PDF's beginning, or around the whole
//! (a zip is found from its end). What cameras append for good reasons is left alone: thumbnails lie inside, and a moving
//! photograph has a video behind it.

use std::io;

use memchr::memmem;

use super::Reason;
use crate::input::Input;
use crate::{Group, Kind};

/// Pictures up to that length are walked through to their end.
const WALKED: u64 = 64 << 20;

/// Why a file that is two things at once may not stay.
pub(super) fn second_format<I: Input>(input: &mut I, head: &[u8], kind: Kind) -> io::Result<Option<Reason>> {
    let alone = matches!(
        kind.group,
        Group::Image | Group::Audio | Group::Video | Group::Pdf | Group::Text | Group::Code
    );
    if !alone {
        return Ok(None);
    }
    let media = matches!(kind.group, Group::Image | Group::Audio | Group::Video) && !kind.is_text();
    let (_, tail) = input.tail(66_000)?;
    if ends_as_zip(&tail) {
        return Ok(Some(twofold(kind, "a zip archive")));
    }
    let pdf_inside = memmem::find(&head[..head.len().min(1024)], b"%PDF-").is_some();
    if media && pdf_inside && memmem::rfind(&tail, b"%%EOF").is_some() {
        return Ok(Some(twofold(kind, "a PDF")));
    }
    let first = head[..head.len().min(1024)].to_ascii_lowercase();
    if (media || kind.group == Group::Pdf)
        && let Some(other) = hidden_text(&first)
    {
        return Ok(Some(twofold(kind, other)));
    }
    let rest = match kind.group {
        Group::Pdf => memmem::rfind(&tail, b"%%EOF").map(|at| tail[at + 5..].to_vec()),
        Group::Image if media => input.whole(WALKED)?.and_then(|mut bytes| {
            let end = end_of_image(&bytes, kind)?;
            Some(bytes.split_off(end.min(bytes.len())))
        }),
        _ => None,
    };
    Ok(rest
        .as_deref()
        .and_then(dangerous)
        .map(|other| twofold(kind, other)))
}

fn twofold(kind: Kind, other: &str) -> Reason {
    format!("It is two files in one: {} and {other}.", kind.label)
}

/// Whether a zip's table of contents lies before these last bytes, where its end says.
fn ends_as_zip(tail: &[u8]) -> bool {
    memmem::rfind_iter(tail, b"PK\x05\x06").take(3).any(|at| {
        let Some(end) = tail.get(at..at + 22) else {
            return false;
        };
        let table = u32::from_le_bytes([end[12], end[13], end[14], end[15]]) as usize;
        let comment = usize::from(u16::from_le_bytes([end[20], end[21]]));
        let entries = u16::from_le_bytes([end[10], end[11]]);
        let complete = at + 22 + comment <= tail.len() && entries > 0;
        // A table longer than what was read cannot be checked; a whole end record is telling enough.
        complete && (table > at || tail[at - table..].starts_with(b"PK\x01\x02"))
    })
}

fn hidden_text(lower: &[u8]) -> Option<&'static str> {
    let has = |mark: &[u8]| memmem::find(lower, mark).is_some();
    if has(b"<?php") {
        Some("a PHP program")
    } else if has(b"<script") || has(b"<html") || has(b"<!doctype html") {
        Some("a web page")
    } else {
        None
    }
}

/// What in the bytes after an end would be taken for a file of its own.
fn dangerous(rest: &[u8]) -> Option<&'static str> {
    let start = rest.trim_ascii_start();
    let begins = |mark: &[u8]| rest.starts_with(mark) || start.starts_with(mark);
    if begins(b"MZ") || begins(b"\x7fELF") || begins(b"#!/") {
        return Some("a program");
    }
    if [&b"Rar!\x1a\x07"[..], b"7z\xbc\xaf\x27\x1c", b"PK\x03\x04"]
        .into_iter()
        .any(begins)
    {
        return Some("an archive");
    }
    if memmem::find(rest, b"%PDF-").is_some() {
        return Some("a PDF");
    }
    hidden_text(&rest[..rest.len().min(1 << 20)].to_ascii_lowercase())
}

/// Where a picture ends by its own telling; none where that cannot be said.
fn end_of_image(bytes: &[u8], kind: Kind) -> Option<usize> {
    match kind.mime {
        "image/jpeg" => end_of_jpeg(bytes),
        "image/png" => end_of_png(bytes),
        "image/gif" => end_of_gif(bytes),
        "image/webp" => Some(8 + little(bytes, 4)?),
        "image/bmp" => little(bytes, 2).filter(|length| *length >= 26),
        _ => None,
    }
}

fn little(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(u32::from_le_bytes(four) as usize)
}

/// Segment by segment; the scan's data runs until a marker that is no restart and no stuffed byte.
fn end_of_jpeg(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        match (*bytes.get(at)?, *bytes.get(at + 1)?) {
            (0xff, 0xd9) => return Some(at + 2),
            (0xff, 0xff) => at += 1,
            (0xff, 0x01 | 0xd0..=0xd8) => at += 2,
            (0xff, marker) => {
                let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
                at += 2 + length.max(2);
                if marker == 0xda {
                    at = end_of_scan(bytes, at)?;
                }
            }
            _ => return None,
        }
    }
}

fn end_of_scan(bytes: &[u8], from: usize) -> Option<usize> {
    let scan = bytes.get(from..)?;
    memchr::memchr_iter(0xff, scan)
        .find(|at| {
            scan.get(at + 1)
                .is_some_and(|next| !matches!(next, 0x00 | 0xd0..=0xd7 | 0xff))
        })
        .map(|at| from + at)
}

fn end_of_png(bytes: &[u8]) -> Option<usize> {
    let mut at = 8;
    loop {
        let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize;
        let name = bytes.get(at + 4..at + 8)?;
        at = at.checked_add(12)?.checked_add(length)?;
        if name == b"IEND" {
            return Some(at);
        }
    }
}

fn end_of_gif(bytes: &[u8]) -> Option<usize> {
    let table = |packed: u8| {
        if packed & 0x80 == 0 {
            0
        } else {
            3 << ((packed & 7) + 1)
        }
    };
    let mut at = 13 + table(*bytes.get(10)?);
    loop {
        match *bytes.get(at)? {
            0x3b => return Some(at + 1),
            0x21 => at += 2,
            0x2c => at += 11 + table(*bytes.get(at + 9)?),
            _ => return None,
        }
        // Blocks of up to 255 bytes, until an empty one.
        loop {
            let length = usize::from(*bytes.get(at)?);
            at += 1 + length;
            if length == 0 {
                break;
            }
        }
    }
}
