//! A grant, as it is asked.

use std::collections::BTreeSet;

use ds_core::EgressRule;

use crate::{Grant, Secret};

/// What one sandbox may reach.
pub(crate) struct Policy {
    rules: Vec<EgressRule>,
    secrets: Vec<Secret>,
}

impl Policy {
    pub(crate) fn new(grant: Grant) -> Self {
        let Grant {
            mut rules, secrets, ..
        } = grant;
        rules.truncate(EgressRule::MOST);
        Self { rules, secrets }
    }

    /// The ports of all rules.
    pub(crate) fn ports(&self) -> Vec<u16> {
        let ports: BTreeSet<u16> = self.rules.iter().map(EgressRule::port).collect();
        ports.into_iter().collect()
    }

    /// Whether a name is approved, for whatever port.
    pub(crate) fn names(&self, host: &str) -> bool {
        self.rules.iter().any(|rule| rule.names(host))
    }

    /// Whether a host is approved.
    pub(crate) fn approves(&self, host: &str, port: u16) -> bool {
        self.rules.iter().any(|rule| rule.matches(host, port))
    }

    /// Whether there may be a host for which there is a secret.
    pub(crate) fn ends_tls(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// The secrets for a host.
    pub(crate) fn secrets(&self, host: &str, port: u16) -> Vec<Secret> {
        let are_for = |secret: &&Secret| secret.is_for(host, port);
        self.secrets.iter().filter(are_for).cloned().collect()
    }
}
