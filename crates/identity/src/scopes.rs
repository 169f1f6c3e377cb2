//! What an API token may be used for.

use serde::{Deserialize, Serialize};

/// One use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The OpenAI-compatible surface under `/v1`.
    Ai,
    /// Reading through the API.
    Read,
    /// Writing through the API.
    Write,
    /// Reading, writing, and administration: members, keys, the audit trail.
    Admin,
}

impl Scope {
    const ALL: [Self; 4] = [Self::Ai, Self::Read, Self::Write, Self::Admin];

    const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ai => "ai",
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// A set of uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// Everything: a person who is signed in.
    pub const ALL: Self = Self(0b1111);

    /// Whether a use is among them; `admin` includes `read` and `write`.
    pub const fn allow(self, scope: Scope) -> bool {
        let by_admin = matches!(scope, Scope::Read | Scope::Write) && self.0 & Scope::Admin.bit() != 0;
        by_admin || self.0 & scope.bit() != 0
    }

    /// Reads the column's form, words separated by spaces; unknown words give nothing.
    pub fn parse(text: &str) -> Self {
        text.split(' ')
            .filter_map(|word| Scope::ALL.into_iter().find(|s| s.name() == word))
            .collect()
    }

    /// The uses, in their order.
    pub fn list(self) -> Vec<Scope> {
        Scope::ALL.into_iter().filter(|s| self.0 & s.bit() != 0).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl std::fmt::Display for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, scope) in self.list().into_iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_written_and_read() {
        let scopes: Scopes = [Scope::Write, Scope::Ai].into_iter().collect();
        assert_eq!(scopes.to_string(), "ai write");
        assert_eq!(Scopes::parse("ai write"), scopes);
        assert_eq!(Scopes::parse("all * root"), Scopes(0));
        assert!(!scopes.allow(Scope::Read) && scopes.allow(Scope::Ai));
    }

    #[test]
    fn admin_reads_and_writes_but_does_not_spend() {
        let admin = Scopes::parse("admin");
        assert!(admin.allow(Scope::Read) && admin.allow(Scope::Write) && admin.allow(Scope::Admin));
        assert!(!admin.allow(Scope::Ai));
        assert!(!Scopes::parse("read write").allow(Scope::Admin));
    }
}
