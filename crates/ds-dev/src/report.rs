//! How the last load of the app went, as the page shows it.

use ds_core::Access;
use ds_routes::{Handler, Route};

use crate::project::Loaded;

/// How the last load went.
#[derive(Clone, Default)]
pub(crate) struct Report {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) schema: String,
    pub(crate) routes: Vec<RouteRow>,
    pub(crate) warnings: Vec<String>,
    /// Why the newest code does not load; the one before goes on.
    pub(crate) failure: Option<String>,
}

/// A route, for people.
#[derive(Clone)]
pub(crate) struct RouteRow {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) access: String,
    pub(crate) handler: String,
}

impl Report {
    pub(crate) fn of(loaded: &Loaded) -> Self {
        let ready = &loaded.ready;
        Self {
            name: ready.manifest.name.clone(),
            version: ready.manifest.version.to_string(),
            schema: ready.manifest.schema.to_string(),
            routes: ready.routes.iter().map(row).collect(),
            warnings: ready
                .warnings
                .iter()
                .map(|warning| warning.message.clone())
                .collect(),
            failure: None,
        }
    }

    /// The app before goes on; this is why the new one does not.
    pub(crate) fn failed(&mut self, why: String) {
        self.failure = Some(why);
    }
}

fn row(route: &Route) -> RouteRow {
    RouteRow {
        method: route.method.to_string(),
        path: if route.end {
            route.pattern.clone()
        } else {
            format!("{} …", route.pattern)
        },
        access: match &route.access {
            Access::Public => "everyone".to_owned(),
            Access::Authorized { permission: None } => "members".to_owned(),
            Access::Authorized {
                permission: Some(permission),
            } => permission.to_string(),
        },
        handler: match &route.handler {
            Handler::Function { name } => name.clone(),
            Handler::Static { root, path } => format!("{root:?}/{path}"),
        },
    }
}
