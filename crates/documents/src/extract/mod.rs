//! Text from a file, page by page, and what the file tells of itself. Pages leave as soon as they are read: what a file
//! kills later does not take them back.

mod charset;
mod facts;
mod html;
mod mail;
mod office;
mod paper;
mod pdf;
mod plain;
mod zipped;

use serde::{Deserialize, Serialize};

use crate::input::Input;
use crate::{Group, Kind};

pub use facts::Facts;
pub(crate) use facts::{bounded, of_image};
pub(crate) use paper::Paper;
pub(crate) use pdf::open as open_pdf;

/// How much text is taken from a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Characters of one page.
    pub page: usize,
    /// Pages.
    pub pages: u32,
    /// Characters of all pages.
    pub total: usize,
    /// A file that has to lie in memory while it is read may be that long.
    pub file: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            page: 200_000,
            pages: 2_000,
            total: 4_000_000,
            file: 128 << 20,
        }
    }
}

/// One page: of a PDF or a document, a slide, a sheet, or a few thousand characters of a text that has no pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// From 1.
    pub number: u32,
    /// What is written on it.
    pub text: String,
}

/// Why there is no text.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Files of this kind have no text, or none that is read here.
    #[error("no text is read from {0}")]
    NoText(&'static str),
    /// It would not fit in memory.
    #[error("the file is too large to read its text")]
    TooLarge,
    /// No picture is made of such files.
    #[error("no preview is made of {0}")]
    NoPicture(&'static str),
    /// A picture that nobody could look at, and that would fill the memory.
    #[error("the picture is too large to be shown: {0} × {1} pixels")]
    TooManyPixels(u32, u32),
    /// What would read it is not installed.
    #[error("{0} is not installed")]
    NoTool(&'static str),
    /// It has a password.
    #[error("the file is encrypted")]
    Encrypted,
    /// It is not what it says it is.
    #[error("the file is damaged")]
    Damaged,
    /// It could not be read from.
    #[error("the file could not be read")]
    Input(#[from] std::io::Error),
}

impl Unreadable {
    /// Whether nothing is wrong with the file: such files are not read, or not here.
    pub fn is_no_fault(&self) -> bool {
        matches!(self, Self::NoText(_) | Self::NoPicture(_) | Self::NoTool(_))
    }
}

/// Reads a file's text, one page after the other, and answers what the file tells of itself.
pub fn extract<I: Input>(
    input: &mut I,
    kind: Kind,
    bounds: &Bounds,
    out: &mut dyn FnMut(Page),
) -> Result<Facts, Unreadable> {
    let mut paper = Paper::new(bounds, out);
    let mut facts = Facts::default();
    input.rewind()?;
    match kind.mime {
        "application/pdf" => pdf::read(whole(input, bounds)?, &mut paper, &mut facts)?,
        "text/html" => html::read(&whole(input, bounds)?, &mut paper, &mut facts),
        "message/rfc822" => mail::read(&whole(input, bounds)?, &mut paper, &mut facts)?,
        "application/epub+zip" => zipped::read_book(input, &mut paper, &mut facts)?,
        _ if kind.is_text() => plain::read(&bounded_head(input, bounds)?, &mut paper, &mut facts),
        _ if matches!(kind.group, Group::Document | Group::Sheet | Group::Slides) => {
            office::read(input, kind, &mut paper, &mut facts)?;
        }
        _ => return Err(Unreadable::NoText(kind.label)),
    }
    if paper.finish() {
        facts.set("cut", true);
    }
    Ok(facts)
}

/// All of a file that has to lie in memory.
fn whole<I: Input>(input: &mut I, bounds: &Bounds) -> Result<Vec<u8>, Unreadable> {
    input.whole(bounds.file)?.ok_or(Unreadable::TooLarge)
}

/// As much of a text as can be kept of it: four bytes a character at most.
fn bounded_head<I: Input>(input: &mut I, bounds: &Bounds) -> Result<Vec<u8>, Unreadable> {
    Ok(input.bytes_at(0, bounds.total.saturating_mul(4).saturating_add(1))?)
}

#[cfg(test)]
mod tests;
