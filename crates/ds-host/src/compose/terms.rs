//! What appspaces run on: the host's bounds with their own, and the way to hosts that their owners approved.

use std::sync::Arc;

use async_trait::async_trait;
use ds_core::{
    AppVersion, Appspace, AppspaceId, Clock, EgressRule, StoreError, Timestamp,
    egress_store::{EgressSecret, EgressStore, granted},
    error_chain,
    limits::LimitStore,
    usage::{Meter, Recorder, UsageStore as _},
};
use ds_egress::{Egress, EgressConfig, Grant, Secret};
use ds_net::AddressFilter;
use ds_sandbox::{Confinement, EngineConfig, HostMemory, Limits, Outlet, PoolConfig};
use ds_serve::{Terms, TermsOf, Web};
use ds_store::Store;

use super::{ComposeError, modules};
use crate::config::{self, Config};

/// The bounds where nothing else is set.
pub(super) fn limits(sandbox: &config::Sandbox) -> Limits {
    Limits {
        start: sandbox.start,
        response: sandbox.response,
        migration: sandbox.migration,
        heap_mib: sandbox.heap_mib,
        memory_mib: sandbox.memory_mib,
        cpu_percent: sandbox.cpu_percent,
        cpu_time: sandbox.cpu_time,
        threads: sandbox.threads,
        open_files: sandbox.open_files,
        disk_mib: sandbox.disk_mib.into(),
        request_bytes: u64::from(sandbox.request_mib) << 20,
        log_bytes: u64::from(sandbox.log_mib) << 20,
        ..Limits::default()
    }
}

/// How app code runs.
#[must_use]
pub fn engine_config(sandbox: &config::Sandbox) -> EngineConfig {
    EngineConfig {
        confinement: Confinement::Jail {
            launcher: None,
            without_namespaces: sandbox.allow_without_namespaces,
        },
        limits: limits(sandbox),
        warm: sandbox.warm as usize,
        free_space_mib: sandbox.free_space_mib.into(),
        ..EngineConfig::default()
    }
}

/// How sandboxes share the machine.
pub(super) fn pool(sandbox: &config::Sandbox) -> PoolConfig {
    let half = || HostMemory::read().limit.map_or(0, |limit| limit / 2);
    PoolConfig {
        idle: sandbox.idle,
        queue: sandbox.queue,
        memory_budget: match sandbox.memory_budget_mib {
            0 => half(),
            mib => u64::from(mib) << 20,
        },
        ..PoolConfig::default()
    }
}

/// The way out for all appspaces, unless the configuration says that there is none.
pub(super) async fn egress(config: &Config) -> Result<Option<Egress>, ComposeError> {
    if !config.egress.enabled {
        return Ok(None);
    }
    Ok(Some(Egress::new(EgressConfig {
        filter: AddressFilter::new(config.egress.allow.clone()),
        authorities: modules::authorities(config).await?,
        ..EgressConfig::default()
    })))
}

/// Finds the terms of appspaces.
pub(super) struct HostTerms {
    pub(super) limits: Limits,
    pub(super) store: Arc<Store>,
    pub(super) egress: Option<Egress>,
    pub(super) recorder: Arc<Recorder>,
}

#[async_trait]
impl TermsOf for HostTerms {
    async fn terms(&self, appspace: &Appspace, version: &AppVersion) -> Result<Terms, StoreError> {
        let set = self.store.limits(appspace.id).await?;
        let outlet = self.outlet(appspace.id, &version.manifest.egress).await?;
        let terms = Terms::new(self.limits.with(&set), outlet);
        Ok(terms.with_web(Web::of(&version.manifest)))
    }
}

impl HostTerms {
    /// The way out for an app that asks for one and was given one.
    async fn outlet(
        &self,
        appspace: AppspaceId,
        asked: &[EgressRule],
    ) -> Result<Option<Arc<dyn Outlet>>, StoreError> {
        let Some(egress) = self.egress.as_ref().filter(|_| !asked.is_empty()) else {
            return Ok(None);
        };
        let rules = granted(asked, &self.store.approved(appspace).await?);
        if rules.is_empty() {
            return Ok(None);
        }
        let grant = Grant {
            appspace,
            rules,
            secrets: self.secrets(appspace).await,
        };
        let meter: Arc<dyn Meter> = self.recorder.clone();
        match egress.outlet(grant, meter) {
            Ok(outlet) => Ok(Some(outlet)),
            Err(error) => {
                let error = error_chain(&error);
                tracing::error!(%appspace, %error, "an appspace cannot reach the hosts that its owner approved");
                Ok(None)
            }
        }
    }

    /// Secrets that cannot be read are left out: the app goes on without, and the hosts refuse it.
    async fn secrets(&self, appspace: AppspaceId) -> Vec<Secret> {
        let secrets = match self.store.secrets(appspace).await {
            Ok(secrets) => secrets,
            Err(error) => {
                let error = error_chain(&error);
                tracing::error!(%appspace, %error, "cannot read the secrets of an appspace; set them again");
                Vec::new()
            }
        };
        secrets.into_iter().filter_map(usable).collect()
    }
}

fn usable(secret: EgressSecret) -> Option<Secret> {
    let made = Secret::new(
        secret.name.as_str(),
        secret.value.reveal(),
        vec![secret.host],
    );
    made.inspect_err(|error| tracing::error!(%error, "cannot use a secret"))
        .ok()
}

/// Removes old figures of usage.
pub(super) async fn tidy(store: &Store, clock: &dyn Clock) {
    let now: Timestamp = clock.now();
    if let Err(error) = store.tidy_usage(now).await {
        tracing::warn!(error = %error_chain(&error), "cannot remove old figures of usage");
    }
}
