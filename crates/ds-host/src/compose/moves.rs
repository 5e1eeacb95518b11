//! Moves between hosts.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use ds_backup::ImportBounds;
use ds_core::{AccountId, AppVersion};
use ds_lifecycle::{InstallPackage, Lifecycle, Moves, Patience};
use ds_sandbox::BoxError;
use tokio_util::task::AbortOnDropHandle;

use super::{ComposeError, base::Base, modules};
use crate::{
    config::Config,
    moving::{HttpHosts, Moving, Strangers},
    ops::{Names, Source, backend::Installs},
};

/// Opens what is recorded of moves.
pub(super) async fn open(
    config: &Config,
    base: &Base,
    names: &Names,
    lifecycle: &Lifecycle,
) -> Result<Moves, ComposeError> {
    let authorities = modules::authorities(config).await?;
    let hosts = HttpHosts::new(config.moves_allow.clone(), !names.https, authorities);
    let hosts = hosts.map_err(modules::ModulesError::SetUp)?;
    let opened = Moves::open(
        lifecycle.clone(),
        base.store.clone(),
        Arc::new(hosts),
        Patience::default(),
    );
    opened
        .await
        .map_err(|error| ComposeError::Recover(error.into()))
}

/// What the operations about moves stand on.
pub(super) fn moving(base: &Base, moves: &Moves, installs: &Arc<dyn Installs>) -> Arc<Moving> {
    let usual = ImportBounds::default();
    Arc::new(Moving {
        moves: moves.clone(),
        installs: Arc::new(Packages(Arc::clone(installs))),
        bounds: ImportBounds {
            keep_free: usual.keep_free.max(base.least_free),
            ..usual
        },
        strangers: Strangers::default(),
    })
}

/// Asks other hosts what was not decided yet.
pub(super) fn keep_asking(moves: &Moves) -> AbortOnDropHandle<()> {
    let moves = moves.clone();
    AbortOnDropHandle::new(tokio::spawn(async move { moves.keep_asking().await }))
}

/// Installs what came with an appspace.
struct Packages(Arc<dyn Installs>);

#[async_trait]
impl InstallPackage for Packages {
    async fn install(&self, owner: AccountId, package: PathBuf) -> Result<AppVersion, BoxError> {
        let installed = self.0.install(owner, Source::Folder(package), None).await?;
        Ok(installed.version)
    }
}
