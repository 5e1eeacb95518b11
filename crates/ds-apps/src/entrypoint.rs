//! Which module of a package is run.

use std::path::Path;

/// Modules that are found without being named in the manifest.
const DEFAULTS: [&str; 2] = ["app.ts", "app.js"];
const EXTENSIONS: [&str; 8] = ["ts", "js", "mts", "mjs", "tsx", "jsx", "cts", "cjs"];

/// Why there is no main module.
#[derive(Debug, thiserror::Error)]
pub enum EntrypointError {
    /// The named one is not there.
    #[error("the main module `{0}`, named by `entrypoint` in dropapp.json, is not in the package")]
    Missing(String),
    /// The named one is no code.
    #[error("the main module `{0}` is no JavaScript or TypeScript file")]
    NotCode(String),
    /// None is named, and there is none with a usual name.
    #[error(
        "the package has no app.ts or app.js; add one, or name the main module by `entrypoint`"
    )]
    None,
    /// None is named, and there are two with a usual name.
    #[error("the package has both app.ts and app.js; name the main module by `entrypoint`")]
    Both,
}

/// The main module of the package in `package`: the named one, else exactly one of `app.ts` and `app.js`.
///
/// # Errors
/// If there is none, or no telling which.
pub fn find(package: &Path, named: &str) -> Result<String, EntrypointError> {
    if named.is_empty() {
        let present = |name: &&str| package.join(name).is_file();
        let mut found = DEFAULTS.into_iter().filter(present);
        return match (found.next(), found.next()) {
            (Some(only), None) => Ok(only.to_owned()),
            (None, _) => Err(EntrypointError::None),
            (Some(_), Some(_)) => Err(EntrypointError::Both),
        };
    }
    let extension = Path::new(named).extension().and_then(|end| end.to_str());
    if !package.join(named).is_file() {
        Err(EntrypointError::Missing(named.to_owned()))
    } else if !extension.is_some_and(|end| EXTENSIONS.contains(&end)) {
        Err(EntrypointError::NotCode(named.to_owned()))
    } else {
        Ok(named.to_owned())
    }
}
