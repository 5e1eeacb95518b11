//! The job log.

use async_trait::async_trait;
use ds_core::{Job, JobId, JobLog, StoreError};

use super::{Memory, missing, taken};

#[async_trait]
impl JobLog for Memory {
    async fn begin(&self, job: &Job) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        if tables.jobs.contains_key(&job.id) {
            return Err(taken(format!("the job {}", job.id)));
        }
        tables.jobs.insert(job.id, (job.clone(), None));
        Ok(())
    }

    async fn end(&self, id: JobId, failure: Option<&str>) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let job = tables.jobs.get_mut(&id);
        job.ok_or_else(|| missing(format!("job {id}")))?.1 = Some(failure.map(str::to_owned));
        Ok(())
    }

    async fn unfinished(&self) -> Result<Vec<Job>, StoreError> {
        let tables = self.tables()?;
        let running = tables.jobs.values().filter(|(_, ended)| ended.is_none());
        let mut jobs: Vec<Job> = running.map(|(job, _)| job.clone()).collect();
        jobs.sort_by_key(|job| (job.begun, job.id));
        Ok(jobs)
    }
}
