//! Who vouches for the servers of these tests.

use std::{fs, path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData as _,
};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject as _},
};
use sha2::{Digest as _, Sha256};

/// An authority that signs certificates of these tests.
pub(crate) struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
    pub(crate) client: Arc<ClientConfig>,
    /// The key of every host.
    key: KeyPair,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // What strict clients want: it may sign, and is called something else than what it signs.
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name = called("authority of the tests");
        let pem = params.self_signed(&key).unwrap().pem();
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap())
            .unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            pem,
            issuer: Issuer::new(params, key),
            client: Arc::new(client),
            key: KeyPair::generate().unwrap(),
        }
    }

    /// What browsers know the key of every host by.
    pub(crate) fn fingerprint(&self) -> String {
        BASE64.encode(Sha256::digest(self.key.subject_public_key_info()))
    }

    /// What a server of the tests needs to be this host name.
    pub(crate) fn server(&self, name: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let params = leaf(&[name.to_owned()]);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into());
        Arc::new(config.unwrap())
    }

    /// Writes a certificate for these names, its key and this authority into a directory.
    pub(crate) fn write(&self, dir: &Path, names: &[String]) {
        let key = &self.key;
        let params = leaf(names);
        let certificate = params.signed_by(key, &self.issuer).unwrap();
        for (name, text) in [
            ("cert.pem", certificate.pem()),
            ("key.pem", key.serialize_pem()),
            ("ca.pem", self.pem.clone()),
        ] {
            fs::write(dir.join(name), text).unwrap();
        }
    }
}

fn leaf(names: &[String]) -> CertificateParams {
    let mut params = CertificateParams::new(names).unwrap();
    params.use_authority_key_identifier_extension = true;
    params.distinguished_name = called(&names[0]);
    params
}

fn called(name: &str) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    called
}
