//! What an owner lets an app do.

use ds_core::{AppspaceId, EgressRule};

use crate::Secret;

/// What an owner approved for the app of one appspace.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The appspace.
    pub appspace: AppspaceId,
    /// The hosts it may reach; what is beyond [`EgressRule::MOST`] does not count.
    pub rules: Vec<EgressRule>,
    /// What is put into its requests to some of them.
    pub secrets: Vec<Secret>,
}
