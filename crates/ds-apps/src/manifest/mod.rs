//! `dropapp.json`: reading it, and every rule about it.
//!
//! What breaks a rule is left out of the result and told as a [`Warning`]; only some warnings stand in the
//! way of installing ([`blocking`]). What makes it no manifest at all is a [`ManifestError`].

mod authors;
mod changelog;
mod egress;
mod fields;
mod icon;
mod learned;
mod roles;
mod texts;
mod version;
mod web;

use std::{fs::File, io, io::Read as _, path::Path};

use ds_core::{ApiVersion, Manifest, Schema, UnknownApiVersion, Version};
use serde_json::{Map, Value};

pub use crate::warning::{Problem, Warning};
pub use changelog::changelog_for;
pub use learned::{LearnedError, complete};
pub use version::parse_version;

use crate::package::MANIFEST_FILE;
use fields::Fields;

/// A manifest may be this long, in bytes.
const MANIFEST_BYTES: u64 = 10_240;

/// A manifest as the developer wrote it, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What held. `schema`, `migrations` and `permissions` are empty until the first run; `entrypoint` is what
    /// was written, or empty; `version` is 0.0.0 if there was none that could be read.
    pub manifest: Manifest,
    /// Which app API it asks for.
    pub api: ApiVersion,
    /// What did not hold.
    pub warnings: Vec<Warning>,
}

/// Why a manifest could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file cannot be read.
    #[error("cannot read dropapp.json")]
    Read(#[source] io::Error),
    /// It is too long.
    #[error("dropapp.json is larger than {MANIFEST_BYTES} bytes")]
    TooLarge,
    /// It is not JSON.
    #[error("dropapp.json is not valid JSON")]
    Json(#[source] serde_json::Error),
    /// It is JSON, but not an object.
    #[error("dropapp.json is not a JSON object: write {{ \"name\": …, \"version\": … }}")]
    NotAnObject,
    /// The app API it asks for is no whole number.
    #[error("`ds-api` in dropapp.json is `{0}`, not a whole number")]
    ApiNotANumber(String),
    /// It asks for an app API that this host does not have.
    #[error(transparent)]
    Api(#[from] UnknownApiVersion),
    /// The main module it names cannot be one.
    #[error("`entrypoint` in dropapp.json is `{0}`, which is not a path inside the package")]
    Entrypoint(String),
}

/// Reads and checks the manifest of the package in `package`. Blocks; meant for a blocking thread.
///
/// # Errors
/// If there is nothing to go on with.
pub fn read(package: &Path) -> Result<Checked, ManifestError> {
    let file = File::open(package.join(MANIFEST_FILE)).map_err(ManifestError::Read)?;
    let mut bytes = Vec::new();
    file.take(MANIFEST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(ManifestError::Read)?;
    if bytes.len() as u64 > MANIFEST_BYTES {
        return Err(ManifestError::TooLarge);
    }
    check(&bytes, package)
}

fn check(bytes: &[u8], package: &Path) -> Result<Checked, ManifestError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let json: Value = serde_json::from_slice(bytes).map_err(ManifestError::Json)?;
    let Value::Object(json) = json else {
        return Err(ManifestError::NotAnObject);
    };
    let api = api_of(&json)?;
    let mut fields = Fields::new(json, package);
    let entrypoint = entrypoint_of(&mut fields)?;
    let manifest = Manifest {
        name: texts::short(&mut fields, "name", 30),
        short_description: texts::short(&mut fields, "short-description", 60),
        version: version::version(&mut fields).unwrap_or(Version::new(0, 0, 0)),
        entrypoint,
        ds_api: api.number(),
        schema: Schema::NONE,
        migrations: Vec::new(),
        permissions: Vec::new(),
        roles: roles::roles(&mut fields),
        egress: egress::egress(&mut fields),
        cors: web::cors(&mut fields),
        csp: web::csp(&mut fields),
        icon: icon::icon(&mut fields),
        accent_color: texts::accent_color(&mut fields),
        changelog: changelog::changelog(&mut fields),
        authors: authors::authors(&mut fields),
        website: texts::web_address(&mut fields, "website"),
        code: texts::web_address(&mut fields, "code"),
        funding: texts::web_address(&mut fields, "funding"),
        license: texts::license(&mut fields),
        license_file: texts::license_file(&mut fields),
        release_date: texts::release_date(&mut fields),
    };
    Ok(Checked {
        manifest,
        api,
        warnings: fields.into_warnings(),
    })
}

fn api_of(json: &Map<String, Value>) -> Result<ApiVersion, ManifestError> {
    match json.get("ds-api") {
        None | Some(Value::Null) => Ok(ApiVersion::V0),
        Some(value) => {
            let number = value
                .as_i64()
                .ok_or_else(|| ManifestError::ApiNotANumber(fields::shown(value)))?;
            Ok(ApiVersion::try_from(number)?)
        }
    }
}

/// Nothing can run without it, so a bad one is no mere warning.
fn entrypoint_of(fields: &mut Fields<'_>) -> Result<String, ManifestError> {
    let value = fields.raw("entrypoint");
    match &value {
        Value::Null => Some(String::new()),
        Value::String(text) if text.trim().is_empty() => Some(String::new()),
        Value::String(text) => fields::clean_path(text),
        _ => None,
    }
    .ok_or_else(|| ManifestError::Entrypoint(fields::shown(&value)))
}

/// The warnings that stand in the way of installing on a host. (`ds-dev` runs an app without a good version
/// or name: it asks for those last.)
#[must_use]
pub fn blocking(warnings: &[Warning]) -> Vec<Warning> {
    let blocks = |warning: &&Warning| {
        matches!(
            (warning.field.as_str(), warning.problem),
            ("schema" | "version", _)
                | ("migrations" | "version-sequence", Problem::Invalid)
                | ("name", Problem::Empty)
        )
    };
    warnings.iter().filter(blocks).cloned().collect()
}
