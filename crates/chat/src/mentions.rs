//! `@names` in what people write: people of the thread, models, assistants. Finding them is a pure function over the
//! text and the names that are known; the longest name wins, in any case of letters, and nothing inside code counts.

mod names;
mod parse;

use db::entity::{assistants, thread_members, threads, users};
use db::{DbError, UserId};
use identity::{Caller, Permission};
use kit::api::ApiError;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Chat;
use crate::access::admitted;
use names::Names;
use parse::Found;

/// How many models answer one message.
const MOST_MODELS: usize = 8;

/// A mention as a message keeps it: people by id, because their names change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Mention {
    /// A person.
    Person {
        /// Who.
        id: UserId,
    },
    /// A model or an assistant.
    Model {
        /// `provider/model`, or the assistant's id.
        id: String,
        /// Its name for people.
        name: String,
    },
}

/// What is mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MentionKind {
    /// A person.
    Person,
    /// A model or an assistant.
    Model,
}

/// A mention as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MentionOut {
    /// What.
    pub kind: MentionKind,
    /// The person, `provider/model`, or the assistant.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Who is asked for an answer by being named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A model.
    Model(String),
    /// An assistant.
    Assistant(Uuid),
}

/// Everybody and everything that a text names, each once, in the order of the text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mentions {
    /// As it is kept.
    pub all: Vec<Mention>,
    /// The models among them.
    pub asked: Vec<Asked>,
}

impl Mentions {
    /// The people among them.
    pub fn people(&self) -> impl Iterator<Item = UserId> {
        self.all.iter().filter_map(|mention| match mention {
            Mention::Person { id } => Some(*id),
            Mention::Model { .. } => None,
        })
    }

    fn add(&mut self, mention: Mention, asked: Option<Asked>) {
        if !self.all.contains(&mention) {
            self.all.push(mention);
            self.asked.extend(asked);
        }
    }
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Meaning {
    Everybody,
    Person(UserId),
    Model { id: String, name: String },
    Assistant { id: Uuid, name: String },
}

/// Finds whom a text names, as its writer means it in this thread.
pub(crate) async fn resolve(
    chat: &Chat,
    caller: &Caller,
    thread: &threads::Model,
    text: &str,
) -> Result<Mentions, ApiError> {
    if !parse::may_mention(text) {
        return Ok(Mentions::default());
    }
    let names = known_names(chat, caller, thread).await?;
    let mut mentions = Mentions::default();
    for found in parse::find(text, &names) {
        match found {
            Found::Known(meanings) => {
                for meaning in meanings {
                    add(chat, thread, &mut mentions, meaning).await?;
                }
            }
            // `provider/model` that no list has, as a server at an address of one's own may serve it.
            Found::Slashed(token) if caller.may(Permission::UseModels) => {
                let plan = chat.0.ai.plan(crate::exchange::asker(caller), Some(token)).await;
                if plan.is_ok() {
                    let (id, name) = (token.to_owned(), token.to_owned());
                    mentions.add(Mention::Model { id, name }, Some(Asked::Model(token.to_owned())));
                }
            }
            Found::Slashed(_) => {}
        }
    }
    if mentions.asked.len() > MOST_MODELS {
        let sentence = format!("At most {MOST_MODELS} models can be asked at once.");
        return Err(ApiError::invalid("content", sentence));
    }
    Ok(mentions)
}

async fn add(
    chat: &Chat,
    thread: &threads::Model,
    mentions: &mut Mentions,
    meaning: &Meaning,
) -> Result<(), DbError> {
    match meaning {
        Meaning::Person(id) => mentions.add(Mention::Person { id: *id }, None),
        Meaning::Everybody => {
            let rows = thread_members::Entity::of(thread.workspace_id)
                .filter(thread_members::Column::ThreadId.eq(thread.id))
                .order_by_asc(thread_members::Column::JoinedAt)
                .all(chat.db().read())
                .await?;
            mentions.add(Mention::Person { id: thread.owner_id }, None);
            for row in rows {
                mentions.add(Mention::Person { id: row.user_id }, None);
            }
        }
        Meaning::Model { id, name } => {
            let (id, name) = (id.clone(), name.clone());
            let asked = Asked::Model(id.clone());
            mentions.add(Mention::Model { id, name }, Some(asked));
        }
        Meaning::Assistant { id, name } => {
            let (name, asked) = (name.clone(), Asked::Assistant(*id));
            let id = id.to_string();
            mentions.add(Mention::Model { id, name }, Some(asked));
        }
    }
    Ok(())
}

/// Whom the caller can name in a thread. The first of two who claim a name has it.
async fn known_names(
    chat: &Chat,
    caller: &Caller,
    thread: &threads::Model,
) -> Result<Names<Meaning>, ApiError> {
    let db = chat.db();
    let mut names = Names::default();
    for all in ["all", "everyone"] {
        names.claim(all, Meaning::Everybody);
    }
    let people: Vec<UserId> = admitted(db.read(), thread, None).await?.into_keys().collect();
    for some in people.chunks(500) {
        let rows = users::Entity::find()
            .filter(users::Column::Id.is_in(some.iter().copied()))
            .all(db.read())
            .await
            .map_err(DbError::from)?;
        for person in rows {
            let meaning = Meaning::Person(person.id);
            names.share(&person.full_name, meaning.clone());
            if let Some(first) = person.full_name.split_whitespace().next() {
                names.suggest(first, meaning.clone());
            }
            if let Some((local, _)) = person.email_key.split_once('@') {
                names.suggest(local, meaning);
            }
        }
    }
    if !caller.may(Permission::UseModels) {
        return Ok(names);
    }
    let rows = assistants::Entity::of(caller.workspace).order_by_asc(assistants::Column::CreatedAt);
    for row in rows.all(db.read()).await.map_err(DbError::from)? {
        let (id, name) = (row.id, row.name);
        names.claim(&name.clone(), Meaning::Assistant { id, name });
    }
    let models = ai::list_models(&chat.0.ai, crate::exchange::asker(caller)).await?;
    for model in models.into_iter().filter(|model| model.available) {
        let meaning = Meaning::Model {
            id: model.id.clone(),
            name: model.name.clone(),
        };
        names.claim(&model.id, meaning.clone());
        names.claim(
            &format!("{} {}", model.provider.name(), model.name),
            meaning.clone(),
        );
        names.claim(&model.name, meaning.clone());
        if let Some((_, bare)) = model.id.split_once('/') {
            names.claim(bare, meaning);
        }
    }
    Ok(names)
}
