//! What a name promises, against what the file is.

use crate::sniff::extension;
use crate::{Group, Kind};

/// Why a program is not accepted; and a script that calls itself a picture or a document is one, too.
pub(super) fn program(kind: Kind, head: &[u8], name: &str) -> Option<String> {
    let promised = promised(name);
    let disguised =
        promised.is_some_and(|group| !matches!(group, Group::Program | Group::Code | Group::Text));
    let script = kind.is_text() && runs(kind, head);
    if kind.group != Group::Program && !(script && disguised) {
        return None;
    }
    Some(match extension(name) {
        Some(ending) if disguised => format!("It is {}, although its name ends in .{ending}.", kind.label),
        _ => format!("It is {}; programs are not accepted.", kind.label),
    })
}

/// Whether a text is one that a machine would run, or a browser.
fn runs(kind: Kind, head: &[u8]) -> bool {
    head.starts_with(b"#!") || matches!(kind.mime, "text/html" | "application/x-php")
}

/// Whether the name's ending belongs to another group of files.
pub(super) fn promises_other(kind: Kind, name: &str) -> bool {
    promised(name).is_some_and(|group| {
        let texts = |group| matches!(group, Group::Text | Group::Code);
        group != kind.group
            && !(texts(group) && kind.is_text())
            && !(group == Group::Archive && kind.is_packed())
    })
}

/// The group that an ending stands for; none where it stands for nothing certain.
fn promised(name: &str) -> Option<Group> {
    Some(match extension(name)?.as_str() {
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "bmp" | "tif" | "tiff" | "avif" | "heic" | "heif"
        | "ico" | "svg" | "jxl" | "psd" => Group::Image,
        "pdf" => Group::Pdf,
        "doc" | "docx" | "docm" | "dot" | "dotx" | "odt" | "rtf" | "epub" | "eml" | "msg" | "mbox" => {
            Group::Document
        }
        "xls" | "xlsx" | "xlsm" | "xlsb" | "ods" | "csv" | "tsv" => Group::Sheet,
        "ppt" | "pptx" | "pptm" | "pps" | "ppsx" | "odp" => Group::Slides,
        "txt" | "md" | "log" => Group::Text,
        "json" | "xml" | "yaml" | "yml" | "toml" | "js" | "py" | "rs" | "sh" | "sql" | "css" => Group::Code,
        "mp3" | "wav" | "flac" | "ogg" | "m4a" | "aac" | "opus" => Group::Audio,
        "mp4" | "mov" | "avi" | "mkv" | "webm" | "mpg" | "mpeg" | "wmv" | "3gp" => Group::Video,
        "zip" | "gz" | "tgz" | "tar" | "7z" | "rar" | "bz2" | "xz" | "zst" => Group::Archive,
        "exe" | "dll" | "msi" | "com" | "scr" | "jar" | "apk" | "so" | "lnk" => Group::Program,
        _ => return None,
    })
}
