//! The branch so far, with its files, put for each model in the form that it takes.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use ai::answer::Citation;
use ai::{Plan, Question, Target};
use db::entity::messages;
use db::kinds::{MessageRole, MessageStatus};
use db::{FileId, MessageId, UserId, WorkspaceId};
use files::prompt::{Reading, Wish, joined, open, settle};
use kit::api::ApiError;
use providers::{Conversation, Message, Part, Role};

use crate::messages::{Body, open_body, path_up};
use crate::{Chat, attachments};

/// How many messages of a branch are looked at; the model's window cuts further.
const HISTORY: u64 = 400;
/// How long a question waits for its files to be read.
const SETTLES_WITHIN: Duration = Duration::from_secs(30);

/// What is asked: everything that was said, and the files, opened for whoever is tried.
#[derive(Debug)]
pub struct Asked {
    system: String,
    turns: Vec<Turn>,
    reading: Reading,
}

/// What somebody said, and the files that stand with it.
#[derive(Debug)]
struct Turn {
    role: Role,
    text: String,
    files: Vec<FileId>,
    is_question: bool,
}

/// What a branch is read for.
#[derive(Clone, Copy, Debug)]
pub struct Branch<'a> {
    pub workspace: WorkspaceId,
    /// The instructions.
    pub system: &'a str,
    /// The files that the assistant knows.
    pub knowledge: &'a [FileId],
    /// The last message.
    pub tip: MessageId,
    /// Who may be asked.
    pub plan: &'a Plan,
}

/// Reads the conversation that ends with a message. Waits for files that are still being read.
pub async fn branch(chat: &Chat, of: Branch<'_>) -> Result<Asked, ApiError> {
    let keys = chat.db().keys(of.workspace.0).await?;
    let path = path_up(chat.db(), of.workspace, of.tip, HISTORY).await?;
    let speakers = speakers(chat, &path).await?;
    let ids: Vec<MessageId> = path.iter().map(|row| row.id).collect();
    let mut attached = attachments::of_messages(chat.db().read(), of.workspace, &ids).await?;
    let mut asked = Branching::default();
    for row in &path {
        // A message that cannot be opened is left out.
        let Ok(body) = open_body(&keys, row) else { continue };
        let files = attached.remove(&row.id).unwrap_or_default();
        asked.add(row, body, files, &speakers);
    }
    settle(chat.files(), of.workspace, &asked.files, SETTLES_WITHIN).await?;
    let wish = Wish {
        attached: &asked.files,
        knowledge: of.knowledge,
        question: &asked.question,
        known: &asked.known,
        plan: of.plan,
    };
    let reading = open(chat.files(), of.workspace, wish).await?;
    asked.turns.reverse();
    Ok(Asked {
        system: of.system.to_owned(),
        turns: asked.turns,
        reading,
    })
}

/// A branch while it is read, the newest message first.
#[derive(Default)]
struct Branching {
    turns: Vec<Turn>,
    /// Each file once, with the newest message that has it.
    files: Vec<FileId>,
    question: String,
    has_question: bool,
    known: Vec<Citation>,
}

impl Branching {
    fn add(
        &mut self,
        row: &messages::Model,
        body: Body,
        files: Vec<FileId>,
        speakers: &HashMap<UserId, String>,
    ) {
        if row.status == MessageStatus::Unreadable {
            return;
        }
        let is_question = row.role == MessageRole::User && !self.has_question;
        if is_question {
            self.question.clone_from(&body.text);
            self.has_question = true;
        }
        self.known.extend(body.sources);
        let mut new = files;
        new.retain(|file| !self.files.contains(file));
        self.files.extend(&new);
        let speaker = row.author_id.and_then(|id| speakers.get(&id));
        let text = match speaker {
            Some(name) if !body.text.is_empty() => format!("{name}: {}", body.text),
            Some(name) if !new.is_empty() => format!("{name} gives you these files."),
            _ => body.text,
        };
        // An answer that never came to a word is left out too.
        if text.is_empty() && new.is_empty() {
            return;
        }
        self.turns.push(Turn {
            role: role_of(row),
            text,
            files: new,
            is_question,
        });
    }
}

impl Asked {
    /// All that can be cited.
    pub fn sources(&self) -> &[Citation] {
        self.reading.sources()
    }

    /// Adds what the house says at the end.
    pub fn ask_further(&mut self, text: &str) {
        self.turns.push(Turn {
            role: Role::User,
            text: text.to_owned(),
            files: Vec::new(),
            is_question: false,
        });
    }
}

impl Question for Asked {
    fn for_target(&self, target: &Target) -> Conversation {
        let mut shown = self.reading.for_target(target);
        let mut said = Vec::with_capacity(self.turns.len() + 1);
        let system = [self.system.as_str(), shown.rules.as_str()];
        let system = system
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>();
        if !system.is_empty() {
            said.push(Message::system(system.join("\n\n")));
        }
        for turn in &self.turns {
            let mut parts = Vec::new();
            if turn.is_question {
                parts.append(&mut shown.with_question);
            }
            for file in &turn.files {
                parts.append(&mut shown.with_message.remove(file).unwrap_or_default());
            }
            let stays = !parts.is_empty();
            parts.push(Part::Text(turn.text.clone()));
            let mut message = Message::text(turn.role, "");
            message.parts = joined(parts);
            message.stays = stays;
            if !message.parts.is_empty() {
                said.push(message);
            }
        }
        Conversation::new(said)
    }
}

/// The names of those who write, where there are several: the model must know who says what.
async fn speakers(chat: &Chat, path: &[messages::Model]) -> Result<HashMap<UserId, String>, ApiError> {
    let ids: HashSet<UserId> = path.iter().filter_map(|row| row.author_id).collect();
    if ids.len() < 2 {
        return Ok(HashMap::new());
    }
    let people = identity::people::authors(chat.db(), ids).await?;
    let line = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(people
        .into_iter()
        .map(|(id, person)| (id, line(&person.full_name)))
        .collect())
}

fn role_of(row: &messages::Model) -> Role {
    match row.role {
        MessageRole::User => Role::User,
        MessageRole::Assistant => Role::Assistant,
        MessageRole::System => Role::System,
    }
}
