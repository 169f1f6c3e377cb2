//! What is read from a source, and how.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use crate::expression::{Expression, Template};
use crate::mapping::Rules;

/// A stream of records.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Its name, such as `orders`.
    pub name: String,
    /// What its records mean.
    pub entity: Entity,
    /// A record's id.
    pub id: Expression,
    /// The time of its last change, where it tells.
    #[serde(default)]
    pub version: Expression,
    /// Whether a record says that it is gone.
    #[serde(default)]
    pub deleted: Expression,
    /// How what is new is read.
    #[serde(default)]
    pub incremental: Incremental,
    /// Whether pages announce how many records there are.
    #[serde(default)]
    pub announces: bool,
    /// How its pages are fetched over REST.
    #[serde(default)]
    pub list: Option<Listing>,
    /// How they are fetched over GraphQL.
    #[serde(default)]
    pub graphql: Option<Graphql>,
    /// Where one record is: a path behind the base.
    #[serde(default)]
    pub one: Option<Template>,
    /// Parts of a record that have an address of their own.
    #[serde(default)]
    pub children: Vec<Child>,
    /// Changes that the list does not show.
    #[serde(default)]
    pub events: Option<Events>,
    /// What this program's own code does for it.
    #[serde(default)]
    pub special: Option<Special>,
    /// What a record means.
    pub map: Vec<Rules>,
}

/// What the records of a stream are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// Orders with their lines, refunds and payments.
    Order,
    /// People.
    Customer,
    /// Things to sell.
    Product,
    /// Money that moved.
    Payment,
}

/// How what is new is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incremental {
    /// Whether a slice of time can be asked for. If not, every reading reads all.
    #[serde(default)]
    pub window: Option<Span>,
    /// The slices of a first reading.
    #[serde(default)]
    pub first_window: Option<Span>,
    /// How far before the last position the next reading begins.
    #[serde(default = "lookback")]
    pub lookback: Span,
    /// How far behind the present a reading ends.
    #[serde(default = "lag")]
    pub lag: Span,
    /// How often a stream without slices is read.
    #[serde(default = "daily")]
    pub whole_every: Span,
}

fn lookback() -> Span {
    Span(Duration::from_mins(10))
}

fn lag() -> Span {
    Span(Duration::from_secs(30))
}

fn daily() -> Span {
    Span(Duration::from_hours(24))
}

impl Default for Incremental {
    fn default() -> Self {
        Self { window: None, first_window: None, lookback: lookback(), lag: lag(), whole_every: daily() }
    }
}

/// A length of time, written `30s`, `10m`, `1h`, `7d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bad = || de::Error::custom(format!("`{text}` is no length of time such as 30s, 10m, 1h or 7d"));
        let (count, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(bad)?;
        let unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => return Err(bad()),
        };
        let count: u64 = count.parse().map_err(|_| bad())?;
        if count > 100_000 {
            return Err(bad());
        }
        Ok(Self(Duration::from_secs(count * unit)))
    }
}

/// A list over REST.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// A path behind the base.
    pub path: Template,
    /// Parameters; one whose value is not known is left out.
    #[serde(default)]
    pub query: BTreeMap<String, Template>,
    /// Where the records are in the answer; left out: the answer is the list.
    #[serde(default)]
    pub records: Expression,
    /// How one comes to the next page.
    pub paging: Paging,
}

/// How one comes to the next page.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Paging {
    /// By counting records. The list must be in ascending order of a numeric id: pages overlap and the seam is checked,
    /// so that records that leave the list while it is read take no others with them.
    Offset {
        /// The parameter that says how many records are passed over.
        param: String,
        /// The parameter of the page's size.
        size_param: String,
        /// The page's size.
        size: usize,
        /// The header that says how many records there are.
        #[serde(default)]
        total_header: Option<String>,
    },
    /// By the id of the last record.
    After {
        /// The parameter.
        param: String,
        /// The parameter of the page's size.
        size_param: String,
        /// The page's size.
        size: usize,
        /// Whether there are more.
        more: Expression,
    },
    /// By a text that the answer gives.
    Cursor {
        /// The parameter.
        param: String,
        /// Where the answer has it.
        next: Expression,
        /// The parameter of the page's size.
        #[serde(default)]
        size_param: Option<String>,
        /// The page's size.
        #[serde(default = "hundred")]
        size: usize,
        /// How many records there are, where the answer tells.
        #[serde(default)]
        total: Expression,
    },
    /// There is one page only.
    Whole,
}

fn hundred() -> usize {
    100
}

/// A list over GraphQL: `<list>(first:, after:, query:, sortKey:) { nodes { <fields> } pageInfo { … } }`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graphql {
    /// The address's path behind the base.
    pub path: Template,
    /// The name of the list.
    pub list: String,
    /// The type of its nodes.
    pub node: String,
    /// The whole id of a node, from the id of a record.
    pub gid: Template,
    /// What is read of a node.
    pub fields: String,
    /// The filter; parts whose values are not known are left out, the others are joined with `AND`.
    #[serde(default)]
    pub filter: Vec<Template>,
    /// The order of the list.
    #[serde(default)]
    pub sort: Option<String>,
    /// The page's size to begin with; it is halved when the source finds a page too dear.
    #[serde(default = "fifty")]
    pub size: usize,
    /// Lists within nodes that may be longer than what one answer has of them.
    #[serde(default)]
    pub nested: Vec<Nested>,
    /// What is read of a node by a bulk operation: no list within a list that is not paged.
    #[serde(default)]
    pub bulk_fields: Option<String>,
    /// Slices longer than this are read by a bulk operation.
    #[serde(default)]
    pub bulk_over: Option<Span>,
    /// The types of nodes of lists within nodes, with the lists' names: a bulk operation gives them as lines of their own.
    #[serde(default)]
    pub bulk_children: BTreeMap<String, String>,
    /// Records that a bulk operation cannot read whole: those for which this holds are fetched one by one.
    #[serde(default)]
    pub bulk_again: Expression,
}

fn fifty() -> usize {
    50
}

/// A list within nodes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nested {
    /// The object that has it, seen from the record; left out: the record itself.
    #[serde(default)]
    pub of: Expression,
    /// The type of that object.
    pub node: String,
    /// The list's name.
    pub list: String,
    /// What is read of its nodes.
    pub fields: String,
}

/// A part of a record that has an address of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Child {
    /// The field that it replaces.
    pub into: String,
    /// Whether there is anything to fetch.
    pub when: Expression,
    /// A path behind the base; `{parent}` is the record's id.
    pub path: Template,
    /// Parameters.
    #[serde(default)]
    pub query: BTreeMap<String, Template>,
    /// How its pages are fetched.
    pub paging: Paging,
    /// Where its records are in the answer.
    #[serde(default)]
    pub records: Expression,
}

/// A stream of events that tells of changes that the list (which knows only when things were created) does not show.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// How events are listed.
    pub list: Listing,
    /// The id of the thing that changed.
    pub id: Expression,
    /// When that thing was created, in seconds: what the list shows anyway is not fetched twice.
    pub created: Expression,
    /// Whether the event says that it is gone.
    #[serde(default)]
    pub deleted: Expression,
    /// How far back events reach.
    pub reach: Span,
}

/// Code of this program that a manifest may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Special {
    /// First readings by Shopify's bulk operations.
    ShopifyBulk,
}
