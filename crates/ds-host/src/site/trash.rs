//! The trash, as the home page shows it, and bringing an appspace back.

use axum::{extract::State, response::Redirect};
use serde::Deserialize;

use super::{SiteState, error::SiteError, forms::Fields, label, person::Person, to_the_end, words};
use crate::ops::{Names, TrashSummary};

/// An appspace in the trash.
#[derive(Debug)]
pub struct TrashRow {
    /// Its id.
    pub id: String,
    /// The label it had.
    pub name: String,
    /// Its app and version.
    pub app: String,
    /// When it was deleted.
    pub deleted: String,
    /// When it is removed for good.
    pub until: String,
    /// Whether something else has its name by now.
    pub taken: bool,
}

impl TrashRow {
    pub(super) fn of(names: &Names, one: &TrashSummary) -> Self {
        Self {
            id: one.appspace.id.to_string(),
            name: label(names, &one.appspace.address).to_owned(),
            app: format!("{} {}", one.app_name, one.appspace.version),
            deleted: words::date(one.deleted),
            until: words::date(one.removed),
            taken: one.is_address_taken,
        }
    }
}

/// What was chosen.
#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    id: String,
    #[serde(default)]
    address: String,
}

/// `POST /trash/restore`
pub(super) async fn restore(
    State(site): State<SiteState>,
    person: Person,
    Fields(Chosen { id, address }): Fields<Chosen>,
) -> Result<Redirect, SiteError> {
    let (ops, owner) = (site.ops.clone(), person.account.id);
    let back = to_the_end(async move {
        let address = Some(address.trim()).filter(|address| !address.is_empty());
        ops.take_out(owner, &id, address).await
    });
    let back = back.await??;
    let name = label(site.ops.names(), &back.appspace.address);
    Ok(Redirect::to(&format!("/#a-{name}")))
}
