//! Office documents: Word, Excel and PowerPoint of today, OpenDocument, and Excel's older formats. Older binary Word and
//! PowerPoint files are not read.

mod excel;
mod opendocument;
mod powerpoint;
mod word;
mod xml;

use std::io::BufRead;

use super::zipped::Parts;
use super::{Facts, Paper, Unreadable};
use crate::Kind;
use crate::input::Input;
use xml::Step;

pub(super) fn read<I: Input>(
    input: &mut I,
    kind: Kind,
    paper: &mut Paper,
    facts: &mut Facts,
) -> Result<(), Unreadable> {
    let format = kind.mime.rsplit('.').next().unwrap_or_default();
    match (kind.mime, format) {
        ("application/rtf", _) => super::plain::read_rich(&input.bytes_at(0, 64 << 20)?, paper, facts),
        ("application/vnd.ms-excel", _) => excel::read_old(input, paper)?,
        (_, "12") => excel::read_binary(input, paper)?,
        (_, "document") => {
            let mut parts = Parts::open(input)?;
            properties(&mut parts, facts);
            word::read(&mut parts, paper)?;
        }
        (_, "presentation") if kind.mime.contains("openxml") => {
            let mut parts = Parts::open(input)?;
            properties(&mut parts, facts);
            powerpoint::read(&mut parts, paper)?;
        }
        (_, "sheet") => {
            properties(&mut Parts::open(&mut *input)?, facts);
            excel::read(input, paper)?;
        }
        (_, "text" | "spreadsheet" | "presentation") => {
            let mut parts = Parts::open(input)?;
            if let Some(part) = parts.part("meta.xml") {
                read_properties(part, facts);
            }
            opendocument::read(&mut parts, paper)?;
        }
        _ => return Err(Unreadable::NoText(kind.label)),
    }
    Ok(())
}

fn properties<I: Input>(parts: &mut Parts<I>, facts: &mut Facts) {
    for name in ["docProps/core.xml", "docProps/app.xml"] {
        if let Some(part) = parts.part(name) {
            read_properties(part, facts);
        }
    }
}

/// Title, author and number of pages, from whichever of the properties' formats this is.
pub(super) fn read_properties(part: impl BufRead, facts: &mut Facts) {
    // Of a text that comes in several pieces, all are put together.
    let mut written = String::new();
    xml::walk(part, |step| {
        match step {
            Step::Open(tag) => {
                written.clear();
                if let Some(pages) = tag
                    .attribute("page-count")
                    .and_then(|count| count.parse::<u32>().ok())
                {
                    facts.set("pages", pages);
                }
            }
            Step::Text(text) if written.len() < 1_000 => written.push_str(text),
            Step::Text(_) => {}
            Step::Close(name) => {
                match name {
                    "title" => facts.text("title", &written),
                    "creator" => facts.text("author", &written),
                    "Pages" | "Slides" => {
                        if let Ok(pages) = written.trim().parse::<u32>() {
                            facts.set("pages", pages);
                        }
                    }
                    _ => {}
                }
                written.clear();
            }
        }
        true
    });
}
