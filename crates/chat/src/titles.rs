//! A thread's title, made after its first exchange: by the model that answered, in a few words, or from the first
//! words of the question when no model can be asked.

use std::time::Duration;

use ai::{Ask, Asker, Purpose};
use db::entity::{messages, threads};
use db::jobs::{Job, JobError};
use db::{DbError, MessageId, ThreadId, Tx, UserId, WorkspaceId};
use providers::{Conversation, Message};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use crate::messages::{open_body, path_up};
use crate::search;
use crate::threads::{announce, seal_title};
use crate::{Chat, attachments};

/// The job: give a thread its title.
#[derive(Debug, Serialize, Deserialize)]
pub struct MakeTitle {
    workspace: WorkspaceId,
    thread: ThreadId,
    user: UserId,
    reply: MessageId,
}

impl Job for MakeTitle {
    const KIND: &'static str = "chat.make_title";

    fn unique_key(&self) -> Option<String> {
        Some(self.thread.to_string())
    }
}

/// Orders a title in the transaction that ends the first answer.
pub async fn order(tx: &Tx, thread: &threads::Model, asker: Asker, reply: MessageId) -> Result<(), DbError> {
    tx.job(&MakeTitle {
        workspace: thread.workspace_id,
        thread: thread.id,
        user: asker.user,
        reply,
    })
    .await
}

const ASK: &str = "Write a title of three to six words for the following exchange, in its language. \
                   Answer with the title alone: no quotes, no full stop.";
/// How much of each message the title is made from, in characters.
const LOOKED_AT: usize = 1_500;
const LONGEST: usize = 80;

/// Runs the job.
pub async fn make(chat: &Chat, job: MakeTitle) -> Result<(), JobError> {
    let db = chat.db();
    let keys = db.keys(job.workspace.0).await?;
    let path = path_up(db, job.workspace, job.reply, 2).await?;
    let text = |row: Option<&messages::Model>| {
        row.and_then(|r| open_body(&keys, r).ok())
            .map(|b| b.text)
            .unwrap_or_default()
    };
    let (answer, question) = (text(path.first()), text(path.get(1)));
    let model = path.first().and_then(|row| row.model.clone());
    let by_model =
        chat.0.config.titles_by_model && model.as_deref().is_some_and(|m| !m.starts_with("builtin/"));
    let asked = if by_model {
        ask(chat, &job, model.as_deref(), &question, &answer).await
    } else {
        None
    };
    let found = match asked.or_else(|| tidy(&first_words(&question))) {
        Some(title) => Some(title),
        None => of_files(chat, &job, path.get(1)).await,
    };
    let Some(title) = found else {
        return Ok(());
    };
    let tx = db.write().await?;
    let found = threads::Entity::find_by_id((job.workspace, job.thread))
        .one(&*tx)
        .await
        .map_err(DbError::from)?;
    // A person who named it meanwhile is right.
    let Some(thread) = found.filter(|t| t.title.is_none()) else {
        return Ok(());
    };
    let change = threads::ActiveModel {
        title: Set(Some(seal_title(&keys, thread.id, &title)?)),
        ..Default::default()
    };
    threads::Entity::update_many()
        .set(change)
        .filter(threads::Column::WorkspaceId.eq(job.workspace))
        .filter(threads::Column::Id.eq(job.thread))
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    search::queue_title(&tx, &thread).await?;
    announce(&tx, &thread, "thread.changed").await?;
    Ok(tx.commit().await?)
}

async fn ask(
    chat: &Chat,
    job: &MakeTitle,
    model: Option<&str>,
    question: &str,
    answer: &str,
) -> Option<String> {
    let asker = Asker {
        workspace: job.workspace,
        user: job.user,
    };
    let plan = chat.0.ai.plan(asker, model).await.ok()?;
    let cut = |text: &str| text.chars().take(LOOKED_AT).collect::<String>();
    let exchange = format!("Question:\n{}\n\nAnswer:\n{}", cut(question), cut(answer));
    let mut conversation = Conversation::new(vec![Message::system(ASK), Message::user(exchange)]);
    conversation.max_tokens = Some(60);
    let ask = Ask {
        asker,
        purpose: Purpose::Title,
        message: None,
        question: &conversation,
    };
    let answered = tokio::time::timeout(Duration::from_secs(30), chat.0.ai.answer(&plan, ask)).await;
    tidy(&answered.ok()?.ok()?)
}

/// The name of the first file, for a question without words.
async fn of_files(chat: &Chat, job: &MakeTitle, question: Option<&messages::Model>) -> Option<String> {
    let question = question?.id;
    let mut attached = attachments::shown(chat, job.workspace, &[question]).await.ok()?;
    let first = attached.remove(&question)?.into_iter().next()?;
    tidy(&first.name)
}

/// One line without quotes, marks and full stop, of a sensible length; nothing if nothing is left.
fn tidy(text: &str) -> Option<String> {
    let line = text
        .lines()
        .map(str::trim)
        .find(|l| !l.is_empty())?
        .replace(['*', '`', '_'], "");
    let line = line.trim_start_matches(['#', '*', '-', ' ']);
    let line = line.strip_prefix("Title:").unwrap_or(line).trim();
    let line = line.trim_matches(['"', '\'', '“', '”', '„', '«', '»', '*', '`', '.', ' ']);
    let mut title: String = line.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    if line.chars().count() > LONGEST {
        title.push('…');
    }
    Some(title).filter(|t| !t.is_empty())
}

fn first_words(question: &str) -> String {
    let mut title = String::new();
    for word in question.split_whitespace() {
        if !title.is_empty() && title.chars().count() + word.chars().count() > 48 {
            title.push('…');
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_tidied() {
        assert_eq!(
            tidy("\"Rust ownership, explained.\"").unwrap(),
            "Rust ownership, explained"
        );
        assert_eq!(tidy("\n## Title: Tea\nmore").unwrap(), "Tea");
        assert_eq!(tidy("A **bold** `move`").unwrap(), "A bold move");
        assert_eq!(tidy(" \n\"\"\n"), None);
        assert_eq!(tidy(&"x".repeat(200)).unwrap().chars().count(), LONGEST + 1);
        assert_eq!(first_words("How do I boil an egg?"), "How do I boil an egg?");
        assert!(first_words(&"word ".repeat(100)).ends_with('…'));
        assert!(tidy(&first_words(&"w".repeat(5000))).unwrap().chars().count() <= LONGEST + 1);
    }
}
