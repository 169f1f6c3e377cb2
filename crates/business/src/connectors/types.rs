//! Which connectors there are, as a form can be made of them.

use connectors::manifest::{Field, FieldKind, Manifest, Role};
use serde::Serialize;
use utoipa::ToSchema;

/// What a connection counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RoleWord {
    /// Its orders are sales.
    Sales,
    /// Its payments are money that moved.
    Payments,
    /// It knows customers.
    Crm,
}

impl RoleWord {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Payments => "payments",
            Self::Crm => "crm",
        }
    }

    /// Reads the word that the store keeps.
    pub fn of(word: &str) -> Self {
        match word {
            "payments" => Self::Payments,
            "crm" => Self::Crm,
            _ => Self::Sales,
        }
    }

    /// As the warehouse calls it.
    pub const fn counted(self) -> crate::warehouse::Role {
        match self {
            Self::Sales => crate::warehouse::Role::Sales,
            Self::Payments => crate::warehouse::Role::Payments,
            Self::Crm => crate::warehouse::Role::Crm,
        }
    }
}

impl From<Role> for RoleWord {
    fn from(role: Role) -> Self {
        match role {
            Role::Sales => Self::Sales,
            Role::Payments => Self::Payments,
            Role::Crm => Self::Crm,
        }
    }
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FieldKindOut {
    /// A text.
    Text,
    /// A text that is never shown again.
    Secret,
    /// A day, as `2026-01-31`.
    Date,
    /// One of several.
    Choice,
    /// `true` or `false`.
    Bool,
}

/// One of several values.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OptionOut {
    value: String,
    label: String,
}

/// A field of the form.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FieldOut {
    name: String,
    label: String,
    kind: FieldKindOut,
    required: bool,
    #[schema(required)]
    help: Option<String>,
    #[schema(required)]
    placeholder: Option<String>,
    #[schema(required)]
    pattern: Option<String>,
    #[schema(required)]
    default: Option<String>,
    #[schema(required)]
    options: Option<Vec<OptionOut>>,
}

impl From<&Field> for FieldOut {
    fn from(field: &Field) -> Self {
        let options: Vec<_> = field
            .options
            .iter()
            .map(|option| OptionOut {
                value: option.value.clone(),
                label: option.label.clone(),
            })
            .collect();
        Self {
            name: field.name.clone(),
            label: field.label.clone(),
            kind: match field.kind {
                FieldKind::Text => FieldKindOut::Text,
                FieldKind::Secret => FieldKindOut::Secret,
                FieldKind::Date => FieldKindOut::Date,
                FieldKind::Choice => FieldKindOut::Choice,
                FieldKind::Bool => FieldKindOut::Bool,
            },
            required: field.required,
            help: field.help.clone(),
            placeholder: field.placeholder.clone(),
            pattern: field.pattern.as_ref().map(|pattern| pattern.as_str().to_owned()),
            default: field.default.clone(),
            options: (!options.is_empty()).then_some(options),
        }
    }
}

/// A kind of connector.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ConnectorType {
    /// Such as `shopify`.
    #[serde(rename = "type")]
    kind: String,
    title: String,
    description: String,
    role: RoleWord,
    /// What a person fills in.
    fields: Vec<FieldOut>,
    /// What the credentials must allow, a sentence each.
    scopes: Vec<String>,
    /// What it cannot do, a sentence each.
    limits: Vec<String>,
    /// Whether it tells of changes by itself.
    webhooks: bool,
    /// Whether its data come as files.
    upload: bool,
    /// What it reads.
    streams: Vec<String>,
}

impl From<&Manifest> for ConnectorType {
    fn from(manifest: &Manifest) -> Self {
        Self {
            kind: manifest.name.clone(),
            title: manifest.title.clone(),
            description: manifest.description.clone(),
            role: manifest.role.into(),
            fields: manifest.config.iter().map(FieldOut::from).collect(),
            scopes: manifest.scopes.clone(),
            limits: manifest.limits.clone(),
            webhooks: manifest.has_webhooks(),
            upload: manifest.upload,
            streams: manifest.streams.iter().map(|stream| stream.name.clone()).collect(),
        }
    }
}

/// All of them.
pub(super) fn list() -> Vec<ConnectorType> {
    connectors::manifest::builtin().iter().map(ConnectorType::from).collect()
}
