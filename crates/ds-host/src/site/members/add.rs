//! Adding a member.

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
    ops::{ErrorKind, OpError},
    site::{SiteState, error::SiteError, forms::Fields, person::Person},
};

/// `POST /appspaces/{name}/members`
pub(super) async fn add(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let (who, called) = (field(&typed, "who"), field(&typed, "name"));
    match try_add(&site, &person, &name, &typed).await {
        Ok(()) => back(&site, &name, ""),
        Err(error) if error.kind() == ErrorKind::Internal => Err(error.into()),
        Err(error) => {
            let said = Said {
                refused: Some((Part::Add, error)),
                who: who.to_owned(),
                name: called.to_owned(),
                ..Said::default()
            };
            answer(&site, &person, &name, said).await
        }
    }
}

async fn try_add(
    site: &SiteState,
    person: &Person,
    name: &str,
    typed: &Typed,
) -> Result<(), OpError> {
    let (owner, ops) = (person.account.id, &site.ops);
    let permissions = chosen(ops, owner, name, typed).await?;
    let (who, called) = (field(typed, "who"), field(typed, "name"));
    let called = Some(called).filter(|called| !called.trim().is_empty());
    let added = ops.add_member_with(owner, name, who, called, &permissions);
    added.await.map(drop)
}
