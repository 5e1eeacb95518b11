//! For somebody who wants to go to an appspace and has no account on this host: where they can log in otherwise.

use ds_core::Address;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::{SiteState, local_path::LocalPath, single_sign_on};

/// The appspace's own page with other ways to log in, if this path of ours leads to an appspace. Nothing of it but the
/// path comes from whoever made the link: the name must be one of this host's.
pub(super) fn link(site: &SiteState, next: &LocalPath) -> Option<String> {
    let address: Address = single_sign_on::named_in(site, next)?.parse().ok()?;
    let origin = site.ops.names().origin(&address);
    let path = single_sign_on::path_in(next);
    let path = utf8_percent_encode(path.as_str(), NON_ALPHANUMERIC);
    Some(format!("{origin}/.dropserver/enter?path={path}"))
}
