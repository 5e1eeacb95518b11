//! One sandbox's outlet: its listeners, and what is asked of each connection.

use std::{net::IpAddr, sync::Arc, time::Duration};

use ds_sandbox::{Outlet, OutletSockets};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    authority::Authority, dns, egress::Shared, exchange, journal::Journal, names::Names,
    policy::Policy, scope::Scope, traffic::Traffic, tunnel,
};

/// Names that one sandbox asks for at once.
const LOOKUPS: usize = 4;
/// Connections of one sandbox that wait for a place, beside one for each listener.
const WAITING: usize = 32;

/// The way to what a grant approves.
pub(crate) struct GrantedOutlet {
    pub(crate) shared: Arc<Shared>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) authority: Option<Arc<Authority>>,
    pub(crate) traffic: Arc<Traffic>,
}

/// A host that the app wants to reach.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) name: Arc<str>,
    pub(crate) port: u16,
}

/// Held while a connection is open.
pub(crate) struct Place(#[expect(dead_code, reason = "held")] [OwnedSemaphorePermit; 2]);

/// Ends everything when dropped.
struct Serving(#[expect(dead_code, reason = "held")] DropGuard);

impl Outlet for GrantedOutlet {
    fn ports(&self) -> Vec<u16> {
        self.policy.ports()
    }

    fn trusted(&self) -> Option<String> {
        self.authority.as_ref().map(|one| one.pem().to_owned())
    }

    fn serve(&self, sockets: OutletSockets) -> Box<dyn Send + Sync> {
        let end = CancellationToken::new();
        let scope = Arc::new(Scope {
            shared: Arc::clone(&self.shared),
            policy: Arc::clone(&self.policy),
            authority: self.authority.clone(),
            traffic: Arc::clone(&self.traffic),
            names: Names::new(self.shared.limits.names),
            journal: Journal::new(sockets.log),
            room: Arc::new(Semaphore::new(self.shared.limits.connections)),
            waiting: Arc::new(Semaphore::new(WAITING + sockets.ports.len())),
            lookups: Arc::new(Semaphore::new(LOOKUPS)),
            end: end.clone(),
        });
        if let Some(listener) = scope.listener(sockets.dns, "names") {
            scope.spawn(dns::serve(Arc::clone(&scope), listener));
        }
        for (port, listener) in sockets.ports {
            if let Some(listener) = scope.listener(listener, &format!("port {port}")) {
                scope.spawn(serve_port(Arc::clone(&scope), port, listener));
            }
        }
        Box::new(Serving(end.drop_guard()))
    }
}

impl Scope {
    fn listener(&self, listener: std::net::TcpListener, what: &str) -> Option<TcpListener> {
        let _runtime = self.shared.runtime.enter();
        let listener = listener
            .set_nonblocking(true)
            .and_then(|()| TcpListener::from_std(listener));
        listener
            .map_err(|error| self.journal.failed(what, &error.to_string()))
            .ok()
    }

    /// Whether a connection goes on, and where to.
    fn admit(&self, stream: &TcpStream, port: u16) -> Option<Target> {
        let address = stream.local_addr().ok()?.ip();
        let name = match address {
            IpAddr::V4(address) => self.names.name_of(address),
            IpAddr::V6(_) => None,
        };
        let refused = |what: &str, why: &str| {
            self.journal.refused(&format!("{what}:{port}"), why);
            None
        };
        let Some(name) = name else {
            return refused(&address.to_string(), "not the address of an approved host");
        };
        if !self.policy.approves(&name, port) {
            return refused(&name, "not approved for this port");
        }
        Some(Target { name, port })
    }

    /// Waits for a place, as long as connecting may take: an app that asks for much at once often has its
    /// connections free again soon.
    async fn place(&self, to: &Target) -> Option<Place> {
        let limits = &self.shared.limits;
        let taken =
            |room: &Arc<Semaphore>| timeout(limits.connect, Arc::clone(room).acquire_owned());
        let refused = |why: &str| {
            self.journal.refused(&to.to_string(), why);
            None
        };
        let Ok(Ok(own)) = taken(&self.room).await else {
            return refused(&format!(
                "{} connections are open already",
                limits.connections
            ));
        };
        let Ok(Ok(of_all)) = taken(&self.shared.room).await else {
            return refused("the apps of this host have too many connections open");
        };
        Some(Place([own, of_all]))
    }
}

/// The next connection. What goes wrong with one (the host may be out of descriptors) does not end the listener.
pub(crate) async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                tracing::debug!(%error, "a connection of a sandbox was not accepted");
                // Nothing tells when there are descriptors again.
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn serve_port(scope: Arc<Scope>, port: u16, listener: TcpListener) {
    loop {
        // Each is a descriptor of the host's, so only some wait here; the others wait in the kernel's queue.
        let Ok(waiting) = Arc::clone(&scope.waiting).acquire_owned().await else {
            return;
        };
        let stream = accept(&listener).await;
        if let Some(target) = scope.admit(&stream, port) {
            scope.spawn(connection(Arc::clone(&scope), target, stream, waiting));
        }
    }
}

async fn connection(
    scope: Arc<Scope>,
    to: Target,
    stream: TcpStream,
    waiting: OwnedSemaphorePermit,
) {
    let Some(place) = scope.place(&to).await else {
        return;
    };
    drop(waiting);
    let secrets = scope.policy.secrets(&to.name, to.port);
    if secrets.is_empty() {
        tunnel::run(scope, to, stream, place).await;
    } else {
        exchange::run(scope, to, secrets, stream, place).await;
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.name, self.port)
    }
}
