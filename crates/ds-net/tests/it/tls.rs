//! Certificates.

use std::sync::Arc;

use ds_net::{AddressFilter, Client, Config, GetError};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::server::{exchange, ok};

#[tokio::test]
async fn only_trusted_certificates_for_the_right_name_are_taken() {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (pem, der) = (cert.pem().into_bytes(), cert.der().clone());
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![der], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                exchange(stream, |_| ok("secret")).await;
            }
        }
    });

    let filter = AddressFilter::new(vec![
        "127.0.0.0/8".parse().unwrap(),
        "::1/128".parse().unwrap(),
    ]);
    let get = |authorities: Vec<Vec<u8>>, host: &str| {
        let client = Client::new(Config {
            filter: filter.clone(),
            authorities,
            ..Config::default()
        })
        .unwrap();
        let url = Url::parse(&format!("https://{host}:{port}/")).unwrap();
        async move { client.get(&url).await.map(|fetched| fetched.body) }
    };
    assert_eq!(get(vec![pem.clone()], "127.0.0.1").await.unwrap(), "secret");
    assert!(matches!(
        get(vec![], "127.0.0.1").await,
        Err(GetError::Connect { .. })
    ));
    assert!(matches!(
        get(vec![pem], "localhost").await,
        Err(GetError::Connect { .. })
    ));
}
