//! Making, pausing, uploading; and that only our own pages may.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use super::{ORIGIN, Site};

#[tokio::test]
async fn changes_come_from_our_own_pages() {
    let site = Site::as_ada().await;
    let check = async |path: &str, origin: Option<&str>, fetch_site: Option<&str>, taken: bool| {
        let mut request = Request::post(path);
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        if let Some(fetch_site) = fetch_site {
            request = request.header("sec-fetch-site", fetch_site);
        }
        let got = site.send(request, Body::empty()).await;
        let label = format!("{path} {origin:?} {fetch_site:?}");
        assert_eq!(got.status != StatusCode::FORBIDDEN, taken, "{label}");
        assert_eq!(
            got.body.contains("did not come from a page of this site"),
            !taken,
            "{label}"
        );
    };
    let changing = [
        "/login",
        "/logout",
        "/setup/x",
        "/appspaces/new",
        "/apps",
        "/appspaces/notes/resume",
        "/appspaces/notes/pause",
        "/appspaces/notes/limits",
        "/tokens",
        "/tokens/revoke",
        "/jobs/cancel",
        "/appspaces/notes/upgrades",
        "/appspaces/notes/egress",
        "/appspaces/notes/secrets",
        "/appspaces/notes/secrets/remove",
        "/none",
    ];
    for path in changing {
        check(path, Some("null"), None, false).await;
        check(path, Some("http://notes.localhost:3000"), None, false).await;
        check(
            path,
            Some("http://notes.localhost:3000"),
            Some("same-site"),
            false,
        )
        .await;
        check(
            path,
            Some("https://evil.example"),
            Some("cross-site"),
            false,
        )
        .await;
        check(path, None, Some("cross-site"), false).await;
        check(path, None, Some("same-site"), false).await;
        check(path, Some(ORIGIN), Some("cross-site"), false).await;
    }
    let spaces = || site.memory.appspaces.lock().unwrap().clone();
    assert!(
        spaces().iter().all(|space| !space.paused),
        "nothing changed"
    );
    check("/appspaces/notes/pause", None, Some("none"), true).await;
    assert!(spaces()[0].paused);
    check("/appspaces/notes/resume", None, Some("same-origin"), true).await;
    assert!(!spaces()[0].paused);
    // A program says nothing of where it is.
    check("/appspaces/notes/pause", None, None, true).await;
    assert!(spaces()[0].paused);
    check("/appspaces/notes/resume", None, None, true).await;
    assert!(!spaces()[0].paused);
    for path in changing {
        check(path, Some(ORIGIN), Some("same-origin"), true).await;
        check(path, Some(ORIGIN), None, true).await;
    }
    let request = Request::get("/login").header(header::ORIGIN, "https://evil.example");
    let got = site.send(request, Body::empty()).await;
    assert_ne!(got.status, StatusCode::FORBIDDEN, "reading changes nothing");
}

#[tokio::test]
async fn pausing_and_resuming() {
    let site = Site::as_ada().await;
    let home = site.get("/").await.body;
    assert!(home.contains("/appspaces/notes/pause") && !home.contains("/appspaces/notes/resume"));
    let got = site.post("/appspaces/notes/pause", &[]).await;
    assert_eq!(
        (got.status, got.location()),
        (StatusCode::SEE_OTHER, "/#a-notes")
    );
    let home = site.get("/").await.body;
    assert!(home.contains("/appspaces/notes/resume") && !home.contains("/appspaces/notes/pause"));
    assert_eq!(
        site.post("/appspaces/none/pause", &[]).await.status,
        StatusCode::NOT_FOUND
    );
    let got = site.post("/appspaces/a.b/pause", &[]).await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn making_an_appspace() {
    let site = Site::as_ada().await;
    let version = site.memory.apps.lock().unwrap()[0].1[1].id.to_string();
    let form = site.get("/appspaces/new").await;
    assert!(
        form.body
            .contains(&format!("value=\"{version}\" required checked"))
    );
    assert!(form.body.contains(".localhost:3000</span>"));

    let check = async |version: &str, label: &str, status: u16, to: &str, says: &str| {
        let before = site.memory.appspaces.lock().unwrap().len();
        let got = site
            .post("/appspaces/new", &[("version", version), ("label", label)])
            .await;
        assert_eq!(
            (got.status.as_u16(), got.location()),
            (status, to),
            "{label}"
        );
        assert!(got.body.contains(says), "{label}: {}", got.body);
        let after = site.memory.appspaces.lock().unwrap().len();
        assert_eq!(after - before, usize::from(status == 303), "{label}");
        if status != 303 {
            let kept = label.replace('<', "&#60;").replace('>', "&#62;");
            let kept = format!("value=\"{kept}\"");
            assert!(got.body.contains(&kept), "what was typed stays: {label}");
            assert!(got.body.contains("role=\"alert\""), "{label}");
        }
    };
    check(&version, "diary", 303, "/#a-diary", "").await;
    check(&version, " Big-Ideas ", 303, "/#a-big-ideas", "").await;
    check(&version, "notes", 409, "", "is taken").await;
    check(&version, "www", 409, "", "reserved").await;
    check(&version, "dropserver", 409, "", "reserved").await;
    check(&version, "", 422, "", "empty").await;
    check(&version, "a.b", 422, "", "aria-invalid").await;
    check(&version, "-a", 422, "", "aria-invalid").await;
    check(&version, "<b>", 422, "", "&#60;b&#62;").await;
    check(&version, &"x".repeat(64), 422, "", "63").await;
    check(&version, "broken", 422, "", "Migration 1 failed").await;
    check("", "fresh", 422, "", "No app is chosen").await;
    check("x", "fresh", 422, "", "No app is chosen").await;
    let home = site.get("/").await.body;
    assert!(home.contains("id=\"a-diary\""));
    assert!(home.contains("/appspacelogin?appspace=diary.localhost\""));
}

#[tokio::test]
async fn uploading_a_package() {
    let site = Site::as_ada().await;
    let upload = async |name: &str, content: &str| {
        let body = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"other\"\r\n\r\nx\r\n\
             --edge\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"../../a.tar.gz\"\r\n\
             content-type: application/gzip\r\n\r\n{content}\r\n--edge--\r\n"
        );
        let request = Request::post("/apps")
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        site.send(request, Body::from(body)).await
    };
    let large = format!("good{}", "x".repeat(300_000));
    let got = upload("package", &large).await;
    assert_eq!(got.status, StatusCode::CREATED, "{}", got.body);
    assert!(got.body.contains("uploaded is installed"));
    assert!(got.body.contains("the icon is &#60;large&#62;"));
    assert!(site.get("/apps").await.body.contains("<h2>uploaded</h2>"));

    let got = upload("package", "bad").await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(got.body.contains("This is no ") && got.body.contains("Make one with tar."));
    assert_eq!(upload("package", "").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(upload("else", "good").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        site.post("/apps", &[]).await.status,
        StatusCode::BAD_REQUEST
    );

    let packages = site.memory.packages.lock().unwrap().clone();
    assert_eq!(packages.len(), 2);
    assert_eq!(packages[0].1, large.as_bytes());
    let staging = site.state.data.staging_root();
    assert!(packages.iter().all(|(path, _)| path.starts_with(&staging)));
    // The files are removed on another thread.
    for _ in 0..500 {
        if std::fs::read_dir(&staging).unwrap().next().is_none() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("packages stay behind");
}
