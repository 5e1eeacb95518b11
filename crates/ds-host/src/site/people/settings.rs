//! Who may register.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{Admin, SiteState};
use crate::{
    ops::RegistrationRule,
    site::{
        error::SiteError,
        forms::{Asked, Fields},
        pages::{Frame, Here, page},
        refusal::Told,
    },
};

/// The page.
#[derive(Template)]
#[template(path = "people_settings.html")]
struct SettingsPage {
    frame: Frame,
    choices: Vec<Choice>,
    is_saved: bool,
    problem: Option<String>,
}

/// A rule to choose.
struct Choice {
    name: &'static str,
    title: &'static str,
    explained: &'static str,
    is_chosen: bool,
    /// Whether this host cannot do it.
    is_out: bool,
}

/// What was chosen.
#[derive(Deserialize)]
pub(super) struct Chosen {
    rule: String,
}

/// Whether something was saved just now.
#[derive(Deserialize)]
pub(super) struct Saved {
    saved: Option<String>,
}

/// Who may register, in a few words.
pub(super) fn in_short(rule: RegistrationRule) -> &'static str {
    match rule {
        RegistrationRule::Nobody => "Nobody new may register.",
        RegistrationRule::Invited => "People come by invitation.",
        RegistrationRule::Proven => "Anyone who proves their email address may register.",
        RegistrationRule::Anyone => "Anyone may register.",
    }
}

/// `GET /people/settings`
pub(super) async fn show(
    State(site): State<SiteState>,
    admin: Admin,
    Asked(Saved { saved }): Asked<Saved>,
) -> Result<Response, SiteError> {
    let view = view(&site, &admin, saved.is_some(), None).await?;
    Ok(page(StatusCode::OK, &view))
}

/// `POST /people/settings`
pub(super) async fn set(
    State(site): State<SiteState>,
    admin: Admin,
    Fields(Chosen { rule }): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let rule = rule.parse().map_err(|_| SiteError::BadForm)?;
    let set = site.ops.set_registration_rule(admin.0.account.id, rule);
    match set.await {
        Ok(()) => Ok(Redirect::to("/people/settings?saved=1").into_response()),
        Err(error) => {
            let told = Told::of(error)?;
            let view = view(&site, &admin, false, Some(told.text.clone())).await?;
            Ok(page(told.status, &view))
        }
    }
}

async fn view(
    site: &SiteState,
    admin: &Admin,
    is_saved: bool,
    problem: Option<String>,
) -> Result<SettingsPage, SiteError> {
    let present = site.ops.registration_rule().await?;
    let has_mail = site.ops.can_prove_addresses();
    let choice = |rule: RegistrationRule| Choice {
        name: rule.name(),
        title: match rule {
            RegistrationRule::Nobody => "Nobody",
            RegistrationRule::Invited => "Whoever you invite",
            RegistrationRule::Proven => "Anyone with an email address",
            RegistrationRule::Anyone => "Anyone at all",
        },
        explained: match rule {
            RegistrationRule::Nobody => {
                "Invitations that are open work again when you choose something else."
            }
            RegistrationRule::Invited => "An invitation makes one account.",
            RegistrationRule::Proven if !has_mail => {
                "This host sends no mail, so nobody can prove an address."
            }
            RegistrationRule::Proven => {
                "A link is mailed to them, which proves that the address is theirs."
            }
            RegistrationRule::Anyone => {
                "Addresses are not proven, and whoever tries one learns whether it has an account here."
            }
        },
        is_chosen: rule == present,
        is_out: rule == RegistrationRule::Proven && !has_mail,
    };
    Ok(SettingsPage {
        frame: admin.0.frame(Here::People),
        choices: RegistrationRule::ALL.map(choice).into(),
        is_saved,
        problem,
    })
}
