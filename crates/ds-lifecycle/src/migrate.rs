//! Bringing an appspace's data to a schema, in a process of its own.

use std::time::Duration;

use ds_core::{Hold, SandboxId, Schema, SchemaStore, fault};
use ds_sandbox::{
    AppCode, AppspaceMounts, ControlError, Engine, Limits, Sandbox, SandboxSpec, StopReason, Task,
};
use tokio::time::timeout;

use crate::MigrateError;

/// A migration of one appspace's data.
pub struct Migration {
    /// The code that knows how: the newer version's going up, the older data's own going down.
    pub code: AppCode,
    /// The appspace.
    pub appspace: AppspaceMounts,
    /// The schema its data shall have.
    pub to: Schema,
    /// Bounds.
    pub limits: Limits,
}

/// Runs a migration and records the schema that was reached. The process it ran in has ended when this
/// returns, so its files are closed.
///
/// # Errors
/// If the app's code failed; what it did to the files until then is still there, and undoing that is the
/// caller's part.
pub async fn migrate(
    hold: &Hold,
    engine: &dyn Engine,
    schemas: &dyn SchemaStore,
    migration: Migration,
) -> Result<(), MigrateError> {
    let (id, to) = (hold.appspace(), migration.to);
    debug_assert_eq!(id, migration.appspace.id, "the hold is of another appspace");
    let recorded = |source| MigrateError::Store { to, source };
    let from = schemas.schema(id).await.map_err(recorded)?;
    if from == to {
        return Ok(());
    }
    let most = migration.limits.migration;
    let spec = SandboxSpec {
        id: SandboxId::new(),
        code: migration.code,
        task: Task::Migrate,
        appspace: Some(migration.appspace),
        limits: migration.limits,
    };
    let sandbox = engine.start(spec).await.map_err(MigrateError::Start)?;
    let outcome = run(&*sandbox, from, to, most).await;
    fault::point("migrate: the app is done");
    outcome.map_err(|source| MigrateError::Failed { from, to, source })?;
    schemas.set_schema(id, to).await.map_err(recorded)
}

async fn run(
    sandbox: &dyn Sandbox,
    from: Schema,
    to: Schema,
    most: Duration,
) -> Result<(), ControlError> {
    let outcome = timeout(most, sandbox.migrate(from, to)).await;
    sandbox.stop(StopReason::Done).await;
    outcome.unwrap_or(Err(ControlError::TimedOut { after: most }))
}
