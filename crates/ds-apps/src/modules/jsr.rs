//! `jsr:` packages: laid out in a folder, or described by the registry's own files.

use std::collections::BTreeMap;

use serde::Deserialize;
use url::Url;

use super::{
    Finder, MAX_MODULE, NotFound, Obtained, PackageSpec, TreeError,
    tree::{Found, Tree},
};

/// Where `jsr:` leads.
const HOST: &str = "https://jsr.io";

/// `meta.json`: the versions of a package.
#[derive(Deserialize)]
struct Package {
    versions: BTreeMap<String, Published>,
}

#[derive(Deserialize)]
struct Published {
    #[serde(default)]
    yanked: bool,
}

/// `<version>_meta.json`: what a version exports.
#[derive(Deserialize)]
struct Release {
    exports: serde_json::Value,
}

impl Finder<'_> {
    pub(super) async fn jsr(&self, package: &PackageSpec) -> Result<Obtained, NotFound> {
        let spec = package.clone();
        if let Some(found) = self.in_trees(move |tree| in_tree(tree, &spec)).await? {
            return Ok(found);
        }
        let base = format!("{HOST}/{}", package.name);
        let meta: Package = self.json(&format!("{base}/meta.json")).await?;
        let current = meta.versions.iter().filter(|(_, version)| !version.yanked);
        let version = package.pick(current.map(|(version, _)| version.as_str()));
        let version =
            version.ok_or_else(|| not_found(format!("{HOST} has no version of it that fits")))?;
        let release: Release = self.json(&format!("{base}/{version}_meta.json")).await?;
        let path = exported(&release.exports, package.sub.as_deref())
            .ok_or_else(|| not_found(format!("version {version} does not export it")))?;
        let url = Url::parse(&format!("{base}/{version}/{path}"));
        self.url(&url.map_err(|error| not_found(error.to_string()))?)
            .await
    }

    async fn json<T: for<'de> Deserialize<'de>>(&self, url: &str) -> Result<T, NotFound> {
        let parsed = Url::parse(url).map_err(|error| not_found(error.to_string()))?;
        let found = self.url(&parsed).await?;
        serde_json::from_slice(&found.bytes)
            .map_err(|error| not_found(format!("{url} is not what was expected: {error}")))
    }
}

fn not_found(message: String) -> NotFound {
    NotFound {
        looked: vec![message],
    }
}

/// The path of an export, without a leading `./`.
fn exported<'a>(exports: &'a serde_json::Value, sub: Option<&str>) -> Option<&'a str> {
    let path = match (exports, sub) {
        (serde_json::Value::String(path), None) => path,
        (serde_json::Value::Object(entries), None) => entries.get(".")?.as_str()?,
        (serde_json::Value::Object(entries), Some(sub)) => {
            entries.get(&format!("./{sub}"))?.as_str()?
        }
        _ => return None,
    };
    Some(path.trim_start_matches("./").trim_start_matches('/'))
}

/// The layouts that a folder may have, the more exact first.
fn in_tree(tree: &Tree, package: &PackageSpec) -> Result<Option<Found>, TreeError> {
    if let Some(found) = tree.listed(&format!("jsr:{package}"), MAX_MODULE)? {
        return Ok(Some(found));
    }
    let name = &package.name;
    let mut bases = Vec::new();
    if let Some(version) = &package.wants {
        bases.push(format!("{HOST}/{name}/{version}"));
        bases.push(format!("{HOST}/{name}@{version}"));
    }
    bases.push(format!("{HOST}/{name}"));
    let files = match &package.sub {
        None => vec!["mod.ts".to_owned()],
        Some(sub) => vec![format!("{sub}.ts"), format!("{sub}/mod.ts"), sub.clone()],
    };
    for base in &bases {
        for file in &files {
            let Ok(url) = Url::parse(&format!("{base}/{file}")) else {
                continue;
            };
            if let Some(found) = tree.get(&url, MAX_MODULE)? {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}
