//! Getting npm packages: from folders, else from the registry.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Origin,
    folder::{self, InFolder},
    manifest::{Manifest, Need},
    problem::NpmProblem,
};
use crate::{
    modules::{MAX_MODULE, Modules, PackageSpec, Registry, Release, Tree},
    package::{Bounds, unpack_npm},
};

const MAX_FETCHED: usize = 500;
const MAX_BYTES: u64 = 256 << 20;
const MAX_ENTRIES: u64 = 100_000;

/// Where packages come from, for one preparation.
pub(super) struct Source {
    trees: Vec<Tree>,
    pub registry: Result<Registry, &'static str>,
    /// Where fetched packages are unpacked.
    staging: PathBuf,
    /// Where fetched packages are, by name and version.
    fetched: HashMap<String, Loaded>,
    /// How many archives were asked for, also in vain.
    tries: usize,
    bytes: u64,
    entries: u64,
}

/// The version that was chosen of a package.
pub(super) enum Choice {
    Folder(InFolder),
    Registry(Release),
}

/// A package that is there.
#[derive(Clone)]
pub(super) struct Loaded {
    pub version: String,
    pub from: PathBuf,
    pub origin: Option<Origin>,
    pub needs: Vec<Need>,
    pub for_some_machines: bool,
}

impl Source {
    pub(super) fn new(modules: &Modules, staging: &Path) -> Self {
        Self {
            trees: modules.trees().to_vec(),
            registry: modules.registry(),
            staging: staging.to_owned(),
            fetched: HashMap::new(),
            tries: 0,
            bytes: 0,
            entries: 0,
        }
    }

    /// The version that all of these take, of one package.
    pub(super) async fn choose(&mut self, wants: &[PackageSpec]) -> Result<Choice, NpmProblem> {
        let (trees, asked) = (self.trees.clone(), wants.to_vec());
        let found = blocking(move || folder::find(&trees, &asked)).await;
        let here = match found {
            Ok(Some(found)) => return Ok(Choice::Folder(found)),
            Ok(None) => None,
            Err(problem @ NpmProblem::Unfit { .. }) => Some(problem),
            Err(problem) => return Err(problem),
        };
        let text = || wants.first().map_or_else(String::new, ToString::to_string);
        match &mut self.registry {
            Ok(registry) => match registry.choose(wants).await {
                Ok(release) => Ok(Choice::Registry(release)),
                Err(source) => Err(NpmProblem::Registry {
                    wants: text(),
                    source,
                }),
            },
            Err(registry) => Err(here.unwrap_or_else(|| NpmProblem::Nowhere {
                wants: text(),
                folders: self
                    .trees
                    .iter()
                    .map(|tree| tree.root().to_owned())
                    .collect(),
                registry,
            })),
        }
    }

    /// Sees to it that a package is on disk, and reads what it needs.
    pub(super) async fn load(&mut self, choice: Choice) -> Result<Loaded, NpmProblem> {
        let release = match choice {
            Choice::Folder(found) => return blocking(move || from_folder(found)).await,
            Choice::Registry(release) => release,
        };
        if let Some(loaded) = self.fetched.get(&release.to_string()) {
            return Ok(loaded.clone());
        }
        self.tries += 1;
        let archive = match &self.registry {
            Ok(registry) if self.tries <= MAX_FETCHED => registry.archive(&release).await,
            _ => return Err(too_much("packages", MAX_FETCHED)),
        };
        let archive = archive.map_err(|source| NpmProblem::Registry {
            wants: release.to_string(),
            source,
        })?;
        let place = self.staging.join(self.tries.to_string());
        let bounds = Bounds {
            archive_bytes: MAX_MODULE,
            bytes: MAX_BYTES.saturating_sub(self.bytes),
            entries: MAX_ENTRIES.saturating_sub(self.entries),
            ..Bounds::default()
        };
        let key = release.to_string();
        let work = move || from_archive(&release, &archive, &place, &bounds);
        let (loaded, (bytes, entries)) = blocking(work).await?;
        self.bytes += bytes;
        self.entries += entries;
        self.fetched.insert(key, loaded.clone());
        Ok(loaded)
    }
}

fn from_folder(found: InFolder) -> Result<Loaded, NpmProblem> {
    found.check()?;
    let origin = found.listed.and_then(|line| {
        Some(Origin {
            integrity: line.integrity?,
            url: line.url,
        })
    });
    loaded(&found.place, origin).map(|(loaded, _)| loaded)
}

/// Checks and unpacks an archive; also says how many bytes and entries that took. Nothing is left of one that is refused.
fn from_archive(
    release: &Release,
    archive: &[u8],
    place: &Path,
    bounds: &Bounds,
) -> Result<(Loaded, (u64, u64)), NpmProblem> {
    if !release.is(archive) {
        return Err(NpmProblem::Altered(release.to_string()));
    }
    let unpacked = unpack(release, archive, place, bounds);
    let refused = unpacked.is_err().then_some(place);
    let cleaned = fs::remove_file(place.with_extension("tgz"))
        .and_then(|()| refused.map_or(Ok(()), ds_core::publish::remove_dir));
    let unpacked = unpacked?;
    cleaned.map_err(|source| NpmProblem::Write {
        path: place.to_owned(),
        source,
    })?;
    Ok(unpacked)
}

fn unpack(
    release: &Release,
    archive: &[u8],
    place: &Path,
    bounds: &Bounds,
) -> Result<(Loaded, (u64, u64)), NpmProblem> {
    let file = place.with_extension("tgz");
    let written = fs::create_dir_all(place.parent().unwrap_or(place));
    let written = written.and_then(|()| fs::write(&file, archive));
    written.map_err(|source| NpmProblem::Write {
        path: file.clone(),
        source,
    })?;
    let size = unpack_npm(&file, place, bounds).map_err(|source| NpmProblem::Archive {
        package: release.to_string(),
        source,
    })?;
    let origin = Origin {
        integrity: release.integrity.clone(),
        url: release.url.to_string(),
    };
    let (loaded, name) = loaded(place, Some(origin))?;
    let wanted = nodejs_semver::Version::parse(&release.version);
    if name != release.name || wanted.map(|it| it.to_string()) != Ok(loaded.version.clone()) {
        return Err(NpmProblem::Other(release.to_string()));
    }
    Ok((loaded, size))
}

fn loaded(place: &Path, origin: Option<Origin>) -> Result<(Loaded, String), NpmProblem> {
    let manifest = Manifest::read(place).map_err(|source| NpmProblem::Read {
        path: place.join("package.json"),
        source,
    })?;
    let loaded = Loaded {
        version: manifest.version(),
        from: place.to_owned(),
        origin,
        needs: manifest.needs(place)?,
        for_some_machines: manifest.is_for_some_machines(),
    };
    Ok((loaded, manifest.name))
}

pub(super) fn too_much(what: &'static str, limit: usize) -> NpmProblem {
    NpmProblem::TooMuch { what, limit }
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, NpmProblem> + Send + 'static,
) -> Result<T, NpmProblem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(NpmProblem::Ended(io::Error::other(error))),
    }
}
