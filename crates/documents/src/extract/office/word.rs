//! A Word document: paragraphs, headings, tables, footnotes. Pages are where Word put them when it last saved.

use memchr::memmem;

use super::xml::{self, Step};
use crate::extract::zipped::Parts;
use crate::extract::{Paper, Unreadable};
use crate::input::Input;

pub(super) fn read<I: Input>(parts: &mut Parts<I>, paper: &mut Paper) -> Result<(), Unreadable> {
    let main = parts.bytes("word/document.xml").ok_or(Unreadable::Damaged)?;
    // Where Word noted the pages as it laid them out, its author's own breaks are among them.
    let noted = memmem::find(&main, b"lastRenderedPageBreak").is_some();
    if noted || memmem::find(&main, b"w:type=\"page\"").is_some() {
        paper.has_pages();
    }
    write(&main, noted, paper);
    for name in ["word/footnotes.xml", "word/endnotes.xml"] {
        if let Some(notes) = parts.bytes(name) {
            paper.fresh_line();
            write(&notes, true, paper);
        }
    }
    Ok(())
}

fn write(bytes: &[u8], noted: bool, paper: &mut Paper) {
    // Inside of text; of a table's cell; of what older programs would show instead of what was already read.
    let (mut text, mut cells, mut fallback) = (false, 0_u32, 0_u32);
    xml::walk(bytes, |step| {
        match step {
            Step::Open(tag) => match tag.name() {
                "Fallback" => fallback += 1,
                _ if fallback > 0 => {}
                "t" => text = true,
                "tc" => cells += 1,
                "tab" => paper.write("\t"),
                "cr" => paper.line(),
                "br" if tag.attribute("type").as_deref() != Some("page") => paper.line(),
                "br" if !noted => paper.next_page(),
                "lastRenderedPageBreak" => paper.next_page(),
                "pStyle" => paper.write(heading(&tag.attribute("val").unwrap_or_default())),
                _ => {}
            },
            Step::Close(name) => match name {
                "Fallback" => fallback = fallback.saturating_sub(1),
                "t" => text = false,
                "p" if cells > 0 => paper.write(" "),
                "p" | "tr" => paper.line(),
                "tc" => {
                    cells = cells.saturating_sub(1);
                    paper.write("\t");
                }
                _ => {}
            },
            Step::Text(written) if text && fallback == 0 => paper.write(written),
            Step::Text(_) => {}
        }
        !paper.is_full()
    });
}

/// A heading as Markdown has it, so that its text is known for what it is.
fn heading(style: &str) -> &'static str {
    match style {
        "Title" | "Heading1" => "# ",
        "Heading2" => "## ",
        "Heading3" => "### ",
        _ => "",
    }
}
