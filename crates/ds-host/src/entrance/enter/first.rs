//! What members who log in for the first time are shown with: the name and picture that their own host told.

use std::sync::Arc;

use ds_core::{Member, MemberLogin, error_chain};

use super::Proved;
use crate::{
    entrance::{At, EntranceState},
    ops::Ops,
};

/// Whether somebody has not logged in before, as far as that is known.
pub(super) fn is_first(member: &Member, login: &MemberLogin, who: &Proved) -> bool {
    (who.is_signed() && login.signed_by.is_empty()) || Ops::goes_by_login(member, login)
}

/// Gives a member what their host told of them, where they have nothing yet. In the background: nobody waits for a
/// picture to be let in.
pub(in crate::entrance) fn dress(state: &EntranceState, at: &At, member: Member, who: Proved) {
    if who.shown_name().is_none() && who.picture().is_none() {
        return;
    }
    let (state, at) = (state.clone(), At(Arc::clone(&at.0)));
    tokio::spawn(async move {
        let picture = match member.avatar.as_str() {
            "" => state.logins.picture(&who).await,
            _ => None,
        };
        let (ops, login) = (&state.site.ops, who.login());
        let dressed = ops.dress_member(&at.appspace, &member, &login, who.shown_name(), picture);
        if let Err(error) = dressed.await {
            let error = error_chain(&error);
            tracing::info!(error, "what a member's host says of them is not taken over");
        }
    });
}
