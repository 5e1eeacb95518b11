//! Running app code.
//!
//! An [`Engine`] starts a [`Sandbox`]: one process that serves one appspace's requests, runs its migrations,
//! or is asked once what an app can do. Everything that comes out of a sandbox is hostile until checked.

mod body;
mod builtin;
mod cgroup;
mod deno;
mod engine;
mod hop;
pub mod jail;
mod pool;
mod quota;
mod spec;
mod watch;

pub use body::{Body, BoxError, empty_body, full_body};
pub use builtin::{Builtin, DROPSERVER_TYPES, builtin_hint, builtin_module};
pub use cgroup::{
    Cgroup, CgroupStats, Cgroups, Controller, Controllers, HostMemory, NoCgroups,
    Version as CgroupVersion,
};
pub use deno::{
    Confinement, Deno, DenoEngine, DenoError, EngineConfig, Examination, Layer, LayerState,
    find_deno,
};
pub use engine::{
    Breach, Call, ControlError, Death, Engine, Learned, RequestError, Sandbox, StartError,
    StopReason,
};
pub use hop::remove_hop_by_hop;
pub use pool::{Overview, PoolConfig, Sandboxes, Using};
pub use quota::{NoQuotas, Quotas};
pub use spec::{
    AppCode, AppspaceMounts, CodeOf, Limits, Outlet, OutletSockets, SandboxSpec, Task, User, Users,
    UsersError,
};
pub use watch::{DiskWatch, Judge, Sample, Sampler};
