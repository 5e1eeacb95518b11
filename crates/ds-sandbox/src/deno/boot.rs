//! From nothing to a harness that waits to be told what to load.

use std::{
    io,
    net::TcpListener,
    os::fd::OwnedFd,
    path::Path,
    sync::{Arc, OnceLock},
};

use rustix::process::{PidfdFlags, pidfd_open};
use tokio::{net::UnixListener, process::Child, task::spawn_blocking};

use super::{
    Inner,
    client::Client,
    command::{Class, Start, environment},
    compile,
    compiled::Compiled,
    control::{Control, Progress, Question},
    dirs::Dirs,
    jails::{Jails, Order, Spot, Way},
    launcher::{self, Launcher},
    output::{Output, Sink},
    places::{Places, jail},
    process::{Process, Walled},
    run_dir::RunDir,
    sandbox::ProcessHandle,
    start::cannot,
    state::States,
    watching::Watched,
};
use crate::{
    Cgroup, Limits, Outlet, OutletSockets, Quotas, SandboxSpec, StartError, Users,
    jail::{Line, plan::Mode},
};

/// A process that was made; its harness is starting.
pub(super) struct Launched {
    listener: UnixListener,
    pub(super) client: Arc<Client>,
    pub(super) sink: Arc<Sink>,
    pub(super) process: ProcessHandle,
    pub(super) pid: u32,
    pub(super) places: Places,
    pub(super) run: RunDir,
    pub(super) line: Option<Line>,
    pub(super) cgroup: Option<Arc<Cgroup>>,
    /// Keeps account of it from the time when it begins its task.
    pub(super) watched: Arc<OnceLock<Arc<Watched>>>,
}

/// A harness that waits to be told what to load.
pub(super) struct Booted {
    pub(super) launched: Launched,
    pub(super) control: Control,
    pub(super) users: Arc<OnceLock<Arc<dyn Users>>>,
}

/// A process as it was made, and what it was made with.
struct Made {
    child: Child,
    walled: Option<Walled>,
    pid: u32,
    places: Places,
    run: RunDir,
    listener: UnixListener,
}

impl Inner {
    /// Makes a process. With a specification it is for that alone, and sees its directories at once; without,
    /// it waits for one.
    pub(super) async fn launch(
        &self,
        spec: Option<&SandboxSpec>,
        sink: &Arc<Sink>,
    ) -> Result<Launched, StartError> {
        self.launch_with(spec, None, sink).await
    }

    pub(super) async fn launch_with(
        &self,
        spec: Option<&SandboxSpec>,
        deno_dir: Option<&Path>,
        sink: &Arc<Sink>,
    ) -> Result<Launched, StartError> {
        let made = match &self.launcher {
            Launcher::Never(why) => return Err(StartError::Engine(why.clone())),
            Launcher::Plain => match spec {
                Some(spec) => self.make_plain(spec).await,
                None => Err(io::Error::other("only jailed processes can wait")),
            },
            Launcher::Jail(jails) => self.make_jailed(jails, spec, deno_dir, sink).await,
        };
        let mut made = made.map_err(cannot("start Deno"))?;
        let states = Arc::new(States::new());
        let limits = spec.map_or(&self.config.limits, |spec| &spec.limits);
        let launched = Launched {
            listener: made.listener,
            client: Client::new(made.run.requests()),
            sink: Arc::clone(sink),
            process: ProcessHandle(Arc::clone(&states)),
            pid: made.pid,
            places: made.places,
            run: made.run.clone(),
            line: made.walled.as_ref().map(|walled| walled.line.clone()),
            cgroup: made
                .walled
                .as_ref()
                .and_then(|walled| walled.cgroup.clone()),
            watched: Arc::default(),
        };
        let process = Process {
            output: Output::of(&mut made.child, sink),
            child: made.child,
            jail: made.walled,
            states,
            sink: Arc::clone(sink),
            run: made.run,
            watched: Arc::clone(&launched.watched),
            grace: limits.stop_grace,
        };
        tokio::spawn(process.watch());
        Ok(launched)
    }

    /// Makes a process that waits and whose Deno may write what it keeps.
    pub(super) async fn launch_to_write(
        &self,
        deno_dir: &Path,
        sink: &Arc<Sink>,
    ) -> Result<Launched, StartError> {
        self.launch_with(None, Some(deno_dir), sink).await
    }

    async fn make_plain(&self, spec: &SandboxSpec) -> io::Result<Made> {
        if Class::of(spec).outlet {
            let problem = "an app that reaches other hosts needs a network of its own";
            return Err(io::Error::other(problem));
        }
        let (runtime, spec_) = (self.runtime.clone(), spec.clone());
        let prepared = spawn_blocking(move || {
            let run = runtime.run(spec_.id)?;
            let places = Dirs::prepare(&spec_, &runtime, &run)
                .and_then(Dirs::make_deno_dir)
                .and_then(|dirs| Places::outside(&dirs, &runtime, &run));
            match places {
                Ok(places) => Ok((run, places)),
                Err(error) => run.remove().and(Err(error)),
            }
        });
        let (run, places) = prepared.await??;
        let listener = UnixListener::bind(run.control())?;
        let args = Class::of(spec).args(&places, Start::Cold)?;
        let env = environment(&places, None);
        let mut command = launcher::plain(&self.deno.path, &args, &env, &places.cwd);
        let child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                let _ = spawn_blocking(move || run.remove()).await;
                return Err(error);
            }
        };
        let pid = child.id().unwrap_or_default();
        note_pid(&run, pid).await;
        Ok(Made {
            child,
            walled: None,
            pid,
            places,
            run,
            listener,
        })
    }

    async fn make_jailed(
        &self,
        jails: &Jails,
        spec: Option<&SandboxSpec>,
        deno_dir: Option<&Path>,
        sink: &Arc<Sink>,
    ) -> io::Result<Made> {
        let outlet = spec.and_then(|spec| spec.appspace.as_ref()?.outlet.as_ref());
        let way = outlet.map(|outlet| Way {
            ports: outlet.ports(),
            trusted: outlet.trusted(),
        });
        let spot = jails.spot(way.as_ref()).await?;
        let listener = UnixListener::bind(spot.run.control())?;
        let (mut order, places) = self.order(jails, spec, &spot, way.as_ref()).await?;
        let written = deno_dir.map(|dir| (dir.to_owned(), Mode::Write));
        let of_code = spec.and_then(|spec| compile::kept(jails, &spec.code));
        let read = of_code
            .filter(|dir| dir.is_dir())
            .map(|dir| (dir, Mode::Read));
        order.deno_dir = written.or(read);
        let running = jails.launch(spot, order).await?;
        let (jailed, run, cgroup) = (running.jailed, running.run, running.cgroup);
        let outlet = match outlet {
            Some(outlet) => Some(serve(&**outlet, running.listeners, sink)?),
            None => None,
        };
        // Gone already is an end like any other.
        let process = pidfd_open(jailed.pid, PidfdFlags::empty()).ok();
        Ok(Made {
            pid: u32::try_from(jailed.pid.as_raw_nonzero().get()).unwrap_or_default(),
            child: jailed.child,
            walled: Some(Walled {
                line: jailed.line,
                process,
                cgroup,
                outlet,
            }),
            places,
            run,
            listener,
        })
    }

    async fn order(
        &self,
        jails: &Jails,
        spec: Option<&SandboxSpec>,
        spot: &Spot,
        way: Option<&Way>,
    ) -> io::Result<(Order, Places)> {
        let start = if spec.is_some() {
            Start::Cold
        } else {
            Start::Warm
        };
        let class = spec.map_or_else(|| Class::usual(&self.config.limits), Class::of);
        let limits = spec.map_or(&self.config.limits, |spec| &spec.limits);
        let dirs = async {
            match spec {
                Some(spec) => self.dirs(spec, &spot.run).await.map(Some),
                None => Ok(None),
            }
        };
        let (dirs, ()) = tokio::try_join!(dirs, limit(spot.cgroup.as_ref(), limits))?;
        let own_root = jails.ready().await?.has_own_root();
        let places = match &dirs {
            Some(dirs) if !own_root => Places::outside(dirs, &self.runtime, &spot.run)?,
            _ if own_root => Places::jailed(),
            _ => {
                return Err(io::Error::other(
                    "only sandboxes with a root of their own can wait",
                ));
            }
        };
        let trusts = way.is_some_and(|way| way.trusted.is_some());
        let order = Order {
            args: class.args(&places, start)?,
            env: environment(&places, trusts.then_some(jail::TRUSTED)),
            cwd: if spec.is_some() {
                places.cwd.clone()
            } else {
                "/".into()
            },
            class,
            mounts: dirs.map_or(Ok(Vec::new()), |dirs| dirs.binds())?,
            deno_dir: None,
        };
        Ok((order, places))
    }

    /// The directories of a specification, resolved.
    pub(super) async fn dirs(&self, spec: &SandboxSpec, run: &RunDir) -> io::Result<Dirs> {
        let (runtime, spec, run) = (self.runtime.clone(), spec.clone(), run.clone());
        let (quotas, deno) = (Arc::clone(&self.quotas), self.deno.clone());
        spawn_blocking(move || {
            let mut dirs = Dirs::prepare(&spec, &runtime, &run)?.make_deno_dir()?;
            dirs.compiled = Compiled::find(&spec, &deno);
            let quotas = quotas.get_or_init(|| Quotas::find(runtime.path()).ok());
            if let Some(quotas) = quotas {
                dirs.limit(quotas, spec.limits.disk_mib);
            }
            Ok(dirs)
        })
        .await?
    }
}

impl Launched {
    /// Waits until the harness has connected. It can be told what to load before it says that it listens.
    pub(super) async fn boot(self, limits: &Limits) -> Result<Booted, StartError> {
        let states = Arc::clone(&self.process.0);
        let accepted = tokio::select! {
            accepted = self.listener.accept() => accepted.map_err(cannot("accept a sandbox's connection")),
            death = states.dead() => Err(super::start::ended(death, &self.sink)),
        };
        let (stream, _) = accepted?;
        // It listens for requests by now. Until the app is ready there is time for a connection.
        let client = Arc::clone(&self.client);
        tokio::spawn(async move {
            if let Err(error) = client.prepare().await {
                tracing::debug!(error, "cannot connect to a sandbox before it is needed");
            }
        });
        let users = Arc::new(OnceLock::new());
        let asked = Arc::clone(&users);
        let control = Control::new(stream, asked, Arc::clone(&states), limits.stop_grace);
        Ok(Booted {
            launched: self,
            control,
            users,
        })
    }
}

impl Booted {
    /// Waits until the harness has got as far as it gets alone.
    pub(super) async fn listening(&self) -> Result<(), StartError> {
        let past = self.control.past(&Progress::Connected).await;
        let explain = |error| super::start::explain(error, &self.launched.sink);
        past.map(|_| ()).map_err(explain)
    }

    /// Asks it something, as the app is going to be.
    pub(super) async fn try_out(&self, limits: &Limits) -> Result<(), StartError> {
        for _ in 0..2 {
            let asked = self.control.ask(Question::Ping, limits.start).await;
            asked.map_err(|error| super::start::explain(error, &self.launched.sink))?;
        }
        Ok(())
    }
}

/// What the group of a sandbox may use, but for processor time: starting is not slowed down.
async fn limit(cgroup: Option<&Arc<Cgroup>>, limits: &Limits) -> io::Result<()> {
    let Some(cgroup) = cgroup.map(Arc::clone) else {
        return Ok(());
    };
    let memory = u64::from(limits.memory_mib) << 20;
    // The launcher is one of them.
    let threads = limits.threads.saturating_add(1);
    spawn_blocking(move || {
        cgroup.limit_memory(memory)?;
        cgroup.limit_pids(threads)
    })
    .await?
}

fn serve(
    outlet: &dyn Outlet,
    listeners: Vec<OwnedFd>,
    sink: &Arc<Sink>,
) -> io::Result<Box<dyn Send + Sync>> {
    let mut listeners = listeners.into_iter().map(TcpListener::from);
    let dns = listeners.next();
    let dns = dns.ok_or_else(|| io::Error::other("the launcher does not listen for names"))?;
    let sink = Arc::clone(sink);
    Ok(outlet.serve(OutletSockets {
        dns,
        ports: outlet.ports().into_iter().zip(listeners).collect(),
        log: Arc::new(move |line| sink.note_soon(line)),
    }))
}

async fn note_pid(run: &RunDir, pid: u32) {
    let file = run.pid_file();
    let noted = spawn_blocking(move || std::fs::write(file, pid.to_string())).await;
    if let Ok(Err(error)) = noted {
        tracing::warn!(%error, "could not note a sandbox's process");
    }
}
