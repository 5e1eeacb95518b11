//! Allowing hosts, and keeping secrets for them.

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;

use super::{Refused, Span, answer, back_to};
use crate::{
    ops::{ErrorKind, OpError},
    site::{SiteState, error::SiteError, forms::Fields, person::Person, to_the_end},
};

/// A button beside a host.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::site) struct Change {
    allow: Option<String>,
    deny: Option<String>,
}

/// The form for a secret.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::site) struct NewSecret {
    secret: String,
    host: String,
    value: String,
}

/// The button that removes a secret.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::site) struct OldSecret {
    secret: String,
}

/// `POST /appspaces/{name}/egress`
pub(in crate::site) async fn change(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(change): Fields<Change>,
) -> Result<Response, SiteError> {
    let (ops, owner, of) = (site.ops.clone(), person.account.id, name.clone());
    let changed = to_the_end(async move {
        let (allow, deny) = (Vec::from_iter(change.allow), Vec::from_iter(change.deny));
        ops.set_egress(owner, &of, &allow, &deny).await
    });
    let refused = |error| Refused {
        egress: Some(error),
        ..Refused::default()
    };
    let changed = changed.await?.map(drop);
    done(&site, &person, &name, changed, refused).await
}

/// `POST /appspaces/{name}/secrets`
pub(in crate::site) async fn set_secret(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(new): Fields<NewSecret>,
) -> Result<Response, SiteError> {
    let (ops, owner, of) = (site.ops.clone(), person.account.id, name.clone());
    let NewSecret {
        secret,
        host,
        value,
    } = new;
    let set = async move { ops.set_secret(owner, &of, &secret, &host, &value).await };
    let set = to_the_end(set).await?.map(drop);
    done(&site, &person, &name, set, of_secret).await
}

/// `POST /appspaces/{name}/secrets/remove`
pub(in crate::site) async fn remove_secret(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(old): Fields<OldSecret>,
) -> Result<Response, SiteError> {
    let (ops, owner, of) = (site.ops.clone(), person.account.id, name.clone());
    let removed = async move { ops.remove_secret(owner, &of, &old.secret).await };
    let removed = to_the_end(removed).await?.map(drop);
    done(&site, &person, &name, removed, of_secret).await
}

fn of_secret(error: OpError) -> Refused {
    Refused {
        secret: Some(error),
        ..Refused::default()
    }
}

/// Back to the page, or the page with the reason. What is not there has no page.
async fn done(
    site: &SiteState,
    person: &Person,
    name: &str,
    done: Result<(), OpError>,
    refused: impl FnOnce(OpError) -> Refused,
) -> Result<Response, SiteError> {
    match done {
        Ok(()) => back_to(site, name, "egress"),
        Err(error) if error.kind() == ErrorKind::Internal => Err(error.into()),
        Err(error) => answer(site, person, name, Span::Hours, refused(error)).await,
    }
}
