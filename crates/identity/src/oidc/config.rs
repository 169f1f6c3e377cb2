//! What an operator says of issuers.

use std::collections::BTreeMap;

use db::WorkspaceId;
use db::kinds::Role;
use kit::http::Reach;
use kit::secret::Secret;
use serde::{Deserialize, Deserializer};

use super::signature::is_allowed;

/// `[[identity.oidc]]`: an issuer with which people sign in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its name in addresses and in the store: small letters, digits, `-`. It must not change later.
    pub id: String,
    /// On the button.
    pub name: String,
    /// Exactly as the issuer writes it in its tokens.
    pub issuer: String,
    /// What the issuer calls this installation.
    pub client_id: String,
    /// What only the two know; none for a public client.
    #[serde(default, deserialize_with = "secret")]
    pub client_secret: Option<Secret>,
    /// What is asked for.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// Whether who is new gets an account; as `registration` says unless told.
    #[serde(default)]
    pub sign_up: Option<bool>,
    /// Whose people are who.
    #[serde(flatten)]
    pub people: PeopleRules,
}

/// `[[identity.trusted_issuers]]`: an issuer whose access tokens are good at the API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// Its name in the store: small letters, digits, `-`. It must not change later.
    pub id: String,
    /// Exactly as the issuer writes it in its tokens.
    pub issuer: String,
    /// One of these must be the token's.
    pub audience: Vec<String>,
    /// The claim that says whom a token is for.
    #[serde(default = "audience_claim")]
    pub audience_claim: String,
    /// Which signatures are believed.
    #[serde(default = "algorithms")]
    pub algorithms: Vec<String>,
    /// Where its keys are, if it has no discovery document.
    #[serde(default)]
    pub jwks_url: Option<String>,
    /// What else a token must say, word by word.
    #[serde(default)]
    pub required_claims: BTreeMap<String, String>,
    /// Whether who is new gets an account.
    #[serde(default)]
    pub sign_up: bool,
    /// Whether its tokens may only read.
    #[serde(default)]
    pub read_only: bool,
    /// Whose people are who.
    #[serde(flatten)]
    pub people: PeopleRules,
}

/// How the claims of an issuer become a person with roles.
#[derive(Clone, Debug, Deserialize)]
pub struct PeopleRules {
    /// The claim with the address.
    #[serde(default = "email_claim")]
    pub email_claim: String,
    /// The claim that says whether the address was verified.
    #[serde(default = "verified_claim")]
    pub email_verified_claim: String,
    /// The claim with the name.
    #[serde(default = "name_claim")]
    pub name_claim: String,
    /// The claim with the groups; `a.b` looks into `a`.
    #[serde(default = "groups_claim")]
    pub groups_claim: String,
    /// Every address of this issuer counts as verified: only where the operator owns the issuer.
    #[serde(default)]
    pub trust_email: bool,
    /// The domains whose addresses may come in; all if empty.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Who is in one of these groups administers the installation.
    #[serde(default)]
    pub admin_groups: Vec<String>,
    /// What else groups give.
    #[serde(default)]
    pub groups: Vec<GroupRule>,
    /// The issuer is in a private network, perhaps without TLS.
    #[serde(default)]
    pub private_network: bool,
}

/// A group that makes somebody a member of a workspace.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRule {
    /// The group.
    pub group: String,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// What they are in it.
    pub role: Role,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|text| text.map(Secret::new))
}

fn scopes() -> Vec<String> {
    ["openid", "email", "profile"].map(str::to_owned).to_vec()
}

fn audience_claim() -> String {
    "aud".to_owned()
}

fn algorithms() -> Vec<String> {
    vec!["RS256".to_owned(), "ES256".to_owned()]
}

fn email_claim() -> String {
    "email".to_owned()
}

fn verified_claim() -> String {
    "email_verified".to_owned()
}

fn name_claim() -> String {
    "name".to_owned()
}

fn groups_claim() -> String {
    "groups".to_owned()
}

impl PeopleRules {
    /// How far requests to the issuer may go.
    pub(crate) fn reach(&self) -> Reach {
        if self.private_network {
            Reach::AllowPrivate
        } else {
            Reach::PublicOnly
        }
    }

    /// Whether addresses of this domain may come in.
    pub(crate) fn admits(&self, email_key: &str) -> bool {
        let domain = email_key.rsplit('@').next().unwrap_or_default();
        self.domains.is_empty() || self.domains.iter().any(|d| d.eq_ignore_ascii_case(domain))
    }

    fn check(&self, section: &str, issuer: &str) -> Result<(), String> {
        let plain = self.private_network && issuer.starts_with("http://");
        if !plain && !issuer.starts_with("https://") {
            return Err(format!("{section}: the issuer must begin with https://"));
        }
        if self.groups.iter().any(|rule| rule.role == Role::Owner) {
            return Err(format!("{section}: a group makes nobody an owner"));
        }
        Ok(())
    }
}

fn check_id(section: &str, id: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=40).contains(&id.len()) && id.chars().all(plain) {
        Ok(())
    } else {
        Err(format!(
            "{section}: the id {id:?} must be 1 to 40 small letters, digits or -"
        ))
    }
}

impl Provider {
    /// What is wrong with it, in a sentence.
    pub fn check(&self) -> Result<(), String> {
        let section = "identity.oidc";
        check_id(section, &self.id)?;
        if self.client_id.is_empty() {
            return Err(format!("{section}: {} needs a client_id", self.id));
        }
        if !self.scopes.iter().any(|scope| scope == "openid") {
            return Err(format!("{section}: the scopes of {} must have openid", self.id));
        }
        self.people.check(section, &self.issuer)
    }
}

impl TrustedIssuer {
    /// What is wrong with it, in a sentence.
    pub fn check(&self) -> Result<(), String> {
        let section = "identity.trusted_issuers";
        check_id(section, &self.id)?;
        if self.audience.is_empty() || self.audience.iter().any(String::is_empty) {
            return Err(format!(
                "{section}: {} needs an audience, or tokens for others would be good here",
                self.id
            ));
        }
        match self.algorithms.iter().find(|name| !is_allowed(name)) {
            Some(name) => return Err(format!("{section}: the algorithm {name} cannot be used")),
            None if self.algorithms.is_empty() => {
                return Err(format!("{section}: {} needs an algorithm", self.id));
            }
            None => {}
        }
        self.people.check(section, &self.issuer)
    }

    /// Under which name its people are in the store; never the name of a provider.
    pub(crate) fn store_id(&self) -> String {
        format!("token:{}", self.id)
    }
}
