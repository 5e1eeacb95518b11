//! `jsr:` and `npm:` specifiers.

use std::fmt;

use nodejs_semver::{Range, Version};

/// A package as a specifier names it: `jsr:@std/path@^1/posix`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackageSpec {
    /// `@scope/name` or `name`.
    pub name: String,
    /// The versions it takes.
    pub wants: Option<String>,
    /// What of the package: `posix`.
    pub sub: Option<String>,
}

impl PackageSpec {
    /// Reads what follows `jsr:` or `npm:`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('/').unwrap_or(text);
        let scope = if text.starts_with('@') {
            text.find('/')? + 1
        } else {
            0
        };
        let (package, sub) = match text[scope..].split_once('/') {
            Some((name, sub)) => (&text[..scope + name.len()], Some(sub)),
            None => (text, None),
        };
        let (name, wants) = match package[scope..].split_once('@') {
            Some((name, wants)) => (&package[..scope + name.len()], Some(wants)),
            None => (package, None),
        };
        let sub = sub.filter(|sub| !sub.is_empty()).map(str::to_owned);
        let fine = is_package_name(name) && sub.as_deref().is_none_or(is_plain_path);
        fine.then(|| Self {
            name: name.to_owned(),
            wants: wants.filter(|wants| !wants.is_empty()).map(str::to_owned),
            sub,
        })
    }

    /// The bare specifier of it: `preact/hooks`.
    #[must_use]
    pub fn bare(&self) -> String {
        match &self.sub {
            Some(sub) => format!("{}/{sub}", self.name),
            None => self.name.clone(),
        }
    }

    /// Whether a version will do. Tags (`latest`) take any.
    #[must_use]
    pub fn takes(&self, version: &str) -> bool {
        let Some(range) = self
            .wants
            .as_deref()
            .and_then(|wants| Range::parse(wants).ok())
        else {
            return true;
        };
        Version::parse(version).is_ok_and(|version| version.satisfies(&range))
    }

    /// The highest of some versions that will do; pre-releases only if nothing else is there.
    pub fn pick<'a>(&self, versions: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        let fitting = versions.filter(|version| self.takes(version));
        let ranked = fitting.filter_map(|text| Some((rank(text)?, text)));
        ranked.max_by(|a, b| a.0.cmp(&b.0)).map(|(_, text)| text)
    }
}

/// Higher is better: pre-releases are below all others.
pub(crate) fn rank(version: &str) -> Option<(bool, Version)> {
    let version = Version::parse(version).ok()?;
    Some((version.pre_release().is_empty(), version))
}

impl fmt::Display for PackageSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.wants
            .iter()
            .try_for_each(|wants| write!(f, "@{wants}"))?;
        self.sub.iter().try_for_each(|sub| write!(f, "/{sub}"))
    }
}

/// The package of a bare specifier: `@scope/name` of `@scope/name/sub`.
pub(crate) fn package_of_bare(specifier: &str) -> Option<&str> {
    let end = if specifier.starts_with('@') {
        let slash = specifier.find('/')? + 1;
        specifier[slash..].find('/').map(|at| slash + at)
    } else {
        specifier.find('/')
    };
    let name = &specifier[..end.unwrap_or(specifier.len())];
    is_package_name(name).then_some(name)
}

fn is_package_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.~".contains(&b))
    };
    match name.strip_prefix('@') {
        Some(scoped) => scoped
            .split_once('/')
            .is_some_and(|(scope, name)| part(scope) && part(name)),
        None => part(name) && name != "node_modules",
    }
}

fn is_plain_path(path: &str) -> bool {
    path.split('/')
        .all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_are_taken_apart() {
        for (text, expect) in [
            ("@std/path", Some(("@std/path", None, None))),
            (
                "@std/path@^1.0.2/posix/join",
                Some(("@std/path", Some("^1.0.2"), Some("posix/join"))),
            ),
            ("/@std/path@1", Some(("@std/path", Some("1"), None))),
            (
                "preact@10/hooks",
                Some(("preact", Some("10"), Some("hooks"))),
            ),
            ("preact/hooks", Some(("preact", None, Some("hooks")))),
            ("preact", Some(("preact", None, None))),
            ("@std", None),
            ("../x", None),
            ("a/../b", None),
            ("@a/..", None),
            ("node_modules/x", None),
            ("", None),
        ] {
            let spec = PackageSpec::parse(text);
            let parts = spec
                .as_ref()
                .map(|s| (s.name.as_str(), s.wants.as_deref(), s.sub.as_deref()));
            assert_eq!(parts, expect, "{text}");
        }
        assert_eq!(package_of_bare("@a/b/c"), Some("@a/b"));
        assert_eq!(package_of_bare("a/b/c"), Some("a"));
        assert_eq!(package_of_bare("#internal"), None);
    }

    #[test]
    fn versions_are_picked_as_package_managers_do() {
        let versions = ["1.0.0", "1.2.0", "2.0.0", "2.1.0-rc.1", "0.9.0"];
        for (wants, expect) in [
            ("", Some("2.0.0")),
            ("1", Some("1.2.0")),
            ("1.0.0", Some("1.0.0")),
            ("^0.9", Some("0.9.0")),
            (">=1 <2", Some("1.2.0")),
            ("2.1.0-rc.1", Some("2.1.0-rc.1")),
            ("3", None),
        ] {
            let spec = PackageSpec::parse(&format!("x@{wants}")).unwrap();
            assert_eq!(spec.pick(versions.into_iter()), expect, "{wants}");
        }
    }
}
