//! Which way data gets from one version's schema to another's.

use ds_core::{AppVersion, Appspace, Direction, MigrationStep, Schema, StoreError, VersionId};

use crate::Lifecycle;

/// What a change of version takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// The version that runs.
    pub(super) present: AppVersion,
    /// The version that is to run.
    pub(super) target: AppVersion,
    /// The schema the data has.
    pub(super) from: Schema,
    /// The version whose code migrates the data; `None` if there is nothing to migrate.
    pub(super) by: Option<AppVersion>,
}

/// Why an appspace cannot be brought to a version. Nothing was tried.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// There is no such version.
    #[error("there is no such version of the app; install it first")]
    NoVersion,
    /// It is a version of another app.
    #[error("that is a version of another app")]
    OtherApp,
    /// It runs already, on data of its schema.
    #[error("version {0} runs already, and its data is as it needs it")]
    Nothing(ds_core::Version),
    /// No installed version knows the data.
    #[error(
        "the data has schema {from} and version {version} needs {to}, but no installed version of the app can migrate \
         data down from {from}; install the version that made this data"
    )]
    NoWayDown {
        /// The version that was asked for.
        version: ds_core::Version,
        /// The schema of the data.
        from: Schema,
        /// The schema that was asked for.
        to: Schema,
    },
    /// A migration on the way is missing.
    #[error(
        "version {version} of the app has no migration {direction} schema {schema}, so the data cannot get from {from} \
         to {to}; this is for the app's developer to put right"
    )]
    Gap {
        /// The version whose code was to migrate.
        version: ds_core::Version,
        /// `up to` or `down from`.
        direction: &'static str,
        /// Which.
        schema: Schema,
        /// The schema of the data.
        from: Schema,
        /// The schema that was asked for.
        to: Schema,
    },
    /// The records could not be read.
    #[error("cannot read the records of the appspace and its app")]
    Store(#[from] StoreError),
}

impl Lifecycle {
    /// Finds the way, or why there is none.
    pub(super) async fn plan(&self, appspace: &Appspace, to: VersionId) -> Result<Plan, PlanError> {
        let target = self.parts().apps.version(to).await?;
        let target = target.ok_or(PlanError::NoVersion)?;
        if target.app != appspace.app {
            return Err(PlanError::OtherApp);
        }
        let present = self.version_of(appspace).await?;
        let from = self.parts().inside.schemas.schema(appspace.id).await?;
        if target.id == present.id && target.schema == from {
            return Err(PlanError::Nothing(present.version));
        }
        let installed = self.parts().apps.versions(appspace.app).await?;
        let by = migrating(&present, &target, from, installed)?;
        Ok(Plan {
            present,
            target,
            from,
            by,
        })
    }
}

/// The version that migrates: going up, the one that is to run. Going down, one whose data this is: the present
/// one, if it is, else the newest of them.
pub(crate) fn migrating(
    present: &AppVersion,
    target: &AppVersion,
    from: Schema,
    installed: Vec<AppVersion>,
) -> Result<Option<AppVersion>, PlanError> {
    let to = target.schema;
    if from == to {
        return Ok(None);
    }
    let by = if from < to {
        target.clone()
    } else if present.schema == from {
        present.clone()
    } else {
        let of_data = installed.into_iter().filter(|one| one.schema == from);
        let newest = of_data.max_by(|a, b| a.version.cmp(&b.version));
        newest.ok_or_else(|| PlanError::NoWayDown {
            version: target.version.clone(),
            from,
            to,
        })?
    };
    let missing = steps(from, to).find(|step| !by.manifest.migrations.contains(step));
    match missing {
        None => Ok(Some(by)),
        Some(MigrationStep { direction, schema }) => Err(PlanError::Gap {
            version: by.version,
            direction: match direction {
                Direction::Up => "up to",
                Direction::Down => "down from",
            },
            schema,
            from,
            to,
        }),
    }
}

/// The migrations between two schemas.
fn steps(from: Schema, to: Schema) -> impl Iterator<Item = MigrationStep> {
    let (direction, least, most) = if from < to {
        (Direction::Up, from, to)
    } else {
        (Direction::Down, to, from)
    };
    (least.0..most.0).map(move |below| MigrationStep {
        direction,
        schema: Schema(below + 1),
    })
}

#[cfg(test)]
mod tests {
    use ds_core::AccountId;
    use ds_testkit::sample;

    use super::*;

    fn version(app: &ds_core::App, number: &str, schema: u32, migrations: &str) -> AppVersion {
        let mut version = sample::version(app, number);
        version.schema = Schema(schema);
        version.manifest.migrations = migrations
            .split_whitespace()
            .map(|step| {
                let (direction, schema) = step.split_at(1);
                MigrationStep {
                    direction: match direction {
                        "u" => Direction::Up,
                        _ => Direction::Down,
                    },
                    schema: Schema(schema.parse().unwrap()),
                }
            })
            .collect();
        version
    }

    #[test]
    fn who_migrates() {
        let app = sample::app(AccountId::new(), "App");
        let all = [
            version(&app, "1.0.0", 1, "u1 d1"),
            version(&app, "2.0.0", 2, "u1 u2 d2 d1"),
            version(&app, "3.0.0", 4, "u1 u2 u3 u4 d4 d3"),
            version(&app, "4.0.0", 6, "u6 u4"),
        ];
        let check =
            |present: usize, target: usize, from: u32, expect: Result<Option<&str>, &str>| {
                let installed = all.to_vec();
                let found = migrating(&all[present - 1], &all[target - 1], Schema(from), installed);
                let found = found
                    .map(|by| by.map(|by| by.version.to_string()))
                    .map_err(|error| error.to_string());
                match expect {
                    Ok(by) => assert_eq!(found, Ok(by.map(str::to_owned))),
                    Err(part) => assert!(found.clone().unwrap_err().contains(part), "{found:?}"),
                }
            };
        check(1, 1, 1, Ok(None));
        check(1, 2, 1, Ok(Some("2.0.0")));
        check(1, 2, 2, Ok(None));
        check(1, 3, 0, Ok(Some("3.0.0")));
        check(2, 1, 2, Ok(Some("2.0.0")));
        check(3, 2, 4, Ok(Some("3.0.0")));
        check(3, 1, 4, Err("no migration down from schema 2"));
        check(3, 4, 4, Err("no migration up to schema 5"));
        check(1, 1, 2, Ok(Some("2.0.0")));
        check(1, 1, 5, Err("install the version that made this data"));
    }
}
