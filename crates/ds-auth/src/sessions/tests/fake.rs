//! Stores that count, and that pause where a test wants them to.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
};

use async_trait::async_trait;
use ds_core::{
    AccountId, AppspaceId, ManualClock, Member, MemberStore, Permission, ProxyId, StoreError,
    Timestamp,
    secret::{Token, TokenHash},
};

use crate::{Epoch, Session, SessionStore, Sessions, Subject};

pub(super) fn member(name: &str) -> Member {
    Member {
        proxy_id: ProxyId::random(),
        display_name: name.into(),
        avatar: String::new(),
        permissions: BTreeSet::new(),
        is_owner: false,
    }
}

pub(super) struct Fake {
    pub(super) clock: Arc<ManualClock>,
    /// How often each step yields, in turn; then not at all.
    pub(super) pauses: Mutex<VecDeque<u8>>,
    sessions: Mutex<HashMap<TokenHash, Session>>,
    members: Mutex<HashMap<(AppspaceId, ProxyId), Member>>,
    reads: AtomicU64,
    writes: AtomicU64,
    epoch: AtomicU64,
    changed: Mutex<HashMap<AccountId, Epoch>>,
}

impl Fake {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            clock: Arc::new(ManualClock::new(Timestamp(1_000_000))),
            pauses: Mutex::default(),
            sessions: Mutex::default(),
            members: Mutex::default(),
            reads: AtomicU64::new(0),
            writes: AtomicU64::new(0),
            epoch: AtomicU64::new(0),
            changed: Mutex::default(),
        })
    }

    pub(super) fn with_sessions() -> (Arc<Self>, Sessions) {
        let fake = Self::new();
        let sessions = fake.sessions();
        (fake, sessions)
    }

    /// New ones, that remember nothing.
    pub(super) fn sessions(self: &Arc<Self>) -> Sessions {
        Sessions::new(self.clone(), self.clone(), self.clock.clone())
    }

    pub(super) fn put_member(&self, appspace: AppspaceId, member: &Member) {
        let key = (appspace, member.proxy_id.clone());
        self.members.lock().unwrap().insert(key, member.clone());
    }

    pub(super) fn drop_member(&self, appspace: AppspaceId, id: &ProxyId) {
        self.members.lock().unwrap().remove(&(appspace, id.clone()));
    }

    pub(super) fn token_is_gone(&self, token: &Token) -> bool {
        !self.sessions.lock().unwrap().contains_key(&token.hash())
    }

    pub(super) fn queries(&self) -> u64 {
        self.reads.load(SeqCst) + self.writes.load(SeqCst)
    }

    pub(super) fn writes(&self) -> u64 {
        self.writes.load(SeqCst)
    }

    async fn pause(&self) {
        let times = self.pauses.lock().unwrap().pop_front().unwrap_or(0);
        for _ in 0..times {
            tokio::task::yield_now().await;
        }
    }

    /// A read, with a pause before and after: what it returns may be outdated.
    async fn read<T>(&self, read: impl FnOnce() -> T) -> Result<T, StoreError> {
        self.reads.fetch_add(1, SeqCst);
        self.pause().await;
        let found = read();
        self.pause().await;
        Ok(found)
    }

    async fn write(
        &self,
        write: impl FnOnce(&mut HashMap<TokenHash, Session>),
    ) -> Result<(), StoreError> {
        self.writes.fetch_add(1, SeqCst);
        self.pause().await;
        write(&mut self.sessions.lock().unwrap());
        self.pause().await;
        Ok(())
    }
}

#[async_trait]
impl SessionStore for Fake {
    async fn epoch(&self) -> Result<Epoch, StoreError> {
        Ok(Epoch(self.epoch.load(SeqCst)))
    }

    async fn add_session(
        &self,
        token: &TokenHash,
        session: &Session,
        since: Option<Epoch>,
    ) -> Result<(), StoreError> {
        let account = match session.subject {
            Subject::Account(id) => Some(id),
            Subject::Member { account, .. } => account,
        };
        let mut is_refused = false;
        self.write(|all| {
            let changed = account.and_then(|id| self.changed.lock().unwrap().get(&id).copied());
            is_refused = changed.is_some_and(|at| since.is_some_and(|since| at > since));
            if !is_refused {
                all.insert(token.clone(), session.clone());
            }
        })
        .await?;
        let missing = || StoreError::Missing {
            what: "such account to log in to".into(),
        };
        (!is_refused).then_some(()).ok_or_else(missing)
    }

    async fn outdate_logins(&self, account: AccountId) -> Result<Epoch, StoreError> {
        let mut now = Epoch(0);
        self.write(|_| {
            now = Epoch(self.epoch.fetch_add(1, SeqCst) + 1);
            self.changed.lock().unwrap().insert(account, now);
        })
        .await?;
        Ok(now)
    }

    async fn may_begin(&self, _: AccountId, _: Option<Epoch>) -> Result<(), StoreError> {
        unreachable!("sessions are added")
    }

    async fn session(&self, token: &TokenHash) -> Result<Option<Session>, StoreError> {
        self.read(|| self.sessions.lock().unwrap().get(token).cloned())
            .await
    }

    async fn extend_session(&self, token: &TokenHash, to: Timestamp) -> Result<(), StoreError> {
        self.write(|all| {
            if let Some(session) = all.get_mut(token) {
                session.expires = to;
            }
        })
        .await
    }

    async fn remove_session(&self, token: &TokenHash) -> Result<bool, StoreError> {
        let mut was_there = false;
        self.write(|all| was_there = all.remove(token).is_some())
            .await?;
        Ok(was_there)
    }

    async fn keep_newest(
        &self,
        of: AppspaceId,
        id: &ProxyId,
        most: u32,
    ) -> Result<Vec<TokenHash>, StoreError> {
        let mut ended = Vec::new();
        self.write(|all| {
            let is_theirs = |session: &Session| {
                matches!(
                    &session.subject,
                    Subject::Member { appspace, proxy_id, .. } if *appspace == of && proxy_id == id
                )
            };
            let own = all.iter().filter(|(_, session)| is_theirs(session));
            let mut own: Vec<_> = own.map(|(t, s)| (s.expires, t.clone())).collect();
            own.sort_by_key(|(expires, _)| std::cmp::Reverse(*expires));
            ended.extend(own.into_iter().skip(most as usize).map(|(_, t)| t));
            all.retain(|token, _| !ended.contains(token));
        })
        .await?;
        Ok(ended)
    }

    async fn remove_sessions_of_member(
        &self,
        of: AppspaceId,
        id: &ProxyId,
    ) -> Result<(), StoreError> {
        self.write(|all| {
            all.retain(|_, session| {
                !matches!(
                    &session.subject,
                    Subject::Member { appspace, proxy_id, .. } if *appspace == of && proxy_id == id
                )
            });
        })
        .await
    }

    async fn remove_sessions_of_account(&self, id: AccountId) -> Result<(), StoreError> {
        self.write(|all| {
            all.retain(|_, session| match session.subject {
                Subject::Account(account) => account != id,
                Subject::Member { account, .. } => account != Some(id),
            });
        })
        .await
    }

    async fn purge_sessions(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(|all| all.retain(|_, session| session.expires >= now))
            .await
    }
}

#[async_trait]
impl MemberStore for Fake {
    async fn member(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
    ) -> Result<Option<Member>, StoreError> {
        let key = (appspace, id.clone());
        self.read(|| self.members.lock().unwrap().get(&key).cloned())
            .await
    }

    async fn members(&self, _: AppspaceId) -> Result<Vec<Member>, StoreError> {
        unreachable!("sessions ask for one member")
    }

    async fn member_of_account(
        &self,
        _: AppspaceId,
        _: AccountId,
    ) -> Result<Option<Member>, StoreError> {
        unreachable!("sessions know the member")
    }

    async fn add_member(
        &self,
        _: AppspaceId,
        _: &Member,
        _: Option<AccountId>,
    ) -> Result<(), StoreError> {
        unreachable!("sessions change no members")
    }

    async fn set_permission(
        &self,
        _: AppspaceId,
        _: &ProxyId,
        _: &Permission,
        _: bool,
    ) -> Result<(), StoreError> {
        unreachable!("sessions change no members")
    }

    async fn remove_member(&self, _: AppspaceId, _: &ProxyId) -> Result<(), StoreError> {
        unreachable!("sessions change no members")
    }
}
