//! All routes of an app version, compiled.

use http::Method;

use crate::{
    Handler, Params, Pattern, PatternError, Route,
    pattern::{self, encode},
};

/// The most routes an app may have.
pub const MAX_ROUTES: usize = 2000;
/// The most steps all patterns of a table may have together.
const MAX_COST: u64 = 200_000;

/// The routes of one app version, ready to be asked. Compiled once, then shared.
#[derive(Debug)]
pub struct RouteTable {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    route: Route,
    pattern: Pattern,
}

/// The route that answers a request.
#[derive(Debug)]
pub struct Found<'a> {
    /// The route.
    pub route: &'a Route,
    /// The parameters of its path.
    pub params: Params,
}

/// Routes that do not make a table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// There are too many.
    #[error("the app has {0} routes; at most {MAX_ROUTES} are supported")]
    TooMany(usize),
    /// Together they are too big.
    #[error(
        "the app's path patterns are too complex together; use simpler regular expressions or fewer routes"
    )]
    TooComplex,
    /// The pattern of a route cannot be used.
    #[error("route {number} ({route}) cannot be used")]
    Pattern {
        /// Its place in the order of declaration, from 0.
        number: usize,
        /// Its method and pattern.
        route: String,
        /// What is wrong with it.
        #[source]
        source: PatternError,
    },
    /// A static route has parameters.
    #[error(
        "route {number} ({route}) is static, so its path must be plain text without parameters, groups or modifiers; to serve everything below it, set `end: false`"
    )]
    StaticParams {
        /// Its place in the order of declaration, from 0.
        number: usize,
        /// Its method and pattern.
        route: String,
    },
}

impl RouteTable {
    /// Compiles routes, given in the order of declaration.
    pub fn compile(routes: Vec<Route>) -> Result<Self, CompileError> {
        if routes.len() > MAX_ROUTES {
            return Err(CompileError::TooMany(routes.len()));
        }
        let mut cost = 0_u64;
        let mut entries = Vec::with_capacity(routes.len());
        for (number, route) in routes.into_iter().enumerate() {
            let entry = Entry::compile(number, route)?;
            cost = cost.saturating_add(entry.pattern.cost());
            if cost > MAX_COST {
                return Err(CompileError::TooComplex);
            }
            entries.push(entry);
        }
        Ok(Self { entries })
    }

    /// The routes, in the order of declaration.
    #[must_use]
    pub fn routes(&self) -> impl ExactSizeIterator<Item = &Route> {
        self.entries.iter().map(|entry| &entry.route)
    }

    /// The first route declared for this method and path, which is percent-encoded and without a query.
    ///
    /// HEAD asks for what GET would say: if no route answers HEAD itself, the first static GET route whose
    /// path matches does. Functions get only the methods they were declared for.
    #[must_use]
    pub fn find(&self, method: &Method, path: &str) -> Option<Found<'_>> {
        let path = encode::path(path);
        let found = self.first(&path, |route| route.method == *method);
        if found.is_none() && *method == Method::HEAD {
            return self.first(&path, |route| {
                route.method == Method::GET && matches!(route.handler, Handler::Static { .. })
            });
        }
        found
    }

    fn first(&self, path: &str, suits: impl Fn(&Route) -> bool) -> Option<Found<'_>> {
        let mut entries = self.entries.iter().filter(|entry| suits(&entry.route));
        entries.find_map(|Entry { route, pattern }| {
            let params = pattern.matches_encoded(path)?;
            Some(Found { route, params })
        })
    }
}

impl Entry {
    fn compile(number: usize, route: Route) -> Result<Self, CompileError> {
        let label = || format!("{} {}", route.method, pattern::cut(&route.pattern));
        let pattern = Pattern::compile(&route.pattern, route.end).map_err(|source| {
            let route = label();
            CompileError::Pattern {
                number,
                route,
                source,
            }
        })?;
        if matches!(route.handler, Handler::Static { .. }) && pattern.as_text().is_none() {
            let route = label();
            return Err(CompileError::StaticParams { number, route });
        }
        Ok(Self { route, pattern })
    }
}
