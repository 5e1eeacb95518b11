//! The limits of an appspace as a form.

use axum::{
    extract::{Path, State},
    response::Response,
};
use ds_core::limits::LimitKey;

use super::{Refused, Span, answer, back_to, rank};
use crate::{
    ops::{ErrorKind, LimitRow, OpError, Rank},
    site::{SiteState, error::SiteError, forms::Fields, person::Person, to_the_end},
};

/// One field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LimitField {
    /// The limit's name.
    pub(super) name: &'static str,
    /// What it is called.
    pub(super) title: &'static str,
    /// What it counts.
    pub(super) unit: &'static str,
    /// What is set or was typed; empty if nothing.
    pub(super) value: String,
    /// What applies where nothing is set.
    pub(super) default: u32,
    /// The least and the most this person can set.
    pub(super) range: (u32, u32),
}

/// The fields, with what was typed where a form was not taken.
pub(super) fn fields(rows: &[LimitRow], typed: &[(String, String)], rank: Rank) -> Vec<LimitField> {
    let field = |row: &LimitRow| {
        let (title, unit) = words(row.key);
        let name = row.key.name();
        let typed = typed.iter().find(|(key, _)| key == name);
        let set = || row.set.map(|set| set.to_string()).unwrap_or_default();
        let (least, most) = row.key.range();
        let most = match rank {
            Rank::Admin => most,
            Rank::Owner => row.set.unwrap_or(row.host).max(row.host),
        };
        LimitField {
            name,
            title,
            unit,
            value: typed.map_or_else(set, |(_, value)| value.chars().take(20).collect()),
            default: row.host,
            range: (least, most),
        }
    };
    rows.iter().map(field).collect()
}

fn words(key: LimitKey) -> (&'static str, &'static str) {
    match key {
        LimitKey::MemoryMib => ("Memory", "MiB"),
        LimitKey::HeapMib => ("JavaScript heap, a part of it", "MiB"),
        LimitKey::CpuPercent => ("Processor", "% of one"),
        LimitKey::CpuSeconds => ("Processor time in ten minutes", "s"),
        LimitKey::Threads => ("Threads", ""),
        LimitKey::OpenFiles => ("Open files", ""),
        LimitKey::DiskMib => ("Disk", "MiB"),
        LimitKey::RequestMib => ("One request's size", "MiB"),
        LimitKey::ResponseSeconds => ("Time to answer", "s"),
    }
}

/// `POST /appspaces/{name}/limits`
pub(in crate::site) async fn change(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(typed): Fields<Vec<(String, String)>>,
) -> Result<Response, SiteError> {
    let (ops, owner, rank, of) = (
        site.ops.clone(),
        person.account.id,
        rank(&person),
        name.clone(),
    );
    let changed = match changes(&typed) {
        Ok(changes) => {
            to_the_end(async move { ops.set_limits(owner, &of, &changes, rank).await }).await?
        }
        Err(error) => Err(error),
    };
    match changed {
        Ok(_) => back_to(&site, &name, "limits"),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(error.into()),
        Err(error) => {
            let refused = Refused {
                limits: Some((error, typed)),
                ..Refused::default()
            };
            answer(&site, &person, &name, Span::Hours, refused).await
        }
    }
}

/// What the form asks for; an empty field leaves the limit to the host.
fn changes(typed: &[(String, String)]) -> Result<Vec<(LimitKey, Option<u32>)>, OpError> {
    let invalid = |error: ds_core::limits::LimitError| {
        OpError::new(ErrorKind::Invalid, error.to_string()).with_source(error)
    };
    let change = |(name, value): &(String, String)| {
        let key: LimitKey = name.parse().map_err(invalid)?;
        let value = match value.trim() {
            "" => None,
            value => Some(key.value(value).map_err(invalid)?),
        };
        Ok((key, value))
    };
    typed.iter().map(change).collect()
}
