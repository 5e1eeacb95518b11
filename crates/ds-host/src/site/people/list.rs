//! The accounts of this host and the invitations that are open; inviting somebody.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use ds_core::AccountId;
use serde::Deserialize;

use super::{Admin, SiteState};
use crate::{
    ops::{AccountEntry, RegistrationRule, ShownInvitation},
    site::{
        error::SiteError,
        forms::{Asked, Fields},
        pages::{Frame, Here, page},
        refusal::Told,
        words,
    },
};

/// How many accounts are on a page.
const ON_A_PAGE: u32 = 50;
/// The longest text to look for.
const FIND_MAX: usize = 254;

/// The page.
#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    frame: Frame,
    accounts: Vec<Row>,
    /// The number of the next page, and of the one before.
    next: Option<u32>,
    before: Option<u32>,
    /// What is looked for, as it stands in an address; ends with `&` if there is any.
    query: String,
    find: String,
    invitations: Vec<Open>,
    /// Who may register, in words.
    rule: &'static str,
    /// Whether anybody can be invited.
    takes_people: bool,
    has_mail: bool,
    /// The link that was just made.
    link: Option<String>,
    /// To whom a link was just mailed.
    mailed: Option<String>,
    /// What was typed.
    email: String,
    problem: Option<String>,
}

/// An account.
struct Row {
    id: String,
    name: String,
    email: String,
    is_admin: bool,
    /// `blocked`, `being removed`, or nothing.
    state: &'static str,
    facts: String,
    is_own: bool,
}

/// An invitation.
struct Open {
    id: String,
    /// A mail address, or what kind of invitation it is.
    name: String,
    facts: String,
}

impl Row {
    fn of(entry: &AccountEntry, own: AccountId) -> Self {
        let seen = match entry.seen() {
            Some(seen) => format!("last here {}", words::date(seen)),
            None => "logged in nowhere".to_owned(),
        };
        Self {
            id: entry.account.id.to_string(),
            name: entry.name.clone(),
            email: entry.account.email.clone(),
            is_admin: entry.account.is_admin,
            state: match (entry.is_leaving, entry.blocked) {
                (true, _) => "being removed",
                (false, Some(_)) => "blocked",
                (false, None) => "",
            },
            facts: format!("since {}, {seen}", words::date(entry.account.created)),
            is_own: entry.account.id == own,
        }
    }
}

impl Open {
    fn of(shown: &ShownInvitation) -> Self {
        let invitation = &shown.invitation;
        let by = match shown.by.as_str() {
            "" => "the command line",
            email => email,
        };
        let (made, until) = (
            words::date(invitation.created),
            words::date(invitation.expires),
        );
        Self {
            id: invitation.token.as_str().to_owned(),
            name: invitation
                .email
                .clone()
                .unwrap_or_else(|| "Whoever has the link".to_owned()),
            facts: format!("invited {made} by {by}, until {until}"),
        }
    }
}

/// What is looked for.
#[derive(Deserialize)]
pub(super) struct Find {
    #[serde(default)]
    find: String,
    #[serde(default)]
    page: u32,
}

/// Who is to be invited.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    email: String,
}

/// Which invitation.
#[derive(Deserialize)]
pub(super) struct Chosen {
    invitation: String,
}

/// What a page says of what was just done.
#[derive(Default)]
struct Just {
    link: Option<String>,
    mailed: Option<String>,
    email: String,
    problem: Option<String>,
}

/// `GET /people`
pub(super) async fn show(
    State(site): State<SiteState>,
    admin: Admin,
    Asked(Find { find, page: at }): Asked<Find>,
) -> Result<Response, SiteError> {
    let find = find.chars().take(FIND_MAX).collect();
    let view = view(&site, &admin, find, at, Just::default()).await?;
    Ok(page(StatusCode::OK, &view))
}

/// `POST /people/invite`
pub(super) async fn invite(
    State(site): State<SiteState>,
    admin: Admin,
    Fields(Wanted { email }): Fields<Wanted>,
) -> Result<Response, SiteError> {
    let by = admin.0.account.id;
    let (just, told) = match site.ops.invite(by, Some(&email)).await {
        Ok(invited) => {
            let mailed = invited.invitation.email.clone();
            let just = Just {
                mailed: mailed.filter(|_| invited.link.is_none()),
                link: invited.link,
                ..Just::default()
            };
            (just, None)
        }
        Err(error) => {
            let told = Told::of(error)?;
            let just = Just {
                email: email.chars().take(FIND_MAX).collect(),
                problem: Some(told.text.clone()),
                ..Just::default()
            };
            (just, Some(told))
        }
    };
    let status = told.map_or(StatusCode::CREATED, |told| told.status);
    let view = view(&site, &admin, String::new(), 0, just).await?;
    Ok(page(status, &view))
}

/// `POST /people/withdraw`
pub(super) async fn withdraw(
    State(site): State<SiteState>,
    admin: Admin,
    Fields(Chosen { invitation }): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let by = admin.0.account.id;
    site.ops.withdraw_invitation(by, &invitation).await?;
    Ok(Redirect::to("/people").into_response())
}

async fn view(
    site: &SiteState,
    admin: &Admin,
    find: String,
    at: u32,
    just: Just,
) -> Result<PeoplePage, SiteError> {
    let own = admin.0.account.id;
    let (accounts, has_more) = site
        .ops
        .people(own, &find, at.saturating_mul(ON_A_PAGE), ON_A_PAGE)
        .await?;
    let invitations = site.ops.open_invitations(own).await?;
    let rule = site.ops.registration_rule().await?;
    Ok(PeoplePage {
        frame: admin.0.frame(Here::People),
        accounts: accounts.iter().map(|entry| Row::of(entry, own)).collect(),
        next: has_more.then(|| at.saturating_add(1)),
        before: at.checked_sub(1),
        query: query(&find),
        find,
        invitations: invitations.iter().map(Open::of).collect(),
        rule: super::settings::in_short(rule),
        takes_people: rule != RegistrationRule::Nobody,
        has_mail: site.ops.can_prove_addresses(),
        link: just.link,
        mailed: just.mailed,
        email: just.email,
        problem: just.problem,
    })
}

fn query(find: &str) -> String {
    if find.is_empty() {
        return String::new();
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("find", find).finish() + "&"
}
