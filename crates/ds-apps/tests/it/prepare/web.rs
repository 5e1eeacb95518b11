//! Servers on this machine, and a registry of npm packages that one of them is.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use ds_apps::modules::{Modules, NetFetch};
use ds_net::{AddressFilter, Client, Config};
use flate2::{Compression, write::GzEncoder};
use http::{Request, Response, header};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;
use url::Url;

/// What a server has, by path.
pub(super) type Pages = HashMap<String, Page>;

#[derive(Clone)]
pub(super) enum Page {
    Body(&'static str, Bytes),
    Elsewhere(String),
}

/// A server that answers until the test ends.
pub(super) struct Web {
    pub address: SocketAddr,
    served: Arc<Served>,
}

#[derive(Default)]
struct Served {
    pages: Mutex<Pages>,
    /// Each path with its `Accept`.
    asked: Mutex<Vec<(String, String)>>,
}

impl Web {
    pub(super) async fn start(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = Arc::new(Served::default());
        let shared = served.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (served, tls) = (shared.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => exchange(stream, served).await,
                        // A client that does not trust the server ends the handshake.
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                exchange(stream, served).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, served }
    }

    pub(super) fn put(&self, path: &str, page: Page) {
        let mut pages = self.served.pages.lock().unwrap();
        pages.insert(path.to_owned(), page);
    }

    pub(super) fn asked(&self) -> Vec<(String, String)> {
        self.served.asked.lock().unwrap().clone()
    }
}

async fn exchange(stream: impl AsyncRead + AsyncWrite + Unpin, served: Arc<Served>) {
    let answer = service_fn(move |request: Request<Incoming>| {
        let response = served.answer(&request);
        async { Ok::<_, Infallible>(response) }
    });
    // A client may hang up as it likes.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), answer)
        .await;
}

impl Served {
    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().to_owned();
        let accept = request.headers().get(header::ACCEPT);
        let accept = accept.map_or("", |it| it.to_str().unwrap()).to_owned();
        self.asked.lock().unwrap().push((path.clone(), accept));
        let response = Response::builder();
        let response = match self.pages.lock().unwrap().get(&path) {
            Some(Page::Body(content_type, body)) => response
                .header(header::CONTENT_TYPE, *content_type)
                .body(Full::new(body.clone())),
            Some(Page::Elsewhere(to)) => response
                .status(302)
                .header(header::LOCATION, to)
                .body(Full::default()),
            None => response.status(404).body(Full::default()),
        };
        response.unwrap()
    }
}

/// Modules over a client that may reach this machine.
pub(super) fn local_network(authorities: Vec<Vec<u8>>, allow_http: bool) -> Modules {
    let client = Client::new(Config {
        filter: AddressFilter::new(vec!["127.0.0.0/8".parse().unwrap()]),
        allow_http,
        authorities,
        ..Config::default()
    });
    Modules::new(Vec::new(), Some(Arc::new(NetFetch::new(client.unwrap()))))
}

/// A registry of npm packages.
pub(super) struct Registry {
    pub web: Web,
    packages: Mutex<HashMap<String, Value>>,
}

impl Registry {
    pub(super) async fn start() -> Self {
        let web = Web::start(None).await;
        Self {
            web,
            packages: Mutex::default(),
        }
    }

    /// Where it is: below a path, so that the path is not forgotten.
    pub(super) fn base(&self) -> Url {
        Url::parse(&format!("http://{}/npm", self.web.address)).unwrap()
    }

    pub(super) fn modules(&self) -> Modules {
        local_network(Vec::new(), true).with_npm_registry(self.base())
    }

    /// Publishes a version with an index.js and, beside name and version, these fields of package.json. It becomes the
    /// latest.
    pub(super) fn publish(&self, name: &str, version: &str, index: &str, manifest: Value) {
        let manifest = full_manifest(name, version, manifest).to_string();
        let files = [
            ("package/package.json", manifest.as_str()),
            ("package/index.js", index),
        ];
        self.publish_archive(name, version, archive(&files), None);
    }

    /// Publishes an archive as it is; its integrity is right if nothing else is said.
    pub(super) fn publish_archive(
        &self,
        name: &str,
        version: &str,
        archive: Vec<u8>,
        integrity: Option<Value>,
    ) {
        let digest = format!("sha512-{}", STANDARD.encode(Sha512::digest(&archive)));
        let integrity = integrity.unwrap_or_else(|| json!(digest));
        let path = format!("/archives/{name}-{version}.tgz");
        let url = format!("http://{}{path}", self.web.address);
        let mut packages = self.packages.lock().unwrap();
        let package = packages
            .entry(name.to_owned())
            .or_insert_with(|| json!({ "name": name, "dist-tags": {}, "versions": {} }));
        package["dist-tags"]["latest"] = json!(version);
        package["versions"][version] = json!({
            "name": name,
            "version": version,
            "dist": { "tarball": url, "integrity": integrity, "shasum": "0" },
        });
        let body = package.to_string().into();
        let place = format!("/npm/{}", name.replace('/', "%2F"));
        self.web.put(&place, Page::Body("application/json", body));
        let body = archive.into();
        self.web
            .put(&path, Page::Body("application/octet-stream", body));
    }
}

pub(super) fn full_manifest(name: &str, version: &str, mut manifest: Value) -> Value {
    manifest["name"] = json!(name);
    manifest["version"] = json!(version);
    manifest
}

/// A `.tgz` of these files.
pub(super) fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        let name = &mut header.as_gnu_mut().unwrap().name;
        // Written as it is: the builder itself refuses names that lead out.
        name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}
