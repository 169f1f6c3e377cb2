//! Pixels of strangers into pixels of ours.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::{Picture, SIDE};
use crate::{Kind, Unreadable};

/// A side may be that long.
const LONGEST: u32 = 30_000;
/// A picture may have that many pixels.
const PIXELS: u64 = 100_000_000;
/// What a decoder may allocate.
const MEMORY: u64 = 512 << 20;

fn reader<'b>(bytes: &'b [u8], kind: Kind) -> Result<ImageReader<Cursor<&'b [u8]>>, Unreadable> {
    // The kind was told by the content; the decoder is not left to guess again.
    let format = ImageFormat::from_mime_type(kind.mime).ok_or(Unreadable::NoPicture(kind.label))?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    Ok(reader)
}

/// How large a picture says it is; nothing is decoded, and what is too large is refused.
pub(super) fn dimensions(bytes: &[u8], kind: Kind) -> Result<(u32, u32), Unreadable> {
    let mut reader = reader(bytes, kind)?;
    reader.no_limits();
    let (width, height) = reader.into_dimensions().map_err(|_| Unreadable::Damaged)?;
    if width.max(height) > LONGEST || u64::from(width) * u64::from(height) > PIXELS {
        return Err(Unreadable::TooManyPixels(width, height));
    }
    Ok((width, height))
}

/// A picture, upright.
pub(crate) fn decode(bytes: &[u8], kind: Kind) -> Result<DynamicImage, Unreadable> {
    dimensions(bytes, kind)?;
    let mut decoder = reader(bytes, kind)?
        .into_decoder()
        .map_err(|_| Unreadable::Damaged)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Unreadable::Damaged)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Makes it small, and writes it anew.
pub(super) fn paint(page: u32, picture: DynamicImage) -> Result<Picture, Unreadable> {
    let picture = shrink(picture);
    let (width, height) = (picture.width(), picture.height());
    let mut bytes = Vec::new();
    let mime = if shines_through(&picture) {
        let written = picture
            .into_rgba8()
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png);
        written.map(|()| "image/png")
    } else {
        let written = JpegEncoder::new_with_quality(&mut bytes, 84).encode_image(&picture.into_rgb8());
        written.map(|()| "image/jpeg")
    };
    let mime = mime.map_err(|_| Unreadable::Damaged)?.to_owned();
    Ok(Picture {
        page,
        mime,
        width,
        height,
        bytes,
    })
}

/// A very large picture is made smaller roughly first, which is quick, and then well.
fn shrink(mut picture: DynamicImage) -> DynamicImage {
    let longest = picture.width().max(picture.height());
    if longest > SIDE * 4 {
        picture = picture.thumbnail(SIDE * 2, SIDE * 2);
    }
    if longest > SIDE {
        picture = picture.resize(SIDE, SIDE, FilterType::CatmullRom);
    }
    picture
}

fn shines_through(picture: &DynamicImage) -> bool {
    picture.color().has_alpha() && picture.to_rgba8().pixels().any(|pixel| pixel.0[3] < 255)
}
