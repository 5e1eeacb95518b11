//! Who may join, and the answer to those who ask.

use axum::{
    extract::{Path, State},
    response::Response,
};

use super::{
    back,
    grants::{Typed, chosen, field},
    page::{Part, Said, answer as shown},
};
use crate::{
    ops::{ErrorKind, OpError},
    site::{SiteState, error::SiteError, forms::Fields, person::Person},
};

/// `POST /appspaces/{name}/members/joining`
pub(super) async fn change(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    match try_change(&site, &person, &name, &typed).await {
        Ok(()) => back(&site, &name, "#joining"),
        Err(error) => refuse(&site, &person, &name, Part::Joining, error).await,
    }
}

async fn try_change(
    site: &SiteState,
    person: &Person,
    name: &str,
    typed: &Typed,
) -> Result<(), OpError> {
    let (owner, ops) = (person.account.id, &site.ops);
    let permissions = chosen(ops, owner, name, typed).await?;
    let joining = field(typed, "joining");
    ops.set_join_rules(owner, name, joining, &permissions)
        .await?;
    Ok(())
}

/// `POST /appspaces/{name}/members/requests`
pub(super) async fn answer(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let (owner, ops) = (person.account.id, &site.ops);
    let (accept, refusal) = (field(&typed, "accept"), field(&typed, "refuse"));
    let done = if accept.is_empty() {
        ops.refuse_join_request(owner, &name, refusal).await
    } else {
        let accepted = ops.accept_join_request(owner, &name, accept).await;
        accepted.map(drop)
    };
    match done {
        // Somebody answered before: the page shows that.
        Ok(()) => back(&site, &name, ""),
        Err(error) if error.kind() == ErrorKind::NotFound => back(&site, &name, ""),
        Err(error) => refuse(&site, &person, &name, Part::Requests, error).await,
    }
}

/// `POST /appspaces/{name}/members/bars/lift`
pub(super) async fn lift(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let (owner, who) = (person.account.id, field(&typed, "bar"));
    site.ops.lift_join_bar(owner, &name, who).await?;
    back(&site, &name, "")
}

async fn refuse(
    site: &SiteState,
    person: &Person,
    name: &str,
    part: Part,
    error: OpError,
) -> Result<Response, SiteError> {
    if error.kind() == ErrorKind::Internal {
        return Err(error.into());
    }
    let said = Said {
        refused: Some((part, error)),
        ..Said::default()
    };
    shown(site, person, name, said).await
}
