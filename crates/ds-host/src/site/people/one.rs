//! One person's account: their role, keeping them out, and removing them.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{Admin, SiteState};
use crate::{
    ops::{Actor, Blocked, Going, OpError},
    site::{
        error::SiteError,
        forms::Fields,
        network::From,
        pages::{Frame, Here, page},
        refusal::Told,
        to_the_end, words,
    },
};

/// The page.
#[expect(clippy::struct_excessive_bools, reason = "a page tells what is so")]
#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: Frame,
    id: String,
    name: String,
    email: String,
    is_proven: bool,
    has_mail: bool,
    /// The address that was typed and not taken.
    typed: String,
    is_admin: bool,
    is_own: bool,
    is_leaving: bool,
    blocked: Option<String>,
    since: String,
    seen: String,
    /// Whether something follows their password.
    has_second_step: bool,
    going: Going,
    /// What was just done.
    done: Option<String>,
    /// Why something was not done, and to which part of the page that belongs.
    problem: Option<(Part, String)>,
}

/// A part of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Address,
    Vouch,
    Role,
    Reset,
    SecondStep,
    Block,
    Remove,
}

impl PersonPage {
    fn problem_of(&self, part: Part) -> Option<&str> {
        let found = self.problem.as_ref().filter(|(at, _)| *at == part);
        found.map(|(_, text)| text.as_str())
    }
    fn address_problem(&self) -> Option<&str> {
        self.problem_of(Part::Address)
    }
    fn vouch_problem(&self) -> Option<&str> {
        self.problem_of(Part::Vouch)
    }
    fn role_problem(&self) -> Option<&str> {
        self.problem_of(Part::Role)
    }
    fn reset_problem(&self) -> Option<&str> {
        self.problem_of(Part::Reset)
    }
    fn second_problem(&self) -> Option<&str> {
        self.problem_of(Part::SecondStep)
    }
    fn block_problem(&self) -> Option<&str> {
        self.problem_of(Part::Block)
    }
    fn remove_problem(&self) -> Option<&str> {
        self.problem_of(Part::Remove)
    }
}

/// Whether appspaces are paused with their owner's block.
#[derive(Deserialize)]
pub(super) struct Block {
    pause: Option<String>,
}

/// Whether somebody is to run the host.
#[derive(Deserialize)]
pub(super) struct Role {
    admin: String,
    password: String,
}

/// An address that was typed.
#[derive(Deserialize)]
pub(super) struct Address {
    email: String,
    password: String,
}

/// An admin's own password: what lets somebody into an account is not for whoever finds their browser open.
#[derive(Deserialize)]
pub(super) struct Confirmed {
    password: String,
}

/// A link to hand over.
#[derive(Debug, Template)]
#[template(path = "reset_link.html")]
struct LinkPage {
    frame: Frame,
    id: String,
    email: String,
    link: String,
}

/// `GET /people/{id}`
pub(super) async fn show(
    State(site): State<SiteState>,
    admin: Admin,
    Path(id): Path<String>,
) -> Result<Response, SiteError> {
    answer(&site, &admin, &id, Said::default()).await
}

/// `POST /people/{id}/block`
pub(super) async fn block(
    State(site): State<SiteState>,
    admin: Admin,
    Path(id): Path<String>,
    Fields(Block { pause }): Fields<Block>,
) -> Result<Response, SiteError> {
    let (ops, by, which) = (site.ops.clone(), admin.0.account.id, id.clone());
    let blocked =
        to_the_end(async move { ops.block_account(by, &which, pause.is_some()).await }).await?;
    match blocked {
        Ok(Blocked { not_paused, .. }) if not_paused.is_empty() => Ok(back(&id)),
        Ok(Blocked { not_paused, .. }) => {
            let addresses: Vec<_> = not_paused.into_iter().map(|(address, _)| address).collect();
            let text = format!(
                "They are blocked. These appspaces could not be paused just now: {}.",
                addresses.join(", ")
            );
            answer(&site, &admin, &id, Said::done(text)).await
        }
        Err(error) => answer(&site, &admin, &id, Said::not(Part::Block, error)).await,
    }
}

/// `POST /people/{id}/unblock`
pub(super) async fn unblock(
    State(site): State<SiteState>,
    admin: Admin,
    Path(id): Path<String>,
) -> Result<Response, SiteError> {
    let done = site.ops.unblock_account(admin.0.account.id, &id).await;
    after(&site, &admin, &id, Part::Block, done).await
}

/// `POST /people/{id}/role`
pub(super) async fn set_role(
    State(site): State<SiteState>,
    admin: Admin,
    Path(id): Path<String>,
    From(from): From,
    Fields(Role {
        admin: role,
        password,
    }): Fields<Role>,
) -> Result<Response, SiteError> {
    let (by, is_admin) = (admin.0.account.id, role == "yes");
    let done = async {
        site.ops.confirm(&admin.0.account, password, from).await?;
        site.ops.set_admin(by, &id, is_admin).await
    };
    match done.await {
        // Whoever gave up their own role cannot see this page any more.
        Ok(entry) if entry.account.id == by && !is_admin => Ok(Redirect::to("/").into_response()),
        done => after(&site, &admin, &id, Part::Role, done).await,
    }
}

/// `POST /people/{id}/address`
pub(super) async fn set_address(
    State(site): State<SiteState>,
    admin: Admin,
    Path(id): Path<String>,
    From(from): From,
    Fields(Address { email, password }): Fields<Address>,
) -> Result<Response, SiteError> {
    let by = admin.0.account.id;
    let done = async {
        site.ops.confirm(&admin.0.account, password, from).await?;
        site.ops.set_address(by, &id, &email).await
    };
    match done.await {
        Ok(_) => Ok(back(&id)),
        Err(error) => {
            let said = Said {
                problem: Some((Part::Address, error)),
                typed: email,
                done: None,
            };
            answer(&site, &admin, &id, said).await
        }
    }
}

/// `POST /people/{id}/vouch`
pub(super) async fn vouch(
    State(site): State<SiteState>,
    admin: Admin,
    Path(id): Path<String>,
    From(from): From,
    Fields(Address { email, password }): Fields<Address>,
) -> Result<Response, SiteError> {
    let by = admin.0.account.id;
    let done = async {
        site.ops.confirm(&admin.0.account, password, from).await?;
        site.ops.vouch_for_address(by, &id, &email).await
    };
    after(&site, &admin, &id, Part::Vouch, done.await).await
}

/// `POST /people/{id}/reset`: a link for somebody, made by an admin.
pub(super) async fn hand_out(
    State(site): State<SiteState>,
    admin: Admin,
    Path(id): Path<String>,
    From(from): From,
    Fields(Confirmed { password }): Fields<Confirmed>,
) -> Result<Response, SiteError> {
    let by = Actor::Account(admin.0.account.id);
    let made = async {
        site.ops.confirm(&admin.0.account, password, from).await?;
        let whose = site.ops.other(&by, &id, "make such a link for").await?;
        let link = site.ops.reset_link(by, &whose).await?;
        Ok((whose, link))
    };
    match made.await {
        Ok((whose, link)) => {
            let view = LinkPage {
                frame: admin.0.frame(Here::People),
                link,
                id: whose.id.to_string(),
                email: whose.email,
            };
            Ok(page(StatusCode::OK, &view))
        }
        Err(error) => answer(&site, &admin, &id, Said::not(Part::Reset, error)).await,
    }
}

/// `POST /people/{id}/second-step`
pub(super) async fn drop_second_step(
    State(site): State<SiteState>,
    admin: Admin,
    Path(id): Path<String>,
    From(from): From,
    Fields(Confirmed { password }): Fields<Confirmed>,
) -> Result<Response, SiteError> {
    let by = Actor::Account(admin.0.account.id);
    let done = async {
        site.ops.confirm(&admin.0.account, password, from).await?;
        let whose = site.ops.other(&by, &id, "drop the second step of").await?;
        site.ops.drop_second_step(by, &whose).await
    };
    after(&site, &admin, &id, Part::SecondStep, done.await).await
}

/// `POST /people/{id}/remove`
pub(super) async fn remove(
    State(site): State<SiteState>,
    admin: Admin,
    Path(id): Path<String>,
    From(from): From,
    Fields(Confirmed { password }): Fields<Confirmed>,
) -> Result<Response, SiteError> {
    let (ops, by, which) = (site.ops.clone(), admin.0.account.clone(), id.clone());
    let removed =
        to_the_end(async move { ops.remove_account_as(&by, password, from, &which).await }).await?;
    match removed {
        Ok(()) => Ok(Redirect::to("/people").into_response()),
        Err(error) => answer(&site, &admin, &id, Said::not(Part::Remove, error)).await,
    }
}

fn back(id: &str) -> Response {
    // It is the id of an account, or the page says that it is none.
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
    Redirect::to(&format!("/people/{id}")).into_response()
}

/// The page as it is now, or with what went wrong in a part of it.
async fn after<T>(
    site: &SiteState,
    admin: &Admin,
    id: &str,
    part: Part,
    done: Result<T, OpError>,
) -> Result<Response, SiteError> {
    match done {
        Ok(_) => Ok(back(id)),
        Err(error) => answer(site, admin, id, Said::not(part, error)).await,
    }
}

/// What there is to say beside how things are.
#[derive(Default)]
struct Said {
    /// What was just done.
    done: Option<String>,
    /// What was not, and where that belongs.
    problem: Option<(Part, OpError)>,
    /// The address that was typed.
    typed: String,
}

impl Said {
    fn done(text: String) -> Self {
        Self {
            done: Some(text),
            ..Self::default()
        }
    }

    fn not(part: Part, error: OpError) -> Self {
        Self {
            problem: Some((part, error)),
            ..Self::default()
        }
    }
}

async fn answer(
    site: &SiteState,
    admin: &Admin,
    id: &str,
    said: Said,
) -> Result<Response, SiteError> {
    let own = admin.0.account.id;
    let entry = site.ops.person(own, id).await?;
    let account = &entry.account;
    let (mut status, mut problem) = (StatusCode::OK, None);
    let told = said
        .problem
        .map(|(part, error)| Told::of(error).map(|told| (part, told)));
    let told = told.transpose()?;
    if let Some((part, told)) = &told {
        status = told.status;
        problem = Some((*part, told.text.clone()));
    }
    let view = PersonPage {
        frame: admin.0.frame(Here::People),
        id: account.id.to_string(),
        name: entry.name.clone(),
        email: account.email.clone(),
        is_proven: account.email_proven,
        has_mail: site.ops.sends_mail(),
        typed: said.typed,
        is_admin: account.is_admin,
        is_own: account.id == own,
        is_leaving: entry.is_leaving,
        blocked: entry.blocked.map(words::date),
        since: words::date(account.created),
        seen: entry.seen().map_or_else(
            || "logged in nowhere".to_owned(),
            |seen| format!("last here {}", words::date(seen)),
        ),
        has_second_step: site.ops.second_step(account).await?.is_asked(),
        going: site.ops.what_goes(account.id).await?,
        done: said.done,
        problem,
    };
    let page = page(status, &view);
    Ok(match told {
        Some((_, told)) => told.with_headers(page),
        None => page,
    })
}
