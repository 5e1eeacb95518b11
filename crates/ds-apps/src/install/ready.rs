//! Getting a package ready to run, without recording it anywhere.

use std::{fs, path::Path};

use ds_core::{ApiVersion, AppVersion, AppVersionDir, Manifest, SandboxId, error_chain, publish};
use ds_routes::{Route, parse_listing};
use ds_sandbox::{AppCode, Engine, Learned, Limits, SandboxSpec, StopReason, Task};

use super::{
    InstallOptions, Step,
    work::{blocking, in_files},
};
use crate::{
    Bounds, InstallError, Modules, Source, Warning, entrypoint, manifest, package,
    prepare::{self, Prepare},
};

/// An app that can be run.
#[derive(Clone, Debug)]
pub struct Ready {
    /// Its manifest, complete.
    pub manifest: Manifest,
    /// Its routes; they are known to compile.
    pub routes: Vec<Route>,
    /// Its code.
    pub code: AppCode,
    /// What should be better. Some of it may stand in the way of installing it on a host
    /// ([`manifest::blocking`](crate::manifest::blocking)).
    pub warnings: Vec<Warning>,
}

/// Unpacked and looked at, not run yet.
pub(super) struct Opened {
    /// With its entrypoint found.
    pub(super) manifest: Manifest,
    pub(super) api: ApiVersion,
    pub(super) warnings: Vec<Warning>,
}

/// Gets the app in a folder ready, in the directory `into`, which must not exist or be empty.
///
/// # Errors
/// As an install; what was put into `into` is removed again.
pub async fn ready_folder(
    folder: &Path,
    into: &AppVersionDir,
    modules: &Modules,
    engine: &dyn Engine,
) -> Result<Ready, InstallError> {
    let options = InstallOptions::default();
    let source = Source::Folder(folder.to_owned());
    make_fresh(into).await?;
    let result = async {
        let opened = open(source, into, &Bounds::default(), &options).await?;
        run(opened, into, modules, engine, Limits::default(), &options).await
    }
    .await;
    if result.is_err() {
        let root = into.root().to_owned();
        blocking(move || publish::remove_dir(&root).map_err(in_files("remove what is unfinished")))
            .await?;
    }
    result
}

/// The code of an installed version, whose directory is `dir`.
#[must_use]
pub fn code_of(version: &AppVersion, dir: &AppVersionDir) -> AppCode {
    AppCode {
        run: dir.run(),
        entry: prepare::entry_of(&dir.run(), &version.manifest.entrypoint),
        script: prepare::script_of(&dir.run()),
        compiled: Some(dir.compiled()),
        api: version.api,
        node_modules: [dir.run_app(), dir.run()]
            .iter()
            .any(|place| place.join("node_modules").is_dir()),
    }
}

/// Makes a directory, which must not exist or be empty: what fails later may then remove it.
pub(super) async fn make_fresh(dir: &AppVersionDir) -> Result<(), InstallError> {
    let dir = dir.clone();
    blocking(move || {
        publish::create_private_dir(dir.root()).map_err(in_files("make a directory"))?;
        let occupied = fs::read_dir(dir.root())
            .map(|mut entries| entries.next().is_some())
            .map_err(in_files("look into the new directory"))?;
        if occupied {
            let source = std::io::ErrorKind::DirectoryNotEmpty.into();
            return Err(in_files("unpack where something is already")(source));
        }
        Ok(())
    })
    .await
}

/// Unpacks a package into `dir`, and checks its manifest.
pub(super) async fn open(
    source: Source,
    dir: &AppVersionDir,
    bounds: &Bounds,
    options: &InstallOptions,
) -> Result<Opened, InstallError> {
    let (dir, bounds, options) = (dir.clone(), bounds.clone(), options.clone());
    blocking(move || {
        options.at(Step::Unpacking);
        package::unpack(&source, &dir.package(), &bounds)?;
        options.at(Step::ReadingManifest);
        let mut checked = manifest::read(&dir.package())?;
        let found = entrypoint::find(&dir.package(), &checked.manifest.entrypoint)?;
        checked.manifest.entrypoint = found;
        Ok(Opened {
            manifest: checked.manifest,
            api: checked.api,
            warnings: checked.warnings,
        })
    })
    .await
}

/// Prepares the code and runs it once, to learn what it can do.
pub(super) async fn run(
    opened: Opened,
    dir: &AppVersionDir,
    modules: &Modules,
    engine: &dyn Engine,
    limits: Limits,
    options: &InstallOptions,
) -> Result<Ready, InstallError> {
    let Opened {
        mut manifest,
        api,
        mut warnings,
    } = opened;
    options.at(Step::GettingModules);
    let prepared = prepare::prepare(Prepare {
        dir,
        entrypoint: &manifest.entrypoint,
        api,
        modules,
    })
    .await?;
    warnings.extend(prepared.warnings);
    options.at(Step::FirstRun);
    let learned = learn(prepared.code.clone(), engine, limits.clone()).await?;
    let (manifest, routes, more) = blocking(move || {
        let routes = parse_listing(&learned.routes).map_err(InstallError::Routes)?;
        let more = manifest::complete(&mut manifest, &learned, &routes)?;
        Ok((manifest, routes, more))
    })
    .await?;
    warnings.extend(more);
    if let Err(error) = engine.compile(&prepared.code, &limits).await {
        // It starts as it did just now.
        tracing::warn!(
            error = error_chain(&error),
            "cannot compile an app in advance"
        );
    }
    Ok(Ready {
        manifest,
        routes,
        code: prepared.code,
        warnings,
    })
}

async fn learn(
    code: AppCode,
    engine: &dyn Engine,
    limits: Limits,
) -> Result<Learned, InstallError> {
    let spec = SandboxSpec {
        id: SandboxId::new(),
        code,
        task: Task::Learn,
        appspace: None,
        limits,
    };
    let sandbox = engine.start(spec).await.map_err(InstallError::Start)?;
    let learned = sandbox.learn().await;
    sandbox.stop(StopReason::Done).await;
    learned.map_err(InstallError::Learn)
}
