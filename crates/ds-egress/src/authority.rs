//! A certificate authority that one sandbox alone trusts.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// Certificates that are kept; beyond that they are made anew.
const KEPT: usize = 256;

/// Why a certificate was not made.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// Making it.
    #[error("cannot make a certificate for a sandbox")]
    Make(#[from] rcgen::Error),
    /// Using it.
    #[error("cannot use a certificate made for a sandbox")]
    Use(#[from] rustls::Error),
}

/// Makes certificates for names. Its key never leaves the host's memory, and is gone with the sandbox.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    /// The key of all certificates it makes.
    key: KeyPair,
    made: Mutex<HashMap<Arc<str>, Arc<ServerConfig>>>,
}

impl Authority {
    pub(crate) fn new() -> Result<Self, AuthorityError> {
        let mut params = CertificateParams::default();
        let name = "Dropserver, for one sandbox";
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Self {
            issuer: Issuer::new(params, key),
            pem,
            key: KeyPair::generate()?,
            made: Mutex::default(),
        })
    }

    /// What the sandbox is told to trust.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// How to speak TLS in a name's place. The client's SNI does not matter: the address told the name.
    pub(crate) fn for_name(&self, name: &Arc<str>) -> Result<Arc<ServerConfig>, AuthorityError> {
        let made = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = made().get(name) {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(self.make(name)?);
        let mut made = made();
        if made.len() < KEPT {
            made.insert(Arc::clone(name), Arc::clone(&config));
        }
        Ok(config)
    }

    fn make(&self, name: &str) -> Result<ServerConfig, AuthorityError> {
        let mut params = CertificateParams::new([name.to_owned()])?;
        params
            .distinguished_name
            .push(DnType::CommonName, "Dropserver");
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&self.key, &self.issuer)?;
        let key = PrivatePkcs8KeyDer::from(self.key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::from(key))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}
