//! ds-dev's own page, at `/.dropserver/dev`: what the app can do, how the last load went, who you are to it.

use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use ds_core::{Member, MemberStore as _, ProxyId};
use ds_sandbox::{Body, full_body};
use ds_serve::Answer;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;

use crate::{
    actor::{ActAs, Actor, PUBLIC},
    bench::{Bench, new_member},
    report::Report,
};

const PATH: &str = "/.dropserver/dev";
/// Where apps send members who log out, as on a server.
const LOG_OUT: &str = "/.dropserver/logout";
/// The longest form anybody would send.
const FORM: usize = 4096;

struct Person {
    id: String,
    name: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "dev.html")]
struct Page<'a> {
    report: &'a Report,
    people: Vec<Person>,
}

/// The pages, and what they show and change.
pub(crate) struct DevPages {
    pub(crate) bench: Arc<Bench>,
    pub(crate) act_as: Arc<ActAs>,
    pub(crate) report: Arc<Mutex<Report>>,
}

impl DevPages {
    /// Whether a path is ds-dev's own.
    pub(crate) fn concerns(path: &str) -> bool {
        path == PATH
            || path == LOG_OUT
            || path
                .strip_prefix(PATH)
                .is_some_and(|rest| rest.starts_with('/'))
    }

    /// Answers a request to one of the pages.
    pub(crate) fn answer(self: &Arc<Self>, request: Request<Body>) -> Answer {
        let this = Arc::clone(self);
        Box::pin(this.find(request))
    }

    async fn find(self: Arc<Self>, request: Request<Body>) -> Response<Body> {
        if request.method() == Method::POST && request.uri().path() == LOG_OUT {
            self.act_as.choose(Actor::Public);
            return see_other();
        }
        let path = request
            .uri()
            .path()
            .strip_prefix(PATH)
            .unwrap_or(LOG_OUT)
            .to_owned();
        match (request.method(), path.as_str()) {
            (&Method::GET, "") => self.show().await,
            (&Method::POST, "/act-as") => self.act(request).await,
            _ => text(StatusCode::NOT_FOUND, "ds-dev has no such page"),
        }
    }

    /// The answer to a request for a name that is not this computer's.
    #[expect(clippy::unused_self, reason = "an answer of the pages, as the others")]
    pub(crate) fn refuse_name(&self) -> Response<Body> {
        text(
            StatusCode::MISDIRECTED_REQUEST,
            "ds-dev answers on localhost only",
        )
    }

    async fn show(self: Arc<Self>) -> Response<Body> {
        let report = self
            .report
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let appspace = self.bench.site.site().appspace.id;
        let chosen = self.act_as.actor();
        let people = self.bench.store.members(appspace).await.unwrap_or_default();
        let people = std::iter::once((PUBLIC.to_owned(), "Nobody (not logged in)".to_owned()))
            .chain(
                people
                    .into_iter()
                    .map(|member| (member.proxy_id.to_string(), label(&member))),
            )
            .map(|(id, name)| Person {
                chosen: id == chosen.name(),
                id,
                name,
            })
            .collect();
        match (Page {
            report: &report,
            people,
        })
        .render()
        {
            Ok(page) => page_response(page),
            Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        }
    }

    /// Changes who the developer is: somebody there, or somebody new.
    async fn act(self: Arc<Self>, request: Request<Body>) -> Response<Body> {
        if request
            .headers()
            .get("sec-fetch-site")
            .is_some_and(|site| site != "same-origin")
        {
            return text(StatusCode::FORBIDDEN, "this form was sent by another site");
        }
        let Some(form) = read_form(request.into_body()).await else {
            return text(StatusCode::PAYLOAD_TOO_LARGE, "this form is too long");
        };
        let actor = match Choice::of(&form) {
            Choice::Actor(actor) => actor,
            Choice::Somebody(name) => match self.add(&name).await {
                Ok(id) => Actor::Member(id),
                Err(error) => return text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
            },
        };
        self.act_as.choose(actor);
        see_other()
    }

    async fn add(&self, name: &str) -> Result<ProxyId, ds_core::StoreError> {
        let name: String = name.chars().take(30).collect();
        let member = new_member(&name, false);
        let appspace = self.bench.site.site().appspace.id;
        self.bench.store.add_member(appspace, &member, None).await?;
        Ok(member.proxy_id)
    }
}

/// The whole form, unless it is too long or breaks off.
async fn read_form(mut body: Body) -> Option<Vec<u8>> {
    let mut form = Vec::new();
    while let Some(frame) = body.frame().await {
        let data = frame.ok()?.into_data().unwrap_or_default();
        if form.len() + data.len() > FORM {
            return None;
        }
        form.extend_from_slice(&data);
    }
    Some(form)
}

/// Whom the form names.
enum Choice {
    Actor(Actor),
    /// Somebody new, of this name.
    Somebody(String),
}

impl Choice {
    fn of(form: &[u8]) -> Self {
        let field = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(form);
            pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
        };
        if let Some(name) = field("new").filter(|name| !name.trim().is_empty()) {
            return Self::Somebody(name.trim().to_owned());
        }
        let who = field("who").filter(|who| who != PUBLIC);
        match who.and_then(|who| who.parse().ok()) {
            Some(id) => Self::Actor(Actor::Member(id)),
            None => Self::Actor(Actor::Public),
        }
    }
}

fn label(member: &Member) -> String {
    let role = if member.is_owner { " (owner)" } else { "" };
    format!("{}{role}", member.display_name)
}

fn page_response(page: String) -> Response<Body> {
    let mut response = Response::new(full_body(page));
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    let policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";
    let policy = HeaderValue::from_static(policy);
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// To the page.
fn see_other() -> Response<Body> {
    let mut response = text(StatusCode::SEE_OTHER, "");
    response
        .headers_mut()
        .insert(header::LOCATION, HeaderValue::from_static(PATH));
    response
}

fn text(status: StatusCode, message: &str) -> Response<Body> {
    let mut response = Response::new(full_body(message.to_owned()));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}
