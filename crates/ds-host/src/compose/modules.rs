//! Where remote modules come from, as configured: a folder, then the network.

use std::{io, path::PathBuf, sync::Arc};

use ds_apps::modules::{Fetch, MAX_MODULE, Modules, NetFetch};
use ds_net::{AddressFilter, Client, SetUpError};

use crate::config::Config;

/// Why modules cannot be had as configured.
#[derive(Debug, thiserror::Error)]
pub enum ModulesError {
    /// The additional certificate authorities cannot be read.
    #[error("cannot read the certificate authorities in {}", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Outgoing requests cannot be set up.
    #[error("cannot set up outgoing requests")]
    SetUp(#[from] SetUpError),
}

/// The sources of modules.
pub(super) async fn of(config: &Config) -> Result<Modules, ModulesError> {
    let folders = config.modules.dir.iter().cloned().collect();
    let network: Option<Arc<dyn Fetch>> = if config.modules.network {
        Some(Arc::new(NetFetch::new(client(config).await?)))
    } else {
        None
    };
    let modules = Modules::new(folders, network);
    Ok(match &config.modules.npm_registry {
        Some(base) => modules.with_npm_registry(base.clone()),
        None => modules,
    })
}

/// The certificate authorities to trust besides the machine's own, as PEM.
pub(super) async fn authorities(config: &Config) -> Result<Vec<Vec<u8>>, ModulesError> {
    let Some(path) = &config.trust else {
        return Ok(Vec::new());
    };
    let pem = tokio::fs::read(path).await;
    let pem = pem.map_err(|source| ModulesError::Authorities {
        path: path.clone(),
        source,
    })?;
    Ok(vec![pem])
}

async fn client(config: &Config) -> Result<Client, ModulesError> {
    let authorities = authorities(config).await?;
    Ok(Client::new(ds_net::Config {
        filter: AddressFilter::new(config.modules.allow.clone()),
        max_body: MAX_MODULE,
        authorities,
        ..ds_net::Config::default()
    })?)
}
