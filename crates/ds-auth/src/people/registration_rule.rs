//! Who may get an account here.

use std::{fmt, str::FromStr};

/// Who may get an account here. The command line makes accounts always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegistrationRule {
    /// Nobody: invitations open nothing, either.
    Nobody,
    /// Whoever was invited.
    #[default]
    Invited,
    /// Whoever proves that they have a mail address.
    Proven,
    /// Whoever comes.
    Anyone,
}

/// A text that is no rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("who may register is one of: nobody, invited, proven, anyone")]
pub struct UnknownRule;

impl RegistrationRule {
    /// All of them, strictest first.
    pub const ALL: [Self; 4] = [Self::Nobody, Self::Invited, Self::Proven, Self::Anyone];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Invited => "invited",
            Self::Proven => "proven",
            Self::Anyone => "anyone",
        }
    }
}

impl fmt::Display for RegistrationRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for RegistrationRule {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        let mut all = Self::ALL.into_iter();
        all.find(|rule| rule.name() == text).ok_or(UnknownRule)
    }
}
