//! What a source tells by itself.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::expression::{Expression, Template};

/// How webhooks are signed and what they mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// How they are signed.
    pub scheme: Scheme,
    /// How one subscribes, in sentences for people.
    #[serde(default)]
    pub setup: Vec<String>,
    /// The header that says from whom it is, and what it must be.
    #[serde(default)]
    pub account: Option<Account>,
    /// Where the body says its topic; left out: the scheme's header.
    #[serde(default)]
    pub topic: Expression,
    /// What each topic means.
    pub topics: Topics,
}

/// The account that a webhook must belong to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The header.
    pub header: String,
    /// What it must be; of addresses only the host is compared.
    pub is: Template,
    /// Whether it may be missing.
    #[serde(default)]
    pub optional: bool,
}

/// Topics by name.
pub type Topics = BTreeMap<String, Meaning>;

/// Whose signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// `X-Shopify-Hmac-SHA256`: base64 of HMAC-SHA256 of the body.
    Shopify,
    /// `Stripe-Signature`: time and hexadecimal HMAC-SHA256 of time and body.
    Stripe,
    /// `X-WC-Webhook-Signature`: base64 of HMAC-SHA256 of the body.
    Woocommerce,
    /// Standard Webhooks 1.0: id, time and body.
    Standard,
}

/// What a topic means.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Meaning {
    /// The body, or a part of it, is a whole record.
    Record {
        /// Of which stream.
        stream: String,
        /// Where it is; left out: the body.
        #[serde(default)]
        at: Expression,
        /// If this holds it is not whole, and is fetched.
        #[serde(default)]
        partial: Expression,
    },
    /// A record is to be fetched.
    Fetch {
        /// Of which stream.
        stream: String,
        /// Its id.
        id: Expression,
    },
    /// A record is gone.
    Deleted {
        /// Of which stream.
        stream: String,
        /// Its id.
        id: Expression,
    },
    /// A customer is to be forgotten.
    Redact {
        /// Their id.
        id: Expression,
    },
    /// We may not read any more.
    Uninstalled,
    /// It is only tried whether we are there.
    Ping,
    /// Nothing that we use.
    Other,
}
