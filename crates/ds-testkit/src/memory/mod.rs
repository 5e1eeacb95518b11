//! Every store trait, in memory.
//!
//! Keeps the same contracts as the database (see [`contract`](crate::contract)), but does not mind records that
//! refer to nothing: a test need not make an account to make an appspace.

mod accounts;
mod api_tokens;
mod apps;
mod appspaces;
mod egress;
mod jobs;
mod joining;
mod letters;
mod limits;
mod looks;
mod member_logins;
mod member_tokens;
mod members;
mod moves;
mod people;
mod routes;
mod sessions;
mod snapshots;
mod trash;
mod upgrades;
mod usage;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use ds_auth::{Account, ApiToken, MemberToken, Session};
use ds_core::{
    AccountId, Address, App, AppId, AppVersion, Appspace, AppspaceId, EgressRule, Job, JobId,
    LetterId, Member, MoveId, ProxyId, Schema, StoreError, TakenLook, Timestamp, Trashed,
    VersionId, WaitingLetter,
    egress_store::{EgressSecret, SecretName},
    limits::LimitOverrides,
    moves::{MoveIn, MoveOut},
    secret::{Token, TokenHash},
    snapshots::SnapshotRecord,
    upgrades::UpgradeChoice,
    usage::{Day, Hour, RunRecord, UsageDelta},
};
use ds_routes::Route;

/// All stores of a host and its appspaces. Clones share them.
#[derive(Clone, Default)]
pub struct Memory(Arc<Shared>);

#[derive(Default)]
struct Shared {
    tables: Mutex<Tables>,
    queries: AtomicU64,
    is_broken: AtomicBool,
    before_session: Mutex<Option<Work>>,
}

/// What a test does while something waits for it.
type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

#[derive(Default)]
struct Tables {
    accounts: BTreeMap<AccountId, (Account, String)>,
    apps: BTreeMap<AppId, App>,
    versions: BTreeMap<VersionId, AppVersion>,
    routes: HashMap<VersionId, Vec<Route>>,
    appspaces: BTreeMap<AppspaceId, Appspace>,
    sessions: HashMap<TokenHash, Session>,
    trash: BTreeMap<AppspaceId, Trashed>,
    jobs: BTreeMap<JobId, (Job, Option<Ended>)>,
    members: BTreeMap<(AppspaceId, ProxyId), (Member, Option<AccountId>)>,
    schemas: HashMap<AppspaceId, Schema>,
    usage_hours: BTreeMap<(AppspaceId, Hour), UsageDelta>,
    usage_days: BTreeMap<(AppspaceId, Day), UsageDelta>,
    /// Newest first.
    runs: Vec<RunRecord>,
    limits: HashMap<AppspaceId, LimitOverrides>,
    moves_out: BTreeMap<MoveId, (MoveOut, TokenHash)>,
    moves_in: BTreeMap<AppspaceId, (MoveIn, Token)>,
    /// Addresses at which no appspace may answer, and the move by which.
    kept: HashMap<Address, String>,
    snapshots: BTreeMap<AppspaceId, SnapshotRecord>,
    egress: BTreeSet<(AppspaceId, EgressRule)>,
    secrets: BTreeMap<(AppspaceId, SecretName), (EgressSecret, Timestamp)>,
    upgrades: BTreeMap<AppspaceId, UpgradeChoice>,
    api_tokens: Vec<(TokenHash, ApiToken)>,
    member_tokens: Vec<(TokenHash, MemberToken)>,
    people: people::People,
    member_logins: Vec<member_logins::OfMember>,
    joining: joining::JoiningTables,
    letters: BTreeMap<LetterId, (WaitingLetter, String)>,
    looks: BTreeMap<(AppspaceId, ProxyId), TakenLook>,
    followed: BTreeSet<(String, AppspaceId)>,
}

impl Tables {
    fn check_appspace(&self, id: AppspaceId) -> Result<(), StoreError> {
        let known = self.appspaces.contains_key(&id);
        known.then_some(()).ok_or_else(|| missing("such appspace"))
    }

    /// Removes what belongs to an appspace beside its sessions.
    fn remove_belongings(&mut self, id: AppspaceId) {
        self.usage_hours.retain(|(of, _), _| *of != id);
        self.usage_days.retain(|(of, _), _| *of != id);
        self.runs.retain(|run| run.appspace != id);
        self.limits.remove(&id);
        self.upgrades.remove(&id);
        self.joining.remove(id);
        self.looks.retain(|(at, _), _| *at != id);
        self.followed.retain(|(_, at)| *at != id);
        self.member_tokens.retain(|(_, token)| token.appspace != id);
        self.snapshots.remove(&id);
        self.egress.retain(|(of, _)| *of != id);
        self.secrets.retain(|(of, _), _| *of != id);
    }
}

/// When and how a job ended: with the reason, if it failed.
type Ended = (Timestamp, Option<String>);

impl Memory {
    /// Empty stores.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How often the stores were asked.
    #[must_use]
    pub fn queries(&self) -> u64 {
        self.0.queries.load(Ordering::SeqCst)
    }

    /// Lets everything fail from now on, or no longer.
    pub fn break_down(&self, is_broken: bool) {
        self.0.is_broken.store(is_broken, Ordering::SeqCst);
    }

    /// Does this first when a session is to be recorded next: whoever logs in has been checked by then.
    pub fn before_next_session(&self, work: impl Future<Output = ()> + Send + 'static) {
        let next = self.0.before_session.lock();
        *next.unwrap_or_else(PoisonError::into_inner) = Some(Box::pin(work));
    }

    async fn overtaken(&self) {
        let next = self.0.before_session.lock();
        let work = next.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(work) = work {
            work.await;
        }
    }

    /// How a job ended: `None` if it has not, `Some(None)` if it is done, else the reason it failed.
    #[must_use]
    pub fn job_end(&self, id: JobId) -> Option<Option<String>> {
        let tables = self.0.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, ended) = tables.jobs.get(&id)?;
        ended.as_ref().map(|(_, failure)| failure.clone())
    }

    fn tables(&self) -> Result<MutexGuard<'_, Tables>, StoreError> {
        self.0.queries.fetch_add(1, Ordering::SeqCst);
        if self.0.is_broken.load(Ordering::SeqCst) {
            return Err(StoreError::Failed {
                action: "use a store that a test broke",
                source: "broken on purpose".into(),
            });
        }
        Ok(self.0.tables.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn taken(what: impl Into<String>) -> StoreError {
    StoreError::Taken { what: what.into() }
}

fn missing(what: impl Into<String>) -> StoreError {
    StoreError::Missing { what: what.into() }
}
