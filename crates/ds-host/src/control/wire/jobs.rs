//! What is said about jobs.

use serde::{Deserialize, Serialize};

use crate::ops::{JobReport, OpError, TrashSummary};

use super::Problem;

/// A job: work that takes long and ends done or undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What sort it is: `change-version`, `snapshot`, `restore`, `export`, `import`, `delete` …
    pub kind: String,
    /// What it does, in words.
    pub title: String,
    /// `waiting`, `running`, `undoing`, `done`, `failed` or `unsettled`.
    pub state: String,
    /// What is being done, in words.
    pub step: Option<String>,
    /// The number of that step, from 1.
    pub step_number: u64,
    /// How many steps there are.
    pub steps: u64,
    /// Bytes of this step that are done.
    pub bytes_done: u64,
    /// Bytes of this step, as far as known.
    pub bytes_expected: u64,
    /// Files of this step that are done.
    pub files_done: u64,
    /// Files of this step, as far as known.
    pub files_expected: u64,
    /// Whether it can still be cancelled.
    pub can_cancel: bool,
    /// When it began, RFC 3339.
    pub begun: String,
    /// When it ended.
    pub ended: Option<String>,
    /// What came of it, if it is done.
    pub said: Option<String>,
    /// Why it was not done. Nothing of it is left then, unless it is `unsettled`.
    pub failure: Option<Problem>,
}

impl Job {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state.as_str(), "done" | "failed" | "unsettled")
    }
}

impl From<&OpError> for Problem {
    fn from(error: &OpError) -> Self {
        super::Failure::from(error).error
    }
}

impl From<JobReport> for Job {
    fn from(report: JobReport) -> Self {
        let (step_number, steps) = report.step();
        let progress = report.progress.as_ref();
        let count = |of: fn(&ds_lifecycle::JobProgress) -> u64| progress.map_or(0, of);
        Self {
            id: report.id.to_string(),
            kind: kind(report.kind),
            state: report.stage.word().to_owned(),
            step: progress
                .filter(|_| !report.stage.is_over())
                .and_then(|progress| progress.step)
                .map(|step| step.to_string()),
            step_number: step_number as u64,
            steps: steps as u64,
            bytes_done: count(|progress| progress.bytes_done),
            bytes_expected: count(|progress| progress.bytes_expected),
            files_done: count(|progress| progress.files_done),
            files_expected: count(|progress| progress.files_expected),
            can_cancel: !report.stage.is_over()
                && progress.is_some_and(ds_lifecycle::JobProgress::can_cancel),
            begun: report.begun.to_string(),
            ended: report.ended.map(|ended| ended.to_string()),
            failure: report.failure.as_deref().map(Into::into),
            said: report.said,
            title: report.title,
        }
    }
}

/// The name that is stored, too.
fn kind(kind: ds_core::JobKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => name,
        _ => kind.to_string(),
    }
}

/// A job that a command is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhichJob {
    /// Whose it is.
    pub owner: Option<String>,
    /// Its id.
    pub id: String,
}

/// An appspace in the trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trashed {
    /// Its id.
    pub id: String,
    /// The host name it answered at.
    pub address: String,
    /// Whether something else answers there by now.
    pub address_taken: bool,
    /// The name of its app.
    pub app: String,
    /// The version of its app.
    pub version: String,
    /// When it was deleted, RFC 3339.
    pub deleted: String,
    /// When it is removed for good, at the earliest.
    pub removed: String,
}

impl From<TrashSummary> for Trashed {
    fn from(summary: TrashSummary) -> Self {
        Self {
            id: summary.appspace.id.to_string(),
            address: summary.appspace.address.to_string(),
            address_taken: summary.is_address_taken,
            app: summary.app_name,
            version: summary.appspace.version.to_string(),
            deleted: summary.deleted.to_string(),
            removed: summary.removed.to_string(),
        }
    }
}
