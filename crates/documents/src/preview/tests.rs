use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;
use crate::{fixtures, sniff};

fn paint_as(bytes: &[u8], kind: Kind) -> (Vec<Picture>, Result<Facts, Unreadable>) {
    let mut pictures = Vec::new();
    let outcome = preview(&mut Cursor::new(bytes), kind, &Tools::none(), &mut |picture| {
        pictures.push(picture)
    });
    (pictures, outcome)
}

fn paint(bytes: &[u8]) -> (Vec<Picture>, Facts) {
    let (pictures, facts) = paint_as(bytes, sniff(bytes, ""));
    (pictures, facts.unwrap())
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture
        .into()
        .write_to(&mut Cursor::new(&mut bytes), format)
        .unwrap();
    bytes
}

#[test]
fn a_photograph_is_upright_small_and_without_its_place() {
    let (pictures, facts) = paint(&fixtures::photograph(1600, 800));
    let picture = &pictures[0];
    assert_eq!((picture.page, picture.width, picture.height), (1, 512, 1024));
    assert_eq!(picture.mime, "image/jpeg");
    assert!(memchr::memmem::find(&picture.bytes, b"Exif").is_none());
    assert!(of_image(&picture.bytes).into_object().is_empty());
    // On its side it was brightest at the right end of x; upright that is the bottom.
    let shown = image::load_from_memory(&picture.bytes).unwrap();
    assert_eq!((shown.width(), shown.height()), (512, 1024));
    for (name, value) in [
        ("width", serde_json::json!(800)),
        ("height", 1600.into()),
        ("camera", "Leica M11".into()),
        ("taken_at", "2026-05-01T12:30:00+02:00".into()),
        ("latitude", 46.5.into()),
        ("longitude", (-7.76).into()),
    ] {
        assert_eq!(facts.get(name), Some(&value), "{name}");
    }
}

#[test]
fn what_shines_through_stays_so_and_what_is_small_stays_small() {
    let glass = RgbaImage::from_pixel(40, 20, Rgba([10, 20, 30, 128]));
    let (pictures, _) = paint(&encoded(glass, ImageFormat::Png));
    assert_eq!((pictures[0].mime.as_str(), pictures[0].width), ("image/png", 40));
    let solid = RgbaImage::from_pixel(40, 20, Rgba([10, 20, 30, 255]));
    assert_eq!(paint(&encoded(solid, ImageFormat::Png)).0[0].mime, "image/jpeg");
    for format in [
        ImageFormat::Gif,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
        ImageFormat::WebP,
    ] {
        let plain = RgbImage::from_pixel(30, 10, Rgb([200, 10, 10]));
        let bytes = if format == ImageFormat::Gif {
            encoded(DynamicImage::from(plain).to_rgba8(), format)
        } else {
            encoded(plain, format)
        };
        assert_eq!(
            (paint(&bytes).0[0].width, paint(&bytes).0[0].height),
            (30, 10),
            "{format:?}"
        );
    }
}

#[test]
fn a_picture_of_gigantic_size_is_refused_before_it_is_decoded() {
    let mut bytes = encoded(RgbImage::new(1, 1), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    let refused = paint_as(&bytes, sniff(&bytes, "")).1.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the picture is too large to be shown: 60000 × 60000 pixels"
    );
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[test]
fn the_first_pages_of_a_pdf_are_painted() {
    let (pictures, facts) = paint(&fixtures::pdf(&["one", "two", "three", "four"]));
    assert_eq!(
        pictures.iter().map(|picture| picture.page).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert!(
        pictures
            .iter()
            .all(|picture| (picture.width, picture.height) == (1024, 1024))
    );
    assert_eq!(facts.get("pages").unwrap(), 4);
    // There is ink on the paper.
    let shown = image::load_from_memory(&pictures[0].bytes).unwrap().into_luma8();
    assert!(shown.pixels().filter(|pixel| pixel.0[0] < 100).count() > 100);
    assert!(shown.pixels().filter(|pixel| pixel.0[0] > 250).count() > 900_000);
}

#[test]
fn what_cannot_be_painted_says_why() {
    let told = |bytes: &[u8]| paint_as(bytes, sniff(bytes, "")).1.unwrap_err().to_string();
    assert_eq!(told(b"<svg/>"), "no preview is made of an SVG drawing");
    assert_eq!(told(b"plain"), "no preview is made of plain text");
    assert_eq!(
        told(b"\0\0\0\x18ftypisom\0\0\0\0isom"),
        "ffprobe is not installed"
    );
    assert_eq!(told(b"\x89PNG\r\n\x1a\nnonsense"), "the file is damaged");
    assert_eq!(told(b"%PDF-1.7 nonsense"), "the file is damaged");
}

#[test]
fn every_cut_of_every_picture_is_survived() {
    let plain = RgbImage::from_pixel(30, 10, Rgb([200, 10, 10]));
    let mut files = vec![fixtures::photograph(64, 48), fixtures::pdf(&["one"])];
    files.extend(
        [
            ImageFormat::Bmp,
            ImageFormat::Png,
            ImageFormat::Tiff,
            ImageFormat::WebP,
        ]
        .map(|format| encoded(plain.clone(), format)),
    );
    for bytes in files {
        let kind = sniff(&bytes, "");
        for cut in (0..bytes.len()).step_by((bytes.len() / 40).max(1)) {
            let _ = paint_as(&bytes[..cut], kind);
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(24))]
    #[test]
    fn no_damage_makes_it_panic(at in 0_usize..1_000_000, damage in proptest::collection::vec(proptest::num::u8::ANY, 1..20)) {
        let plain = RgbImage::from_pixel(30, 10, Rgb([200, 10, 10]));
        let mut files = vec![fixtures::photograph(32, 24)];
        files.extend([ImageFormat::Png, ImageFormat::Tiff, ImageFormat::WebP].map(|format| encoded(plain.clone(), format)));
        for mut bytes in files {
            let kind = sniff(&bytes, "");
            let at = at % bytes.len();
            for (place, byte) in bytes[at..].iter_mut().zip(&damage) {
                *place = *byte;
            }
            let _ = paint_as(&bytes, kind);
        }
    }
}
