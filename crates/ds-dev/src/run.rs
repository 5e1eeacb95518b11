//! `ds-dev run`.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result};
use ds_core::{Closes as _, MemberStore as _, error_chain};
use ds_sandbox::StopReason;
use ds_serve::{Appspaces, Parts};
use tokio::net::TcpListener;

use crate::{
    actor::{ActAs, Actor, PUBLIC},
    appspace,
    args::RunArgs,
    bench::Bench,
    log,
    page::DevPages,
    project::Project,
    report::Report,
    server::Server,
    watch::Watch,
};

/// How long a request may go on when the app is loaded anew.
const GRACE: Duration = Duration::from_secs(1);

/// Serves an app until `stop` resolves. `on_ready` is told where.
///
/// # Errors
/// If the app cannot be loaded the first time, or the address is in use.
pub async fn run(
    args: RunArgs,
    stop: impl Future<Output = ()>,
    on_ready: impl FnOnce(SocketAddr),
) -> Result<()> {
    let listener = TcpListener::bind(args.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", args.listen))?;
    let address = listener
        .local_addr()
        .context("cannot tell where this listens")?;
    let project = Project::open(args.app.clone(), args.code.clone()).await?;
    let (dir, unpacked) = appspace::open(&args, &project).await?;
    let watch = if args.no_watch {
        None
    } else {
        Some(Watch::folder(project.folder())?)
    };
    let (bench, loaded) = Bench::set_up(project, dir).await?;
    let bench = Arc::new(bench);

    let actor = first_actor(&bench, &args.act_as).await?;
    let act_as = Arc::new(ActAs::new(Arc::clone(&bench.store) as _, actor));
    let report = Arc::new(Mutex::new(Report::of(&loaded)));
    let server = Arc::new(Server {
        appspaces: pipeline(&bench, &act_as),
        pages: Arc::new(DevPages {
            bench: Arc::clone(&bench),
            act_as,
            report: Arc::clone(&report),
        }),
    });
    tell(&format!(
        "{} {}",
        loaded.ready.manifest.name, loaded.ready.manifest.version
    ));
    tell(&format!(
        "  the app      http://localhost:{}/",
        address.port()
    ));
    tell(&format!(
        "  about it     http://localhost:{}/.dropserver/dev",
        address.port()
    ));
    if let Some(unpacked) = unpacked {
        tell(&format!("  its data     {unpacked}"));
    }
    on_ready(address);

    let log = log::follow(bench.site.site().dir.log());
    tokio::select! {
        () = server.run(listener) => {}
        () = reload_on_change(&bench, watch, &report) => {}
        () = log => {}
        () = stop => {}
    }
    bench.sandboxes.stop_all(StopReason::Shutdown).await;
    bench.store.close(bench.site.site().appspace.id).await;
    Ok(())
}

fn pipeline(bench: &Arc<Bench>, act_as: &Arc<ActAs>) -> Appspaces {
    Appspaces::new(Parts {
        directory: Arc::clone(&bench.site) as _,
        authenticator: Arc::clone(act_as) as _,
        door: None,
        sandboxes: Arc::clone(&bench.sandboxes),
        meter: Arc::new(ds_core::usage::NoMeter),
        scheme: "http",
        grace: GRACE,
    })
}

async fn first_actor(bench: &Bench, name: &str) -> Result<Actor> {
    let members = bench.store.members(bench.site.site().appspace.id).await?;
    let found = match name {
        PUBLIC => return Ok(Actor::Public),
        "owner" => members.into_iter().find(|member| member.is_owner),
        id => members
            .into_iter()
            .find(|member| member.proxy_id.as_str() == id),
    };
    let member = found.with_context(|| format!("this appspace has no member `{name}`"))?;
    Ok(Actor::Member(member.proxy_id))
}

async fn reload_on_change(bench: &Bench, watch: Option<Watch>, report: &Mutex<Report>) {
    let Some(mut watch) = watch else {
        return std::future::pending().await;
    };
    loop {
        watch.changed().await;
        let outcome = bench.reload().await;
        let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(loaded) => {
                *report = Report::of(&loaded);
                tell("loaded anew");
            }
            Err(error) => {
                // Stack traces in it are for a developer to read.
                let why = error_chain(error.as_ref()).replace(" ⏎ ", "\n");
                tell(&format!(
                    "the change does not load, the version before goes on:\n  {why}"
                ));
                report.failed(why);
            }
        }
    }
}

/// Says something to the developer. The terminal is this program's page.
fn tell(message: &str) {
    eprintln!("{message}");
}
