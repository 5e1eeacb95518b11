//! Who people are: accounts, sessions, logins under way.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use ds_auth::{Accounts, Cookies, LoginTokens, Sessions};
use ds_core::{AppspaceId, Closes};
use ds_lifecycle::Previews;

use tokio::sync::mpsc::Sender;

use super::{base::Base, previews::WithPreviews, seen::Watched};
use crate::{
    entrance::Seen,
    ops::{Names, Ops},
    site::SiteState,
};

/// Everything about who people are.
pub(super) struct Auth {
    pub(super) accounts: Arc<Accounts>,
    pub(super) sessions: Sessions,
    pub(super) tokens: Arc<LoginTokens>,
    pub(super) cookies: Cookies,
}

impl Auth {
    pub(super) fn new(base: &Base, names: &Names, previews: &Previews, seen: Sender<Seen>) -> Self {
        let sessions = Arc::new(WithPreviews::new(previews.clone(), base.store.clone()));
        let members = Watched {
            members: base.members.clone(),
            tell: seen,
        };
        let sessions = Sessions::with_list(
            sessions,
            Arc::new(members),
            base.store.clone(),
            base.clock.clone(),
        );
        base.remembered.set(sessions.clone());
        Self {
            accounts: Arc::new(Accounts::new(base.store.clone(), base.clock.clone())),
            sessions,
            tokens: Arc::new(LoginTokens::new(base.clock.clone())),
            cookies: Cookies {
                secure: names.https,
            },
        }
    }

    /// What the account site stands on.
    pub(super) fn site(&self, base: &Base, ops: &Ops) -> SiteState {
        SiteState {
            ops: ops.clone(),
            accounts: Arc::clone(&self.accounts),
            account_store: base.store.clone(),
            sessions: self.sessions.clone(),
            login_tokens: Arc::clone(&self.tokens),
            cookies: self.cookies,
            appspaces: base.store.clone(),
            members: base.members.clone(),
            data: base.data.clone(),
        }
    }
}

/// What sessions remember of members, which goes with the data that they were read from: after a restore others are
/// members. Sessions are made after the lifecycle that tells this.
#[derive(Default)]
pub(super) struct Remembered(OnceLock<Sessions>);

impl Remembered {
    fn set(&self, sessions: Sessions) {
        // They are made once.
        let _ = self.0.set(sessions);
    }
}

#[async_trait]
impl Closes for Remembered {
    async fn close(&self, appspace: AppspaceId) {
        if let Some(sessions) = self.0.get() {
            sessions.forget_appspace(appspace);
        }
    }
}
