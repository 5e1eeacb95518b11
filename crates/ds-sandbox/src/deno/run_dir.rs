//! The private directories of a run, and what a crash of the host leaves of them.
//!
//! ```text
//! <runtime>/
//!   harness/            the trusted JavaScript, written when the engine is made
//!   root/               empty; jails build their roots on it
//!   deno-<…>/           what Deno keeps: shared by all jails, which can only read it; kept for the next host
//!   runs/<sandbox>/     pid · s/ with the two sockets, c and s · scratch/ · deno/ (both while an app is learned about)
//!   storage/<appspace>/ what Deno keeps for an appspace where there is no jail; emptied with the rest
//!   sockets             names the directory of sockets, if the paths above are too long for them
//! ```

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use ds_core::{
    AppspaceId, SandboxId,
    publish::{create_private_dir, remove_dir},
};
use rustix::process::{Pid, Signal, kill_process_group};

/// A socket's path must fit into 108 bytes on Linux and 104 elsewhere.
const LONGEST_SOCKET_PATH: usize = 100;

/// How often, and for how long, is looked whether a process that was killed has gone.
const LOOKS: u32 = 200;
const BETWEEN_LOOKS: std::time::Duration = std::time::Duration::from_millis(10);

/// The engine's directories.
#[derive(Clone, Debug)]
pub(super) struct RuntimeDir {
    root: PathBuf,
    /// Where the directories with sockets are.
    sockets: PathBuf,
}

/// The directories of one run.
#[derive(Clone, Debug)]
pub(super) struct RunDir {
    root: PathBuf,
    sockets: PathBuf,
}

impl RuntimeDir {
    /// Ends and removes what is left of earlier runs, and makes the directories anew.
    pub(super) fn renew(root: &Path) -> io::Result<Self> {
        create_private_dir(root)?;
        let root = root.canonicalize()?;
        remove_leftovers(&root)?;
        for dir in ["runs", "root"] {
            create_private_dir(&root.join(dir))?;
        }
        let sockets = if fits(&root.join("runs")) {
            root.join("runs")
        } else {
            make_short_dir(&root)?
        };
        Ok(Self { root, sockets })
    }

    pub(super) fn harness(&self) -> PathBuf {
        self.root.join("harness")
    }

    /// Empty; jails build their roots on it.
    pub(super) fn jail_root(&self) -> PathBuf {
        self.root.join("root")
    }

    /// The directory itself, with links resolved.
    pub(super) fn path(&self) -> &Path {
        &self.root
    }

    /// What Deno keeps for an appspace. Of no other: localStorage needs no permission.
    pub(super) fn storage(&self, appspace: AppspaceId) -> PathBuf {
        self.root.join("storage").join(appspace.to_string())
    }

    /// Makes the directories of a run.
    pub(super) fn run(&self, id: SandboxId) -> io::Result<RunDir> {
        let run = RunDir {
            root: self.root.join("runs").join(id.to_string()),
            // Apart from the rest, which is the host's alone.
            sockets: self.sockets.join(id.to_string()).join("s"),
        };
        create_private_dir(&run.root)?;
        create_private_dir(&run.sockets)?;
        Ok(run)
    }
}

impl RunDir {
    /// The names of the two sockets.
    pub(super) const CONTROL: &str = "c";
    pub(super) const REQUESTS: &str = "s";

    /// The socket on which the host listens.
    pub(super) fn control(&self) -> PathBuf {
        self.sockets.join(Self::CONTROL)
    }

    /// The socket on which the harness listens.
    pub(super) fn requests(&self) -> PathBuf {
        self.sockets.join(Self::REQUESTS)
    }

    pub(super) fn sockets(&self) -> &Path {
        &self.sockets
    }

    /// An empty working directory, for a run without an appspace.
    pub(super) fn scratch(&self) -> PathBuf {
        self.root.join("scratch")
    }

    /// What Deno keeps for a run without an appspace.
    pub(super) fn storage(&self) -> PathBuf {
        self.root.join("deno")
    }

    /// Says which process it is, so that the next start of the host can end it if this one cannot.
    pub(super) fn pid_file(&self) -> PathBuf {
        self.root.join("pid")
    }

    /// Removes all of it.
    pub(super) fn remove(&self) -> io::Result<()> {
        // Elsewhere, it is in a directory of its own.
        remove_dir(self.sockets.parent().unwrap_or(&self.sockets))?;
        remove_dir(&self.root)
    }
}

fn fits(sockets: &Path) -> bool {
    let run_and_socket = "/".len() + SandboxId::new().to_string().len() + "/s/c".len();
    sockets.as_os_str().len() + run_and_socket <= LONGEST_SOCKET_PATH
}

/// Makes a private directory with a short name elsewhere, and notes its name for the next start.
fn make_short_dir(root: &Path) -> io::Result<PathBuf> {
    let name = format!("ds-{}", ds_core::secret::random_text(12));
    let parents = [std::env::temp_dir(), PathBuf::from("/tmp")];
    let mut places = parents.iter().map(|parent| parent.join(&name));
    let dir = places
        .find(|place| fits(place))
        .ok_or_else(|| io::Error::other("there is no directory with a path short enough"))?;
    fs::write(root.join("sockets"), dir.as_os_str().as_encoded_bytes())?;
    // Not recursive: a name that somebody else took is an error.
    fs::DirBuilder::new().create(&dir)?;
    fs::set_permissions(&dir, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    dir.canonicalize()
}

fn remove_leftovers(root: &Path) -> io::Result<()> {
    let noted = fs::read_to_string(root.join("sockets")).ok();
    match fs::read_dir(root.join("runs")) {
        Ok(runs) => {
            for run in runs {
                end_leftover(&run?.path());
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    for name in ["runs", "root", "storage", "harness"] {
        remove_dir(&root.join(name))?;
    }
    if let Some(dir) = noted {
        // The system may have emptied its temporary directory meanwhile, or given the name away.
        let _ = remove_dir(Path::new(&dir));
        fs::remove_file(root.join("sockets"))?;
    }
    Ok(())
}

/// Kills the process of a run that a host did not live to end. The number may be another process's by now:
/// it is killed only if its command line names this run.
fn end_leftover(run: &Path) {
    let read = |path: PathBuf| fs::read(path).ok();
    let pid = read(run.join("pid")).and_then(|text| String::from_utf8(text).ok()?.parse().ok());
    let Some(pid) = pid.and_then(Pid::from_raw) else {
        return;
    };
    let proc = PathBuf::from(format!("/proc/{}/cmdline", pid.as_raw_nonzero()));
    let id = run.file_name().unwrap_or_default().as_encoded_bytes();
    let command = read(proc).unwrap_or_default();
    if !id.is_empty() && command.windows(id.len()).any(|part| part == id) {
        tracing::warn!(
            pid = pid.as_raw_nonzero(),
            "a sandbox outlived its host and is killed"
        );
        // It may have ended just now.
        let _ = kill_process_group(pid, Signal::KILL);
        let status = PathBuf::from(format!("/proc/{}/status", pid.as_raw_nonzero()));
        let lives = || fs::read_to_string(&status).is_ok_and(|it| !it.contains("State:\tZ"));
        for _ in 0..LOOKS {
            if !lives() {
                break;
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_runtime_path_gets_short_socket_paths_that_go_with_the_next_start() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().join("x".repeat(90));
        let runtime = RuntimeDir::renew(&root).unwrap();
        let run = runtime.run(SandboxId::new()).unwrap();
        assert!(run.requests().as_os_str().len() <= LONGEST_SOCKET_PATH);
        let sockets = runtime.sockets.clone();
        assert!(sockets.is_dir());
        let again = RuntimeDir::renew(&root).unwrap();
        assert!(!sockets.exists());
        remove_dir(&again.sockets).unwrap();
    }

    #[test]
    fn a_run_leaves_nothing_and_a_crashed_one_neither() {
        let temp = tempfile::tempdir().unwrap();
        let runtime = RuntimeDir::renew(temp.path()).unwrap();
        let (ended, crashed) = (SandboxId::new(), SandboxId::new());
        let run = runtime.run(ended).unwrap();
        run.remove().unwrap();
        assert!(!run.root.exists());

        let crashed = runtime.run(crashed).unwrap();
        // Some process that is not ours to end: this test's own.
        fs::write(crashed.pid_file(), std::process::id().to_string()).unwrap();
        RuntimeDir::renew(temp.path()).unwrap();
        assert!(!crashed.root.exists());
    }
}
