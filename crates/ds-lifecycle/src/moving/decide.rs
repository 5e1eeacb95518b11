//! What becomes of an appspace that is all here: the other host says. It is asked until it does, over restarts of
//! either host; whatever else happens, nothing is published and nothing removed.

use std::{sync::Arc, time::Duration};

use ds_core::{
    AccountId, Appspace, AppspaceId, StoreError, error_chain, fault,
    moves::{Arrival, MoveIn, Standing, Taker},
    secret::Token,
};
use tokio::{sync::Semaphore, task::JoinSet, time::sleep};

use super::{AskError, MoveInError, Moves, Report, lock};
use crate::{JobError, undo::remove};

/// What is said where the other host says that it keeps the appspace.
const KEPT: &str = "the other host says that it stays there";

/// How many moves are asked for at once.
const AT_ONCE: usize = 8;

/// What became of it.
#[derive(Debug)]
pub(super) enum Outcome {
    Published(Appspace),
    Refused,
    Undecided,
}

/// What the other host is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    Commit,
    Abort,
}

impl Moves {
    /// Asks for every move that is undecided, again and again, for as long as the host runs. The gaps grow, and are
    /// short again when there is another.
    pub async fn keep_asking(&self) {
        let (first, most) = self.0.patience.again;
        let mut gap = first;
        loop {
            let left = match self.ask_all().await {
                Ok(left) => left,
                Err(error) => {
                    tracing::warn!(error = error_chain(&error), "cannot settle moves");
                    1
                }
            };
            let woken = self.0.undecided.notified();
            if left == 0 {
                woken.await;
                gap = first;
                continue;
            }
            tokio::select! {
                () = woken => gap = first,
                () = sleep(gap) => gap = (gap * 2).min(most).max(Duration::from_millis(10)),
            }
        }
    }

    /// Asks once for every move that is undecided; how many still are.
    ///
    /// # Errors
    /// If the records cannot be read or written.
    pub async fn ask_all(&self) -> Result<usize, MoveInError> {
        let (mut left, mut failure) = (0, None);
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let mut asked = JoinSet::new();
        for (incoming, secret) in self.0.store.undecided().await? {
            let (this, turns) = (self.clone(), Arc::clone(&turns));
            asked.spawn(async move {
                let _turn = turns.acquire().await;
                this.decide(&incoming, &secret).await
            });
        }
        // A host that is slow, or a move that cannot be settled, keeps no other waiting.
        while let Some(outcome) = asked.join_next().await {
            match outcome {
                Ok(Ok(Outcome::Undecided)) => left += 1,
                Ok(Ok(_)) => {}
                Ok(Err(error)) => failure = Some(error),
                Err(_) => failure = Some(JobError::Panicked.into()),
            }
        }
        failure.map_or(Ok(left), Err)
    }

    /// The moves to this host of an account, newest first.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn incoming(&self, owner: AccountId) -> Result<Vec<MoveIn>, StoreError> {
        self.0.store.moves_in(owner).await
    }

    /// The owner does not want to wait any longer: the other host is asked to keep the appspace. Returns it if it is
    /// here, after all.
    ///
    /// # Errors
    /// If the other host does not say that it keeps it: then it is still undecided.
    pub async fn give_up(&self, id: AppspaceId) -> Result<Option<Appspace>, MoveInError> {
        let all = self.0.store.undecided().await?;
        let found = all.into_iter().find(|(one, _)| one.appspace == id);
        let (incoming, secret) = found.ok_or(MoveInError::NotUndecided)?;
        match self.settle(&incoming, &secret, Ask::Abort).await? {
            (Outcome::Published(appspace), _) => Ok(Some(appspace)),
            (Outcome::Refused, _) => Ok(None),
            (Outcome::Undecided, why) => Err(MoveInError::Ask(why)),
        }
    }

    /// The owner says that the other host is gone for good: it is asked once more, and if it says nothing the appspace
    /// is published here without its word. Should that host come back after all, it serves its own copy too, unless
    /// it had decided.
    ///
    /// # Errors
    /// If nothing is undecided, or the other host says that it keeps the appspace.
    pub async fn insist(&self, id: AppspaceId) -> Result<Appspace, MoveInError> {
        let all = self.0.store.undecided().await?;
        let found = all.into_iter().find(|(one, _)| one.appspace == id);
        let (incoming, secret) = found.ok_or(MoveInError::NotUndecided)?;
        match self.settle(&incoming, &secret, Ask::Commit).await? {
            (Outcome::Published(appspace), _) => Ok(appspace),
            (Outcome::Refused, _) => Err(MoveInError::Kept),
            (Outcome::Undecided, why @ AskError::Unclear(_)) => {
                let Some(_turn) = Turn::of(self, id) else {
                    return Err(MoveInError::Ask(why));
                };
                tracing::warn!(appspace = %id, "its owner opens it without the word of the other host");
                self.publish(&incoming).await
            }
            // It is there, and refuses.
            (Outcome::Undecided, why) => Err(MoveInError::Ask(why)),
        }
    }

    /// Asks the other host to decide, and does what it says.
    pub(super) async fn decide(
        &self,
        incoming: &MoveIn,
        secret: &Token,
    ) -> Result<Outcome, MoveInError> {
        let (outcome, _) = self.settle(incoming, secret, Ask::Commit).await?;
        Ok(outcome)
    }

    async fn settle(
        &self,
        incoming: &MoveIn,
        secret: &Token,
        ask: Ask,
    ) -> Result<(Outcome, AskError), MoveInError> {
        let undecided = |why: &str| AskError::Unclear(why.into());
        let Some(_turn) = Turn::of(self, incoming.appspace) else {
            return Ok((Outcome::Undecided, undecided("it is being asked")));
        };
        // It was read before its turn came: what is settled is neither published nor removed again.
        let known = self.0.store.moves_in(incoming.owner).await?;
        let now = known.iter().find(|one| one.appspace == incoming.appspace);
        match now.map_or(Arrival::Refused, |one| one.arrival) {
            Arrival::Undecided => {}
            Arrival::Refused => return Ok((Outcome::Refused, undecided(""))),
            Arrival::Published => {
                let appspace = self.0.lifecycle.appspace(incoming.appspace).await?;
                return Ok((Outcome::Published(appspace), undecided("")));
            }
        }
        fault::point("move here: before asking to decide");
        let why = match self.ask_to(incoming, secret, ask).await {
            Ok(Report { standing, .. }) => match standing {
                Standing::Moved => {
                    let appspace = self.publish(incoming).await?;
                    return Ok((Outcome::Published(appspace), undecided("")));
                }
                // It never began, or was given up: it is open there.
                Standing::Ended | Standing::Offered => {
                    self.discard(incoming).await?;
                    return Ok((Outcome::Refused, undecided("")));
                }
                Standing::Begun => undecided("the other host has not decided yet"),
            },
            Err(why) => why,
        };
        let (problem, id) = (error_chain(&why), incoming.appspace);
        tracing::warn!(appspace = %id, address = %incoming.address, problem, "a move is undecided");
        self.0.store.note_in(id, &problem, self.now()).await?;
        Ok((Outcome::Undecided, why))
    }

    async fn ask_to(
        &self,
        incoming: &MoveIn,
        secret: &Token,
        ask: Ask,
    ) -> Result<Report, AskError> {
        let old = self.0.old_hosts.at(&incoming.site, incoming.id, secret)?;
        let taker = Taker {
            appspace: incoming.appspace,
            // Known to the other host since it began.
            origin: String::new(),
        };
        match ask {
            Ask::Commit => old.commit(&taker).await,
            Ask::Abort => old.abort(&taker).await,
        }
    }

    /// It is here now.
    async fn publish(&self, incoming: &MoveIn) -> Result<Appspace, MoveInError> {
        let (lifecycle, id) = (&self.0.lifecycle, incoming.appspace);
        fault::point("move here: before it is published");
        match self.0.store.publish_in(id, self.now()).await {
            // Somebody else did it just now.
            Ok(()) | Err(StoreError::Missing { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        fault::point("move here: published");
        (lifecycle.parts().forget)(&incoming.address);
        Ok(lifecycle.appspace(id).await?)
    }

    /// It is not here, and never will be.
    async fn discard(&self, incoming: &MoveIn) -> Result<(), MoveInError> {
        let (lifecycle, id) = (&self.0.lifecycle, incoming.appspace);
        fault::point("move here: before it is removed");
        lifecycle.close_all(id).await;
        lifecycle.parts().gates.forget(id);
        let root = lifecycle.parts().data.appspace(id).root().to_owned();
        let removed = remove(root).await;
        removed.map_err(|error| MoveInError::Fetch(std::io::Error::other(error)))?;
        match self.0.store.refuse_in(id, KEPT, self.now()).await {
            Ok(()) | Err(StoreError::Missing { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        fault::point("move here: removed");
        Ok(())
    }
}

/// One at a time asks about a move.
struct Turn<'a>(&'a Moves, AppspaceId);

impl<'a> Turn<'a> {
    fn of(moves: &'a Moves, id: AppspaceId) -> Option<Self> {
        let is_first = lock(&moves.0.asking).insert(id);
        is_first.then_some(Self(moves, id))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        lock(&self.0.0.asking).remove(&self.1);
    }
}
