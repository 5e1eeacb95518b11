//! Puts a host together: stores, engine, installer, lifecycle, the pipeline of appspaces and the account site.

mod archives;
mod auth;
mod base;
mod changes;
mod dropids;
mod glue;
mod logins;
mod mail;
mod modules;
mod moves;
mod previews;
mod recorded;
mod rounds;
mod seen;
mod snapshots;
mod terms;
mod upgrades;

use std::{sync::Arc, time::Duration};

use ds_apps::Installer;
use ds_auth::{ApiTokens, SessionAuthenticator, Sessions};
use ds_core::{
    AppspaceId, DataDir, Gate, Gates, SystemClock, error_chain,
    usage::{Meter, Recorder},
};
use ds_lifecycle::Lifecycle;
use ds_sandbox::{DenoError, Sandboxes, StopReason};
use ds_serve::{Appspaces, Cached, Directory, Door, WithPreviews};
use ds_store::{OpenError, Store};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    config::Config,
    dispatch::Dispatch,
    entrance::{Entrance, EntranceState, links::LinkRates},
    mail::{MailError, Post},
    ops::{self, Names, Ops},
    site,
};

pub use terms::engine_config;

use auth::Auth;
use base::Base;

/// How long requests may go on when their appspace is brought to rest.
const GRACE: Duration = Duration::from_secs(10);
/// How long jobs get to end or be undone when the host stops.
const JOBS_END: Duration = Duration::from_secs(20);
/// How long mail on its way gets to be handed over when the host stops.
const MAIL_ENDS: Duration = Duration::from_secs(5);
/// How often sandboxes are measured.
const MEASURED: Duration = Duration::from_secs(1);
/// How often what is old is tidied away.
const TIDY: Duration = Duration::from_hours(24);

/// Why a host could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Deno cannot be used.
    #[error(transparent)]
    Deno(#[from] DenoError),
    /// Modules cannot be had as configured.
    #[error(transparent)]
    Modules(#[from] modules::ModulesError),
    /// Mail cannot be sent as configured.
    #[error("cannot set up mail")]
    Mail(#[source] MailError),
    /// The account site is at no address.
    #[error("the account site is at no address that can be written")]
    Site(#[source] url::ParseError),
    /// What a crash left half done cannot be undone.
    #[error("cannot undo what was in the middle when the host last ended")]
    Recover(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A host that is put together and not yet reachable.
pub struct Host {
    /// What people can do with it.
    pub ops: Ops,
    /// What it answers to requests.
    pub dispatch: Dispatch,
    gates: Gates,
    sandboxes: Arc<Sandboxes>,
    sessions: Sessions,
    store: Store,
    lifecycle: Lifecycle,
    recorder: Arc<Recorder>,
    _rounds: [AbortOnDropHandle<()>; 3],
    _copies: [AbortOnDropHandle<()>; 2],
    _room: AbortOnDropHandle<()>,
    _asking: AbortOnDropHandle<()>,
    _dropids: AbortOnDropHandle<()>,
    _upgrades: AbortOnDropHandle<()>,
    _previews: AbortOnDropHandle<()>,
    _alerts: AbortOnDropHandle<()>,
    _logins: AbortOnDropHandle<()>,
    _keys: AbortOnDropHandle<()>,
    _looks: AbortOnDropHandle<()>,
    post: Option<Post>,
}

impl Host {
    /// Opens everything, and undoes what a crash left in the middle. The caller holds the data directory's lock.
    ///
    /// # Errors
    /// If a part is missing or broken; nothing is left running.
    pub async fn open(config: &Config, data: &DataDir, names: Names) -> Result<Self, ComposeError> {
        let base = Base::open(config, data, &names).await?;
        let installer = base.installer(modules::of(config).await?);
        let directory = Arc::new(Cached::new(base.sources()));
        let lifecycle = base.lifecycle(&directory);
        recover(&installer, &lifecycle).await?;
        let moves = moves::open(config, &base, &names, &lifecycle).await?;
        let (tell, seen) = mpsc::channel(seen::WAITING);
        let auth = Auth::new(&base, &names, lifecycle.previews(), tell);
        let installs: Arc<dyn ops::backend::Installs> = Arc::new(glue::Packages(installer));
        let backups = base.keeper.clone().map(|keeper| {
            let records = base.records.clone();
            Arc::new(ops::Backups::new(lifecycle.clone(), keeper, records))
        });
        let moving = moves::moving(&base, &moves, &installs);
        let outgoing = logins::outgoing(config, &names).await?;
        let dropids = dropids::open(config, &base, &names, &outgoing)?;
        let members = base.members.clone();
        let keys = ops::Keys::new(&base.store, members, &auth.sessions, base.clock.clone());
        let ops = Ops::new(ops::Parts {
            keys: keys.clone(),
            backups: backups.clone(),
            post: base.post.clone(),
            people: ops::People::new(&base.store, base.clock.clone(), base.post.is_some()),
            own: ops::Own::new(
                &base.store,
                &names,
                Arc::clone(&auth.tokens),
                base.clock.clone(),
            ),
            membership: ops::Membership::new(&base.members, &base.store),
            dropids: Arc::clone(&dropids),
            names: names.clone(),
            accounts: Arc::clone(&auth.accounts),
            account_store: base.store.clone(),
            sessions: auth.sessions.clone(),
            apps: base.store.clone(),
            routes: base.store.clone(),
            appspaces: base.store.clone(),
            members: base.members.clone(),
            archives: archives::archives(&base, &lifecycle, &installs),
            installs,
            lifecycle: Arc::new(glue::Spaces {
                lifecycle: lifecycle.clone(),
                directory: Arc::clone(&directory),
                gates: base.gates.clone(),
                sandboxes: Arc::clone(&base.sandboxes),
            }),
            terms: base.terms(),
            work: changes::work(&base, &lifecycle),
            tokens: Arc::new(ApiTokens::new(base.store.clone(), base.clock.clone())),
            upgrades: ops::Upgrades::new(base.store.clone()),
            data: data.clone(),
        })
        .with_moves(moving);
        let upgrades = tokio::spawn(upgrades::round(ops.clone()));
        let site_state = auth.site(&base, &ops);
        let domains = dropids::other_domains(&dropids, &site_state);
        let site = site::router(site_state.clone());
        let logins = logins::logins(config, &base, &names, &outgoing, &site, &domains);
        let looks = tokio::spawn(crate::entrance::refresh(
            ops.clone(),
            Arc::clone(&logins),
            seen,
        ));
        let entrance = Entrance::new(EntranceState {
            site: site_state,
            logins: Arc::clone(&logins),
            links: LinkRates::new(base.clock.clone()),
        });
        let room = tokio::spawn(rounds::room(lifecycle.clone(), Arc::clone(&directory)));
        let directory = WithPreviews::new(lifecycle.previews().clone(), base.sources(), directory);
        let appspaces = appspaces(&base, &auth, &names, Arc::new(directory), entrance, &keys);
        let old = tokio::spawn(previews::close_old(lifecycle.clone()));
        let rounds = rounds(&base, auth.sessions.clone(), ops.clone());
        let copies = snapshots::rounds(&base, &lifecycle, backups);
        Ok(Self {
            _asking: moves::keep_asking(&moves),
            _dropids: AbortOnDropHandle::new(tokio::spawn(crate::dropids::round(dropids))),
            dispatch: Dispatch::new(names.site, site, domains, appspaces, moves),
            ops,
            gates: base.gates,
            sandboxes: base.sandboxes,
            sessions: auth.sessions,
            lifecycle,
            recorder: base.recorder,
            store: Store::clone(&base.store),
            _rounds: rounds,
            _copies: copies,
            _room: AbortOnDropHandle::new(room),
            _upgrades: AbortOnDropHandle::new(upgrades),
            _previews: AbortOnDropHandle::new(old),
            _alerts: mail::rounds(&base.alerts, base.keeper.is_some()),
            _logins: logins::round(&logins),
            _looks: AbortOnDropHandle::new(looks),
            _keys: AbortOnDropHandle::new(tokio::spawn(rounds::keys(keys))),
            post: base.post,
        })
    }

    /// The sessions of people who have logged in.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// The gate of an appspace, if anything was asked of it since the host was opened.
    #[must_use]
    pub fn gate(&self, appspace: AppspaceId) -> Option<Gate> {
        self.gates.known(appspace)
    }

    /// How many statements were sent to any database since the host was opened.
    #[must_use]
    pub fn queries(&self) -> u64 {
        self.store.queries()
    }

    /// How many sandboxes were started to serve requests.
    #[must_use]
    pub fn sandboxes_started(&self) -> u64 {
        self.sandboxes.started()
    }

    /// Lets nobody into any appspace from now on.
    pub fn close_gates(&self) {
        self.gates.stop();
    }

    /// Gives up the jobs that run, stops sandboxes, writes down what they used, and closes the database.
    pub async fn close(self) {
        let left = self.lifecycle.jobs().stop(JOBS_END).await;
        if left > 0 {
            tracing::warn!(
                left,
                "jobs are still under way; the next start finishes or undoes them"
            );
        }
        self.sandboxes.stop_all(StopReason::Shutdown).await;
        if let Err(error) = self.recorder.flush().await {
            tracing::warn!(error = %error_chain(&error), "cannot write down what appspaces used last");
        }
        if let Some(post) = &self.post {
            post.close(MAIL_ENDS).await;
        }
        self.store.close().await;
    }
}

fn appspaces(
    base: &Base,
    auth: &Auth,
    names: &Names,
    directory: Arc<dyn Directory>,
    entrance: Entrance,
    keys: &ops::Keys,
) -> Appspaces {
    let sessions = auth.sessions.clone();
    let authenticator = SessionAuthenticator::new(sessions.clone(), auth.cookies);
    Appspaces::new(ds_serve::Parts {
        directory,
        authenticator: Arc::new(authenticator.with_tokens(keys.tokens().clone())),
        door: Some(Door {
            site_origin: names.site_origin(),
            sessions: Arc::new(sessions),
            tokens: Arc::clone(&auth.tokens),
            cookies: auth.cookies,
            entrance: Some(Arc::new(entrance)),
        }),
        sandboxes: Arc::clone(&base.sandboxes),
        meter: base.recorder.clone() as Arc<dyn Meter>,
        scheme: if names.https { "https" } else { "http" },
        grace: GRACE,
    })
}

/// Finishes or undoes what a crash left in the middle, and empties the staging directory of what no job owns.
async fn recover(installer: &Installer, lifecycle: &Lifecycle) -> Result<(), ComposeError> {
    let undone = installer.recover().await;
    undone.map_err(|error| ComposeError::Recover(error.into()))?;
    let settled = lifecycle.recover().await;
    settled.map_err(|error| ComposeError::Recover(error.into()))
}

/// What is done again and again while the host runs.
fn rounds(base: &Base, sessions: Sessions, ops: Ops) -> [AbortOnDropHandle<()>; 3] {
    let (recorder, store) = (Arc::clone(&base.recorder), Store::clone(&base.store));
    [
        tokio::spawn(tidy(sessions, store, ops)),
        tokio::spawn(async move { recorder.run().await }),
        tokio::spawn(relieve(Arc::clone(&base.sandboxes))),
    ]
    .map(AbortOnDropHandle::new)
}

/// Looks at what sandboxes have grown to, as often as that is measured.
async fn relieve(sandboxes: Arc<Sandboxes>) {
    loop {
        tokio::time::sleep(MEASURED).await;
        sandboxes.relieve();
    }
}

/// The daily round.
async fn tidy(sessions: Sessions, store: Store, ops: Ops) {
    loop {
        if let Err(error) = sessions.purge().await {
            tracing::warn!(%error, "cannot remove expired sessions");
        }
        terms::tidy(&store, &SystemClock).await;
        if let Err(error) = mail::tidy(&store, &SystemClock, ops.sends_mail()).await {
            let error = error_chain(&error);
            tracing::warn!(error, "cannot forget letters that are of no use any more");
        }
        ops.tidy_people().await;
        if let Err(error) = ops.purge_joining().await {
            let error = error_chain(&error);
            tracing::warn!(error, "cannot remove old invitation links");
        }
        tokio::time::sleep(TIDY).await;
    }
}
