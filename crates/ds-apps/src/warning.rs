//! What is worth telling a developer or owner about an app, in a form programs understand too.

use serde::{Deserialize, Serialize};

/// Something about an app that should be better. Whether it stands in the way of installing is for
/// [`manifest::blocking`](crate::manifest::blocking) to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// What it is about: a key of the manifest, or `version-sequence`, `permissions` or `modules`.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
    /// The value that is wrong, shortened; empty if there is none.
    pub bad_value: String,
    /// A sentence for people.
    pub message: String,
}

/// Kinds of [`Warning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// It is missing or empty.
    Empty,
    /// It breaks a rule.
    Invalid,
    /// It is too long or too large.
    Big,
    /// It is too small.
    Small,
    /// What it names is not there.
    NotFound,
    /// It could not be looked at.
    Error,
    /// It works, but not well.
    PoorExperience,
    /// Nothing is wrong with it: whoever installs the app is to know.
    Notice,
}

impl Warning {
    /// Makes a warning; a long `bad_value` is shortened.
    pub fn new(
        field: impl Into<String>,
        problem: Problem,
        bad_value: &str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            problem,
            bad_value: bad_value.chars().take(200).collect(),
            message: message.into(),
        }
    }
}
