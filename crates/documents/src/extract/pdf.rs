//! A PDF's text. A PDF has no text, only glyphs at places; lines and words are found again from the places, in the order
//! in which the glyphs are drawn, which is the reading order of nearly every program that writes PDF.

use std::sync::Arc;

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, TransformExt, interpret_page,
};
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::kurbo::{Affine, BezPath, Point, Rect};

use super::{Facts, Paper, Unreadable, charset};

pub(super) fn read(bytes: Vec<u8>, paper: &mut Paper, facts: &mut Facts) -> Result<(), Unreadable> {
    let pdf = open(bytes)?;
    paper.has_pages();
    facts.set("pages", pdf.pages().len());
    let metadata = pdf.metadata();
    for (name, value) in [("title", &metadata.title), ("author", &metadata.author)] {
        if let Some(value) = value {
            facts.text(name, &charset::decode(value).0);
        }
    }
    let cache = InterpreterCache::new();
    for page in pdf.pages().iter() {
        if paper.is_full() {
            break;
        }
        let mut lines = Lines {
            paper,
            last: None,
            glyphs: 0,
        };
        let bounds = Rect::new(0.0, 0.0, 1.0, 1.0);
        // The page upright, as a reader sees it.
        let upright = page.initial_transform(true).to_kurbo();
        let mut context = Context::new(
            upright,
            bounds,
            &cache,
            pdf.xref(),
            InterpreterSettings::default(),
        );
        interpret_page(page, &mut context, &mut lines);
        paper.next_page();
    }
    Ok(())
}

/// Opens a PDF.
pub(crate) fn open(bytes: Vec<u8>) -> Result<Pdf, Unreadable> {
    Pdf::new(Arc::new(bytes)).map_err(|error| match error {
        LoadPdfError::Decryption(_) => Unreadable::Encrypted,
        LoadPdfError::Invalid => Unreadable::Damaged,
    })
}

/// How many glyphs a page may have.
const GLYPHS: u32 = 500_000;

/// Where the last glyph was.
#[derive(Clone, Copy)]
struct Place {
    start: Point,
    /// Where the next one would be without a space.
    end: Point,
    size: f64,
}

struct Lines<'p, 'a> {
    paper: &'p mut Paper<'a>,
    last: Option<Place>,
    glyphs: u32,
}

impl Lines<'_, '_> {
    fn glyph(&mut self, text: &str, place: Place) {
        if let Some(last) = self.last {
            let size = last.size.max(place.size).max(0.1);
            let (along, across) = (place.start.x - last.end.x, (place.start.y - last.start.y).abs());
            let again = (place.start - last.start).hypot() < size * 0.05;
            if again && !text.trim().is_empty() {
                // Drawn twice at nearly the same place to look bold.
                return;
            }
            if across > size * 0.5 || along < -size * 2.0 {
                self.paper.line();
                if across > size * 1.9 {
                    self.paper.line();
                }
            } else if along > size * 0.17 && !text.starts_with(' ') {
                self.paper.write(if along > size * 3.0 { "\t" } else { " " });
            }
        }
        self.paper.write(text);
        self.last = Some(place);
    }
}

impl Device<'_> for Lines<'_, '_> {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        for glyph in run.glyphs() {
            self.glyphs += 1;
            if self.glyphs > GLYPHS {
                return;
            }
            let Some(text) = glyph.as_unicode() else { continue };
            let text = match text {
                BfString::Char(char) => char.to_string(),
                BfString::String(text) => text,
            };
            let to_page = props.transform * glyph.transform();
            let advance = f64::from(advance(glyph).unwrap_or(500.0));
            let place = Place {
                start: to_page * Point::ZERO,
                end: to_page * Point::new(advance, 0.0),
                size: height(to_page) * 1_000.0,
            };
            self.glyph(&text, place);
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// How far a glyph goes, in thousandths of its size.
fn advance(glyph: &Glyph<'_>) -> Option<f32> {
    match glyph {
        Glyph::Outline(glyph) => glyph.advance_width(),
        Glyph::Type3(glyph) => glyph.advance_width(),
    }
}

/// How high one unit becomes.
fn height(transform: Affine) -> f64 {
    let [_, _, c, d, _, _] = transform.as_coeffs();
    c.hypot(d)
}
