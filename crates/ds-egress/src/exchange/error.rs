//! Why a request of an app goes unanswered.

use std::io;

use super::{headers::NotOurs, placeholder::TooLong};

/// Why a request got no answer. The app's connection ends with it.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExchangeError {
    /// It must not go there.
    #[error(transparent)]
    NotOurs(#[from] NotOurs),
    /// It got too long.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// This side cannot speak TLS.
    #[error("TLS cannot be set up")]
    SetUp(#[from] ds_net::SetUpError),
    /// There is no connection. The log says why already.
    #[error("there is no connection")]
    Unreached,
    /// The host could not prove who it is, or broke off.
    #[error("its TLS was not accepted")]
    Tls(#[source] io::Error),
    /// The exchange broke off.
    #[error("it did not answer properly")]
    Broken(#[from] hyper::Error),
    /// It goes on with a protocol that nobody asked for.
    #[error("it switched to another protocol unasked")]
    Switched,
}
