//! Stores in memory, and the parts of a host that are slow in reality.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use ds_core::{
    AccountId, Address, App, AppId, AppStore, AppVersion, Appspace, AppspaceId, AppspaceStore,
    JobId, Member, MemberStore, Permission, ProxyId, StoreError, VersionId,
};
use ds_routes::{Route, RouteStore};

use crate::ops::{
    AppspaceStatus, ErrorKind, Installed, OpError, Source,
    backend::{Appspaces, Installs},
};

/// Everything a host remembers.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) apps: Mutex<Vec<(App, Vec<AppVersion>)>>,
    pub(super) appspaces: Mutex<Vec<Appspace>>,
    pub(super) members: Mutex<Vec<(AppspaceId, AccountId, Member)>>,
    /// The appspaces that got other terms, as they did.
    pub(super) renewed: Mutex<Vec<AppspaceId>>,
    /// The packages that were installed, as they arrived.
    pub(super) packages: Mutex<Vec<(PathBuf, Vec<u8>)>>,
}

type Stored<T> = Result<T, StoreError>;

#[async_trait]
impl AppStore for Memory {
    async fn apps(&self, owner: AccountId) -> Stored<Vec<App>> {
        let all = self.apps.lock().unwrap();
        let apps = all.iter().map(|(app, _)| app.clone());
        Ok(apps.filter(|app| app.owner == owner).collect())
    }
    async fn app_named(&self, owner: AccountId, name: &str) -> Stored<Option<App>> {
        let apps = AppStore::apps(self, owner).await?;
        Ok(apps.into_iter().find(|app| app.name == name))
    }
    async fn versions(&self, app: AppId) -> Stored<Vec<AppVersion>> {
        let all = self.apps.lock().unwrap();
        let found = all.iter().find(|(one, _)| one.id == app);
        Ok(found
            .map(|(_, versions)| versions.clone())
            .unwrap_or_default())
    }
    async fn version(&self, id: VersionId) -> Stored<Option<AppVersion>> {
        let all = self.apps.lock().unwrap();
        let mut versions = all.iter().flat_map(|(_, versions)| versions);
        Ok(versions.find(|version| version.id == id).cloned())
    }
    async fn add_version(&self, app: &App, version: &AppVersion) -> Stored<()> {
        let mut all = self.apps.lock().unwrap();
        match all.iter_mut().find(|(one, _)| one.id == app.id) {
            Some((_, versions)) => versions.push(version.clone()),
            None => all.push((app.clone(), vec![version.clone()])),
        }
        Ok(())
    }
    async fn remove_version(&self, _: VersionId) -> Stored<()> {
        Ok(())
    }
}

#[async_trait]
impl RouteStore for Memory {
    async fn routes(&self, _: VersionId) -> Stored<Vec<Route>> {
        Ok(Vec::new())
    }
    async fn set_routes(&self, _: VersionId, _: &[Route]) -> Stored<()> {
        Ok(())
    }
}

#[async_trait]
impl AppspaceStore for Memory {
    async fn at(&self, address: &Address) -> Stored<Option<Appspace>> {
        let all = self.appspaces.lock().unwrap();
        Ok(all.iter().find(|one| one.address == *address).cloned())
    }
    async fn appspace(&self, id: AppspaceId) -> Stored<Option<Appspace>> {
        let all = self.appspaces.lock().unwrap();
        Ok(all.iter().find(|one| one.id == id).cloned())
    }
    async fn appspaces_of(&self, owner: AccountId) -> Stored<Vec<Appspace>> {
        let all = self.appspaces.lock().unwrap();
        Ok(all
            .iter()
            .filter(|one| one.owner == owner)
            .cloned()
            .collect())
    }
    async fn add(&self, appspace: &Appspace) -> Stored<()> {
        self.appspaces.lock().unwrap().push(appspace.clone());
        Ok(())
    }
    async fn add_by(&self, appspace: &Appspace, _: JobId, _: Option<AppspaceId>) -> Stored<()> {
        self.add(appspace).await
    }
    async fn change_version(&self, _: AppspaceId, _: VersionId, _: JobId) -> Stored<()> {
        Ok(())
    }
    async fn remove(&self, _: AppspaceId) -> Stored<()> {
        Ok(())
    }
    async fn set_paused(&self, id: AppspaceId, paused: bool) -> Stored<()> {
        let mut all = self.appspaces.lock().unwrap();
        for one in all.iter_mut().filter(|one| one.id == id) {
            one.paused = paused;
        }
        Ok(())
    }
}

#[async_trait]
impl MemberStore for Memory {
    async fn members(&self, appspace: AppspaceId) -> Stored<Vec<Member>> {
        let all = self.members.lock().unwrap();
        let here = all.iter().filter(|(at, ..)| *at == appspace);
        Ok(here.map(|(.., member)| member.clone()).collect())
    }
    async fn member(&self, appspace: AppspaceId, id: &ProxyId) -> Stored<Option<Member>> {
        let all = self.members(appspace).await?;
        Ok(all.into_iter().find(|member| member.proxy_id == *id))
    }
    async fn member_of_account(
        &self,
        appspace: AppspaceId,
        account: AccountId,
    ) -> Stored<Option<Member>> {
        let all = self.members.lock().unwrap();
        let found = all
            .iter()
            .find(|(at, who, _)| (*at, *who) == (appspace, account));
        Ok(found.map(|(.., member)| member.clone()))
    }
    async fn add_member(
        &self,
        appspace: AppspaceId,
        member: &Member,
        account: Option<AccountId>,
    ) -> Stored<()> {
        let account = account.expect("members of these tests have accounts");
        let mut all = self.members.lock().unwrap();
        all.push((appspace, account, member.clone()));
        Ok(())
    }
    async fn set_permission(
        &self,
        _: AppspaceId,
        _: &ProxyId,
        _: &Permission,
        _: bool,
    ) -> Stored<()> {
        Ok(())
    }
    async fn remove_member(&self, _: AppspaceId, _: &ProxyId) -> Stored<()> {
        Ok(())
    }
}

/// Takes any package whose bytes begin with `good`.
pub(super) struct FakeInstalls(pub(super) Arc<Memory>);

#[async_trait]
impl Installs for FakeInstalls {
    async fn install(
        &self,
        owner: AccountId,
        source: Source,
        _: Option<PathBuf>,
    ) -> Result<Installed, OpError> {
        let Source::Archive(path) = source else {
            panic!("the site uploads archives");
        };
        let bytes = tokio::fs::read(&path).await.unwrap();
        let good = bytes.starts_with(b"good");
        self.0.packages.lock().unwrap().push((path, bytes));
        if !good {
            return Err(OpError::new(ErrorKind::Invalid, "this is no <package>")
                .with_hint("make one with tar"));
        }
        let (app, version) = super::app(owner, "uploaded", "1.0.0");
        self.0.add_version(&app, &version).await?;
        Ok(Installed {
            app,
            version,
            warnings: vec!["the icon is <large>".into()],
        })
    }
}

/// Makes appspaces of the version it is given, unless they are to be called `broken`.
pub(super) struct FakeAppspaces(pub(super) Arc<Memory>);

#[async_trait]
impl Appspaces for FakeAppspaces {
    async fn create(
        &self,
        owner: AccountId,
        owner_name: String,
        version: AppVersion,
        address: Address,
    ) -> Result<Appspace, OpError> {
        if address.as_str().starts_with("broken.") {
            return Err(OpError::new(ErrorKind::Invalid, "migration 1 failed"));
        }
        let appspace = super::appspace(owner, address, &version);
        self.0.add(&appspace).await?;
        let member = super::member(&owner_name, true);
        self.0.add_member(appspace.id, &member, Some(owner)).await?;
        Ok(appspace)
    }
    async fn pause(&self, appspace: &Appspace) -> Result<(), OpError> {
        Ok(self.0.set_paused(appspace.id, true).await?)
    }
    async fn resume(&self, appspace: &Appspace) -> Result<(), OpError> {
        Ok(self.0.set_paused(appspace.id, false).await?)
    }
    async fn renew(&self, appspace: &Appspace) {
        self.0.renewed.lock().unwrap().push(appspace.id);
    }
    fn visit(&self, appspace: &Appspace) -> Result<ds_core::Visit, OpError> {
        Ok(ds_core::Gate::new(appspace.id).visit().unwrap())
    }

    fn status(&self, appspace: &Appspace) -> AppspaceStatus {
        if appspace.paused {
            AppspaceStatus::Paused
        } else if appspace.address.as_str().starts_with("old.") {
            AppspaceStatus::Closed("its data is <old>".into())
        } else {
            AppspaceStatus::Asleep
        }
    }
}
