//! What is too large for memory: packages and archives, on their way in and out. All of it goes through files.

use std::path::Path;

use axum::{body::Body, http::StatusCode, response::Response};
use ds_core::{AccountId, DataDir, JobId};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use tokio::{fs::File, io::AsyncWriteExt as _};

use super::{
    Who, answer,
    error::ApiError,
    input::{self, Input},
    to_the_end,
};
use crate::{
    control::{hand_over, wire::Reply},
    ops::{ErrorKind, JobReport, OpError, Ops, Source, archives::ImportRequest},
    scratch::Scratch,
    site::{SiteState, UPLOAD_LIMIT},
};

/// The largest archive. There is room for less on most disks, which is looked at, too.
const ARCHIVE_MAX: u64 = 1 << 40;
/// How much is written between two looks at the free space.
const STEP: u64 = 32 << 20;
/// Disk space that stays free.
const KEEP_FREE: u64 = 512 << 20;

/// `POST /apps`
pub(super) async fn install(
    site: &SiteState,
    input: &mut Input,
    body: Body,
) -> Result<Response, ApiError> {
    let (scratch, file) = receive(&site.data, body, UPLOAD_LIMIT as u64).await?;
    input.bearer.again(site, Who::Manage).await?;
    let (ops, owner) = (site.ops.clone(), input.bearer.account.id);
    let installed = to_the_end(async move {
        let installed = ops.install(owner, Source::Archive(file), None).await;
        drop(scratch);
        installed
    });
    let reply = Reply::Installed(installed.await??.into());
    Ok(answer::of(StatusCode::CREATED, reply, false))
}

/// `POST /appspaces/import`
pub(super) async fn import(
    site: &SiteState,
    input: &mut Input,
    body: Body,
) -> Result<Response, ApiError> {
    // What makes no sense is refused before anything is sent.
    let asked: input::Import = input.query()?;
    site.ops.names().new_address(&asked.address)?;
    let (scratch, file) = receive(&site.data, body, ARCHIVE_MAX).await?;
    input.bearer.again(site, Who::Manage).await?;
    let (ops, owner) = (site.ops.clone(), input.bearer.account.id);
    let request = ImportRequest {
        file,
        address: asked.address,
        app: asked.app,
        install: asked.install,
    };
    let begun = ops.import_called(owner, request, "an archive").await?;
    Ok(begun_with(site, input, begun, scratch))
}

/// `POST /appspaces/{name}/import`
pub(super) async fn import_into(
    site: &SiteState,
    input: &mut Input,
    body: Body,
) -> Result<Response, ApiError> {
    let (owner, name) = (input.bearer.account.id, input.param("name").to_owned());
    site.ops.appspace(owner, &name).await?;
    let (scratch, file) = receive(&site.data, body, ARCHIVE_MAX).await?;
    input.bearer.again(site, Who::Manage).await?;
    let begun = site
        .ops
        .import_into_called(owner, &name, file, "an archive");
    Ok(begun_with(site, input, begun.await?, scratch))
}

/// A job that works with what was sent, which is removed when the job is over.
fn begun_with(site: &SiteState, input: &Input, begun: JobReport, sent: Scratch) -> Response {
    let (ops, owner, id) = (site.ops.clone(), input.bearer.account.id, begun.id);
    tokio::spawn(async move {
        wait(&ops, owner, id).await;
        drop(sent);
    });
    let reply = Reply::Begun(begun.into());
    answer::of(StatusCode::ACCEPTED, reply, input.bearer.account.is_admin)
}

/// `GET /appspaces/{name}/archive`
pub(super) async fn export(site: &SiteState, input: &Input) -> Result<Response, ApiError> {
    let input::Package { package } = input.query()?;
    let owner = input.bearer.account.id;
    let begun = site.ops.begin_archive(owner, input.param("name"), package);
    let job = begun.await?.id;
    let mut leaving = Leaving(Some((site.ops.clone(), owner, job)));
    let report = wait(&site.ops, owner, job).await;
    if let Some(why) = report.and_then(|report| report.failure) {
        let error = OpError::new(why.kind(), why.to_string());
        return Err(match why.hint() {
            Some(hint) => error.with_hint(hint.to_owned()).into(),
            None => error.into(),
        });
    }
    let archive = site.ops.take_archive(owner, job).await?;
    leaving.0 = None;
    Ok(hand_over::answer(archive))
}

/// Gives an archive up that nobody waits for any more.
struct Leaving(Option<(Ops, AccountId, JobId)>);

impl Drop for Leaving {
    fn drop(&mut self) {
        if let (Some((ops, owner, job)), Ok(runtime)) =
            (self.0.take(), tokio::runtime::Handle::try_current())
        {
            runtime.spawn(async move { ops.give_archive_up(owner, job).await });
        }
    }
}

/// Waits until a job is over.
async fn wait(ops: &Ops, owner: AccountId, job: JobId) -> Option<JobReport> {
    let mut follow = ops.follow(owner, job).await.ok()?;
    while follow.next().await.is_some() {}
    Some(follow.now())
}

/// Writes a body into a file.
async fn receive(
    data: &DataDir,
    mut body: Body,
    most: u64,
) -> Result<(Scratch, std::path::PathBuf), ApiError> {
    let announced = body.size_hint().lower();
    if announced > most {
        return Err(ApiError::TooLarge(most));
    }
    let scratch = Scratch::make(data).await.map_err(cannot)?;
    let file = scratch.path().join("upload");
    is_room(scratch.path(), announced)?;
    let mut to = File::create(&file).await.map_err(cannot)?;
    let (mut size, mut looked) = (0, 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::Interrupted)?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        size += piece.len() as u64;
        if size > most {
            return Err(ApiError::TooLarge(most));
        }
        if size - looked >= STEP {
            looked = size;
            is_room(scratch.path(), 0)?;
        }
        to.write_all(&piece).await.map_err(cannot)?;
    }
    to.flush().await.map_err(cannot)?;
    if size == 0 {
        let nothing = OpError::new(ErrorKind::Invalid, "nothing was sent");
        return Err(nothing
            .with_hint("the file itself is the body of the request")
            .into());
    }
    Ok((scratch, file))
}

fn is_room(at: &Path, needed: u64) -> Result<(), ApiError> {
    // A file system that does not say has to say no when it is full.
    let Ok(about) = rustix::fs::statvfs(at) else {
        return Ok(());
    };
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    if free < needed.saturating_add(KEEP_FREE) {
        return Err(ApiError::NoRoom);
    }
    Ok(())
}

fn cannot(error: std::io::Error) -> ApiError {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return ApiError::NoRoom;
    }
    let told = OpError::new(ErrorKind::Internal, "cannot keep what is sent");
    told.with_source(error).into()
}
