//! Who somebody proved to be, before they are a member of anything.

use ds_core::{AccountId, LoginKind, MemberLogin};

use crate::dropid::client::Proof;

const ACCOUNT: &str = "account";

/// Somebody who proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Somebody with an account of this host.
    Account(AccountId),
    /// Somebody of elsewhere, or with a mail address.
    Login(MemberLogin),
}

impl Who {
    /// Whoever's mail address it is; that they have it was proved.
    #[must_use]
    pub fn email(address: &str) -> Self {
        Self::Login(MemberLogin {
            kind: LoginKind::Email,
            name: address.to_lowercase(),
            signed_by: String::new(),
        })
    }

    /// The one text for them: nobody else has it.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Account(id) => format!("{ACCOUNT}:{id}"),
            Self::Login(login) => format!("{}:{}", login.kind.as_str(), login.name),
        }
    }

    /// Their account of this host, if that is what they have.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Account(id) => Some(*id),
            Self::Login(_) => None,
        }
    }

    /// The server that signed for them; empty if none did.
    #[must_use]
    pub fn signed_by(&self) -> &str {
        match self {
            Self::Account(_) => "",
            Self::Login(login) => &login.signed_by,
        }
    }

    /// Who has this text.
    #[must_use]
    pub fn read(key: &str, signed_by: &str) -> Option<Self> {
        let (kind, name) = key.split_once(':')?;
        if kind == ACCOUNT {
            return name.parse().ok().map(Self::Account);
        }
        Some(Self::Login(MemberLogin {
            kind: LoginKind::read(kind)?,
            name: name.to_owned(),
            signed_by: signed_by.to_owned(),
        }))
    }
}

impl From<&Proof> for Who {
    fn from(proof: &Proof) -> Self {
        let identity = proof.identity();
        let kind = LoginKind::read(identity.kind()).unwrap_or(LoginKind::Profile);
        let signed_by = if proof.is_signed() {
            proof.issuer()
        } else {
            ""
        };
        Self::Login(MemberLogin {
            kind,
            name: identity.text(),
            signed_by: signed_by.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let login = |kind, name: &str| {
            Who::Login(MemberLogin {
                kind,
                name: name.into(),
                signed_by: "https://b.example/".into(),
            })
        };
        for who in [
            Who::Account(AccountId::new()),
            login(LoginKind::DropId, "b.example:8443/ada"),
            login(LoginKind::Profile, "https://c.example/Ada?x=1"),
            login(LoginKind::Email, "ada@example.com"),
        ] {
            assert_eq!(Who::read(&who.key(), who.signed_by()), Some(who));
        }
        for bad in ["", "account", "account:x", "key:1"] {
            assert_eq!(Who::read(bad, ""), None, "{bad}");
        }
        assert_eq!(Who::email("Ada@Example.com").key(), "email:ada@example.com");
    }
}
