//! Stores in memory that fail when told to.

use std::{collections::BTreeMap, sync::Mutex};

use async_trait::async_trait;
use ds_core::{
    AccountId, App, AppId, AppStore, AppVersion, AppspaceId, Job, JobId, JobLog, JobRecord,
    StoreError, VersionId, Work,
};
use ds_routes::{Route, RouteStore};

#[derive(Default)]
pub(crate) struct FakeStores {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    apps: BTreeMap<AppId, App>,
    versions: BTreeMap<VersionId, AppVersion>,
    routes: BTreeMap<VersionId, Vec<Route>>,
    jobs: BTreeMap<JobId, Job>,
    ended: Vec<(JobId, Option<String>)>,
    fails: Option<&'static str>,
}

impl FakeStores {
    /// Makes one call fail from now on: `begin`, `end`, `set_routes`, `add_version` or `versions`;
    /// `add_version late` fails after it was recorded.
    pub(crate) fn fail(&self, call: Option<&'static str>) {
        self.inner.lock().unwrap().fails = call;
    }

    /// What is remembered, except ended jobs.
    pub(crate) fn state(&self) -> String {
        let inner = self.inner.lock().unwrap();
        let (apps, versions) = (&inner.apps, &inner.versions);
        format!("{apps:?} {versions:?} {:?} {:?}", inner.routes, inner.jobs)
    }

    pub(crate) fn ended(&self) -> Vec<Option<String>> {
        let inner = self.inner.lock().unwrap();
        inner.ended.iter().map(|(_, end)| end.clone()).collect()
    }

    pub(crate) fn version_count(&self) -> usize {
        self.inner.lock().unwrap().versions.len()
    }

    fn check(&self, call: &'static str) -> Result<(), StoreError> {
        if self.inner.lock().unwrap().fails == Some(call) {
            return Err(StoreError::Failed {
                action: call,
                source: "the disk is gone".into(),
            });
        }
        Ok(())
    }
}

#[async_trait]
impl AppStore for FakeStores {
    async fn apps(&self, _: AccountId) -> Result<Vec<App>, StoreError> {
        unreachable!("installing lists no apps")
    }

    async fn app_named(&self, owner: AccountId, name: &str) -> Result<Option<App>, StoreError> {
        let inner = self.inner.lock().unwrap();
        let found = inner
            .apps
            .values()
            .find(|app| app.owner == owner && app.name == name);
        Ok(found.cloned())
    }

    async fn versions(&self, app: AppId) -> Result<Vec<AppVersion>, StoreError> {
        self.check("versions")?;
        let inner = self.inner.lock().unwrap();
        let mut found: Vec<_> = inner
            .versions
            .values()
            .filter(|v| v.app == app)
            .cloned()
            .collect();
        found.sort_by(|a, b| a.version.cmp(&b.version));
        Ok(found)
    }

    async fn version(&self, id: VersionId) -> Result<Option<AppVersion>, StoreError> {
        Ok(self.inner.lock().unwrap().versions.get(&id).cloned())
    }

    async fn add_version(&self, app: &App, version: &AppVersion) -> Result<(), StoreError> {
        self.check("add_version")?;
        {
            let mut inner = self.inner.lock().unwrap();
            let taken = inner
                .versions
                .values()
                .any(|other| other.app == app.id && other.version == version.version);
            if taken {
                let what = format!("version {}", version.version);
                return Err(StoreError::Taken { what });
            }
            inner.apps.insert(app.id, app.clone());
            inner.versions.insert(version.id, version.clone());
        }
        self.check("add_version late")
    }

    async fn remove_version(&self, _: VersionId) -> Result<(), StoreError> {
        unreachable!("installing removes no versions")
    }
}

#[async_trait]
impl RouteStore for FakeStores {
    async fn routes(&self, version: VersionId) -> Result<Vec<Route>, StoreError> {
        let inner = self.inner.lock().unwrap();
        Ok(inner.routes.get(&version).cloned().unwrap_or_default())
    }

    async fn set_routes(&self, version: VersionId, routes: &[Route]) -> Result<(), StoreError> {
        if !routes.is_empty() {
            self.check("set_routes")?;
        }
        let mut inner = self.inner.lock().unwrap();
        if routes.is_empty() {
            inner.routes.remove(&version);
        } else {
            inner.routes.insert(version, routes.to_vec());
        }
        Ok(())
    }
}

#[async_trait]
impl JobLog for FakeStores {
    async fn begin(&self, job: &Job) -> Result<(), StoreError> {
        self.check("begin")?;
        self.inner.lock().unwrap().jobs.insert(job.id, job.clone());
        Ok(())
    }

    async fn end(&self, id: JobId, failure: Option<&str>) -> Result<(), StoreError> {
        self.check("end")?;
        let mut inner = self.inner.lock().unwrap();
        assert!(inner.jobs.remove(&id).is_some(), "a job ends once");
        inner.ended.push((id, failure.map(str::to_owned)));
        Ok(())
    }

    async fn advance(&self, _: JobId, _: &Work) -> Result<(), StoreError> {
        unreachable!("an install is recorded once")
    }

    async fn recent(&self, _: AppspaceId) -> Result<Vec<JobRecord>, StoreError> {
        Ok(Vec::new())
    }

    async fn unfinished(&self) -> Result<Vec<Job>, StoreError> {
        Ok(self.inner.lock().unwrap().jobs.values().cloned().collect())
    }
}
