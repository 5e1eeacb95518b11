//! What a sandbox may see and do, as Deno's command line and the harness's assignment say it.

use std::{
    ffi::OsString,
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use ds_core::publish::create_private_dir;

use super::{
    Deno,
    control::{Assign, Paths},
    harness,
    launcher::{Description, Mount},
    run_dir::{RunDir, RuntimeDir},
};
use crate::{Limits, SandboxSpec};

/// What an app is told of directories that it does not have.
const NO_DIR: &str = "/dev/null";

/// The directories of a run, with links resolved: Deno compares paths as they are written.
pub(super) struct Dirs {
    code: PathBuf,
    /// `files` and `avatars`, if there is an appspace.
    appspace: Option<(PathBuf, PathBuf)>,
    cwd: PathBuf,
    storage: PathBuf,
    harness: PathBuf,
    control: PathBuf,
    requests: PathBuf,
    sockets: PathBuf,
}

impl Dirs {
    /// Resolves what is there and makes what is not. Blocks.
    pub(super) fn prepare(
        spec: &SandboxSpec,
        runtime: &RuntimeDir,
        run: &RunDir,
    ) -> io::Result<Self> {
        let (appspace, cwd, storage) = match &spec.appspace {
            Some(appspace) => {
                make_if_missing(&appspace.dir.files())?;
                let files = appspace.dir.files().canonicalize()?;
                let avatars = appspace.dir.avatars().canonicalize()?;
                let storage = runtime.storage(appspace.id);
                (Some((files.clone(), avatars)), files, storage)
            }
            None => (None, run.scratch(), run.storage()),
        };
        create_private_dir(&storage)?;
        if appspace.is_none() {
            create_private_dir(&cwd)?;
        }
        Ok(Self {
            code: spec.code.run.canonicalize()?,
            appspace,
            cwd,
            storage,
            harness: runtime.harness(),
            control: run.control(),
            requests: run.requests(),
            sockets: run.sockets().to_owned(),
        })
    }

    /// The process to make.
    pub(super) fn describe(&self, deno: &Deno, spec: &SandboxSpec) -> io::Result<Description> {
        Ok(Description {
            program: deno.path.clone(),
            args: self.args(spec)?,
            env: vec![
                ("DENO_DIR", self.storage.clone().into()),
                ("DENO_NO_UPDATE_CHECK", "1".into()),
                ("HOME", "/nonexistent".into()),
                ("NO_COLOR", "1".into()),
            ],
            cwd: self.cwd.clone(),
            mounts: self.mounts(),
            sockets: self.sockets.clone(),
        })
    }

    fn args(&self, spec: &SandboxSpec) -> io::Result<Vec<OsString>> {
        let sockets = [&*self.control, &*self.requests];
        let mut read: Vec<&Path> = sockets.to_vec();
        let mut write = read.clone();
        read.push(&self.code);
        if let Some((files, avatars)) = &self.appspace {
            read.extend([&**files, avatars]);
            write.push(files);
        }
        let mut args = fixed_args(spec);
        args.push(list("--allow-read=", "", &read)?);
        args.push(list("--allow-write=", "", &write)?);
        // One that is not named cannot be connected to, and no other network can be used.
        args.push(list("--allow-net=", "unix:", &sockets)?);
        args.push(self.harness.join(harness::MAIN).into());
        args.extend(sockets.map(Into::into));
        Ok(args)
    }

    fn mounts(&self) -> Vec<Mount> {
        let mount = |path: &Path, writable| Mount {
            path: path.to_owned(),
            writable,
        };
        let mut mounts = vec![
            mount(&self.harness, false),
            mount(&self.code, false),
            mount(&self.storage, true),
        ];
        match &self.appspace {
            Some((files, avatars)) => mounts.extend([mount(files, true), mount(avatars, false)]),
            None => mounts.push(mount(&self.cwd, false)),
        }
        mounts
    }

    /// What the harness is told.
    pub(super) fn assign(&self, spec: &SandboxSpec) -> io::Result<Assign> {
        let (files, avatars) = match &self.appspace {
            Some((files, avatars)) => (text(files)?, text(avatars)?),
            None => (format!("{NO_DIR}/files"), format!("{NO_DIR}/avatars")),
        };
        let address = spec.appspace.as_ref().map(|a| a.address.to_string());
        Ok(Assign {
            api: spec.code.api.number(),
            run: text(&self.code)?,
            entry: text(&self.code.join(&spec.code.entry))?,
            paths: Paths {
                app: text(&self.code.join("app"))?,
                files,
                avatars,
            },
            address: address.unwrap_or_default(),
            drain: drain(&spec.limits),
        })
    }
}

/// The app may write in this directory, so it may have removed it. What is above it must be there.
fn make_if_missing(dir: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// How long the harness lets things go on when told to stop: it ends by itself before it is made to.
fn drain(limits: &Limits) -> u64 {
    u64::try_from(limits.stop_grace.as_millis() / 2).unwrap_or(u64::MAX)
}

fn fixed_args(spec: &SandboxSpec) -> Vec<OsString> {
    let mut args: Vec<OsString> = [
        "run",
        "--quiet",
        // What is not granted is refused, not asked for.
        "--no-prompt",
        // Code is what was prepared, and nothing else.
        "--no-remote",
        "--cached-only",
        "--no-config",
        "--no-lock",
        "--unstable-kv",
        // `request.signal` tells that the client has gone, not that it was answered.
        "--unstable-no-legacy-abort",
    ]
    .map(Into::into)
    .to_vec();
    if spec.code.node_modules {
        args.push("--node-modules-dir=manual".into());
    } else {
        args.extend(["--no-npm", "--node-modules-dir=none"].map(Into::into));
    }
    args.push(format!("--v8-flags=--max-old-space-size={}", spec.limits.heap_mib).into());
    args
}

/// `--flag=a,b`. Deno has no way to write a comma inside a path.
fn list(flag: &str, prefix: &str, paths: &[&Path]) -> io::Result<OsString> {
    let mut arg = OsString::from(flag);
    for (index, path) in paths.iter().enumerate() {
        if path.as_os_str().as_encoded_bytes().contains(&b',') {
            let problem = "has a comma in it, which Deno cannot be told of: rename the directory";
            return Err(io::Error::other(format!("{} {problem}", path.display())));
        }
        arg.push(if index > 0 { "," } else { "" });
        arg.push(prefix);
        arg.push(path);
    }
    Ok(arg)
}

fn text(path: &Path) -> io::Result<String> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| io::Error::other(format!("{} is not valid UTF-8", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_one_argument() {
        let check = |paths: &[&str], expect: Option<&str>| {
            let paths: Vec<&Path> = paths.iter().map(Path::new).collect();
            let got = list("--f=", "unix:", &paths).ok();
            assert_eq!(got, expect.map(OsString::from), "{paths:?}");
        };
        check(&["/a"], Some("--f=unix:/a"));
        check(&["/a", "/b c"], Some("--f=unix:/a,unix:/b c"));
        check(&["/a", "/b,c"], None);
    }
}
