//! Members of appspaces.

use ds_core::AccountId;

use super::super::wire::{self, Command, Permit, Reply, Which};
use crate::ops::{BarSummary, ErrorKind, MemberSummary, NewLink, OpError, Ops};

/// Does a command about members.
pub(super) async fn run(ops: &Ops, command: Command) -> Result<Reply, OpError> {
    match command {
        Command::MemberList(Which { owner, address }) => {
            let owner = ops.owner(owner.as_deref()).await?;
            let members = ops.member_summaries(owner, &address).await?;
            Ok(Reply::Members(
                members.into_iter().map(Into::into).collect(),
            ))
        }
        Command::MemberAdd {
            which,
            email,
            name,
            role,
        } => {
            let (owner, at) = (ops.owner(which.owner.as_deref()).await?, &which.address);
            let may = permissions(ops, owner, at, role.as_deref()).await?;
            let added = ops.add_member_with(owner, at, &email, name.as_deref(), &may);
            let id = added.await?.proxy_id;
            shown(ops, owner, at, id.as_str()).await
        }
        Command::MemberInvite {
            which,
            note,
            role,
            uses,
            days,
        } => {
            let (owner, at) = (ops.owner(which.owner.as_deref()).await?, &which.address);
            let new = NewLink {
                note,
                permissions: permissions(ops, owner, at, role.as_deref()).await?,
                uses,
                days,
            };
            let (link, url) = ops.make_join_link(owner, at, &new).await?;
            Ok(Reply::JoinLink(wire::JoinLink {
                link: url,
                note: link.note,
                permissions: link.permissions.iter().map(ToString::to_string).collect(),
                uses: link.uses_left,
                expires: link.expires.to_string(),
            }))
        }
        Command::MemberRemove {
            which,
            member,
            for_good,
        } => {
            let (owner, at) = (ops.owner(which.owner.as_deref()).await?, &which.address);
            let before = ops.member_summary(owner, at, &member).await?;
            let id = before.member.proxy_id.clone();
            if for_good {
                ops.remove_member_for_good(owner, at, id.as_str()).await?;
            } else {
                ops.remove_member(owner, at, id.as_str()).await?;
            }
            Ok(Reply::MemberRemoved(before.into()))
        }
        Command::MemberBarred(Which { owner, address }) => {
            let owner = ops.owner(owner.as_deref()).await?;
            let all = ops.join_bars(owner, &address).await?;
            Ok(Reply::Barred(all.into_iter().map(Into::into).collect()))
        }
        Command::MemberLetBack { which, id } => {
            let (owner, at) = (ops.owner(which.owner.as_deref()).await?, &which.address);
            let all = ops.join_bars(owner, at).await?;
            let found = all.into_iter().find(|one| one.bar.id == id);
            let found = found.ok_or_else(|| {
                OpError::new(
                    ErrorKind::NotFound,
                    "nobody is kept from coming back by that id",
                )
                .with_hint("`ds-host appspace member barred` shows them")
            })?;
            ops.lift_join_bar(owner, at, &id).await?;
            Ok(Reply::LetBack(found.into()))
        }
        Command::MemberGrant(permit) => permit_or_not(ops, permit, true).await,
        Command::MemberRevoke(permit) => permit_or_not(ops, permit, false).await,
        other => super::terms::run(ops, other).await,
    }
}

async fn permissions(
    ops: &Ops,
    owner: AccountId,
    address: &str,
    role: Option<&str>,
) -> Result<Vec<String>, OpError> {
    match role {
        Some(role) => ops.permissions_of_role(owner, address, role).await,
        None => Ok(Vec::new()),
    }
}

async fn permit_or_not(ops: &Ops, permit: Permit, granted: bool) -> Result<Reply, OpError> {
    let Permit {
        which,
        member,
        permission,
    } = permit;
    let (owner, at) = (ops.owner(which.owner.as_deref()).await?, &which.address);
    let member = if granted {
        ops.grant(owner, at, &member, &permission).await?
    } else {
        ops.revoke(owner, at, &member, &permission).await?
    };
    shown(ops, owner, at, member.proxy_id.as_str()).await
}

async fn shown(ops: &Ops, owner: AccountId, address: &str, id: &str) -> Result<Reply, OpError> {
    let member = ops.member_summary(owner, address, id).await?;
    Ok(Reply::Member(member.into()))
}

impl From<BarSummary> for wire::Barred {
    fn from(BarSummary { bar, .. }: BarSummary) -> Self {
        let shown = bar.ways.into_iter().map(|way| way.shown);
        Self {
            id: bar.id,
            name: bar.name,
            logins: shown.filter(|shown| !shown.is_empty()).collect(),
            since: bar.barred.to_string(),
        }
    }
}

impl From<MemberSummary> for wire::Member {
    fn from(summary: MemberSummary) -> Self {
        let MemberSummary {
            member,
            account,
            logins,
            role,
            last_seen,
        } = summary;
        let others = logins.into_iter().map(|login| login.name);
        Self {
            id: member.proxy_id.to_string(),
            name: member.display_name,
            owner: member.is_owner,
            permissions: member.permissions.iter().map(ToString::to_string).collect(),
            role,
            logins: account.into_iter().chain(others).collect(),
            last_seen: last_seen.map(|seen| seen.to_string()),
        }
    }
}
