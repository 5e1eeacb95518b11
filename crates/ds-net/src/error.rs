//! Why a request failed.

use std::{io, time::Duration};

use url::Url;

/// Why a client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// TLS could not be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    /// An additional certificate is none.
    #[error("an additional certificate authority is not a PEM certificate")]
    Pem(#[source] rustls::pki_types::pem::Error),
}

/// Why something could not be had from a server.
#[derive(Debug, thiserror::Error)]
pub enum GetError {
    /// Not an address that this client asks.
    #[error("{url} is not asked: {why}")]
    Refused {
        /// The address.
        url: Url,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The name is unknown.
    #[error("no address was found for {host}")]
    Resolve {
        /// The name.
        host: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The name leads inside.
    #[error(
        "{host} is not on the public internet, and not among the addresses that are allowed besides"
    )]
    Forbidden {
        /// The name.
        host: String,
    },
    /// No address of it took the connection.
    #[error("{host} cannot be reached")]
    Connect {
        /// The name.
        host: String,
        /// Why the last one did not.
        #[source]
        source: io::Error,
    },
    /// The exchange broke off.
    #[error("{url} did not answer properly")]
    Exchange {
        /// The address.
        url: Url,
        /// Why.
        #[source]
        source: hyper::Error,
    },
    /// The request could not be made.
    #[error("{url} cannot be asked for")]
    Request {
        /// The address.
        url: Url,
        /// Why.
        #[source]
        source: http::Error,
    },
    /// An answer that is not what was asked for.
    #[error("{url} answered with status {status}")]
    Status {
        /// The address.
        url: Url,
        /// The number.
        status: u16,
    },
    /// Too many redirects, or one that leads nowhere.
    #[error("{url} is redirected {why}")]
    Redirect {
        /// The address.
        url: Url,
        /// How.
        why: &'static str,
    },
    /// Too much.
    #[error("{url} is larger than {limit} bytes")]
    TooBig {
        /// The address.
        url: Url,
        /// The bound.
        limit: u64,
    },
    /// Too slow.
    #[error("{url} took longer than {} seconds", .limit.as_secs_f32())]
    TooSlow {
        /// The address.
        url: Url,
        /// The bound.
        limit: Duration,
    },
}
