//! The scripted engine.

use ds_core::{ApiVersion, SandboxId, Schema};
use ds_sandbox::{
    AppCode, Call, ControlError, Death, Engine as _, Limits, RequestError, SandboxSpec, StartError,
    StopReason, Task, empty_body, full_body,
};
use ds_testkit::ScriptedEngine;
use http::{Request, Response};
use http_body_util::BodyExt as _;

fn spec() -> SandboxSpec {
    SandboxSpec {
        id: SandboxId::new(),
        code: AppCode {
            run: "/nowhere".into(),
            entry: "app/app.ts.js".into(),
            script: None,
            compiled: None,
            api: ApiVersion::V1,
            node_modules: false,
        },
        task: Task::Serve,
        appspace: None,
        limits: Limits::default(),
    }
}

fn call() -> Call {
    Call {
        route: 7,
        params: serde_json::json!({}),
        path_and_query: "/".into(),
        origin: "http://a.localhost".into(),
        proxy_id: None,
        scope: None,
    }
}

#[tokio::test]
async fn answers_migrates_and_stops() {
    let engine = ScriptedEngine::new()
        .answering(|call, _| Ok(Response::new(full_body(format!("route {}", call.route)))))
        .migrating(|from, to| Err(ControlError::App(format!("{from} to {to}"))));
    let spec = spec();
    let sandbox = engine.start(spec.clone()).await.unwrap();
    let request = Request::new(empty_body());
    let answer = sandbox.request(call(), request).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(&body[..], b"route 7");
    let failed = sandbox.migrate(Schema(1), Schema(2)).await.unwrap_err();
    assert_eq!(failed.to_string(), "1 to 2");

    assert_eq!(engine.running(), 1);
    sandbox.stop(StopReason::Idle).await;
    sandbox.stop(StopReason::Shutdown).await;
    assert_eq!(engine.stopped(), [(spec.id, StopReason::Idle)]);
    assert_eq!(sandbox.ended().await.to_string(), "stopped (idle)");
    assert_eq!(engine.running(), 0);
}

#[tokio::test]
async fn fails_hangs_and_crashes_on_cue() {
    let engine = ScriptedEngine::new();
    engine.fail_start(StartError::Engine("no Deno".into()));
    assert!(engine.start(spec()).await.is_err());
    let sandbox = engine.start(spec()).await.unwrap();
    assert_eq!(engine.started().len(), 2);

    engine.hang(true);
    let request = sandbox.request(call(), Request::new(empty_body()));
    let crash = async {
        tokio::task::yield_now().await;
        engine.crash_all();
    };
    let (answer, ()) = tokio::join!(request, crash);
    assert!(matches!(answer, Err(RequestError::Ended(Death::Exited(1)))));

    let dropped = engine.start(spec()).await.unwrap();
    assert_eq!(engine.running(), 1);
    drop(dropped);
    assert_eq!(engine.running(), 0);
}
