//! What is said between the host and a launcher.

use serde::{Deserialize, Serialize};

/// From the host to a launcher.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToLauncher {
    /// Make namespaces and a root in them. First, if there are to be any.
    Prepare(Box<Root>),
    /// Put a program behind walls. Once.
    Launch(Box<Plan>),
    /// Show it more directories.
    Mount(Vec<Bind>),
    /// Ask it to end; kill it if it does not listen to being asked.
    Terminate,
    /// End it.
    Kill,
}

/// From a launcher to the host.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromLauncher {
    /// The namespaces are there. With the sockets that listen inside, name queries first, if there were to be any.
    Prepared,
    /// The program runs.
    Started {
        /// The process, by the host's number.
        pid: i32,
    },
    /// The directories are there.
    Mounted,
    /// It did not work, and nothing runs.
    Failed {
        /// What was being done, and why it failed.
        what: String,
    },
}

/// A file system of its own, and all other namespaces.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Root {
    /// An empty directory, outside, to build it on.
    pub(crate) on: String,
    /// The program and what it is linked with.
    pub(crate) base: Vec<Bind>,
    /// Directories to mount into, later.
    pub(crate) places: Vec<String>,
    /// Small files.
    pub(crate) files: Vec<(String, String)>,
    /// The user id to run as, outside; `None` for the host's own.
    pub(crate) user: Option<u32>,
    /// The size of its `/tmp`.
    pub(crate) tmp_mib: u32,
    /// TCP ports to listen on inside its empty network, beside that of name queries; `None` leaves it no
    /// network at all.
    pub(crate) ports: Option<Vec<u16>>,
}

/// A program and what it may.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) program: Program,
    /// What it sees from the start, beside its root.
    pub(crate) mounts: Vec<Bind>,
}

/// A program, as it is called inside.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Program {
    pub(crate) path: String,
    pub(crate) args: Vec<String>,
    /// All of its environment.
    pub(crate) env: Vec<(String, String)>,
    /// Its working directory.
    pub(crate) cwd: String,
    pub(crate) rlimits: Rlimits,
    /// For computers without namespaces: all it may see of the disk, where paths inside are those outside. There
    /// are no walls then but no new privileges, Landlock and the list of system calls.
    pub(crate) visible: Option<Vec<Bind>>,
}

/// A file or directory that the program sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bind {
    /// Where it is.
    pub(crate) from: String,
    /// Where the program finds it.
    pub(crate) to: String,
    pub(crate) mode: Mode,
}

/// What may be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mode {
    /// Read and executed.
    Execute,
    /// Read.
    Read,
    /// Read and written.
    Write,
    /// Sockets are made and connected to; nothing else is written.
    Sockets,
    /// A device.
    Device,
}

impl Rlimits {
    /// Enough for a program that does nothing.
    pub(crate) fn trying() -> Self {
        Self {
            files: 64,
            file_size: 0,
            threads: 64,
            data: None,
        }
    }
}

/// Bounds that the kernel keeps for one process; the floor below cgroups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rlimits {
    /// Open files.
    pub(crate) files: u64,
    /// The size of a file, in bytes.
    pub(crate) file_size: u64,
    /// Threads.
    pub(crate) threads: u64,
    /// Private writable memory, in bytes; only where no cgroup counts it.
    pub(crate) data: Option<u64>,
}
