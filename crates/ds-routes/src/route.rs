//! Routes as they are stored and compiled.

use std::{collections::BTreeMap, fmt};

use ds_core::Access;
use http::Method;
use serde::{Deserialize, Serialize};

/// Which of an app version's routes: its place in the order of declaration, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RouteId(pub u32);

impl fmt::Display for RouteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One thing an app answers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Its place in the order of declaration; the app's runtime finds its handler by it.
    pub id: RouteId,
    /// The method it answers; as JSON, its name.
    #[serde(with = "method_name")]
    pub method: Method,
    /// The path, in the dialect of path-to-regexp 6.2.1.
    pub pattern: String,
    /// Whether the pattern must match the whole path (`true`) or a prefix that ends at a boundary.
    pub end: bool,
    /// Whom it is for.
    pub access: Access,
    /// What answers.
    pub handler: Handler,
}

/// What answers a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Handler {
    /// App code in a sandbox.
    Function {
        /// The function's name, for people; may be empty.
        name: String,
    },
    /// A file or directory, served by the host without waking the app.
    Static {
        /// Below which directory.
        root: StaticRoot,
        /// The file or directory, relative to the root, clean: no `..`, no leading `/`; may be empty.
        path: String,
    },
}

/// The directories that static routes may serve from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StaticRoot {
    /// `@app/`: the package as uploaded.
    App,
    /// `@appspace/`: the appspace's files.
    Appspace,
    /// `@avatars/`: members' pictures.
    Avatars,
}

/// What a path's parameters were: by name, or by number for unnamed groups. Not percent-decoded.
pub type Params = BTreeMap<String, ParamValue>;

/// The value of one parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ParamValue {
    /// Of an ordinary parameter.
    One(String),
    /// Of a repeated one (`:name+`, `:name*`), split at its delimiter.
    Many(Vec<String>),
}

/// Methods as JSON.
mod method_name {
    use http::Method;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(method: &Method, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(method.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Method, D::Error> {
        let name = String::deserialize(from)?;
        Method::from_bytes(name.as_bytes()).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_from_json() {
        let route = Route {
            id: RouteId(7),
            method: Method::GET,
            pattern: "/s".into(),
            end: false,
            access: Access::Authorized { permission: None },
            handler: Handler::Static {
                root: StaticRoot::App,
                path: "front".into(),
            },
        };
        let json = serde_json::json!({
            "id": 7, "method": "GET", "pattern": "/s", "end": false,
            "access": {"allow": "authorized"},
            "handler": {"type": "static", "root": "app", "path": "front"},
        });
        assert_eq!(serde_json::to_value(&route).unwrap(), json);
        assert_eq!(serde_json::from_value::<Route>(json).unwrap(), route);
    }
}
