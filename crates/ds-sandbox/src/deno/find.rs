//! Finding the `deno` executable.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use ds_core::Version;
use tokio::{process::Command, time::timeout};

/// The oldest version with the permissions the sandboxes rely on (unix sockets are checked as network).
const OLDEST: Version = Version::new(2, 9, 1);
/// Names a Deno executable where the configuration does not.
const VARIABLE: &str = "DS_DENO";

/// A Deno executable that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deno {
    /// Where it is.
    pub path: PathBuf,
    /// Its version.
    pub version: Version,
}

/// Why Deno cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DenoError {
    /// There is none.
    #[error(
        "Deno was not found; looked at {looked_at}. Install Deno {OLDEST} or newer, or name it in the \
         configuration or in {VARIABLE}"
    )]
    Missing {
        /// Where it was looked for.
        looked_at: String,
    },
    /// It does not run.
    #[error("cannot run {}", path.display())]
    DoesNotRun {
        /// The executable.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// It runs and does not say that it is Deno.
    #[error("{} is not Deno: `--version` said {said:?}", path.display())]
    NotDeno {
        /// The executable.
        path: PathBuf,
        /// What it said instead, shortened.
        said: String,
    },
    /// It is too old.
    #[error("Deno {version} at {} is too old: {OLDEST} or newer is needed", path.display())]
    TooOld {
        /// The executable.
        path: PathBuf,
        /// Its version.
        version: Version,
    },
    /// The directory for sockets and scratch cannot be used.
    #[error("cannot prepare {} for sandboxes", path.display())]
    Runtime {
        /// The directory.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
}

/// Finds Deno: where the configuration says, else where `DS_DENO` says, else beside the running program,
/// else on the `PATH`.
///
/// # Errors
/// If there is none, or the first one found is unusable: a configured one that does not work is not
/// silently replaced by another.
pub async fn find_deno(configured: Option<PathBuf>) -> Result<Deno, DenoError> {
    let candidates = match configured.or_else(|| env::var_os(VARIABLE).map(PathBuf::from)) {
        Some(named) => vec![named],
        None => usual_places(
            env::current_exe().ok().as_deref(),
            env::var_os("PATH").as_deref(),
        ),
    };
    let found = candidates.iter().find(|path| path.is_file());
    let path = found.ok_or_else(|| DenoError::Missing {
        looked_at: list(&candidates),
    })?;
    let version = version_of(path).await?;
    Ok(Deno {
        path: std::path::absolute(path).unwrap_or_else(|_| path.clone()),
        version,
    })
}

fn usual_places(program: Option<&Path>, path: Option<&OsStr>) -> Vec<PathBuf> {
    let name = format!("deno{}", env::consts::EXE_SUFFIX);
    let beside = program.and_then(Path::parent).map(|dir| dir.join(&name));
    let on_path = path.into_iter().flat_map(env::split_paths);
    let on_path = on_path.filter(|dir| dir.is_absolute());
    beside
        .into_iter()
        .chain(on_path.map(|dir| dir.join(&name)))
        .collect()
}

fn list(paths: &[PathBuf]) -> String {
    let shown: Vec<_> = paths.iter().map(|p| p.display().to_string()).collect();
    shown.join(", ")
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the crate that starts processes"
)]
async fn version_of(path: &Path) -> Result<Version, DenoError> {
    let mut command = Command::new(path);
    command
        .arg("--version")
        .env_clear()
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(Duration::from_secs(20), command.output())
        .await
        .unwrap_or_else(|_| Err(std::io::Error::other("it did not answer within 20 s")))
        .map_err(|source| DenoError::DoesNotRun {
            path: path.to_owned(),
            source,
        })?;
    let said = String::from_utf8_lossy(&output.stdout);
    let version = parse_version(&said).ok_or_else(|| DenoError::NotDeno {
        path: path.to_owned(),
        said: said.chars().take(80).collect(),
    })?;
    if version < OLDEST {
        let path = path.to_owned();
        return Err(DenoError::TooOld { path, version });
    }
    Ok(version)
}

/// Reads `deno 2.9.6 (stable, release, x86_64-unknown-linux-gnu)`.
fn parse_version(said: &str) -> Option<Version> {
    said.strip_prefix("deno ")?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        let check = |said: &str, expect: Option<&str>| {
            assert_eq!(
                parse_version(said).map(|v| v.to_string()).as_deref(),
                expect,
                "{said:?}"
            );
        };
        check("deno 2.9.6 (stable, release)\nv8 15.0\n", Some("2.9.6"));
        check("deno 2.10.0-rc.1+5f2c4d", Some("2.10.0-rc.1+5f2c4d"));
        check("v20.20.2", None);
        check("deno", None);
        check("deno x", None);
        check("", None);
    }

    #[test]
    fn the_usual_places_are_beside_the_program_then_the_path() {
        let places = usual_places(
            Some(Path::new("/opt/ds/ds-host")),
            Some("/bin:rel:/x".as_ref()),
        );
        let expect = ["/opt/ds/deno", "/bin/deno", "/x/deno"].map(PathBuf::from);
        assert_eq!(places, expect);
        assert_eq!(usual_places(None, None), Vec::<PathBuf>::new());
    }

    #[tokio::test]
    async fn what_cannot_be_used_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("no-deno");
        let error = find_deno(Some(missing.clone())).await.unwrap_err();
        assert!(
            error.to_string().contains(missing.to_str().unwrap()),
            "{error}"
        );

        let script = |name: &str, says: &str| {
            use std::os::unix::fs::PermissionsExt as _;
            let path = dir.path().join(name);
            std::fs::write(&path, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
            path
        };
        let error = find_deno(Some(script("old", "deno 2.1.0 (x)")))
            .await
            .unwrap_err();
        assert!(matches!(error, DenoError::TooOld { .. }), "{error}");
        let error = find_deno(Some(script("else", "hello"))).await.unwrap_err();
        assert!(matches!(error, DenoError::NotDeno { .. }), "{error}");
        let found = find_deno(Some(script("new", "deno 99.1.2 (x)")))
            .await
            .unwrap();
        assert_eq!(found.version, Version::new(99, 1, 2));
    }
}
