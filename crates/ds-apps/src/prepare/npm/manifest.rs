//! What an npm package says about itself in its `package.json`.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use nodejs_semver::Version;
use serde::Deserialize;

use super::problem::NpmProblem;
use crate::modules::{PackageSpec, package_of_bare};

const MAX_BYTES: u64 = 1 << 20;

/// The parts of a `package.json` that matter here.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Manifest {
    pub name: String,
    version: String,
    dependencies: BTreeMap<String, String>,
    optional_dependencies: BTreeMap<String, String>,
    peer_dependencies: BTreeMap<String, String>,
    peer_dependencies_meta: BTreeMap<String, Peer>,
    os: serde_json::Value,
    cpu: serde_json::Value,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Peer {
    optional: bool,
}

/// A package that another needs.
#[derive(Clone, Debug)]
pub(super) struct Need {
    /// The name it is imported by.
    pub alias: String,
    /// What may be there under that name.
    pub spec: PackageSpec,
    pub kind: Kind,
}

/// How much, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Required,
    /// It does without.
    Optional,
    /// The same instance as the one that uses the package.
    Peer,
}

impl Manifest {
    /// Reads `package.json` in a folder.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let file = File::open(folder.join("package.json"))?;
        file.take(MAX_BYTES).read_to_end(&mut bytes)?;
        serde_json::from_slice(&bytes).map_err(io::Error::other)
    }

    /// The version, if it is one; then it is fit for a file name, too.
    pub(super) fn version(&self) -> String {
        Version::parse(&self.version).map_or_else(|_| String::new(), |version| version.to_string())
    }

    /// Whether it is for some machines only. Such packages are programs, which a sandbox does not run.
    pub(super) fn is_for_some_machines(&self) -> bool {
        !(self.os.is_null() && self.cpu.is_null())
    }

    /// What it needs. What comes inside the package itself is not asked for.
    pub(super) fn needs(&self, folder: &Path) -> Result<Vec<Need>, NpmProblem> {
        let optional = self.optional_dependencies.iter();
        let required = self.dependencies.iter();
        let required = required.filter(|(name, _)| !self.optional_dependencies.contains_key(*name));
        let peers = self.peer_dependencies.iter();
        let peers = peers.filter(|(name, _)| {
            let meta = self.peer_dependencies_meta.get(*name);
            let elsewhere = [&self.dependencies, &self.optional_dependencies];
            meta.is_none_or(|peer| !peer.optional)
                && !elsewhere.iter().any(|list| list.contains_key(*name))
        });
        let all = required
            .map(|entry| (entry, Kind::Required))
            .chain(optional.map(|entry| (entry, Kind::Optional)))
            .chain(peers.map(|entry| (entry, Kind::Peer)));
        let mut needs = Vec::new();
        for ((name, wants), kind) in all {
            let bundled = folder.join("node_modules").join(name).join("package.json");
            match need(name, wants, kind) {
                Some(_) if bundled.is_file() => {}
                Some(need) => needs.push(need),
                None if kind == Kind::Required => {
                    return Err(NpmProblem::Unpublished {
                        package: self.name.clone(),
                        name: name.clone(),
                        wants: wants.clone(),
                    });
                }
                None => {}
            }
        }
        Ok(needs)
    }
}

/// `"name": "^1"` or `"alias": "npm:name@^1"`; what leads elsewhere is none.
fn need(alias: &str, wants: &str, kind: Kind) -> Option<Need> {
    let spec = match wants.strip_prefix("npm:") {
        Some(other) => PackageSpec::parse(other)?,
        None if wants.contains([':', '/']) => return None,
        None => PackageSpec {
            name: alias.to_owned(),
            wants: Some(wants.trim().to_owned()).filter(|wants| !wants.is_empty()),
            sub: None,
        },
    };
    (package_of_bare(alias) == Some(alias) && spec.sub.is_none()).then(|| Need {
        alias: alias.to_owned(),
        spec,
        kind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_are_names_and_versions() {
        for (name, wants, expect) in [
            ("a", "^1 || ^2", Some("a@^1 || ^2")),
            ("a", "", Some("a")),
            ("a", "latest", Some("a@latest")),
            ("@s/a", "1.x", Some("@s/a@1.x")),
            ("a", "npm:@s/b@^1", Some("@s/b@^1")),
            ("a", "git+https://h.example/a.git", None),
            ("a", "owner/repository", None),
            ("a", "file:../a", None),
            ("../a", "1", None),
            ("a/b", "1", None),
            ("a", "npm:../b", None),
            ("a", "npm:b/c", None),
        ] {
            let need = need(name, wants, Kind::Required);
            assert_eq!(
                need.map(|need| need.spec.to_string()).as_deref(),
                expect,
                "{name} {wants}"
            );
        }
    }

    #[test]
    fn an_optional_need_is_not_a_required_one() {
        let manifest: Manifest = serde_json::from_value(serde_json::json!({
            "dependencies": { "a": "1", "b": "1" },
            "optionalDependencies": { "b": "1" },
            "peerDependencies": { "a": "1", "c": "1", "d": "1" },
            "peerDependenciesMeta": { "d": { "optional": true } },
        }))
        .unwrap();
        let needs = manifest.needs(Path::new("/nowhere")).unwrap();
        let found: Vec<_> = needs
            .iter()
            .map(|it| (it.alias.as_str(), it.kind))
            .collect();
        let expect = [
            ("a", Kind::Required),
            ("b", Kind::Optional),
            ("c", Kind::Peer),
        ];
        assert_eq!(found, expect);
    }
}
