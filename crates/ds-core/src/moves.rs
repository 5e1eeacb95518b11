//! Appspaces that go to another host or come from one: what each of the two hosts remembers.
//!
//! The host that gives an appspace away:
//!
//! ```text
//!   Offered ──begin──▶ Begun ──commit──▶ Moved (answers with a redirect)
//!      │ cancelled,      │ cancelled, nothing heard,
//!      │ too old         │ or the host was restarted
//!      └────▶ Ended ◀────┘
//! ```
//!
//! The host that takes it:
//!
//! ```text
//!   (a job builds it) ──▶ Undecided ──the other host says Moved──▶ Published
//!                             └───────the other host says Ended──▶ Refused
//! ```
//!
//! Becoming `Moved` is the one moment that decides where the appspace is.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Address, AppspaceId, JobId, MoveId, StoreError, Timestamp, VersionId,
    secret::{Token, TokenHash},
};

/// Where the move of an appspace to another host stands, on the host that gives it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Its owner consented; nothing has changed.
    Offered,
    /// It is at rest and the other host takes it over; nothing is decided.
    Begun,
    /// It is on the other host for good.
    Moved,
    /// It stays here, for good: a new consent is needed to move it.
    Ended,
}

/// Who takes an appspace over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taker {
    /// What the appspace is to the other host.
    pub appspace: AppspaceId,
    /// Where it will answer: `https://notes.example.com`, without a path.
    pub origin: String,
}

/// The consent of an owner that an appspace goes to another host, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveOut {
    /// Its id, which is no secret.
    pub id: MoveId,
    /// The appspace.
    pub appspace: AppspaceId,
    /// Whose it is.
    pub owner: AccountId,
    /// Where it answers here, or did.
    pub address: Address,
    /// When the owner consented.
    pub created: Timestamp,
    /// When nobody can begin any more.
    pub expires: Timestamp,
    /// Who takes it, once that has begun.
    pub taker: Option<Taker>,
    /// The job that hands it over, once that has begun.
    pub job: Option<JobId>,
    /// When it was moved, if it was.
    pub moved: Option<Timestamp>,
    /// Where it stands.
    pub standing: Standing,
    /// Whether its address answers with a redirect.
    pub redirects: bool,
}

impl MoveOut {
    /// Where it stands at a moment: an offer that is too old has ended.
    #[must_use]
    pub fn standing_at(&self, now: Timestamp) -> Standing {
        match self.standing {
            Standing::Offered if self.expires <= now => Standing::Ended,
            standing => standing,
        }
    }
}

/// What became of an appspace that was taken over, on the host that took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arrival {
    /// It is all there, and the other host has not said yet whether it is moved. Nobody serves it.
    Undecided,
    /// It is here.
    Published,
    /// It stayed where it was; nothing of it is here.
    Refused,
}

/// An appspace that comes from another host: all there, and recorded before the other host is asked to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveIn {
    /// What it is to this host.
    pub appspace: AppspaceId,
    /// Whose it will be.
    pub owner: AccountId,
    /// Where it will answer; nothing else gets that address meanwhile.
    pub address: Address,
    /// What runs in it; `None` once that is recorded elsewhere.
    pub version: Option<VersionId>,
    /// The account site of the host that it comes from: `https://dropserver.example.com`.
    pub site: String,
    /// What that host calls the move.
    pub id: MoveId,
    /// When it was all there.
    pub created: Timestamp,
    /// When the other host was asked last.
    pub asked: Option<Timestamp>,
    /// What the other host said, or why it could not be asked.
    pub problem: Option<String>,
    /// Whether its owner had paused it.
    pub paused: bool,
    /// What became of it.
    pub arrival: Arrival,
}

/// What a host remembers of moves. The address of an appspace that has moved, and the one that an appspace is to get
/// that comes, are taken: [`AppspaceStore`](crate::AppspaceStore) and [`TrashStore`](crate::TrashStore) refuse them.
#[async_trait]
pub trait MoveStore: Send + Sync {
    /// Records a consent. Earlier ones for the same appspace that nobody has begun have ended.
    async fn offer(&self, offer: &MoveOut, token: &TokenHash) -> Result<(), StoreError>;
    /// One consent, and the hash of its secret.
    async fn move_out(&self, id: MoveId) -> Result<Option<(MoveOut, TokenHash)>, StoreError>;
    /// Those of an account, newest first.
    async fn moves_out(&self, owner: AccountId) -> Result<Vec<MoveOut>, StoreError>;
    /// Records who takes the appspace, and the job that hands it over: when that job ends, so does the move.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the move is not [`Standing::Offered`] at this moment.
    async fn begin_out(
        &self,
        id: MoveId,
        taker: &Taker,
        job: JobId,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// Decides: the appspace is moved. It is in the trash, its sessions have ended, its address redirects, and its
    /// job is done; all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the move is not being done by this job, or the job is not under way.
    async fn commit_out(&self, id: MoveId, at: Timestamp, job: JobId) -> Result<(), StoreError>;
    /// Ends a move that nobody has begun.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not [`Standing::Offered`].
    async fn end_offer(&self, id: MoveId) -> Result<(), StoreError>;
    /// Every address that redirects, with the origin it redirects to.
    async fn redirects(&self) -> Result<Vec<(Address, String)>, StoreError>;
    /// Lets an address redirect no longer: it is free. The move stays done.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it does not redirect.
    async fn remove_redirect(&self, id: MoveId) -> Result<(), StoreError>;

    /// Records an appspace that is all there as [`Arrival::Undecided`], with the secret that the other host wants to
    /// hear, takes its address, and ends the job that built it; all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if its address is taken, [`StoreError::Missing`] if the job is not under way.
    async fn prepare_in(
        &self,
        incoming: &MoveIn,
        secret: &Token,
        job: JobId,
    ) -> Result<(), StoreError>;
    /// Those of an account, newest first.
    async fn moves_in(&self, owner: AccountId) -> Result<Vec<MoveIn>, StoreError>;
    /// Those that are undecided, oldest first.
    async fn undecided(&self) -> Result<Vec<(MoveIn, Token)>, StoreError>;
    /// Records that the other host was asked, and what hinders.
    async fn note_in(&self, id: AppspaceId, problem: &str, at: Timestamp)
    -> Result<(), StoreError>;
    /// Records the appspace, which is here now. The secret is forgotten.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not undecided.
    async fn publish_in(&self, id: AppspaceId, at: Timestamp) -> Result<(), StoreError>;
    /// Records that the appspace is not here, and why; its address is free and the secret forgotten.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not undecided.
    async fn refuse_in(&self, id: AppspaceId, why: &str, at: Timestamp) -> Result<(), StoreError>;
}
