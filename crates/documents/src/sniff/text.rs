//! Whether bytes are text, and what kind of text.

use std::borrow::Cow;

/// The beginning of a text, decoded; none when the bytes are no text.
pub(super) fn decode_head(head: &[u8]) -> Option<Cow<'_, str>> {
    if let Some(rest) = head.strip_prefix(b"\xff\xfe") {
        return utf16(rest, u16::from_le_bytes).map(Cow::Owned);
    }
    if let Some(rest) = head.strip_prefix(b"\xfe\xff") {
        return utf16(rest, u16::from_be_bytes).map(Cow::Owned);
    }
    if head.iter().any(|byte| is_control(*byte)) {
        return None;
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    match std::str::from_utf8(head) {
        Ok(text) => Some(Cow::Borrowed(text)),
        // The last character may be cut.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&head[..error.valid_up_to()])
            .ok()
            .map(Cow::Borrowed),
        // Older charsets: the kind of text is told by its ASCII.
        Err(_) => Some(Cow::Owned(head.iter().map(|byte| char::from(*byte)).collect())),
    }
}

/// Control characters that no text has; tab, line feeds, form feed and escape (of terminals and of ISO-2022) it may have.
fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=7 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units)
        .map(|char| char.unwrap_or('\u{fffd}'))
        .collect();
    let strange = text
        .chars()
        .filter(|char| *char == '\u{fffd}' || *char == '\0')
        .count();
    (strange <= 1).then_some(text)
}

/// The kind of a text: by how it begins where that is certain, then by the name's ending, then by its looks.
pub(super) fn mime(text: &str, name: &str) -> &'static str {
    let start = text.trim_start();
    if let Some(mime) = by_beginning(start) {
        return mime;
    }
    let hint = by_name(name);
    if hint == Some("message/rfc822") || is_mail(start) {
        return "message/rfc822";
    }
    if let Some(hint) = hint {
        return hint;
    }
    if start.starts_with("#!") {
        return script(start);
    }
    if is_json(start) {
        return "application/json";
    }
    if is_markdown(start) {
        return "text/markdown";
    }
    if is_table(text, ',') || is_table(text, ';') {
        return "text/csv";
    }
    "text/plain"
}

/// What a browser or a program would take it for, whatever it is called.
fn by_beginning(start: &str) -> Option<&'static str> {
    let first: String = start.chars().take(1024).collect::<String>().to_ascii_lowercase();
    let opens = |tag: &str| {
        let rest = first.strip_prefix(tag);
        rest.is_some_and(|rest| {
            rest.starts_with(|next: char| next == '>' || next == '/' || next.is_whitespace())
        })
    };
    if first.starts_with("<?php") {
        return Some("application/x-php");
    }
    let tags = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<script",
        "<iframe",
        "<style",
        "<title",
    ];
    if tags.into_iter().any(opens) {
        return Some("text/html");
    }
    if opens("<svg") || opens("<!doctype svg") {
        return Some("image/svg+xml");
    }
    if first.starts_with("<!--") {
        let after = start.split_once("-->").map(|(_, rest)| rest.trim_start());
        return after.and_then(by_beginning);
    }
    if first.starts_with("<?xml") {
        // The root is what counts; comments and a document type may stand before it.
        return Some(match ["<svg", "<html"].map(|tag| first.find(tag)) {
            [Some(svg), html] if html.is_none_or(|html| svg < html) => "image/svg+xml",
            [_, Some(_)] => "text/html",
            _ => "application/xml",
        });
    }
    if start.starts_with("BEGIN:VCALENDAR") {
        return Some("text/calendar");
    }
    if start.starts_with("BEGIN:VCARD") {
        return Some("text/vcard");
    }
    None
}

/// A name's ending, in small letters.
pub(crate) fn extension(name: &str) -> Option<String> {
    let (stem, ending) = name.trim_end().rsplit_once('.')?;
    let fits = !stem.is_empty() && !ending.is_empty() && ending.len() <= 12;
    (fits && ending.chars().all(char::is_alphanumeric)).then(|| ending.to_lowercase())
}

fn by_name(name: &str) -> Option<&'static str> {
    Some(match extension(name)?.as_str() {
        "txt" | "text" | "log" | "ini" | "cfg" | "conf" | "properties" | "srt" | "vtt" | "tex" | "rst"
        | "adoc" | "org" => "text/plain",
        "md" | "markdown" | "mdx" => "text/markdown",
        "csv" => "text/csv",
        "tsv" | "tab" => "text/tab-separated-values",
        "htm" | "html" | "xhtml" => "text/html",
        "eml" => "message/rfc822",
        "mbox" => "application/mbox",
        "json" | "geojson" | "ipynb" | "webmanifest" => "application/json",
        "jsonl" | "ndjson" => "application/x-ndjson",
        "xml" | "xsd" | "xsl" | "xslt" | "rss" | "atom" | "plist" => "application/xml",
        "yaml" | "yml" => "application/yaml",
        "toml" => "application/toml",
        "sql" => "application/sql",
        "sh" | "bash" | "zsh" | "fish" => "application/x-sh",
        "ps1" | "psm1" => "application/x-powershell",
        "bat" | "cmd" => "application/x-bat",
        "php" | "phtml" => "application/x-php",
        "js" | "mjs" | "cjs" | "jsx" => "text/javascript",
        "ts" | "tsx" | "mts" | "cts" => "text/x-typescript",
        "css" | "scss" | "sass" | "less" => "text/css",
        "rs" => "text/x-rust",
        "py" | "pyi" | "pyw" => "text/x-python",
        "c" | "h" => "text/x-c",
        "cc" | "cpp" | "cxx" | "hh" | "hpp" | "hxx" => "text/x-c++",
        "cs" => "text/x-csharp",
        "java" => "text/x-java",
        "go" => "text/x-go",
        "rb" => "text/x-ruby",
        "swift" => "text/x-swift",
        "kt" | "kts" => "text/x-kotlin",
        "diff" | "patch" => "text/x-diff",
        "lua" | "pl" | "pm" | "r" | "jl" | "scala" | "hs" | "ex" | "exs" | "erl" | "clj" | "dart" | "zig"
        | "nim" | "ml" | "fs" | "vb" | "asm" | "s" | "m" | "mm" | "f90" | "pas" | "vue" | "svelte"
        | "astro" | "graphql" | "gql" | "proto" | "tf" | "hcl" | "gradle" | "cmake" | "mk" | "dockerfile"
        | "nix" | "vbs" | "sol" => "text/x-source",
        _ => return None,
    })
}

fn script(start: &str) -> &'static str {
    let line = start.lines().next().unwrap_or_default();
    let runs = |program: &str| line.contains(program);
    if runs("python") {
        "text/x-python"
    } else if runs("node") || runs("deno") || runs("bun") {
        "text/javascript"
    } else if runs("ruby") {
        "text/x-ruby"
    } else if runs("php") {
        "application/x-php"
    } else if runs("sh") {
        "application/x-sh"
    } else {
        "text/x-script"
    }
}

/// A head of mail has fields, at least two of which are those that every mail has.
fn is_mail(start: &str) -> bool {
    const FIELDS: [&str; 10] = [
        "from:",
        "to:",
        "subject:",
        "date:",
        "received:",
        "message-id:",
        "mime-version:",
        "return-path:",
        "delivered-to:",
        "content-type:",
    ];
    let mut known = 0;
    for line in start.lines().take(60).take_while(|line| !line.is_empty()) {
        let lower = line.to_ascii_lowercase();
        let field = lower
            .split_once(':')
            .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()));
        if !field && !line.starts_with([' ', '\t']) {
            return false;
        }
        known += usize::from(FIELDS.into_iter().any(|field| lower.starts_with(field)));
    }
    known >= 3
}

/// What could be the beginning of JSON, and goes on like it.
fn is_json(start: &str) -> bool {
    if !start.starts_with(['{', '[']) {
        return false;
    }
    match serde_json::from_str::<serde::de::IgnoredAny>(start) {
        Ok(_) => true,
        // Cut at the end of the head, or nested deeper than a reader goes.
        Err(error) => {
            (error.is_eof() && start.len() > 200) || error.to_string().starts_with("recursion limit")
        }
    }
}

fn is_markdown(start: &str) -> bool {
    let lines = || start.lines().take(400);
    let heading = lines().any(|line| {
        let rest = line.trim_start_matches('#');
        (1..=6).contains(&(line.len() - rest.len())) && rest.starts_with(' ')
    });
    let other = lines().any(|line| {
        line.starts_with("```") || line.starts_with("- ") || line.starts_with("* ") || line.contains("](")
    });
    heading && other
}

/// Several lines with the same number of separators, at least one.
fn is_table(text: &str, separator: char) -> bool {
    let counts: Vec<usize> = text
        .lines()
        .take(6)
        .map(|line| line.matches(separator).count())
        .collect();
    counts.len() >= 3 && counts[0] > 0 && counts[..counts.len() - 1].iter().all(|count| *count == counts[0])
}
