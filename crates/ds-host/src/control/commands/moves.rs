//! Commands about moves between hosts.

use crate::{
    control::wire::{Command, Reply},
    ops::{ErrorKind, OpError, Ops},
};

/// Does a command if it is one of these.
pub(super) async fn run(ops: &Ops, command: Command) -> Result<Reply, OpError> {
    match command {
        Command::MoveOut(which) => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let offered = ops.offer_move(owner, &which.address).await?;
            Ok(Reply::MoveOffer(offered.into()))
        }
        Command::MoveIn { which, code } => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let begun = ops.take_move(owner, &code.0, &which.address).await?;
            Ok(Reply::Begun(begun.into()))
        }
        Command::MoveList { owner } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let moves = ops.moves(owner).await?;
            Ok(Reply::Moves(moves.into_iter().map(Into::into).collect()))
        }
        Command::MoveCancel { which, redirect } => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let ended = if redirect {
                ops.end_redirect(owner, &which.address).await?
            } else {
                ops.cancel_move(owner, &which.address).await?
            };
            Ok(Reply::Move(ended.into()))
        }
        Command::MoveInsist(which) => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let opened = ops.insist_on_move(owner, &which.address).await?;
            Ok(Reply::Move(opened.into()))
        }
        _ => Err(OpError::new(
            ErrorKind::Internal,
            "this command is not known",
        )),
    }
}
