//! What snapshots are tested with: restic, OpenSSH's server, and a server that speaks S3.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

use crate::{
    shell::{on_path, output, program, root, run, say},
    tools,
};

/// Programs, and the packages that have them on Debian.
const PROGRAMS: &[(&str, &str)] = &[
    ("restic", "restic"),
    ("sshd", "openssh-server"),
    ("ssh-keygen", "openssh-client"),
];

/// What speaks S3, of one major version; and what its server needs of all that it could.
const MOTO: &[&str] = &["moto[s3]==5.*", "flask", "flask-cors"];

/// Makes sure that all are there, and says where the S3 server is.
pub(crate) fn snapshots() -> Result<PathBuf> {
    let missing = || -> Vec<&str> {
        let missing = PROGRAMS.iter().filter(|(program, _)| !is_there(program));
        missing.map(|(_, package)| *package).collect()
    };
    if !missing().is_empty() && tools::can_install() {
        say("Installing restic and OpenSSH, for the tests of snapshots …");
        tools::install(&missing())?;
    }
    if !missing().is_empty() {
        bail!(
            "the tests of snapshots use restic and OpenSSH's server \
             (Debian, Ubuntu: `sudo apt-get install {}`)",
            missing().join(" ")
        );
    }
    moto()
}

/// Servers are where only administrators look.
fn is_there(program: &str) -> bool {
    let dirs = ["/usr/sbin", "/usr/local/sbin"].map(Path::new);
    on_path(program).is_some() || dirs.iter().any(|dir| dir.join(program).is_file())
}

/// moto's server: `DS_MOTO`, else one on the `PATH`, else one in the target directory.
fn moto() -> Result<PathBuf> {
    if let Some(named) = env::var_os("DS_MOTO").map(PathBuf::from) {
        return Ok(std::path::absolute(named)?);
    }
    if let Some(found) = on_path("moto_server") {
        return Ok(found);
    }
    let own = root().join("target/tools/moto");
    let server = own.join("bin/moto_server");
    // One that was left half-made does not run.
    if output(program(&server).arg("--help")).is_ok() {
        return Ok(server);
    }
    let has_venv = || output(program("python3").args(["-m", "ensurepip", "--version"])).is_ok();
    if !has_venv() && tools::can_install() {
        tools::install(&["python3", "python3-venv"])?;
    }
    if !has_venv() {
        bail!(
            "the tests of snapshots use moto, a server that speaks S3: install Python 3 with venv, or set DS_MOTO \
             to its `moto_server`"
        );
    }
    say("Fetching moto, a server that speaks S3, into target/tools …");
    run(program("python3").args(["-m", "venv", "--clear"]).arg(&own))?;
    run(program(own.join("bin/pip"))
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args(MOTO))?;
    Ok(server)
}
