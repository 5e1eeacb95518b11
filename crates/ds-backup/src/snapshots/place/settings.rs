//! Reading a place from its settings, with what is wrong with them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Place, PlaceError, S3Place, SftpPlace};

/// A place for snapshots, as it is written in a configuration:
///
/// ```toml
/// at = "/mnt/disk/snapshots"
///
/// at = "sftp://me@nas.example:22/backup/dropserver"
/// identity_file = "/etc/dropserver/nas_ed25519"
/// host_key = "ssh-ed25519 AAAAC3…"
///
/// at = "s3:https://s3.example/bucket/dropserver"
/// region = "eu-1"
/// access_key = "AKIA…"
/// secret_key_file = "/etc/dropserver/s3-secret"
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", default, deny_unknown_fields)]
pub struct PlaceSettings {
    /// A directory's absolute path, `sftp://user@host[:port]/path` or `s3:https://endpoint/bucket[/prefix]`.
    pub at: String,
    /// SFTP: the private key to log in with, without a passphrase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_file: Option<PathBuf>,
    /// SFTP: the server's public key, as `ssh-keyscan` and `known_hosts` write it, without the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_key: Option<String>,
    /// S3: the region, `us-east-1` where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// S3: the name of the access key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key: Option<String>,
    /// S3: the file that holds its secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_key_file: Option<PathBuf>,
}

impl TryFrom<&PlaceSettings> for Place {
    type Error = PlaceError;

    fn try_from(settings: &PlaceSettings) -> Result<Self, PlaceError> {
        let at = settings.at.as_str();
        let place = if at.starts_with('/') {
            settings
                .only(Kind::Local)
                .map(|()| Self::Local(PathBuf::from(at)))
        } else if at.starts_with("sftp:") {
            settings.only(Kind::Sftp).and_then(|()| settings.sftp())
        } else if let Some(url) = at.strip_prefix("s3:") {
            settings.only(Kind::S3).and_then(|()| settings.s3(url))
        } else {
            Err("it must be an absolute path, or begin with `sftp://` or `s3:https://`")
        };
        place.map_err(|problem| PlaceError {
            // An address may have a password in it, which has no business in messages.
            at: if at.contains('@') && at.contains("://") {
                "…@".to_owned() + at.rsplit('@').next().unwrap_or_default()
            } else {
                at.to_owned()
            },
            problem,
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Local,
    Sftp,
    S3,
}

impl PlaceSettings {
    /// Settings that mean nothing for this kind of place are mistakes.
    fn only(&self, kind: Kind) -> Result<(), &'static str> {
        let sftp = self.identity_file.is_some() || self.host_key.is_some();
        let s3 =
            self.region.is_some() || self.access_key.is_some() || self.secret_key_file.is_some();
        if sftp && kind != Kind::Sftp {
            return Err("`identity_file` and `host_key` are for `sftp://` alone");
        }
        if s3 && kind != Kind::S3 {
            return Err("`region`, `access_key` and `secret_key_file` are for `s3:` alone");
        }
        Ok(())
    }

    fn sftp(&self) -> Result<Place, &'static str> {
        let url = Url::parse(&self.at).map_err(|_| "its address cannot be read")?;
        plain(&url)?;
        if url.username().is_empty() {
            return Err("it names no user: `sftp://user@host/path`");
        }
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or("it names no server")?;
        let path = decoded(url.path().trim_end_matches('/'))?;
        if path.is_empty() {
            return Err("it names no directory: `sftp://user@host/path`");
        }
        let host_key = self
            .host_key
            .as_deref()
            .ok_or("`host_key` is missing: the server's public key, as `ssh-keyscan` tells it")?;
        if russh::keys::PublicKey::from_openssh(host_key.trim()).is_err() {
            return Err("`host_key` is no public key like `ssh-ed25519 AAAAC3…`");
        }
        Ok(Place::Sftp(SftpPlace {
            user: decoded(url.username())?,
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(22),
            path,
            identity_file: absolute(
                self.identity_file.as_ref(),
                "`identity_file` is missing: the absolute path of the private key to log in with",
            )?,
            host_key: host_key.trim().to_owned(),
        }))
    }

    fn s3(&self, address: &str) -> Result<Place, &'static str> {
        let mut url = Url::parse(address).map_err(|_| "its address cannot be read")?;
        plain(&url)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err("its server must begin with `https://` (or `http://`)");
        }
        if !url.username().is_empty() {
            return Err("keys do not belong into its address: use `access_key`");
        }
        let path = decoded(url.path().trim_matches('/'))?;
        let (bucket, prefix) = path.split_once('/').unwrap_or((&path, ""));
        if bucket.is_empty() {
            return Err("it names no bucket: `s3:https://endpoint/bucket`");
        }
        let place = S3Place {
            bucket: bucket.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            region: self
                .region
                .clone()
                .unwrap_or_else(|| "us-east-1".to_owned()),
            access_key: self.access_key.clone().ok_or("`access_key` is missing")?,
            secret_key_file: absolute(
                self.secret_key_file.as_ref(),
                "`secret_key_file` is missing: the absolute path of a file with the access key's secret",
            )?,
            endpoint: {
                url.set_path("");
                url
            },
        };
        Ok(Place::S3(place))
    }
}

fn plain(url: &Url) -> Result<(), &'static str> {
    if url.password().is_some() {
        return Err("passwords do not belong into a configuration");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("its address has `?` or `#`");
    }
    Ok(())
}

fn absolute(path: Option<&PathBuf>, problem: &'static str) -> Result<PathBuf, &'static str> {
    path.filter(|path| path.is_absolute())
        .cloned()
        .ok_or(problem)
}

/// Percent-decodes, and refuses what leads elsewhere.
fn decoded(text: &str) -> Result<String, &'static str> {
    let text = percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| "its address is not text")?;
    if text.contains(['\0', '\n']) || text.split('/').any(|part| part == "..") {
        return Err("its path has `..` or characters that no path has");
    }
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST_KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

    fn settings(at: &str) -> PlaceSettings {
        let mut settings = PlaceSettings {
            at: at.to_owned(),
            ..PlaceSettings::default()
        };
        if at.starts_with("sftp:") {
            settings.identity_file = Some("/keys/id".into());
            settings.host_key = Some(HOST_KEY.into());
        }
        if at.starts_with("s3:") {
            settings.access_key = Some("me".into());
            settings.secret_key_file = Some("/keys/s3".into());
        }
        settings
    }

    #[test]
    fn places_are_read_and_told() {
        let check = |at: &str, expect: &str| {
            let place = Place::try_from(&settings(at)).unwrap();
            assert_eq!(place.to_string(), expect, "{at}");
        };
        check("/mnt/disk", "/mnt/disk");
        check("sftp://me@nas/backup/", "sftp://me@nas:22/backup");
        check("sftp://me@nas:2222/a%20b", "sftp://me@nas:2222/a b");
        check("sftp://me@[::1]:2222/a", "sftp://me@::1:2222/a");
        check("s3:https://s3.example/b", "s3:https://s3.example/b");
        check("s3:http://[::1]:9000/b/p/q/", "s3:http://[::1]:9000/b/p/q");
    }

    #[test]
    fn what_is_no_place_says_why() {
        let check = |at: &str, expect: &str| {
            let refused = Place::try_from(&settings(at)).unwrap_err().to_string();
            assert!(refused.contains(expect), "{at}: {refused}");
            assert!(!refused.contains("hunter2"), "{refused}");
        };
        check("", "absolute path");
        check("snapshots", "absolute path");
        check("ftp://x/y", "absolute path");
        check("sftp://nas/backup", "no user");
        check("sftp://me:hunter2@nas/backup", "passwords");
        check("sftp://me@nas", "no directory");
        check("sftp://me@nas/a?b", "`?`");
        check("sftp://me@nas/a/%2e%2e/%2e%2e%2fb", "`..`");
        check("s3:s3.example/b", "cannot be read");
        check("s3:ftp://s3.example/b", "https://");
        check("s3:https://s3.example/", "no bucket");
        check("s3:https://me@s3.example/b", "access_key");
        check("s3:https://me:hunter2@s3.example/b", "passwords");
    }

    #[test]
    fn settings_belong_to_their_kind() {
        let check = |change: fn(&mut PlaceSettings), at: &str, expect: &str| {
            let mut settings = settings(at);
            change(&mut settings);
            let refused = Place::try_from(&settings).unwrap_err().to_string();
            assert!(refused.contains(expect), "{refused}");
        };
        let (sftp, s3) = ("sftp://me@nas/b", "s3:https://s3.example/b");
        check(|s| s.host_key = None, sftp, "`host_key` is missing");
        check(|s| s.host_key = Some("x".into()), sftp, "no public key");
        check(|s| s.identity_file = None, sftp, "`identity_file`");
        check(|s| s.identity_file = Some("id".into()), sftp, "absolute");
        check(|s| s.region = Some("x".into()), sftp, "for `s3:` alone");
        check(|s| s.access_key = None, s3, "`access_key` is missing");
        check(|s| s.secret_key_file = None, s3, "`secret_key_file`");
        check(|s| s.host_key = Some("x".into()), "/a", "`sftp://` alone");
    }
}
