//! TLS: certificates by name, HTTP/2, and files that cannot be used.

use std::{fs, path::Path};

use ::http::Version;
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::TokioExecutor;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName};
use tempfile::TempDir;
use tokio_rustls::TlsConnector;

use super::{
    super::tls::{Certificates, TlsError},
    *,
};
use crate::config::CertificateFiles;

/// An authority of this test's own, and a place for files.
struct Authority {
    dir: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        Self { dir, issuer }
    }

    /// A certificate for these names, as files.
    fn files(&self, file: &str, names: &[&str]) -> CertificateFiles {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let key = KeyPair::generate().unwrap();
        let cert = CertificateParams::new(names).unwrap();
        let cert = cert.signed_by(&key, &self.issuer).unwrap();
        let files = CertificateFiles {
            cert: self.dir.path().join(format!("{file}.pem")),
            key: self.dir.path().join(format!("{file}.key")),
        };
        fs::write(&files.cert, cert.pem()).unwrap();
        fs::write(&files.key, key.serialize_pem()).unwrap();
        files
    }

    /// A client that trusts this authority and offers these protocols.
    fn client(&self, protocols: &[&[u8]]) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().unwrap();
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|one| one.to_vec()).collect();
        Arc::new(config).into()
    }
}

async fn listen_with(files: &[CertificateFiles]) -> Listening {
    let config = Certificates::load(files).unwrap().into_config().unwrap();
    listen(Some(config.into()), Limits::default()).await
}

#[tokio::test]
async fn the_name_chooses_the_certificate() {
    let authority = Authority::new();
    let host = listen_with(&[
        authority.files("site", &["drop.example.com"]),
        authority.files("any", &["*.example.com"]),
        authority.files("own", &["own.example.com", "other.example"]),
    ])
    .await;
    let client = authority.client(&[]);
    let check = async |name: &str, expect: bool| {
        let stream = TcpStream::connect(host.address).await.unwrap();
        let server = ServerName::try_from(name.to_owned()).unwrap();
        let met = client.connect(server, stream).await;
        // The client compares the certificate with the name.
        assert_eq!(met.is_ok(), expect, "{name}");
    };
    check("drop.example.com", true).await;
    check("notes.example.com", true).await;
    check("own.example.com", true).await;
    check("other.example", true).await;
    check("a.b.example.com", false).await;
    check("example.com", false).await;
    check("elsewhere.org", false).await;
}

#[test]
fn an_exact_name_comes_before_a_star() {
    let authority = Authority::new();
    let (star, own) = (["*.example.com"], ["own.example.com"]);
    let files = [authority.files("star", &star), authority.files("own", &own)];
    let certificates = Certificates::load(&files).unwrap();
    let find = |name: &str| certificates.find(name).map(|found| found.cert[0].clone());
    assert!(find("own.example.com").is_some());
    assert_ne!(find("own.example.com"), find("x.example.com"));
    assert_eq!(find("OWN.example.com."), find("own.example.com"));
    assert_eq!(find("y.example.com"), find("x.example.com"));
    assert_eq!(find("example.com"), None);
}

#[tokio::test]
async fn http2_is_agreed_on_where_both_can() {
    let authority = Authority::new();
    let host = listen_with(&[authority.files("site", &["drop.example.com"])]).await;
    for (protocols, expect) in [
        (&[b"h2".as_slice(), b"http/1.1"][..], Version::HTTP_2),
        (&[b"http/1.1".as_slice()][..], Version::HTTP_11),
        (&[][..], Version::HTTP_11),
    ] {
        let stream = TcpStream::connect(host.address).await.unwrap();
        let server = ServerName::try_from("drop.example.com").unwrap();
        let client = authority.client(protocols);
        let stream = client.connect(server, stream).await.unwrap();
        let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let (io, request) = (TokioIo::new(stream), request(is_h2));
        let response = if is_h2 {
            let executor = TokioExecutor::new();
            let (mut sender, connection) = http2::handshake(executor, io).await.unwrap();
            tokio::spawn(connection);
            sender.send_request(request).await.unwrap()
        } else {
            let (mut sender, connection) = http1::handshake(io).await.unwrap();
            tokio::spawn(connection);
            sender.send_request(request).await.unwrap()
        };
        assert_eq!(response.version(), expect);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, format!("{expect:?} /x"));
    }
    assert!(host.stop.drain(Duration::from_mins(1)).await);
}

fn request(is_h2: bool) -> Request<Empty<Bytes>> {
    let request = if is_h2 {
        Request::get("https://drop.example.com/x")
    } else {
        Request::get("/x").header("host", "drop.example.com")
    };
    request.body(Empty::new()).unwrap()
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let authority = Authority::new();
    let (one, two) = (
        authority.files("one", &["a.b"]),
        authority.files("two", &["c.d"]),
    );
    let (nowhere, empty) = (
        Path::new("/no/such/file"),
        authority.dir.path().join("empty"),
    );
    fs::write(&empty, "").unwrap();
    let nameless = authority.files("nameless", &[]);
    let check = |cert: &Path, key: &Path, part: &str| {
        let files = CertificateFiles {
            cert: cert.to_owned(),
            key: key.to_owned(),
        };
        let error: TlsError = Certificates::load(&[files]).err().unwrap();
        assert!(error.to_string().contains(part), "{error}");
    };
    check(nowhere, &one.key, "/no/such/file");
    check(&one.cert, nowhere, "/no/such/file");
    check(&empty, &one.key, "no certificate in");
    check(&one.cert, &empty, "cannot read a key");
    check(&one.cert, &two.key, "two.key cannot be used with");
    check(&nameless.cert, &nameless.key, "for no host name");
}
