//! The jails of one engine: what all have in common, and launchers that are ready.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    os::fd::OwnedFd,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use ds_core::SandboxId;
use tokio::{sync::OnceCell, task::spawn_blocking};

use super::{
    caches::Caches,
    command::Class,
    dirs::bind,
    places::jail,
    program,
    run_dir::{RunDir, RuntimeDir},
};
use crate::{
    Cgroup, Cgroups, NoCgroups,
    jail::{
        Jailed, Parked,
        plan::{Bind, Mode, Plan, Program, Rlimits, Root},
    },
};

/// How many launchers wait in their cgroups, which takes longer to enter than everything else.
const PARKED: usize = 2;
/// The user ids that root gives to sandboxes: a range that nobody else uses (systemd's "UIDs and GIDs").
const FIRST_USER: u32 = 0x7000_0000;
const USERS: u32 = 0x00ff_ffff;
/// The private writable memory that Deno asks for before it does anything, in MiB; most is never touched.
const DENO_DATA_MIB: u64 = 560;
/// How many workers an app can have where no control group counts memory: each asks for as much again.
const WORKERS: u64 = 2;
/// The size of a sandbox's `/tmp`, in MiB. What is in it counts as its memory.
const TMP_MIB: u32 = 64;

/// Makes jails.
pub(super) struct Jails {
    launcher: PathBuf,
    deno: PathBuf,
    runtime: RuntimeDir,
    pub(super) caches: Caches,
    without_namespaces: bool,
    ready: OnceCell<Ready>,
    spots: Mutex<Vec<Spot>>,
    users: AtomicU32,
}

/// What is found out once.
pub(super) struct Ready {
    base: Vec<Bind>,
    pub(super) kind: Kind,
    pub(super) cgroups: Result<Cgroups, NoCgroups>,
}

/// Which walls this computer has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// All of them, with a user id for each sandbox.
    OwnUsers,
    /// All of them; sandboxes run as the host's user, in a namespace where that is nobody.
    HostsUser {
        /// Why not as their own.
        why: String,
    },
    /// No namespaces, and the configuration says to go on all the same.
    WithoutNamespaces {
        /// Why not.
        why: String,
    },
}

/// A launcher that waits in its cgroup, with the directories of a run.
pub(super) struct Spot {
    pub(super) parked: Parked,
    pub(super) run: RunDir,
    pub(super) cgroup: Option<Arc<Cgroup>>,
    listeners: Vec<OwnedFd>,
}

/// What a jail is made for, beside what all have.
pub(super) struct Order {
    pub(super) args: Vec<String>,
    pub(super) env: Vec<(String, String)>,
    pub(super) cwd: String,
    pub(super) class: Class,
    /// What it sees from the start, beside what all see.
    pub(super) mounts: Vec<Bind>,
    /// What Deno keeps, if it is not what all read, and whether it may write there.
    pub(super) deno_dir: Option<(PathBuf, Mode)>,
}

/// What an outlet needs inside.
pub(super) struct Way {
    pub(super) ports: Vec<u16>,
    /// Whom the sandbox trusts.
    pub(super) trusted: Option<String>,
}

/// A process in a jail, with what goes when it ends.
pub(super) struct Running {
    pub(super) jailed: Jailed,
    pub(super) run: RunDir,
    pub(super) cgroup: Option<Arc<Cgroup>>,
    /// Sockets that listen inside.
    pub(super) listeners: Vec<OwnedFd>,
}

impl Ready {
    /// Whether sandboxes have a file system of their own.
    pub(super) fn has_own_root(&self) -> bool {
        !matches!(self.kind, Kind::WithoutNamespaces { .. })
    }
}

impl Jails {
    pub(super) fn new(
        launcher: PathBuf,
        deno: PathBuf,
        runtime: RuntimeDir,
        caches: Caches,
        without_namespaces: bool,
    ) -> Self {
        Self {
            launcher,
            deno,
            runtime,
            caches,
            without_namespaces,
            ready: OnceCell::new(),
            spots: Mutex::default(),
            users: AtomicU32::new(std::process::id().wrapping_mul(4099)),
        }
    }

    /// What this computer offers; found out when first asked.
    pub(super) async fn ready(&self) -> io::Result<&Ready> {
        self.ready.get_or_try_init(|| self.find_out()).await
    }

    async fn find_out(&self) -> io::Result<Ready> {
        let base = program::base(&self.deno).await?;
        let mut hasher = DefaultHasher::new();
        self.runtime.path().hash(&mut hasher);
        let name = format!("{:016x}", hasher.finish());
        let cgroups = spawn_blocking(move || Cgroups::find(&name)).await?;
        let kind = self.kind().await?;
        tracing::debug!(?kind, cgroups = ?cgroups.as_ref().map(Cgroups::has), "walls of sandboxes");
        Ok(Ready {
            base,
            kind,
            cgroups,
        })
    }

    /// Tries: the launcher puts itself behind the walls, with a directory of ours, and is gone.
    async fn kind(&self) -> io::Result<Kind> {
        let base = program::base(&self.launcher).await?;
        let try_as = async |user| {
            let parked = Parked::new(&self.launcher, "probe")?;
            parked.prepare(self.root(base.clone(), user, None)?).await?;
            let program = Program {
                path: jail::DENO.into(),
                args: Vec::new(),
                env: Vec::new(),
                cwd: "/".into(),
                rlimits: Rlimits::trying(),
                visible: None,
            };
            // Something of ours, so that mapping ids is tried.
            let mounts = vec![bind(&self.runtime.harness(), jail::HARNESS, Mode::Read)?];
            parked.launch(Plan { program, mounts }).await
        };
        let mut why = "the host does not run as root".to_owned();
        if rustix::process::geteuid().is_root() {
            match try_as(Some(self.next_user())).await {
                Ok(_) => return Ok(Kind::OwnUsers),
                Err(error) => why = error.to_string(),
            }
        }
        match try_as(None).await {
            Ok(_) => Ok(Kind::HostsUser { why }),
            Err(error) if self.without_namespaces => Ok(Kind::WithoutNamespaces {
                why: error.to_string(),
            }),
            Err(error) => Err(io::Error::other(format!(
                "this computer does not let sandboxes be walled in ({error}); `ds-host doctor` tells more"
            ))),
        }
    }

    /// A launcher that waits, or a new one. One with an outlet is made when it is wanted.
    pub(super) async fn spot(&self, outlet: Option<&Way>) -> io::Result<Spot> {
        if outlet.is_none() {
            let waiting = self.spots().pop();
            if let Some(mut spot) = waiting
                && spot.parked.is_alive()
            {
                return Ok(spot);
            }
        }
        self.park(SandboxId::new(), outlet).await
    }

    /// Sees to it that launchers wait again.
    pub(super) async fn restock(&self) -> io::Result<()> {
        while self.spots().len() < PARKED {
            let spot = self.park(SandboxId::new(), None).await?;
            self.spots().push(spot);
        }
        Ok(())
    }

    async fn park(&self, id: SandboxId, outlet: Option<&Way>) -> io::Result<Spot> {
        let ready = self.ready().await?;
        let parked = Parked::new(&self.launcher, &id.to_string())?;
        let cgroup = match &ready.cgroups {
            Ok(cgroups) => Some(Arc::new(cgroups.make(&id.to_string())?)),
            Err(_) => None,
        };
        let pid = parked.pid();
        let runtime = self.runtime.clone();
        let prepared = spawn_blocking(move || {
            let run = runtime.run(id)?;
            std::fs::write(run.pid_file(), pid.unwrap_or_default().to_string())?;
            if let (Some(cgroup), Some(pid)) = (&cgroup, pid) {
                cgroup.add(pid)?;
            }
            io::Result::Ok((run, cgroup))
        });
        let (run, cgroup) = prepared.await??;
        let user = match ready.kind {
            Kind::OwnUsers => Some(self.next_user()),
            Kind::HostsUser { .. } | Kind::WithoutNamespaces { .. } => None,
        };
        let mut listeners = Vec::new();
        if ready.has_own_root() {
            let root = self.root(ready.base.clone(), user, outlet)?;
            listeners = parked.prepare(root).await?;
        }
        Ok(Spot {
            parked,
            run,
            cgroup,
            listeners,
        })
    }

    /// Puts Deno into a jail.
    pub(super) async fn launch(&self, spot: Spot, order: Order) -> io::Result<Running> {
        let ready = self.ready().await?;
        let Spot {
            parked,
            run,
            cgroup,
            listeners,
        } = spot;
        let counted = ready
            .cgroups
            .as_ref()
            .is_ok_and(|it| it.has().memory.is_some());
        let mut mounts = vec![
            bind(run.sockets(), jail::SOCKETS, Mode::Sockets)?,
            bind(&self.runtime.harness(), jail::HARNESS, Mode::Read)?,
        ];
        mounts.push(match &order.deno_dir {
            Some((dir, mode)) => bind(dir, jail::DENO_DIR, *mode)?,
            None => bind(self.caches.dir(), jail::DENO_DIR, Mode::Read)?,
        });
        mounts.extend(order.mounts);
        let own_root = ready.has_own_root();
        let program = Program {
            path: if own_root {
                jail::DENO.into()
            } else {
                super::text(&self.deno)?
            },
            args: order.args,
            env: order.env,
            cwd: order.cwd,
            rlimits: rlimits(&order.class, counted),
            visible: (!own_root).then(|| outside(&ready.base, &mounts)),
        };
        let mounts = if own_root { mounts } else { Vec::new() };
        match parked.launch(Plan { program, mounts }).await {
            Ok(jailed) => Ok(Running {
                jailed,
                run,
                cgroup,
                listeners,
            }),
            Err(error) => {
                let removed = spawn_blocking(move || {
                    let _ = cgroup.map(|cgroup| cgroup.remove());
                    run.remove()
                });
                let _ = removed.await;
                Err(error)
            }
        }
    }

    fn root(&self, base: Vec<Bind>, user: Option<u32>, outlet: Option<&Way>) -> io::Result<Root> {
        // The app's files will hide it.
        let mut files = vec![(jail::SCRIPT.to_owned(), jail::NO_SCRIPT.to_owned())];
        if let Some(way) = outlet {
            files.extend(name_files());
            let trusted = way.trusted.iter();
            files.extend(trusted.map(|pem| (jail::TRUSTED.to_owned(), pem.clone())));
        }
        let places = [
            jail::HARNESS,
            jail::DENO_DIR,
            jail::CODE,
            jail::AVATARS,
            jail::COMPILED,
            jail::FILES,
            jail::SOCKETS,
        ];
        Ok(Root {
            on: super::text(&self.runtime.jail_root())?,
            base,
            places: places.map(Into::into).to_vec(),
            files,
            user,
            tmp_mib: TMP_MIB,
            ports: outlet.map(|way| way.ports.clone()),
        })
    }

    fn next_user(&self) -> u32 {
        FIRST_USER + self.users.fetch_add(1, Ordering::Relaxed) % USERS
    }

    fn spots(&self) -> std::sync::MutexGuard<'_, Vec<Spot>> {
        self.spots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Jails {
    /// Nothing is left in the machine's lists of groups. Blocks for some milliseconds.
    fn drop(&mut self) {
        self.spots().clear();
        let cgroups = self
            .ready
            .get()
            .and_then(|ready| ready.cgroups.as_ref().ok());
        if let Some(Err(error)) = cgroups.map(Cgroups::close) {
            tracing::warn!(%error, "cannot remove the sandboxes' control groups; the next start will");
        }
    }
}

/// The same without a root of its own: everything is seen where it is.
fn outside(base: &[Bind], mounts: &[Bind]) -> Vec<Bind> {
    let proc = Bind {
        from: "/proc".into(),
        to: "/proc".into(),
        mode: Mode::Read,
    };
    let all = base.iter().chain(mounts).cloned().chain([proc]);
    all.map(|bind| Bind {
        to: bind.from.clone(),
        ..bind
    })
    .collect()
}

fn rlimits(class: &Class, memory_is_counted: bool) -> Rlimits {
    let mib = |mib: u64| mib.saturating_mul(1 << 20);
    Rlimits {
        files: u64::from(class.open_files),
        file_size: mib(class.disk_mib),
        threads: u64::from(class.threads),
        data: (!memory_is_counted)
            .then(|| mib(DENO_DATA_MIB * (1 + WORKERS) + u64::from(class.memory_mib))),
    }
}

/// How the C library finds names: it asks the outlet, over TCP.
fn name_files() -> [(String, String); 3] {
    [
        (
            "/etc/resolv.conf",
            "nameserver 127.0.0.1\noptions use-vc timeout:5 attempts:1\n",
        ),
        ("/etc/hosts", "127.0.0.1 localhost\n"),
        ("/etc/nsswitch.conf", "hosts: files dns\n"),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
}
