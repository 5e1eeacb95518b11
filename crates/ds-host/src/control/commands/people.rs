//! Commands about the people of a host.

use crate::{
    control::wire::{Command, Person, Reply},
    ops::{Actor, ErrorKind, OpError, Ops},
};

/// Does a command if it is one of these.
pub(super) async fn run(ops: &Ops, command: Command) -> Result<Reply, OpError> {
    let by = Actor::CommandLine;
    match command {
        Command::AccountList { find } => {
            let (found, _) = ops.people(by, &find.unwrap_or_default()).await?;
            Ok(Reply::People(found.into_iter().map(Into::into).collect()))
        }
        Command::AccountInvite { email } => {
            let invited = ops.invite(by, email.as_deref()).await?;
            Ok(Reply::Invited(invited.into()))
        }
        Command::AccountBlock { email, pause } => {
            let blocked = ops.block_account(by, &email, pause).await?;
            let not_paused = blocked.not_paused.into_iter();
            Ok(Reply::Person(Person {
                not_paused: not_paused.map(|(address, _)| address).collect(),
                ..blocked.entry.into()
            }))
        }
        Command::AccountUnblock { email } => {
            let entry = ops.unblock_account(by, &email).await?;
            Ok(Reply::Person(entry.into()))
        }
        Command::AccountAdmin { email, admin } => {
            let entry = ops.set_admin(by, &email, admin).await?;
            Ok(Reply::Person(entry.into()))
        }
        Command::AccountRemove { email } => {
            let account = ops.remove_account(&email).await?;
            Ok(Reply::Gone(account.into()))
        }
        _ => Err(OpError::new(
            ErrorKind::Internal,
            "this command is not known",
        )),
    }
}
