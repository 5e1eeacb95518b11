//! What all outlets of a host share.

use std::{sync::Arc, time::Duration};

use ds_core::usage::Meter;
use ds_net::{AddressFilter, Dialer, Resolve, SystemResolver};
use ds_sandbox::Outlet;
use rustls::ClientConfig;
use tokio::{
    runtime::Handle,
    sync::{OnceCell, Semaphore},
};

use crate::{
    AuthorityError, Grant, authority::Authority, outlet::GrantedOutlet, policy::Policy,
    traffic::Traffic,
};

/// How many names are asked for at once, for all sandboxes: each may hold a thread for as long as the system
/// waits for an answer.
const LOOKUPS: usize = 64;

/// How outlets reach other hosts.
pub struct EgressConfig {
    /// Which addresses may be reached: the public internet, and what the configuration adds.
    pub filter: AddressFilter,
    /// What turns names into addresses.
    pub resolver: Arc<dyn Resolve>,
    /// Certificate authorities besides the machine's own, as PEM, where this side speaks TLS.
    pub authorities: Vec<Vec<u8>>,
    /// Bounds.
    pub limits: EgressLimits,
}

/// Bounds of what sandboxes can have of the way out.
#[derive(Clone, Debug)]
pub struct EgressLimits {
    /// Connections of one sandbox at once.
    pub connections: usize,
    /// Connections of all sandboxes at once.
    pub connections_of_all: usize,
    /// Names that one sandbox can ask for in its life.
    pub names: usize,
    /// From an app's connection to the host's.
    pub connect: Duration,
    /// How long nothing may come or go on a connection.
    pub idle: Duration,
}

impl Default for EgressConfig {
    fn default() -> Self {
        Self {
            filter: AddressFilter::default(),
            resolver: Arc::new(SystemResolver),
            authorities: Vec::new(),
            limits: EgressLimits::default(),
        }
    }
}

impl Default for EgressLimits {
    fn default() -> Self {
        Self {
            connections: 64,
            connections_of_all: 2048,
            names: 4096,
            connect: Duration::from_secs(10),
            idle: Duration::from_mins(5),
        }
    }
}

/// Makes outlets. Cheap to clone.
#[derive(Clone)]
pub struct Egress(Arc<Shared>);

/// What every outlet needs.
pub(crate) struct Shared {
    pub(crate) dialer: Dialer,
    pub(crate) limits: EgressLimits,
    /// Room for connections of all sandboxes.
    pub(crate) room: Arc<Semaphore>,
    /// Room for questions for names.
    pub(crate) lookups: Arc<Semaphore>,
    pub(crate) runtime: Handle,
    authorities: Vec<Vec<u8>>,
    tls: OnceCell<Arc<ClientConfig>>,
}

impl Egress {
    /// Takes the runtime it is made in for all that its outlets do.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn new(config: EgressConfig) -> Self {
        Self(Arc::new(Shared {
            dialer: Dialer {
                filter: config.filter,
                resolver: config.resolver,
                patience: config.limits.connect,
            },
            room: Arc::new(Semaphore::new(config.limits.connections_of_all)),
            lookups: Arc::new(Semaphore::new(LOOKUPS)),
            runtime: Handle::current(),
            authorities: config.authorities,
            tls: OnceCell::new(),
            limits: config.limits,
        }))
    }

    /// The way out for one sandbox. What it sends and receives is told to the meter, about the grant's appspace.
    ///
    /// # Errors
    /// If the authority cannot be made that a grant with secrets needs.
    pub fn outlet(
        &self,
        grant: Grant,
        meter: Arc<dyn Meter>,
    ) -> Result<Arc<dyn Outlet>, AuthorityError> {
        let traffic = Arc::new(Traffic::new(grant.appspace, meter));
        let policy = Policy::new(grant);
        let authority = policy.ends_tls().then(Authority::new).transpose()?;
        Ok(Arc::new(GrantedOutlet {
            shared: Arc::clone(&self.0),
            policy: Arc::new(policy),
            authority: authority.map(Arc::new),
            traffic,
        }))
    }
}

impl Shared {
    /// How this side speaks TLS with hosts. The machine's trust store is read when first needed.
    pub(crate) async fn tls(&self) -> Result<Arc<ClientConfig>, ds_net::SetUpError> {
        let read = || async {
            let authorities = self.authorities.clone();
            let reading = tokio::task::spawn_blocking(move || ds_net::tls_config(&authorities));
            match reading.await {
                Ok(read) => read,
                Err(ended) => Err(rustls::Error::General(ended.to_string()).into()),
            }
        };
        self.tls.get_or_try_init(read).await.cloned()
    }
}
