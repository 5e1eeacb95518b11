//! How far a job is, for pages and command lines to follow.

use ds_core::{AppspaceId, JobId, JobKind};

use super::Step;

/// Where a job stands.
///
/// ```text
///            room            work ok
///  Waiting ────────▶ Running ────────▶ Done
///     │                 │ error, cancelled, host stopping
///     │ given up        ▼
///     │             Undoing ─────────▶ Failed
///     │                 │ cannot be undone
///     ▼                 ▼
///   Failed          Unsettled   (stays in the log; settled when the host starts)
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Others are being done; its turn comes.
    Waiting,
    /// It is being done, and recorded.
    Running,
    /// It failed or was given up, and is being undone.
    Undoing,
    /// It is done.
    Done,
    /// Nothing of it is left; why.
    Failed(String),
    /// It could not be undone; why it failed. The next start of the host finishes or undoes it.
    Unsettled(String),
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobProgress {
    /// The job.
    pub job: JobId,
    /// What it does.
    pub kind: JobKind,
    /// To which appspace, if to one.
    pub appspace: Option<AppspaceId>,
    /// The step that is being done, once one has begun.
    pub step: Option<Step>,
    /// All its steps, in order; some of them may be left out.
    pub steps: &'static [Step],
    /// Bytes of this step that are done.
    pub bytes_done: u64,
    /// Bytes of this step in all, as far as known.
    pub bytes_expected: u64,
    /// Files of this step that are done.
    pub files_done: u64,
    /// Files of this step in all, as far as known.
    pub files_expected: u64,
    /// Where it stands.
    pub state: JobState,
}

impl JobState {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Done | Self::Failed(_) | Self::Unsettled(_))
    }
}

impl JobProgress {
    /// Before anything is done.
    pub(super) fn new(job: JobId, kind: JobKind, appspace: Option<AppspaceId>) -> Self {
        Self {
            job,
            kind,
            appspace,
            step: None,
            steps: Step::of(kind),
            bytes_done: 0,
            bytes_expected: 0,
            files_done: 0,
            files_expected: 0,
            state: JobState::Waiting,
        }
    }

    pub(super) fn enter(&mut self, step: Step) {
        self.step = Some(step);
        (self.bytes_done, self.bytes_expected) = (0, 0);
        (self.files_done, self.files_expected) = (0, 0);
    }

    /// Whether it can still be given up.
    #[must_use]
    pub fn can_cancel(&self) -> bool {
        match self.state {
            JobState::Waiting => true,
            JobState::Running => self.step.is_none_or(Step::can_cancel),
            _ => false,
        }
    }
}
