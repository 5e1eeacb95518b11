//! Looking whether an app works: it starts, its routes make sense, and the plain ones answer.

use std::{sync::Arc, time::Duration};

use ds_core::{Access, Address, AppVersion, Appspace, AppspaceDir, ProxyId, SandboxId, StoreError};
use ds_routes::{CompileError, Handler, Route, RouteTable};
use ds_sandbox::{
    AppspaceMounts, Body, Call, Limits, RequestError, Sandbox, SandboxSpec, StartError, StopReason,
    Task, empty_body,
};
use http::{Method, Request};
use tokio::time::timeout;

use crate::{Inside, Lifecycle, MemberUsers};

/// How many routes are asked.
const ASKED: usize = 5;
/// How long each may take to begin its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// From here on an answer says that the app failed.
const FAILURES: u16 = 500;

/// Why an app does not work.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Its routes cannot be used.
    #[error("its routes cannot be used")]
    Routes(#[source] CompileError),
    /// The records could not be read.
    #[error("cannot read its routes and members")]
    Store(#[from] StoreError),
    /// It does not start.
    #[error("it does not start on the data")]
    Start(#[source] StartError),
    /// A page got no answer.
    #[error("GET {path} got no answer")]
    NoAnswer {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: RequestError,
    },
    /// A page failed.
    #[error("GET {path} answered with the error {status}")]
    Failed {
        /// Which.
        path: String,
        /// How it failed.
        status: u16,
    },
}

impl Lifecycle {
    /// Tries a version of an appspace's app out on a copy of its data that nobody else uses, without a way to other
    /// hosts: it must start, and if it is asked, its first few plain pages must answer. Everything is closed when this
    /// returns. What the app writes meanwhile stays in the copy.
    ///
    /// # Errors
    /// If it does not work.
    pub async fn try_out(
        &self,
        appspace: &Appspace,
        version: &AppVersion,
        copy: &AppspaceDir,
        limits: &Limits,
        asks: bool,
    ) -> Result<(), CheckError> {
        let inside = (self.parts().inside_of)(copy.clone());
        let outcome = async {
            let routes = self.parts().routes.routes(version.id).await?;
            let table = RouteTable::compile(routes).map_err(CheckError::Routes)?;
            let sandbox = self.start_on(appspace, version, copy, limits, &inside);
            let sandbox = sandbox.await?;
            let asked = if asks {
                ask(&*sandbox, &table, appspace, &inside).await
            } else {
                Ok(())
            };
            sandbox.stop(StopReason::Done).await;
            asked
        };
        let outcome = outcome.await;
        inside.closes.close(appspace.id).await;
        outcome
    }

    async fn start_on(
        &self,
        appspace: &Appspace,
        version: &AppVersion,
        copy: &AppspaceDir,
        limits: &Limits,
        inside: &Inside,
    ) -> Result<Box<dyn Sandbox>, CheckError> {
        let users = MemberUsers::new(Arc::clone(&inside.members), appspace.id);
        let spec = SandboxSpec {
            id: SandboxId::new(),
            code: (self.parts().code_of)(version),
            task: Task::Serve,
            appspace: Some(AppspaceMounts {
                id: appspace.id,
                address: appspace.address.clone(),
                dir: copy.clone(),
                users: Arc::new(users),
                outlet: None,
            }),
            limits: limits.clone(),
        };
        let started = self.parts().engine.start(spec).await;
        started.map_err(CheckError::Start)
    }
}

/// Asks for the first few plain pages.
async fn ask(
    sandbox: &dyn Sandbox,
    table: &RouteTable,
    appspace: &Appspace,
    inside: &Inside,
) -> Result<(), CheckError> {
    let members = inside.members.members(appspace.id).await?;
    let owner = members.into_iter().find(|member| member.is_owner);
    let owner = owner.map(|owner| owner.proxy_id);
    ask_all(sandbox, calls(table, &appspace.address, owner.as_ref())).await
}

async fn ask_all(
    sandbox: &dyn Sandbox,
    calls: Vec<(Call, Request<Body>)>,
) -> Result<(), CheckError> {
    for (call, request) in calls {
        let path = call.path_and_query.clone();
        let answer = timeout(PATIENCE, sandbox.request(call, request)).await;
        let answer = answer.unwrap_or(Err(RequestError::TimedOut { after: PATIENCE }));
        let status = match answer {
            Ok(answer) => answer.status().as_u16(),
            Err(source) => return Err(CheckError::NoAnswer { path, source }),
        };
        if status >= FAILURES {
            return Err(CheckError::Failed { path, status });
        }
    }
    Ok(())
}

/// Requests for the first routes that are pages without parameters. What needs a member is asked by the owner.
fn calls(
    table: &RouteTable,
    address: &Address,
    owner: Option<&ProxyId>,
) -> Vec<(Call, Request<Body>)> {
    let plain = table.routes().filter(|route| {
        route.method == Method::GET
            && matches!(route.handler, Handler::Function { .. })
            && answers_itself(table, route)
    });
    let call = |route: &Route| {
        let proxy_id = match route.access {
            Access::Public => None,
            Access::Authorized { .. } => Some(owner.cloned()?),
        };
        let request = Request::get(&route.pattern)
            .header("host", address.as_str())
            .body(empty_body());
        let call = Call {
            route: route.id.0,
            params: serde_json::json!({}),
            path_and_query: route.pattern.clone(),
            origin: format!("https://{address}"),
            proxy_id,
            scope: None,
        };
        Some((call, request.ok()?))
    };
    plain.filter_map(call).take(ASKED).collect()
}

/// Whether a pattern is a path that it matches itself, without parameters, and before any other.
fn answers_itself(table: &RouteTable, route: &Route) -> bool {
    let path = &route.pattern;
    let is_plain = path.starts_with('/')
        && !path.contains(['*', ':', '(', ')', '{', '}', '+', '?', '\\', '#']);
    let found = is_plain.then(|| table.find(&Method::GET, path)).flatten();
    found.is_some_and(|found| found.route.id == route.id && found.params.is_empty())
}

#[cfg(test)]
mod tests {
    use ds_routes::{RouteId, StaticRoot};

    use super::*;

    fn route(id: u32, method: Method, pattern: &str, access: Access, is_code: bool) -> Route {
        let handler = if is_code {
            Handler::Function {
                name: String::new(),
            }
        } else {
            Handler::Static {
                root: StaticRoot::App,
                path: String::new(),
            }
        };
        Route {
            id: RouteId(id),
            method,
            pattern: pattern.into(),
            end: true,
            access,
            handler,
        }
    }

    #[test]
    fn which_pages_are_asked_for_and_by_whom() {
        let members = || Access::Authorized { permission: None };
        let public = || Access::Public;
        let routes = vec![
            route(0, Method::GET, "/", public(), true),
            route(1, Method::POST, "/new", public(), true),
            route(2, Method::GET, "/file", public(), false),
            route(3, Method::GET, "/notes/:id", members(), true),
            route(4, Method::GET, "/me", members(), true),
            route(5, Method::GET, "/me", public(), true),
            route(6, Method::GET, "/a/(.*)", public(), true),
            route(7, Method::GET, "/b", members(), true),
            route(8, Method::GET, "/c", members(), true),
            route(9, Method::GET, "/d", members(), true),
            route(10, Method::GET, "/e", members(), true),
        ];
        let table = RouteTable::compile(routes).unwrap();
        let address: Address = "notes.example.com".parse().unwrap();
        let owner = ProxyId::random();
        let asked = |owner: Option<&ProxyId>| -> Vec<(u32, String, bool)> {
            calls(&table, &address, owner)
                .into_iter()
                .map(|(call, request)| {
                    let path = request.uri().path().to_owned();
                    (call.route, path, call.proxy_id.is_some())
                })
                .collect()
        };
        let expect = [
            (0, "/", false),
            (4, "/me", true),
            (7, "/b", true),
            (8, "/c", true),
            (9, "/d", true),
        ]
        .map(|(route, path, as_owner)| (route, path.to_owned(), as_owner));
        assert_eq!(asked(Some(&owner)), expect);
        assert_eq!(asked(None), expect[..1]);
    }
}
