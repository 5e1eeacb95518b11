//! The job log.

use async_trait::async_trait;
use ds_core::{
    AppspaceId, Clock as _, Job, JobId, JobLog, JobRecord, StoreError, SystemClock, Work, fault,
};
use sqlx::{Sqlite, Transaction, sqlite::SqliteRow};

use super::Store;
use crate::row::{Reader, to_json};

/// How many ended jobs of an appspace are remembered.
const KEPT: i64 = 100;
/// What is said of a job whose end could not be recorded.
const SETTLED: &str = "how it ended could not be recorded";
/// How many of them a page shows.
const SHOWN: i64 = 50;

fn read(row: &SqliteRow) -> Result<Job, StoreError> {
    let row = Reader::new("job", row);
    Ok(Job {
        id: row.parse("id")?,
        work: row.json("work")?,
        begun: row.time("begun")?,
    })
}

fn read_record(row: &SqliteRow) -> Result<JobRecord, StoreError> {
    let row = Reader::new("job", row);
    Ok(JobRecord {
        id: row.parse("id")?,
        kind: row.json::<Work>("work")?.kind(),
        begun: row.time("begun")?,
        ended: row.get::<Option<i64>>("ended")?.map(ds_core::Timestamp),
        failure: row.get("failure")?,
    })
}

fn no_such_job(id: JobId) -> StoreError {
    StoreError::Missing {
        what: format!("job {id} under way"),
    }
}

impl Store {
    /// Makes a job's outcome and its end last together. The transaction is given up if the job is not under way.
    pub(super) async fn commit_job(
        &self,
        mut outcome: Transaction<'_, Sqlite>,
        id: JobId,
        action: &'static str,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "UPDATE jobs SET state = 'done', ended = $1 WHERE id = $2 AND state = 'running'",
        )
        .bind(SystemClock.now().0)
        .bind(id.to_string());
        if self.count.run(&mut outcome, action, query).await? == 0 {
            return Err(no_such_job(id));
        }
        fault::point("commit a job: before");
        self.count.commit(outcome, action).await?;
        fault::point("commit a job: after");
        Ok(())
    }

    /// Ends what is still noted as under way at an appspace: there is one job at a time, and none where one is
    /// unsettled, so it has ended and that could not be recorded. The next start must not take what comes now for
    /// its work: the number of a directory that it removed may be that of another by then.
    async fn end_settled(
        &self,
        all: &mut Transaction<'_, Sqlite>,
        appspace: AppspaceId,
        action: &'static str,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "UPDATE jobs SET state = 'failed', failure = $1, ended = $2
             WHERE appspace = $3 AND state = 'running'",
        )
        .bind(SETTLED)
        .bind(SystemClock.now().0)
        .bind(appspace.to_string());
        self.count.run(all, action, query).await?;
        Ok(())
    }

    /// Forgets the oldest of an appspace's jobs that have ended.
    async fn forget_old_jobs(
        &self,
        all: &mut Transaction<'_, Sqlite>,
        appspace: AppspaceId,
        action: &'static str,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "DELETE FROM jobs WHERE appspace = $1 AND state <> 'running' AND id NOT IN
             (SELECT id FROM jobs WHERE appspace = $1 ORDER BY begun DESC, id DESC LIMIT $2)",
        )
        .bind(appspace.to_string())
        .bind(KEPT);
        self.count.run(all, action, query).await?;
        Ok(())
    }
}

#[async_trait]
impl JobLog for Store {
    async fn begin(&self, job: &Job) -> Result<(), StoreError> {
        const ACTION: &str = "record a job";
        let appspace = job.work.appspace();
        let query = sqlx::query(
            "INSERT INTO jobs (id, work, begun, state, appspace)
             VALUES ($1, $2, $3, 'running', $4)",
        )
        .bind(job.id.to_string())
        .bind(to_json("job", &job.work)?)
        .bind(job.begun.0)
        .bind(appspace.map(|id| id.to_string()));
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        if let Some(appspace) = appspace {
            self.end_settled(&mut all, appspace, ACTION).await?;
        }
        let added = self.count.run(&mut all, ACTION, query).await;
        added.map_err(|failure| failure.or_taken(|| format!("the job {}", job.id)))?;
        if let Some(appspace) = appspace {
            self.forget_old_jobs(&mut all, appspace, ACTION).await?;
        }
        self.count.commit(all, ACTION).await?;
        Ok(())
    }

    async fn advance(&self, id: JobId, work: &Work) -> Result<(), StoreError> {
        const ACTION: &str = "record how far a job is";
        let query = sqlx::query("UPDATE jobs SET work = $1 WHERE id = $2 AND state = 'running'")
            .bind(to_json("job", work)?)
            .bind(id.to_string());
        let mut db = self.writer(ACTION).await?;
        match self.count.run(&mut db, ACTION, query).await? {
            0 => Err(no_such_job(id)),
            _ => Ok(()),
        }
    }

    async fn end(&self, id: JobId, failure: Option<&str>) -> Result<(), StoreError> {
        const ACTION: &str = "record the end of a job";
        let state = if failure.is_some() { "failed" } else { "done" };
        let query =
            sqlx::query("UPDATE jobs SET state = $1, failure = $2, ended = $3 WHERE id = $4")
                .bind(state)
                .bind(failure)
                .bind(SystemClock.now().0)
                .bind(id.to_string());
        let mut db = self.writer(ACTION).await?;
        match self.count.run(&mut db, ACTION, query).await? {
            0 => Err(StoreError::Missing {
                what: format!("job {id}"),
            }),
            _ => Ok(()),
        }
    }

    async fn unfinished(&self) -> Result<Vec<Job>, StoreError> {
        const ACTION: &str = "list unfinished jobs";
        let query = sqlx::query(
            "SELECT id, work, begun FROM jobs WHERE state = 'running' ORDER BY begun, id",
        );
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read).collect()
    }

    async fn recent(&self, appspace: AppspaceId) -> Result<Vec<JobRecord>, StoreError> {
        const ACTION: &str = "list the jobs of an appspace";
        let query = sqlx::query(
            "SELECT id, work, begun, ended, failure FROM jobs WHERE appspace = $1
             ORDER BY begun DESC, id DESC LIMIT $2",
        )
        .bind(appspace.to_string())
        .bind(SHOWN);
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read_record).collect()
    }
}
