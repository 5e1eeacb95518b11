//! What a sandbox is started with.

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use ds_core::{
    Address, ApiVersion, AppspaceDir, AppspaceId, ProxyId, SandboxId, limits::LimitOverrides,
};
use serde::Serialize;

/// Everything an engine needs to start a sandbox.
#[derive(Clone)]
pub struct SandboxSpec {
    /// The run's id, for logs.
    pub id: SandboxId,
    /// The code to run.
    pub code: AppCode,
    /// What it is started for. A process does one task and is then ended.
    pub task: Task,
    /// The appspace it runs for; `None` only while an app is learned about.
    pub appspace: Option<AppspaceMounts>,
    /// Bounds.
    pub limits: Limits,
}

/// App code, ready to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppCode {
    /// The prepared copy (`AppVersionDir::run`): all the sandbox may read of the app. The package's files are
    /// in its `app/`, which is what `appPath` says.
    pub run: PathBuf,
    /// The prepared entry module, relative to `run`: `app/app.ts.js`.
    pub entry: String,
    /// The same as a script, relative to `run`, if there is one: a process that waits runs it in less time than the
    /// entry module takes to import. It gives an object of `outside`, names of modules of the engine, and
    /// `run(modules)`, which returns what the entry module exports. Errors in `bundle/script.js` are shown as the map
    /// `bundle/app.js.map` says; its own first line does not count.
    pub script: Option<String>,
    /// Where the engine may keep what it compiles of this code and no other, if anywhere.
    pub compiled: Option<PathBuf>,
    /// The app API it is written for.
    pub api: ApiVersion,
    /// Whether the package has a `node_modules`.
    pub node_modules: bool,
}

/// What a sandbox is started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Learning an app's routes and migrations, with no appspace.
    Learn,
    /// Serving an appspace's requests.
    Serve,
    /// Running an appspace's migrations.
    Migrate,
}

/// The appspace as the sandbox sees it.
#[derive(Clone)]
pub struct AppspaceMounts {
    /// Which appspace.
    pub id: AppspaceId,
    /// Where it answers.
    pub address: Address,
    /// Its directory: `files/` is read-write and the working directory, `avatars/` is read-only; what the
    /// app prints goes to its log.
    pub dir: AppspaceDir,
    /// Answers the app's questions about members.
    pub users: Arc<dyn Users>,
    /// The way to the hosts that its owner approved; `None` means no network at all.
    pub outlet: Option<Arc<dyn Outlet>>,
}

/// A member, as app code sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Who they are to the app.
    pub proxy_id: ProxyId,
    /// Their name.
    pub display_name: String,
    /// A file name inside the avatars directory; empty if there is none.
    pub avatar: String,
    /// What they may do (API 1 shows it).
    pub permissions: Vec<String>,
    /// Whether they are the owner (API 1 shows it).
    pub is_owner: bool,
}

/// Why members could not be told of.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsersError(pub String);

/// Answers an app's questions about the members of its appspace.
#[async_trait]
pub trait Users: Send + Sync {
    /// One member, or `None`.
    async fn user(&self, id: &ProxyId) -> Result<Option<User>, UsersError>;
    /// All members.
    async fn users(&self) -> Result<Vec<User>, UsersError>;
}

/// Bounds of one sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From start to ready.
    pub start: Duration,
    /// From the last piece of a request to its response's head.
    pub response: Duration,
    /// For all steps of a migration together.
    pub migration: Duration,
    /// From the polite request to stop until SIGTERM, and from there until SIGKILL.
    pub stop_grace: Duration,
    /// The JavaScript heap, in MiB.
    pub heap_mib: u32,
    /// All memory of the process, in MiB: heap, `ArrayBuffer`s, WebAssembly, its temporary files.
    pub memory_mib: u32,
    /// How fast it may use processor time, in percent of one processor.
    pub cpu_percent: u32,
    /// How much processor time it may use within ten minutes.
    pub cpu_time: Duration,
    /// Threads.
    pub threads: u32,
    /// Files and connections open at once.
    pub open_files: u32,
    /// The appspace's directory, in MiB.
    pub disk_mib: u64,
    /// A request's body, in bytes.
    pub request_bytes: u64,
    /// How much the appspace's log may grow before the older half is dropped, in bytes.
    pub log_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            start: Duration::from_secs(20),
            response: Duration::from_mins(1),
            migration: Duration::from_mins(10),
            stop_grace: Duration::from_secs(2),
            heap_mib: 256,
            memory_mib: 512,
            cpu_percent: 100,
            cpu_time: Duration::from_mins(5),
            threads: 64,
            open_files: 512,
            disk_mib: 10 * 1024,
            request_bytes: 1 << 30,
            log_bytes: 4 << 20,
        }
    }
}

impl Limits {
    /// These bounds, with what is set for one appspace in their place.
    #[must_use]
    pub fn with(&self, set: &LimitOverrides) -> Self {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let memory_mib = set.memory_mib.unwrap_or(self.memory_mib);
        Self {
            response: set.response_seconds.map_or(self.response, seconds),
            // More heap than memory would never be had.
            heap_mib: set.heap_mib.unwrap_or(self.heap_mib).min(memory_mib),
            memory_mib,
            cpu_percent: set.cpu_percent.unwrap_or(self.cpu_percent),
            cpu_time: set.cpu_seconds.map_or(self.cpu_time, seconds),
            threads: set.threads.unwrap_or(self.threads),
            open_files: set.open_files.unwrap_or(self.open_files),
            disk_mib: set.disk_mib.map_or(self.disk_mib, u64::from),
            request_bytes: set
                .request_mib
                .map_or(self.request_bytes, |mib| u64::from(mib) << 20),
            ..self.clone()
        }
    }
}

/// The way out of a sandbox whose app may reach other hosts. Without one a sandbox has no network at all.
pub trait Outlet: Send + Sync {
    /// The TCP ports that the app may want to connect to, at most 64.
    fn ports(&self) -> Vec<u16>;
    /// A certificate authority that this sandbox alone trusts, as PEM, if there is one.
    fn trusted(&self) -> Option<String>;
    /// Serves the sandbox's connections until what it returns is dropped.
    fn serve(&self, sockets: OutletSockets) -> Box<dyn Send + Sync>;
}

impl dyn Outlet {
    /// How many ports there can be.
    pub const MOST_PORTS: usize = 64;
}

/// Sockets that listen inside a sandbox's own empty network.
pub struct OutletSockets {
    /// Name queries over TCP (RFC 1035 §4.2.2), as the C library asks with `options use-vc`.
    pub dns: std::net::TcpListener,
    /// Each port, on every address of 127.0.0.0/8.
    pub ports: Vec<(u16, std::net::TcpListener)>,
    /// Adds a line to the appspace's log.
    pub log: Arc<dyn Fn(&str) + Send + Sync>,
}

/// Finds the code of an installed version. Where a version's prepared copy is, only ds-apps and the directory
/// layout know; what needs the code is told how to ask.
pub type CodeOf = Arc<dyn Fn(&ds_core::AppVersion) -> AppCode + Send + Sync>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_for_an_appspace_comes_first() {
        let host = Limits::default();
        assert_eq!(host.with(&LimitOverrides::default()), host);
        let set = LimitOverrides {
            memory_mib: Some(128),
            heap_mib: None,
            cpu_percent: Some(7),
            cpu_seconds: Some(8),
            threads: Some(33),
            open_files: Some(99),
            disk_mib: Some(10),
            request_mib: Some(3),
            response_seconds: Some(5),
        };
        let expect = Limits {
            memory_mib: 128,
            heap_mib: 128,
            cpu_percent: 7,
            cpu_time: Duration::from_secs(8),
            threads: 33,
            open_files: 99,
            disk_mib: 10,
            request_bytes: 3 << 20,
            response: Duration::from_secs(5),
            ..host.clone()
        };
        assert_eq!(host.with(&set), expect);
    }
}
