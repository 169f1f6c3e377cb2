//! The environment over the file: `TRIBUTARY_` + section + key.

use toml::{Table, Value};

/// The sections, to find where a variable's section ends and its key begins.
const SECTIONS: &[&str] = &[
    "log",
    "database",
    "redis",
    "vault",
    "http",
    "limits",
    "identity",
    "ai",
    "chat",
    "files",
    "s3",
    "clamav",
    "business",
    "mail",
    "audit",
    "monitor",
    "operations",
    "backup",
];

/// `TRIBUTARY_AI_FIRST_BYTE_SECONDS=5` is `first_byte_seconds = 5` in `[ai]`; `TRIBUTARY_LISTEN` stands at the top.
pub(super) fn lay_over(table: &mut Table, name: &str, value: &str) {
    let name = name.to_ascii_lowercase();
    let value = scalar(value);
    let section = SECTIONS
        .iter()
        .find_map(|s| Some((*s, name.strip_prefix(s)?.strip_prefix('_')?)));
    match section {
        Some((section, key)) => {
            let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                inner.insert(key.to_owned(), value);
            }
        }
        None => {
            table.insert(name, value);
        }
    }
}

/// Numbers, truth values and lists as TOML writes them; everything else is text.
fn scalar(text: &str) -> Value {
    let parsed = format!("value = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut t| t.remove("value"));
    match parsed {
        Some(value @ (Value::Boolean(_) | Value::Integer(_) | Value::Float(_) | Value::Array(_))) => value,
        _ => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use providers::ProviderKind;

    use crate::Config;

    fn load(pairs: &[(&str, &str)]) -> anyhow::Result<Config> {
        Config::load(
            None,
            pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
        )
    }

    #[test]
    fn the_environment_lies_over_the_defaults() {
        let config = load(&[
            ("TRIBUTARY_LISTEN", "127.0.0.1:9999"),
            ("TRIBUTARY_DATABASE_URL", "postgres://u:secret@h/d"),
            ("TRIBUTARY_REDIS_URL", "redis://:secret@h:1"),
            ("TRIBUTARY_AI_ORDER", "[\"openai\", \"groq\"]"),
            ("TRIBUTARY_AI_DISCOVER", "false"),
            ("TRIBUTARY_AI_FIRST_BYTE_SECONDS", "2"),
            ("PATH", "/bin"),
        ])
        .unwrap();
        assert_eq!(config.listen.port(), 9999);
        assert_eq!(config.ai.order, [ProviderKind::OpenAi, ProviderKind::Groq]);
        assert!(!config.ai.discover);
        assert!(!format!("{config:?}").contains("secret@"), "secrets are hidden");
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (name, value) in [
            ("TRIBUTARY_LISTEN", "here"),
            ("TRIBUTARY_TYPO", "1"),
            ("TRIBUTARY_AI_TYPO", "1"),
            ("TRIBUTARY_AI_IDLE_SECONDS", "-1"),
            ("TRIBUTARY_DATABASE_URL", "mysql://x"),
            ("TRIBUTARY_REDIS_URL", "http://x"),
            ("TRIBUTARY_HTTP_ALLOWED_ORIGINS", "[\"*\"]"),
        ] {
            assert!(load(&[(name, value)]).is_err(), "{name}");
        }
    }
}
