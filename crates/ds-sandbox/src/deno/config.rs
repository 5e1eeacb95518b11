//! How an engine runs sandboxes.

use std::{path::PathBuf, sync::Arc};

use ds_core::usage::{Meter, NoMeter};

use crate::Limits;

/// How an engine runs sandboxes.
#[derive(Clone)]
pub struct EngineConfig {
    /// What stands around them.
    pub confinement: Confinement,
    /// What most of them are started with; those that wait can serve no other.
    pub limits: Limits,
    /// How many wait, warmed up, to be given an appspace.
    pub warm: usize,
    /// How much must stay free on the disk, in MiB.
    pub free_space_mib: u64,
    /// Is told what appspaces use.
    pub meter: Arc<dyn Meter>,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            confinement: Confinement::default(),
            limits: Limits::default(),
            warm: 0,
            free_space_mib: 512,
            meter: Arc::new(NoMeter),
        }
    }
}

/// What stands around sandboxes, beside Deno's own permissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confinement {
    /// The operating system's walls; without them, app code does not run.
    Jail {
        /// The launcher, `ds-jail`; `None` looks for it beside the running program.
        launcher: Option<PathBuf>,
        /// Run app code where the computer offers no namespaces, too: with seccomp and Landlock alone.
        without_namespaces: bool,
    },
    /// Nothing: for one's own code on one's own computer.
    None,
}

impl Default for Confinement {
    fn default() -> Self {
        Self::Jail {
            launcher: None,
            without_namespaces: false,
        }
    }
}

/// The launcher: beside the running program, or one directory above, where a test finds it.
pub(super) fn find_launcher() -> Result<PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let dirs = program.ancestors().skip(1).take(2);
    let mut places = dirs.map(|dir| dir.join("ds-jail"));
    places.find(|place| place.is_file()).ok_or_else(|| {
        format!(
            "its launcher, ds-jail, is missing; it belongs beside {}",
            program.display()
        )
    })
}
