//! Where DropIDs of this host are, and which names nobody gets.

use ds_auth::dropid::{DropId, DropIdError, Handle};
use ds_core::Address;

use crate::ops::Names;

/// Handles that nobody gets: they are, or may become, names of the account site's pages, or would be taken for the host
/// itself. A test compares them with the pages there are.
pub const RESERVED: &[&str] = &[
    "about",
    "account",
    "accounts",
    "admin",
    "administrator",
    "api",
    "apps",
    "appspacelogin",
    "appspaces",
    "assets",
    "backups",
    "billing",
    "blog",
    "contact",
    "contacts",
    "device",
    "docs",
    "dropid",
    "dropids",
    "dropserver",
    "email",
    "forgot",
    "help",
    "home",
    "host",
    "hostmaster",
    "invitations",
    "invited",
    "jobs",
    "join",
    "login",
    "logout",
    "mail",
    "me",
    "members",
    "moves",
    "new",
    "oauth",
    "passkeys",
    "people",
    "postmaster",
    "privacy",
    "public",
    "register",
    "remote",
    "reset",
    "root",
    "security",
    "settings",
    "setup",
    "signin",
    "signup",
    "snapshots",
    "static",
    "status",
    "support",
    "system",
    "terms",
    "tokens",
    "trash",
    "users",
    "webmaster",
    "www",
];

/// The domains at which people of this host have DropIDs: the account site's, and those that are configured.
#[derive(Clone, Debug)]
pub struct Domains {
    all: Vec<Address>,
    port: Option<u16>,
}

/// Why nobody gets a DropID.
#[derive(Debug, thiserror::Error)]
pub enum NoDropId {
    /// Not a domain of this host.
    #[error("this host does not answer at `{0}`")]
    Domain(String),
    /// No handle.
    #[error(transparent)]
    Handle(#[from] DropIdError),
    /// One that is kept.
    #[error("`{0}` is reserved for the host itself")]
    Reserved(String),
    /// The whole domain of the account site.
    #[error("a DropID at {0} needs a handle")]
    NoHandle(Address),
}

impl Domains {
    /// The account site's domain, and others.
    pub(crate) fn new(names: &Names, others: Vec<Address>) -> Self {
        let mut all = vec![names.site.clone()];
        all.extend(others.into_iter().filter(|one| *one != names.site));
        Self {
            all,
            port: names.port,
        }
    }

    /// All of them, as they stand in DropIDs; the account site's first.
    pub fn all(&self) -> impl Iterator<Item = String> {
        self.all.iter().map(|domain| match self.port {
            Some(port) => format!("{domain}:{port}"),
            None => domain.to_string(),
        })
    }

    /// Whether a DropID is one of this host, should it be anybody's.
    #[must_use]
    pub fn has(&self, id: &DropId) -> bool {
        self.all().any(|domain| domain == id.domain())
    }

    /// Whether a request to this host is about DropIDs alone.
    #[must_use]
    pub fn is_other(&self, host: &Address) -> bool {
        self.all.iter().skip(1).any(|one| one == host)
    }

    /// The DropID with a handle at a host.
    ///
    /// # Errors
    /// If there is no such handle or host.
    pub fn at(&self, host: &Address, handle: &str) -> Result<DropId, NoDropId> {
        if !self.all.contains(host) {
            return Err(NoDropId::Domain(host.to_string()));
        }
        Ok(DropId::new(host, self.port, handle.parse()?)?)
    }

    /// One that somebody may get, unless it is somebody's. `domain` is one of [`all`](Self::all).
    ///
    /// # Errors
    /// If nobody may.
    pub fn new_one(&self, domain: &str, handle: &str) -> Result<DropId, NoDropId> {
        let at = self.all().position(|one| one == domain);
        let host = at.and_then(|at| self.all.get(at));
        let clipped = || domain.chars().take(80).collect();
        let host = host.ok_or_else(|| NoDropId::Domain(clipped()))?;
        let handle: Handle = handle.trim().parse()?;
        if RESERVED.contains(&handle.as_str()) {
            return Err(NoDropId::Reserved(handle.to_string()));
        }
        if handle.is_empty() && at == Some(0) {
            return Err(NoDropId::NoHandle(host.clone()));
        }
        Ok(DropId::new(host, self.port, handle)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domains(https: bool) -> Domains {
        let (site, port) = if https {
            ("drop.example.com", 443)
        } else {
            ("drop.localhost", 3000)
        };
        let names = Names::new(
            site.parse().unwrap(),
            "x.example".parse().unwrap(),
            https,
            port,
        );
        Domains::new(
            &names,
            vec!["ada.example".parse().unwrap(), site.parse().unwrap()],
        )
    }

    #[test]
    fn reserved_handles_are_sorted_handles() {
        assert!(RESERVED.is_sorted());
        assert!(RESERVED.iter().all(|one| Handle::is_canonical(one)));
    }

    #[test]
    fn who_may_be_called_what() {
        let check = |https, domain: &str, handle: &str, expect: Option<&str>| {
            let got = domains(https).new_one(domain, handle);
            assert_eq!(
                got.map(|id| id.to_string()).ok().as_deref(),
                expect,
                "{domain}/{handle}"
            );
        };
        check(
            true,
            "drop.example.com",
            " Ada ",
            Some("drop.example.com/ada"),
        );
        check(true, "ada.example", "", Some("ada.example/"));
        check(true, "ada.example", "blog2", Some("ada.example/blog2"));
        check(
            false,
            "drop.localhost:3000",
            "ada",
            Some("drop.localhost:3000/ada"),
        );
        check(false, "drop.localhost", "ada", None);
        check(true, "drop.example.com", "", None);
        check(true, "drop.example.com", "login", None);
        check(true, "drop.example.com", "LOGIN", None);
        check(true, "ada.example", "admin", None);
        check(true, "evil.example", "ada", None);
        check(true, "drop.example.com", "a.b", None);
        check(true, "drop.example.com", "a/b", None);
    }

    #[test]
    fn whose_a_dropid_is() {
        let domains = domains(true);
        let check = |id: &str, expect: bool| {
            assert_eq!(domains.has(&id.parse().unwrap()), expect, "{id}");
        };
        check("drop.example.com/ada", true);
        check("ada.example/", true);
        check("ada.example:8443/", false);
        check("b.example/ada", false);
        let host = |text: &str| text.parse::<Address>().unwrap();
        assert!(domains.is_other(&host("ada.example")));
        assert!(!domains.is_other(&host("drop.example.com")));
        assert!(domains.at(&host("ada.example"), "ada").is_ok());
        assert!(domains.at(&host("b.example"), "ada").is_err());
        assert!(domains.at(&host("ada.example"), "a.b").is_err());
    }
}
