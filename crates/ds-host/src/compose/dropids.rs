//! This host as the host of its people's DropIDs.

use std::sync::Arc;

use super::{ComposeError, base::Base};
use crate::{
    config::Config,
    dispatch::OtherDomains,
    dropids::{self, DropIds},
    ops::Names,
    outgoing::Outgoing,
    site::{self, SiteState},
};

/// Everything that DropIDs stand on.
pub(super) fn open(
    config: &Config,
    base: &Base,
    names: &Names,
    outgoing: &Outgoing,
) -> Result<Arc<DropIds>, ComposeError> {
    let parts = dropids::Parts {
        names: names.clone(),
        domains: config.dropid_domains.clone(),
        web: Arc::new(outgoing.clone()),
        logins: base.members.clone(),
        data: base.data.clone(),
        clock: base.clock.clone(),
    };
    let opened = DropIds::new(&base.store, parts);
    Ok(Arc::new(opened.map_err(ComposeError::Site)?))
}

/// What answers at the domains that have nothing but DropIDs.
pub(super) fn other_domains(dropids: &DropIds, site: &SiteState) -> OtherDomains {
    OtherDomains {
        domains: dropids.domains.clone(),
        pages: site::domain_router(site.clone()),
    }
}
