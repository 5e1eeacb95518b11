//! Members who come from elsewhere are shown with the name and picture that their own host tells, as long as they follow it.

use std::sync::Arc;

use ds_auth::pictures::Picture;
use ds_core::{Appspace, MemberLogin, ProxyId, error_chain};
use url::Url;

use super::{Logins, Proved};
use crate::{
    entrance::{At, EntranceState},
    ops::{Claims, OpError, Ops},
};

/// Lets a member who has logged in look as their host just told. In the background: nobody waits for a picture to be let in.
pub(in crate::entrance) fn dress(state: &EntranceState, at: &At, member: ProxyId, who: Proved) {
    let claims = Claims {
        name: who.shown_name().map(str::to_owned),
        photo: who.picture().map(|picture| picture.0.clone()),
    };
    if claims == Claims::default() {
        return;
    }
    let (state, at) = (state.clone(), At(Arc::clone(&at.0)));
    tokio::spawn(async move {
        let (ops, login) = (&state.site.ops, who.login());
        let worn = wear(ops, &state.logins, &at.appspace, &member, &login, &claims);
        if let Err(error) = worn.await {
            let error = error_chain(&error);
            tracing::info!(error, "what a member's host says of them is not taken over");
        }
    });
}

/// Lets a member look as their host says, as far as they follow it.
pub(super) async fn wear(
    ops: &Ops,
    logins: &Logins,
    at: &Appspace,
    member: &ProxyId,
    login: &MemberLogin,
    claims: &Claims,
) -> Result<(), OpError> {
    // Hosts like this one sign, and have another address for another picture.
    let again = login.signed_by.is_empty()
        && claims.photo.is_some()
        && logins.asking.looks_again(at.id, member);
    if !ops.follow_name(at, member, login, claims, again).await? {
        return Ok(());
    }
    let found: Option<(&Url, Picture)> = match &claims.photo {
        None => None,
        Some(photo) => match logins.asking.picture(&*logins.web, photo).await {
            Some(picture) => Some((photo, picture)),
            // It cannot be had just now: they keep what they have.
            None => return Ok(()),
        },
    };
    ops.follow_picture(at, member, login, found).await
}
