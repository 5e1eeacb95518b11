//! Which files a static route serves, as apps write it: `@app/frontend/`.

use crate::StaticRoot;

/// The longest path of a static route's files, in bytes.
const MAX_PATH: usize = 1024;

/// A `path` option of a static route that names no files.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// It is below none of the roots.
    #[error(
        "the files of a static route are below `@app/`, `@appspace/` or `@avatars/`, not `{0}`"
    )]
    Root(String),
    /// It is too long.
    #[error("the path of its files is longer than {MAX_PATH} bytes")]
    TooLong,
    /// It has something in it that is not a plain path.
    #[error(
        "the path of its files has `{0}` in it, which is not supported; write it plainly with `/`"
    )]
    Part(&'static str),
}

/// Splits it into the root and a clean path below it.
pub(crate) fn parse(spec: &str) -> Result<(StaticRoot, String), SpecError> {
    if spec.len() > MAX_PATH {
        return Err(SpecError::TooLong);
    }
    let (root, path) = spec.split_once('/').unwrap_or((spec, ""));
    let root = match root {
        "@app" => StaticRoot::App,
        "@appspace" => StaticRoot::Appspace,
        "@avatars" => StaticRoot::Avatars,
        _ => return Err(SpecError::Root(spec.chars().take(100).collect())),
    };
    if path.contains('\\') {
        return Err(SpecError::Part("\\"));
    }
    if path.contains('\0') {
        return Err(SpecError::Part("NUL"));
    }
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
    let parts: Vec<&str> = parts.collect();
    if parts.contains(&"..") {
        return Err(SpecError::Part(".."));
    }
    Ok((root, parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_and_clean_paths() {
        let check = |spec: &str, root: StaticRoot, path: &str| {
            assert_eq!(parse(spec), Ok((root, path.to_owned())), "{spec}");
        };
        check("@app", StaticRoot::App, "");
        check("@app/", StaticRoot::App, "");
        check("@app/a//b/./c/", StaticRoot::App, "a/b/c");
        check("@appspace/up", StaticRoot::Appspace, "up");
        check("@avatars/", StaticRoot::Avatars, "");
        check("@app/a..b", StaticRoot::App, "a..b");
        check("@app/%2e%2e", StaticRoot::App, "%2e%2e");
    }

    #[test]
    fn refuses_the_rest() {
        let check = |spec: &str, part: &str| {
            let error = parse(spec).unwrap_err().to_string();
            assert!(error.contains(part), "{spec}: {error}");
        };
        check("", "below `@app/`");
        check("frontend/", "not `frontend/`");
        check("/etc", "below");
        check("@apps/x", "below");
        check("@app/../x", "`..`");
        check("@app/x/..", "`..`");
        check("@app/x\\y", "`\\`");
        check("@app/x\0y", "NUL");
        check(&format!("@app/{}", "x".repeat(1024)), "longer");
    }
}
