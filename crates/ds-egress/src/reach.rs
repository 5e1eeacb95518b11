//! From a name to a connection, with every address checked.

use std::{io, net::SocketAddr, sync::Arc};

use ds_net::DialError;
use tokio::time::timeout;

use crate::{
    counted::{Activity, Counted},
    outlet::Target,
    scope::Scope,
};

impl Scope {
    /// Connects to a host that is approved, or says in the log why not.
    pub(crate) async fn reach(&self, to: &Target, activity: &Arc<Activity>) -> Option<Counted> {
        let limit = self.shared.limits.connect;
        let reached = timeout(limit, async {
            let addresses = self.addresses(to).await?;
            self.shared.dialer.connect(&addresses).await
        });
        let why = match reached.await {
            Ok(Ok(stream)) => {
                let (traffic, activity) = (Arc::clone(&self.traffic), Arc::clone(activity));
                return Some(Counted::new(stream, traffic, activity));
            }
            Ok(Err(error)) => error,
            Err(_) => DialError::Connect(io::ErrorKind::TimedOut.into()),
        };
        let (what, reason) = (to.to_string(), ds_core::error_chain(&why));
        match why {
            DialError::Forbidden | DialError::Own => self.journal.refused(&what, &reason),
            DialError::Resolve(_) | DialError::Connect(_) => self.journal.failed(&what, &reason),
        }
        None
    }

    /// Asks for a name's addresses. The system may hold a thread for long, also when nobody waits any more; so the
    /// question keeps its place until it is answered.
    async fn addresses(&self, to: &Target) -> Result<Vec<SocketAddr>, DialError> {
        let closed = |_| DialError::Resolve(io::ErrorKind::Interrupted.into());
        let own = Arc::clone(&self.lookups).acquire_owned();
        let own = own.await.map_err(closed)?;
        let of_all = Arc::clone(&self.shared.lookups).acquire_owned();
        let of_all = of_all.await.map_err(closed)?;
        let (dialer, to) = (self.shared.dialer.clone(), to.clone());
        let asking = self.shared.runtime.spawn(async move {
            let found = dialer.addresses(&to.name, to.port).await;
            drop((own, of_all));
            found
        });
        let ended = |error| DialError::Resolve(io::Error::other(error));
        asking.await.map_err(ended)?
    }
}
