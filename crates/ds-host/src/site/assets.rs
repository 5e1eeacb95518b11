//! Style sheet, scripts and icons: in memory, at addresses that carry a hash of the content.
//!
//! Such an address means one content for ever, so browsers keep it without asking again.

use std::{fmt::Write as _, sync::LazyLock};

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest as _, Sha256};

struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
    hash: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let asset = |name, media_type, bytes: &'static [u8]| Asset {
        name,
        media_type,
        bytes,
        hash: short_hash(bytes),
    };
    vec![
        asset(
            "site.css",
            "text/css; charset=utf-8",
            include_bytes!("../../assets/site.css"),
        ),
        asset(
            "address.js",
            "text/javascript; charset=utf-8",
            include_bytes!("../../assets/address.js"),
        ),
        asset(
            "copy.js",
            "text/javascript; charset=utf-8",
            include_bytes!("../../assets/copy.js"),
        ),
        asset(
            "job.js",
            "text/javascript; charset=utf-8",
            include_bytes!("../../assets/job.js"),
        ),
        asset(
            "passkeys.js",
            "text/javascript; charset=utf-8",
            include_bytes!("../../assets/passkeys.js"),
        ),
        asset(
            "drop.svg",
            "image/svg+xml",
            include_bytes!("../../assets/drop.svg"),
        ),
    ]
});

fn short_hash(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in &Sha256::digest(bytes)[..8] {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn named(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// The address of an asset, for templates.
#[must_use]
pub fn url(name: &str) -> String {
    let hash = named(name).map_or("missing", |asset| &asset.hash);
    format!("/assets/{hash}/{name}")
}

/// `GET /assets/{hash}/{name}`. An old hash is not found: the page that named it is old too.
pub(crate) async fn serve(
    Path((hash, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    match named(&name) {
        Some(asset) if asset.hash == hash => {
            answer(asset, &headers, "public, max-age=31536000, immutable")
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET /favicon.ico`, which browsers ask for without being told.
pub(super) async fn favicon(headers: HeaderMap) -> Response {
    match named("drop.svg") {
        Some(asset) => answer(asset, &headers, "public, max-age=86400"),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(asset: &'static Asset, headers: &HeaderMap, caching: &'static str) -> Response {
    let etag = format!("\"{}\"", asset.hash);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().any(|value| {
        let listed = value.to_str().unwrap_or_default();
        listed.split(',').any(|one| {
            let one = one.trim();
            one == "*" || one.trim_start_matches("W/") == etag
        })
    });
    let caching = [
        (header::ETAG, etag.as_str()),
        (header::CACHE_CONTROL, caching),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let media_type = [(header::CONTENT_TYPE, asset.media_type)];
    (media_type, caching, asset.bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_asset_is_kept_for_ever_and_revalidates() {
        let at = |hash: &str| Path((hash.to_owned(), "site.css".to_owned()));
        let hash = named("site.css").unwrap().hash.clone();
        let fresh = serve(at(&hash), HeaderMap::new()).await;
        assert_eq!(fresh.status(), StatusCode::OK);
        assert_eq!(
            fresh.headers()[header::CACHE_CONTROL],
            "public, max-age=31536000, immutable"
        );
        let etag = fresh.headers()[header::ETAG].clone();

        let check = async |presented: &str, expect: StatusCode| {
            let headers = HeaderMap::from_iter([(
                header::IF_NONE_MATCH,
                presented.parse().expect("a header"),
            )]);
            let got = serve(at(&hash), headers).await;
            assert_eq!(got.status(), expect, "{presented}");
        };
        let etag = etag.to_str().unwrap();
        check(etag, StatusCode::NOT_MODIFIED).await;
        check(&format!("\"x\", W/{etag}"), StatusCode::NOT_MODIFIED).await;
        check("*", StatusCode::NOT_MODIFIED).await;
        check("\"x\"", StatusCode::OK).await;
        let old = serve(at("0000000000000000"), HeaderMap::new()).await;
        assert_eq!(old.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn templates_name_assets_that_exist() {
        for asset in ASSETS.iter() {
            assert!(!url(asset.name).contains("missing"));
        }
        assert!(url("nothing.css").contains("missing"));
    }
}
