//! What was done, in kinds to look for.

use std::str::FromStr;

use ds_auth::people::AuditAction as Action;

use super::super::{ErrorKind, OpError};

/// A kind of what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// Accounts and invitations.
    Accounts,
    /// What proves who somebody is.
    LoggingIn,
    /// Appspaces that go and come back.
    Appspaces,
    /// Who belongs to appspaces.
    Members,
    /// Keys, links and tokens.
    Keys,
    /// The host itself, and DropIDs.
    Host,
}

impl NoteKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Accounts,
        Self::LoggingIn,
        Self::Appspaces,
        Self::Members,
        Self::Keys,
        Self::Host,
    ];

    /// What it is called in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::LoggingIn => "logging-in",
            Self::Appspaces => "appspaces",
            Self::Members => "members",
            Self::Keys => "keys",
            Self::Host => "host",
        }
    }

    /// What it is called on the page.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Accounts => "Accounts and invitations",
            Self::LoggingIn => "Logging in",
            Self::Appspaces => "Appspaces",
            Self::Members => "Members",
            Self::Keys => "Keys and tokens",
            Self::Host => "The host and DropIDs",
        }
    }

    /// What is of this kind.
    #[must_use]
    pub fn actions(self) -> Vec<Action> {
        let all = ACTIONS.iter().filter(|(_, kind)| *kind == self);
        all.map(|(action, _)| *action).collect()
    }
}

impl FromStr for NoteKind {
    type Err = OpError;

    fn from_str(name: &str) -> Result<Self, OpError> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| {
            let all = Self::ALL.map(Self::name).join(", ");
            OpError::new(ErrorKind::Invalid, "there is no such kind of note")
                .with_hint(format!("there are {all}"))
        })
    }
}

/// Everything that can be done, and its kind.
const ACTIONS: &[(Action, NoteKind)] = &[
    (Action::Invited, NoteKind::Accounts),
    (Action::InvitationWithdrawn, NoteKind::Accounts),
    (Action::AccountMade, NoteKind::Accounts),
    (Action::AccountBlocked, NoteKind::Accounts),
    (Action::AccountUnblocked, NoteKind::Accounts),
    (Action::AccountRemoved, NoteKind::Accounts),
    (Action::MadeAdmin, NoteKind::Accounts),
    (Action::UnmadeAdmin, NoteKind::Accounts),
    (Action::Registered, NoteKind::Accounts),
    (Action::RemovalBegun, NoteKind::Accounts),
    (Action::EmailChanged, NoteKind::Accounts),
    (Action::EmailWanted, NoteKind::Accounts),
    (Action::AddressProven, NoteKind::Accounts),
    (Action::PasswordChanged, NoteKind::LoggingIn),
    (Action::SecondFactorOn, NoteKind::LoggingIn),
    (Action::SecondFactorOff, NoteKind::LoggingIn),
    (Action::PasskeyAdded, NoteKind::LoggingIn),
    (Action::PasskeyRemoved, NoteKind::LoggingIn),
    (Action::SessionsEnded, NoteKind::LoggingIn),
    (Action::LogInRefused, NoteKind::LoggingIn),
    (Action::ResetAsked, NoteKind::LoggingIn),
    (Action::AppspaceDeleted, NoteKind::Appspaces),
    (Action::AppspaceRemoved, NoteKind::Appspaces),
    (Action::AppspaceRestored, NoteKind::Appspaces),
    (Action::MemberInvited, NoteKind::Members),
    (Action::MemberAdded, NoteKind::Members),
    (Action::MemberJoined, NoteKind::Members),
    (Action::MemberChanged, NoteKind::Members),
    (Action::MemberRemoved, NoteKind::Members),
    (Action::MemberLeft, NoteKind::Members),
    (Action::JoiningChanged, NoteKind::Members),
    (Action::KeyMade, NoteKind::Keys),
    (Action::KeyRevoked, NoteKind::Keys),
    (Action::ProgramLetIn, NoteKind::Keys),
    (Action::TokenMade, NoteKind::Keys),
    (Action::TokenRevoked, NoteKind::Keys),
    (Action::SettingChanged, NoteKind::Host),
    (Action::KeysReplaced, NoteKind::Host),
    (Action::DropIdMade, NoteKind::Host),
    (Action::DropIdRemoved, NoteKind::Host),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_one_kind() {
        let mut seen = std::collections::HashSet::new();
        assert!(ACTIONS.iter().all(|(action, _)| seen.insert(*action)));
        let of_kinds: usize = NoteKind::ALL.map(|kind| kind.actions().len()).iter().sum();
        assert_eq!(of_kinds, ACTIONS.len());
        // What is not in this list cannot be looked for: the words of the log have a line for each.
        let log = include_str!("words.rs");
        assert_eq!(log.matches("        Action::").count(), ACTIONS.len());
        for kind in NoteKind::ALL {
            assert_eq!(kind.name().parse::<NoteKind>().unwrap(), kind);
        }
        assert!("x".parse::<NoteKind>().is_err());
    }
}
