//! Mail by SMTP.

use std::{fmt, path::PathBuf, time::Duration};

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};

use super::{MailError, Transport};

/// How long the server may take for each answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the way to the server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte, usually at port 465.
    Implicit,
    /// TLS before anything is said, usually at port 587. A server that does not offer it gets nothing.
    StartTls,
    /// None: for a server on the same machine alone.
    None,
}

/// A password, or where it is. Debug output does not show it.
#[derive(Clone, PartialEq, Eq)]
pub enum Password {
    /// The password.
    Given(String),
    /// A file with it, read when it is needed.
    File(PathBuf),
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(_) => f.write_str("Password(…)"),
            Self::File(path) => write!(f, "Password({})", path.display()),
        }
    }
}

/// Who the host is to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The name.
    pub user: String,
    /// The password.
    pub password: Password,
}

/// A server that takes mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpServer {
    /// Its name, which its certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is protected.
    pub security: Security,
    /// How to log in, if that is needed.
    pub login: Option<Login>,
}

/// Hands messages to a server, with a connection for each: there are few.
pub struct SmtpTransport {
    server: SmtpServer,
    name: String,
    tls: Tls,
}

impl SmtpTransport {
    /// To this server; the host calls itself `name`. Certificates of these authorities, in PEM, are trusted beside
    /// those that the machine trusts.
    ///
    /// # Errors
    /// If an authority is none.
    pub fn new(
        server: SmtpServer,
        name: String,
        authorities: &[Vec<u8>],
    ) -> Result<Self, MailError> {
        let parameters = || {
            let mut parameters = TlsParameters::builder(server.host.clone());
            for pem in authorities {
                let certificate = Certificate::from_pem(pem).map_err(MailError::Tls)?;
                parameters = parameters.add_root_certificate(certificate);
            }
            parameters.build_rustls().map_err(MailError::Tls)
        };
        let tls = match server.security {
            Security::Implicit => Tls::Wrapper(parameters()?),
            Security::StartTls => Tls::Required(parameters()?),
            Security::None => Tls::None,
        };
        Ok(Self { server, name, tls })
    }

    async fn credentials(&self) -> Result<Option<Credentials>, MailError> {
        let Some(login) = &self.server.login else {
            return Ok(None);
        };
        let password = match &login.password {
            Password::Given(password) => password.clone(),
            Password::File(path) => {
                let read = tokio::fs::read_to_string(path).await;
                let text = read.map_err(|source| MailError::Password {
                    path: path.clone(),
                    source,
                })?;
                text.trim_end_matches(['\r', '\n']).to_owned()
            }
        };
        Ok(Some(Credentials::new(login.user.clone(), password)))
    }
}

#[async_trait]
impl Transport for SmtpTransport {
    async fn deliver(&self, message: &Message) -> Result<(), MailError> {
        let SmtpServer { host, port, .. } = &self.server;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.clone())
            .port(*port)
            .tls(self.tls.clone())
            .hello_name(ClientId::Domain(self.name.clone()))
            .timeout(Some(PATIENCE));
        if let Some(credentials) = self.credentials().await? {
            builder = builder.credentials(credentials);
        }
        let sent = builder.build().send(message.clone()).await;
        sent.map(drop).map_err(|source| MailError::Server {
            server: format!("{host}:{port}"),
            source,
        })
    }
}
