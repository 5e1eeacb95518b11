//! Commands about tokens of the API, and about upgrades that nobody asks for.

use crate::{
    control::wire::{Command, Reply, Secret, Token, Which},
    ops::{ErrorKind, OpError, Ops},
};

/// Does a command if it is one of these.
pub(super) async fn run(ops: &Ops, command: Command) -> Result<Reply, OpError> {
    match command {
        Command::TokenCreate {
            owner,
            name,
            scope,
            days,
        } => {
            let who = ops.standing(ops.owner(owner.as_deref()).await?).await?;
            let (token, secret) = ops.make_token(who, &name, &scope, days).await?;
            Ok(Reply::Token(Token {
                secret: Some(Secret(secret)),
                ..token.into()
            }))
        }
        Command::TokenList { owner } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let tokens = ops.list_tokens(owner).await?;
            Ok(Reply::Tokens(tokens.into_iter().map(Into::into).collect()))
        }
        Command::TokenRevoke { owner, id } => {
            let owner = ops.owner(owner.as_deref()).await?;
            Ok(Reply::Token(ops.revoke_token(owner, &id).await?.into()))
        }
        Command::AppspaceUpgrades {
            which: Which { owner, address },
            automatic,
        } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let report = match automatic {
                Some(automatic) => ops.set_upgrades(owner, &address, automatic).await?,
                None => ops.upgrades(owner, &address).await?,
            };
            Ok(Reply::Upgrades(report.into()))
        }
        _ => Err(OpError::new(
            ErrorKind::Internal,
            "this command is not known",
        )),
    }
}
