//! Changes of version and the trash, done by the lifecycle; its errors in the operations' words.

use std::sync::Arc;

use async_trait::async_trait;
use ds_core::{Address, Appspace, AppspaceId, Timestamp, Trashed, VersionId};
use ds_lifecycle::{
    ChangeError, Changed, CheckError, JobHandle, Lifecycle, MigrateError, PlanError, RestError,
    TrashError,
};
use ds_sandbox::StartError;

use super::{
    base::Base,
    glue::{explained, of_job},
};
use crate::ops::{self, ErrorKind, OpError, changes::Changes};

const LOG: &str = "the host's log has the details";
const DEVELOPER: &str =
    "this is for the app's developer to put right; what the app printed is in the appspace's log";

struct Does(Lifecycle);

/// What the operations about jobs, changes of version and the trash stand on.
pub(super) fn work(base: &Base, lifecycle: &Lifecycle) -> ops::Work {
    ops::Work {
        jobs: lifecycle.jobs().clone(),
        log: base.store.clone(),
        trash: base.store.clone(),
        changes: Arc::new(Does(lifecycle.clone())),
    }
}

#[async_trait]
impl Changes for Does {
    async fn change_version(
        &self,
        id: AppspaceId,
        to: VersionId,
    ) -> Result<JobHandle<Changed, ChangeError>, ChangeError> {
        self.0.change_version(id, to).await
    }

    fn explain(&self, error: &ChangeError) -> OpError {
        let (kind, hint) = of_change(error);
        explained(kind, error, hint)
    }

    async fn delete(&self, id: AppspaceId) -> Result<(), OpError> {
        self.0.delete(id).await.map_err(|error| of_trash(&error))
    }

    async fn take_out(
        &self,
        id: AppspaceId,
        address: Option<Address>,
    ) -> Result<Appspace, OpError> {
        let back = self.0.take_out(id, address).await;
        back.map_err(|error| of_trash(&error))
    }

    async fn remove_for_good(&self, id: AppspaceId) -> Result<(), OpError> {
        let removed = self.0.remove_for_good(id).await;
        removed.map_err(|error| of_trash(&error))
    }

    fn removed_at(&self, trashed: &Trashed) -> Timestamp {
        self.0.removed_at(trashed)
    }

    async fn anomaly(&self, appspace: &Appspace) -> Option<String> {
        let found = self.0.examine(appspace).await.err()?;
        Some(ds_core::error_chain(&found))
    }
}

fn of_change(error: &ChangeError) -> (ErrorKind, Option<&'static str>) {
    match error {
        ChangeError::Plan(PlanError::NoVersion | PlanError::OtherApp) => {
            (ErrorKind::NotFound, None)
        }
        ChangeError::Plan(PlanError::Nothing(_)) => (ErrorKind::Conflict, None),
        ChangeError::Plan(PlanError::NoWayDown { .. } | PlanError::Gap { .. }) => {
            (ErrorKind::Invalid, None)
        }
        ChangeError::Rest(error) => of_rest(error),
        ChangeError::Migrate(MigrateError::Start(error))
        | ChangeError::Check(CheckError::Start(error)) => of_start(error),
        ChangeError::Check(CheckError::Store(_)) => (ErrorKind::Internal, Some(LOG)),
        ChangeError::Migrate(MigrateError::Failed { .. }) | ChangeError::Check(_) => {
            (ErrorKind::Invalid, Some(DEVELOPER))
        }
        ChangeError::Job(error) => of_job(error),
        _ => (ErrorKind::Internal, Some(LOG)),
    }
}

fn of_start(error: &StartError) -> (ErrorKind, Option<&'static str>) {
    match error {
        StartError::CrashLoop { .. } | StartError::Busy { .. } => (ErrorKind::Busy, None),
        StartError::Engine(_) | StartError::Spawn { .. } => (ErrorKind::Internal, Some(LOG)),
        _ => (ErrorKind::Invalid, Some(DEVELOPER)),
    }
}

fn of_rest(error: &RestError) -> (ErrorKind, Option<&'static str>) {
    match error {
        RestError::StillInUse { .. } => (ErrorKind::Busy, Some("try again")),
        _ => (ErrorKind::Internal, Some(LOG)),
    }
}

fn of_trash(error: &TrashError) -> OpError {
    let (kind, hint) = match error {
        TrashError::Rest(error) => of_rest(error),
        TrashError::AddressTaken(_) => (
            ErrorKind::Conflict,
            Some("`ds-host trash restore … --address NAME` gives it another"),
        ),
        TrashError::NotThere => (ErrorKind::NotFound, None),
        TrashError::Job(error) => of_job(error),
        _ => (ErrorKind::Internal, Some(LOG)),
    };
    explained(kind, error, hint)
}
