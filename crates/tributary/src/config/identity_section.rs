//! Sign-in with other houses.

use std::collections::BTreeSet;

use identity::oidc::{Provider, TrustedIssuer};
use serde::Deserialize;

/// `[identity]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentitySection {
    /// Whether people may sign in with a password.
    pub passwords: bool,
    /// Issuers with which people sign in.
    pub oidc: Vec<Provider>,
    /// Issuers whose access tokens are good at the API.
    pub trusted_issuers: Vec<TrustedIssuer>,
}

impl Default for IdentitySection {
    fn default() -> Self {
        Self {
            passwords: true,
            oidc: Vec::new(),
            trusted_issuers: Vec::new(),
        }
    }
}

impl IdentitySection {
    /// Stops the start when an issuer is not what it should be.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let mut seen = BTreeSet::new();
        for provider in &self.oidc {
            provider.check().map_err(anyhow::Error::msg)?;
            anyhow::ensure!(
                seen.insert(&provider.id),
                "identity.oidc has {} twice",
                provider.id
            );
        }
        let mut seen = BTreeSet::new();
        for trusted in &self.trusted_issuers {
            trusted.check().map_err(anyhow::Error::msg)?;
            anyhow::ensure!(
                seen.insert(&trusted.id),
                "identity.trusted_issuers has {} twice",
                trusted.id
            );
        }
        anyhow::ensure!(
            self.passwords || !self.oidc.is_empty(),
            "identity.passwords is off and there is no identity.oidc: nobody could sign in"
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [[oidc]]
        id = "house"
        name = "House"
        issuer = "https://id.example.org"
        client_id = "tributary"
        client_secret = "hush-hush"
        domains = ["example.org"]
        groups = [{ group = "sales", workspace = "0198c0de-0000-7000-8000-000000000001", role = "member" }]
        [[trusted_issuers]]
        id = "house"
        issuer = "https://id.example.org"
        audience = ["tributary"]
    "#;

    fn read(text: &str) -> anyhow::Result<IdentitySection> {
        let section: IdentitySection = toml::from_str(text)?;
        section.check()?;
        Ok(section)
    }

    #[test]
    fn issuers_are_read_and_secrets_hidden() {
        let section = read(GOOD).unwrap();
        assert_eq!(section.oidc[0].scopes, ["openid", "email", "profile"]);
        assert_eq!(section.oidc[0].people.groups.len(), 1);
        assert_eq!(section.trusted_issuers[0].algorithms, ["RS256", "ES256"]);
        assert!(!format!("{section:?}").contains("hush"));
    }

    #[test]
    fn what_would_let_others_in_stops_the_start() {
        for (from, to) in [
            ("issuer = \"https", "issuer = \"http"),
            ("audience = [\"tributary\"]", "audience = []"),
            ("role = \"member\"", "role = \"owner\""),
            ("\"openid\"", "\"email\""),
            ("client_id = \"tributary\"", "client_id = \"\""),
            ("audience =", "algorithms = [\"HS256\"]\naudience ="),
            ("audience =", "algorithms = [\"none\"]\naudience ="),
            ("id = \"house\"", "id = \"House!\""),
            ("domains", "domain"),
            ("[[oidc]]", "passwords = false\n[[others]]"),
        ] {
            let text = GOOD.replace("name = \"House\"", "name = \"House\"\nscopes = [\"openid\"]");
            assert!(text.contains(from), "{from}");
            assert!(read(&text.replacen(from, to, 1)).is_err(), "{to}");
        }
        assert!(read("passwords = false").is_err(), "nobody could sign in");
        let twice = format!("{GOOD}\n{}", GOOD.split("[[trusted").next().unwrap());
        assert!(read(&twice).is_err(), "the same id twice");
    }
}
