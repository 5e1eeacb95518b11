//! What the API answers: the objects that `--json` prints.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use super::{bearer::Bearer, error::hidden};
use crate::{
    control::wire::{Account, Backup, Job, Reply, Token},
    ops::ErrorKind,
};

/// What stands for a place of snapshots, and for why something is not there: both name what is the host's own.
const PLACE: &str = "a place of this host";
const IN_THE_LOG: &str = "whoever runs this host finds the reason in its log";

/// A reply. Why the host itself failed at a job, and where it keeps snapshots, is told to those who run it.
pub(super) fn of(status: StatusCode, reply: Reply, is_admin: bool) -> Response {
    let reply = match reply {
        Reply::Begun(job) | Reply::Job(job) => Reply::Job(told(job, is_admin)),
        Reply::Jobs(jobs) => {
            let jobs = jobs.into_iter().map(|job| told(job, is_admin));
            Reply::Jobs(jobs.collect())
        }
        Reply::Backups(mut all) if !is_admin => {
            all.iter_mut().for_each(hide_places);
            Reply::Backups(all)
        }
        Reply::Forgotten(mut one) if !is_admin => {
            hide_places(&mut one);
            Reply::Forgotten(one)
        }
        Reply::Schedules(mut all) if !is_admin => {
            for one in &mut all {
                for reason in [&mut one.missed, &mut one.failure].into_iter().flatten() {
                    IN_THE_LOG.clone_into(reason);
                }
            }
            Reply::Schedules(all)
        }
        other => other,
    };
    (status, Json(reply)).into_response()
}

fn hide_places(backup: &mut Backup) {
    for place in &mut backup.places {
        PLACE.clone_into(place);
    }
}

/// A job, as its owner may see it.
pub(super) fn told(mut job: Job, is_admin: bool) -> Job {
    let is_hosts = |kind: &str| kind == ErrorKind::Internal.name();
    job.failure = job.failure.map(|why| match why {
        why if is_hosts(&why.kind) && !is_admin => hidden(why.kind),
        why => why,
    });
    job
}

/// Whose token it is, and what it may do.
pub(super) fn account(bearer: &Bearer) -> Response {
    let account = Account::from(bearer.account.clone());
    let token = Token::from(bearer.token.clone());
    Json(json!({ "account": account, "token": token })).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn places_are_for_those_who_run_the_host() {
        let backup = json!({
            "id": "1a", "appspace": "x", "address": "notes.localhost", "made": "", "reason": null,
            "consistency": null, "version": null, "bytes": 1, "files": 1, "places": ["/mnt/nas", "/srv"],
        });
        let schedule = json!({
            "appspace": "x", "address": "notes.localhost", "every": "daily", "keep_last": 1, "keep_daily": 1,
            "keep_weekly": 1, "keep_monthly": 1, "set": [], "last": null, "kept": 1, "places": 2,
            "missed": "/mnt/nas: away", "failed": null, "failure": "/mnt/nas: full", "late": null,
        });
        for reply in [
            json!({"backups": [backup]}),
            json!({"forgotten": backup}),
            json!({"schedules": [schedule]}),
        ] {
            for is_admin in [true, false] {
                let reply: Reply = serde_json::from_value(reply.clone()).unwrap();
                let body = of(StatusCode::OK, reply, is_admin).into_body();
                let body = axum::body::to_bytes(body, 1 << 16).await.unwrap();
                let told = String::from_utf8(body.to_vec()).unwrap();
                assert_eq!(told.contains("/mnt/nas"), is_admin, "{told}");
            }
        }
    }
}
