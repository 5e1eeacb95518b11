//! The host that gives an appspace away: what its owner and the other host ask of it.

use std::{sync::atomic::Ordering, time::Duration};

use ds_core::{
    AccountId, AppspaceId, MoveId, StoreError, Timestamp,
    moves::{MoveOut, Standing, Taker},
    secret::Token,
};
use tokio::{sync::oneshot, time::timeout};

use super::{
    Claim, GiveError, Moves, Offered, Report, Sending,
    claim::{ORIGIN, is_origin, is_taker},
    lock,
};
use crate::CancelError;

/// How long whoever asks for a decision waits for it.
const DECIDING: Duration = Duration::from_secs(50);

/// A consent, as its owner gets it: the secret is shown this once.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The move.
    pub id: MoveId,
    /// What the other host must know.
    pub secret: Token,
    /// How long it can be used.
    pub expires: Timestamp,
}

impl Moves {
    /// An owner consents that an appspace goes to the host that knows the secret. Nothing changes yet.
    ///
    /// # Errors
    /// If there is no such appspace, or it is being moved.
    pub async fn offer(&self, appspace: AppspaceId) -> Result<Offer, GiveError> {
        let appspace = self.0.lifecycle.appspace(appspace).await?;
        if lock(&self.0.live)
            .values()
            .any(|live| live.of == appspace.id)
        {
            return Err(GiveError::Taken);
        }
        let (secret, now) = (Token::random(), self.now());
        let offer = MoveOut {
            id: MoveId::new(),
            appspace: appspace.id,
            owner: appspace.owner,
            address: appspace.address,
            created: now,
            expires: now.plus(self.0.patience.consent),
            taker: None,
            job: None,
            moved: None,
            standing: Standing::Offered,
            redirects: false,
        };
        self.0.store.offer(&offer, &secret.hash()).await?;
        let (id, expires) = (offer.id, offer.expires);
        Ok(Offer {
            id,
            secret,
            expires,
        })
    }

    /// The consents of an account, newest first.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn outgoing(&self, owner: AccountId) -> Result<Vec<MoveOut>, GiveError> {
        let mut all = self.0.store.moves_out(owner).await?;
        let now = self.now();
        for one in &mut all {
            one.standing = one.standing_at(now);
        }
        Ok(all)
    }

    /// The owner takes the consent back; what is under way ends, and the appspace is open again.
    ///
    /// # Errors
    /// If it is over or decided already.
    pub async fn take_back(&self, id: MoveId) -> Result<(), GiveError> {
        let of = self.found(id).await?;
        match self.keep(&of).await? {
            Standing::Moved => Err(GiveError::Moved),
            Standing::Begun => Err(GiveError::TooLate),
            Standing::Ended | Standing::Offered => Ok(()),
        }
    }

    /// Frees the address of an appspace that has moved.
    ///
    /// # Errors
    /// If it does not redirect.
    pub async fn remove_redirect(&self, id: MoveId) -> Result<(), GiveError> {
        let of = self.found(id).await?;
        self.0.store.remove_redirect(id).await?;
        self.set_redirect(&of.address, None);
        (self.0.lifecycle.parts().forget)(&of.address);
        Ok(())
    }

    /// What is it?
    ///
    /// # Errors
    /// If the claim is wrong, or the move is over.
    pub async fn describe(&self, claim: &Claim) -> Result<Offered, GiveError> {
        let of = self.claimed(claim).await?;
        match of.standing {
            Standing::Ended => return Err(GiveError::Over),
            Standing::Moved => return Err(GiveError::Moved),
            Standing::Offered | Standing::Begun => {}
        }
        let appspace = match self.0.lifecycle.appspace(of.appspace).await {
            // Deleted since.
            Err(StoreError::Missing { .. }) => return Err(GiveError::Over),
            found => found?,
        };
        let version = self.0.lifecycle.version_of(&appspace).await?;
        Ok(Offered {
            paused: appspace.paused,
            address: appspace.address,
            app: version.manifest.name,
            version: version.version.to_string(),
            standing: of.standing,
        })
    }

    /// Begins: the appspace is brought to rest and made ready to be fetched.
    ///
    /// # Errors
    /// If the claim is wrong, the move is over, another host has begun it, or something else is being done to the
    /// appspace.
    pub async fn begin(&self, claim: &Claim, taker: Taker) -> Result<Report, GiveError> {
        let of = self.claimed(claim).await?;
        match of.standing {
            Standing::Offered => {}
            Standing::Begun if of.taker.as_ref() == Some(&taker) => return self.state(claim).await,
            Standing::Begun => return Err(GiveError::Taken),
            Standing::Moved => return Err(GiveError::Moved),
            Standing::Ended => return Err(GiveError::Over),
        }
        if !is_origin(&taker.origin) {
            return Err(GiveError::Target(
                taker.origin.chars().take(ORIGIN).collect(),
            ));
        }
        self.start_hand_over(&of, taker).await?;
        self.state(claim).await
    }

    /// Where does it stand?
    ///
    /// # Errors
    /// If the claim is wrong.
    pub async fn state(&self, claim: &Claim) -> Result<Report, GiveError> {
        let of = self.claimed(claim).await?;
        let live = self.live(of.id);
        if let Some(live) = &live {
            live.hear();
        }
        Ok(Report {
            standing: of.standing,
            ready: live.and_then(|live| live.ready.get().map(|ready| ready.bytes)),
        })
    }

    /// All of it, as an archive with its app.
    ///
    /// # Errors
    /// If the claim is wrong, or it is not ready to be fetched.
    pub async fn send(&self, claim: &Claim, by: AppspaceId) -> Result<Sending, GiveError> {
        let of = self.claimed(claim).await?;
        let live = self.live_for(&of, by)?.ok_or(GiveError::Over)?;
        if live.ready.get().is_none() {
            return Err(GiveError::NotFetched);
        }
        if live.is_sending.swap(true, Ordering::SeqCst) {
            return Err(GiveError::Fetching);
        }
        live.hear();
        Ok(Sending::begin(live))
    }

    /// The other host has all of it: decides, if nothing is decided yet, and says how.
    ///
    /// # Errors
    /// If the claim is wrong, or the appspace was not fetched.
    pub async fn commit(&self, claim: &Claim, by: AppspaceId) -> Result<Report, GiveError> {
        let of = self.claimed(claim).await?;
        if let (Standing::Begun, Some(live)) = (of.standing, self.live_for(&of, by)?) {
            if !live.is_sent.load(Ordering::SeqCst) {
                return Err(GiveError::NotFetched);
            }
            live.hear();
            let (tell, told) = oneshot::channel();
            // If the job is over already, the records say how.
            if live.commit.send(tell).await.is_ok() {
                let _ = timeout(DECIDING, told).await;
            }
        } else if of.standing == Standing::Moved && !is_taker(&of, by) {
            return Err(GiveError::Moved);
        }
        self.state(claim).await
    }

    /// The other host does not take it: it is open again, unless it is moved already.
    ///
    /// # Errors
    /// If the claim is wrong.
    pub async fn abort(&self, claim: &Claim, by: AppspaceId) -> Result<Report, GiveError> {
        let of = self.claimed(claim).await?;
        if of.standing == Standing::Begun && is_taker(&of, by) {
            self.keep(&of).await?;
        }
        self.state(claim).await
    }

    /// Ends a move that is not decided; where it stands then.
    async fn keep(&self, of: &MoveOut) -> Result<Standing, GiveError> {
        match (of.standing, of.job) {
            (Standing::Offered, _) => self.0.store.end_offer(of.id).await?,
            (Standing::Begun, Some(job)) => {
                let jobs = self.0.lifecycle.jobs();
                let follow = jobs.follow(job);
                let cancelled = jobs.cancel(job);
                if let (Ok(()) | Err(CancelError::TooLate), Some(mut follow)) = (cancelled, follow)
                {
                    // The sender goes when the job is over and recorded as that.
                    let over = async { while follow.changed().await.is_ok() {} };
                    let _ = timeout(DECIDING, over).await;
                }
            }
            _ => {}
        }
        Ok(self.found(of.id).await?.standing)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.lifecycle.parts().clock.now()
    }
}
