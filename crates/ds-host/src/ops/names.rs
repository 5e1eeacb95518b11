//! Where things answer: the account site's address, the domain of appspaces, and URLs of both.

use ds_auth::dropid::Local;
use ds_core::Address;

use super::{ErrorKind, OpError};

/// Labels that no appspace gets: they would be taken for the host itself, or for mail and name services.
const RESERVED: &[&str] = &[
    "account",
    "accounts",
    "admin",
    "api",
    "autoconfig",
    "autodiscover",
    "dropid",
    "ftp",
    "host",
    "imap",
    "localhost",
    "login",
    "mail",
    "mta-sts",
    "mx",
    "new",
    "ns",
    "ns1",
    "ns2",
    "pop",
    "pop3",
    "postmaster",
    "root",
    "security",
    "smtp",
    "webmail",
    "wpad",
    "www",
];

/// The names of this host, as people outside see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Where the account site answers.
    pub site: Address,
    /// The domain below which appspaces answer.
    pub domain: Address,
    /// Whether people reach the host by HTTPS.
    pub https: bool,
    /// The port people use, unless it is the scheme's own.
    pub port: Option<u16>,
}

impl Names {
    /// Names reached at `port`.
    #[must_use]
    pub fn new(site: Address, domain: Address, https: bool, port: u16) -> Self {
        let usual = if https { 443 } else { 80 };
        Self {
            site,
            domain,
            https,
            port: (port != usual).then_some(port),
        }
    }

    /// The origin at an address: `http://notes.localhost:3000`.
    #[must_use]
    pub fn origin(&self, address: &Address) -> String {
        let scheme = if self.https { "https" } else { "http" };
        match self.port {
            Some(port) => format!("{scheme}://{address}:{port}"),
            None => format!("{scheme}://{address}"),
        }
    }

    /// The origin of the account site.
    #[must_use]
    pub fn site_origin(&self) -> String {
        self.origin(&self.site)
    }

    /// What the origins of appspaces look like: `http://<name>.localhost:3000`.
    #[must_use]
    pub fn any_appspace(&self) -> String {
        self.origin(&self.domain).replacen("://", "://<name>.", 1)
    }

    /// What to think of names of this computer: they are somebody's only to a host that has such names itself, for
    /// development and tests. To one that others reach, `localhost` is nobody's.
    #[must_use]
    pub fn local(&self) -> Local {
        let is_local = |address: &Address| {
            let name = address.as_str();
            name == "localhost" || name.ends_with(".localhost")
        };
        match (is_local(&self.site) && is_local(&self.domain), self.https) {
            (false, _) => Local::Refused,
            (true, true) => Local::Https,
            (true, false) => Local::Http,
        }
    }

    /// The address a person means by a label (`notes`) or a full name (`notes.example.com`).
    ///
    /// # Errors
    /// If it is not a name below the domain of appspaces.
    pub fn address(&self, text: &str) -> Result<Address, OpError> {
        let folded = text.trim().to_ascii_lowercase();
        let label = folded
            .strip_suffix(self.domain.as_str())
            .and_then(|rest| rest.strip_suffix('.'))
            .unwrap_or(&folded);
        if label.contains('.') {
            let message = format!("`{text}` is not one name below {}", self.domain);
            return Err(OpError::new(ErrorKind::Invalid, message).with_hint(format!(
                "give one name without dots: `notes` becomes notes.{}",
                self.domain
            )));
        }
        self.domain
            .child(label)
            .map_err(|error| OpError::new(ErrorKind::Invalid, error.to_string()))
    }

    /// The address of an appspace that is to be made: as [`Names::address`], and not reserved.
    ///
    /// # Errors
    /// If it is reserved, or no address.
    pub fn new_address(&self, text: &str) -> Result<Address, OpError> {
        let address = self.address(text)?;
        let label = address.as_str().split('.').next().unwrap_or_default();
        if RESERVED.contains(&label) || address == self.site {
            return Err(OpError::new(
                ErrorKind::Conflict,
                format!("`{address}` is reserved for the host itself"),
            )
            .with_hint("choose another name"));
        }
        Ok(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(https: bool, port: u16) -> Names {
        Names::new(
            "dropserver.localhost".parse().unwrap(),
            "localhost".parse().unwrap(),
            https,
            port,
        )
    }

    #[test]
    fn origins() {
        let notes: Address = "notes.localhost".parse().unwrap();
        let check = |https, port, expect: &str| {
            assert_eq!(names(https, port).origin(&notes), expect);
        };
        check(false, 3000, "http://notes.localhost:3000");
        check(false, 80, "http://notes.localhost");
        check(false, 443, "http://notes.localhost:443");
        check(true, 443, "https://notes.localhost");
        check(true, 80, "https://notes.localhost:80");
    }

    #[test]
    fn names_of_this_computer() {
        let check = |site: &str, domain: &str, https, expect| {
            let (site, domain) = (site.parse().unwrap(), domain.parse().unwrap());
            let names = Names::new(site, domain, https, 3000);
            assert_eq!(names.local(), expect, "{names:?}");
        };
        check("dropserver.localhost", "localhost", false, Local::Http);
        check("b.localhost", "c.b.localhost", true, Local::Https);
        check("drop.example.com", "example.com", true, Local::Refused);
        check("drop.example.com", "example.com", false, Local::Refused);
        check("drop.localhost", "example.com", false, Local::Refused);
        check("drop.example.com", "localhost", false, Local::Refused);
        check("notlocalhost", "localhost", false, Local::Refused);
    }

    #[test]
    fn addresses_of_new_appspaces() {
        let names = names(false, 3000);
        let check = |text: &str, expect: Result<&str, ErrorKind>| {
            let got = names.new_address(text);
            let got = got.as_ref().map(Address::as_str).map_err(OpError::kind);
            assert_eq!(got, expect, "{text}");
        };
        check("notes", Ok("notes.localhost"));
        check(" Notes.localhost ", Ok("notes.localhost"));
        check("a.b", Err(ErrorKind::Invalid));
        check("a.b.localhost", Err(ErrorKind::Invalid));
        check("notes.example.com", Err(ErrorKind::Invalid));
        check("", Err(ErrorKind::Invalid));
        check("-x", Err(ErrorKind::Invalid));
        check("ü", Err(ErrorKind::Invalid));
        check("www", Err(ErrorKind::Conflict));
        check("dropserver", Err(ErrorKind::Conflict));
        check("localhost", Err(ErrorKind::Conflict));
    }

    #[test]
    fn reserved_labels_are_sorted_labels() {
        assert!(RESERVED.is_sorted());
        assert!(
            RESERVED
                .iter()
                .all(|label| Address::check_label(label).is_ok())
        );
    }
}
