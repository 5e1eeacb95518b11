//! One connection to one filtered address.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::{AddressFilter, GetError, Resolve, resolve::addresses};

/// Bytes to and from a server.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// What a connection is made with.
pub(crate) struct Connector {
    pub(crate) filter: AddressFilter,
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) patience: Duration,
}

impl Connector {
    /// Resolves, filters, connects, and speaks TLS where the address says so.
    pub(crate) async fn connect(&self, url: &Url) -> Result<Box<dyn Stream>, GetError> {
        let refused = |why| GetError::Refused {
            url: url.clone(),
            why,
        };
        let host = url.host().ok_or_else(|| refused("it names no server"))?;
        let port = url
            .port_or_known_default()
            .ok_or_else(|| refused("it has no port"))?;
        let name = host.to_string();
        let found = addresses(&*self.resolver, &host, port).await;
        let mut found = found.map_err(|source| GetError::Resolve {
            host: name.clone(),
            source,
        })?;
        found.retain(|address| self.filter.allows(address.ip()));
        if found.is_empty() {
            return Err(GetError::Forbidden { host: name });
        }
        let connected = match timeout(self.patience, self.open(&found, url.scheme(), &host)).await {
            Ok(connected) => connected,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        };
        connected.map_err(|source| GetError::Connect { host: name, source })
    }

    async fn open(
        &self,
        found: &[SocketAddr],
        scheme: &str,
        host: &Host<&str>,
    ) -> io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect(found).await?;
        stream.set_nodelay(true)?;
        if scheme == "http" {
            return Ok(Box::new(stream));
        }
        let name = match host {
            Host::Domain(name) => {
                ServerName::try_from((*name).to_owned()).map_err(io::Error::other)?
            }
            Host::Ipv4(address) => ServerName::IpAddress((*address).into()),
            Host::Ipv6(address) => ServerName::IpAddress((*address).into()),
        };
        let stream = TlsConnector::from(self.tls.clone())
            .connect(name, stream)
            .await?;
        Ok(Box::new(stream))
    }
}
