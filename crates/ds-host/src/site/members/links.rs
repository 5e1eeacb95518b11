//! Invitation links.

use axum::{
    extract::{Path, State},
    response::Response,
};

use super::{
    back,
    grants::{Typed, chosen, field},
    page::{Part, Said, answer},
};
use crate::{
    ops::{ErrorKind, NewLink, OpError},
    site::{SiteState, error::SiteError, forms::Fields, person::Person},
};

/// `POST /appspaces/{name}/members/links`
pub(super) async fn make(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let said = match try_make(&site, &person, &name, &typed).await {
        Ok(link) => Said {
            link: Some(link),
            ..Said::default()
        },
        Err(error) if error.kind() == ErrorKind::Internal => return Err(error.into()),
        Err(error) => Said {
            refused: Some((Part::Links, error)),
            ..Said::default()
        },
    };
    answer(&site, &person, &name, said).await
}

async fn try_make(
    site: &SiteState,
    person: &Person,
    name: &str,
    typed: &Typed,
) -> Result<String, OpError> {
    let (owner, ops) = (person.account.id, &site.ops);
    // What is no number is none that a link can have.
    let number = |of| field(typed, of).parse().unwrap_or(0);
    let new = NewLink {
        note: field(typed, "note").to_owned(),
        permissions: chosen(ops, owner, name, typed).await?,
        uses: number("uses"),
        days: number("days"),
    };
    let (_, link) = ops.make_join_link(owner, name, &new).await?;
    Ok(link)
}

/// `POST /appspaces/{name}/members/links/withdraw`
pub(super) async fn withdraw(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let removed = site
        .ops
        .remove_join_link(person.account.id, &name, field(&typed, "link"));
    match removed.await {
        // It was withdrawn before: the page shows that.
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => back(&site, &name, "#links"),
    }
}
