//! What a connector is: a YAML file that says where a source is, how one signs in, which streams it has, how they are paged,
//! what a record means, and how its webhooks are signed. It is read and checked once; nothing in it is run.

mod builtin;
mod check;
mod field;
mod pattern;
mod stream;
mod webhooks;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::expression::{Expression, Template};

pub use builtin::{builtin, find};
pub use field::{Choice, Field, FieldKind};
pub use pattern::Pattern;
pub use stream::{Child, Entity, Events, Graphql, Incremental, Listing, Nested, Paging, Span, Special, Stream};
pub use webhooks::{Meaning, Scheme, Topics, Webhooks};

/// What a connection is for: the same sale must not count twice when a shop and its payment service are both connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Orders: revenue comes from here.
    Sales,
    /// Money that moved.
    Payments,
    /// People only.
    Crm,
}

/// A connector.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Its name in addresses and in the store, such as `shopify`.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// The version of the source's interface that it speaks.
    pub version: String,
    /// What it is for, unless the person says otherwise.
    pub role: Role,
    /// What else it may be for, in place of `role`.
    #[serde(default)]
    pub other_roles: Vec<Role>,
    /// One or two sentences for people.
    pub description: String,
    /// What a person has to fill in.
    #[serde(default)]
    pub config: Vec<Field>,
    /// What the credentials must allow, a sentence each.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// What it cannot do, a sentence each.
    #[serde(default)]
    pub limits: Vec<String>,
    /// Whether its data come as files that a person uploads.
    #[serde(default)]
    pub upload: bool,
    /// What every address begins with.
    #[serde(default)]
    pub base_url: Option<Template>,
    /// The hosts that it may reach, as names or addresses.
    #[serde(default)]
    pub egress: Vec<Template>,
    /// How one signs in.
    #[serde(default)]
    pub auth: Option<Auth>,
    /// Headers of every request.
    #[serde(default)]
    pub headers: BTreeMap<String, Template>,
    /// How amounts are written.
    #[serde(default)]
    pub amounts: Amounts,
    /// How a connection is tried.
    #[serde(default)]
    pub check: Option<Check>,
    /// What it reads.
    #[serde(default)]
    pub streams: Vec<Stream>,
    /// What it hears.
    #[serde(default)]
    pub webhooks: Option<Webhooks>,
}

/// How one signs in. It is sent to the source's own address only.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Auth {
    /// A header.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        value: Template,
    },
    /// A name and a password.
    Basic {
        /// The name.
        user: Template,
        /// The password.
        password: Template,
    },
}

/// How a source writes amounts of money.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amounts {
    /// In minor units, as integers; else as decimal numbers.
    #[serde(default)]
    pub minor: bool,
    /// Currencies whose minor units are others than those of ISO 4217, with their digits.
    #[serde(default)]
    pub digits: BTreeMap<String, u32>,
}

/// How a connection is tried.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What is asked, one after the other; the answers are the fields `a`, `b`, … of one record.
    pub ask: Vec<Ask>,
    /// The account's name.
    #[serde(default)]
    pub account: Expression,
    /// Its currency.
    #[serde(default)]
    pub currency: Expression,
    /// Its time zone.
    #[serde(default)]
    pub time_zone: Expression,
    /// The scopes that the credentials have.
    #[serde(default)]
    pub scopes: Expression,
    /// Scopes without which nothing works.
    #[serde(default)]
    pub required: Vec<String>,
    /// Scopes that may be missing, with the sentence for it.
    #[serde(default)]
    pub optional: BTreeMap<String, String>,
    /// Whether each stream is tried as well.
    #[serde(default)]
    pub try_streams: bool,
}

/// One question of a check.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The field under which its answer is found.
    pub name: String,
    /// A whole address, or a path behind the base.
    #[serde(default)]
    pub path: Option<Template>,
    /// A GraphQL query in its place.
    #[serde(default)]
    pub graphql: Option<String>,
    /// Whether the connection works without it.
    #[serde(default)]
    pub optional: bool,
}

/// A manifest that cannot be used, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the manifest cannot be used: {0}")]
pub struct BadManifest(pub String);

impl Manifest {
    /// Reads and checks a manifest. Keys that are not known are refused, and so are expressions that cannot be read.
    pub fn parse(yaml: &str) -> Result<Self, BadManifest> {
        let manifest: Self = serde_saphyr::from_str(yaml).map_err(|error| BadManifest(error.to_string()))?;
        check::check(&manifest).map_err(BadManifest)?;
        Ok(manifest)
    }

    /// A stream by its name.
    pub fn stream(&self, name: &str) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.name == name)
    }

    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.config.iter().find(|field| field.name == name)
    }

    /// Whether the source tells of changes by itself.
    pub fn has_webhooks(&self) -> bool {
        self.webhooks.is_some()
    }

    /// The topics to subscribe to.
    pub fn webhook_topics(&self) -> Vec<&str> {
        let webhooks = self.webhooks.as_ref();
        webhooks.map(|w| w.topics.keys().map(String::as_str).collect()).unwrap_or_default()
    }
}
