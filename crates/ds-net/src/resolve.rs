//! Turning names into addresses.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use async_trait::async_trait;

/// Turns a name into addresses. What it says is filtered, then connected to and never asked for again.
#[async_trait]
pub trait Resolve: Send + Sync {
    /// All addresses of a name.
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// Asks the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}

/// The addresses of a URL's host. An address needs no resolver.
pub(crate) async fn addresses(
    resolver: &dyn Resolve,
    host: &url::Host<&str>,
    port: u16,
) -> io::Result<Vec<SocketAddr>> {
    match host {
        url::Host::Domain(name) => resolver.resolve(name, port).await,
        url::Host::Ipv4(address) => Ok(vec![SocketAddr::new(IpAddr::V4(*address), port)]),
        url::Host::Ipv6(address) => Ok(vec![SocketAddr::new(IpAddr::V6(*address), port)]),
    }
}
