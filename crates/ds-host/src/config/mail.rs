//! `[mail]`: how mail goes to people.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

use lettre::message::Mailbox;

use super::reader::Section;
use crate::mail::{Login, Password, Security, SmtpServer};

/// How mail is sent, and in whose name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The sender.
    pub from: Mailbox,
    /// The way it goes.
    pub by: MailBy,
}

/// The way mail goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailBy {
    /// To a server.
    Smtp(SmtpServer),
    /// Into a directory.
    File(PathBuf),
}

/// What the key `transport` may say.
enum TransportKey {
    Smtp,
    File,
}

impl std::str::FromStr for TransportKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "smtp" => Ok(Self::Smtp),
            "file" => Ok(Self::File),
            _ => Err("must be \"smtp\" or \"file\""),
        }
    }
}

/// What the key `tls` may say.
struct TlsKey(Security);

impl std::str::FromStr for TlsKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "implicit" => Ok(Self(Security::Implicit)),
            "starttls" => Ok(Self(Security::StartTls)),
            "none" => Ok(Self(Security::None)),
            _ => Err("must be \"implicit\", \"starttls\" or \"none\""),
        }
    }
}

/// Reads it; `None` if the host sends no mail.
pub(super) fn mail(section: Section<'_, '_>, dir: &Path, is_there: bool) -> Option<Mail> {
    let transport: Option<TransportKey> = section.parsed("transport");
    let from: Option<String> = section.parsed("from");
    let server = server(&section, dir);
    let into = section.path("dir").map(|path| dir.join(path));
    let complain = |key, problem| {
        if is_there && !section.has(key) {
            section.complain(key, problem);
        }
    };
    complain("transport", "is missing: \"smtp\" or \"file\"?");
    complain("from", "is missing: whose name is on the mail?");
    let from = from.and_then(|from| {
        let read = from.parse::<Mailbox>().ok();
        if read.is_none() {
            section.complain("from", "must be like `Dropserver <dropserver@example.com>`");
        }
        read
    });
    let by = match transport {
        Some(TransportKey::Smtp) => {
            complain("host", "is missing: which server takes the mail?");
            server.map(MailBy::Smtp)
        }
        Some(TransportKey::File) => {
            complain("dir", "is missing: where are messages written to?");
            into.map(MailBy::File)
        }
        None => None,
    };
    section.finish();
    Some(Mail {
        from: from?,
        by: by?,
    })
}

fn server(section: &Section<'_, '_>, dir: &Path) -> Option<SmtpServer> {
    let host: Option<String> = section.parsed("host");
    let port = section.number("port", 1..=65_535);
    let security = section
        .parsed("tls")
        .map_or(Security::StartTls, |TlsKey(it)| it);
    let user: Option<String> = section.parsed("user");
    let given: Option<String> = section.parsed("password");
    let file = section.path("password_file").map(|path| dir.join(path));
    if given.is_some() && file.is_some() {
        section.complain("password_file", "is one too many: `password` is there, too");
    }
    let password = file.map(Password::File).or(given.map(Password::Given));
    if user.is_some() != password.is_some() {
        let problem = "goes with a password, and a password with `user`";
        section.complain("user", problem);
    }
    let host = host?;
    if security == Security::None && !is_here(&host) {
        section.complain(
            "tls",
            "can be \"none\" only for a server on this computer: others would read the mail and the password on their way",
        );
    }
    let usual = match security {
        Security::Implicit => 465,
        Security::StartTls => 587,
        Security::None => 25,
    };
    Some(SmtpServer {
        port: port
            .and_then(|port| u16::try_from(port).ok())
            .unwrap_or(usual),
        host,
        security,
        login: user
            .zip(password)
            .map(|(user, password)| Login { user, password }),
    })
}

/// Whether a server is on this computer, by its name alone.
fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keys;

    fn read(text: &str) -> Result<Option<Mail>, String> {
        let config = keys::read(text, Path::new("/etc/ds"));
        let complaints = |found: Vec<_>| {
            let found = found.iter().map(ToString::to_string);
            found.collect::<Vec<_>>().join("\n")
        };
        config.map(|config| config.mail).map_err(complaints)
    }

    #[test]
    fn ways_of_mail() {
        assert_eq!(read(""), Ok(None));
        let from = "from = 'Drop <drop@example.com>'";
        let file = read(&format!("[mail]\ntransport = 'file'\ndir = 'mail'\n{from}"));
        let file = file.unwrap().unwrap();
        assert_eq!(file.from.to_string(), "Drop <drop@example.com>");
        assert_eq!(file.by, MailBy::File("/etc/ds/mail".into()));
        let check = |text: &str, port: u16, security: Security, login: Option<Password>| {
            let read = read(&format!("[mail]\ntransport = 'smtp'\n{from}\n{text}"));
            let Ok(Some(Mail {
                by: MailBy::Smtp(server),
                ..
            })) = read
            else {
                panic!("{text}: {read:?}");
            };
            assert_eq!((server.port, server.security), (port, security), "{text}");
            assert_eq!(server.login.map(|login| login.password), login, "{text}");
        };
        check("host = 'mail.example.com'", 587, Security::StartTls, None);
        check(
            "host = 'mail.example.com'\ntls = 'implicit'",
            465,
            Security::Implicit,
            None,
        );
        check("host = '127.0.0.1'\ntls = 'none'", 25, Security::None, None);
        check(
            "host = '::1'\ntls = 'none'\nport = 2525",
            2525,
            Security::None,
            None,
        );
        let given = Password::Given("secret".to_owned());
        check(
            "host = 'localhost'\ntls = 'none'\nuser = 'u'\npassword = 'secret'",
            25,
            Security::None,
            Some(given.clone()),
        );
        assert!(!format!("{given:?}").contains("secret"));
        let file = Password::File("/etc/ds/pw".into());
        check(
            "host = 'mail.example.com'\nuser = 'u'\npassword_file = 'pw'",
            587,
            Security::StartTls,
            Some(file),
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        let check = |text: &str, expect: &str| {
            let error = read(&format!("[mail]\n{text}")).unwrap_err();
            assert!(error.contains(expect), "{text}: {error}");
        };
        let smtp = "transport = 'smtp'\nfrom = 'drop@example.com'\n";
        check("", "mail.transport: is missing");
        check("transport = 'pigeon'", "\"smtp\" or \"file\"");
        check(
            "transport = 'file'\nfrom = 'drop@example.com'",
            "mail.dir: is missing",
        );
        check("transport = 'file'\ndir = 'x'", "mail.from: is missing");
        check(
            "transport = 'file'\ndir = 'x'\nfrom = 'drop'",
            "must be like",
        );
        check(smtp, "mail.host: is missing");
        check(
            &format!("{smtp}host = 'mail.example.com'\ntls = 'none'"),
            "only for a server on this computer",
        );
        check(
            &format!("{smtp}host = 'mail.example.com'\nuser = 'u'"),
            "goes with a password",
        );
        check(
            &format!("{smtp}host = 'mail.example.com'\npassword = 'u'"),
            "goes with a password",
        );
        check(
            &format!("{smtp}host = 'a'\nuser = 'u'\npassword = 'a'\npassword_file = 'b'"),
            "one too many",
        );
        check(&format!("{smtp}colour = 'red'"), "no such key");
    }
}
