//! Routes as an app declares them, checked. The listing comes out of app code and is not to be trusted.

use ds_core::{Access, Permission};
use http::Method;

use serde_json::{Map, Value};

use crate::{
    CompileError, Handler, ListingError, Route, RouteId, RouteProblem, RouteTable, pattern,
    static_spec, table,
};

/// The longest function name that is kept, in characters.
const MAX_NAME: usize = 200;
/// The methods a route may answer.
const METHODS: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::DELETE,
    Method::CONNECT,
    Method::OPTIONS,
    Method::TRACE,
    Method::PATCH,
];

/// Checks the list of routes that an app declares. Keys that are not known are ignored.
///
/// # Errors
/// The first thing wrong, with the route it is in.
pub fn parse_listing(listing: &Value) -> Result<Vec<Route>, ListingError> {
    let list = listing.as_array().ok_or(ListingError::NotAList)?;
    if list.len() > table::MAX_ROUTES {
        return Err(CompileError::TooMany(list.len()).into());
    }
    let routes = list.iter().enumerate().map(|(number, entry)| {
        parse_route(number, entry).map_err(|problem| ListingError::Route {
            number,
            route: label(entry),
            problem,
        })
    });
    let routes = routes.collect::<Result<Vec<_>, _>>()?;
    RouteTable::compile(routes.clone())?;
    Ok(routes)
}

fn parse_route(number: usize, entry: &Value) -> Result<Route, RouteProblem> {
    let entry = entry.as_object().ok_or(RouteProblem::NotAnObject)?;
    let (pattern, end) = path(entry.get("path"))?;
    Ok(Route {
        id: RouteId(u32::try_from(number).unwrap_or(u32::MAX)),
        method: method(entry.get("method"))?,
        pattern,
        end,
        access: access(entry.get("auth"))?,
        handler: handler(entry)?,
    })
}

fn method(value: Option<&Value>) -> Result<Method, RouteProblem> {
    let name = value
        .and_then(Value::as_str)
        .ok_or(RouteProblem::NoMethod)?;
    let mut known = METHODS.into_iter();
    known
        .find(|method| method.as_str().eq_ignore_ascii_case(name))
        .ok_or_else(|| RouteProblem::Method(pattern::cut(name)))
}

fn path(value: Option<&Value>) -> Result<(String, bool), RouteProblem> {
    let value = value.ok_or(RouteProblem::NoPath)?;
    let text = value
        .get("path")
        .and_then(Value::as_str)
        .ok_or(RouteProblem::NoPath)?;
    // Checked before it is copied; the rest of the pattern is checked with the table.
    if text.len() > pattern::MAX_PATTERN {
        return Err(RouteProblem::LongPath);
    }
    let end = match value.get("end") {
        None | Some(Value::Null) => true,
        Some(end) => end.as_bool().ok_or(RouteProblem::End)?,
    };
    Ok((text.to_owned(), end))
}

fn access(value: Option<&Value>) -> Result<Access, RouteProblem> {
    let auth = value
        .and_then(Value::as_object)
        .ok_or(RouteProblem::NoAuth)?;
    let allow = auth
        .get("allow")
        .and_then(Value::as_str)
        .ok_or(RouteProblem::NoAuth)?;
    let permission = match auth.get("permission") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) if name.is_empty() => None,
        Some(Value::String(name)) => Some(name.parse::<Permission>()?),
        Some(_) => return Err(RouteProblem::PermissionType),
    };
    match (allow, permission) {
        ("public", None) => Ok(Access::Public),
        ("public", Some(name)) => Err(RouteProblem::PublicPermission(name)),
        ("authorized", permission) => Ok(Access::Authorized { permission }),
        (other, _) => Err(RouteProblem::Auth(pattern::cut(other))),
    }
}

fn handler(entry: &Map<String, Value>) -> Result<Handler, RouteProblem> {
    let option = |name| entry.get("options").and_then(|options| options.get(name));
    match entry.get("type").and_then(Value::as_str) {
        Some("function") => function_name(option("name")),
        Some("static") => {
            let path = option("path").and_then(Value::as_str);
            let path = path.ok_or(RouteProblem::NoFiles)?;
            let (root, path) = static_spec::parse(path)?;
            Ok(Handler::Static { root, path })
        }
        Some(other) => Err(RouteProblem::Type(pattern::cut(other))),
        None => Err(RouteProblem::NoType),
    }
}

fn function_name(value: Option<&Value>) -> Result<Handler, RouteProblem> {
    let name = match value {
        None | Some(Value::Null) => "",
        Some(Value::String(name)) => name,
        Some(_) => return Err(RouteProblem::Name),
    };
    let printable = name.chars().filter(|char| !char.is_control());
    Ok(Handler::Function {
        name: printable.take(MAX_NAME).collect(),
    })
}

/// Method and path of a route that may be anything, for people.
fn label(entry: &Value) -> String {
    let method = entry.get("method").and_then(Value::as_str).unwrap_or("?");
    let path = entry
        .pointer("/path/path")
        .and_then(Value::as_str)
        .unwrap_or("?");
    format!(
        "{} {}",
        pattern::cut(method).to_ascii_uppercase(),
        pattern::cut(path)
    )
}
