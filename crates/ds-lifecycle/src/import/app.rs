//! Finding the app of what was unpacked.

use ds_backup::{About, PACKAGE};
use ds_core::{AppVersion, Schema};

use super::{Import, ImportError};
use crate::{Lifecycle, change::migrating};

impl Lifecycle {
    /// The version that is to run.
    pub(super) async fn version_for(
        &self,
        import: &Import<'_>,
        about: Option<&About>,
    ) -> Result<AppVersion, ImportError> {
        if let Some(version) = &import.new.version {
            return Ok(version.clone());
        }
        let app = &about.ok_or(ImportError::AppUnknown)?.app;
        let (owner, apps) = (import.new.owner, &self.parts().apps);
        if let Some(found) = apps.app_named(owner, &app.name).await? {
            let versions = apps.versions(found.id).await?;
            let same = versions.into_iter().find(|one| one.version == app.version);
            if let Some(version) = same {
                return Ok(version);
            }
        }
        let package = import.run.staged().root().join(PACKAGE);
        let has_package = package.is_dir();
        match &import.new.installs {
            Some(installs) if has_package => {
                let installed = installs.install(owner, package).await;
                let version = installed.map_err(ImportError::Install)?;
                if version.manifest.name == app.name && version.version == app.version {
                    Ok(version)
                } else {
                    Err(ImportError::foreign("the package of another app"))
                }
            }
            _ => Err(ImportError::NoApp {
                name: printable(&app.name),
                version: app.version.clone(),
                has_package,
            }),
        }
    }

    /// Whose code migrates the data to a version's schema, if it must be.
    pub(super) async fn migrating_version(
        &self,
        version: &AppVersion,
        from: Schema,
    ) -> Result<Option<AppVersion>, ImportError> {
        let installed = self.parts().apps.versions(version.app).await?;
        Ok(migrating(version, version, from, installed)?)
    }
}

/// A name that somebody else wrote, fit to be shown.
pub(super) fn printable(name: &str) -> String {
    let shown = name.chars().filter(|c| !c.is_control());
    shown.take(60).collect()
}
