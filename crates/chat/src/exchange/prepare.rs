//! Who is to answer: the model and the instructions, found before anything is stored.

use ai::{Asker, Plan};
use db::FileId;
use db::entity::threads;
use identity::{Caller, Permission};
use kit::api::ApiError;
use providers::Needs;

use crate::mentions::Asked;
use crate::prompt::{self, Instructions};
use crate::{Chat, attachments};

/// Who will answer, with which instructions.
pub(super) struct Prepared {
    pub instructions: Instructions,
    pub plan: Plan,
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

/// Finds who is to answer. `files` are those that come with the question itself.
pub(super) async fn prepare(
    chat: &Chat,
    caller: &Caller,
    thread: &threads::Model,
    wanted: Wanted<'_>,
    files: &[FileId],
) -> Result<Prepared, ApiError> {
    caller.require(Permission::UseModels)?;
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
        vision: attachments::has_pictures(chat, thread, files).await?,
        ..Needs::default()
    };
    let plan = chat.0.ai.plan_preferring(asker(caller), wish, &needs).await?;
    let model = wish.unwrap_or("auto").to_owned();
    Ok(Prepared {
        instructions,
        plan,
        model,
    })
}

/// On whose account a caller asks.
pub(crate) fn asker(caller: &Caller) -> Asker {
    Asker {
        workspace: caller.workspace,
        user: caller.user,
    }
}
