//! What patterns consist of: text, parameters and groups.

/// One part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// Text that stands for itself.
    Text(String),
    /// A parameter or a `{group}`.
    Group(Group),
}

/// A parameter, or a `{group}` with or without one in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// Under which name the value is found; a group without a parameter has none.
    pub(crate) name: Option<String>,
    /// Text before the value, part of the group.
    pub(crate) prefix: String,
    /// Text after the value, part of the group.
    pub(crate) suffix: String,
    /// What the value may look like.
    pub(crate) value: Value,
    /// How often the group may occur.
    pub(crate) modifier: Modifier,
}

/// What the value of a parameter may look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// There is no value.
    None,
    /// Anything up to the next delimiter.
    Default,
    /// What this regular expression, in JavaScript's dialect, matches.
    Custom(String),
}

/// How often a group may occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Modifier {
    /// Exactly once.
    Once,
    /// Once or not at all: `?`.
    Optional,
    /// Any number of times: `*`.
    Any,
    /// Once or more: `+`.
    Some,
}

impl Modifier {
    pub(crate) fn repeats(self) -> bool {
        matches!(self, Self::Any | Self::Some)
    }

    pub(crate) fn required(self) -> bool {
        matches!(self, Self::Once | Self::Some)
    }
}
