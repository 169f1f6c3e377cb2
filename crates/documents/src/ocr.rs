//! Text from pictures of text, by tesseract where it is installed. It is given pixels that were painted here, never a
//! stranger's file.

use std::fmt::Write;

use hayro::RenderCache;
use image::DynamicImage;

use crate::extract::{Paper, open_pdf};
use crate::input::Input;
use crate::preview::{decode, render};
use crate::tools::Tools;
use crate::{Bounds, Group, Kind, Page, Unreadable};

/// How many pages of a document are looked at.
const PAGES: usize = 50;
/// The longest side of what is looked at: two hundred dots an inch on a common page.
const SIDE: u32 = 2_400;

/// Reads pictures of text. Of a PDF only the named pages (those without text) are looked at, the first fifty of them.
pub fn ocr<I: Input>(
    input: &mut I,
    kind: Kind,
    pages: &[u32],
    tools: &Tools,
    bounds: &Bounds,
    out: &mut dyn FnMut(Page),
) -> Result<(), Unreadable> {
    let languages = languages(tools)?;
    let bytes = input.whole(bounds.file)?.ok_or(Unreadable::TooLarge)?;
    let mut read = |number: u32, picture: &DynamicImage| -> Result<(), Unreadable> {
        let arguments = ["stdin", "stdout", "-l", &languages, "--psm", "3"];
        let text = tools.over_bytes("tesseract", &arguments, &grey(picture))?;
        // Its text is as bounded and as clean as any other.
        let mut paper = Paper::new(bounds, out);
        paper.has_pages();
        (1..number).for_each(|_| paper.next_page());
        paper.write(&String::from_utf8_lossy(&text));
        paper.finish();
        Ok(())
    };
    match kind.group {
        Group::Image if kind.mime != "image/svg+xml" => read(1, &fitting(decode(&bytes, kind)?)),
        Group::Pdf => {
            let pdf = open_pdf(bytes)?;
            let cache = RenderCache::new();
            for number in pages.iter().take(PAGES) {
                if let Some(page) = pdf.pages().get(number.saturating_sub(1) as usize) {
                    read(*number, &render(page, &cache, SIDE)?)?;
                }
            }
            Ok(())
        }
        _ => Err(Unreadable::NoText(kind.label)),
    }
}

/// All languages that are installed, English first; their order is the order of trust.
fn languages(tools: &Tools) -> Result<String, Unreadable> {
    let told = tools.over_bytes("tesseract", &["--list-langs"], &[])?;
    let told = String::from_utf8_lossy(&told);
    let mut names: Vec<&str> = told
        .lines()
        .skip(1)
        .map(str::trim)
        .filter(|name| !name.is_empty() && *name != "osd")
        .collect();
    names.sort_by_key(|name| *name != "eng");
    names.truncate(4);
    if names.is_empty() {
        Err(Unreadable::NoTool("tesseract's languages"))
    } else {
        Ok(names.join("+"))
    }
}

fn fitting(picture: DynamicImage) -> DynamicImage {
    if picture.width().max(picture.height()) > SIDE {
        picture.thumbnail(SIDE, SIDE)
    } else {
        picture
    }
}

/// The plainest format there is: a line that tells the size, then the pixels. What shines through is white.
fn grey(picture: &DynamicImage) -> Vec<u8> {
    let mut head = String::new();
    let _ = write!(head, "P5\n{} {}\n255\n", picture.width(), picture.height());
    let pixels = picture.to_luma_alpha8();
    let on_white = pixels.pixels().map(|pixel| {
        let [light, alpha] = pixel.0.map(u16::from);
        ((light * alpha + 255 * (255 - alpha)) / 255) as u8
    });
    head.into_bytes().into_iter().chain(on_white).collect()
}
