//! Moving appspaces to other hosts, and bringing them from there.

use ds_core::{
    AccountId, Address, AppspaceId, JobKind, MoveId, Timestamp, error_chain,
    moves::{Arrival, MoveIn, MoveOut, Standing},
};
use ds_lifecycle::{AskError, GiveError, ImportError, JobError, MoveInError, NewImport, NewMove};
use ds_store::Originals;

use super::{ErrorKind, JobReport, OpError, Ops, amounts::counted};
use crate::moving::{Code, Moving};

/// How many moves of each direction a list has at most.
const LISTED: usize = 50;
/// How many appspaces an account brings here at once: the others have their turn, too.
const AT_ONCE: usize = 3;

/// What an owner takes to the other host.
#[derive(Clone)]
pub struct MoveCode {
    /// The appspace.
    pub address: Address,
    /// The code, with its secret.
    pub code: String,
    /// When it is of no use any more.
    pub expires: Timestamp,
}

/// A move, in either direction.
#[derive(Clone, Debug)]
pub struct MoveSummary {
    /// The address here.
    pub address: Address,
    /// Whether it comes to this host.
    pub is_incoming: bool,
    /// `offered`, `moving`, `moved`, `undecided`, `here` or `stayed`.
    pub state: &'static str,
    /// Where it went, or the host it comes from.
    pub other: Option<String>,
    /// When it began.
    pub begun: Timestamp,
    /// What hinders it.
    pub problem: Option<String>,
    /// Whether the address here sends people to the new one.
    pub redirects: bool,
    which: Which,
}

#[derive(Clone, Copy, Debug)]
enum Which {
    Out(MoveId),
    In(AppspaceId),
}

impl MoveSummary {
    fn out(of: MoveOut) -> Option<Self> {
        let state = match of.standing {
            Standing::Offered => "offered",
            Standing::Begun => "moving",
            Standing::Moved => "moved",
            Standing::Ended => return None,
        };
        Some(Self {
            which: Which::Out(of.id),
            address: of.address,
            is_incoming: false,
            state,
            other: of.taker.map(|taker| taker.origin),
            begun: of.created,
            problem: None,
            redirects: of.redirects,
        })
    }

    fn incoming(of: MoveIn) -> Self {
        Self {
            which: Which::In(of.appspace),
            address: of.address,
            is_incoming: true,
            state: match of.arrival {
                Arrival::Undecided => "undecided",
                Arrival::Published => "here",
                Arrival::Refused => "stayed",
            },
            other: Some(of.site),
            begun: of.created,
            problem: of.problem,
            redirects: false,
        }
    }

    /// Whether it can be cancelled.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, "offered" | "moving" | "undecided")
    }
}

impl Ops {
    pub(crate) fn moving(&self) -> Option<&Moving> {
        self.moving.as_deref()
    }

    fn must_move(&self) -> Result<&Moving, OpError> {
        let message = "this host does not move appspaces";
        self.moving()
            .ok_or_else(|| OpError::new(ErrorKind::Internal, message))
    }

    /// Makes a code with which another host can take an appspace over. Earlier codes for it do not work any more.
    pub async fn offer_move(&self, owner: AccountId, address: &str) -> Result<MoveCode, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let offered = self.must_move()?.moves.offer(appspace.id).await;
        let offer = offered.map_err(|error| of_give(&error))?;
        let code = Code {
            site: self.names().site_origin(),
            id: offer.id,
            secret: offer.secret,
        };
        Ok(MoveCode {
            address: appspace.address,
            code: code.to_string(),
            expires: offer.expires,
        })
    }

    /// Begins to take an appspace over from the host that a code is from.
    pub async fn take_move(
        &self,
        owner: AccountId,
        code: &str,
        address: &str,
    ) -> Result<JobReport, OpError> {
        let moving = self.must_move()?;
        let address = self.names().new_address(address)?;
        let jobs = self.jobs(owner).await?;
        let under_way = jobs
            .iter()
            .filter(|job| job.kind == JobKind::Move && !job.stage.is_over());
        if under_way.count() >= AT_ONCE {
            let message = format!("{AT_ONCE} appspaces of yours are on their way here");
            return Err(OpError::new(ErrorKind::Busy, message)
                .with_hint("wait until one has come, or cancel one"));
        }
        let code = Code::read(code).ok_or_else(|| {
            OpError::new(ErrorKind::Invalid, "this is not the code of a move")
                .with_hint(
                    "on the host that has the appspace, its page or `ds-host appspace move-out` makes one",
                )
        })?;
        let account = self.parts.account_store.account(owner).await?;
        let account = account
            .ok_or_else(|| OpError::new(ErrorKind::NotFound, "the owner's account is gone"))?;
        let title = format!("Move from {} to {address}", code.site);
        let origin = self.names().origin(&address);
        let taken = moving.moves.take(NewMove {
            site: code.site,
            id: code.id,
            secret: code.secret,
            origin: origin.clone(),
            new: NewImport {
                from: std::path::PathBuf::new(),
                bounds: moving.bounds,
                owner,
                owner_name: self.called(&account).await?,
                owner_email: Some(account.email),
                address,
                version: None,
                installs: Some(moving.installs.clone()),
                originals: std::sync::Arc::new(Originals),
            },
        });
        let handle = taken.await.map_err(|error| of_take(&error))?;
        Ok(self.began(owner, title, handle, move |outcome| match outcome {
            Ok(arrived) if arrived.appspace.is_some() => Ok(format!(
                "{origin} runs {}, with {} and {}. Its old address leads there now.",
                arrived.made.appspace.version,
                counted(arrived.made.members.try_into().unwrap_or(u64::MAX), "member"),
                counted(arrived.made.files, "file")
            )),
            Ok(_) => Ok(format!(
                "All of it is here, but the other host has not said yet that it is moved. It is asked again and \
                 again; as soon as it says so, {origin} opens. `ds-host appspace moves` shows where it stands."
            )),
            Err(error) => Err(of_take(&error)),
        }))
    }

    /// The moves of an account: those to this host, then those to others, newest first.
    pub async fn moves(&self, owner: AccountId) -> Result<Vec<MoveSummary>, OpError> {
        let all = self.every_move(owner).await?.into_iter();
        let (mut incoming, mut outgoing): (Vec<_>, Vec<_>) = all.partition(|one| one.is_incoming);
        incoming.truncate(LISTED);
        outgoing.truncate(LISTED);
        incoming.append(&mut outgoing);
        Ok(incoming)
    }

    async fn every_move(&self, owner: AccountId) -> Result<Vec<MoveSummary>, OpError> {
        let moves = &self.must_move()?.moves;
        let incoming = moves.incoming(owner).await?.into_iter();
        let incoming = incoming.map(MoveSummary::incoming);
        let outgoing = moves.outgoing(owner).await;
        let outgoing = outgoing.map_err(|error| of_give(&error))?;
        let outgoing = outgoing.into_iter().filter_map(MoveSummary::out);
        Ok(incoming.chain(outgoing).collect())
    }

    /// Cancels the move of an appspace from here, or of one that is about to come here.
    pub async fn cancel_move(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<MoveSummary, OpError> {
        let address = self.names().address(address)?;
        let moves = self.every_move(owner).await?;
        let mut here = moves.into_iter().filter(|one| one.address == address);
        let found = here.find(MoveSummary::is_open).ok_or_else(|| {
            let message = format!("nothing is being moved from or to {address}");
            OpError::new(ErrorKind::NotFound, message)
                .with_hint("`ds-host appspace moves` shows what is; `--redirect` ends a redirect")
        })?;
        let moves = &self.must_move()?.moves;
        match found.which {
            Which::Out(id) => moves.take_back(id).await.map_err(|error| of_give(&error))?,
            Which::In(id) => {
                let given_up = moves.give_up(id).await;
                if given_up.map_err(|error| of_give_up(&error))?.is_some() {
                    let message = format!("it is too late: {address} has moved here");
                    return Err(OpError::new(ErrorKind::Conflict, message));
                }
            }
        }
        Ok(MoveSummary {
            state: "stayed",
            ..found
        })
    }

    /// Opens an appspace that is about to come here without the word of the other host, which is gone for good.
    pub async fn insist_on_move(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<MoveSummary, OpError> {
        let address = self.names().address(address)?;
        let mut moves = self.every_move(owner).await?.into_iter();
        let found = moves.find(|one| one.address == address && one.state == "undecided");
        let Some((found, id)) = found.and_then(|found| match found.which {
            Which::In(id) => Some((found, id)),
            Which::Out(_) => None,
        }) else {
            let message = format!("no appspace waits at {address} for the word of another host");
            return Err(OpError::new(ErrorKind::NotFound, message)
                .with_hint("`ds-host appspace moves` shows what does"));
        };
        let opened = self.must_move()?.moves.insist(id).await;
        opened.map_err(|error| of_take(&error))?;
        Ok(MoveSummary {
            state: "here",
            problem: None,
            ..found
        })
    }

    /// Ends the redirect from an address whose appspace has moved; the address is free then.
    pub async fn end_redirect(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<MoveSummary, OpError> {
        let address = self.names().address(address)?;
        let moves = self.every_move(owner).await?;
        let mut here = moves.into_iter().filter(|one| one.address == address);
        let found = here.find(|one| one.redirects);
        let (Some(found), moves) = (found, &self.must_move()?.moves) else {
            let message = format!("{address} does not redirect");
            return Err(OpError::new(ErrorKind::NotFound, message));
        };
        if let Which::Out(id) = found.which {
            let removed = moves.remove_redirect(id).await;
            removed.map_err(|error| of_give(&error))?;
        }
        Ok(MoveSummary {
            redirects: false,
            ..found
        })
    }
}

fn job_kind(error: &JobError) -> ErrorKind {
    match error {
        JobError::Busy { .. } | JobError::Cancelled | JobError::Stopping => ErrorKind::Busy,
        _ => ErrorKind::Internal,
    }
}

fn import_kind(error: &ImportError) -> ErrorKind {
    match error {
        ImportError::AddressTaken(_) => ErrorKind::Conflict,
        ImportError::NoApp { .. } => ErrorKind::NotFound,
        ImportError::Job(error) => job_kind(error),
        ImportError::Files { .. } | ImportError::Store(_) => ErrorKind::Internal,
        _ => ErrorKind::Invalid,
    }
}

fn of_give(error: &GiveError) -> OpError {
    let kind = match error {
        GiveError::Unknown => ErrorKind::NotFound,
        GiveError::Store(_) => ErrorKind::Internal,
        GiveError::Job(error) => job_kind(error),
        _ => ErrorKind::Conflict,
    };
    OpError::caused(kind, error)
}

fn of_give_up(error: &MoveInError) -> OpError {
    let MoveInError::Ask(why) = error else {
        return of_take(error);
    };
    let message = format!(
        "it cannot be given up here alone, because the other host may have handed it over already; {}",
        error_chain(why)
    );
    OpError::new(ErrorKind::Busy, message)
        .with_hint("it is asked again by itself; try again when the other host can be reached")
}

fn of_take(error: &MoveInError) -> OpError {
    let (kind, hint) = match error {
        MoveInError::AddressTaken(_) => (
            ErrorKind::Conflict,
            Some("if it redirects, `ds-host appspace move-cancel NAME --redirect` frees it"),
        ),
        MoveInError::Ask(AskError::NotAsked(_)) => (ErrorKind::Invalid, None),
        MoveInError::Ask(AskError::Unclear(_)) | MoveInError::Fetch(_) => (
            ErrorKind::Busy,
            Some("it stays where it is; try again with a new code"),
        ),
        MoveInError::Ask(AskError::Refused(_)) | MoveInError::Kept | MoveInError::Moved => {
            (ErrorKind::Conflict, None)
        }
        MoveInError::NotUndecided => (ErrorKind::NotFound, None),
        MoveInError::NoRoom { .. } | MoveInError::Store(_) => (ErrorKind::Internal, None),
        MoveInError::Job(error) => (job_kind(error), None),
        MoveInError::Import(error) => (import_kind(error), None),
    };
    let plain = OpError::caused(kind, error);
    match hint {
        Some(hint) => plain.with_hint(hint),
        None => plain,
    }
}
