//! What of a computer's walls stands, in words: for `ds-host doctor` and for whoever wants to know.

use serde::Serialize;

use super::{
    Inner,
    jails::{Kind, Ready},
    launcher::Launcher,
};
use crate::{CgroupVersion, Controller, jail};

/// What stands between sandboxes and everything else on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Examination {
    /// Whether app code runs here at all.
    pub runs: bool,
    /// Each layer, outermost first.
    pub layers: Vec<Layer>,
}

/// One of the layers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// What it is called.
    pub name: &'static str,
    /// How it stands.
    pub state: LayerState,
    /// What that means, or what stands in for it.
    pub note: String,
}

/// How a layer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LayerState {
    /// It does all it can.
    Active,
    /// It is there, or something weaker stands in for it.
    Weaker,
    /// It is missing.
    Missing,
}

use LayerState::{Active, Missing, Weaker};

impl Inner {
    /// Tries what there is to try.
    pub(super) async fn examine(&self) -> Examination {
        let jails = match &self.launcher {
            Launcher::Jail(jails) => jails,
            Launcher::Plain => return Examination::without("the configuration wants none", true),
            Launcher::Never(why) => return Examination::without(why, false),
        };
        match jails.ready().await {
            Ok(ready) => Examination {
                runs: true,
                layers: layers(ready),
            },
            Err(error) => Examination::without(&error.to_string(), false),
        }
    }
}

impl Examination {
    fn without(why: &str, runs: bool) -> Self {
        let layers = vec![layer("namespaces", Missing, why)];
        Self { runs, layers }
    }
}

fn layer(name: &'static str, state: LayerState, note: impl Into<String>) -> Layer {
    let note = note.into();
    Layer { name, state, note }
}

fn layers(ready: &Ready) -> Vec<Layer> {
    let (namespaces, users) = match &ready.kind {
        Kind::OwnUsers => (
            layer(
                "namespaces",
                Active,
                "each sandbox has its own processes, files and network",
            ),
            layer("user ids", Active, "each sandbox has one of its own"),
        ),
        Kind::HostsUser { why } => (
            layer(
                "namespaces",
                Active,
                "each sandbox has its own processes, files and network",
            ),
            layer(
                "user ids",
                Weaker,
                format!("sandboxes have the host's own, without its privileges: {why}"),
            ),
        ),
        Kind::WithoutNamespaces { why } => (
            layer(
                "namespaces",
                Missing,
                format!("{why}; app code runs all the same, as configured"),
            ),
            layer("user ids", Missing, "sandboxes run as the host's user"),
        ),
    };
    let mut layers = vec![
        namespaces,
        users,
        layer(
            "system calls",
            Active,
            "those that are not listed do not exist (seccomp)",
        ),
        landlock(),
    ];
    layers.extend(bounds(ready));
    layers
}

fn landlock() -> Layer {
    match jail::landlock_abi() {
        0 => layer(
            "landlock",
            Missing,
            "this kernel has none, or it is switched off",
        ),
        abi @ 1..6 => layer(
            "landlock",
            Weaker,
            format!("this kernel knows version {abi} of 6"),
        ),
        abi => layer(
            "landlock",
            Active,
            format!("version {abi}: files, TCP, signals, abstract sockets"),
        ),
    }
}

/// What keeps memory, threads and processor time bounded; where control groups cannot, what does instead.
fn bounds(ready: &Ready) -> [Layer; 3] {
    let (has, missing) = match &ready.cgroups {
        Ok(cgroups) => (cgroups.has(), cgroups.why()),
        Err(none) => (crate::Controllers::default(), &*none.why),
    };
    let bound = |name, controller: Controller, version: Option<CgroupVersion>, instead: &str| {
        let version = version.map(|version| match version {
            CgroupVersion::V1 => "control group, version 1",
            CgroupVersion::V2 => "control group, version 2",
        });
        let why = missing.iter().find(|(which, _)| *which == controller);
        let why = why.map_or("", |(_, why)| why);
        match version {
            Some(version) => layer(name, Active, version),
            None => layer(
                name,
                Weaker,
                format!("{instead} instead of a control group: {why}"),
            ),
        }
    };
    [
        bound(
            "memory",
            Controller::Memory,
            has.memory,
            "a limit for each process (RLIMIT_DATA), measured each second,",
        ),
        bound(
            "threads",
            Controller::Pids,
            has.pids,
            "a limit for each sandbox's user (RLIMIT_NPROC)",
        ),
        bound(
            "processor time",
            Controller::Cpu,
            has.cpu,
            "the host measures each second and ends what takes too much,",
        ),
    ]
}
