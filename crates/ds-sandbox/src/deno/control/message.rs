//! What is said on the control channel. `runtime/harness/control.js` is the other side.

use ds_core::Schema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// From the host to the harness.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum ToSandbox<'a> {
    Assign(&'a Assign),
    /// The directories of what was assigned are there.
    Mounted {
        /// What was compiled of the app's script before.
        #[serde(skip_serializing_if = "Option::is_none")]
        compiled: Option<String>,
    },
    /// What can the app do?
    Learn {
        id: u64,
    },
    /// Run the migrations from one schema to another.
    Migrate {
        id: u64,
        from: Schema,
        to: Schema,
    },
    /// Are you there?
    Ping {
        id: u64,
    },
    /// What has been compiled of the app's script?
    Compiled {
        id: u64,
    },
    /// End by yourself.
    Stop,
    Answer {
        id: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
}

/// Which app to load and what it may know of its surroundings. Paths are as the sandbox sees them.
#[derive(Debug, Serialize)]
pub(in crate::deno) struct Assign {
    /// The number of the app API.
    pub(in crate::deno) api: i64,
    /// The directory of the prepared copy.
    pub(in crate::deno) run: String,
    /// The entry module.
    pub(in crate::deno) entry: String,
    /// The same as a script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::deno) script: Option<Script>,
    pub(in crate::deno) paths: Paths,
    /// The working directory.
    pub(in crate::deno) cwd: String,
    /// Where the appspace answers; empty while an app is learned about.
    pub(in crate::deno) address: String,
    /// Whether its directories are there; else it is told when they are.
    pub(in crate::deno) mounted: bool,
    /// How long the process may go on after it was told to stop, in milliseconds.
    pub(in crate::deno) drain: u64,
}

/// An app as a script.
#[derive(Debug, Serialize)]
pub(in crate::deno) struct Script {
    pub(in crate::deno) file: String,
}

/// The directories that app code is told of.
#[derive(Debug, Serialize)]
pub(in crate::deno) struct Paths {
    pub(in crate::deno) app: String,
    pub(in crate::deno) files: String,
    pub(in crate::deno) avatars: String,
}

/// What the host asks a harness.
#[derive(Clone, Copy, Debug)]
pub(in crate::deno) enum Question {
    Learn,
    Migrate { from: Schema, to: Schema },
    Ping,
    Compiled,
}

impl Question {
    pub(super) fn with_id(self, id: u64) -> ToSandbox<'static> {
        match self {
            Self::Learn => ToSandbox::Learn { id },
            Self::Ping => ToSandbox::Ping { id },
            Self::Compiled => ToSandbox::Compiled { id },
            Self::Migrate { from, to } => ToSandbox::Migrate { id, from, to },
        }
    }
}

/// From the harness to the host. Hostile: anything else breaks the protocol.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum FromSandbox {
    /// The harness is up and waits to be assigned.
    Listening,
    /// The app can be asked and can answer requests.
    Ready,
    /// The app failed to load.
    Failed { message: String },
    Answer {
        id: u64,
        #[serde(default)]
        value: Value,
        #[serde(default)]
        error: Option<String>,
    },
    /// Who is this member?
    User {
        id: u64,
        #[serde(rename = "proxyId")]
        proxy_id: String,
    },
    /// Who are the members?
    Users { id: u64 },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_is_understood() {
        let check = |json: &str, expect: Option<FromSandbox>| {
            assert_eq!(serde_json::from_str(json).ok(), expect, "{json}");
        };
        let answer = |value, error: Option<&str>| FromSandbox::Answer {
            id: 1,
            value,
            error: error.map(Into::into),
        };
        check(r#"{"type":"ready"}"#, Some(FromSandbox::Ready));
        check(
            r#"{"type":"users","id":7}"#,
            Some(FromSandbox::Users { id: 7 }),
        );
        check(
            r#"{"type":"answer","id":1}"#,
            Some(answer(Value::Null, None)),
        );
        check(
            r#"{"type":"answer","id":1,"error":"x"}"#,
            Some(answer(Value::Null, Some("x"))),
        );
        check(
            r#"{"type":"answer","id":1,"value":[2]}"#,
            Some(answer(serde_json::json!([2]), None)),
        );
        check(r#"{"type":"users","id":-1}"#, None);
        check(r#"{"type":"user","id":1}"#, None);
        check(r#"{"type":"assign"}"#, None);
        check("{}", None);
        check("[]", None);
        check("", None);
    }
}
