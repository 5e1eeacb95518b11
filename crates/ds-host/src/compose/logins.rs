//! Logging in to appspaces from elsewhere.

use std::{sync::Arc, time::Duration};

use axum::Router;
use ds_auth::people::SecondSteps;
use ds_core::error_chain;
use tokio_util::task::AbortOnDropHandle;

use super::{ComposeError, base::Base, modules};
use crate::{
    config::Config,
    dispatch::OtherDomains,
    entrance::{LoginParts, Logins, OriginalLogins},
    mail::Mailer,
    ops::{KnownWays, Names},
    outgoing::Outgoing,
};

/// How often logins that have ended are removed.
const TIDY: Duration = Duration::from_hours(1);

/// Other hosts, as logins ask them.
pub(super) async fn outgoing(config: &Config, names: &Names) -> Result<Outgoing, ComposeError> {
    let authorities = modules::authorities(config).await?;
    let outgoing = Outgoing::new(names, &config.logins.allow, authorities);
    Ok(outgoing.map_err(modules::ModulesError::SetUp)?)
}

/// What logging in from elsewhere stands on. This host's own people are vouched for by its own account site.
pub(super) fn logins(
    config: &Config,
    base: &Base,
    names: &Names,
    outgoing: &Outgoing,
    site: &Router,
    dropids: &OtherDomains,
) -> Arc<Logins> {
    let original = config.logins.original;
    let original = original.then(|| {
        let client = outgoing.client().clone();
        OriginalLogins::new(client, base.clock.clone())
    });
    let mailer = base.post.as_ref();
    let others = (dropids.domains.clone(), dropids.pages.clone());
    Arc::new(Logins::new(LoginParts {
        names: names.clone(),
        members: base.members.clone(),
        known: KnownWays::new(&base.store),
        pending: base.store.clone(),
        letters: base.store.clone(),
        second_steps: SecondSteps::new(base.store.clone(), base.store.clone()),
        web: Arc::new(
            outgoing
                .clone()
                .with_own_site(names, site.clone(), Some(others)),
        ),
        mailer: mailer.map(|post| Arc::new(post.clone()) as Arc<dyn Mailer>),
        original,
        clock: base.clock.clone(),
    }))
}

/// Removes what has ended, again and again.
pub(super) fn round(logins: &Arc<Logins>) -> AbortOnDropHandle<()> {
    let logins = Arc::clone(logins);
    AbortOnDropHandle::new(tokio::spawn(async move {
        loop {
            tokio::time::sleep(TIDY).await;
            if let Err(error) = logins.purge().await {
                tracing::warn!(error = error_chain(&error), "cannot remove old logins");
            }
        }
    }))
}
