//! What was done, by whom.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use serde::Deserialize;

use super::{Admin, SiteState};
use crate::{
    ops::{AuditFilter, AuditRow, NoteKind, done_in_words},
    site::{
        error::SiteError,
        forms::Asked,
        pages::{Frame, Here, page},
        words,
    },
};

/// How many are on a page.
const ON_A_PAGE: u32 = 50;

/// The page.
#[derive(Template)]
#[template(path = "people_log.html")]
struct LogPage {
    frame: Frame,
    days: Vec<Day>,
    /// Where the next page begins.
    older: Option<i64>,
    is_first: bool,
    /// The kinds to choose from.
    kinds: Vec<(&'static str, &'static str, bool)>,
    /// Of whom.
    who: String,
    /// What is chosen, to go on with.
    query: String,
}

/// What was done on one day, last first.
struct Day {
    date: String,
    rows: Vec<Row>,
}

/// Something that was done.
struct Row {
    time: String,
    who: String,
    what: &'static str,
    about: String,
}

/// What is looked for, and where a page begins.
#[derive(Deserialize)]
pub(super) struct Wanted {
    before: Option<i64>,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    who: String,
}

/// `GET /people/log`
pub(super) async fn show(
    State(site): State<SiteState>,
    admin: Admin,
    Asked(Wanted { before, kind, who }): Asked<Wanted>,
) -> Result<Response, SiteError> {
    let kind = kind.parse::<NoteKind>().ok();
    let who: String = who.trim().chars().take(254).collect();
    let which = AuditFilter {
        actions: kind.map(NoteKind::actions).unwrap_or_default(),
        find: who.clone(),
    };
    let mut rows = site.ops.audit_log(&which, before, ON_A_PAGE + 1).await?;
    let has_more = rows.len() > ON_A_PAGE as usize;
    rows.truncate(ON_A_PAGE as usize);
    let view = LogPage {
        frame: admin.0.frame(Here::People),
        older: rows.last().map(|row| row.place).filter(|_| has_more),
        days: by_day(&rows),
        is_first: before.is_none(),
        kinds: NoteKind::ALL
            .map(|one| (one.name(), one.title(), Some(one) == kind))
            .into(),
        query: query(kind, &who),
        who,
    };
    Ok(page(StatusCode::OK, &view))
}

/// What was chosen, as it stands in an address; ends with `&` if there is any.
fn query(kind: Option<NoteKind>, who: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(kind) = kind {
        query.append_pair("kind", kind.name());
    }
    if !who.is_empty() {
        query.append_pair("who", who);
    }
    match query.finish() {
        none if none.is_empty() => none,
        some => some + "&",
    }
}

fn by_day(rows: &[AuditRow]) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for AuditRow { entry, .. } in rows {
        let date = words::date(entry.at);
        let row = Row {
            time: words::clock(entry.at),
            who: entry.who.clone(),
            what: done_in_words(entry.action),
            about: entry.about.clone(),
        };
        match days.last_mut().filter(|day| day.date == date) {
            Some(day) => day.rows.push(row),
            None => days.push(Day {
                date,
                rows: vec![row],
            }),
        }
    }
    days
}
