//! What a sandbox is to its outlet: listeners, a log, and somebody who connects.

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use ds_core::{
    AppspaceId, EgressRule,
    usage::{Meter, UsageDelta},
};
use ds_egress::{Egress, EgressConfig, EgressLimits, Grant, Secret};
use ds_net::{AddressFilter, Resolve};
use ds_sandbox::OutletSockets;
use tokio::{
    io::AsyncReadExt as _,
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::asking::Names;

/// What a test is about.
pub(crate) struct Setup {
    pub(crate) rules: Vec<EgressRule>,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) allow: Vec<&'static str>,
    pub(crate) limits: EgressLimits,
    pub(crate) authorities: Vec<Vec<u8>>,
    pub(crate) resolver: Arc<dyn Resolve>,
}

impl Setup {
    /// These rules; every name leads to this server, which is allowed.
    pub(crate) fn new(rules: &[&str], server: SocketAddr) -> Self {
        Self {
            rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
            secrets: Vec::new(),
            allow: vec!["127.0.0.0/8"],
            limits: EgressLimits::default(),
            authorities: Vec::new(),
            resolver: Arc::new(Answers(move |_: &str| Ok(vec![server]))),
        }
    }

    pub(crate) fn start(self) -> Sandbox {
        let allow = self.allow.iter().map(|net| net.parse().unwrap()).collect();
        let egress = Egress::new(EgressConfig {
            filter: AddressFilter::new(allow),
            resolver: self.resolver,
            authorities: self.authorities,
            limits: self.limits,
        });
        Sandbox::start(&egress, self.rules, self.secrets)
    }
}

/// Answers for names as a test says.
pub(crate) struct Answers<F>(pub(crate) F);

#[async_trait]
impl<F: Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync> Resolve for Answers<F> {
    async fn resolve(&self, host: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        (self.0)(host)
    }
}

/// Bytes that were told of, to the app and from it.
#[derive(Default)]
pub(crate) struct Counts(Mutex<(u64, u64)>);

impl Meter for Counts {
    fn add(&self, _: AppspaceId, delta: UsageDelta) {
        let mut sum = self.0.lock().unwrap();
        sum.0 += delta.bytes_in;
        sum.1 += delta.bytes_out;
    }
}

pub(crate) struct Sandbox {
    dns: SocketAddr,
    ports: HashMap<u16, u16>,
    log: Arc<Mutex<Vec<String>>>,
    counts: Arc<Counts>,
    pub(crate) trusted: Option<String>,
    pub(crate) outlet: Option<Box<dyn Send + Sync>>,
}

impl Sandbox {
    pub(crate) fn start(egress: &Egress, rules: Vec<EgressRule>, secrets: Vec<Secret>) -> Self {
        let appspace = AppspaceId::new();
        let counts = Arc::new(Counts::default());
        let grant = Grant {
            appspace,
            rules,
            secrets,
        };
        let outlet = egress
            .outlet(grant, Arc::clone(&counts) as Arc<dyn Meter>)
            .unwrap();
        let dns = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = |port| (port, TcpListener::bind("0.0.0.0:0").unwrap());
        let ports: Vec<_> = outlet.ports().into_iter().map(listen).collect();
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&log);
        Self {
            dns: dns.local_addr().unwrap(),
            ports: ports
                .iter()
                .map(|(port, listener)| (*port, listener.local_addr().unwrap().port()))
                .collect(),
            log,
            counts,
            trusted: outlet.trusted(),
            outlet: Some(outlet.serve(OutletSockets {
                dns,
                ports,
                log: Arc::new(move |line| lines.lock().unwrap().push(line.to_owned())),
            })),
        }
    }

    /// A connection for names.
    pub(crate) async fn names(&self) -> Names {
        Names(TcpStream::connect(self.dns).await.unwrap())
    }

    /// The address for a name.
    pub(crate) async fn address(&self, name: &str) -> Option<Ipv4Addr> {
        let (_, address) = self.names().await.ask(name, 1).await.unwrap();
        address
    }

    /// A connection to a name, as an app makes it.
    pub(crate) async fn connect(&self, name: &str, port: u16) -> TcpStream {
        let address = self.address(name).await.unwrap();
        self.connect_to(address, port).await
    }

    pub(crate) async fn connect_to(&self, address: Ipv4Addr, port: u16) -> TcpStream {
        TcpStream::connect((address, self.ports[&port]))
            .await
            .unwrap()
    }

    /// Asserts that a connection is ended without a byte, and that the log says so.
    pub(crate) async fn refused(&self, mut stream: TcpStream, line: &str) {
        ended(&mut stream).await;
        self.logs(line).await;
    }

    /// Waits until the log has this line.
    pub(crate) async fn logs(&self, line: &str) {
        let has = || self.log().iter().any(|one| one.contains(line));
        until(has, &|| format!("{line}: {:?}", self.log())).await;
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Waits until so many bytes went to the app and from it.
    pub(crate) async fn counted(&self, expect: (u64, u64)) {
        let has = || *self.counts.0.lock().unwrap() == expect;
        until(has, &|| format!("{:?}", self.counts.0.lock().unwrap())).await;
    }

    /// What was counted so far.
    pub(crate) fn counts(&self) -> (u64, u64) {
        *self.counts.0.lock().unwrap()
    }
}

/// Waits until something is so.
pub(crate) async fn until(is: impl Fn() -> bool, else_: &dyn Fn() -> String) {
    for _ in 0..2000 {
        if is() {
            return;
        }
        sleep(Duration::from_millis(5)).await;
    }
    panic!("{}", else_());
}

/// Waits until the other side ended a connection, and asserts that it said nothing.
pub(crate) async fn ended(stream: &mut TcpStream) {
    let mut byte = [0];
    let read = timeout(Duration::from_secs(10), stream.read(&mut byte)).await;
    match read.unwrap() {
        Ok(0) => {}
        Ok(_) => panic!("it said something"),
        Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
    }
}
