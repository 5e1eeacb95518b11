//! Identifiers: one type per noun, so that they cannot be confused.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A string that is not the identifier it should be.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not a valid {what} id")]
pub struct IdError {
    what: &'static str,
    text: String,
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident = $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes a new id; ids made later sort later.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "a default that differs each time would surprise")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_simple().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($what, ":{}"), self.0.as_simple())
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::parse_str(text)
                    .map(Self)
                    .map_err(|_| IdError { what: $what, text: text.chars().take(64).collect() })
            }
        }
    )*};
}

uuid_ids! {
    /// An app as installed on this host, all its versions together.
    AppId = "app";
    /// One installed version of an app. Never reused, so it is a safe key for caches.
    VersionId = "version";
    /// An appspace. Never reused, so a cookie or lease of a deleted one opens nothing.
    AppspaceId = "appspace";
    /// A person's account on this host.
    AccountId = "account";
    /// A token by which programs use an account.
    ApiTokenId = "API token";
    /// What opens an appspace for a program or by a link.
    MemberTokenId = "key";
    /// One run of one sandbox.
    SandboxId = "sandbox";
    /// A piece of work that takes long, as recorded in the job log.
    JobId = "job";
    /// An owner's consent that an appspace goes to another host.
    MoveId = "move";
    /// A letter that waits to be sent.
    LetterId = "letter";
}

/// Who a member is to the app: random per appspace, and all that app code learns of a person's identity.
///
/// Ten characters of `[a-z0-9]` when made here; the original's eight are accepted.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(try_from = "String", into = "String")]
pub struct ProxyId(String);

impl ProxyId {
    /// Makes a random id.
    #[must_use]
    pub fn random() -> Self {
        Self(crate::secret::random_text(10))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProxyId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        if (1..=32).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text))
        } else {
            Err(IdError {
                what: "proxy",
                text: text.chars().take(64).collect(),
            })
        }
    }
}

impl FromStr for ProxyId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::try_from(text.to_owned())
    }
}

impl From<ProxyId> for String {
    fn from(id: ProxyId) -> Self {
        id.0
    }
}

impl fmt::Display for ProxyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
