//! Many requests at once over connections that stay open: by wrk where it is installed, else by ourselves.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};

use crate::{
    probe::Ask,
    running::program,
    setup::{Setup, on_path},
};

/// What sends the requests.
pub(crate) enum Load<'a> {
    /// wrk, which takes little of the computer for itself.
    Wrk(PathBuf),
    /// A client of our own.
    Own(&'a Setup),
}

impl<'a> Load<'a> {
    /// The best there is.
    pub(crate) fn new(setup: &'a Setup) -> Self {
        on_path("wrk").map_or(Self::Own(setup), Self::Wrk)
    }

    /// What the report says of it.
    pub(crate) fn note(&self) -> &'static str {
        match self {
            Self::Wrk(_) => "requests are sent by wrk from this computer",
            Self::Own(_) => {
                "wrk is not installed; requests are sent by this program, which takes more time for itself"
            }
        }
    }

    /// Asks again and again over this many connections; says how often per second there was an answer.
    pub(crate) fn run(&self, ask: &Ask, connections: usize, seconds: u32) -> Result<f64> {
        match self {
            Self::Wrk(wrk) => by_wrk(wrk, ask, connections, seconds),
            Self::Own(setup) => {
                let time = Duration::from_secs(seconds.into());
                setup.runtime.block_on(by_ourselves(ask, connections, time))
            }
        }
    }
}

fn by_wrk(wrk: &Path, ask: &Ask, connections: usize, seconds: u32) -> Result<f64> {
    let mut command = program(wrk);
    command.arg(format!("-t{}", connections.min(2)));
    command.args([format!("-c{connections}"), format!("-d{seconds}s")]);
    // Spelt so, it takes the place of the one wrk would send.
    command.args(["-H", &format!("Host: {}", ask.host)]);
    if let Some(cookie) = &ask.cookie {
        command.args(["-H", &format!("Cookie: {cookie}")]);
    }
    command.arg(format!("http://{}{}", ask.address, ask.path));
    let output = command.output().context("cannot start wrk")?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || said.contains("Non-2xx") || said.contains("Socket errors") {
        bail!("not every request was answered well; wrk says: {said}");
    }
    let rate = said
        .lines()
        .find_map(|line| line.trim().strip_prefix("Requests/sec:"));
    let rate = rate.with_context(|| format!("wrk counts nothing: {said}"))?;
    Ok(rate.trim().parse()?)
}

async fn by_ourselves(ask: &Ask, connections: usize, time: Duration) -> Result<f64> {
    let ask = Arc::new(ask.clone());
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        tasks.spawn(one_connection(Arc::clone(&ask), start + time));
    }
    let mut count = 0;
    while let Some(done) = tasks.join_next().await {
        count += done??;
    }
    Ok(f64::from(count) / start.elapsed().as_secs_f64())
}

async fn one_connection(ask: Arc<Ask>, until: Instant) -> Result<u32> {
    let stream = TcpStream::connect(ask.address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut count = 0;
    while Instant::now() < until {
        let mut request = Request::get(ask.path.as_str()).header(header::HOST, &ask.host);
        if let Some(cookie) = &ask.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let response = sender
            .send_request(request.body(Empty::<Bytes>::new())?)
            .await?;
        ensure!(
            response.status().is_success(),
            "{} was answered {}",
            ask.path,
            response.status()
        );
        let mut body = response.into_body();
        while let Some(frame) = body.frame().await {
            frame?;
        }
        count += 1;
    }
    connection.abort();
    Ok(count)
}
