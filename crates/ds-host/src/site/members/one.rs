//! One member.

use askama::Template;
use axum::{
    extract::{Multipart, Path, State},
    http::StatusCode,
    response::Response,
};

use super::{
    back,
    grants::{Grants, Known, Typed, chosen, field},
    picture::{Face, upload},
};
use crate::{
    ops::{ErrorKind, MemberSummary, OpError},
    site::{
        SiteState,
        error::{SiteError, told},
        forms::Fields,
        label,
        pages::{Frame, Here, page},
        person::Person,
    },
};

#[derive(Debug, Template)]
#[template(path = "member.html")]
struct MemberPage {
    frame: Frame,
    name: String,
    address: String,
    id: String,
    member_name: String,
    face: Face,
    is_owner: bool,
    ways: Vec<Way>,
    grants: Grants,
    has_mail: bool,
    problem: Option<String>,
    /// Which form it is about.
    at: &'static str,
}

/// A way to log in.
#[derive(Debug)]
struct Way {
    kind: &'static str,
    name: String,
    words: &'static str,
    /// Whether it can be removed.
    goes: bool,
}

/// Whose page it is: appspace and member.
type Of = Path<(String, String)>;

/// `GET /appspaces/{name}/members/{id}`
pub(super) async fn show(
    State(site): State<SiteState>,
    person: Person,
    Path((name, id)): Of,
) -> Result<Response, SiteError> {
    answer(&site, &person, &name, &id, None).await
}

/// `POST …/name`
pub(super) async fn rename(
    State(site): State<SiteState>,
    person: Person,
    Path((name, id)): Of,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let wanted = field(&typed, "name");
    let done = site
        .ops
        .rename_member(person.account.id, &name, &id, wanted);
    done_or_told(&site, &person, &name, &id, ("name", done.await)).await
}

/// `POST …/picture`
pub(super) async fn change_picture(
    State(site): State<SiteState>,
    person: Person,
    Path((name, id)): Of,
    form: Multipart,
) -> Result<Response, SiteError> {
    let picture = upload(form).await?;
    person.standing(&site).await?;
    let done = site
        .ops
        .set_member_picture(person.account.id, &name, &id, picture);
    done_or_told(&site, &person, &name, &id, ("picture", done.await)).await
}

/// `POST …/permissions`
pub(super) async fn change_permissions(
    State(site): State<SiteState>,
    person: Person,
    Path((name, id)): Of,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let (owner, ops) = (person.account.id, &site.ops);
    let done = match chosen(ops, owner, &name, &typed).await {
        Ok(all) => {
            let set = ops.set_member_permissions(owner, &name, &id, &all).await;
            set.map(drop)
        }
        Err(error) => Err(error),
    };
    done_or_told(&site, &person, &name, &id, ("permissions", done)).await
}

/// `POST …/logins`
pub(super) async fn add_login(
    State(site): State<SiteState>,
    person: Person,
    Path((name, id)): Of,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let way = field(&typed, "who");
    let done = site
        .ops
        .add_member_login(person.account.id, &name, &id, way);
    done_or_told(&site, &person, &name, &id, ("logins", done.await)).await
}

/// `POST …/logins/remove`
pub(super) async fn remove_login(
    State(site): State<SiteState>,
    person: Person,
    Path((name, id)): Of,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let (kind, way) = (field(&typed, "kind"), field(&typed, "way"));
    let done = site
        .ops
        .remove_member_login(person.account.id, &name, &id, kind, way);
    done_or_told(&site, &person, &name, &id, ("logins", done.await)).await
}

/// `POST …/remove`
pub(super) async fn remove(
    State(site): State<SiteState>,
    person: Person,
    Path((name, id)): Of,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let (ops, owner) = (&site.ops, person.account.id);
    let removed = if field(&typed, "bar").is_empty() {
        ops.remove_member(owner, &name, &id).await
    } else {
        ops.remove_member_for_good(owner, &name, &id).await
    };
    match removed {
        Ok(_) => back(&site, &name, ""),
        // They have gone before: the list shows that.
        Err(error) if error.kind() == ErrorKind::NotFound => back(&site, &name, ""),
        Err(error) => Err(error.into()),
    }
}

async fn done_or_told(
    site: &SiteState,
    person: &Person,
    name: &str,
    id: &str,
    (at, done): (&'static str, Result<(), OpError>),
) -> Result<Response, SiteError> {
    match done {
        Ok(()) => back(site, name, &format!("/{id}")),
        Err(error) if matches!(error.kind(), ErrorKind::Internal | ErrorKind::NotFound) => {
            // A way to log in that names nobody is the form's affair; a member who is gone is the page's.
            if at == "logins" && error.kind() == ErrorKind::NotFound {
                return answer(site, person, name, id, Some((at, error))).await;
            }
            Err(error.into())
        }
        Err(error) => answer(site, person, name, id, Some((at, error))).await,
    }
}

async fn answer(
    site: &SiteState,
    person: &Person,
    name: &str,
    id: &str,
    refused: Option<(&'static str, OpError)>,
) -> Result<Response, SiteError> {
    let (owner, ops) = (person.account.id, &site.ops);
    let address = ops.names().address(name)?;
    let summary = ops.member_summary(owner, name, id).await?;
    let known = Known::of(ops, owner, name).await?;
    let member = &summary.member;
    let place = super::place(site, name)?;
    let refused = refused.as_ref();
    let status = refused.map_or(StatusCode::OK, |(_, error)| error.kind().status());
    let view = MemberPage {
        frame: person.frame(Here::Appspaces),
        name: label(ops.names(), &address).to_owned(),
        address: address.to_string(),
        id: member.proxy_id.to_string(),
        member_name: member.display_name.clone(),
        face: Face::of(member, &format!("{place}/{}/picture", member.proxy_id)),
        is_owner: member.is_owner,
        ways: ways(&summary),
        grants: known.grants(&member.permissions),
        has_mail: ops.sends_mail(),
        problem: refused.map(|(_, error)| told(error)),
        at: refused.map_or("", |(at, _)| at),
    };
    Ok(page(status, &view))
}

fn ways(of: &MemberSummary) -> Vec<Way> {
    use ds_core::LoginKind::{DropId, Email, Profile};
    let account = of.account.iter().map(|email| Way {
        kind: "account",
        name: email.clone(),
        words: "an account of this host",
        goes: !of.member.is_owner,
    });
    let others = of.logins.iter().map(|login| Way {
        kind: login.kind.as_str(),
        name: login.name.clone(),
        words: match login.kind {
            DropId => "a DropID",
            Profile => "a page on the web",
            Email => "a link by mail",
        },
        goes: true,
    });
    account.chain(others).collect()
}
