//! Opening files for a question: their pages as far as any of the models could read them, the passages that fit the
//! question where a file is too long, and the bytes of what a model takes as it is.

use std::collections::HashMap;

use ai::answer::Citation;
use ai::{Plan, Target};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use db::entity::files;
use db::kinds::{FileStatus, Visibility};
use db::{DbError, FileId, WorkspaceId};
use kit::api::ApiError;
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};

use super::bytes;
use super::fence::Fence;
use super::numbers::Numbers;
use crate::index::{self, Passage};
use crate::{FileBrief, Files};

/// Pages that are read at once.
const BATCH: i32 = 50;
/// The most characters of one file that are held, however large a model's window is.
const MOST_CHARS: usize = 2_000_000;
/// Of a file that is too long, this much of its beginning is there, in characters.
const BEGINNING: usize = 24_000;
/// The best passages of a file that is too long.
const PASSAGES: usize = 12;
/// The best passages of all that an assistant knows.
const KNOWN: usize = 8;
/// The largest document that is handed on as it is, in bytes.
const LARGEST_DOCUMENT: u64 = 10 << 20;
/// Its most pages.
const LONGEST_DOCUMENT: i32 = 40;
/// The bytes of pictures and documents of one question, all together.
const MOST_BYTES: u64 = 20 << 20;
/// The most pictures and documents of one question.
const MOST_NATIVE: usize = 20;

/// What a question is about.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// Files that were attached, the newest first, each once.
    pub attached: &'a [FileId],
    /// Files that whoever answers knows.
    pub knowledge: &'a [FileId],
    /// The question.
    pub question: &'a str,
    /// What earlier answers cite.
    pub known: &'a [Citation],
    /// Who may be asked.
    pub plan: &'a Plan,
}

/// Files that were opened for a question.
#[derive(Debug)]
pub struct Reading {
    pub(super) fence: Fence,
    pub(super) numbers: Numbers,
    pub(super) files: Vec<Opened>,
    pub(super) knowledge: Vec<Known>,
}

/// A page or a passage of one, and about how many tokens it is.
#[derive(Debug)]
pub(super) struct Piece {
    pub page: Option<i32>,
    pub text: String,
    pub tokens: u64,
}

/// A passage of what an assistant knows.
#[derive(Debug)]
pub(super) struct Known {
    pub file: FileId,
    pub name: String,
    pub piece: Piece,
}

/// A file that some models take as it is.
#[derive(Debug)]
pub(super) enum Native {
    Picture { mime: String, base64: String },
    Document { base64: String, pages: i32 },
}

/// One attached file.
#[derive(Debug)]
pub(super) struct Opened {
    pub brief: FileBrief,
    /// Its pages: all of them, or the first ones.
    pub pages: Vec<Piece>,
    /// Whether these are all.
    pub is_whole: bool,
    /// Where they are not: the passages that fit the question.
    pub passages: Vec<Piece>,
    pub native: Option<Native>,
}

impl Piece {
    fn new(page: Option<i32>, text: String) -> Self {
        let tokens = ai::estimate(&text) + 40; // and its marks
        Self { page, text, tokens }
    }
}

/// How many tokens of files a model is given at once: the rest is for what was said, and for the answer.
pub(super) fn share(target: &Target) -> u64 {
    target.window() / 2
}

/// Opens what a question is about.
pub async fn open(room: &Files, workspace: WorkspaceId, wish: Wish<'_>) -> Result<Reading, ApiError> {
    let keys = room.db().keys(workspace.0).await?;
    let mut reading = Reading {
        fence: Fence::of(&keys)?,
        numbers: Numbers::after(wish.known),
        files: Vec::with_capacity(wish.attached.len()),
        knowledge: Vec::new(),
    };
    reading.know(room, workspace, wish).await?;
    if wish.attached.is_empty() {
        return Ok(reading);
    }
    let mut briefs = crate::briefs(room, workspace, wish.attached).await?;
    let chars = text_chars(room, workspace, wish.attached).await?;
    let mut natives = Natives::of(wish.plan);
    let room_for = wish.plan.targets.iter().map(share).max().unwrap_or(0);
    for id in wish.attached {
        let Some(brief) = briefs.remove(id) else { continue };
        let chars = chars.get(id).copied().unwrap_or(0);
        let opening = Opening {
            room,
            workspace,
            wish,
            room_for,
        };
        let opened = opening.one(brief, chars, &mut natives).await?;
        reading.number(&opened);
        reading.files.push(opened);
    }
    Ok(reading)
}

impl Reading {
    /// All that can be cited.
    pub fn sources(&self) -> &[Citation] {
        self.numbers.all()
    }

    async fn know(&mut self, room: &Files, workspace: WorkspaceId, wish: Wish<'_>) -> Result<(), ApiError> {
        if wish.knowledge.is_empty() || wish.question.is_empty() {
            return Ok(());
        }
        let open = shared(room, workspace, wish.knowledge).await?;
        let found = index::retrieve(room, workspace, &open, wish.question, KNOWN).await?;
        let ids: Vec<FileId> = found.iter().map(|passage| passage.file_id).collect();
        let briefs = crate::briefs(room, workspace, &ids).await?;
        for Passage {
            file_id, page, text, ..
        } in found
        {
            let Some(brief) = briefs.get(&file_id) else {
                continue;
            };
            self.numbers.give(file_id, &brief.name, page, &text);
            self.knowledge.push(Known {
                file: file_id,
                name: brief.name.clone(),
                piece: Piece::new(page, text),
            });
        }
        Ok(())
    }

    fn number(&mut self, file: &Opened) {
        let (id, name) = (file.brief.id, &file.brief.name);
        for piece in file.pages.iter().chain(&file.passages) {
            self.numbers.give(id, name, piece.page, &piece.text);
        }
        match &file.native {
            Some(Native::Picture { .. }) if file.pages.is_empty() => self.numbers.give(id, name, None, ""),
            Some(Native::Document { pages, .. }) => {
                let known = |page| file.pages.iter().any(|piece| piece.page == Some(page));
                for page in (1..=*pages).filter(|page| !known(*page)) {
                    self.numbers.give(id, name, Some(page), "");
                }
            }
            _ => {}
        }
    }
}

/// Those files that the workspace sees: what an assistant knows is for everybody whom it answers.
async fn shared(room: &Files, workspace: WorkspaceId, ids: &[FileId]) -> Result<Vec<FileId>, DbError> {
    Ok(files::Entity::of(workspace)
        .filter(files::Column::Id.is_in(ids.iter().copied()))
        .filter(files::Column::Visibility.eq(Visibility::Workspace))
        .filter(files::Column::Status.eq(FileStatus::Ready))
        .select_only()
        .column(files::Column::Id)
        .into_tuple()
        .all(room.db().read())
        .await?)
}

async fn text_chars(
    room: &Files,
    workspace: WorkspaceId,
    ids: &[FileId],
) -> Result<HashMap<FileId, i64>, DbError> {
    let rows: Vec<(FileId, i64)> = files::Entity::of(workspace)
        .filter(files::Column::Id.is_in(ids.iter().copied()))
        .select_only()
        .columns([files::Column::Id, files::Column::TextChars])
        .into_tuple()
        .all(room.db().read())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Opening one file after the other.
struct Opening<'a> {
    room: &'a Files,
    workspace: WorkspaceId,
    wish: Wish<'a>,
    /// The tokens that the model with the largest window would take.
    room_for: u64,
}

impl Opening<'_> {
    async fn one(&self, brief: FileBrief, chars: i64, natives: &mut Natives) -> Result<Opened, ApiError> {
        let mut opened = Opened {
            brief,
            pages: Vec::new(),
            is_whole: true,
            passages: Vec::new(),
            native: None,
        };
        if matches!(opened.brief.status, FileStatus::Scanning | FileStatus::Rejected) {
            return Ok(opened);
        }
        if chars > 0 {
            self.pages(&mut opened, usize::try_from(chars).unwrap_or(0))
                .await?;
        }
        if !opened.is_whole && !self.wish.question.is_empty() {
            let file = [opened.brief.id];
            let found =
                index::retrieve(self.room, self.workspace, &file, self.wish.question, PASSAGES).await?;
            let pieces = found
                .into_iter()
                .map(|passage| Piece::new(passage.page, passage.text));
            opened.passages = pieces.collect();
        }
        opened.native = natives.take(self.room, self.workspace, &opened).await?;
        Ok(opened)
    }

    /// Reads pages until the end, or until they are more than any of the models takes.
    async fn pages(&self, opened: &mut Opened, chars: usize) -> Result<(), ApiError> {
        // A token is four characters at most.
        let most = usize::try_from(self.room_for * 4)
            .unwrap_or(MOST_CHARS)
            .min(MOST_CHARS);
        let is_long = chars > most;
        let most = if is_long { BEGINNING } else { most };
        let (mut from, mut read, mut tokens) = (1, 0, 0);
        loop {
            let pages = from..=from + BATCH - 1;
            let found = crate::pages(self.room, self.workspace, opened.brief.id, pages).await?;
            let Some((last, _)) = found.last() else {
                return Ok(());
            };
            from = last + 1;
            for (page, text) in found {
                read += text.chars().count();
                let piece = Piece::new(Some(page), text);
                tokens += piece.tokens;
                opened.pages.push(piece);
                if is_long && read >= most || tokens > self.room_for {
                    opened.is_whole = false;
                    cut_to_beginning(&mut opened.pages);
                    return Ok(());
                }
            }
        }
    }
}

/// Keeps the first pages of a file that is too long.
fn cut_to_beginning(pages: &mut Vec<Piece>) {
    let mut read = 0;
    pages.retain(|piece| {
        let keep = read < BEGINNING;
        read += piece.text.chars().count();
        keep
    });
}

/// What is still handed on as it is: memory and providers have their limits.
struct Natives {
    pictures: bool,
    documents: bool,
    bytes: u64,
    left: usize,
}

impl Natives {
    fn of(plan: &Plan) -> Self {
        Self {
            pictures: plan.targets.iter().any(Target::sees_pictures),
            documents: plan.targets.iter().any(Target::reads_documents),
            bytes: MOST_BYTES,
            left: MOST_NATIVE,
        }
    }

    async fn take(
        &mut self,
        room: &Files,
        workspace: WorkspaceId,
        opened: &Opened,
    ) -> Result<Option<Native>, ApiError> {
        let brief = &opened.brief;
        if self.left == 0 {
            return Ok(None);
        }
        let native = if self.pictures && brief.kind.starts_with("image/") {
            let found = bytes::picture(room, workspace, brief, self.bytes).await?;
            found.map(|(mime, bytes)| {
                self.bytes = self.bytes.saturating_sub(bytes.len() as u64);
                let base64 = STANDARD.encode(bytes);
                Native::Picture { mime, base64 }
            })
        } else if self.documents && brief.kind == "application/pdf" {
            let Some(pages) = pages_of(opened).filter(|pages| *pages <= LONGEST_DOCUMENT) else {
                return Ok(None);
            };
            let most = self.bytes.min(LARGEST_DOCUMENT);
            let found = bytes::document(room, workspace, brief.id, most).await?;
            found.map(|bytes| {
                self.bytes = self.bytes.saturating_sub(bytes.len() as u64);
                let base64 = STANDARD.encode(bytes);
                Native::Document { base64, pages }
            })
        } else {
            None
        };
        self.left -= usize::from(native.is_some());
        Ok(native)
    }
}

/// How many pages a document has, if that is known.
fn pages_of(opened: &Opened) -> Option<i32> {
    let told = opened.brief.pages.and_then(|pages| i32::try_from(pages).ok());
    told.or_else(|| opened.pages.last().filter(|_| opened.is_whole)?.page)
}
