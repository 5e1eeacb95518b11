//! A new version must fit among the installed versions of its app.

use ds_core::{AppVersion, Schema, Version};

use crate::manifest::{Problem, Warning};

const FIELD: &str = "version-sequence";

/// Whether this version is installed already. What follows a `+` does not make a version another.
#[must_use]
pub fn installed<'a>(version: &Version, all: &'a [AppVersion]) -> Option<&'a AppVersion> {
    all.iter()
        .find(|other| other.version.cmp_precedence(version).is_eq())
}

/// What keeps a version from joining the installed ones: it is there already, or its schema is lower than
/// that of the version before it or higher than that of the version after it.
#[must_use]
pub fn check(version: &Version, schema: Schema, all: &[AppVersion]) -> Vec<Warning> {
    let invalid =
        |message: String| Warning::new(FIELD, Problem::Invalid, &version.to_string(), message);
    if installed(version, all).is_some() {
        return vec![invalid(format!("version {version} is installed already"))];
    }
    let by_precedence = |a: &&AppVersion, b: &&AppVersion| a.version.cmp_precedence(&b.version);
    let before = all
        .iter()
        .filter(|other| other.version.cmp_precedence(version).is_lt())
        .max_by(by_precedence);
    let after = all
        .iter()
        .filter(|other| other.version.cmp_precedence(version).is_gt())
        .min_by(by_precedence);
    let lower = before
        .filter(|before| schema < before.schema)
        .map(|before| {
            invalid(format!(
                "the schema of this version is {schema}, lower than {} of version {} before it",
                before.schema, before.version
            ))
        });
    let higher = after.filter(|after| schema > after.schema).map(|after| {
        invalid(format!(
            "the schema of this version is {schema}, higher than {} of version {} after it",
            after.schema, after.version
        ))
    });
    lower.into_iter().chain(higher).collect()
}
