//! Appspaces: making, listing, pausing and resuming.

use std::collections::HashMap;

use ds_core::{AccountId, AppId, Appspace, EgressRule, VersionId};

use super::{AppspaceSummary, ErrorKind, OpError, Ops};

impl Ops {
    /// Makes an appspace. `app` is a name (its newest version) or `name@version`; `address` a label or a
    /// full name below the domain of appspaces.
    pub async fn create_appspace(
        &self,
        owner: AccountId,
        app: &str,
        address: &str,
    ) -> Result<AppspaceSummary, OpError> {
        let address = self.names().new_address(address)?;
        let (app, version) = self.version_named(owner, app).await?;
        if self.parts.appspaces.at(&address).await?.is_some() {
            let message = format!("the address {address} is taken");
            return Err(OpError::new(ErrorKind::Conflict, message).with_hint("choose another name"));
        }
        let account = self.parts.account_store.account(owner).await?;
        let account = account
            .ok_or_else(|| OpError::new(ErrorKind::NotFound, "the owner's account is gone"))?;
        let name = self.called(&account).await?;
        let lifecycle = &self.parts.lifecycle;
        let appspace = lifecycle.create(owner, name, version, address).await?;
        let asked = self.asked(&appspace).await?;
        self.summary(appspace, app.name, &asked).await
    }

    /// The appspaces of an account, by address.
    pub async fn appspaces(&self, owner: AccountId) -> Result<Vec<AppspaceSummary>, OpError> {
        // One question of each kind, however many there are.
        let apps = self.parts.apps.apps(owner).await?;
        let apps: HashMap<AppId, String> = apps.into_iter().map(|app| (app.id, app.name)).collect();
        let versions = self.parts.apps.versions_of(owner).await?;
        let asked: HashMap<VersionId, Vec<EgressRule>> = versions
            .into_iter()
            .map(|version| (version.id, version.manifest.egress))
            .collect();
        let approved = self.parts.terms.egress.approved_by(owner).await?;
        let summary = |appspace: Appspace| {
            let asked = asked
                .get(&appspace.version_id)
                .map_or(&[][..], Vec::as_slice);
            let approved = approved.get(&appspace.id).map_or(&[][..], Vec::as_slice);
            let waiting = self.waits(asked, approved);
            let app_name = apps.get(&appspace.app).cloned().unwrap_or_default();
            self.summarised(appspace, app_name, waiting)
        };
        let all = self.parts.appspaces.appspaces_of(owner).await?;
        Ok(all.into_iter().map(summary).collect())
    }

    /// One appspace of an account, by label or full address.
    pub async fn appspace(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<AppspaceSummary, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let apps = self.parts.apps.apps(owner).await?;
        let app = apps.into_iter().find(|app| app.id == appspace.app);
        let name = app.map(|app| app.name).unwrap_or_default();
        let asked = self.asked(&appspace).await?;
        self.summary(appspace, name, &asked).await
    }

    /// Lets nobody into an appspace until it is resumed.
    pub async fn pause(&self, owner: AccountId, address: &str) -> Result<AppspaceSummary, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        self.parts.lifecycle.pause(&appspace).await?;
        self.appspace(owner, address).await
    }

    /// Opens a paused appspace.
    pub async fn resume(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<AppspaceSummary, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        self.parts.lifecycle.resume(&appspace).await?;
        self.appspace(owner, address).await
    }

    /// The appspace at an address, if it is this account's. Another's is not found.
    pub(super) async fn appspace_of(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<Appspace, OpError> {
        let address = self.names().address(address)?;
        let found = self.parts.appspaces.at(&address).await?;
        found
            .filter(|appspace| appspace.owner == owner)
            .ok_or_else(|| {
                OpError::new(
                    ErrorKind::NotFound,
                    format!("there is no appspace {address}"),
                )
                .with_hint("`ds-host appspace list` shows those there are")
            })
    }

    async fn summary(
        &self,
        appspace: Appspace,
        app_name: String,
        asked: &[EgressRule],
    ) -> Result<AppspaceSummary, OpError> {
        let waiting = self.waiting(&appspace, asked).await?;
        Ok(self.summarised(appspace, app_name, waiting))
    }

    fn summarised(
        &self,
        appspace: Appspace,
        app_name: String,
        egress_waiting: Vec<EgressRule>,
    ) -> AppspaceSummary {
        AppspaceSummary {
            url: self.names().origin(&appspace.address),
            status: self.parts.lifecycle.status(&appspace),
            egress_waiting,
            app_name,
            appspace,
        }
    }
}
