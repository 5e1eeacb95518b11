//! What a specifier means where it is written.

use std::path::Path;

use ds_core::ApiVersion;
use ds_sandbox::{Builtin, builtin_hint, builtin_module};
use percent_encoding::percent_decode_str;
use url::Url;

use super::{
    error::ImportProblem,
    media::Media,
    package::Package,
    scan::{How, Import},
};
use crate::modules::{PackageSpec, Wanted, package_of_bare};

/// Where a module is from. Relative specifiers start there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Id {
    /// A file of the package.
    Package(String),
    /// Something with an address.
    Remote(Url),
    /// A module that comes with the host, by its file.
    Builtin(&'static str),
}

/// A module, or a file that is imported as data: the same file may be both.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub id: Id,
    pub data: bool,
}

/// What an import asks for.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    /// It stays as it is written.
    Keep,
    /// It stays as it is written, and this module of the package may be reached by it.
    Perhaps(String),
    /// A file of the package, and the query and fragment behind its name.
    Package { key: Key, suffix: String },
    /// A module that comes with the host.
    Builtin(Builtin),
    /// Something to be found.
    Remote { wanted: Wanted, data: bool },
    /// An npm package.
    Npm(PackageSpec),
    /// It cannot be had.
    Failed(ImportProblem),
}

/// What there is to resolve against.
#[derive(Clone, Copy)]
pub(super) struct Resolver<'a> {
    pub package: &'a Package,
    pub api: ApiVersion,
}

/// The package as an address: what leads out of it is not below this any more.
const ROOT: &str = "file:///run/app/";

impl Resolver<'_> {
    /// What an import of a module asks for.
    pub(super) fn wish(&self, from: &Id, import: &Import) -> Wish {
        let specifier = import.specifier.as_str();
        if import.how == How::Asset {
            return asset(from, specifier);
        }
        if let Id::Builtin(file) = from {
            return self.beside_builtin(file, specifier);
        }
        if let Some(builtin) = builtin_module(self.api, specifier) {
            return Wish::Builtin(builtin);
        }
        if let Some(hint) = builtin_hint(self.api, specifier) {
            return Wish::Failed(ImportProblem::Hint(hint));
        }
        let data = import.attribute.is_some();
        if specifier.starts_with("./") || specifier.starts_with("../") || specifier.starts_with('/')
        {
            return match from {
                Id::Package(path) => self.inside(path, import),
                Id::Remote(base) => joined(base, specifier, data),
                Id::Builtin(_) => Wish::Keep,
            };
        }
        match specifier.split_once(':') {
            Some((scheme, rest)) => by_scheme(scheme, rest, specifier, data),
            None => self.bare(from, import),
        }
    }

    fn beside_builtin(&self, file: &str, specifier: &str) -> Wish {
        let base = Url::parse(&format!("https://{file}"));
        let found = base.and_then(|base| base.join(specifier)).ok();
        match found.and_then(|url| builtin_module(self.api, url.as_str())) {
            Some(builtin) => Wish::Builtin(builtin),
            None => Wish::Keep,
        }
    }

    /// A path inside the package.
    fn inside(&self, from: &str, import: &Import) -> Wish {
        let (path, suffix) = match package_path(from, &import.specifier) {
            Ok(found) => found,
            Err(problem) => return Wish::Failed(problem),
        };
        let media = Media::of_path(&path);
        if !self.package.has(&path) {
            return match import.how {
                How::Resolve => Wish::Keep,
                _ => Wish::Failed(self.not_there(path)),
            };
        }
        match import.how {
            How::Resolve if media.is_script() => Wish::Perhaps(path),
            How::Resolve => Wish::Keep,
            how if import.attribute.is_none() => match media {
                Media::Json if how == How::Static => Wish::Failed(ImportProblem::JsonAttribute),
                media if media.is_script() => Wish::Package {
                    key: Key {
                        id: Id::Package(path),
                        data: false,
                    },
                    suffix,
                },
                _ => Wish::Keep,
            },
            // Its text is wanted, and the prepared copy has another under that name.
            _ if media.is_script() => Wish::Package {
                key: Key {
                    id: Id::Package(path),
                    data: true,
                },
                suffix,
            },
            _ => Wish::Keep,
        }
    }

    fn not_there(&self, path: String) -> ImportProblem {
        let endings = ["ts", "tsx", "js", "jsx", "mjs", "mts"];
        let stem = path.strip_suffix(".js").unwrap_or(&path);
        let with_ending = endings
            .iter()
            .flat_map(|end| [format!("{stem}.{end}"), format!("{path}/mod.{end}")]);
        let hint = with_ending
            .filter(|other| *other != path)
            .find(|other| self.package.has(other))
            .map_or_else(String::new, |other| {
                format!("; it has {other}, and an import says the whole name")
            });
        ImportProblem::NotInPackage { path, hint }
    }

    /// A name without path or scheme.
    fn bare(&self, from: &Id, import: &Import) -> Wish {
        let specifier = &import.specifier;
        if let (Id::Package(path), Some(name)) = (from, package_of_bare(specifier)) {
            let mut folder = Path::new(path).parent();
            while let Some(dir) = folder {
                let place = dir.join("node_modules").join(name);
                if place
                    .to_str()
                    .is_some_and(|place| self.package.has_folder(place))
                {
                    return Wish::Keep;
                }
                folder = dir.parent();
            }
        }
        if import.how == How::Resolve {
            return Wish::Keep;
        }
        if NODE_MODULES.contains(&specifier.as_str()) {
            return Wish::Failed(ImportProblem::Node(specifier.clone()));
        }
        Wish::Failed(ImportProblem::Bare(specifier.clone()))
    }
}

fn by_scheme(scheme: &str, rest: &str, specifier: &str, data: bool) -> Wish {
    match scheme {
        "node" | "data" | "blob" => Wish::Keep,
        "npm" => match PackageSpec::parse(rest) {
            Some(package) => Wish::Npm(package),
            None => Wish::Failed(ImportProblem::Malformed(
                "it names no npm package".to_owned(),
            )),
        },
        "jsr" => match PackageSpec::parse(rest).filter(|package| package.name.starts_with('@')) {
            Some(package) => Wish::Remote {
                wanted: Wanted::Jsr(package),
                data,
            },
            None => Wish::Failed(ImportProblem::Malformed(
                "it names no package of JSR".to_owned(),
            )),
        },
        "https" | "http" => match Url::parse(specifier) {
            Ok(url) => remote(url, data),
            Err(error) => Wish::Failed(ImportProblem::Malformed(error.to_string())),
        },
        "file" => Wish::Failed(ImportProblem::Outside),
        other => Wish::Failed(ImportProblem::Scheme(other.to_owned())),
    }
}

fn remote(mut url: Url, data: bool) -> Wish {
    url.set_fragment(None);
    // Names and passwords would end up in lists and messages.
    if !url.username().is_empty() || url.password().is_some() {
        let problem = "addresses of modules may not have a name or password in them".to_owned();
        return Wish::Failed(ImportProblem::Malformed(problem));
    }
    Wish::Remote {
        wanted: Wanted::Url(url),
        data,
    }
}

fn joined(base: &Url, specifier: &str, data: bool) -> Wish {
    match base.join(specifier) {
        Ok(url) if matches!(url.scheme(), "https" | "http") => remote(url, data),
        _ => Wish::Failed(ImportProblem::Malformed(
            "it does not fit the module's address".to_owned(),
        )),
    }
}

/// A file beside a remote module comes along; one beside a package's module is where it was.
fn asset(from: &Id, specifier: &str) -> Wish {
    let relative = specifier.starts_with("./") || specifier.starts_with("../");
    match from {
        Id::Remote(base) if relative && !specifier.ends_with('/') => joined(base, specifier, false),
        _ => Wish::Keep,
    }
}

/// The file of the package that a path leads to, and the query and fragment behind it.
fn package_path(from: &str, specifier: &str) -> Result<(String, String), ImportProblem> {
    let root = Url::parse(ROOT).map_err(|error| ImportProblem::Malformed(error.to_string()))?;
    let mut base = root.clone();
    if let Ok(mut path) = base.path_segments_mut() {
        path.pop_if_empty().extend(from.split('/'));
    }
    let url = base
        .join(specifier)
        .map_err(|error| ImportProblem::Malformed(error.to_string()))?;
    let inside = url
        .path()
        .strip_prefix(root.path())
        .filter(|_| url.host_str().is_none_or(str::is_empty));
    let path = percent_decode_str(inside.ok_or(ImportProblem::Outside)?).decode_utf8();
    let path = path
        .map_err(|error| ImportProblem::Malformed(error.to_string()))?
        .into_owned();
    if path.split('/').any(|part| part == "..") {
        return Err(ImportProblem::Outside);
    }
    let behind = specifier.find(['?', '#']).map_or("", |at| &specifier[at..]);
    Ok((path, behind.to_owned()))
}

/// The folder of the package that a computed import's prefix leads to: `None` if it leads elsewhere.
pub(super) fn computed_folder(from: &str, prefix: &str) -> Option<String> {
    if !prefix.starts_with("./") && !prefix.starts_with("../") {
        return None;
    }
    let folder = &prefix[..=prefix.rfind('/')?];
    package_path(from, folder).ok().map(|(path, _)| path)
}

/// The Node.js modules that people write without their scheme.
const NODE_MODULES: &[&str] = &[
    "assert",
    "buffer",
    "child_process",
    "crypto",
    "dns",
    "events",
    "fs",
    "fs/promises",
    "http",
    "https",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "querystring",
    "readline",
    "stream",
    "string_decoder",
    "timers",
    "tls",
    "tty",
    "url",
    "util",
    "vm",
    "worker_threads",
    "zlib",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside_the_package() {
        for (from, specifier, expect) in [
            ("app.ts", "./a.ts", Some(("a.ts", ""))),
            ("x/app.ts", "../a.ts?v=1#x", Some(("a.ts", "?v=1#x"))),
            ("x y/a.ts", "./b%20c.ts", Some(("x y/b c.ts", ""))),
            ("app.ts", "../a.ts", None),
            ("app.ts", "../../a.ts", None),
            ("app.ts", "/etc/passwd", None),
            ("app.ts", "//host/run/app/x.ts", None),
            ("app.ts", "./%2e%2e/a.ts", None),
            ("x/app.ts", "./..%2f..%2fa.ts", None),
            ("app.ts", "../app/a.ts", Some(("a.ts", ""))),
        ] {
            let found = package_path(from, specifier).ok();
            let found = found
                .as_ref()
                .map(|(path, suffix)| (path.as_str(), suffix.as_str()));
            assert_eq!(found, expect, "{specifier} in {from}");
        }
    }

    #[test]
    fn computed_imports_name_a_folder() {
        for (from, prefix, expect) in [
            ("app.ts", "./m/", Some("m/")),
            ("app.ts", "./m/v", Some("m/")),
            ("a/app.ts", "../m/v", Some("m/")),
            ("app.ts", "./", Some("")),
            ("app.ts", "https://x/", None),
            ("app.ts", "../", None),
        ] {
            assert_eq!(computed_folder(from, prefix).as_deref(), expect, "{prefix}");
        }
    }
}
