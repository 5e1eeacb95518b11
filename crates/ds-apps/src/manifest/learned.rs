//! What the first run adds to a manifest: schema, migrations and permissions. App code says them, so they are
//! checked like everything else.

use std::collections::BTreeSet;

use ds_core::{
    Access, ApiVersion, Direction, Manifest, MigrationStep, Permission, Schema,
    manifest::DeclaredPermission,
};
use ds_routes::Route;
use ds_sandbox::Learned;
use serde_json::Value;

use super::{Problem, Warning, fields::shown, roles};

/// More migrations or permissions than this are a mistake or an attack.
const MOST_MIGRATIONS: usize = 1000;
const MOST_PERMISSIONS: usize = 100;
const DESCRIPTION_CHARS: usize = 200;

/// Why what an app says of itself cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum LearnedError {
    /// The permissions are not in the agreed form.
    #[error("the app declares permissions that are not a list of names and descriptions")]
    NotPermissions,
    /// One permission's name is not one.
    #[error("the app declares a permission with a bad name")]
    Name(#[from] ds_core::PermissionError),
    /// A permission's name is no text.
    #[error("the app declares a permission whose name is `{0}`, not a text")]
    NotAName(String),
    /// A permission is declared twice.
    #[error("the app declares the permission `{0}` twice")]
    Twice(Permission),
    /// There are too many of something.
    #[error("the app declares more than {most} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
}

/// Fills in what was learned. A permission that routes need counts as declared: else nobody could grant it.
///
/// # Errors
/// If what the app declares is not in the agreed form.
pub fn complete(
    manifest: &mut Manifest,
    learned: &Learned,
    routes: &[Route],
) -> Result<Vec<Warning>, LearnedError> {
    if learned.migrations.len() > MOST_MIGRATIONS {
        return Err(LearnedError::TooMany {
            what: "migrations",
            most: MOST_MIGRATIONS,
        });
    }
    let mut warnings = migration_warnings(&learned.migrations);
    manifest.migrations.clone_from(&learned.migrations);
    manifest
        .migrations
        .sort_by_key(|step| (step.schema, step.direction == Direction::Down));
    manifest.schema = highest(&learned.migrations, Direction::Up);
    manifest.permissions = declared(&learned.permissions)?;
    for name in undeclared(&manifest.permissions, routes) {
        if manifest.ds_api >= ApiVersion::V1.number() {
            let message = "a route needs this permission, and the app does not declare it";
            let problem = Problem::PoorExperience;
            warnings.push(Warning::new("permissions", problem, name.as_str(), message));
        }
        manifest.permissions.push(DeclaredPermission {
            name,
            description: String::new(),
        });
    }
    if manifest.permissions.len() > MOST_PERMISSIONS {
        return Err(LearnedError::TooMany {
            what: "permissions",
            most: MOST_PERMISSIONS,
        });
    }
    roles::only_known(manifest, &mut warnings);
    Ok(warnings)
}

fn highest(steps: &[MigrationStep], direction: Direction) -> Schema {
    let schemas = steps.iter().filter(|step| step.direction == direction);
    schemas.map(|step| step.schema).max().unwrap_or_default()
}

fn migration_warnings(steps: &[MigrationStep]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |problem, value: &str, message: &str| {
        warnings.push(Warning::new("migrations", problem, value, message));
    };
    let mut seen = BTreeSet::new();
    for step in steps {
        let name = step_name(*step);
        if step.schema == Schema::NONE {
            let message = "a migration's schema is 1 or more";
            warn(Problem::Invalid, &name, message);
        }
        if !seen.insert((step.schema, step.direction == Direction::Up)) {
            warn(Problem::Invalid, &name, "this migration is there twice");
        }
    }
    let (up, down) = (
        highest(steps, Direction::Up),
        highest(steps, Direction::Down),
    );
    if down > up {
        let name = format!("down from {down}");
        let message = "the highest schema has no `up` migration";
        warn(Problem::Invalid, &name, message);
    }
    let present: BTreeSet<Schema> = steps.iter().map(|step| step.schema).collect();
    let mut previous: Option<Schema> = None;
    for &schema in present.iter().filter(|schema| **schema != Schema::NONE) {
        if previous.is_some_and(|previous| schema.0 > previous.0 + 1) {
            let message = "there are schemas without a migration below this one";
            warn(Problem::PoorExperience, &schema.to_string(), message);
        }
        previous = Some(schema);
        if !seen.contains(&(schema, true)) && schema < up {
            let message = "this schema has no `up` migration";
            warn(Problem::PoorExperience, &schema.to_string(), message);
        }
        if !seen.contains(&(schema, false)) {
            let message = "this schema has no `down` migration: there is no way back from it";
            warn(Problem::PoorExperience, &schema.to_string(), message);
        }
    }
    warnings
}

fn step_name(step: MigrationStep) -> String {
    match step.direction {
        Direction::Up => format!("up to {}", step.schema),
        Direction::Down => format!("down from {}", step.schema),
    }
}

fn declared(permissions: &Value) -> Result<Vec<DeclaredPermission>, LearnedError> {
    let list = match permissions {
        Value::Null => return Ok(Vec::new()),
        Value::Array(list) => list,
        _ => return Err(LearnedError::NotPermissions),
    };
    let mut all: Vec<DeclaredPermission> = Vec::new();
    for value in list.iter().take(MOST_PERMISSIONS + 1) {
        let one = declared_one(value)?;
        if all.iter().any(|other| other.name == one.name) {
            return Err(LearnedError::Twice(one.name));
        }
        all.push(one);
    }
    Ok(all)
}

fn declared_one(value: &Value) -> Result<DeclaredPermission, LearnedError> {
    let object = value.as_object().ok_or(LearnedError::NotPermissions)?;
    let name = object.get("name").unwrap_or(&Value::Null);
    let description = match object.get("description") {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text.trim(),
        Some(_) => return Err(LearnedError::NotPermissions),
    };
    Ok(DeclaredPermission {
        name: name
            .as_str()
            .ok_or_else(|| LearnedError::NotAName(shown(name)))?
            .parse()?,
        description: description
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(DESCRIPTION_CHARS)
            .collect(),
    })
}

fn undeclared(declared: &[DeclaredPermission], routes: &[Route]) -> BTreeSet<Permission> {
    let needed = routes.iter().filter_map(|route| match &route.access {
        Access::Authorized { permission } => permission.as_ref(),
        Access::Public => None,
    });
    needed
        .filter(|needed| declared.iter().all(|one| one.name != **needed))
        .cloned()
        .collect()
}
