//! The job log.

use async_trait::async_trait;
use ds_core::{
    AppspaceId, Clock as _, Job, JobId, JobLog, JobRecord, StoreError, SystemClock, Work,
};

use super::{Memory, Tables, missing, taken};

/// How many jobs a page shows.
const SHOWN: usize = 50;

impl Tables {
    /// Whether a job is under way.
    pub(super) fn check_job(&self, id: JobId) -> Result<(), StoreError> {
        let running = self.jobs.get(&id).is_some_and(|(_, ended)| ended.is_none());
        running
            .then_some(())
            .ok_or_else(|| missing(format!("job {id} under way")))
    }

    /// Records the end of a job.
    pub(super) fn end_job(&mut self, id: JobId, failure: Option<&str>) -> Result<(), StoreError> {
        let job = self.jobs.get_mut(&id);
        let (_, ended) = job.ok_or_else(|| missing(format!("job {id}")))?;
        *ended = Some((SystemClock.now(), failure.map(str::to_owned)));
        Ok(())
    }
}

#[async_trait]
impl JobLog for Memory {
    async fn begin(&self, job: &Job) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        if tables.jobs.contains_key(&job.id) {
            return Err(taken(format!("the job {}", job.id)));
        }
        let earlier: Vec<JobId> = tables
            .jobs
            .values()
            .filter(|(other, ended)| ended.is_none() && other.work.appspace().is_some())
            .filter(|(other, _)| other.work.appspace() == job.work.appspace())
            .map(|(other, _)| other.id)
            .collect();
        for id in earlier {
            tables.end_job(id, Some("its end could not be recorded"))?;
        }
        tables.jobs.insert(job.id, (job.clone(), None));
        Ok(())
    }

    async fn advance(&self, id: JobId, work: &Work) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_job(id)?;
        if let Some((job, _)) = tables.jobs.get_mut(&id) {
            job.work = work.clone();
        }
        Ok(())
    }

    async fn end(&self, id: JobId, failure: Option<&str>) -> Result<(), StoreError> {
        self.tables()?.end_job(id, failure)
    }

    async fn unfinished(&self) -> Result<Vec<Job>, StoreError> {
        let tables = self.tables()?;
        let running = tables.jobs.values().filter(|(_, ended)| ended.is_none());
        let mut jobs: Vec<Job> = running.map(|(job, _)| job.clone()).collect();
        jobs.sort_by_key(|job| (job.begun, job.id));
        Ok(jobs)
    }

    async fn recent(&self, appspace: AppspaceId) -> Result<Vec<JobRecord>, StoreError> {
        let tables = self.tables()?;
        let all = tables.jobs.values();
        let of = all.filter(|(job, _)| job.work.appspace() == Some(appspace));
        let record = |(job, ended): &(Job, Option<super::Ended>)| JobRecord {
            id: job.id,
            kind: job.work.kind(),
            begun: job.begun,
            ended: ended.as_ref().map(|(at, _)| *at),
            failure: ended.as_ref().and_then(|(_, failure)| failure.clone()),
        };
        let mut records: Vec<JobRecord> = of.map(record).collect();
        records.sort_by_key(|record| std::cmp::Reverse((record.begun, record.id)));
        records.truncate(SHOWN);
        Ok(records)
    }
}
