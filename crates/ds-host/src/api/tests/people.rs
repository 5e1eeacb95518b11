//! People, invitations and the log.

use super::*;

#[tokio::test]
async fn people_are_looked_after() {
    let api = Api::new("manage").await;
    let post = async |path: &str, body: Value| api.send(&Method::POST, path, &body).await;
    let invited = post("/invitations", json!({"email": "bob@example.com"})).await;
    assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.body);
    assert!(invited.body["invited"]["link"].is_string());
    post("/invitations", json!({})).await;
    let open = api.get("/invitations").await.body;
    let open = open["invitations"].as_array().unwrap().clone();
    assert_eq!(open.len(), 2);
    assert_eq!(open[0]["by"], "ada@example.com", "and not the command line");
    let for_anybody = open.iter().find(|one| one["email"].is_null()).unwrap();
    let path = format!("/invitations/{}", for_anybody["id"].as_str().unwrap());
    let gone = api.send(&Method::DELETE, &path, &Value::Null).await;
    assert_eq!(gone.body["withdrawn"]["id"], for_anybody["id"]);
    let again = api.send(&Method::DELETE, &path, &Value::Null).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);

    let people = api.get("/people?find=ADA&most=1").await.body;
    assert_eq!(people["people"][0]["email"], "ada@example.com");
    let none = api.get("/people?skip=1").await.body;
    assert_eq!(none["people"], json!([]));
    let one = api.get("/people/ada@example.com").await.body;
    assert_eq!(one["person"]["admin"], true);
    let own = post("/people/ada@example.com/block", json!({})).await;
    assert_eq!(own.status, StatusCode::CONFLICT, "{}", own.body);

    let log = api.get("/log?kind=accounts&find=bob@").await.body;
    let log = log["log"].as_array().unwrap().clone();
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0]["by"], "ada@example.com");
    assert_eq!(log[0]["action"], "invited");
    assert_eq!(log[0]["about"], "bob@example.com");
    let all = api.get("/log?most=1").await.body;
    let before = all["log"][0]["place"].as_i64().unwrap();
    let rest = api.get(&format!("/log?before={before}")).await.body;
    assert!(!rest["log"].as_array().unwrap().is_empty());
    assert_ne!(rest["log"][0], all["log"][0]);
}

#[tokio::test]
async fn who_does_not_run_the_host_sees_nobody() {
    let (state, _, _, _dir) = api_site().await;
    let password = "quietly orbiting pumpkin".to_owned();
    let bob = state.accounts.create("bob@example.com", password, false);
    let bob = bob.await.unwrap().id;
    let bob = state.ops.standing(bob).await.unwrap();
    let made = state.ops.make_token(bob, "test", "manage", Some(1)).await;
    let (_, token) = made.unwrap();
    let router = crate::site::router(state);
    let mut count = 0;
    for endpoint in endpoints().filter(|one| one.who == crate::api::Who::Admin) {
        count += 1;
        let request = Request::builder()
            .method(&endpoint.method)
            .uri(format!("{ROOT}{}", filled(endpoint.path)))
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request.body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{}", endpoint.path);
    }
    assert_eq!(count, 9);
}
