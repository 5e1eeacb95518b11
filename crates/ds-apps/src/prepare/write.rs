//! Writing the prepared copy and `vendor/`.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs, io,
    ops::Range,
    path::{Path, PathBuf},
};

use ds_core::AppVersionDir;

use super::{
    ModuleRecord, PrepareError,
    bundle::Bundle,
    edit,
    graph::{Body, Graph, Node, Target},
    npm::{self, Npm, Placed},
    package::Package,
    place,
    resolve::{Id, Key},
};
use crate::modules::{LIST, Listed, hex};

const MAX_NPM_FILES: usize = 100_000;

/// All that is to be written.
pub(super) struct Plan<'a> {
    pub dir: &'a AppVersionDir,
    pub package: &'a Package,
    pub graph: &'a Graph,
    pub named: &'a BTreeMap<Key, BTreeSet<String>>,
    pub npm: &'a Npm,
    /// All modules in one, if there is such a thing.
    pub bundle: Option<&'a Bundle>,
}

impl Plan<'_> {
    /// Writes both beside, then puts them in the place of what was there.
    pub(super) fn write(&self) -> Result<Vec<ModuleRecord>, PrepareError> {
        let (run, vendor) = (
            self.dir.root().join("run.new"),
            self.dir.root().join("vendor.new"),
        );
        for dir in [&run, &vendor] {
            ds_core::publish::remove_dir(dir).map_err(|source| failed(dir, source))?;
            fs::create_dir_all(dir).map_err(|source| failed(dir, source))?;
        }
        let records = self.write_vendor(&vendor)?;
        self.write_run(&run, &vendor)?;
        for (new, place) in [(run, self.dir.run()), (vendor, self.dir.vendor())] {
            ds_core::publish::remove_dir(&place).map_err(|source| failed(&place, source))?;
            fs::rename(&new, &place).map_err(|source| failed(&place, source))?;
        }
        Ok(records)
    }

    fn write_run(&self, run: &Path, vendor: &Path) -> Result<(), PrepareError> {
        let mut written = HashSet::new();
        for node in &self.graph.nodes {
            for (file, text) in self.files_of(node) {
                put(&run.join(&file), text.as_bytes())?;
                written.insert(file);
            }
            if let (Id::Remote(_), Body::Data | Body::Broken(_), Some(source)) =
                (&node.key.id, &node.body, &node.source)
            {
                put(&run.join(&node.out), source)?;
            }
            if let (Id::Package(path), true) = (&node.key.id, node.key.data) {
                link(&self.package.root.join(path), &run.join(&node.out))?;
                written.insert(node.out.clone());
            }
        }
        fs::create_dir_all(run.join("app")).map_err(|source| failed(run, source))?;
        for path in &self.package.files {
            let place = format!("app/{path}");
            if !written.contains(&place) {
                let place = if path.starts_with("node_modules/") && self.npm.shared {
                    run.join(path)
                } else {
                    run.join(&place)
                };
                link(&self.package.root.join(path), &place)?;
            }
        }
        for (file, text) in self.bundle.iter().flat_map(|bundle| &bundle.files) {
            put(&run.join(file), text.as_bytes())?;
        }
        let vendored = self.vendored_npm();
        for (place, placed) in &self.npm.placed {
            if let Some((file, _)) = vendored.get(&(&placed.name, &placed.version)) {
                let place = run.join("node_modules").join(place);
                each_file(&vendor.join(file), &place, link)?;
            }
        }
        Ok(())
    }

    /// Where each version of an npm package is, below `vendor/`: `npm/<name>` if it is the one that all find.
    fn vendored_npm(&self) -> BTreeMap<(&str, &str), (String, &Placed)> {
        let mut files = BTreeMap::new();
        for (place, placed) in &self.npm.placed {
            let (name, version) = (placed.name.as_str(), placed.version.as_str());
            let file = if place == name {
                format!("npm/{name}")
            } else {
                format!("npm/{name}@{version}")
            };
            let at = files
                .entry((name, version))
                .or_insert_with(|| (file.clone(), placed));
            if place == name {
                at.0 = file;
            }
        }
        files
    }

    /// The text files that a node becomes: its own if it is not the package's unchanged, and the one that stands for it
    /// under its old name.
    fn files_of(&self, node: &Node) -> Vec<(String, String)> {
        let script = match &node.body {
            Body::Script(script) => script,
            Body::Builtin(source) => return vec![(node.out.clone(), (*source).to_owned())],
            Body::Broken(_) | Body::Data => return Vec::new(),
        };
        let edits = self.edits(node);
        let Id::Package(path) = &node.key.id else {
            return vec![(node.out.clone(), edit::replace(&script.text, &edits))];
        };
        if !node.media.needs_compiling() {
            let changed = (!edits.is_empty()).then(|| edit::replace(&script.text, &edits));
            return changed
                .map(|text| (node.out.clone(), text))
                .into_iter()
                .collect();
        }
        let stripped = format!("app/{path}.js");
        let stand_in = if script.kept {
            stripped
        } else {
            format!("app/{path}")
        };
        let text = stand_in_for(&place::specifier(&stand_in, &node.out), script.default);
        vec![
            (stand_in, text),
            (node.out.clone(), edit::replace(&script.text, &edits)),
        ]
    }

    /// The specifiers that change.
    fn edits(&self, node: &Node) -> Vec<(Range<usize>, String)> {
        let links = node.links.iter().filter_map(|link| {
            let to = match &link.to {
                Target::Module(key, suffix) => {
                    let target = self.graph.get(key)?;
                    format!("{}{suffix}", place::specifier(&node.out, &target.out))
                }
                Target::Other(specifier) => specifier.clone(),
                Target::Keep | Target::Npm(_) | Target::Failed(_) => return None,
            };
            (to != link.specifier).then(|| (link.span.clone(), to))
        });
        links.collect()
    }

    fn write_vendor(&self, vendor: &Path) -> Result<Vec<ModuleRecord>, PrepareError> {
        let mut lines = BTreeSet::new();
        for node in &self.graph.nodes {
            let (Id::Remote(url), Some(source), Some(file)) =
                (&node.key.id, &node.source, node.vendored())
            else {
                continue;
            };
            put(&vendor.join(&file), source)?;
            let sha256 = hex(source);
            let names = self.named.get(&node.key).into_iter().flatten();
            for specifier in names.map(String::as_str).chain([url.as_str()]) {
                lines.insert(Listed {
                    specifier: specifier.to_owned(),
                    url: url.to_string(),
                    file: file.clone(),
                    sha256: sha256.clone(),
                    integrity: None,
                });
            }
        }
        for (file, placed) in self.vendored_npm().into_values() {
            lines.insert(write_npm(vendor, file, placed)?);
        }
        let list: Vec<Listed> = lines.into_iter().collect();
        let text = serde_json::to_vec_pretty(&list)
            .map_err(|error| failed(&vendor.join(LIST), io::Error::other(error)))?;
        put(&vendor.join(LIST), &text)?;
        let record = |line: Listed| ModuleRecord {
            specifier: line.specifier,
            file: line.file,
            sha256: line.sha256,
        };
        Ok(list.into_iter().map(record).collect())
    }
}

/// A module that is another under its old name, so that `import()` of a computed name finds the same instance.
fn stand_in_for(specifier: &str, default: bool) -> String {
    let specifier = edit::literal(specifier);
    let all = format!("export * from {specifier};\n");
    if default {
        format!("{all}export {{ default }} from {specifier};\n")
    } else {
        all
    }
}

fn failed(path: &Path, source: io::Error) -> PrepareError {
    PrepareError::Write {
        path: path.to_owned(),
        source,
    }
}

fn make_parent(path: &Path) -> Result<(), PrepareError> {
    match path.parent() {
        Some(parent) => fs::create_dir_all(parent).map_err(|source| failed(parent, source)),
        None => Ok(()),
    }
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), PrepareError> {
    make_parent(path)?;
    fs::write(path, bytes).map_err(|source| failed(path, source))
}

/// The same file under a second name, or a copy where the file system has no such thing.
fn link(from: &Path, to: &Path) -> Result<(), PrepareError> {
    make_parent(to)?;
    if fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    fs::copy(from, to)
        .map(|_| ())
        .map_err(|source| failed(to, source))
}

/// Copies an npm package into `vendor/` and describes it.
fn write_npm(vendor: &Path, file: String, placed: &Placed) -> Result<Listed, PrepareError> {
    let place = vendor.join(&file);
    each_file(&placed.from, &place, |from, to| {
        let copied = fs::copy(from, to);
        copied.map(|_| ()).map_err(|source| failed(to, source))
    })?;
    let sha256 = npm::digest(&place).map_err(|source| failed(&place, source))?;
    let name = &placed.name;
    let specifier = match placed.version.as_str() {
        "" => format!("npm:{name}"),
        version => format!("npm:{name}@{version}"),
    };
    let origin = placed.origin.as_ref();
    Ok(Listed {
        url: origin.map_or_else(|| specifier.clone(), |origin| origin.url.clone()),
        integrity: origin.map(|origin| origin.integrity.clone()),
        specifier,
        file,
        sha256,
    })
}

/// Makes the folders of an npm package and does something with each file. Links in it are refused.
fn each_file(
    from: &Path,
    to: &Path,
    act: impl Fn(&Path, &Path) -> Result<(), PrepareError>,
) -> Result<(), PrepareError> {
    let mut open: Vec<(PathBuf, PathBuf)> = vec![(from.to_owned(), to.to_owned())];
    let mut count = 0;
    while let Some((from, to)) = open.pop() {
        let read = |source| PrepareError::Read {
            path: from.clone(),
            source,
        };
        fs::create_dir_all(&to).map_err(|source| failed(&to, source))?;
        for entry in fs::read_dir(&from).map_err(read)? {
            let entry = entry.map_err(read)?;
            let (kind, to) = (entry.file_type().map_err(read)?, to.join(entry.file_name()));
            if kind.is_dir() {
                open.push((entry.path(), to));
            } else if kind.is_file() {
                act(&entry.path(), &to)?;
            } else {
                return Err(PrepareError::NotAFile(entry.path()));
            }
            count += 1;
            if count > MAX_NPM_FILES {
                let what = format!("the number of files in {}", from.display());
                return Err(PrepareError::TooMuch {
                    what,
                    limit: MAX_NPM_FILES as u64,
                });
            }
        }
    }
    Ok(())
}
