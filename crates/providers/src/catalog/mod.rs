//! What models there are, what they can do and what they cost.
//!
//! The table is shipped (`data/models.json`, made by `data/make_models.py` from models.dev, MIT; its date is
//! [`Catalog::date`]) and can be added to by the operator ([`Catalog::with`]). A model that is not in it can
//! be used all the same: its price is then unknown, never nothing.

mod price;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::ProviderKind;
use crate::answer::Usage;

pub use price::{Price, Tier, cost_micros};

/// A model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Model {
    /// Whose it is.
    pub provider: ProviderKind,
    /// Its name at the provider's.
    pub id: String,
    /// Its name for a person.
    pub name: String,
    /// How many tokens it can hold, question and answer together.
    pub context: Option<u32>,
    /// How many tokens it can read, where that is less.
    pub max_input: Option<u32>,
    /// How many tokens it can write.
    pub max_output: Option<u32>,
    /// Of an embedding.
    pub dimensions: Option<u32>,
    /// What it costs; `None` when unknown.
    pub price: Option<Price>,
    /// What it costs when the question is long.
    #[serde(default)]
    pub tiers: Vec<Tier>,
    /// What it can do.
    pub capabilities: Capabilities,
    /// Whether it accepts `temperature` and `top_p`.
    #[serde(default = "yes")]
    pub takes_temperature: bool,
    /// `2026-03-17`.
    pub released: Option<String>,
    /// Whether the provider is about to take it away.
    #[serde(default)]
    pub deprecated: bool,
    /// Whether it answers when nobody chose a model of this provider.
    #[serde(default)]
    pub default: bool,
    /// 0..100, our own judgement: which of two to try first.
    #[serde(default = "middle")]
    pub speed: u8,
    /// 0..100, our own judgement: which of two to try first.
    #[serde(default = "middle")]
    pub capability: u8,
}

fn yes() -> bool {
    true
}

fn middle() -> u8 {
    50
}

/// What a model can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "Vec<String>")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a list of independent abilities is just that"
)]
pub struct Capabilities {
    /// Write.
    pub text: bool,
    /// See pictures.
    pub vision: bool,
    /// Read documents.
    pub documents: bool,
    /// Call tools.
    pub tools: bool,
    /// Think first.
    pub reasoning: bool,
    /// Follow a JSON schema.
    pub schema: bool,
    /// Turn text into numbers; such a model does not write.
    pub embeddings: bool,
}

impl From<Vec<String>> for Capabilities {
    fn from(names: Vec<String>) -> Self {
        let has = |name: &str| names.iter().any(|n| n == name);
        Self {
            text: has("text"),
            vision: has("vision"),
            documents: has("documents"),
            tools: has("tools"),
            reasoning: has("reasoning"),
            schema: has("schema"),
            embeddings: has("embeddings"),
        }
    }
}

impl Capabilities {
    /// Their names, as the API shows them.
    pub fn names(self) -> Vec<&'static str> {
        [
            (self.text, "text"),
            (self.vision, "vision"),
            (self.documents, "documents"),
            (self.tools, "tools"),
            (self.reasoning, "reasoning"),
            (self.schema, "schema"),
            (self.embeddings, "embeddings"),
        ]
        .into_iter()
        .filter_map(|(has, name)| has.then_some(name))
        .collect()
    }
}

/// What to prefer when nobody chose a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preference {
    /// The provider's default.
    Balanced,
    /// The cheapest.
    Cost,
    /// The quickest.
    Speed,
    /// The ablest.
    Capability,
}

/// The table.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    date: String,
    models: Vec<Arc<Model>>,
    index: HashMap<(ProviderKind, String), usize>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    date: String,
    models: Vec<Model>,
}

/// The shipped table. Constant: it is read from the binary once.
pub fn shipped() -> &'static Catalog {
    static SHIPPED: OnceLock<Catalog> = OnceLock::new();
    SHIPPED.get_or_init(|| Catalog::parse(include_str!("../../data/models.json")).unwrap_or_default())
}

impl Catalog {
    /// A table in the form of `data/models.json`.
    pub fn parse(json: &str) -> Result<Self, serde_json::Error> {
        let file: File = serde_json::from_str(json)?;
        let mut catalog = Self {
            date: file.date,
            ..Self::default()
        };
        catalog.extend(file.models);
        Ok(catalog)
    }

    /// This table with the rows of another one, which win.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.extend(other.models.iter().map(|model| Model::clone(model)));
        self
    }

    fn extend(&mut self, models: impl IntoIterator<Item = Model>) {
        for model in models {
            let key = (model.provider, model.id.clone());
            if let Some(at) = self.index.get(&key) {
                self.models[*at] = Arc::new(model);
            } else {
                self.index.insert(key, self.models.len());
                self.models.push(Arc::new(model));
            }
        }
    }

    /// When the source was read.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// Every model of a provider.
    pub fn of(&self, provider: ProviderKind) -> impl Iterator<Item = &Arc<Model>> {
        self.models.iter().filter(move |model| model.provider == provider)
    }

    /// A model by its name or by a dated or aliased form of it: `gpt-4o-mini-2024-07-18`, `models/…`,
    /// `claude-haiku-4-5-latest`. Nothing else is guessed: `gpt-5-turbo` is not `gpt-5`.
    pub fn find(&self, provider: ProviderKind, id: &str) -> Option<&Arc<Model>> {
        let get = |id: &str| {
            // The key owns its text; looked up once a call, beside a network exchange.
            self.index
                .get(&(provider, id.to_owned()))
                .map(|at| &self.models[*at])
        };
        let id = id.strip_prefix("models/").unwrap_or(id);
        get(id).or_else(|| get(undated(id)?)).or_else(|| {
            // `claude-opus-4-20250514` is written `claude-opus-4-0` without its date.
            get(&format!("{}-0", undated(id)?))
        })
    }

    /// What an answer cost. The model that the provider says answered counts before the one that was asked
    /// for, because names such as `gemini-flash-latest` move. `None` is "unknown", which is not "nothing".
    pub fn cost_micros(
        &self,
        provider: ProviderKind,
        asked: &str,
        answered: &str,
        usage: &Usage,
    ) -> Option<i64> {
        if provider == ProviderKind::Builtin {
            return Some(0);
        }
        let model = self
            .find(provider, answered)
            .or_else(|| self.find(provider, asked))?;
        cost_micros(usage, model.price_for(usage.input_tokens)?)
    }

    /// The model of a provider to take when nobody chose, among those that `can` (usually: those that the
    /// key may use and that do what the request needs).
    pub fn choose(
        &self,
        provider: ProviderKind,
        preference: Preference,
        can: impl Fn(&Model) -> bool,
    ) -> Option<&Arc<Model>> {
        let fit = |model: &&Arc<Model>| {
            model.capabilities.text && !model.deprecated && model.price.is_some() && can(model)
        };
        let balanced = |model: &Arc<Model>| {
            (
                model.default,
                u32::from(model.capability) + u32::from(model.speed),
                cheapness(model),
            )
        };
        self.of(provider).filter(fit).max_by(|a, b| {
            let order = match preference {
                Preference::Balanced => std::cmp::Ordering::Equal,
                // The very cheapest cannot do much; below this line cheapness is no virtue.
                Preference::Cost => {
                    let key = |m: &Arc<Model>| (m.capability >= 40, cheapness(m));
                    key(a).cmp(&key(b))
                }
                Preference::Speed => {
                    let key = |m: &Arc<Model>| (m.capability >= 40, m.speed);
                    key(a).cmp(&key(b))
                }
                Preference::Capability => a.capability.cmp(&b.capability),
            };
            order.then_with(|| balanced(a).cmp(&balanced(b)))
        })
    }
}

/// Higher is cheaper: an answer reads about four times what it writes.
fn cheapness(model: &Model) -> i64 {
    model.price.map_or(i64::MIN, |price| {
        -(price.input.saturating_mul(4).saturating_add(price.output))
    })
}

impl Model {
    /// `openai/gpt-4o`: the name under which our own API shows it.
    pub fn full_id(&self) -> String {
        format!("{}/{}", self.provider.id(), self.id)
    }

    /// What it costs for a question of this length.
    pub fn price_for(&self, input_tokens: u64) -> Option<&Price> {
        let tier = self
            .tiers
            .iter()
            .filter(|tier| input_tokens > tier.above)
            .max_by_key(|tier| tier.above);
        tier.map(|tier| &tier.price).or(self.price.as_ref())
    }
}

/// Without `-latest`, `-preview`'s date, `-2024-07-18`, `-20240718`, `-001`, `@20240718`.
fn undated(id: &str) -> Option<&str> {
    let (head, tail) = id.rsplit_once(['-', '@'])?;
    let is_digits = |text: &str, len| text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
    if tail == "latest" || is_digits(tail, 8) || is_digits(tail, 3) {
        return Some(head);
    }
    // -2024-07-18
    let (head, month) = head.rsplit_once('-')?;
    let (head, year) = head.rsplit_once('-')?;
    (is_digits(tail, 2) && is_digits(month, 2) && is_digits(year, 4)).then_some(head)
}

#[cfg(test)]
mod tests;
