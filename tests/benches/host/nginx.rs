//! nginx, serving the same files: the peer of static routes.

use std::{fs, net::SocketAddr, os::unix::fs::MetadataExt as _, path::Path, process::Stdio};

use anyhow::{Context as _, Result};

use crate::{
    host::{FILES, content},
    probe::Ask,
    running::{Running, free_address, program},
    setup::{self, Setup, on_path},
};

/// A running nginx.
pub(crate) struct Nginx {
    running: Running,
    address: SocketAddr,
}

impl Nginx {
    /// Starts nginx, if it is installed.
    pub(crate) fn start(setup: &Setup) -> Result<Option<Self>> {
        let Some(path) = on_path("nginx") else {
            return Ok(None);
        };
        let dir = setup.dir("nginx")?;
        for (file, size) in FILES {
            setup::write(&dir.join("files/public").join(file), &content(*size))?;
        }
        let address = free_address()?;
        let config = dir.join("nginx.conf");
        setup::write(&config, configuration(&dir, address)?.as_bytes())?;
        let mut command = program(path);
        command
            .arg("-p")
            .arg(&dir)
            .arg("-c")
            .arg(&config)
            .arg("-e")
            .arg(dir.join("error.log"));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let running = Running::start(&mut command)?;
        let mut this = Self { running, address };
        let first = this
            .asking("/public/1k.txt")
            .until_answered(&mut this.running);
        first.context("nginx does not answer")?;
        Ok(Some(this))
    }

    /// A request to it.
    pub(crate) fn asking(&self, path: &str) -> Ask {
        let address = self.address;
        Ask {
            address,
            host: address.to_string(),
            path: path.to_owned(),
            cookie: None,
        }
    }
}

/// As many workers as processors, nothing logged; like ours, it looks at the file for every request.
fn configuration(dir: &Path, address: SocketAddr) -> Result<String> {
    // Started by root it would change to somebody who may not read a private directory.
    let user = if fs::metadata(dir)?.uid() == 0 {
        "user root;"
    } else {
        ""
    };
    let dir = dir.display();
    Ok(format!(
        "{user}
daemon off;
worker_processes auto;
pid {dir}/nginx.pid;
error_log {dir}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    keepalive_timeout 75s;
    keepalive_requests 1000000000;
    client_body_temp_path {dir}/client-body;
    proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi;
    uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    types {{ text/plain txt; }}
    charset utf-8;
    server {{ listen {address}; root {dir}/files; }}
}}
"
    ))
}
