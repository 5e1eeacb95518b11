//! Servers out there.

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use ds_testkit::tls::trusted_server;
use http::{Request, Response};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use rcgen::CertificateParams;
use rustls::{ClientConfig, RootCertStore, pki_types::pem::PemObject as _};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// A server that sends back what it is sent.
pub(crate) async fn echo() -> SocketAddr {
    tcp(|mut stream| async move {
        stream.set_nodelay(true).unwrap();
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = stream.read(&mut buffer).await {
            if stream.write_all(&buffer[..length]).await.is_err() {
                return;
            }
        }
    })
    .await
}

/// A server that does this with each connection.
pub(crate) async fn tcp<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// An HTTPS server.
pub(crate) struct Https {
    pub(crate) address: SocketAddr,
    /// Its certificate, which is its own authority.
    pub(crate) pem: Vec<u8>,
    /// How many connections it took.
    pub(crate) connections: Arc<AtomicUsize>,
}

/// What a server answers.
pub(crate) type Answer = Response<Full<Bytes>>;

/// A server for these names that answers each request like this.
pub(crate) async fn https<F>(
    names: &[&str],
    answer: impl Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
) -> Https
where
    F: Future<Output = Answer> + Send,
{
    let (pem, acceptor) = trusted_server(names);
    let pem = pem.into_bytes();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    let address = tcp(move |stream| {
        count.fetch_add(1, Relaxed);
        let (acceptor, answer) = (acceptor.clone(), answer.clone());
        async move {
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            let service = service_fn(|request| {
                let answer = answer(request);
                async { Ok::<_, Infallible>(answer.await) }
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            let _ = connection.with_upgrades().await;
        }
    })
    .await;
    Https {
        address,
        pem,
        connections,
    }
}

/// TLS as an app speaks it that trusts this authority.
pub(crate) async fn trusting(
    pem: &str,
    name: &str,
    stream: TcpStream,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let authority = rustls::pki_types::CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    roots.add(authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let name = name.to_owned().try_into().unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

/// An authority that nobody knows.
pub(crate) fn stranger() -> Vec<u8> {
    let key = rcgen::KeyPair::generate().unwrap();
    CertificateParams::default()
        .self_signed(&key)
        .unwrap()
        .pem()
        .into_bytes()
}
