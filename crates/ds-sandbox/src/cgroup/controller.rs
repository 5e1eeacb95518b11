//! Which controllers there are, and where.

use std::{fmt, path::PathBuf};

/// What a control group can bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Controller {
    /// All memory of its processes together.
    Memory,
    /// How many processes and threads there are.
    Pids,
    /// How fast processor time is used.
    Cpu,
}

impl Controller {
    pub(super) const ALL: [Self; 3] = [Self::Memory, Self::Pids, Self::Cpu];

    pub(super) fn part(self) -> Part {
        match self {
            Self::Memory => Part::Memory,
            Self::Pids => Part::Pids,
            Self::Cpu => Part::Cpu,
        }
    }

    /// The kernel's name for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.part().name()
    }
}

impl fmt::Display for Controller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A controller's interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// A hierarchy for each controller.
    V1,
    /// One hierarchy.
    V2,
}

/// The controllers in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Controllers {
    /// Bounds memory.
    pub memory: Option<Version>,
    /// Bounds processes and threads.
    pub pids: Option<Version>,
    /// Bounds how fast processor time is used.
    pub cpu: Option<Version>,
}

impl Controllers {
    pub(super) fn of(branches: &[Branch]) -> Self {
        let version = |c: Controller| branch_of(branches, c.part()).map(|b| b.version);
        Self {
            memory: version(Controller::Memory),
            pids: version(Controller::Pids),
            cpu: version(Controller::Cpu),
        }
    }
}

/// No controller can be used.
#[derive(Debug, thiserror::Error)]
#[error("no control group can be used{}", list(.why))]
pub struct NoCgroups {
    /// The reason for each.
    pub why: Vec<(Controller, String)>,
}

fn list(why: &[(Controller, String)]) -> String {
    let mut list = String::new();
    for (controller, why) in why {
        list = list + "; " + controller.name() + ": " + why;
    }
    list
}

/// What a directory of groups is good for. Version 1 counts processor time apart from bounding it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Memory,
    Pids,
    Cpu,
    CpuTime,
}

impl Part {
    pub(super) const ALL: [Self; 4] = [Self::Memory, Self::Pids, Self::Cpu, Self::CpuTime];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Pids => "pids",
            Self::Cpu => "cpu",
            Self::CpuTime => "cpuacct",
        }
    }

    pub(super) fn controller(self) -> Option<Controller> {
        match self {
            Self::Memory => Some(Controller::Memory),
            Self::Pids => Some(Controller::Pids),
            Self::Cpu => Some(Controller::Cpu),
            Self::CpuTime => None,
        }
    }
}

/// A directory in one hierarchy, and what it is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Branch {
    pub(super) version: Version,
    pub(super) dir: PathBuf,
    pub(super) parts: Vec<Part>,
}

pub(super) fn branch_of(branches: &[Branch], part: Part) -> Option<&Branch> {
    branches.iter().find(|b| b.parts.contains(&part))
}
