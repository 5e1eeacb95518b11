//! The list of members, and the forms beside it.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use ds_auth::joining::{JoinLink, Joining};
use ds_core::Timestamp;

use super::{
    grants::{Grants, Known},
    picture::Face,
};
use crate::{
    ops::{MemberSummary, OpError, RequestSummary},
    site::{
        SiteState,
        error::{SiteError, told},
        label,
        pages::{Frame, Here, page},
        person::Person,
        words,
    },
};

/// What there is to say beside the list.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Which form was not taken, and why.
    pub(super) refused: Option<(Part, OpError)>,
    /// What was typed into the first form.
    pub(super) who: String,
    pub(super) name: String,
    /// The link that was just made.
    pub(super) link: Option<String>,
}

/// A form of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Add,
    Links,
    Joining,
    Requests,
}

#[derive(Debug, Template)]
#[template(path = "members.html")]
struct MembersPage {
    frame: Frame,
    name: String,
    address: String,
    members: Vec<Row>,
    requests: Vec<RequestRow>,
    links: Vec<LinkRow>,
    link: Option<String>,
    who: String,
    member_name: String,
    has_mail: bool,
    joining: Joining,
    add_grants: Grants,
    link_grants: Grants,
    joining_grants: Grants,
    add_problem: Option<String>,
    link_problem: Option<String>,
    joining_problem: Option<String>,
    request_problem: Option<String>,
}

/// A member.
#[derive(Debug)]
struct Row {
    id: String,
    name: String,
    face: Face,
    is_owner: bool,
    /// How they log in.
    ways: String,
    /// What they may do, and when they were here.
    facts: String,
}

/// Somebody who asks.
#[derive(Debug)]
struct RequestRow {
    id: String,
    name: String,
    facts: String,
}

/// A link.
#[derive(Debug)]
struct LinkRow {
    token: String,
    name: String,
    facts: String,
    is_over: bool,
}

pub(super) async fn answer(
    site: &SiteState,
    person: &Person,
    name: &str,
    said: Said,
) -> Result<Response, SiteError> {
    let (owner, ops) = (person.account.id, &site.ops);
    let address = ops.names().address(name)?;
    let known = Known::of(ops, owner, name).await?;
    let rules = ops.join_rules(owner, name).await?;
    let now = ops.now();
    let place = super::place(site, name)?;
    let members = ops.member_summaries(owner, name).await?;
    let requests = ops.join_requests(owner, name).await?;
    let links = ops.join_links(owner, name).await?;
    let refused = said.refused.as_ref();
    let problem = |part| {
        let found = refused.filter(|(at, _)| *at == part);
        found.map(|(_, error)| told(error))
    };
    let status = refused.map_or(StatusCode::OK, |(_, error)| error.kind().status());
    let none = std::collections::BTreeSet::new();
    let view = MembersPage {
        frame: person.frame(Here::Appspaces),
        name: label(ops.names(), &address).to_owned(),
        address: address.to_string(),
        members: members
            .iter()
            .map(|one| row(one, &known, &place, now))
            .collect(),
        requests: requests.iter().map(request_row).collect(),
        links: links.iter().map(|one| link_row(one, &known, now)).collect(),
        link: said.link,
        who: said.who,
        member_name: said.name,
        has_mail: ops.sends_mail(),
        joining: rules.joining,
        add_grants: known.grants(&none),
        link_grants: known.grants(&none),
        joining_grants: known.grants(&rules.permissions),
        add_problem: problem(Part::Add),
        link_problem: problem(Part::Links),
        joining_problem: problem(Part::Joining),
        request_problem: problem(Part::Requests),
    };
    Ok(page(status, &view))
}

fn row(of: &MemberSummary, known: &Known, place: &str, now: Timestamp) -> Row {
    let member = &of.member;
    let may = if member.is_owner {
        "may do everything".to_owned()
    } else {
        known.words(&member.permissions)
    };
    let facts = match of.last_seen {
        Some(seen) => format!("{may}, last here {}", ago(seen, now)),
        None => may,
    };
    Row {
        id: member.proxy_id.to_string(),
        name: member.display_name.clone(),
        face: Face::of(member, &format!("{place}/{}/picture", member.proxy_id)),
        is_owner: member.is_owner,
        ways: ways(of),
        facts,
    }
}

/// How somebody logs in, in a line.
fn ways(of: &MemberSummary) -> String {
    let account = of.account.iter().cloned();
    let others = of.logins.iter().map(|login| login.name.clone());
    let all: Vec<String> = account.chain(others).collect();
    match all.as_slice() {
        [] => "cannot log in".to_owned(),
        all => all.join(", "),
    }
}

fn request_row(of: &RequestSummary) -> RequestRow {
    RequestRow {
        id: of.request.id.clone(),
        name: of.request.name.clone(),
        facts: format!("{}, asked {}", of.who, words::time(of.request.asked)),
    }
}

fn link_row(link: &JoinLink, known: &Known, now: Timestamp) -> LinkRow {
    let is_over = !link.is_good(now);
    let left = match link.uses_left {
        0 => "used up".to_owned(),
        1 => "good for one more".to_owned(),
        many => format!("good for {many} more"),
    };
    let until = if now < link.expires {
        format!("until {}", words::time(link.expires))
    } else {
        format!("ended {}", words::time(link.expires))
    };
    let name = match link.note.as_str() {
        "" => format!("Made {}", words::time(link.created)),
        note => note.to_owned(),
    };
    LinkRow {
        token: link.token.as_str().to_owned(),
        name,
        facts: format!("{}, {left}, {until}", known.words(&link.permissions)),
        is_over,
    }
}

/// When somebody was here: sessions know it to about an hour.
fn ago(seen: Timestamp, now: Timestamp) -> String {
    const HOUR: i64 = 3_600_000;
    match (now.0 - seen.0) / HOUR {
        ..2 => "within two hours".to_owned(),
        hours @ 2..48 => format!("{hours} hours ago"),
        _ => words::date(seen),
    }
}
