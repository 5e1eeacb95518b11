//! `npm:` packages: from the package's own `node_modules`, from `npm/<name>` of a folder of modules, or from a
//! registry. Those that are not the package's own go into `run/node_modules`, flat as far as versions allow.

mod folder;
mod manifest;
mod place;
mod problem;
mod settle;
mod source;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use self::{place::Places, problem::NpmProblem, source::Source};
use super::{
    error::ImportProblem,
    graph::{Graph, Target},
    package::Package,
    resolve::Id,
};
use crate::modules::{Modules, PackageSpec};

pub(super) use folder::digest;

/// The npm packages that the prepared copy gets besides the package's own.
#[derive(Default)]
pub(super) struct Npm {
    /// By their place in `run/node_modules`: `a`, `a/node_modules/b`.
    pub placed: BTreeMap<String, Placed>,
    /// Whether others use the package's own `node_modules`, which then must be above them all.
    pub shared: bool,
}

/// An npm package to be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// What it is called where it was published.
    pub name: String,
    /// Its version; empty if it has none.
    pub version: String,
    /// Where it is.
    pub from: PathBuf,
    /// The registry it is from.
    pub origin: Option<Origin>,
}

/// What a registry says about an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub url: String,
    /// `sha512-…`
    pub integrity: String,
}

/// What a module of the app asks for.
struct Asked {
    spec: PackageSpec,
    /// Whether a remote module asks.
    remote: bool,
}

/// Finds all npm packages that modules ask for, and what those need, and notes in the graph which cannot be had.
pub(super) async fn settle(
    graph: &mut Graph,
    package: &Arc<Package>,
    modules: &Modules,
    staging: &Path,
) -> Npm {
    let asked = asked(graph);
    if asked.is_empty() {
        return Npm::default();
    }
    let own = own_versions(package.clone()).await;
    let mut places = Places::new(Source::new(modules, staging), own);
    let failed = places.settle(&asked).await;
    let links = graph.nodes.iter_mut().flat_map(|node| &mut node.links);
    for link in links {
        let Target::Npm(spec) = &link.to else {
            continue;
        };
        link.to = match failed.get(spec) {
            None => Target::Other(spec.bare()),
            Some(problem) => Target::Failed(ImportProblem::Npm(problem.clone())),
        };
    }
    places.into_npm()
}

/// Every request once; first those of modules that are surely needed, whose choice of versions counts.
fn asked(graph: &Graph) -> Vec<Asked> {
    let sure = graph.surely_reached();
    let mut seen = BTreeSet::new();
    let mut asked = Vec::new();
    for wanted in [true, false] {
        let nodes = graph.nodes.iter().zip(&sure);
        for (node, _) in nodes.filter(|(_, sure)| **sure == wanted) {
            let remote = matches!(node.key.id, Id::Remote(_));
            for link in &node.links {
                if let Target::Npm(spec) = &link.to
                    && seen.insert((spec.clone(), remote))
                {
                    let spec = spec.clone();
                    asked.push(Asked { spec, remote });
                }
            }
        }
    }
    asked
}

/// The versions of the packages in the app's own `node_modules`.
async fn own_versions(package: Arc<Package>) -> BTreeMap<String, String> {
    let read = move || {
        let manifests = package.files.iter().filter_map(|path| {
            let name = path.strip_prefix("node_modules/")?;
            let name = name.strip_suffix("/package.json")?;
            let is_one = crate::modules::package_of_bare(name) == Some(name);
            is_one.then(|| {
                (
                    name.to_owned(),
                    package.root.join("node_modules").join(name),
                )
            })
        });
        let versions = manifests.map(|(name, place)| {
            let manifest = manifest::Manifest::read(&place).unwrap_or_default();
            (name, manifest.version())
        });
        Ok::<_, NpmProblem>(versions.collect())
    };
    source::blocking(read).await.unwrap_or_default()
}
