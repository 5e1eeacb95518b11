//! `[logins]`: logging in to appspaces from elsewhere.

use ds_net::IpNet;

use super::reader::Section;

/// How people log in to appspaces who have no account here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logins {
    /// Private addresses of hosts that may vouch for people nevertheless, as `192.168.1.0/24`.
    pub allow: Vec<IpNet>,
    /// Whether hosts of the original Dropserver may send their people in the original's way.
    pub original: bool,
}

pub(super) fn logins(section: Section<'_, '_>) -> Logins {
    let logins = Logins {
        allow: section.list("allow").unwrap_or_default(),
        original: section.flag("original").unwrap_or(false),
    };
    section.finish();
    logins
}
