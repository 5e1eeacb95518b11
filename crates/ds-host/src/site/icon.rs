//! Icons of apps: files that somebody else made, so nothing but pictures, and nothing that can run.

use std::path::{Component, Path as FilePath};

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use tokio::io::AsyncReadExt as _;

use super::{SiteState, error::SiteError, person::Person};

/// The largest icon that is shown.
const LARGEST: u64 = 1024 * 1024;

/// `GET /apps/{version}/icon`, for the owner of the app.
pub(super) async fn show(
    State(site): State<SiteState>,
    person: Person,
    Path(version_id): Path<String>,
) -> Result<Response, SiteError> {
    let apps = site.ops.apps(person.account.id).await?;
    let mut versions = apps.iter().flat_map(|one| &one.versions);
    let version = versions.find(|version| version.id.to_string() == version_id);
    let version = version.ok_or(SiteError::NoPage)?;
    let name = version.manifest.icon.as_deref().ok_or(SiteError::NoPage)?;
    let package = site.data.app_version(version.app, version.id).package();
    let bytes = read(&package, name).await.ok_or(SiteError::NoPage)?;
    let media_type = media_type(&bytes).ok_or(SiteError::NoPage)?;
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "private, max-age=86400"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// The file, if it is inside the package, links resolved, and not too large.
async fn read(package: &FilePath, name: &str) -> Option<Vec<u8>> {
    let mut parts = FilePath::new(name).components();
    if !parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return None;
    }
    let root = tokio::fs::canonicalize(package).await.ok()?;
    let path = tokio::fs::canonicalize(root.join(name)).await.ok()?;
    if !path.starts_with(&root) || !tokio::fs::metadata(&path).await.ok()?.is_file() {
        return None;
    }
    let file = tokio::fs::File::open(&path).await.ok()?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).await.ok()?;
    (bytes.len() as u64 <= LARGEST).then_some(bytes)
}

/// What kind of picture it is, by its first bytes. SVG is not taken: it can hold scripts.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_files_of_the_package_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let package = dir.path().join("app");
        std::fs::create_dir_all(package.join("img")).unwrap();
        std::fs::write(dir.path().join("secret"), "secret").unwrap();
        std::fs::write(package.join("img/icon.png"), "icon").unwrap();
        std::fs::write(package.join("large.png"), vec![0; 1024 * 1024 + 1]).unwrap();
        std::os::unix::fs::symlink("../secret", package.join("link.png")).unwrap();
        let check = async |name: &str, expect: Option<&str>| {
            let got = read(&package, name).await;
            assert_eq!(got.as_deref(), expect.map(str::as_bytes), "{name}");
        };
        check("img/icon.png", Some("icon")).await;
        check("./img/icon.png", Some("icon")).await;
        check("../secret", None).await;
        check("img/../../secret", None).await;
        check("link.png", None).await;
        check("large.png", None).await;
        check("img", None).await;
        check("/etc/passwd", None).await;
        check("none.png", None).await;
    }

    #[test]
    fn pictures_are_known_by_their_first_bytes() {
        let check = |bytes: &[u8], expect: Option<&str>| {
            assert_eq!(media_type(bytes), expect, "{bytes:?}");
        };
        check(b"\x89PNG\r\n\x1a\nrest", Some("image/png"));
        check(b"\xff\xd8\xff\xe0", Some("image/jpeg"));
        check(b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp"));
        check(b"GIF89a", Some("image/gif"));
        check(b"<svg xmlns='http://www.w3.org/2000/svg'>", None);
        check(b"<html>", None);
        check(b"", None);
    }
}
