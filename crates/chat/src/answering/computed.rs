//! An answer that the house computes: a number of the business, in words, with everything that it came from beside it.

use business::ask::{self, Recognised};
use db::entity::messages;
use db::kinds::MessageStatus;
use identity::Caller;
use kit::api::ApiError;

use super::{Ending, Task, failed};
use crate::Chat;
use crate::generation::Generation;

/// Who is said to have written it.
const PROVIDER: &str = "tributary";

/// What is said to have written it.
pub fn model_of(recognised: &Recognised) -> String {
    format!("{PROVIDER}/{}", recognised.module())
}

/// Whether the house computed this answer.
pub fn is_computed(message: &messages::Model) -> bool {
    message.provider.as_deref() == Some(PROVIDER)
}

pub(super) async fn write(
    chat: &Chat,
    generation: &Generation,
    task: &Task,
    recognised: &Recognised,
) -> Ending {
    generation.update(|p| {
        p.provider = Some(PROVIDER.to_owned());
        p.model = Some(model_of(recognised));
    });
    match compute(chat, task, recognised).await {
        Ok((text, everything)) => {
            generation.update(|p| {
                p.text = text;
                p.business = Some(everything);
            });
            Ending::of(MessageStatus::Complete, None)
        }
        Err(error) => failed(&error, None),
    }
}

async fn compute(
    chat: &Chat,
    task: &Task,
    recognised: &Recognised,
) -> Result<(String, serde_json::Value), ApiError> {
    let (workspace, user) = (task.asker.workspace, task.asker.user);
    let caller = Caller::on_behalf_of(chat.db(), workspace, user).await?;
    let caller =
        caller.ok_or_else(|| ApiError::forbidden("You are no member of this workspace any more."))?;
    let answered = ask::answer(chat.business(), &caller, recognised).await?;
    let everything = serde_json::to_value(&answered).map_err(ApiError::internal)?;
    Ok((answered.answer, everything))
}
