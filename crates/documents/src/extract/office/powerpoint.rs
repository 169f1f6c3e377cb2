//! A PowerPoint presentation: a page for each slide in the order in which they are shown, with its notes.

use std::collections::HashMap;

use super::xml::{self, Step};
use crate::extract::zipped::Parts;
use crate::extract::{Paper, Unreadable};
use crate::input::Input;

pub(super) fn read<I: Input>(parts: &mut Parts<I>, paper: &mut Paper) -> Result<(), Unreadable> {
    paper.has_pages();
    let slides = slides(parts);
    if slides.is_empty() {
        return Err(Unreadable::Damaged);
    }
    for slide in slides {
        if paper.is_full() {
            break;
        }
        if let Some(part) = parts.part(&slide) {
            write(part, paper);
        }
        let notes = relations(parts, &slide)
            .into_values()
            .find(|target| target.contains("notesSlides/"));
        if let Some(part) = notes.and_then(|notes| parts.part(&notes)) {
            paper.fresh_line();
            write(part, paper);
        }
        paper.next_page();
    }
    Ok(())
}

/// The slides' parts in their order.
fn slides<I: Input>(parts: &mut Parts<I>) -> Vec<String> {
    let mut ids = Vec::new();
    if let Some(part) = parts.part("ppt/presentation.xml") {
        xml::walk(part, |step| {
            if let Step::Open(tag) = step
                && tag.name() == "sldId"
            {
                ids.extend(tag.qualified("r:id"));
            }
            ids.len() < 10_000
        });
    }
    let targets = relations(parts, "ppt/presentation.xml");
    ids.iter().filter_map(|id| targets.get(id).cloned()).collect()
}

/// What a part refers to: the parts' names by the ids that stand for them.
fn relations<I: Input>(parts: &mut Parts<I>, name: &str) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let Some((folder, file)) = name.rsplit_once('/') else {
        return found;
    };
    let Some(part) = parts.part(&format!("{folder}/_rels/{file}.rels")) else {
        return found;
    };
    xml::walk(part, |step| {
        if let Step::Open(tag) = step
            && let (Some(id), Some(target)) = (tag.attribute("Id"), tag.attribute("Target"))
        {
            found.insert(id, resolve(folder, &target));
        }
        found.len() < 10_000
    });
    found
}

/// A target beside or above its part.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').collect();
    for piece in target.split('/') {
        if piece == ".." {
            path.pop();
        } else if piece != "." {
            path.push(piece);
        }
    }
    path.join("/")
}

fn write(part: impl std::io::BufRead, paper: &mut Paper) {
    // Inside of text; inside of a field, as the slide's number is.
    let (mut text, mut field) = (false, false);
    xml::walk(part, |step| {
        match step {
            Step::Open(tag) => match tag.name() {
                "t" => text = true,
                "fld" => field = true,
                "br" => paper.line(),
                _ => {}
            },
            Step::Close(name) => match name {
                "t" => text = false,
                "fld" => field = false,
                "p" => paper.fresh_line(),
                "tc" => paper.write("\t"),
                _ => {}
            },
            Step::Text(written) if text && !field => paper.write(written),
            Step::Text(_) => {}
        }
        !paper.is_full()
    });
}
