//! The job log.

use async_trait::async_trait;
use ds_core::{Job, JobId, JobLog, StoreError};
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::row::{Reader, to_json};

fn read(row: &SqliteRow) -> Result<Job, StoreError> {
    let row = Reader::new("job", row);
    Ok(Job {
        id: row.parse("id")?,
        work: row.json("work")?,
        begun: row.time("begun")?,
    })
}

#[async_trait]
impl JobLog for Store {
    async fn begin(&self, job: &Job) -> Result<(), StoreError> {
        const ACTION: &str = "record a job";
        let query =
            sqlx::query("INSERT INTO jobs (id, work, begun, state) VALUES ($1, $2, $3, 'running')")
                .bind(job.id.to_string())
                .bind(to_json("job", &job.work)?)
                .bind(job.begun.0);
        let mut db = self.writer(ACTION).await?;
        let added = self.count.run(&mut db, ACTION, query).await;
        added.map_err(|failure| failure.or_taken(|| format!("the job {}", job.id)))?;
        Ok(())
    }

    async fn end(&self, id: JobId, failure: Option<&str>) -> Result<(), StoreError> {
        const ACTION: &str = "record the end of a job";
        let state = if failure.is_some() { "failed" } else { "done" };
        let query = sqlx::query("UPDATE jobs SET state = $1, failure = $2 WHERE id = $3")
            .bind(state)
            .bind(failure)
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
}
