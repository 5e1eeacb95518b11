//! What the account of a member who comes another way asks for: a member with an account is only let in where their
//! account would be.

use ds_core::{AccountId, AppspaceId, LoginKind, ProxyId, StoreError};

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
}

/// Whether a member of an appspace who proved who they are in this way comes in.
pub(super) async fn admission(
    state: &EntranceState,
    at: AppspaceId,
    member: &ProxyId,
    kind: LoginKind,
) -> Result<Admission, StoreError> {
    let store = &state.site.account_store;
    let Some(id) = state.logins.members.account_of(at, member).await? else {
        return Ok(Admission::Open(None));
    };
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
