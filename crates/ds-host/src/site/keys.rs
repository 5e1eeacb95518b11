//! `/appspaces/{name}/keys`: API keys, secret links, and programs that members let in. For the appspace's owner.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use ds_auth::TokenKind;
use serde::Deserialize;

use super::{
    SiteState,
    error::{SiteError, told},
    forms::Fields,
    label,
    pages::{Frame, Here, page},
    person::Person,
    to_the_end, words,
};
use crate::ops::{ErrorKind, KEY_DAYS, KeySummary, LINK_DAYS, NewKey, OpError};

/// The days to choose from; 0 is for ever.
const DAYS: [(u32, &str); 6] = [
    (1, "a day"),
    (7, "7 days"),
    (LINK_DAYS, "30 days"),
    (90, "90 days"),
    (KEY_DAYS, "a year"),
    (0, "ever, until you remove it"),
];

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage {
    frame: Frame,
    name: String,
    /// What was just made: what it is called, what it is, and whether that is a link.
    made: Option<(String, String, bool)>,
    problem: Option<String>,
    keys: Vec<Row>,
    links: Vec<Row>,
    clients: Vec<Row>,
    /// What the app lets members do: the name, and what it means.
    permissions: Vec<(String, String)>,
    days: &'static [(u32, &'static str)],
}

/// A key, link or program.
struct Row {
    id: String,
    name: String,
    facts: String,
    may: String,
    is_over: bool,
}

/// The key to remove.
#[derive(Deserialize)]
struct Chosen {
    key: String,
}

pub(super) fn routes() -> Router<SiteState> {
    let place = "/appspaces/{name}/keys";
    Router::new()
        .route(place, get(list).post(make))
        .route(&format!("{place}/remove"), post(remove))
}

async fn list(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
) -> Result<Response, SiteError> {
    answer(&site, &person, &name, StatusCode::OK, None, None).await
}

async fn make(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    form: axum::body::Bytes,
) -> Result<Response, SiteError> {
    let new = wanted(&form)?;
    let is_link = new.is_link;
    let (ops, owner, of) = (site.ops.clone(), person.account.id, name.clone());
    let made = to_the_end(async move { ops.add_key(owner, &of, new).await }).await?;
    match made {
        Ok((key, secret)) => {
            let made = Some((key.token.name, secret, is_link));
            answer(&site, &person, &name, StatusCode::CREATED, made, None).await
        }
        Err(error) if error.kind() == ErrorKind::Internal => Err(error.into()),
        Err(error) => {
            let status = error.kind().status();
            answer(&site, &person, &name, status, None, Some(&error)).await
        }
    }
}

/// The form for a key or a link. A box that is ticked is there as often as there are such boxes.
fn wanted(form: &[u8]) -> Result<NewKey, SiteError> {
    let mut new = NewKey::default();
    for (field, value) in url::form_urlencoded::parse(form).into_owned() {
        match field.as_str() {
            "what" => new.is_link = value == "link",
            "name" => new.name = value,
            "give" => new.permissions.push(value),
            "days" => {
                let days: u32 = value.parse().map_err(|_| SiteError::BadForm)?;
                new.days = Some(days).filter(|days| *days > 0);
            }
            "path" => new.path = Some(value),
            _ => {}
        }
    }
    // The field is there for keys too.
    new.path = new
        .path
        .filter(|path| new.is_link && !path.trim().is_empty());
    Ok(new)
}

async fn remove(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(Chosen { key }): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let address = site.ops.names().address(&name)?;
    let place = format!("/appspaces/{}/keys", label(site.ops.names(), &address));
    let (ops, owner) = (site.ops.clone(), person.account.id);
    let removed = to_the_end(async move { ops.remove_key(owner, &name, &key).await }).await?;
    match removed {
        // It was removed before: the page shows that.
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(Redirect::to(&place).into_response()),
    }
}

async fn answer(
    site: &SiteState,
    person: &Person,
    name: &str,
    status: StatusCode,
    made: Option<(String, String, bool)>,
    problem: Option<&OpError>,
) -> Result<Response, SiteError> {
    let (ops, owner) = (&site.ops, person.account.id);
    let address = ops.names().address(name)?;
    let keys = ops.list_keys(owner, name).await?;
    let known = ops.permissions(owner, name).await?;
    let of = |kind: TokenKind| {
        let own = keys.iter().filter(|one| one.token.kind == kind);
        own.rev().map(Row::of).collect()
    };
    let view = KeysPage {
        frame: person.frame(Here::Appspaces),
        name: label(ops.names(), &address).to_owned(),
        made,
        problem: problem.map(told),
        keys: of(TokenKind::Key),
        links: of(TokenKind::Link),
        clients: of(TokenKind::Client),
        permissions: known
            .into_iter()
            .map(|one| (one.name.to_string(), one.description))
            .collect(),
        days: &DAYS,
    };
    Ok(page(status, &view))
}

impl Row {
    fn of(key: &KeySummary) -> Self {
        let token = &key.token;
        let ends = match token.expires {
            Some(end) if key.is_over => format!("ended {}", words::date(end)),
            Some(end) => format!("until {}", words::date(end)),
            None if key.is_over => "not used for long, so it ended".to_owned(),
            None => format!("since {}", words::date(token.created)),
        };
        let used = match token.last_used {
            Some(used) => format!("last used {}", words::time(used)),
            None if token.kind == TokenKind::Link => String::new(),
            None => "never used".to_owned(),
        };
        let to = match token.path.as_str() {
            "" | "/" => String::new(),
            path => format!("to {path}"),
        };
        let whose = match (&key.member, token.kind) {
            (Some(member), TokenKind::Client) => format!("for {}", member.display_name),
            (None, _) => "its member is gone".to_owned(),
            _ => String::new(),
        };
        let facts = [whose, to, ends, used];
        let facts: Vec<String> = facts.into_iter().filter(|one| !one.is_empty()).collect();
        let may: Vec<String> = key.permissions().iter().map(ToString::to_string).collect();
        Self {
            id: token.id.to_string(),
            name: token.name.clone(),
            facts: facts.join(", "),
            may: may.join(", "),
            is_over: key.is_over,
        }
    }
}
