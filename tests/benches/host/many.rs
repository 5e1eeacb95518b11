//! A data directory with many appspaces in it.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, ensure};
use ds_auth::AccountStore as _;
use ds_core::{
    Access, Address, AppStore as _, AppspaceId, AppspaceStore as _, Closes as _, DataDir,
    MemberStore as _, SchemaStore as _,
};
use ds_routes::{Handler, Route, RouteId, RouteStore as _, StaticRoot};
use ds_store::{AppspaceDbs, Store};
use ds_testkit::sample;
use http::Method;

use crate::{running, setup::Setup};

/// A data directory with appspaces of one app.
pub(crate) struct Many {
    /// Where it is.
    pub(crate) data: DataDir,
    /// Where the appspaces answer.
    pub(crate) addresses: Vec<Address>,
}

/// Kinds of things that the app keeps, each with a handful of routes.
const KINDS: &[&str] = &[
    "notes", "lists", "photos", "albums", "events", "places", "people", "recipes", "bills", "tags",
];

impl Many {
    /// How many are many.
    pub(crate) const COUNT: usize = 10_000;

    /// Makes a data directory with this many appspaces.
    pub(crate) fn make(setup: &Setup, name: &str, count: usize) -> Result<Self> {
        let data = DataDir::new(setup.dir(name)?);
        data.create()?;
        setup.runtime.block_on(Self::fill(data, count))
    }

    async fn fill(data: DataDir, count: usize) -> Result<Self> {
        let store = Store::open(&data.database()).await?;
        let account = sample::account("owner@example.com");
        store.add_account(&account, "no password fits this").await?;
        let app = sample::app(account.id, "Everything");
        let version = sample::version(&app, "1.0.0");
        store.set_routes(version.id, &routes()).await?;
        store.add_version(&app, &version).await?;

        let members = AppspaceDbs::of_host(data.clone(), &store);
        let mut addresses = Vec::with_capacity(count);
        let mut first: Option<PathBuf> = None;
        for number in 0..count {
            ensure!(!running::is_ending(), "told to end");
            let address = format!("space-{number}.localhost");
            let appspace = sample::appspace(account.id, &version, &address);
            let database = database(&data, appspace.id)?;
            // All but the first get a copy of its database: the contents are the same.
            if let Some(first) = &first {
                fs::copy(first, &database).context("cannot copy a database")?;
            } else {
                members
                    .add_member(appspace.id, &sample::owner("Owner"), Some(account.id))
                    .await?;
                members.set_schema(appspace.id, version.schema).await?;
                members.close(appspace.id).await;
                first = Some(database);
            }
            store.add(&appspace).await?;
            addresses.push(appspace.address);
        }
        store.close().await;
        Ok(Self { data, addresses })
    }
}

fn database(data: &DataDir, appspace: AppspaceId) -> Result<PathBuf> {
    let dir = data.appspace(appspace);
    dir.create()
        .context("cannot make the directory of an appspace")?;
    Ok(dir.meta_database())
}

/// Sixty routes of the kinds that apps have.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    let mut add = |method: Method, pattern: String, end: bool, handler: Handler| {
        let id = RouteId(u32::try_from(routes.len()).unwrap_or(u32::MAX));
        let access = Access::Authorized { permission: None };
        routes.push(Route {
            id,
            method,
            pattern,
            end,
            access,
            handler,
        });
    };
    let function = || Handler::Function {
        name: "handler".to_owned(),
    };
    let files = |path: &str| Handler::Static {
        root: StaticRoot::App,
        path: path.to_owned(),
    };
    for name in ["styles", "scripts", "images", "fonts"] {
        add(Method::GET, format!("/{name}"), false, files(name));
    }
    add(Method::GET, "/".to_owned(), true, function());
    for kind in KINDS {
        add(Method::GET, format!("/{kind}"), true, function());
        add(Method::POST, format!("/{kind}"), true, function());
        add(Method::GET, format!("/{kind}/:id(\\d+)"), true, function());
        add(Method::PUT, format!("/{kind}/:id(\\d+)"), true, function());
        add(
            Method::DELETE,
            format!("/{kind}/:id(\\d+)"),
            true,
            function(),
        );
    }
    add(
        Method::GET,
        "/calendar/:year(\\d{4})-:month(\\d{2})".to_owned(),
        true,
        function(),
    );
    add(Method::GET, "/search/:words+".to_owned(), true, function());
    add(
        Method::GET,
        "/by/:person/:what?".to_owned(),
        true,
        function(),
    );
    add(Method::POST, "/upload".to_owned(), false, function());
    add(Method::GET, "/:anything*".to_owned(), true, function());
    routes
}

/// Requests that these routes answer, early and late in their order.
pub(crate) fn targets() -> Vec<(Method, String)> {
    let mut targets = vec![
        (Method::GET, "/".to_owned()),
        (Method::GET, "/styles/app.css".to_owned()),
        (Method::GET, "/calendar/2026-11".to_owned()),
        (Method::GET, "/search/apple/pie".to_owned()),
        (Method::GET, "/by/ada/photos".to_owned()),
        (Method::GET, "/what/nobody/thought/of".to_owned()),
    ];
    for kind in KINDS {
        targets.push((Method::GET, format!("/{kind}")));
        targets.push((Method::PUT, format!("/{kind}/4711")));
    }
    targets
}
