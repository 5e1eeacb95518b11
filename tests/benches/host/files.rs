//! Static routes through a whole host, against nginx with the same files.

use anyhow::{Result, ensure};

use crate::{
    host::{FILES, Host},
    load::Load,
    nginx::Nginx,
    numbers::{Rate, Rounds},
    report::Report,
    setup::Setup,
};

const CONNECTIONS: usize = 32;
/// How many times nginx's rate should be reached, though nginx checks no session.
const TARGET: f64 = 0.8;

pub(crate) fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let host = Host::with_app(setup, "files")?;
    let cookie = host.member(setup)?;
    let nginx = Nginx::start(setup)?;
    let load = Load::new(setup);
    report.note(format!("{CONNECTIONS} connections; {}", load.note()));
    if nginx.is_none() {
        report.note("nginx is not installed, so there is nothing to compare with");
    }
    for (file, size) in FILES {
        let seconds = setup.choose(4, 1);
        let run = |ask| load.run(&ask, CONNECTIONS, seconds);
        let public = host.asking(&format!("/public/{file}"));
        let mut members = host.asking(&format!("/members/{file}"));
        ensure!(
            members.send()?.status != 200,
            "the files for members are for everybody"
        );
        members.cookie = Some(cookie.clone());
        let peer = nginx.as_ref().map(|nginx| nginx.asking(&public.path));
        for ask in [Some(&public), Some(&members), peer.as_ref()]
            .into_iter()
            .flatten()
        {
            ask.expect(*size)?;
        }

        let (mut all, mut some) = (Rounds::default(), Rounds::default());
        for _ in 0..setup.choose(5, 3) {
            let (ours, for_members) = (run(public.clone())?, run(members.clone())?);
            let peer = peer.clone().map(run).transpose()?.unwrap_or(f64::NAN);
            all.add(ours, peer);
            some.add(for_members, peer);
        }
        let size = size >> 10;
        report.figure(&format!("{size} KiB, public"), Rate(all.ours()?));
        report.figure(
            &format!("{size} KiB, with a member's session"),
            Rate(some.ours()?),
        );
        if nginx.is_some() {
            report.figure(&format!("{size} KiB, nginx"), Rate(all.peer()?));
            report.ratio(
                &format!("{size} KiB, public, rate"),
                all.ratio()?,
                "nginx",
                TARGET,
            );
            let name = format!("{size} KiB, with a member's session, rate");
            report.ratio(&name, some.ratio()?, "nginx", TARGET);
        }
    }
    Ok(())
}
