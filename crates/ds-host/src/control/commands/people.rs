//! Commands about the people of a host.

use crate::{
    control::wire::{Command, Person, Reply},
    ops::{Actor, AuditFilter, ErrorKind, NoteKind, OpError, Ops},
};

/// How many notes are listed if nobody says, and at most.
const NOTES: u32 = 50;
const MOST_NOTES: u32 = 1_000;

/// Does a command if it is one of these.
pub(super) async fn run(ops: &Ops, by: Actor, command: Command) -> Result<Reply, OpError> {
    match command {
        Command::AccountList { find, skip, most } => {
            let (find, most) = (find.unwrap_or_default(), most.unwrap_or(u32::MAX));
            let (found, _) = ops.people(by, &find, skip, most).await?;
            Ok(Reply::People(found.into_iter().map(Into::into).collect()))
        }
        Command::AccountShow { email } => {
            let entry = ops.person(by, &email).await?;
            Ok(Reply::Person(entry.into()))
        }
        Command::AccountInvitations => {
            let all = ops.open_invitations(by).await?;
            Ok(Reply::Invitations(
                all.into_iter().map(Into::into).collect(),
            ))
        }
        Command::AccountWithdraw { id } => withdraw(ops, by, &id).await,
        Command::AccountLog {
            kind,
            find,
            before,
            most,
        } => {
            let kind = kind.map(|kind| kind.parse::<NoteKind>()).transpose()?;
            let which = AuditFilter {
                actions: kind.map(NoteKind::actions).unwrap_or_default(),
                find: find.unwrap_or_default().trim().to_owned(),
            };
            let most = most.unwrap_or(NOTES).min(MOST_NOTES);
            let rows = ops.notes(&by, &which, before, most).await?;
            Ok(Reply::Log(rows.into_iter().map(Into::into).collect()))
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
        Command::AccountSetEmail { email, to } => {
            let entry = ops.set_address(by, &email, &to).await?;
            Ok(Reply::Person(entry.into()))
        }
        Command::AccountVouch { email } => {
            // As it is written here, which may be in other letters than the command's.
            let saw = ops.person(by.clone(), &email).await?.account.email;
            ops.vouch_for_address(by.clone(), &email, &saw).await?;
            let entry = ops.person(by, &email).await?;
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

async fn withdraw(ops: &Ops, by: Actor, id: &str) -> Result<Reply, OpError> {
    let open = ops.open_invitations(by.clone()).await?;
    let found = open
        .into_iter()
        .find(|one| one.invitation.token.as_str() == id);
    let found = found.ok_or_else(|| {
        OpError::new(ErrorKind::NotFound, "there is no such invitation")
            .with_hint("`ds-host account invitations` shows them")
    })?;
    ops.withdraw_invitation(by, id).await?;
    Ok(Reply::Withdrawn(found.into()))
}
