//! A registry of npm packages: which versions there are, and their archives.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use nodejs_semver::Range;
use serde::Deserialize;
use sha2::{Digest as _, Sha512};
use url::Url;

use super::{Fetch, FetchError, PackageSpec};

/// The short form of what a registry says about a package; the long one will do, too.
const SHORT_FORM: &str = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";
/// How many packages are asked for in one preparation.
const MAX_ASKED: usize = 1_000;

/// Why a registry did not give a package.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistryError {
    #[error("the registry did not give {name}")]
    Fetch {
        name: String,
        #[source]
        source: FetchError,
    },
    #[error("what the registry says about {name} is not what was expected")]
    Form {
        name: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("{0} is no address that a registry can have")]
    Base(Url),
    #[error("the registry has no version of it that fits")]
    NoVersion,
    #[error(
        "the registry says no SHA-512 of {0}, so that nobody could tell whether it is what was published"
    )]
    NoIntegrity(String),
    #[error("the registry has {0} at no http or https address")]
    Address(String),
    #[error("the registry was asked for more than {MAX_ASKED} packages")]
    TooMany,
}

/// What a registry says about a package.
#[derive(Deserialize)]
struct Package {
    #[serde(default, rename = "dist-tags")]
    tags: BTreeMap<String, String>,
    versions: BTreeMap<String, Version>,
}

#[derive(Deserialize)]
struct Version {
    dist: Archive,
}

#[derive(Deserialize)]
struct Archive {
    tarball: String,
    integrity: Option<String>,
}

/// One version of a package.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Where its archive is.
    pub(crate) url: Url,
    /// `sha512-…`, and perhaps others.
    pub(crate) integrity: String,
}

/// A registry, for one preparation: nothing is asked twice.
pub(crate) struct Registry {
    base: Url,
    fetcher: Arc<dyn Fetch>,
    known: HashMap<String, Package>,
    asked: usize,
}

impl Registry {
    pub(super) fn new(base: Url, fetcher: Arc<dyn Fetch>) -> Self {
        Self {
            base,
            fetcher,
            known: HashMap::new(),
            asked: 0,
        }
    }

    /// The version of a package that all of these take: the one the registry calls latest if that fits, else the
    /// highest.
    pub(crate) async fn choose(&mut self, wants: &[PackageSpec]) -> Result<Release, RegistryError> {
        let Some(first) = wants.first() else {
            return Err(RegistryError::NoVersion);
        };
        let package = self.package(&first.name).await?;
        let fits = |version: &str| wants.iter().all(|spec| package.takes(spec, version));
        let latest = package.tags.get("latest").map(String::as_str);
        let latest = latest.filter(|latest| package.versions.contains_key(*latest) && fits(latest));
        let any = PackageSpec {
            wants: None,
            ..first.clone()
        };
        let fitting = package.versions.keys().map(String::as_str);
        let version = latest.or_else(|| any.pick(fitting.filter(|version| fits(version))));
        let version = version.ok_or(RegistryError::NoVersion)?;
        package.release(&first.name, version)
    }

    /// The archive of a version, not looked at yet.
    pub(crate) async fn archive(&self, release: &Release) -> Result<Vec<u8>, RegistryError> {
        let fetched = self.fetcher.fetch(&release.url).await;
        let fetched = fetched.map_err(|source| RegistryError::Fetch {
            name: release.to_string(),
            source,
        })?;
        Ok(fetched.bytes)
    }

    async fn package(&mut self, name: &str) -> Result<&Package, RegistryError> {
        if !self.known.contains_key(name) {
            self.asked += 1;
            if self.asked > MAX_ASKED {
                return Err(RegistryError::TooMany);
            }
            let url = self.address(name)?;
            let fetched = self.fetcher.fetch_as(&url, SHORT_FORM).await;
            let fetched = fetched.map_err(|source| RegistryError::Fetch {
                name: name.to_owned(),
                source,
            })?;
            let package = serde_json::from_slice(&fetched.bytes);
            let package = package.map_err(|source| RegistryError::Form {
                name: name.to_owned(),
                source,
            })?;
            self.known.insert(name.to_owned(), package);
        }
        self.known.get(name).ok_or(RegistryError::NoVersion)
    }

    /// `<base>/<name>`; the `/` of a scoped name is escaped.
    fn address(&self, name: &str) -> Result<Url, RegistryError> {
        let mut url = self.base.clone();
        match url.path_segments_mut() {
            Ok(mut path) => path.pop_if_empty().push(name),
            Err(()) => return Err(RegistryError::Base(self.base.clone())),
        };
        Ok(url)
    }
}

impl Package {
    /// What is no range is a tag, which stands for one version.
    fn takes(&self, spec: &PackageSpec, version: &str) -> bool {
        match &spec.wants {
            Some(wants) if Range::parse(wants).is_err() => {
                self.tags.get(wants).is_some_and(|tagged| tagged == version)
            }
            _ => spec.takes(version),
        }
    }

    fn release(&self, name: &str, version: &str) -> Result<Release, RegistryError> {
        let known = self.versions.get(version);
        let dist = &known.ok_or(RegistryError::NoVersion)?.dist;
        let full = format!("{name}@{version}");
        let integrity = dist.integrity.as_deref().unwrap_or_default();
        if sha512_of(integrity).next().is_none() {
            return Err(RegistryError::NoIntegrity(full));
        }
        let url = Url::parse(&dist.tarball).ok();
        let url = url.filter(|url| matches!(url.scheme(), "https" | "http"));
        Ok(Release {
            name: name.to_owned(),
            version: version.to_owned(),
            url: url.ok_or(RegistryError::Address(full))?,
            integrity: integrity.to_owned(),
        })
    }
}

impl Release {
    /// Whether an archive is the one that was published.
    pub(crate) fn is(&self, archive: &[u8]) -> bool {
        let digest = Sha512::digest(archive);
        sha512_of(&self.integrity).any(|hash| hash[..] == digest[..])
    }
}

impl std::fmt::Display for Release {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

/// The SHA-512 hashes of an integrity text; weaker ones are passed over.
fn sha512_of(integrity: &str) -> impl Iterator<Item = Vec<u8>> {
    let hashes = integrity.split_ascii_whitespace();
    let hashes = hashes.filter_map(|one| one.strip_prefix("sha512-"));
    let decoded = hashes.filter_map(|hash| STANDARD.decode(hash.split('?').next()?).ok());
    decoded.filter(|hash| hash.len() == 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package() -> Package {
        let version = |number: &str| {
            let dist = serde_json::json!({ "tarball": "https://h.example/x.tgz", "integrity": SHA512_OF_NOTHING });
            (number.to_owned(), serde_json::json!({ "dist": dist }))
        };
        let versions = ["1.0.0", "1.9.0", "2.0.0", "2.5.0", "3.0.0-rc.1"].map(version);
        let versions: serde_json::Map<_, _> = versions.into_iter().collect();
        serde_json::from_value(serde_json::json!({
            "dist-tags": { "latest": "2.0.0", "next": "3.0.0-rc.1" },
            "versions": versions,
        }))
        .unwrap()
    }

    const SHA512_OF_NOTHING: &str = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";

    #[tokio::test]
    async fn versions_are_chosen_as_package_managers_do() {
        struct Nowhere;
        #[async_trait::async_trait]
        impl Fetch for Nowhere {
            async fn fetch(&self, _: &Url) -> Result<super::super::Fetched, FetchError> {
                unreachable!("it is known")
            }
        }
        let base = Url::parse("https://h.example/npm/").unwrap();
        let mut registry = Registry::new(base, Arc::new(Nowhere));
        registry.known.insert("x".to_owned(), package());
        for (wants, expect) in [
            (&["x"][..], Some("2.0.0")),
            (&["x@*"], Some("2.0.0")),
            (&["x@^2"], Some("2.0.0")),
            (&["x@^2.1"], Some("2.5.0")),
            (&["x@1"], Some("1.9.0")),
            (&["x@next"], Some("3.0.0-rc.1")),
            (&["x@beta"], None),
            (&["x@^1", "x@<1.5"], Some("1.0.0")),
            (&["x@^1", "x@^2"], None),
            (&["x@3"], None),
        ] {
            let wants: Vec<_> = wants
                .iter()
                .filter_map(|it| PackageSpec::parse(it))
                .collect();
            let chosen = registry.choose(&wants).await.ok();
            assert_eq!(chosen.map(|it| it.version).as_deref(), expect, "{wants:?}");
        }
        let address = registry.address("@s/x").unwrap();
        assert_eq!(address.as_str(), "https://h.example/npm/@s%2Fx");
    }

    #[test]
    fn only_a_sha512_will_do() {
        for (integrity, expect) in [
            (SHA512_OF_NOTHING.to_owned(), true),
            (
                format!("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= {SHA512_OF_NOTHING}?x"),
                true,
            ),
            (format!("sha512-AAAA {SHA512_OF_NOTHING}"), true),
            (SHA512_OF_NOTHING.replace("z4", "z5"), false),
            ("sha512-".to_owned(), false),
        ] {
            let release = Release {
                name: String::new(),
                version: String::new(),
                url: Url::parse("https://h.example").unwrap(),
                integrity: integrity.clone(),
            };
            assert_eq!(release.is(b""), expect, "{integrity}");
            assert!(!release.is(b"x"), "{integrity}");
        }
        assert_eq!(sha512_of("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=").count(), 0);
    }
}
