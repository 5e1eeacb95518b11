//! Making the prepared copy of a package: what a sandbox runs.
//!
//! A sandbox loads nothing from elsewhere and has no configuration of the app's. So every module that the entry
//! module leads to is found beforehand, types are stripped, and each specifier becomes the relative path of a file
//! in the copy. Nothing else about the code changes.
//!
//! ```text
//! app/        the package as uploaded
//! vendor/     remote modules and npm packages as fetched, and modules.json: which specifier led to which file
//! run/app/    the package's files; x.ts is x.ts.js there, and x.ts a module that stands for it
//! run/modules/<host>/<path>   remote and built-in modules
//! run/node_modules/           npm packages that are not the app's own
//! run/bundle/app.js           all modules in one, where that means the same
//! ```

mod bundle;
mod depth;
mod edit;
mod error;
mod graph;
mod media;
mod npm;
mod package;
mod place;
mod read;
mod report;
mod resolve;
mod scan;
mod script;
mod walk;
mod write;

use std::{io, path::Path, sync::Arc};

use ds_core::{ApiVersion, AppVersionDir};
use ds_sandbox::AppCode;

use self::{bundle::Bundle, graph::Graph, media::Media, package::Package, walk::Walk, write::Plan};
use crate::{Warning, modules::Modules};

pub use bundle::Unbundled;
pub use error::{ImportProblem, PrepareError};

/// What to prepare.
#[derive(Clone, Copy)]
pub struct Prepare<'a> {
    /// The version's directory; the package is in its `app/`.
    pub dir: &'a AppVersionDir,
    /// The entry module, relative to the package.
    pub entrypoint: &'a str,
    /// The app API it is written for.
    pub api: ApiVersion,
    /// Where other modules come from.
    pub modules: &'a Modules,
}

/// A package that is ready to run.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What a sandbox needs; its paths are inside the directory that was prepared.
    pub code: AppCode,
    /// The remote modules it contains.
    pub modules: Vec<ModuleRecord>,
    /// What will not work if it is ever reached.
    pub warnings: Vec<Warning>,
    /// Why its modules are not one module, if they are not: no fault, but it starts a little later.
    pub unbundled: Option<Unbundled>,
}

/// A remote module of an app, or an npm package that is not in the app's package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleRecord {
    /// How it was asked for.
    pub specifier: String,
    /// Its source, below `vendor/`; a folder if it is an npm package.
    pub file: String,
    /// SHA-256 of its source, in hex; of all files of an npm package.
    pub sha256: String,
}

/// The module that a sandbox loads, relative to a prepared copy `run`: the one that holds all others, or the entry
/// module itself.
#[must_use]
pub fn entry_of(run: &Path, entrypoint: &str) -> String {
    if run.join(bundle::PLACE).is_file() {
        bundle::PLACE.to_owned()
    } else {
        entry_file(entrypoint)
    }
}

/// The same as a script, relative to a prepared copy `run`, where there is one.
#[must_use]
pub fn script_of(run: &Path) -> Option<String> {
    let script = run.join(bundle::SCRIPT);
    script.is_file().then(|| bundle::SCRIPT.to_owned())
}

/// Where a package's entry module itself is in the prepared copy: `app.ts` is `app/app.ts.js`.
#[must_use]
pub fn entry_file(entrypoint: &str) -> String {
    let path = entrypoint.trim_start_matches("./");
    let ending = if Media::of_path(path).needs_compiling() {
        ".js"
    } else {
        ""
    };
    format!("app/{path}{ending}")
}

/// Makes the prepared copy of a package: `run/` and `vendor/` of its directory.
///
/// # Errors
/// If a module that is surely needed cannot be read or found, or the copy cannot be written. What was in `run/` and
/// `vendor/` before is then still there.
pub async fn prepare(p: Prepare<'_>) -> Result<Prepared, PrepareError> {
    let staging = p.dir.root().join("npm.new");
    clear(&staging).await?;
    let prepared = prepare_with(p, &staging).await;
    let cleared = clear(&staging).await;
    let prepared = prepared?;
    cleared?;
    Ok(prepared)
}

/// Removes npm packages that were fetched and have been copied, or were left by an attempt that ended early.
async fn clear(staging: &Path) -> Result<(), PrepareError> {
    let path = staging.to_owned();
    blocking(move || {
        let removed = ds_core::publish::remove_dir(&path);
        removed.map_err(|source| PrepareError::Write { path, source })
    })
    .await
}

async fn prepare_with(p: Prepare<'_>, staging: &Path) -> Result<Prepared, PrepareError> {
    let root = p.dir.package();
    let package = Arc::new(blocking(move || Package::read(&root)).await?);
    let mut walk = Walk::new(package.clone(), p.api, p.modules.finder());
    walk.run(p.entrypoint.trim_start_matches("./")).await?;

    let Walk {
        mut graph, named, ..
    } = walk;
    let npm = npm::settle(&mut graph, &package, p.modules, staging).await;
    let warnings = report::check(&graph, &package)?;
    let node_modules = package.has_folder("node_modules") || !npm.placed.is_empty();
    let graph = Arc::new(graph);
    let bundled = bundled(graph.clone()).await;
    let dir = p.dir.clone();
    let write = move || {
        let bundle = bundled.as_ref().ok();
        let modules = Plan {
            dir: &dir,
            package: &package,
            graph: &graph,
            named: &named,
            npm: &npm,
            bundle,
        }
        .write()?;
        Ok((modules, bundled.err()))
    };
    let (modules, unbundled) = blocking(write).await?;
    let entry = match &unbundled {
        None => bundle::PLACE.to_owned(),
        Some(reason) => {
            tracing::debug!(%reason, "the app runs file by file");
            entry_file(p.entrypoint)
        }
    };
    let code = AppCode {
        script: script_of(&p.dir.run()),
        compiled: Some(p.dir.compiled()),
        run: p.dir.run(),
        entry,
        api: p.api,
        node_modules,
    };
    Ok(Prepared {
        code,
        modules,
        warnings,
        unbundled,
    })
}

/// Makes one module of all, if that can be done. If not, the app still runs.
async fn bundled(graph: Arc<Graph>) -> Result<Bundle, Unbundled> {
    let failed = |error: &dyn std::fmt::Display| Unbundled::Wrong(error.to_string());
    let work = move || depth::with_stack(move || bundle::bundle(&graph));
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(made)) => made,
        Ok(Err(error)) => Err(failed(&error)),
        Err(error) => Err(failed(&error)),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PrepareError> + Send + 'static,
) -> Result<T, PrepareError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(PrepareError::Ended(io::Error::other(error))),
    }
}
