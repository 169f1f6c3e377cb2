//! Videos and sound, and still pictures in a video's format, by ffmpeg where it is installed. It is told the format, so
//! that it does not guess a playlist, and that it may open nothing but the file it was given.

use image::ImageFormat;
use serde_json::Value;

use super::{FILE, Picture, paint};
use crate::extract::of_image;
use crate::input::Input;
use crate::tools::Tools;
use crate::{Facts, Group, Kind, Unreadable};

pub(super) fn of_film(kind: Kind, tools: &Tools, out: &mut dyn FnMut(Picture)) -> Result<Facts, Unreadable> {
    let facts = probe(kind, tools)?;
    if kind.group == Group::Video {
        // A moment after the beginning: the first picture is often black.
        let length = facts.get("duration_ms").and_then(Value::as_u64).unwrap_or(0);
        let at = format!("{:.3}", (length.min(10_000) / 10) as f64 / 1_000.0);
        out(paint::paint(1, frame(kind, tools, &at)?)?);
    }
    Ok(facts)
}

/// A still picture in a format of videos.
pub(super) fn of_still<I: Input>(
    input: &mut I,
    kind: Kind,
    tools: &Tools,
    out: &mut dyn FnMut(Picture),
) -> Result<Facts, Unreadable> {
    let mut facts = input
        .whole(FILE)?
        .map(|bytes| of_image(&bytes))
        .unwrap_or_default();
    let picture = frame(kind, tools, "0")?;
    facts.set("width", picture.width());
    facts.set("height", picture.height());
    out(paint::paint(1, picture)?);
    Ok(facts)
}

fn frame(kind: Kind, tools: &Tools, at: &str) -> Result<image::DynamicImage, Unreadable> {
    let arguments = [
        "-nostdin",
        "-v",
        "error",
        "-threads",
        "1",
        "-protocol_whitelist",
        "file,pipe",
        "-f",
        demuxer(kind),
        "-ss",
        at,
        "-i",
        "/dev/stdin",
        "-frames:v",
        "1",
        "-vf",
        "scale='min(2048,iw)':-2",
        "-f",
        "image2pipe",
        "-c:v",
        "png",
        "pipe:1",
    ];
    let bytes = tools.over_file("ffmpeg", &arguments)?;
    image::load_from_memory_with_format(&bytes, ImageFormat::Png).map_err(|_| Unreadable::Damaged)
}

fn probe(kind: Kind, tools: &Tools) -> Result<Facts, Unreadable> {
    let arguments = [
        "-v",
        "error",
        "-protocol_whitelist",
        "file,pipe",
        "-f",
        demuxer(kind),
        "-print_format",
        "json",
        "-show_entries",
        "format=duration:format_tags=title,artist:stream=codec_type,width,height",
        "/dev/stdin",
    ];
    let told: Value =
        serde_json::from_slice(&tools.over_file("ffprobe", &arguments)?).map_err(|_| Unreadable::Damaged)?;
    let mut facts = Facts::default();
    let seconds = told["format"]["duration"]
        .as_str()
        .and_then(|text| text.parse::<f64>().ok());
    if let Some(seconds) = seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0) {
        facts.set("duration_ms", (seconds * 1_000.0).round() as u64);
    }
    for (name, tag) in [("title", "title"), ("author", "artist")] {
        facts.text(name, told["format"]["tags"][tag].as_str().unwrap_or_default());
    }
    let streams = told["streams"].as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(video) = streams.iter().find(|stream| stream["codec_type"] == "video") {
        for side in ["width", "height"] {
            if let Some(length) = video[side].as_u64().filter(|_| kind.group == Group::Video) {
                facts.set(side, length);
            }
        }
    }
    Ok(facts)
}

/// How ffmpeg calls the format.
fn demuxer(kind: Kind) -> &'static str {
    match kind.mime {
        "video/webm" | "video/x-matroska" => "matroska",
        "video/x-msvideo" => "avi",
        "video/x-ms-asf" => "asf",
        "video/x-flv" => "flv",
        "video/mpeg" => "mpeg",
        "video/ogg" | "audio/ogg" => "ogg",
        "audio/mpeg" => "mp3",
        "audio/wav" => "wav",
        "audio/flac" => "flac",
        "audio/aac" => "aac",
        "audio/aiff" => "aiff",
        "audio/amr" => "amr",
        _ => "mov",
    }
}
