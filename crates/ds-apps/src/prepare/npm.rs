//! `npm:` packages: from the package's own `node_modules`, or from `npm/<name>` of a folder of modules.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::Deserialize;

use super::package::Package;
use crate::modules::PackageSpec;

const MAX_PACKAGES: usize = 2_000;
const MAX_MANIFEST: u64 = 1 << 20;

/// The npm packages that the prepared copy gets besides the package's own.
#[derive(Default)]
pub(super) struct Npm {
    package: Option<Arc<Package>>,
    folders: Vec<PathBuf>,
    /// By name: where they are to be copied from.
    pub placed: BTreeMap<String, Placed>,
    /// Whether remote modules use the package's own `node_modules`, which then must be above both.
    pub shared: bool,
}

/// An npm package to be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// Its version.
    pub version: String,
    /// Where it is.
    pub from: PathBuf,
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    version: String,
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
}

impl Npm {
    /// Looks in these folders of modules.
    pub(super) fn new(package: Arc<Package>, folders: Vec<PathBuf>) -> Self {
        Self {
            package: Some(package),
            folders,
            ..Self::default()
        }
    }

    /// Sees to it that a package is there at run time. The error is a sentence.
    pub(super) async fn place(&mut self, spec: &PackageSpec, remote: bool) -> Result<(), String> {
        if let Some(version) = self.own_version(&spec.name) {
            self.shared |= remote;
            return fits(spec, &version, "the app's node_modules");
        }
        if let Some(placed) = self.placed.get(&spec.name) {
            return fits(spec, &placed.version, "what another module asks for");
        }
        let (folders, spec, placed) = (self.folders.clone(), spec.clone(), self.placed.clone());
        let search = move || with_dependencies(&folders, &spec, placed);
        let placed = tokio::task::spawn_blocking(search)
            .await
            .map_err(|error| error.to_string())?;
        self.placed = placed?;
        Ok(())
    }

    /// The version of a package in the app's own `node_modules`.
    fn own_version(&self, name: &str) -> Option<String> {
        let package = self.package.as_ref()?;
        let manifest = format!("node_modules/{name}/package.json");
        let there = package.has(&manifest);
        there.then(|| {
            manifest_of(&package.root.join(&manifest)).map_or(String::new(), |found| found.version)
        })
    }
}

fn fits(spec: &PackageSpec, version: &str, place: &str) -> Result<(), String> {
    if spec.takes(version) {
        return Ok(());
    }
    Err(format!(
        "{place} is version {version} of {}, which does not fit {spec}",
        spec.name
    ))
}

/// A package and, as far as they are not there yet, all it depends on.
fn with_dependencies(
    folders: &[PathBuf],
    spec: &PackageSpec,
    mut placed: BTreeMap<String, Placed>,
) -> Result<BTreeMap<String, Placed>, String> {
    let mut open = vec![spec.clone()];
    while let Some(spec) = open.pop() {
        if let Some(there) = placed.get(&spec.name) {
            fits(&spec, &there.version, "what another package asks for")?;
            continue;
        }
        let (from, manifest) = find(folders, &spec)?;
        let wanted = manifest.dependencies.iter();
        open.extend(
            wanted.filter_map(|(name, wants)| PackageSpec::parse(&format!("{name}@{wants}"))),
        );
        placed.insert(
            spec.name.clone(),
            Placed {
                version: manifest.version,
                from,
            },
        );
        if placed.len() > MAX_PACKAGES {
            return Err(format!("it brings more than {MAX_PACKAGES} packages"));
        }
    }
    Ok(placed)
}

fn find(folders: &[PathBuf], spec: &PackageSpec) -> Result<(PathBuf, Manifest), String> {
    let exact = spec
        .wants
        .as_ref()
        .map(|wants| format!("{}@{wants}", spec.name));
    for folder in folders {
        for name in exact.iter().chain([&spec.name]) {
            let place = folder.join("npm").join(name);
            let Ok(manifest) = manifest_of(&place.join("package.json")) else {
                continue;
            };
            fits(spec, &manifest.version, &place.display().to_string())?;
            plain(folder, &place)?;
            return Ok((place, manifest));
        }
    }
    let places: Vec<String> = folders
        .iter()
        .map(|folder| format!(" nor in {}/npm", folder.display()))
        .collect();
    Err(format!(
        "{spec} is not in the app's node_modules{}",
        places.concat()
    ))
}

/// No link may be on the way from the folder to the package.
fn plain(folder: &Path, place: &Path) -> Result<(), String> {
    let ways = place.ancestors().take_while(|way| *way != folder);
    for way in ways {
        if way.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
            return Err(format!(
                "{} is a link; a folder of modules may hold plain files and folders only",
                way.display()
            ));
        }
    }
    Ok(())
}

fn manifest_of(path: &Path) -> io::Result<Manifest> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(MAX_MANIFEST)
        .read_to_end(&mut bytes)?;
    serde_json::from_slice(&bytes).map_err(io::Error::other)
}
