//! Why mail was not sent.

use std::{io, path::PathBuf};

use ds_core::StoreError;
use lettre::{address::AddressError, transport::smtp};

/// Why mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Nothing can be sent to that.
    #[error("cannot send mail to {to}: it is no mail address")]
    Address {
        /// What should have been one.
        to: String,
        /// What is wrong with it.
        #[source]
        source: AddressError,
    },
    /// It cannot be written down.
    #[error("cannot make a message of it")]
    Message(#[source] lettre::error::Error),
    /// It cannot be written down for the time being.
    #[error("cannot write the letter down")]
    Write(#[source] serde_json::Error),
    /// What was written down cannot be read.
    #[error("cannot read the letter that waits")]
    Read(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It cannot be recorded.
    #[error("cannot record the letter")]
    Keep(#[source] StoreError),
    /// Nothing is taken before others are sent.
    #[error("too much mail is waiting to be sent")]
    Full,
    /// The directory for messages cannot be written.
    #[error("cannot write the message to {}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The password cannot be read.
    #[error("cannot read the password of the mail server in {}", .path.display())]
    Password {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The server did not take it.
    #[error("the mail server {server} did not take the message")]
    Server {
        /// Its name and port.
        server: String,
        /// Why not.
        #[source]
        source: smtp::Error,
    },
    /// The configured authorities are none.
    #[error("cannot set up TLS to the mail server")]
    Tls(#[source] smtp::Error),
}

impl MailError {
    pub(super) fn read(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Read(Box::new(error))
    }

    /// Whether trying the same again is of no use.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Address { .. } | Self::Message(_) | Self::Write(_) | Self::Read(_) => true,
            Self::Server { source, .. } => source.is_permanent(),
            _ => false,
        }
    }
}
