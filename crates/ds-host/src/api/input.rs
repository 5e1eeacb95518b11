//! What a request says: who asks, the path, the query and the body. Nothing that is not known is taken.

use std::collections::BTreeMap;

use axum::{
    extract::{FromRequestParts as _, Query, RawPathParams},
    http::{Uri, request::Parts},
};
use ds_core::{JobId, limits::LimitKey};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{bearer::Bearer, error::ApiError};
use crate::{
    control::wire::{Setting, Which, WhichJob},
    ops::{ErrorKind, OpError},
};

/// A request that may be answered.
pub(super) struct Input {
    pub(super) bearer: Bearer,
    params: Vec<(String, String)>,
    uri: Uri,
    body: Value,
}

impl Input {
    pub(super) async fn of(bearer: Bearer, parts: &mut Parts) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, &()).await;
        let params = params.map_err(|_| ApiError::NoPath)?;
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Ok(Self {
            bearer,
            params: params.iter().map(owned).collect(),
            uri: parts.uri.clone(),
            body: Value::Object(serde_json::Map::new()),
        })
    }

    /// Reads the body. None at all is an empty object.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Result<(), ApiError> {
        if !bytes.is_empty() {
            self.body = serde_json::from_slice(bytes).map_err(|error| {
                let message = format!("the body is not JSON: {error}");
                OpError::new(ErrorKind::Invalid, message)
            })?;
        }
        Ok(())
    }

    /// What the body says.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, OpError> {
        T::deserialize(&self.body).map_err(|error| {
            let message = format!("the body cannot be understood: {error}");
            OpError::new(ErrorKind::Invalid, message)
        })
    }

    /// What stands after the `?`.
    pub(super) fn query<T: DeserializeOwned>(&self) -> Result<T, OpError> {
        let query = Query::try_from_uri(&self.uri);
        query.map(|Query(asked)| asked).map_err(|error| {
            let message = format!("the query cannot be understood: {}", error.body_text());
            OpError::new(ErrorKind::Invalid, message)
        })
    }

    /// A part of the path.
    pub(super) fn param(&self, name: &str) -> &str {
        let found = self.params.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// Whose things it is about, as commands say it.
    #[expect(clippy::unnecessary_wraps, reason = "commands may leave it out")]
    pub(super) fn owner(&self) -> Option<String> {
        // Their address may be another's by the time the command is done.
        Some(self.bearer.account.id.to_string())
    }

    pub(super) fn which(&self) -> Which {
        Which {
            owner: self.owner(),
            address: self.param("name").to_owned(),
        }
    }

    pub(super) fn which_job(&self) -> WhichJob {
        WhichJob {
            owner: self.owner(),
            id: self.param("id").to_owned(),
        }
    }

    pub(super) fn job(&self) -> Result<JobId, OpError> {
        let id = self.param("id").parse();
        id.map_err(|_| OpError::new(ErrorKind::Invalid, "this is not the id of a job"))
    }

    /// What to set of a schedule, and with `null` to leave to the host.
    pub(super) fn settings(&self) -> Result<Vec<Setting>, OpError> {
        let asked: BTreeMap<String, Value> = self.body()?;
        let one = |(key, value)| {
            let value = match value {
                Value::Null => "default".to_owned(),
                Value::String(text) => text,
                other => other.to_string(),
            };
            Setting { key, value }
        };
        Ok(asked.into_iter().map(one).collect())
    }

    /// Bounds to set, and with `null` to leave to the host.
    pub(super) fn limits(&self) -> Result<Vec<(LimitKey, Option<u32>)>, OpError> {
        let asked: BTreeMap<String, Option<u64>> = self.body()?;
        let one = |(name, value): (String, Option<u64>)| {
            let key: LimitKey = name.parse()?;
            let value = value.map(|value| key.value(&value.to_string()));
            Ok((key, value.transpose()?))
        };
        let all = asked.into_iter().map(one).collect::<Result<_, _>>();
        all.map_err(|error: ds_core::limits::LimitError| {
            OpError::new(ErrorKind::Invalid, error.to_string())
        })
    }
}

/// `POST /appspaces`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAppspace {
    pub(super) app: String,
    pub(super) address: String,
}

/// `POST /moves`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveIn {
    pub(super) code: String,
    pub(super) address: String,
}

/// `POST /appspaces/import`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Import {
    pub(super) address: String,
    pub(super) app: Option<String>,
    #[serde(default)]
    pub(super) install: bool,
}

/// `POST …/upgrade`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Upgrade {
    pub(super) version: Option<String>,
}

/// `PUT …/upgrades`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Upgrades {
    pub(super) mode: Mode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Mode {
    Manual,
    Automatic,
}

/// `GET …/archive`, `POST …/archives`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Package {
    #[serde(default)]
    pub(super) package: bool,
}

/// `GET …/usage`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Days {
    pub(super) days: Option<u32>,
}

/// `PATCH …/egress`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Egress {
    #[serde(default)]
    pub(super) allow: Vec<String>,
    #[serde(default)]
    pub(super) deny: Vec<String>,
}

/// `PUT …/secrets/{secret}`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSecret {
    pub(super) host: String,
    pub(super) value: String,
}

/// `POST …/members`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMember {
    pub(super) email: String,
    pub(super) name: Option<String>,
    pub(super) role: Option<String>,
}

/// `POST …/invitations`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInvitation {
    #[serde(default)]
    pub(super) note: String,
    pub(super) role: Option<String>,
    pub(super) uses: Option<u32>,
    pub(super) days: Option<u32>,
}

/// `POST …/restore`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Restore {
    pub(super) to: Option<String>,
    pub(super) path: Option<String>,
}

/// `POST /trash/{name}/restore`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAddress {
    pub(super) address: Option<String>,
}

/// `POST /snapshots/verify`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Verify {
    #[serde(default)]
    pub(super) read_data: bool,
}

/// `POST …/keys`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKey {
    pub(super) name: String,
    #[serde(default)]
    pub(super) link: bool,
    #[serde(default)]
    pub(super) permissions: Vec<String>,
    pub(super) days: Option<u32>,
    #[serde(default)]
    pub(super) never_expires: bool,
    pub(super) path: Option<String>,
}

/// `DELETE /appspaces/{name}/members/{member}`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Removal {
    pub(super) for_good: Option<bool>,
}

/// `GET /people`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct People {
    pub(super) find: Option<String>,
    pub(super) skip: Option<u32>,
    pub(super) most: Option<u32>,
}

/// `POST /people/{person}/block`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Block {
    #[serde(default)]
    pub(super) pause: bool,
}

/// `POST /invitations`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Whom {
    pub(super) email: Option<String>,
}

/// `GET /log`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Notes {
    pub(super) kind: Option<String>,
    pub(super) find: Option<String>,
    pub(super) before: Option<i64>,
    pub(super) most: Option<u32>,
}
