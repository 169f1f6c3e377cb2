//! Who is to answer: the model and the instructions, found before anything is stored.

use ai::Asker;
use business::ask::{self, Recognised};
use db::entity::threads;
use db::{FileId, MessageId};
use identity::{Caller, Permission};
use kit::api::ApiError;
use providers::Needs;

use crate::answering::{Answerer, is_computed, model_of};
use crate::mentions::Asked;
use crate::prompt::{self, Instructions};
use crate::{Chat, attachments};

/// Who will answer, with which instructions.
pub(super) struct Prepared {
    pub instructions: Instructions,
    pub answerer: Answerer,
    pub model: String,
}

/// Who is wanted for an answer.
#[derive(Clone, Debug)]
pub(super) enum Wanted<'a> {
    /// This model, or else the thread's, the assistant's, the person's, the workspace's.
    Usual(Option<&'a str>),
    /// Who was named in the text.
    Named(Asked),
}

/// What is to be answered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asking<'a> {
    /// The words, where the house itself may answer them.
    pub words: Option<&'a str>,
    /// What they follow in the thread.
    pub after: Option<MessageId>,
    /// Files that come with the question itself.
    pub files: &'a [FileId],
}

/// Finds who is to answer. What is asked of the business is computed, and needs no model.
pub(super) async fn prepare(
    chat: &Chat,
    caller: &Caller,
    thread: &threads::Model,
    wanted: Wanted<'_>,
    asking: Asking<'_>,
) -> Result<Prepared, ApiError> {
    caller.require(Permission::UseModels)?;
    if let (Wanted::Usual(_), None, Some(words)) = (&wanted, thread.assistant_id, asking.words)
        && let Some(recognised) = recognise(chat, caller, thread, words, asking).await?
    {
        return Ok(Prepared {
            instructions: Instructions::default(),
            model: model_of(&recognised),
            answerer: Answerer::House(Box::new(recognised)),
        });
    }
    let assistant = match &wanted {
        Wanted::Named(Asked::Assistant(id)) => Some(*id),
        _ => thread.assistant_id,
    };
    let instructions = prompt::instructions(chat, caller, assistant).await?;
    let (own, of_thread) = (instructions.model.as_deref(), thread.model.as_deref());
    let wish = match &wanted {
        Wanted::Usual(asked) => asked.or(of_thread).or(own),
        Wanted::Named(Asked::Model(id)) => Some(id.as_str()),
        Wanted::Named(Asked::Assistant(_)) => own.or(of_thread),
    };
    // One who sees the pictures, where the choice is free; to others they are told by what is known of them.
    let needs = Needs {
        vision: attachments::has_pictures(chat, thread, asking.files).await?,
        ..Needs::default()
    };
    let plan = chat.0.ai.plan_preferring(asker(caller), wish, &needs).await?;
    let model = wish.unwrap_or("auto").to_owned();
    Ok(Prepared {
        instructions,
        answerer: Answerer::Models(plan),
        model,
    })
}

/// What the words ask of the business, if it is clear that they do.
async fn recognise(
    chat: &Chat,
    caller: &Caller,
    thread: &threads::Model,
    words: &str,
    asking: Asking<'_>,
) -> Result<Option<Recognised>, ApiError> {
    if !asking.files.is_empty() || !caller.may(Permission::ReadBusiness) {
        return Ok(None);
    }
    // "And the month before?" goes on with a number only right after one.
    let before = match asking.after {
        Some(id) => crate::messages::find(chat.db(), thread.workspace_id, id).await?,
        None => None,
    };
    let follows = before.is_some_and(|row| is_computed(&row));
    ask::recognise(chat.business(), caller, thread.id, words, follows).await
}

/// On whose account a caller asks.
pub(crate) fn asker(caller: &Caller) -> Asker {
    Asker {
        workspace: caller.workspace,
        user: caller.user,
    }
}
