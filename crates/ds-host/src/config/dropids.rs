//! `[dropids]`: names of this host's people on the web.

use ds_core::Address;

use super::reader::Section;

/// The domains at which people may have DropIDs, beside the account site's.
pub(super) fn domains(
    section: Section<'_, '_>,
    site: &Address,
    appspaces: &Address,
) -> Vec<Address> {
    let domains: Vec<Address> = section.list("domains").unwrap_or_default();
    let below = format!(".{appspaces}");
    let is_taken = |one: &&Address| *one == site || one.as_str().ends_with(&below);
    if let Some(taken) = domains.iter().find(is_taken) {
        section.complain(
            "domains",
            format!("{taken} is the account site's or an appspace's"),
        );
    }
    section.finish();
    domains
}
