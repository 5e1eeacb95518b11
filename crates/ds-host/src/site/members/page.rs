//! The list of members, and the forms beside it.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use ds_auth::{
    TokenKind,
    joining::{JoinLink, Joining},
};
use ds_core::Timestamp;

use super::{
    grants::{Grants, Known},
    picture::Face,
};
use crate::{
    ops::{BarSummary, KeySummary, MemberSummary, OpError, RequestSummary},
    site::{
        SiteState,
        error::{SiteError, told},
        label,
        pages::{Frame, Here, page},
        person::Person,
        words,
    },
};

/// How many members are on a page.
const ON_A_PAGE: usize = 50;
/// So many need no field to look for somebody.
const FEW: usize = 8;

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
    /// Who is looked for, and which page of them.
    pub(super) find: String,
    pub(super) page: usize,
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
    /// How many people are members.
    all: usize,
    find: String,
    /// Whether there is a field to look for somebody.
    finds: bool,
    /// The addresses of the next page, and of the one before.
    next: Option<String>,
    before: Option<String>,
    keys: Vec<KeyRow>,
    requests: Vec<RequestRow>,
    bars: Vec<BarRow>,
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

/// A key or a secret link.
#[derive(Debug)]
struct KeyRow {
    name: String,
    /// Its member, if there is one.
    id: Option<String>,
    is_link: bool,
    facts: String,
    is_over: bool,
}

/// Somebody who asks.
#[derive(Debug)]
struct RequestRow {
    id: String,
    name: String,
    facts: String,
}

/// A way to log in that may not come back.
#[derive(Debug)]
struct BarRow {
    key: String,
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
    let skip = said.page.saturating_mul(ON_A_PAGE);
    let found = ops.member_page(owner, name, &said.find, skip, ON_A_PAGE);
    let found = found.await?;
    let to = |page: usize| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !said.find.is_empty() {
            query.append_pair("find", &said.find);
        }
        let query = query.append_pair("page", &page.to_string()).finish();
        format!("{place}?{query}#all")
    };
    let has_more = skip.saturating_add(ON_A_PAGE) < found.found;
    let requests = ops.join_requests(owner, name).await?;
    let links = ops.join_links(owner, name).await?;
    let bars = ops.join_bars(owner, name).await?;
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
        members: found
            .people
            .iter()
            .map(|one| row(one, &known, &place, now))
            .collect(),
        all: found.all,
        finds: found.all > FEW || !said.find.is_empty(),
        next: has_more.then(|| to(said.page + 1)),
        before: said.page.checked_sub(1).map(to),
        keys: found.keys.iter().map(|one| key_row(one, &known)).collect(),
        find: said.find.clone(),
        requests: requests.iter().map(request_row).collect(),
        bars: bars.into_iter().map(bar_row).collect(),
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

fn key_row(of: &KeySummary, known: &Known) -> KeyRow {
    let token = &of.token;
    let used = match token.last_used {
        Some(used) => format!("last used {}", words::time(used)),
        None => "never used".to_owned(),
    };
    let may = known.words(&of.permissions());
    KeyRow {
        name: token.name.clone(),
        id: of.member.as_ref().map(|member| member.proxy_id.to_string()),
        is_link: token.kind == TokenKind::Link,
        facts: match token.kind {
            TokenKind::Link if token.last_used.is_none() => may,
            _ => format!("{may}, {used}"),
        },
        is_over: of.is_over,
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

fn bar_row(of: BarSummary) -> BarRow {
    BarRow {
        key: of.bar.id,
        name: of.bar.name,
        facts: format!("{}, since {}", of.who, words::date(of.bar.barred)),
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
