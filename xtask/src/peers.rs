//! What our programs are tested with: restic, OpenSSH's server, a server that speaks S3, and websites that speak IndieAuth.

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

/// Software in Python, in an environment of its own.
struct Environment {
    /// What it is, for people.
    what: &'static str,
    /// What names its program, to this task and to the tests.
    variable: &'static str,
    /// Its program.
    program: &'static str,
    /// Arguments with which that ends well if all is there.
    check: &'static [&'static str],
    /// Its directory below that of tools.
    dir: &'static str,
    /// What is installed there.
    packages: &'static [&'static str],
}

const ENVIRONMENTS: &[Environment] = &[
    Environment {
        what: "moto, a server that speaks S3",
        variable: "DS_MOTO",
        program: "moto_server",
        check: &["--help"],
        dir: "moto",
        // Of one major version; and what its server needs of all that it could.
        packages: &["moto[s3]==5.*", "flask", "flask-cors"],
    },
    Environment {
        what: "Datasette and Django, websites that speak IndieAuth",
        variable: "DS_INDIEAUTH",
        program: "python",
        check: &["-c", "import datasette_indieauth, indieweb, uvicorn"],
        dir: "indieauth",
        packages: &[
            "datasette==0.65.5",
            "datasette-indieauth==1.2.2",
            "django==5.2.*",
            "django-indieweb==0.6.2",
            // Datasette's own server; it has TLS, which Django's has not.
            "uvicorn==0.54.*",
        ],
    },
];

/// Makes sure that all are there, and says what tests have to be told: names of variables, and what is in them.
pub(crate) fn all() -> Result<Vec<(&'static str, PathBuf)>> {
    programs()?;
    let all = ENVIRONMENTS.iter();
    all.map(|one| Ok((one.variable, one.set_up()?))).collect()
}

fn programs() -> Result<()> {
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
    Ok(())
}

/// Servers are where only administrators look.
fn is_there(program: &str) -> bool {
    let dirs = ["/usr/sbin", "/usr/local/sbin"].map(Path::new);
    on_path(program).is_some() || dirs.iter().any(|dir| dir.join(program).is_file())
}

impl Environment {
    /// Its program: the one that is named, else one on the `PATH`, else one in the target directory.
    fn set_up(&self) -> Result<PathBuf> {
        if let Some(named) = env::var_os(self.variable).map(PathBuf::from) {
            return Ok(std::path::absolute(named)?);
        }
        // One that was left half-made does not run.
        let is_good = |file: &Path| output(program(file).args(self.check)).is_ok();
        if let Some(found) = on_path(self.program).filter(|found| is_good(found)) {
            return Ok(found);
        }
        let own = root().join("target/tools").join(self.dir);
        let file = own.join("bin").join(self.program);
        if is_good(&file) {
            return Ok(file);
        }
        self.python()?;
        say(&format!("Fetching {} into target/tools …", self.what));
        run(program("python3").args(["-m", "venv", "--clear"]).arg(&own))?;
        run(program(own.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(self.packages))?;
        Ok(file)
    }

    /// Makes sure that there is a Python that makes environments.
    fn python(&self) -> Result<()> {
        let has_venv = || output(program("python3").args(["-m", "ensurepip", "--version"])).is_ok();
        if !has_venv() && tools::can_install() {
            tools::install(&["python3", "python3-venv"])?;
        }
        if !has_venv() {
            bail!(
                "the tests use {}: install Python 3 with venv, or set {} to its `{}`",
                self.what,
                self.variable,
                self.program
            );
        }
        Ok(())
    }
}
