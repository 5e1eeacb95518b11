//! Members of an appspace.

use super::super::input::{self, Input};
use super::{Do, Endpoint, MADE, delete, get, post, put};
use crate::control::wire::{Command, Permit};

/// The rows.
pub(super) const ROWS: &[Endpoint] = &[
    get(
        "/appspaces/{name}/members",
        Do(|i| Ok(Command::MemberList(i.which()))),
    ),
    post(
        "/appspaces/{name}/members",
        MADE,
        Do(|i| {
            let input::NewMember { email, name, role } = i.body()?;
            Ok(Command::MemberAdd {
                which: i.which(),
                email,
                name,
                role,
            })
        }),
    ),
    delete(
        "/appspaces/{name}/members/{member}",
        Do(|i| {
            let input::Removal { for_good } = i.query()?;
            Ok(Command::MemberRemove {
                which: i.which(),
                member: i.param("member").to_owned(),
                for_good: for_good.unwrap_or(false),
            })
        }),
    ),
    get(
        "/appspaces/{name}/barred",
        Do(|i| Ok(Command::MemberBarred(i.which()))),
    ),
    delete(
        "/appspaces/{name}/barred/{barred}",
        Do(|i| {
            Ok(Command::MemberLetBack {
                which: i.which(),
                id: i.param("barred").to_owned(),
            })
        }),
    ),
    post(
        "/appspaces/{name}/invitations",
        MADE,
        Do(|i| {
            let input::NewInvitation {
                note,
                role,
                uses,
                days,
            } = i.body()?;
            Ok(Command::MemberInvite {
                which: i.which(),
                note,
                role,
                uses: uses.unwrap_or(1),
                days: days.unwrap_or(7),
            })
        }),
    ),
    put(
        "/appspaces/{name}/members/{member}/permissions/{permission}",
        Do(|i| Ok(Command::MemberGrant(permit(i)))),
    ),
    delete(
        "/appspaces/{name}/members/{member}/permissions/{permission}",
        Do(|i| Ok(Command::MemberRevoke(permit(i)))),
    ),
];

fn permit(input: &Input) -> Permit {
    Permit {
        which: input.which(),
        member: input.param("member").to_owned(),
        permission: input.param("permission").to_owned(),
    }
}
