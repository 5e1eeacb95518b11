//! Logging in to another machine.

use std::{borrow::Cow, io, sync::Arc, time::Duration};

use russh::{
    client::{self, Handle},
    keys::{PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate, load_secret_key},
};
use russh_sftp::client::{Config, SftpSession};

use crate::snapshots::SftpPlace;

/// How long the other machine may take to answer a request, or to let us in.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);
/// How often it is asked whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// Somebody logged in.
pub(super) struct Session {
    pub(super) sftp: SftpSession,
    /// Ends with it.
    _ssh: Handle<OnlyThis>,
}

/// Talks to the one server whose key is known, and to no other.
struct OnlyThis(PublicKey);

impl client::Handler for OnlyThis {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        offered: &PublicKeyOrCertificate,
    ) -> Result<bool, russh::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = offered else {
            return Ok(false);
        };
        Ok(key.key_data() == self.0.key_data())
    }
}

/// Connects and logs in.
pub(super) async fn log_in(at: &SftpPlace) -> io::Result<Session> {
    let known = PublicKey::from_openssh(&at.host_key).map_err(io::Error::other)?;
    let identity = load_secret_key(&at.identity_file, None).map_err(|error| {
        let file = at.identity_file.display();
        io::Error::other(format!(
            "{file} is no private key that can be used (Ed25519 or ECDSA, without a passphrase): {error}"
        ))
    })?;
    let mut config = client::Config {
        keepalive_interval: Some(KEEPALIVE),
        nodelay: true,
        ..client::Config::default()
    };
    // A server has keys of several kinds; it is to show the one that is known.
    config.preferred.key = Cow::Owned(vec![known.algorithm()]);
    let address = (at.host.as_str(), at.port);
    let connecting = client::connect(Arc::new(config), address, OnlyThis(known));
    let mut ssh = connecting.await.map_err(refusal)?;
    let identity = PrivateKeyWithHashAlg::new(Arc::new(identity), None);
    let logged_in = ssh.authenticate_publickey(&at.user, identity).await;
    if !logged_in.map_err(io::Error::other)?.success() {
        let said = format!("it does not let {} in with that key", at.user);
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, said));
    }
    let channel = ssh.channel_open_session().await.map_err(io::Error::other)?;
    let sftp = channel.request_subsystem(true, "sftp").await;
    sftp.map_err(io::Error::other)?;
    let config = Config {
        request_timeout_secs: PATIENCE.as_secs(),
        ..Config::default()
    };
    let sftp = SftpSession::new_with_config(channel.into_stream(), config).await?;
    Ok(Session { sftp, _ssh: ssh })
}

fn refusal(error: russh::Error) -> io::Error {
    match error {
        russh::Error::UnknownKey => io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it has another key than the configured `host-key`: it may be another machine that answers there",
        ),
        russh::Error::NoCommonAlgo { .. } => io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it has no key of the configured `host-key`'s kind, or speaks too old an SSH",
        ),
        russh::Error::IO(error) => error,
        error => io::Error::other(error),
    }
}
