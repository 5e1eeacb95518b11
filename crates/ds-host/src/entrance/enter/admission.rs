//! What the account of a member who comes another way asks for: a member with an account is only let in where their
//! account would be.

use ds_auth::dropid::DropId;
use ds_core::{AccountId, Appspace, LoginKind, ProxyId, StoreError};

use super::arrive::{Came, Way};
use crate::entrance::EntranceState;

/// Whether a member who has proved who they are comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// They do; with this account of this host, so that their session ends with those of the account.
    Open(Option<AccountId>),
    /// Their account asks for more than one proof, and a letter is one.
    Guarded,
    /// Their account is blocked.
    Blocked,
    /// The owner does not want them back.
    KeptOut,
}

/// Whether a member of an appspace who proved who they are in this way comes in; `None`: whether somebody may become one.
pub(super) async fn admission(
    state: &EntranceState,
    at: &Appspace,
    member: Option<&ProxyId>,
    came: &Came,
) -> Result<Admission, StoreError> {
    let of_member = match member {
        Some(member) if state.site.ops.is_kept_out(at, member).await? => {
            return Ok(Admission::KeptOut);
        }
        Some(member) => {
            let logins = &*state.logins.members;
            state.logins.known.drop_left(logins, at.id, member).await?;
            logins.account_of(at.id, member).await?
        }
        None => None,
    };
    let by = match &came.by {
        Way::Account(id) => *id,
        Way::DropId(name) => owner(state, name).await?,
        Way::Mail(address, account) => {
            if is_blocked(state, address, came.kind).await? {
                return Ok(Admission::Blocked);
            }
            *account
        }
    };
    let mut with = None;
    // The one by which they come goes last: with it their session ends.
    for id in [of_member, by].into_iter().flatten() {
        match account(state, id, came.kind).await? {
            Admission::Open(None) => {}
            Admission::Open(found) => with = found,
            refused => return Ok(refused),
        }
    }
    Ok(Admission::Open(with))
}

/// Whether an account of this host lets its owner in.
async fn account(
    state: &EntranceState,
    id: AccountId,
    kind: LoginKind,
) -> Result<Admission, StoreError> {
    let store = &state.site.account_store;
    // One that is gone, or that of another host from which the appspace came.
    let Some(account) = store.account(id).await? else {
        return Ok(Admission::Open(None));
    };
    // A blocked one is not found by its mail address.
    let open = store.account_with_password(&account.email).await?;
    if open.is_none_or(|(open, _)| open.id != id) {
        return Ok(Admission::Blocked);
    }
    if kind == LoginKind::Email && state.logins.second_steps.of(id).await?.is_asked() {
        return Ok(Admission::Guarded);
    }
    Ok(Admission::Open(Some(id)))
}

/// Whether the account is blocked that was proved to have a mail address: it is not found by that, so that nothing else tells.
async fn is_blocked(
    state: &EntranceState,
    address: &str,
    kind: LoginKind,
) -> Result<bool, StoreError> {
    let found = state.site.ops.account_with_address(address).await?;
    Ok(match found {
        Some(id) => account(state, id, kind).await? == Admission::Blocked,
        None => false,
    })
}

/// Whose a DropID is, if it is one of this host.
async fn owner(state: &EntranceState, name: &str) -> Result<Option<AccountId>, StoreError> {
    let Ok(id) = name.parse::<DropId>() else {
        return Ok(None);
    };
    state.site.ops.owner_of_dropid(&id).await
}
