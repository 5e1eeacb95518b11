//! Where snapshots are kept, as a configuration says it.

mod settings;

use std::{fmt, path::PathBuf, str::FromStr as _};

use url::Url;

pub use self::settings::PlaceSettings;

/// A place for snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A directory of this machine; everything above it exists.
    Local(PathBuf),
    /// A directory of another machine.
    Sftp(SftpPlace),
    /// A bucket, or a part of it.
    S3(S3Place),
}

/// A directory that is reached by SFTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SftpPlace {
    /// Who logs in.
    pub user: String,
    /// Where.
    pub host: String,
    /// At which port.
    pub port: u16,
    /// The directory's absolute path there; everything above it exists.
    pub path: String,
    /// The private key to log in with.
    pub identity_file: PathBuf,
    /// The server's public key. No other server is talked to.
    pub host_key: String,
}

/// A bucket that speaks S3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Place {
    /// The server.
    pub endpoint: Url,
    /// The bucket, which exists.
    pub bucket: String,
    /// What all names in it begin with, without a slash at its ends; may be empty.
    pub prefix: String,
    /// The region that requests are signed for.
    pub region: String,
    /// The name of the access key.
    pub access_key: String,
    /// The file that holds its secret.
    pub secret_key_file: PathBuf,
}

/// A place that cannot be one, and why.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{at}` is no place for snapshots: {problem}")]
pub struct PlaceError {
    at: String,
    problem: &'static str,
}

impl std::str::FromStr for Place {
    type Err = PlaceError;

    /// Reads a place that needs no more than its address: a directory.
    fn from_str(at: &str) -> Result<Self, PlaceError> {
        let at = at.to_owned();
        Self::try_from(&PlaceSettings {
            at,
            ..PlaceSettings::default()
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => path.display().fmt(f),
            Self::Sftp(at) => {
                write!(f, "sftp://{}@{}:{}{}", at.user, at.host, at.port, at.path)
            }
            Self::S3(at) => {
                let endpoint = at.endpoint.as_str().trim_end_matches('/');
                write!(f, "s3:{endpoint}/{}", at.bucket)?;
                match at.prefix.as_str() {
                    "" => Ok(()),
                    prefix => write!(f, "/{prefix}"),
                }
            }
        }
    }
}

impl Place {
    /// A directory, from its absolute path.
    ///
    /// # Errors
    /// If the path is not absolute.
    pub fn local(path: &str) -> Result<Self, PlaceError> {
        Self::from_str(path)
    }
}
