//! From a request's host and path to its route: what every request does first.

use std::{
    collections::HashMap,
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use ds_core::{Address, AppVersion, Gates};
use ds_lifecycle::{Examiner, Inside};
use ds_sandbox::AppCode;
use ds_serve::{Cached, Directory as _, Site, Sources};
use ds_store::{AppspaceDbs, Store};
use http::Method;

use crate::{
    many::{Many, targets},
    numbers::{Rounds, Time, percentile, shuffle},
    report::Report,
    setup::Setup,
};

/// What a known address and its route may cost.
const KNOWN: Duration = Duration::from_micros(50);

/// A request, as far as it matters here.
type Request = (Address, (Method, String));

pub(crate) fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let many = setup.many()?;
    let targets = targets();
    let mut requests: Vec<Request> = many
        .addresses
        .iter()
        .cloned()
        .zip(targets.iter().cloned().cycle())
        .collect();
    shuffle(&mut requests);
    setup.runtime.block_on(async {
        let store = Arc::new(Store::open(&many.data.database()).await?);
        let directory = Cached::new(sources(many, &store));
        let measured = in_process(setup, report, &directory, &requests).await;
        store.close().await;
        measured
    })
}

async fn in_process(
    setup: &Setup,
    report: &mut Report,
    directory: &Cached,
    requests: &[Request],
) -> Result<()> {
    let mut first = each(directory, requests).await?;
    report.figure(
        "address and route, first time, p50",
        Time(percentile(&mut first, 50)?),
    );
    report.figure(
        "address and route, first time, p99",
        Time(percentile(&mut first, 99)?),
    );

    let mut known = Vec::new();
    for _ in 0..setup.choose(10, 3) {
        known.extend(each(directory, requests).await?);
    }
    let half = percentile(&mut known, 50)?;
    let target = format!("< {}", Time(KNOWN));
    report.target(
        "address and route, known, p50",
        Time(half),
        target,
        half < KNOWN,
    );
    report.figure(
        "address and route, known, p99",
        Time(percentile(&mut known, 99)?),
    );

    let map = plain_map(directory, requests).await?;
    let (mut addresses, mut both) = (Rounds::default(), Rounds::default());
    for _ in 0..setup.choose(15, 5) {
        let plain = in_map(&map, requests);
        addresses.add(whole(directory, requests, false).await?, plain);
        both.add(whole(directory, requests, true).await?, plain);
    }
    let per = |seconds: f64| seconds / f64::from(u32::try_from(requests.len()).unwrap_or(u32::MAX));
    let plain = Duration::from_secs_f64(per(both.peer()?));
    report.figure("a plain HashMap of the same addresses, mean", Time(plain));
    let ratio = |times: f64| format!("{times:.1} × HashMap");
    report.figure("address alone, known, time", ratio(addresses.ratio()?));
    report.figure("address and route, known, time", ratio(both.ratio()?));
    report.note(format!(
        "{} addresses in random order, an app with 60 routes; the first time reads two databases",
        requests.len()
    ));
    Ok(())
}

/// The time of each lookup.
async fn each(directory: &Cached, requests: &[Request]) -> Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(requests.len());
    for (address, (method, path)) in requests {
        let start = Instant::now();
        let site = directory
            .at(address)
            .await?
            .context("an appspace is missing")?;
        let found = black_box(site.routes.find(method, path));
        times.push(start.elapsed());
        ensure!(found.is_some(), "{method} {path} has no route");
    }
    Ok(times)
}

/// Seconds for all lookups together: no clock is read in between.
async fn whole(directory: &Cached, requests: &[Request], and_route: bool) -> Result<f64> {
    let start = Instant::now();
    for (address, (method, path)) in requests {
        let site = directory
            .at(address)
            .await?
            .context("an appspace is missing")?;
        if and_route {
            black_box(site.routes.find(method, path));
        }
        black_box(site);
    }
    Ok(start.elapsed().as_secs_f64())
}

/// Seconds for the same in a map.
fn in_map(map: &HashMap<Address, Arc<Site>>, requests: &[Request]) -> f64 {
    let start = Instant::now();
    for (address, _) in requests {
        black_box(map.get(address).map(Arc::clone));
    }
    start.elapsed().as_secs_f64()
}

async fn plain_map(
    directory: &Cached,
    requests: &[Request],
) -> Result<HashMap<Address, Arc<Site>>> {
    let mut map = HashMap::with_capacity(requests.len());
    for (address, _) in requests {
        let site = directory
            .at(address)
            .await?
            .context("an appspace is missing")?;
        map.insert(address.clone(), site);
    }
    Ok(map)
}

fn sources(many: &Many, store: &Arc<Store>) -> Sources {
    let members = Arc::new(AppspaceDbs::of_host(many.data.clone(), store));
    let data = many.data.clone();
    Sources {
        data: many.data.clone(),
        appspaces: store.clone(),
        apps: store.clone(),
        routes: store.clone(),
        members: members.clone(),
        examiner: Examiner {
            data: data.clone(),
            apps: store.clone(),
            inside: Inside::new(members),
            gates: Gates::default(),
            least_free: 0,
        },
        code_of: Arc::new(move |version: &AppVersion| AppCode {
            run: data.app_version(version.app, version.id).run(),
            entry: "app/app.ts.js".to_owned(),
            script: None,
            compiled: None,
            api: version.api,
            node_modules: false,
        }),
        terms: Arc::new(ds_sandbox::Limits::default()),
    }
}
