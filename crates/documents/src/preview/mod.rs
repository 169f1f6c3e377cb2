//! Pictures of files: a smaller image, a PDF's first pages, a video's poster. Whatever comes in, what goes out was
//! painted here anew: upright, without the camera's notes, and nothing but pixels.

mod film;
mod pages;
mod paint;

use serde::{Deserialize, Serialize};

use crate::extract::of_image;
use crate::input::Input;
use crate::tools::Tools;
use crate::{Facts, Group, Kind, Unreadable};

pub(crate) use pages::render;
pub(crate) use paint::decode;

/// How many pages of a document get a picture.
const PAGES: usize = 3;
/// The longest side of a picture.
const SIDE: u32 = 1024;
/// A picture that has to lie in memory may be that long.
const FILE: u64 = 256 << 20;

/// A picture that was painted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Of which page, from 1.
    pub page: u32,
    /// JPEG, or PNG where something shines through.
    pub mime: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The file.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// Paints what can be painted of a file, and answers what was learned: its size, its length, what a camera wrote.
pub fn preview<I: Input>(
    input: &mut I,
    kind: Kind,
    tools: &Tools,
    out: &mut dyn FnMut(Picture),
) -> Result<Facts, Unreadable> {
    match (kind.group, kind.mime) {
        (_, "image/svg+xml" | "image/vnd.adobe.photoshop" | "image/jxl") => {
            Err(Unreadable::NoPicture(kind.label))
        }
        (_, "image/avif") => film::of_still(input, kind, tools, out),
        (_, "image/heic") => {
            let bytes = input.whole(FILE)?.ok_or(Unreadable::TooLarge)?;
            // What the camera wrote is read, though nothing here decodes the picture.
            Ok(of_image(&bytes))
        }
        (Group::Image, _) => of_picture(input, kind, out),
        (Group::Pdf, _) => pages::of_pdf(input, tools, out),
        (Group::Video | Group::Audio, _) => film::of_film(kind, tools, out),
        _ => Err(Unreadable::NoPicture(kind.label)),
    }
}

fn of_picture<I: Input>(
    input: &mut I,
    kind: Kind,
    out: &mut dyn FnMut(Picture),
) -> Result<Facts, Unreadable> {
    let bytes = input.whole(FILE)?.ok_or(Unreadable::TooLarge)?;
    let mut facts = of_image(&bytes);
    let (width, height) = paint::dimensions(&bytes, kind)?;
    facts.set("width", width);
    facts.set("height", height);
    let picture = paint::decode(&bytes, kind)?;
    // As it is looked at, not as the camera was held.
    facts.set("width", picture.width());
    facts.set("height", picture.height());
    out(paint::paint(1, picture)?);
    Ok(facts)
}

#[cfg(test)]
mod tests;
