//! Who is to answer: the model and the instructions, found before anything is stored.

use ai::{Asker, Plan};
use db::entity::threads;
use identity::{Caller, Permission};
use kit::api::ApiError;

use crate::Chat;
use crate::mentions::Asked;
use crate::prompt::{self, Instructions};

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

pub(super) async fn prepare(
    chat: &Chat,
    caller: &Caller,
    thread: &threads::Model,
    wanted: Wanted<'_>,
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
    let plan = chat.0.ai.plan(asker(caller), wish).await?;
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
