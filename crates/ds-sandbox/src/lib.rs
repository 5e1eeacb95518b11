//! Running app code.
//!
//! An [`Engine`] starts a [`Sandbox`]: one process that serves one appspace's requests, runs its migrations,
//! or is asked once what an app can do. Everything that comes out of a sandbox is hostile until checked.

mod body;
mod builtin;
mod deno;
mod engine;
mod pool;
mod spec;

pub use body::{Body, BoxError, empty_body, full_body};
pub use builtin::{Builtin, DROPSERVER_TYPES, builtin_hint, builtin_module};
pub use deno::{Deno, DenoEngine, DenoError, find_deno};
pub use engine::{
    Breach, Call, ControlError, Death, Engine, Learned, RequestError, Sandbox, StartError,
    StopReason,
};
pub use pool::{PoolConfig, Sandboxes, Using};
pub use spec::{
    AppCode, AppspaceMounts, CodeOf, Limits, Outlet, OutletSockets, SandboxSpec, Task, User, Users,
    UsersError,
};
