//! Plain connections to filtered addresses, for what speaks a protocol of its own.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{net::TcpStream, time::timeout};

use crate::{AddressFilter, Resolve};

/// A name's addresses beyond these are not tried.
const MOST_ADDRESSES: usize = 8;

/// Connects to names: asks for the addresses once, filters them, and connects to one of just those.
#[derive(Clone)]
pub struct Dialer {
    /// Which addresses may be reached.
    pub filter: AddressFilter,
    /// What turns names into addresses.
    pub resolver: Arc<dyn Resolve>,
    /// How long connecting may take, from the resolved name.
    pub patience: Duration,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The name is unknown.
    #[error("no address was found for it")]
    Resolve(#[source] io::Error),
    /// The name leads inside.
    #[error("it leads to no address on the public internet, nor to one that is allowed besides")]
    Forbidden,
    /// The name leads to this machine.
    #[error("it leads to this machine itself")]
    Own,
    /// No address of it took the connection.
    #[error("it cannot be reached")]
    Connect(#[source] io::Error),
}

impl Dialer {
    /// Those addresses of a name that may be reached.
    ///
    /// # Errors
    /// If there are none.
    pub async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, DialError> {
        let found = self.resolver.resolve(host, port).await;
        let mut found = found.map_err(DialError::Resolve)?;
        if found.is_empty() {
            return Err(DialError::Resolve(io::ErrorKind::NotFound.into()));
        }
        found.retain(|address| self.filter.allows(address.ip()));
        found.truncate(MOST_ADDRESSES);
        if found.is_empty() {
            return Err(DialError::Forbidden);
        }
        Ok(found)
    }

    /// Connects to the first of these addresses that takes the connection; [`Self::addresses`] gave them.
    ///
    /// # Errors
    /// If none does, or if it is this machine.
    pub async fn connect(&self, addresses: &[SocketAddr]) -> Result<TcpStream, DialError> {
        let connected = match timeout(self.patience, TcpStream::connect(addresses)).await {
            Ok(connected) => connected,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        };
        let stream = connected.map_err(DialError::Connect)?;
        let ends = stream
            .peer_addr()
            .and_then(|to| Ok((to, stream.local_addr()?)));
        let (to, from) = ends.map_err(DialError::Connect)?;
        if is_own(to.ip(), from.ip(), &self.filter) {
            return Err(DialError::Own);
        }
        stream.set_nodelay(true).map_err(DialError::Connect)?;
        Ok(stream)
    }
}

/// A machine reaches its own public address without passing its own firewall, so what listens there for the
/// machine alone could be reached. Such a connection begins and ends at the same address.
fn is_own(to: IpAddr, from: IpAddr, filter: &AddressFilter) -> bool {
    to == from && !filter.lists(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_itself_is_reached_only_if_listed() {
        let filter = AddressFilter::new(vec!["127.0.0.0/8".parse().unwrap()]);
        let check = |to: &str, from: &str, expect: bool| {
            let own = is_own(to.parse().unwrap(), from.parse().unwrap(), &filter);
            assert_eq!(own, expect, "{to} from {from}");
        };
        check("8.8.8.8", "8.8.4.4", false);
        check("8.8.8.8", "8.8.8.8", true);
        check("2a00::1", "2a00::1", true);
        check("127.0.0.1", "127.0.0.1", false);
    }
}
