//! What sandboxes of one appspace are started with, beside its code: bounds, and the way to other hosts.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use ds_core::{AppVersion, Appspace, StoreError};
use ds_sandbox::{Limits, Outlet};

use crate::Web;

/// The terms on which an appspace's code runs.
pub struct Terms {
    /// Its bounds: the host's, with what is set for this appspace.
    pub limits: Limits,
    /// Its way to the hosts that its owner approved, if any.
    pub outlet: Option<Arc<dyn Outlet>>,
    /// What browsers are told.
    pub web: Web,
    over: AtomicBool,
}

impl Terms {
    /// Terms that hold from now on.
    #[must_use]
    pub fn new(limits: Limits, outlet: Option<Arc<dyn Outlet>>) -> Self {
        Self {
            limits,
            outlet,
            web: Web::default(),
            over: AtomicBool::new(false),
        }
    }

    /// The same with what the app asks of browsers.
    #[must_use]
    pub fn with_web(mut self, web: Web) -> Self {
        self.web = web;
        self
    }

    /// Others hold from now on: no sandbox that is started on these may answer.
    pub fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
    }

    /// Whether others hold by now.
    #[must_use]
    pub fn are_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }
}

/// Finds the terms of an appspace. Asked when it is first requested, and again after it was forgotten.
#[async_trait]
pub trait TermsOf: Send + Sync {
    /// The terms of this appspace, which runs this version of its app.
    async fn terms(&self, appspace: &Appspace, version: &AppVersion) -> Result<Terms, StoreError>;
}

/// The same bounds for all, and no way out.
#[async_trait]
impl TermsOf for Limits {
    async fn terms(&self, _: &Appspace, version: &AppVersion) -> Result<Terms, StoreError> {
        Ok(Terms::new(self.clone(), None).with_web(Web::of(&version.manifest)))
    }
}
