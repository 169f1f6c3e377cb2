//! Pictures of a PDF's pages.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::page::Page;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::{DynamicImage, ImageFormat, RgbImage};

use super::{FILE, PAGES, Picture, SIDE, paint};
use crate::extract::open_pdf;
use crate::input::Input;
use crate::tools::Tools;
use crate::{Facts, Unreadable};

pub(super) fn of_pdf<I: Input>(
    input: &mut I,
    tools: &Tools,
    out: &mut dyn FnMut(Picture),
) -> Result<Facts, Unreadable> {
    let mut facts = Facts::default();
    let bytes = input.whole(FILE)?.ok_or(Unreadable::TooLarge)?;
    // A reader that trips over a page leaves it to the other one.
    let painted = catch_unwind(AssertUnwindSafe(|| {
        let pdf = open_pdf(bytes)?;
        facts.set("pages", pdf.pages().len());
        let cache = RenderCache::new();
        for (at, page) in pdf.pages().iter().take(PAGES).enumerate() {
            out(paint::paint(at as u32 + 1, render(page, &cache, SIDE)?)?);
        }
        Ok(())
    }));
    match painted {
        Ok(Ok(())) => Ok(facts),
        Ok(Err(Unreadable::Encrypted)) => Err(Unreadable::Encrypted),
        Ok(Err(_)) | Err(_) => with_poppler(tools, out).map(|()| facts),
    }
}

/// Paints a page, its longest side so many pixels.
pub(crate) fn render<'a>(
    page: &'a Page<'a>,
    cache: &RenderCache<'a>,
    side: u32,
) -> Result<DynamicImage, Unreadable> {
    let (width, height) = page.render_dimensions();
    let scale = side as f32 / width.max(height);
    if !scale.is_finite() || width * scale < 1.0 || height * scale < 1.0 {
        return Err(Unreadable::Damaged);
    }
    let settings = PixmapSettings {
        x_scale: scale,
        y_scale: scale,
        bg_color: WHITE,
    };
    let (interpreter, quality) = (InterpreterSettings::default(), RenderSettings::default());
    let pixels = hayro::render(page, cache, &interpreter, &quality, &settings);
    let (width, height) = (u32::from(pixels.width()), u32::from(pixels.height()));
    let colours = pixels
        .data_as_u8_slice()
        .chunks_exact(4)
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect();
    RgbImage::from_raw(width, height, colours)
        .map(DynamicImage::ImageRgb8)
        .ok_or(Unreadable::Damaged)
}

fn with_poppler(tools: &Tools, out: &mut dyn FnMut(Picture)) -> Result<(), Unreadable> {
    for page in 1..=PAGES {
        let (number, side) = (page.to_string(), SIDE.to_string());
        let arguments = [
            "-q",
            "-png",
            "-f",
            &number,
            "-l",
            &number,
            "-scale-to",
            &side,
            "/dev/stdin",
        ];
        let painted = tools.over_file("pdftoppm", &arguments);
        let painted = match painted {
            Ok(bytes) if !bytes.is_empty() => bytes,
            _ if page > 1 => break,
            _ => return Err(Unreadable::Damaged),
        };
        let picture = image::load_from_memory_with_format(&painted, ImageFormat::Png);
        out(paint::paint(
            page as u32,
            picture.map_err(|_| Unreadable::Damaged)?,
        )?);
    }
    Ok(())
}
