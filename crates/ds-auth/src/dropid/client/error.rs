//! Why somebody was not logged in by their own server.

use ds_core::StoreError;

use super::WebError;
use crate::dropid::{
    metadata::MetadataError,
    profile::ProfileError,
    signing::{JwksError, SignatureError},
};

/// Why somebody was not logged in by their own server. Nothing in a message was written by that server.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// What they typed names nobody.
    #[error(transparent)]
    Who(#[from] ProfileError),
    /// Their server could not be asked.
    #[error("your own server could not be asked; try again in a moment")]
    Web(#[source] WebError),
    /// Their server is inside, where this host does not ask.
    #[error(
        "{host} is at a private address, where this host asks nobody; whoever runs this host can allow it (`[logins] allow`)"
    )]
    Inside {
        /// Its name.
        host: String,
    },
    /// Their page names no server.
    #[error("{who} does not say which server can log you in (it has no `indieauth-metadata` link)")]
    NoServer {
        /// Their page.
        who: String,
    },
    /// Their server is not relied on.
    #[error("your own server cannot log you in here")]
    Server(#[from] MetadataError),
    /// Not a login that began in this browser, or an old one.
    #[error("this login has ended, or began in another browser; log in again")]
    Stale,
    /// The answer comes from another server than was asked.
    #[error("the answer came from another server than the one that was asked; log in again")]
    MixedUp,
    /// They changed their mind.
    #[error("your own server was told not to log you in here")]
    Declined,
    /// The answer is not what it should be.
    #[error("the answer of your own server cannot be used: {0}")]
    Answer(&'static str),
    /// Its keys are not what they should be.
    #[error("the keys of your own server cannot be read")]
    Keys(#[source] JwksError),
    /// The answer is not signed as it should be.
    #[error("the answer of your own server cannot be trusted")]
    Signature(#[source] SignatureError),
    /// It speaks of somebody it may not speak for.
    #[error("your own server named somebody who does not belong to it")]
    NotConfirmed,
    /// The store failed.
    #[error("cannot log in just now")]
    Store(#[from] StoreError),
}

impl LoginError {
    /// Whether nobody answered: the fault of the server, and not of what it was asked for.
    #[must_use]
    pub fn is_silence(&self) -> bool {
        match self {
            Self::Inside { .. } => true,
            Self::Web(error) => error.is_silence(),
            _ => false,
        }
    }

    /// Why a server gave nothing.
    pub(in crate::dropid) fn of_web(error: WebError) -> Self {
        if error.is_inside() {
            Self::Inside { host: error.host }
        } else {
            Self::Web(error)
        }
    }
}
