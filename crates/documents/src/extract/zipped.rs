//! Documents that are a zip of XML parts, and e-books, which are a zip of web pages.

use std::io::{BufReader, Read, Take};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::{Facts, Paper, Unreadable, html};
use crate::input::Input;

/// What is read of one part, unpacked.
const PART: u64 = 64 << 20;

/// The parts of a document.
pub(super) struct Parts<I: Input> {
    archive: ZipArchive<I>,
}

/// A part being read.
pub(super) type Part<'p, I> = BufReader<Take<ZipFile<'p, I>>>;

impl<I: Input> Parts<I> {
    pub(super) fn open(input: I) -> Result<Self, Unreadable> {
        let archive = ZipArchive::new(input).map_err(|_| Unreadable::Damaged)?;
        Ok(Self { archive })
    }

    /// A part by its name.
    pub(super) fn part(&mut self, name: &str) -> Option<Part<'_, I>> {
        let part = self.archive.by_name(name.trim_start_matches('/')).ok()?;
        Some(BufReader::new(part.take(PART)))
    }

    /// All of a part; what a damaged part has before its damage.
    pub(super) fn bytes(&mut self, name: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let _ = self.part(name)?.read_to_end(&mut bytes);
        Some(bytes)
    }

    /// The names of all parts, in the archive's order.
    pub(super) fn names(&self) -> Vec<String> {
        self.archive
            .file_names()
            .filter_map(|name| Some(name.ok()?.into_owned()))
            .collect()
    }
}

/// An e-book: its pages in the archive's order, which is the reading order in practice.
pub(super) fn read_book<I: Input>(
    input: &mut I,
    paper: &mut Paper,
    facts: &mut Facts,
) -> Result<(), Unreadable> {
    let mut parts = Parts::open(input)?;
    let chapters = parts.names().into_iter().filter(|name| {
        [".xhtml", ".html", ".htm"]
            .iter()
            .any(|ending| name.to_ascii_lowercase().ends_with(ending))
    });
    for name in chapters.collect::<Vec<_>>() {
        if paper.is_full() {
            break;
        }
        if let Some(bytes) = parts.bytes(&name) {
            html::write(&String::from_utf8_lossy(&bytes), paper);
            paper.fresh_line();
        }
    }
    let package = parts
        .names()
        .into_iter()
        .find(|name| name.strip_suffix(".opf").is_some());
    if let Some(part) = package.and_then(|name| parts.part(&name)) {
        super::office::read_properties(part, facts);
    }
    Ok(())
}
