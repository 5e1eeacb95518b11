//! Who somebody proved to be, before they are a member of anything.

use ds_core::{AccountId, LoginKind, MemberLogin};

use crate::dropid::client::Proof;

const ACCOUNT: &str = "account";
/// How the text of an account begins.
pub(super) const ACCOUNT_PREFIX: &str = "account:";

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

    /// The host that their name is of, without its port; empty for an account of this host, and for a mail address: many
    /// people have theirs of the same few providers.
    #[must_use]
    pub fn host(&self) -> &str {
        match self {
            Self::Login(login) if login.kind != LoginKind::Email => host_in(&login.name),
            _ => "",
        }
    }

    /// The last two labels of that, or of the domain of their mail address: whoever has a domain makes as many hosts of it
    /// as they like. Empty for an account of this host.
    #[must_use]
    pub fn domain(&self) -> &str {
        match self {
            Self::Account(_) => "",
            Self::Login(login) if login.kind == LoginKind::Email => {
                let domain = login.name.rsplit_once('@').map(|(_, domain)| domain);
                last_two(domain.unwrap_or_default())
            }
            Self::Login(_) => last_two(self.host()),
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

/// The host of `host/name` or of a URL.
fn host_in(name: &str) -> &str {
    let name = name.split_once("://").map_or(name, |(_, rest)| rest);
    let host = name.split(['/', '?', '#']).next().unwrap_or_default();
    match host.rsplit_once(':') {
        // What is in brackets has colons of its own.
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => host,
    }
}

/// The last two labels of a host; all of one that is a number.
fn last_two(host: &str) -> &str {
    if host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok() {
        return host;
    }
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at);
    dots.nth(1)
        .and_then(|at| host.get(at + 1..))
        .unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_somebody_is_from() {
        let check = |kind, name: &str, host: &str, domain: &str| {
            let who = Who::Login(MemberLogin {
                kind,
                name: name.into(),
                signed_by: String::new(),
            });
            assert_eq!((who.host(), who.domain()), (host, domain), "{name}");
        };
        check(
            LoginKind::DropId,
            "b.example:8443/ada",
            "b.example",
            "b.example",
        );
        check(LoginKind::DropId, "b.example", "b.example", "b.example");
        check(
            LoginKind::DropId,
            "x.y.b.example/ada",
            "x.y.b.example",
            "b.example",
        );
        check(
            LoginKind::DropId,
            "localhost:3000/ada",
            "localhost",
            "localhost",
        );
        let page = "https://me.c.example:8443/Ada?x=1:2/3@d.example";
        check(LoginKind::Profile, page, "me.c.example", "c.example");
        check(
            LoginKind::Profile,
            "https://192.0.2.7/",
            "192.0.2.7",
            "192.0.2.7",
        );
        check(
            LoginKind::Profile,
            "https://[2001:db8::1]/",
            "[2001:db8::1]",
            "[2001:db8::1]",
        );
        check(
            LoginKind::Profile,
            "https://[2001:db8::1]:81/",
            "[2001:db8::1]",
            "[2001:db8::1]",
        );
        check(LoginKind::Email, "ada@mail.example.com", "", "example.com");
        check(LoginKind::Email, "ada", "", "");
        let account = Who::Account(AccountId::new());
        assert_eq!((account.host(), account.domain()), ("", ""));
    }

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
