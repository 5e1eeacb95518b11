//! The workbench: one appspace, the app that runs in it right now, and changing the one for a newer one.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use ds_core::{
    AccountId, Address, AppId, Appspace, AppspaceDir, AppspaceId, Closure, Gate, Hold, Member,
    MemberStore, ProxyId, Reason, Schema, SchemaStore, Timestamp, VersionId,
};
use ds_lifecycle::{MemberUsers, Migration, migrate};
use ds_routes::RouteTable;
use ds_sandbox::{AppspaceMounts, Limits, PoolConfig, Sandboxes, StopReason};
use ds_serve::{FixedSite, Site, Terms, Web, static_roots};
use ds_store::AppspaceDbs;

use crate::project::{Loaded, Project};

/// The name that the first member of a new appspace has.
const OWNER: &str = "Developer";

/// Everything of one run.
pub(crate) struct Bench {
    pub(crate) project: Project,
    pub(crate) site: Arc<FixedSite>,
    pub(crate) store: Arc<AppspaceDbs>,
    pub(crate) sandboxes: Arc<Sandboxes>,
}

impl Bench {
    /// Loads the app and brings the appspace to its schema.
    pub(crate) async fn set_up(project: Project, dir: AppspaceDir) -> Result<(Self, Loaded)> {
        dir.create()
            .with_context(|| format!("cannot use {}", dir.root().display()))?;
        let loaded = project.load().await?;
        let store = Arc::new(AppspaceDbs::fixed(dir.clone()));
        let appspace = appspace(&loaded)?;
        let gate = Gate::new(appspace.id);
        ensure_owner(&*store, appspace.id).await?;

        let idle = PoolConfig {
            idle: Duration::from_mins(1),
            ..PoolConfig::default()
        };
        let sandboxes = Sandboxes::new(project.engine(), idle);
        let site = site(&loaded, appspace, gate, dir, Arc::clone(&store) as _)?;
        let bench = Self {
            project,
            site: Arc::new(FixedSite::new(site)),
            store,
            sandboxes,
        };
        let hold = bench.site.site().gate.hold(Reason::Creating).await;
        bench
            .bring_to_schema(&hold, &bench.site.site(), loaded.ready.manifest.schema)
            .await?;
        drop(hold);
        Ok((bench, loaded))
    }

    /// Loads the app anew. Requests that are inside finish first; if the app does not load, the one before
    /// goes on.
    pub(crate) async fn reload(&self) -> Result<Loaded> {
        let loaded = self.project.load().await?;
        let old = self.site.site();
        let new = site(
            &loaded,
            old.appspace.clone(),
            old.gate.clone(),
            old.dir.clone(),
            Arc::clone(&self.store) as _,
        )?;
        let hold = old.gate.hold(Reason::Reloading).await;
        self.sandboxes
            .stop(old.appspace.id, StopReason::AtRest)
            .await;
        self.bring_to_schema(&hold, &new, loaded.ready.manifest.schema)
            .await?;
        self.site.replace(new);
        Ok(loaded)
    }

    /// Migrates up. Data that is ahead of the app stays as it is, and the gate shut.
    async fn bring_to_schema(&self, hold: &Hold, site: &Site, to: Schema) -> Result<()> {
        let has = self.store.schema(site.appspace.id).await?;
        if has > to {
            site.gate.close(Closure::WrongSchema);
            anyhow::bail!(
                "the data has schema {has} but the app only knows {to}: use another appspace, or the \
                 version of the app that made this one"
            );
        }
        let migration = Migration {
            code: site.code.clone(),
            appspace: AppspaceMounts {
                id: site.appspace.id,
                address: site.appspace.address.clone(),
                dir: site.dir.clone(),
                users: Arc::clone(&site.users),
                outlet: None,
            },
            to,
            limits: site.terms.limits.clone(),
        };
        migrate(hold, &*self.project.engine(), &*self.store, migration).await?;
        site.gate.lift(Closure::WrongSchema);
        Ok(())
    }
}

/// The one appspace. It answers at every name of this computer, so its address is for the app to see.
fn appspace(loaded: &Loaded) -> Result<Appspace> {
    let address: Address = "localhost".parse().context("localhost is an address")?;
    Ok(Appspace {
        id: AppspaceId::new(),
        owner: AccountId::new(),
        address,
        app: AppId::new(),
        version_id: VersionId::new(),
        version: loaded.ready.manifest.version.clone(),
        paused: false,
        created: Timestamp(0),
    })
}

fn site(
    loaded: &Loaded,
    mut appspace: Appspace,
    gate: Gate,
    dir: AppspaceDir,
    members: Arc<dyn MemberStore>,
) -> Result<Site> {
    appspace.version_id = VersionId::new();
    appspace.version = loaded.ready.manifest.version.clone();
    let routes = RouteTable::compile(loaded.ready.routes.clone())?;
    Ok(Site {
        gate,
        routes: Arc::new(routes),
        roots: static_roots(&loaded.dir, &dir),
        code: loaded.ready.code.clone(),
        users: Arc::new(MemberUsers::new(members, appspace.id)),
        terms: Terms::new(Limits::default(), None).with_web(Web::of(&loaded.ready.manifest)),
        dir,
        appspace,
        preview: None,
    })
}

/// An appspace has an owner; a new one gets the developer.
async fn ensure_owner(members: &dyn MemberStore, appspace: AppspaceId) -> Result<()> {
    if members
        .members(appspace)
        .await?
        .iter()
        .any(|member| member.is_owner)
    {
        return Ok(());
    }
    Ok(members
        .add_member(appspace, &new_member(OWNER, true), None)
        .await?)
}

/// Somebody new.
pub(crate) fn new_member(name: &str, is_owner: bool) -> Member {
    Member {
        proxy_id: ProxyId::random(),
        display_name: name.to_owned(),
        avatar: String::new(),
        permissions: std::collections::BTreeSet::new(),
        is_owner,
    }
}
