//! What a sandbox may do, as Deno's command line says it.

use std::io;

use super::{
    harness,
    places::{Places, jail},
};
use crate::{Limits, SandboxSpec};

/// What processes are made with. One that waits can take only what it was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) heap_mib: u32,
    pub(super) memory_mib: u32,
    pub(super) threads: u32,
    pub(super) open_files: u32,
    pub(super) disk_mib: u64,
    pub(super) node_modules: bool,
    /// Whether it may connect to other hosts, through an outlet.
    pub(super) outlet: bool,
}

/// How the harness starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// It is wanted at once.
    Cold,
    /// It has time to warm itself before it is wanted.
    Warm,
}

impl Class {
    /// What a specification needs.
    pub(super) fn of(spec: &SandboxSpec) -> Self {
        let outlet = spec.appspace.as_ref().is_some_and(|it| it.outlet.is_some());
        Self {
            node_modules: spec.code.node_modules,
            outlet,
            ..Self::usual(&spec.limits)
        }
    }

    /// What most apps need.
    pub(super) fn usual(limits: &Limits) -> Self {
        Self {
            heap_mib: limits.heap_mib,
            memory_mib: limits.memory_mib,
            threads: limits.threads,
            open_files: limits.open_files,
            disk_mib: limits.disk_mib,
            node_modules: false,
            outlet: false,
        }
    }

    /// Deno's arguments.
    pub(super) fn args(&self, places: &Places, start: Start) -> io::Result<Vec<String>> {
        let sockets = [&*places.control, &*places.requests];
        let mut read = sockets.to_vec();
        read.extend([&*places.code, &places.files, &places.avatars]);
        read.extend(places.compiled.as_deref());
        let mut write = sockets.to_vec();
        write.push(&places.files);
        if let Some(tmp) = &places.tmp {
            read.push(tmp);
            write.push(tmp);
        }
        let mut args = self.fixed_args();
        args.push(list("--allow-read=", "", &read)?);
        args.push(list("--allow-write=", "", &write)?);
        args.push(if self.outlet {
            // Its network is empty but for what the host listens on.
            "--allow-net".into()
        } else {
            // One that is not named cannot be connected to, and no other network can be used.
            list("--allow-net=", "unix:", &sockets)?
        });
        args.push(format!("{}/{}", places.harness, harness::MAIN));
        args.extend(sockets.map(Into::into));
        args.extend(self.outlet.then(|| "outlet".into()));
        if start == Start::Warm {
            args.extend(["warm", jail::SCRIPT].map(Into::into));
        }
        Ok(args)
    }

    fn fixed_args(&self) -> Vec<String> {
        let mut args: Vec<String> = [
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
        if self.node_modules {
            args.push("--node-modules-dir=manual".into());
        } else {
            args.extend(["--no-npm", "--node-modules-dir=none"].map(Into::into));
        }
        if self.node_modules || self.outlet {
            // Many npm packages and `node:https` look at the environment and fail if that is refused; they find it
            // empty.
            args.push("--ignore-env".into());
        }
        if self.outlet {
            // `node:https` asks which authorities are trusted, for which the right has no name of its own.
            args.extend(["--allow-sys".into(), format!("--deny-sys={NAMED_SYS}")]);
        }
        args.push(format!("--v8-flags=--max-old-space-size={}", self.heap_mib));
        args
    }
}

/// What of the system a sandbox is not told, where it is told something: all that has a name.
const NAMED_SYS: &str = "hostname,osRelease,osUptime,loadavg,networkInterfaces,systemMemoryInfo,uid,gid,getegid,cpus,\
    homedir,username,userInfo,statfs,getPriority,setPriority";

/// All of a sandbox's environment.
pub(super) fn environment(places: &Places, trusted: Option<&str>) -> Vec<(String, String)> {
    let mut env = vec![
        ("DENO_DIR", &*places.deno_dir),
        ("DENO_NO_UPDATE_CHECK", "1"),
        ("HOME", "/nonexistent"),
        ("NO_COLOR", "1"),
    ];
    env.extend(places.tmp.as_deref().map(|tmp| ("TMPDIR", tmp)));
    env.extend(trusted.map(|file| ("DENO_CERT", file)));
    env.extend(trusted.map(|file| ("NODE_EXTRA_CA_CERTS", file)));
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    env.into_iter().map(owned).collect()
}

/// `--flag=a,b`. Deno has no way to write a comma inside a path.
fn list(flag: &str, prefix: &str, paths: &[&str]) -> io::Result<String> {
    if let Some(path) = paths.iter().find(|path| path.contains(',')) {
        let problem = "has a comma in it, which Deno cannot be told of: rename the directory";
        return Err(io::Error::other(format!("{path} {problem}")));
    }
    let paths: Vec<_> = paths.iter().map(|path| format!("{prefix}{path}")).collect();
    Ok(format!("{flag}{}", paths.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_one_argument() {
        let check = |paths: &[&str], expect: Option<&str>| {
            let got = list("--f=", "unix:", paths).ok();
            assert_eq!(got.as_deref(), expect, "{paths:?}");
        };
        check(&["/a"], Some("--f=unix:/a"));
        check(&["/a", "/b c"], Some("--f=unix:/a,unix:/b c"));
        check(&["/a", "/b,c"], None);
    }
}
