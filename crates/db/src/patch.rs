//! A field of a PATCH that can be left alone, taken away or set.

use sea_orm::ActiveValue::{self, Set};
use serde::{Deserialize, Deserializer};

/// What a PATCH says about one optional field: nothing, `null`, or a value.
#[derive(Clone, Debug, Default)]
pub enum Field<T> {
    /// The field was absent: it stays.
    #[default]
    Keep,
    /// It was null: it is taken away.
    Clear,
    /// It is set.
    Set(T),
}

impl<T> Field<T> {
    /// Writes it into a column.
    pub fn apply(self, column: &mut ActiveValue<Option<T>>)
    where
        Option<T>: Into<sea_orm::Value>,
    {
        match self {
            Self::Keep => {}
            Self::Clear => *column = Set(None),
            Self::Set(value) => *column = Set(Some(value)),
        }
    }

    /// The new value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}
