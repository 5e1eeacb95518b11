//! How old an appspace's data is, and the steps between.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The shape of an appspace's data, as numbered by its app. 0 is "no data yet".
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Schema(pub u32);

impl Schema {
    /// Before the first migration.
    pub const NONE: Self = Self(0);
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which way a migration goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To the schema, from the one below.
    Up,
    /// From the schema, to the one below.
    Down,
}

/// A migration that an app can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MigrationStep {
    /// Which way it goes.
    pub direction: Direction,
    /// The schema it goes up to or down from.
    pub schema: Schema,
}
