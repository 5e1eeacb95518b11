//! Certificates, chosen by the name that the client asks for (SNI).

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use webpki::EndEntityCert;

use crate::config::CertificateFiles;

/// Why certificates could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or has not in it what it should.
    #[error("cannot read {what} from {}", path.display())]
    Read {
        /// A certificate chain or a key.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// The file has no certificate in it.
    #[error("there is no certificate in {}; it should be a PEM file with the chain", .0.display())]
    NoCertificate(PathBuf),
    /// The key is not the certificate's, or of a kind that cannot be used.
    #[error("the key {} cannot be used with the certificate {}", files.key.display(), files.cert.display())]
    Unusable {
        /// The files.
        files: CertificateFiles,
        /// Why not.
        #[source]
        source: rustls::Error,
    },
    /// The certificate is for no host name, so it would never be chosen.
    #[error("the certificate {} is for no host name", .0.display())]
    NoNames(PathBuf),
    /// The TLS library refuses to be set up.
    #[error("cannot set up TLS")]
    Setup(#[source] rustls::Error),
}

/// Certificates by name.
#[derive(Default)]
pub struct Certificates {
    exact: HashMap<String, Arc<CertifiedKey>>,
    /// By the domain below the star.
    wildcard: HashMap<String, Arc<CertifiedKey>>,
    /// For clients that ask for no name, or one that is not here: the first, which their user can then look at.
    first: Option<Arc<CertifiedKey>>,
}

impl Certificates {
    /// Loads certificates and keys. Where two are for the same name, the one given first is used.
    ///
    /// # Errors
    /// With the file that is at fault.
    pub fn load(files: &[CertificateFiles]) -> Result<Self, TlsError> {
        let (mut certificates, provider) = (Self::default(), ring::default_provider());
        for files in files {
            certificates.add(files, &provider)?;
        }
        Ok(certificates)
    }

    fn add(&mut self, files: &CertificateFiles, provider: &CryptoProvider) -> Result<(), TlsError> {
        let chain = read_chain(&files.cert)?;
        let names = names(&chain);
        if names.is_empty() {
            return Err(TlsError::NoNames(files.cert.clone()));
        }
        let key = PrivateKeyDer::from_pem_file(&files.key);
        let key = key.map_err(|source| TlsError::Read {
            what: "a key",
            path: files.key.clone(),
            source,
        })?;
        let unusable = |source| TlsError::Unusable {
            files: files.clone(),
            source,
        };
        let key = CertifiedKey::from_der(chain, key, provider).map_err(unusable)?;
        let key = Arc::new(key);
        for name in names {
            let (map, name) = match name.strip_prefix("*.") {
                Some(domain) => (&mut self.wildcard, domain),
                None => (&mut self.exact, name.as_str()),
            };
            map.entry(name.to_owned())
                .or_insert_with(|| Arc::clone(&key));
        }
        self.first.get_or_insert(key);
        Ok(())
    }

    /// The certificate for a name: its own before one with a star.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Arc<CertifiedKey>> {
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let domain = name.split_once('.').map(|(_, domain)| domain);
        self.exact.get(&name).or_else(|| self.wildcard.get(domain?))
    }

    /// What to accept TLS connections with.
    ///
    /// # Errors
    /// If the TLS library refuses.
    pub fn into_config(self) -> Result<Arc<ServerConfig>, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Setup)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(self));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let found = hello.server_name().and_then(|name| self.find(name));
        found.or(self.first.as_ref()).cloned()
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.exact.keys().chain(self.wildcard.keys());
        f.debug_set().entries(names).finish()
    }
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read_error = |source| TlsError::Read {
        what: "a certificate",
        path: path.to_owned(),
        source,
    };
    let chain = CertificateDer::pem_file_iter(path).map_err(read_error)?;
    let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(read_error)?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(path.to_owned()));
    }
    Ok(chain)
}

/// The host names a certificate is for, in lower case.
fn names(chain: &[CertificateDer<'_>]) -> Vec<String> {
    let own = chain
        .first()
        .and_then(|own| EndEntityCert::try_from(own).ok());
    own.map(|own| own.valid_dns_names().map(str::to_ascii_lowercase).collect())
        .unwrap_or_default()
}
