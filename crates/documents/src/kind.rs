//! What a file is: its media type, and the group in which people look for it.

use serde::{Deserialize, Serialize};

/// What people call a kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// A picture.
    Image,
    /// A PDF.
    Pdf,
    /// Something written with a word processor, a book, an e-mail.
    Document,
    /// Tables.
    Sheet,
    /// A presentation.
    Slides,
    /// Plain text and Markdown.
    Text,
    /// Source code and data for programs.
    Code,
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
    /// Files in a file.
    Archive,
    /// Something that a machine would run.
    Program,
    /// Anything else.
    Other,
}

impl Group {
    /// Every group.
    pub const ALL: [Self; 12] = [
        Self::Image,
        Self::Pdf,
        Self::Document,
        Self::Sheet,
        Self::Slides,
        Self::Text,
        Self::Code,
        Self::Audio,
        Self::Video,
        Self::Archive,
        Self::Program,
        Self::Other,
    ];

    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Pdf => "pdf",
            Self::Document => "document",
            Self::Sheet => "sheet",
            Self::Slides => "slides",
            Self::Text => "text",
            Self::Code => "code",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Archive => "archive",
            Self::Program => "program",
            Self::Other => "other",
        }
    }

    /// The group of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.name() == name)
    }

    /// The media types in it.
    pub fn mimes(self) -> impl Iterator<Item = &'static str> {
        KINDS
            .iter()
            .filter(move |known| known.1 == self)
            .map(|known| known.0)
    }
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    /// The media type.
    pub mime: &'static str,
    /// Where people look for it.
    pub group: Group,
    /// What to call one of its kind in a sentence: "a PNG image".
    pub label: &'static str,
}

impl Kind {
    /// The kind of a media type; what is not known is plain bytes.
    pub fn of(mime: &str) -> Self {
        let found = KINDS.iter().find(|known| known.0 == mime);
        let &(mime, group, label) = found.unwrap_or(&UNKNOWN);
        Self { mime, group, label }
    }

    /// Whether the bytes are text: plain, source code, data, or a page of the web.
    pub fn is_text(self) -> bool {
        matches!(self.group, Group::Text | Group::Code)
            || matches!(self.mime, "text/html" | "text/csv" | "text/tab-separated-values")
            || matches!(self.mime, "image/svg+xml" | "message/rfc822")
    }
}

const UNKNOWN: (&str, Group, &str) = ("application/octet-stream", Group::Other, "a file of unknown kind");

/// Every kind that can be told, by media type.
#[rustfmt::skip]
const KINDS: &[(&str, Group, &str)] = &[
    ("image/png", Group::Image, "a PNG image"),
    ("image/jpeg", Group::Image, "a JPEG image"),
    ("image/gif", Group::Image, "a GIF image"),
    ("image/webp", Group::Image, "a WebP image"),
    ("image/bmp", Group::Image, "a bitmap image"),
    ("image/tiff", Group::Image, "a TIFF image"),
    ("image/avif", Group::Image, "an AVIF image"),
    ("image/heic", Group::Image, "a HEIC image"),
    ("image/x-icon", Group::Image, "an icon"),
    ("image/jxl", Group::Image, "a JPEG XL image"),
    ("image/svg+xml", Group::Image, "an SVG drawing"),
    ("image/vnd.adobe.photoshop", Group::Image, "a Photoshop image"),
    ("application/pdf", Group::Pdf, "a PDF"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", Group::Document, "a Word document"),
    ("application/msword", Group::Document, "an old Word document"),
    ("application/vnd.oasis.opendocument.text", Group::Document, "an OpenDocument text"),
    ("application/rtf", Group::Document, "a rich text document"),
    ("application/epub+zip", Group::Document, "an e-book"),
    ("message/rfc822", Group::Document, "an e-mail"),
    ("application/vnd.ms-outlook", Group::Document, "an Outlook message"),
    ("application/mbox", Group::Document, "a mailbox"),
    ("text/html", Group::Document, "a web page"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Group::Sheet, "an Excel sheet"),
    ("application/vnd.ms-excel", Group::Sheet, "an old Excel sheet"),
    ("application/vnd.ms-excel.sheet.binary.macroEnabled.12", Group::Sheet, "a binary Excel sheet"),
    ("application/vnd.oasis.opendocument.spreadsheet", Group::Sheet, "an OpenDocument sheet"),
    ("text/csv", Group::Sheet, "a table in CSV"),
    ("text/tab-separated-values", Group::Sheet, "a table in TSV"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", Group::Slides, "a PowerPoint presentation"),
    ("application/vnd.ms-powerpoint", Group::Slides, "an old PowerPoint presentation"),
    ("application/vnd.oasis.opendocument.presentation", Group::Slides, "an OpenDocument presentation"),
    ("text/plain", Group::Text, "plain text"),
    ("text/markdown", Group::Text, "Markdown"),
    ("text/calendar", Group::Text, "a calendar"),
    ("text/vcard", Group::Text, "an address card"),
    ("application/json", Group::Code, "JSON"),
    ("application/x-ndjson", Group::Code, "JSON lines"),
    ("application/xml", Group::Code, "XML"),
    ("application/yaml", Group::Code, "YAML"),
    ("application/toml", Group::Code, "TOML"),
    ("application/sql", Group::Code, "SQL"),
    ("application/x-sh", Group::Code, "a shell script"),
    ("application/x-powershell", Group::Code, "a PowerShell script"),
    ("application/x-bat", Group::Code, "a batch script"),
    ("application/x-php", Group::Code, "PHP"),
    ("text/javascript", Group::Code, "JavaScript"),
    ("text/x-typescript", Group::Code, "TypeScript"),
    ("text/css", Group::Code, "a style sheet"),
    ("text/x-rust", Group::Code, "Rust"),
    ("text/x-python", Group::Code, "Python"),
    ("text/x-c", Group::Code, "C"),
    ("text/x-c++", Group::Code, "C++"),
    ("text/x-csharp", Group::Code, "C#"),
    ("text/x-java", Group::Code, "Java"),
    ("text/x-go", Group::Code, "Go"),
    ("text/x-ruby", Group::Code, "Ruby"),
    ("text/x-swift", Group::Code, "Swift"),
    ("text/x-kotlin", Group::Code, "Kotlin"),
    ("text/x-source", Group::Code, "source code"),
    ("text/x-diff", Group::Code, "a patch"),
    ("text/x-script", Group::Code, "a script"),
    ("audio/mpeg", Group::Audio, "MP3 sound"),
    ("audio/mp4", Group::Audio, "MPEG-4 sound"),
    ("audio/aac", Group::Audio, "AAC sound"),
    ("audio/ogg", Group::Audio, "Ogg sound"),
    ("audio/flac", Group::Audio, "FLAC sound"),
    ("audio/wav", Group::Audio, "WAV sound"),
    ("audio/aiff", Group::Audio, "AIFF sound"),
    ("audio/midi", Group::Audio, "MIDI"),
    ("audio/amr", Group::Audio, "AMR sound"),
    ("video/mp4", Group::Video, "an MPEG-4 video"),
    ("video/quicktime", Group::Video, "a QuickTime video"),
    ("video/webm", Group::Video, "a WebM video"),
    ("video/x-matroska", Group::Video, "a Matroska video"),
    ("video/x-msvideo", Group::Video, "an AVI video"),
    ("video/x-ms-asf", Group::Video, "a Windows Media file"),
    ("video/mpeg", Group::Video, "an MPEG video"),
    ("video/ogg", Group::Video, "an Ogg video"),
    ("video/3gpp", Group::Video, "a 3GPP video"),
    ("video/x-flv", Group::Video, "a Flash video"),
    ("application/zip", Group::Archive, "a zip archive"),
    ("application/gzip", Group::Archive, "a gzip archive"),
    ("application/x-tar", Group::Archive, "a tar archive"),
    ("application/x-7z-compressed", Group::Archive, "a 7-Zip archive"),
    ("application/vnd.rar", Group::Archive, "a RAR archive"),
    ("application/x-bzip2", Group::Archive, "a bzip2 archive"),
    ("application/x-xz", Group::Archive, "an xz archive"),
    ("application/zstd", Group::Archive, "a Zstandard archive"),
    ("application/x-lz4", Group::Archive, "an LZ4 archive"),
    ("application/vnd.ms-cab-compressed", Group::Archive, "a cabinet archive"),
    ("application/x-unix-archive", Group::Archive, "an ar archive"),
    ("application/x-elf", Group::Program, "a Linux program"),
    ("application/vnd.microsoft.portable-executable", Group::Program, "a Windows program"),
    ("application/x-mach-binary", Group::Program, "a macOS program"),
    ("application/x-dosexec", Group::Program, "a DOS program"),
    ("application/java-vm", Group::Program, "a Java program"),
    ("application/java-archive", Group::Program, "a Java program"),
    ("application/vnd.android.package-archive", Group::Program, "an Android app"),
    ("application/vnd.android.dex", Group::Program, "an Android program"),
    ("application/wasm", Group::Program, "a WebAssembly program"),
    ("application/x-msi", Group::Program, "a Windows installer"),
    ("application/x-ms-shortcut", Group::Program, "a Windows shortcut"),
    ("application/x-ms-help", Group::Program, "a compiled Windows help file"),
    ("application/vnd.debian.binary-package", Group::Program, "a Debian package"),
    ("application/x-rpm", Group::Program, "an RPM package"),
    ("application/x-shockwave-flash", Group::Program, "a Flash program"),
    ("font/ttf", Group::Other, "a font"),
    ("font/otf", Group::Other, "a font"),
    ("font/woff", Group::Other, "a font"),
    ("font/woff2", Group::Other, "a font"),
    ("application/vnd.sqlite3", Group::Other, "an SQLite database"),
    ("application/vnd.apache.parquet", Group::Other, "a Parquet table"),
    ("application/x-ole-storage", Group::Other, "an old Office file"),
    UNKNOWN,
];
