//! What is said between the host and a launcher.

use serde::{Deserialize, Serialize};

/// From the host to a launcher.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToLauncher {
    /// Put a program behind walls. Once.
    Launch(Box<Plan>),
    /// Show it more directories. Once, if the plan had left them out.
    Mount(Vec<Bind>),
    /// Ask it to end; kill it if it does not listen to being asked.
    Terminate,
    /// End it.
    Kill,
}

/// From a launcher to the host.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromLauncher {
    /// The program runs. With the sockets that listen inside, name queries first, if the plan had any.
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

/// A program and its walls.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// The program, as it is called inside.
    pub(crate) program: String,
    pub(crate) args: Vec<String>,
    /// All of its environment.
    pub(crate) env: Vec<(String, String)>,
    /// Its working directory, inside.
    pub(crate) cwd: String,
    pub(crate) rlimits: Rlimits,
    pub(crate) walls: Walls,
    /// TCP ports to listen on inside its empty network, beside that of name queries; `None` leaves it no
    /// network at all.
    pub(crate) ports: Option<Vec<u16>>,
}

/// What keeps the program from the rest of the computer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Walls {
    /// Everything there is.
    All(Root),
    /// For computers without namespaces: no new privileges, Landlock and the list of system calls. Paths
    /// inside are those outside.
    WithoutNamespaces {
        /// All it may see of the disk.
        visible: Vec<Bind>,
    },
}

/// The program's own file system.
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
    /// Directories that it sees from the start.
    pub(crate) mounts: Vec<Bind>,
    /// The user id to run as, outside; `None` for the host's own.
    pub(crate) user: Option<u32>,
    /// The size of its `/tmp`.
    pub(crate) tmp_mib: u32,
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
