//! The same handler in a Deno without a host: the peer of function routes.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

use crate::{
    probe::Ask,
    running::{Running, free_address, program},
    setup::{self, Setup},
};

/// What the handler answers.
pub(crate) const HELLO: &str = "Hello, world\n";

/// The handler on disk, ready to be run.
pub(crate) struct Bare {
    dir: PathBuf,
}

/// A running Deno.
pub(crate) struct Deno {
    _running: Running,
    address: SocketAddr,
    /// How long it took from its start to its first answer.
    pub(crate) took: Duration,
}

impl Bare {
    /// Writes the handler, and runs it once so that Deno has compiled it.
    pub(crate) fn new(setup: &Setup) -> Result<Self> {
        let dir = setup.dir("bare")?;
        setup::write(&dir.join("hello.ts"), include_bytes!("app/hello.ts"))?;
        setup::write(&dir.join("bare.ts"), include_bytes!("app/bare.ts"))?;
        let this = Self { dir };
        this.start()?.asking().expect(HELLO.len())?;
        Ok(this)
    }

    /// Starts it and waits for its first answer.
    pub(crate) fn start(&self) -> Result<Deno> {
        let address = free_address()?;
        let ask = asking(address);
        let mut command = self.command(address)?;
        let start = Instant::now();
        let mut running = Running::start(&mut command)?;
        let answer = ask
            .until_answered(&mut running)
            .context("Deno does not answer")?;
        let took = answer.first_byte.duration_since(start);
        Ok(Deno {
            _running: running,
            address,
            took,
        })
    }

    fn command(&self, address: SocketAddr) -> Result<Command> {
        let mut command = program(setup::deno()?);
        let cache: &Path = &self.dir.join("cache");
        command.args(["run", "--quiet", "--no-prompt", "--no-config", "--no-lock"]);
        command
            .arg("--allow-net=127.0.0.1")
            .arg(self.dir.join("bare.ts"));
        command.arg(address.port().to_string());
        command
            .env("DENO_DIR", cache)
            .env("DENO_NO_UPDATE_CHECK", "1");
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Ok(command)
    }
}

impl Deno {
    /// A request to it.
    pub(crate) fn asking(&self) -> Ask {
        asking(self.address)
    }
}

fn asking(address: SocketAddr) -> Ask {
    Ask {
        address,
        host: address.to_string(),
        path: "/hello".to_owned(),
        cookie: None,
    }
}
