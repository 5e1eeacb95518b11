//! Outgoing HTTP requests that cannot be turned against the host.
//!
//! Whatever names a server (an app's import, a listing, an account on another host) comes from outside. So a
//! [`Client`] bounds time, size and redirects, and asks an [`AddressFilter`] about every *resolved* address before it
//! connects to exactly that address: a name that leads inside is refused, also behind a redirect.

mod address;
mod client;
mod connect;
mod dial;
mod error;
mod resolve;
mod tls;

pub use address::AddressFilter;
pub use client::{Ask, Client, Config, Fetched, Opened, Reading, Said, Visit, Visited};
pub use dial::{DialError, Dialer};
pub use error::{GetError, SetUpError};
pub use ipnet::IpNet;
pub use resolve::{Resolve, SystemResolver};
pub use tls::config as tls_config;
