//! Apps: installing, listing, and finding the version a person means.

use std::{collections::HashMap, path::PathBuf};

use ds_core::{AccountId, App, AppId, AppVersion, Version};

use super::{AppSummary, ErrorKind, Installed, OpError, Ops, Source, accounts::clip};

impl Ops {
    /// Installs a package for an account. Remote modules may be taken from the folder `modules`.
    pub async fn install(
        &self,
        owner: AccountId,
        source: Source,
        modules: Option<PathBuf>,
    ) -> Result<Installed, OpError> {
        let installed = self.parts.installs.install(owner, source, modules).await;
        if installed.is_ok() {
            self.want_upgrades();
        }
        installed
    }

    /// The apps of an account, by name, with their versions.
    pub async fn apps(&self, owner: AccountId) -> Result<Vec<AppSummary>, OpError> {
        let apps = self.parts.apps.apps(owner).await?;
        let mut of_each: HashMap<AppId, Vec<AppVersion>> = HashMap::new();
        for version in self.parts.apps.versions_of(owner).await? {
            of_each.entry(version.app).or_default().push(version);
        }
        let summary = |app: App| AppSummary {
            versions: of_each.remove(&app.id).unwrap_or_default(),
            app,
        };
        Ok(apps.into_iter().map(summary).collect())
    }

    /// The version that `name` (its newest) or `name@version` means.
    pub(super) async fn version_named(
        &self,
        owner: AccountId,
        text: &str,
    ) -> Result<(App, AppVersion), OpError> {
        // An app's own name may contain `@`: the whole is tried first.
        if let Some(app) = self.parts.apps.app_named(owner, text).await? {
            let newest = self.parts.apps.versions(app.id).await?.pop();
            let version = newest.ok_or_else(|| no_app(text))?;
            return Ok((app, version));
        }
        let (name, number) = text.rsplit_once('@').ok_or_else(|| no_app(text))?;
        let number: Version = number.parse().map_err(|_| {
            let message = format!("`{}` is not a version number", clip(number));
            OpError::new(ErrorKind::Invalid, message).with_hint("write it as in `notes@1.2.0`")
        })?;
        let app = self.parts.apps.app_named(owner, name).await?;
        let app = app.ok_or_else(|| no_app(name))?;
        let versions = self.parts.apps.versions(app.id).await?;
        match versions.iter().find(|one| one.version == number) {
            Some(version) => Ok((app, version.clone())),
            None => Err(no_version(&app, &number, &versions)),
        }
    }
}

fn no_app(name: &str) -> OpError {
    let message = format!("there is no app `{}`", clip(name));
    OpError::new(ErrorKind::NotFound, message).with_hint(
        "`ds-host app list` shows what is installed; `ds-host app install FILE` installs",
    )
}

fn no_version(app: &App, number: &Version, versions: &[AppVersion]) -> OpError {
    let has: Vec<String> = versions.iter().map(|one| one.version.to_string()).collect();
    let message = format!("the app `{}` has no version {number} here", app.name);
    OpError::new(ErrorKind::NotFound, message).with_hint(format!("installed: {}", has.join(", ")))
}
