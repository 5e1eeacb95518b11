//! Outgoing TLS: ring, the machine's own trust store, and more authorities if configured.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore, pki_types::CertificateDer, pki_types::pem::PemObject as _,
};

use crate::SetUpError;

/// A TLS configuration that trusts what the machine trusts, and these PEM certificates. It offers HTTP/1.1.
///
/// # Errors
/// If one of them is none.
pub fn config(authorities: &[Vec<u8>]) -> Result<Arc<ClientConfig>, SetUpError> {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::warn!(%error, "a certificate of this machine's trust store cannot be read");
    }
    roots.add_parsable_certificates(native.certs);
    for pem in authorities {
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots.add(certificate.map_err(SetUpError::Pem)?)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
