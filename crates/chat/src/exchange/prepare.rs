//! Who is to answer: the model and the instructions, found before anything is stored.

use ai::{Asker, Plan};
use db::FileId;
use db::entity::threads;
use identity::{Caller, Permission};
use kit::api::{ApiError, Code};
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
    let has_pictures = attachments::has_pictures(chat, thread, files).await?;
    let plan = plan(chat, caller, wish, has_pictures).await?;
    let model = wish.unwrap_or("auto").to_owned();
    Ok(Prepared {
        instructions,
        plan,
        model,
    })
}

/// Who is asked. Where there are pictures and the choice is free, one who sees them; if nobody does, anybody: the
/// pictures are then described by what is known of them.
async fn plan(
    chat: &Chat,
    caller: &Caller,
    wish: Option<&str>,
    has_pictures: bool,
) -> Result<Plan, ApiError> {
    let ai = &chat.0.ai;
    if has_pictures {
        let needs = Needs {
            vision: true,
            ..Needs::default()
        };
        match ai.plan_for(asker(caller), wish, &needs).await {
            Err(error) if error.code == Code::NoProviderKey => {}
            planned => return planned,
        }
    }
    ai.plan(asker(caller), wish).await
}

/// On whose account a caller asks.
pub(crate) fn asker(caller: &Caller) -> Asker {
    Asker {
        workspace: caller.workspace,
        user: caller.user,
    }
}
