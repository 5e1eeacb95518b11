//! Programs that tasks need: found where they are, else fetched, else named so that a person can install them.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::shell::{self, cargo, on_path, output, program, root, run, say};

/// The oldest Deno that runs apps: its sandbox permissions took their present form there.
const OLDEST_DENO: (u64, u64, u64) = (2, 9, 1);

/// A Deno that can run apps: `DS_DENO`, else one on the `PATH`, else the one that `package.json` pins.
pub(crate) fn deno() -> Result<PathBuf> {
    if let Some(named) = env::var_os("DS_DENO").map(PathBuf::from) {
        if !is_good(&named) {
            bail!(
                "DS_DENO names {}, which is no Deno {}.{}.{} or newer",
                named.display(),
                OLDEST_DENO.0,
                OLDEST_DENO.1,
                OLDEST_DENO.2
            );
        }
        return Ok(std::path::absolute(named)?);
    }
    if let Some(found) = on_path("deno").filter(|found| is_good(found)) {
        return Ok(found);
    }
    if let Some(pinned) = pinned().filter(|pinned| is_good(pinned)) {
        return Ok(pinned);
    }
    fetch_deno()?;
    pinned().filter(|pinned| is_good(pinned)).context(
        "npm brought no Deno that runs here; install Deno 2.9.1 or newer, or set DS_DENO to one",
    )
}

fn fetch_deno() -> Result<()> {
    if on_path("npm").is_none() {
        bail!(
            "Deno is missing, and so is npm to fetch it with; \
             install Deno 2.9.1 or newer, or Node.js 20 or newer with npm"
        );
    }
    say("Fetching Deno into ./node_modules …");
    run(program("npm").args(["ci", "--no-progress", "--loglevel=error"]))
}

/// Fetches the npm packages of the app that is tested with them.
pub(crate) fn npm_packages() -> Result<()> {
    let app = root().join("tests/apps/egress");
    if app.join("node_modules/undici").is_dir() {
        return Ok(());
    }
    if on_path("npm").is_none() {
        bail!("a test's app has npm packages; install Node.js 20 or newer with npm to fetch them");
    }
    say("Fetching the npm packages of tests/apps/egress …");
    run(program("npm")
        .args(["ci", "--no-progress", "--loglevel=error"])
        .current_dir(app))
}

/// The Deno in `node_modules`, for this kind of computer.
fn pinned() -> Option<PathBuf> {
    let system = match env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let processor = match env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let library = if system == "linux" { "-glibc" } else { "" };
    let package = format!("{system}-{processor}{library}");
    let file = root()
        .join("node_modules/@deno")
        .join(package)
        .join(format!("deno{}", env::consts::EXE_SUFFIX));
    file.is_file().then_some(file)
}

fn is_good(deno: &Path) -> bool {
    let said = output(program(deno).arg("--version"));
    said.is_ok_and(|said| version(&said).is_some_and(|version| version >= OLDEST_DENO))
}

/// Reads `deno 2.9.6 (stable, …)`.
fn version(said: &str) -> Option<(u64, u64, u64)> {
    let number = said.strip_prefix("deno ")?.split_whitespace().next()?;
    let mut parts = number.split(['.', '-', '+']).map(str::parse);
    let mut part = || parts.next()?.ok();
    Some((part()?, part()?, part()?))
}

/// How tests are run.
pub(crate) enum Runner {
    /// cargo-nextest: a process per test, in parallel.
    Nextest,
    /// cargo's own.
    Cargo,
}

/// The runner there is; tries to install cargo-nextest if it is missing.
pub(crate) fn runner() -> Runner {
    let has = || output(cargo().args(["nextest", "--version"])).is_ok();
    if has() {
        return Runner::Nextest;
    }
    say("Installing cargo-nextest, once …");
    let installed = run(cargo().args(["install", "--locked", "cargo-nextest"]));
    match installed {
        Ok(()) if has() => Runner::Nextest,
        _ => {
            shell::warn("cargo-nextest could not be installed; going on with `cargo test`");
            Runner::Cargo
        }
    }
}

/// Whether packages of the system can be installed by this user.
pub(crate) fn can_install() -> bool {
    on_path("apt-get").is_some() && rustix::process::geteuid().is_root()
}

/// Installs packages of the system.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let apt = || {
        let mut apt = program("apt-get");
        apt.args(["-qq", "-o", "Dpkg::Use-Pty=0"])
            .env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    run(apt().arg("update"))?;
    run(apt()
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages))
}

/// Makes sure that there is a browser to test with.
pub(crate) fn browser() -> Result<()> {
    if has_browser() {
        return Ok(());
    }
    if can_install() {
        say("Installing Chromium, for the tests that use a browser …");
        install(&["chromium", "chromium-driver"])?;
    }
    if has_browser() {
        return Ok(());
    }
    bail!(
        "the tests use a browser: install Chromium and ChromeDriver \
         (Debian, Ubuntu: `sudo apt-get install chromium chromium-driver`)"
    )
}

fn has_browser() -> bool {
    let browsers = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    on_path("chromedriver").is_some() && browsers.iter().any(|name| on_path(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_deno() {
        let check = |said: &str, good: bool| {
            let got = version(said).is_some_and(|version| version >= OLDEST_DENO);
            assert_eq!(got, good, "{said}");
        };
        check(
            "deno 2.9.6 (stable, release, x86_64-unknown-linux-gnu)\nv8 1",
            true,
        );
        check("deno 2.9.1", true);
        check("deno 2.10.0-rc.1 (x)", true);
        check("deno 3.0.0 (x)", true);
        check("deno 2.9.0 (x)", false);
        check("deno 1.46.3 (x)", false);
        check("deno x", false);
        check("node 22.0.0", false);
        check("", false);
    }
}
