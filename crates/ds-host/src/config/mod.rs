//! The configuration: what the file says, what stands in for it where it says nothing, and every complaint
//! about it at once.

mod dropids;
mod keys;
mod logins;
mod mail;
mod reader;
mod sandbox;
mod snapshots;
#[cfg(test)]
mod tests;

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use ds_core::Address;
use url::Url;

pub use logins::Logins;
pub use mail::{Mail, MailBy};
pub use reader::Complaint;
pub use sandbox::{Egress, Sandbox};
pub use snapshots::Snapshots;

/// The most a configuration file may have, in bytes.
const FILE_MAX: u64 = 1 << 20;

/// Everything that can be configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where the account site answers.
    pub site_host: Address,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether plain HTTP may be spoken on addresses that other machines reach.
    pub allow_plain_http: bool,
    /// Where to answer plain HTTP with a redirect to HTTPS.
    pub redirect_http: Option<SocketAddr>,
    /// How people outside reach the host, where that differs from where it listens (behind a proxy).
    pub public: Option<PublicUrl>,
    /// Where everything is kept.
    pub data_dir: Option<PathBuf>,
    /// The domain below which appspaces answer.
    pub domain: Address,
    /// How long deleted appspaces are kept in the trash.
    pub trash_kept: Duration,
    /// Certificates; none means plain HTTP.
    pub tls: Vec<CertificateFiles>,
    /// Certificate authorities to trust beside the machine's, for outgoing requests.
    pub trust: Option<PathBuf>,
    /// Where apps' remote modules come from.
    pub modules: Modules,
    /// Private addresses of hosts that appspaces may come from, as `10.1.0.0/16`.
    pub moves_allow: Vec<ds_net::IpNet>,
    /// The domains at which people may have DropIDs, beside the account site's.
    pub dropid_domains: Vec<Address>,
    /// How people from elsewhere log in to appspaces.
    pub logins: Logins,
    /// The Deno executable.
    pub deno: Option<PathBuf>,
    /// Bounds of sandboxes.
    pub sandbox: Sandbox,
    /// What apps may reach.
    pub egress: Egress,
    /// What is kept of appspaces, and where.
    pub snapshots: Snapshots,
    /// How mail is sent; `None` if none is.
    pub mail: Option<Mail>,
}

/// How people outside reach the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    /// By HTTPS.
    pub https: bool,
    /// At this port.
    pub port: u16,
}

/// A certificate chain and its key, as PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The chain, own certificate first.
    pub cert: PathBuf,
    /// The key.
    pub key: PathBuf,
}

/// Where apps' remote modules come from when an app is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modules {
    /// A folder of modules that is asked before the network.
    pub dir: Option<PathBuf>,
    /// Whether modules may be fetched from the network.
    pub network: bool,
    /// The registry that npm packages are fetched from, if any.
    pub npm_registry: Option<Url>,
    /// Private addresses that may be fetched from nevertheless, as `10.1.0.0/16`.
    pub allow: Vec<ds_net::IpNet>,
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file says things that make no sense: all of them.
    #[error("the configuration file {} cannot be used:{}", path.display(), List(complaints))]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// What is wrong, in the order of the file.
        complaints: Vec<Complaint>,
    },
    /// Passwords would travel readable.
    #[error(
        "{0} can be reached by other machines, and plain HTTP would show them everybody's passwords; \
        configure a certificate under [tls], listen on 127.0.0.1, or, if a proxy on a private network \
        does the encryption, set `allow_plain_http = true` under [site]"
    )]
    PlainHttp(SocketAddr),
    /// Nothing says where to keep data.
    #[error(
        "it is not clear where to keep data, because neither XDG_DATA_HOME nor HOME is set; say so with --data-dir"
    )]
    NoDataDir,
}

struct List<'a>(&'a [Complaint]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|complaint| write!(f, "\n  {complaint}"))
    }
}

impl Default for Config {
    fn default() -> Self {
        keys::read("", Path::new(""))
            .unwrap_or_else(|_| unreachable!("an empty file has no faults"))
    }
}

impl Config {
    /// Reads a configuration file. Paths in it are relative to its directory.
    ///
    /// # Errors
    /// With every complaint at once.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let read_error = |source| ConfigError::Read {
            path: path.to_owned(),
            source,
        };
        let length = std::fs::metadata(path).map_err(read_error)?.len();
        if length > FILE_MAX {
            return Err(read_error(io::Error::other("it is larger than 1 MiB")));
        }
        let text = std::fs::read_to_string(path).map_err(read_error)?;
        let dir = path.parent().unwrap_or(Path::new(""));
        keys::read(&text, dir).map_err(|complaints| ConfigError::Wrong {
            path: path.to_owned(),
            complaints,
        })
    }

    /// Refuses to speak plain HTTP where other machines listen in.
    ///
    /// # Errors
    /// [`ConfigError::PlainHttp`].
    pub fn check_listen(&self) -> Result<(), ConfigError> {
        if self.tls.is_empty() && !self.allow_plain_http && !self.listen.ip().is_loopback() {
            return Err(ConfigError::PlainHttp(self.listen));
        }
        Ok(())
    }

    /// Where everything is kept: the configured place, else the user's data directory.
    ///
    /// # Errors
    /// [`ConfigError::NoDataDir`].
    pub fn data_dir(&self) -> Result<PathBuf, ConfigError> {
        match &self.data_dir {
            Some(dir) => Ok(dir.clone()),
            None => default_data_dir(),
        }
    }
}

/// `$XDG_DATA_HOME/dropserver`, else `~/.local/share/dropserver`.
///
/// # Errors
/// [`ConfigError::NoDataDir`] if neither is known.
pub fn default_data_dir() -> Result<PathBuf, ConfigError> {
    let absolute = |name| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let base = absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")));
    Ok(base.ok_or(ConfigError::NoDataDir)?.join("dropserver"))
}

fn default_listen() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000)
}
