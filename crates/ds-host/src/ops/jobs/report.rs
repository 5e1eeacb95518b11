//! What is said of a job, now and until it is over.

use std::{sync::Arc, time::Duration};

use ds_core::{AppspaceId, JobId, JobKind, JobRecord, Timestamp};
use ds_lifecycle::{JobProgress, JobState};

use super::{
    super::{ErrorKind, OpError},
    book::Entry,
};

/// How often progress is told at most.
const GAP: Duration = Duration::from_millis(100);
/// How long nothing is said at most: whoever listens knows that the host is there.
const SILENCE: Duration = Duration::from_secs(15);

/// What is said of a job.
#[derive(Clone, Debug)]
pub struct JobReport {
    /// The job.
    pub id: JobId,
    /// What sort it is.
    pub kind: JobKind,
    /// What it does, in words: `Upgrade of notes.localhost to 2.0.0`.
    pub title: String,
    /// To which appspace, if to one.
    pub appspace: Option<AppspaceId>,
    /// When it began.
    pub begun: Timestamp,
    /// When it ended, if it has.
    pub ended: Option<Timestamp>,
    /// Where it stands.
    pub stage: JobStage,
    /// How far it is; `None` of one that was over before the host started.
    pub progress: Option<JobProgress>,
    /// What came of it, if it is done and that was said.
    pub said: Option<String>,
    /// Why it was not done.
    pub failure: Option<Arc<OpError>>,
}

/// Where a job stands.
///
/// ```text
///   Waiting ──▶ Running ──▶ Done
///      │           └──▶ Undoing ──▶ Failed, or Unsettled until the host starts anew
///      └──▶ Failed
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobStage {
    /// Its turn comes.
    Waiting,
    /// It is being done.
    Running,
    /// It is being undone.
    Undoing,
    /// It is done.
    Done,
    /// Nothing of it is left.
    Failed,
    /// It failed and could not be undone; the next start of the host does that.
    Unsettled,
}

impl JobStage {
    /// One word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Undoing => "undoing",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unsettled => "unsettled",
        }
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Unsettled)
    }

    fn of(state: &JobState) -> Self {
        match state {
            JobState::Waiting => Self::Waiting,
            JobState::Running => Self::Running,
            JobState::Undoing => Self::Undoing,
            JobState::Done => Self::Done,
            JobState::Failed(_) => Self::Failed,
            JobState::Unsettled(_) => Self::Unsettled,
        }
    }
}

impl JobReport {
    /// The number of the step that is being done, from 1, and how many there are; some may be left out.
    #[must_use]
    pub fn step(&self) -> (usize, usize) {
        let Some(progress) = &self.progress else {
            return (0, 0);
        };
        let at = progress.steps.iter();
        let at = at.take_while(|one| Some(**one) != progress.step).count();
        let number = if progress.step.is_some() { at + 1 } else { 0 };
        (number, progress.steps.len())
    }

    /// Of a job that is over and that nobody remembers but the log.
    pub(super) fn logged(record: JobRecord, appspace: AppspaceId, about: &str) -> Self {
        let failure = record.failure;
        let failure = failure.map(|why| Arc::new(OpError::new(ErrorKind::Internal, why)));
        Self {
            id: record.id,
            kind: record.kind,
            title: title(record.kind, about),
            appspace: Some(appspace),
            begun: record.begun,
            ended: record.ended,
            stage: if failure.is_some() {
                JobStage::Failed
            } else {
                JobStage::Done
            },
            progress: None,
            said: None,
            failure,
        }
    }
}

impl Entry {
    pub(super) fn report(&self) -> JobReport {
        let progress = self.progress.borrow().clone();
        let outcome = self.outcome.as_ref();
        let outcome = outcome.and_then(|outcome| outcome.borrow().clone());
        let mut report = JobReport {
            id: self.id,
            kind: progress.kind,
            title: self.title.clone(),
            appspace: progress.appspace,
            begun: self.begun,
            ended: None,
            stage: JobStage::of(&progress.state),
            said: None,
            failure: None,
            progress: Some(progress),
        };
        match outcome {
            Some((ended, outcome)) => report.finish(ended, outcome),
            // What came of it is about to be said.
            None if self.outcome.is_some() && report.stage.is_over() => {
                report.stage = JobStage::Running;
            }
            None => report.finish_by_state(),
        }
        report
    }
}

impl JobReport {
    fn finish(&mut self, ended: Timestamp, outcome: Result<String, Arc<OpError>>) {
        self.ended = Some(ended);
        match outcome {
            Ok(said) => {
                self.stage = JobStage::Done;
                self.said = Some(said);
            }
            Err(failure) => {
                if self.stage != JobStage::Unsettled {
                    self.stage = JobStage::Failed;
                }
                self.failure = Some(failure);
            }
        }
    }

    fn finish_by_state(&mut self) {
        let state = self.progress.as_ref().map(|progress| &progress.state);
        if let Some(JobState::Failed(why) | JobState::Unsettled(why)) = state {
            let failure = OpError::new(ErrorKind::Internal, why.clone());
            self.failure = Some(Arc::new(failure));
        }
    }
}

/// Tells of a job until it is over.
pub struct Follow {
    entry: Option<Entry>,
    last: JobReport,
    /// Whether `last` was told.
    is_told: bool,
}

impl Follow {
    pub(super) fn of(entry: Entry) -> Self {
        let last = entry.report();
        Self {
            entry: Some(entry),
            last,
            is_told: false,
        }
    }

    pub(super) fn over(last: JobReport) -> Self {
        Self {
            entry: None,
            last,
            is_told: false,
        }
    }

    /// How it is right now.
    #[must_use]
    pub fn now(&self) -> JobReport {
        self.entry
            .as_ref()
            .map_or_else(|| self.last.clone(), Entry::report)
    }

    /// How it is; then again when that has changed. `None` after it was told that the job is over.
    pub async fn next(&mut self) -> Option<JobReport> {
        if !self.is_told {
            self.is_told = true;
            self.last = self.now();
            return Some(self.last.clone());
        }
        if self.last.stage.is_over() {
            return None;
        }
        let entry = self.entry.as_mut()?;
        tokio::time::sleep(GAP).await;
        // A longer silence is broken, whatever is new.
        let _ = tokio::time::timeout(SILENCE, entry.changed()).await;
        self.last = entry.report();
        Some(self.last.clone())
    }
}

impl Entry {
    /// Resolves when there is something new.
    async fn changed(&mut self) {
        let Some(outcome) = &mut self.outcome else {
            let _ = self.progress.changed().await;
            return;
        };
        let progress = async {
            // Its end is told by the outcome.
            if self.progress.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            _ = outcome.changed() => {}
            () = progress => {}
        }
    }
}

/// What a job does, in words, if nobody said it better.
pub(super) fn title(kind: JobKind, about: &str) -> String {
    let what = match kind {
        JobKind::InstallVersion => "Installation for",
        JobKind::CreateAppspace => "Creation of",
        JobKind::ChangeVersion => "Change of version of",
        JobKind::Snapshot => "Snapshot of",
        JobKind::Restore => "Older data for",
        JobKind::Import => "Import of",
        JobKind::Export => "Export of",
        JobKind::Preview => "Preview of",
        JobKind::Move => "Move of",
        JobKind::MoveOut => "Move to another host of",
        JobKind::Delete => "Deletion of",
        JobKind::TakeOut => "Return from the trash of",
        JobKind::Verify => "Look through",
        JobKind::EmptyTrash => "Removal for good of",
    };
    format!("{what} {about}")
}
