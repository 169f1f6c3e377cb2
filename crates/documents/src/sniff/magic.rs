//! First bytes that tell a format.

use super::containers;

/// Where a format has its mark, and what mark.
type Mark = (usize, &'static [u8], &'static str);

#[rustfmt::skip]
const MARKS: &[Mark] = &[
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBPVP8", "image/webp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"8BPS\0\x01", "image/vnd.adobe.photoshop"),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"\xef\xbb\xbf%PDF-", "application/pdf"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"PK\x07\x08PK\x03\x04", "application/zip"),
    (0, b"PK00PK\x03\x04", "application/zip"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"\x04\x22\x4d\x18", "application/x-lz4"),
    (0, b"MSCF\0\0\0\0", "application/vnd.ms-cab-compressed"),
    (0, b"!<arch>\ndebian-binary", "application/vnd.debian.binary-package"),
    (0, b"!<arch>\n", "application/x-unix-archive"),
    (257, b"ustar", "application/x-tar"),
    (0, b"\xed\xab\xee\xdb", "application/x-rpm"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"\xfe\xed\xfa\xce", "application/x-mach-binary"),
    (0, b"\xfe\xed\xfa\xcf", "application/x-mach-binary"),
    (0, b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\0asm", "application/wasm"),
    (0, b"dex\n03", "application/vnd.android.dex"),
    (0, b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F", "application/x-ms-shortcut"),
    (0, b"ITSF\x03\0\0\0", "application/x-ms-help"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AIFF", "audio/aiff"),
    (8, b"AIFC", "audio/aiff"),
    (0, b"MThd\0\0\0\x06", "audio/midi"),
    (0, b"#!AMR", "audio/amr"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"\0\0\x01\xba", "video/mpeg"),
    (0, b"\0\0\x01\xb3", "video/mpeg"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c", "video/x-ms-asf"),
    (0, b"\0\x01\0\0\0", "font/ttf"),
    (0, b"OTTO\0", "font/otf"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3"),
    (0, b"PAR1", "application/vnd.apache.parquet"),
];

/// The media type that the first bytes tell; none for text and for what is not known.
pub(crate) fn mime(head: &[u8]) -> Option<&'static str> {
    let at = |offset: usize, mark: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(mark));
    if let Some(mark) = MARKS.iter().find(|(offset, mark, _)| at(*offset, mark)) {
        // Marks inside a RIFF or FORM container count only there.
        let contained = mark.0 == 8 && !(at(0, b"RIFF") || at(0, b"FORM"));
        if !contained {
            return Some(mark.2);
        }
    }
    match head {
        [b'M', b'Z', ..] => dos(head),
        [b'B', b'M', ..] => bitmap(head),
        [0xca, 0xfe, 0xba, 0xbe, ..] => Some(fat_binary_or_java(head)),
        [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] => {
            rest.starts_with(b"1AY&SY").then_some("application/x-bzip2")
        }
        [b'F' | b'C' | b'Z', b'W', b'S', 1..=50, rest @ ..] => {
            (rest.len() > 4 && !rest.is_ascii()).then_some("application/x-shockwave-flash")
        }
        [0, 0, 1, 0, count, 0, _, _, _, 0, ..] if *count > 0 => Some("image/x-icon"),
        [0xff, 0xfa | 0xfb | 0xf2 | 0xf3, third, ..] if third & 0xf0 != 0xf0 => Some("audio/mpeg"),
        [0xff, 0xf1 | 0xf9, ..] => Some("audio/aac"),
        [0xff, 0x0a, ..] => Some("image/jxl"),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Some(containers::in_matroska(head)),
        [b'O', b'g', b'g', b'S', ..] => Some(containers::in_ogg(head)),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(containers::in_mp4(head)),
        // QuickTime before there were brands.
        [0, _, _, _, b'm', b'o', b'o', b'v', ..] | [0, _, _, _, b'm', b'd', b'a', b't', ..] => {
            Some("video/quicktime")
        }
        _ => None,
    }
}

/// "MZ" begins a program when a header follows; a text may begin so, too.
fn dos(head: &[u8]) -> Option<&'static str> {
    let offset = head
        .get(60..64)
        .and_then(|bytes| bytes.try_into().ok())
        .map(u32::from_le_bytes);
    let header = offset.and_then(|offset| head.get(offset as usize..));
    if header.is_some_and(|header| header.starts_with(b"PE\0\0") || header.starts_with(b"NE")) {
        return Some("application/vnd.microsoft.portable-executable");
    }
    let binary = head.iter().take(64).any(|byte| *byte == 0);
    binary.then_some("application/x-dosexec")
}

/// "BM" begins a bitmap when its header has one of the known lengths.
fn bitmap(head: &[u8]) -> Option<&'static str> {
    let length = head
        .get(14..18)
        .and_then(|bytes| bytes.try_into().ok())
        .map(u32::from_le_bytes);
    matches!(length, Some(12 | 40 | 52 | 56 | 64 | 108 | 124)).then_some("image/bmp")
}

/// A macOS binary for several processors and a Java class begin alike: the one goes on with a small count, the other with
/// a version of at least 45.
fn fat_binary_or_java(head: &[u8]) -> &'static str {
    match head.get(4..8) {
        Some([0, 0, 0, 1..=42]) => "application/x-mach-binary",
        _ => "application/java-vm",
    }
}
