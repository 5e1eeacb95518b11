//! What was compiled of an app, and the next start with it.

use std::time::{Duration, Instant};

use ds_core::{ApiVersion, AppspaceDir, AppspaceId};
use ds_sandbox::{
    AppCode, Confinement, DenoEngine, Engine as _, EngineConfig, Sandbox, SandboxSpec, StartError,
    StopReason, Task,
};

use crate::fixture::{Fixture, eventually, get};

/// The same as a module and as a script, and which of both runs.
const MODULE: &str = r#"
globalThis.DROPSERVER.appRoutes.setCallback(() => [{
  type: "function", method: "get", path: { path: "/", end: true }, auth: { allow: "public" },
  handler: (ctx) => ctx.req.respondWith(new Response(globalThis.runs)), handlerName: "h",
}]);
"#;

async fn fixture(warm: usize) -> Fixture {
    let config = EngineConfig {
        confinement: Confinement::Jail {
            launcher: None,
            without_namespaces: false,
        },
        warm,
        ..EngineConfig::default()
    };
    let code = format!("globalThis.runs = 'module';{MODULE}");
    let fixture = Fixture::made(&code, ApiVersion::V0, config).await;
    let script = format!(
        "\"use strict\";({{ outside: [\"node:path\"], run: function (outside) {{\n\
         globalThis.runs = 'script ' + outside['node:path'].join('a', 'b');{MODULE}\nreturn {{}};\n}} }})\n"
    );
    fixture.write("../bundle/script.js", &script);
    fixture
}

fn spec(fixture: &Fixture) -> SandboxSpec {
    let mut spec = fixture.spec(Task::Serve);
    spec.code.script = Some("bundle/script.js".into());
    spec.code.compiled = Some(fixture.root.path().join("compiled"));
    spec
}

/// Compiles, as soon as what all apps share is there.
async fn compile(fixture: &Fixture, code: &AppCode) -> Result<(), StartError> {
    let until = Instant::now() + Duration::from_secs(20);
    while !code.compiled.as_ref().unwrap().exists() {
        fixture.engine.compile(code, &fixture.limits).await?;
        assert!(Instant::now() < until, "nothing is made");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

async fn waiting(engine: &DenoEngine) {
    eventually("a sandbox waits", || engine.waiting() > 0).await;
}

/// Starts a sandbox and asks what runs in it.
async fn runs(fixture: &Fixture) -> (Box<dyn Sandbox>, String) {
    let sandbox = fixture.engine.start(spec(fixture)).await.unwrap();
    let (_, said) = get(&*sandbox, 0).await;
    (sandbox, said)
}

fn kept(dir: &AppspaceDir) -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(dir.compiled()).into_iter().flatten();
    let name = |file: &std::fs::DirEntry| file.file_name().into_string().unwrap();
    let files = files.flatten().filter(|file| name(file) != "unfinished");
    files
        .map(|file| (name(&file), std::fs::read(file.path()).unwrap()))
        .collect()
}

#[tokio::test]
async fn what_waited_runs_the_script_and_its_next_start_has_it_compiled() {
    let fixture = fixture(1).await;
    let dir = fixture.appspace.dir.clone();
    waiting(&fixture.engine).await;
    let (sandbox, said) = runs(&fixture).await;
    assert_eq!(said, "script a/b");
    eventually("it is kept", || kept(&dir).len() == 1).await;
    sandbox.stop(StopReason::Idle).await;

    let first = kept(&dir);
    assert!(first[0].1.len() > 500, "{}", first[0].1.len());
    waiting(&fixture.engine).await;
    let (sandbox, said) = runs(&fixture).await;
    assert_eq!(said, "script a/b");
    sandbox.stop(StopReason::Idle).await;
    assert_eq!(kept(&dir), first);
}

#[tokio::test]
async fn what_makes_no_sense_is_compiled_again() {
    let fixture = fixture(1).await;
    let dir = fixture.appspace.dir.clone();
    waiting(&fixture.engine).await;
    let (sandbox, _) = runs(&fixture).await;
    eventually("it is kept", || kept(&dir).len() == 1).await;
    sandbox.stop(StopReason::Idle).await;
    let (name, good) = kept(&dir).remove(0);

    let mut scribbled = good.clone();
    scribbled.iter_mut().skip(40).for_each(|byte| *byte ^= 0x5a);
    for bad in [Vec::new(), good[..good.len() / 2].to_vec(), scribbled] {
        std::fs::write(dir.compiled().join(&name), &bad).unwrap();
        waiting(&fixture.engine).await;
        let (sandbox, said) = runs(&fixture).await;
        assert_eq!(said, "script a/b", "with {} bytes", bad.len());
        let again = || {
            kept(&dir)
                .first()
                .is_some_and(|(_, now)| *now != bad && now.len() > 500)
        };
        eventually("it is made again", again).await;
        sandbox.stop(StopReason::Idle).await;
    }
}

#[tokio::test]
async fn it_is_for_one_appspace_and_one_script() {
    let mut fixture = fixture(1).await;
    let first = fixture.appspace.dir.clone();
    waiting(&fixture.engine).await;
    let (sandbox, _) = runs(&fixture).await;
    eventually("it is kept", || kept(&first).len() == 1).await;
    sandbox.stop(StopReason::Idle).await;
    let before = kept(&first);

    fixture.appspace.id = AppspaceId::new();
    fixture.appspace.dir = AppspaceDir::new(fixture.root.path().join("other"));
    fixture.appspace.dir.create().unwrap();
    waiting(&fixture.engine).await;
    let (sandbox, _) = runs(&fixture).await;
    let other = fixture.appspace.dir.clone();
    assert!(kept(&other).is_empty());
    eventually("its own is kept", || kept(&other).len() == 1).await;
    sandbox.stop(StopReason::Idle).await;
    assert_eq!(kept(&first), before);

    // Another script, as another version has: what was kept is not for it, and goes.
    fixture.appspace.dir = first.clone();
    let script = fixture.run().join("bundle/script.js");
    let text = std::fs::read_to_string(&script).unwrap();
    std::fs::remove_file(&script).unwrap();
    std::fs::write(&script, text.replace("'script '", "'change '")).unwrap();
    waiting(&fixture.engine).await;
    let (sandbox, said) = runs(&fixture).await;
    assert_eq!(said, "change a/b");
    eventually(
        "it takes its place",
        || matches!(&kept(&first)[..], [(name, _)] if *name != before[0].0),
    )
    .await;
    sandbox.stop(StopReason::Idle).await;
}

#[tokio::test]
async fn what_deno_keeps_is_made_once_for_a_version() {
    let fixture = fixture(0).await;
    let code = spec(&fixture).code;
    compile(&fixture, &code).await.unwrap();
    let place = code.compiled.clone().unwrap();
    let made = || -> Vec<_> {
        let all = std::fs::read_dir(&place).unwrap().flatten();
        all.map(|it| (it.file_name(), it.metadata().unwrap().modified().unwrap()))
            .collect()
    };
    let first = made();
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(place.join(&first[0].0).join("v8_code_cache_v2").is_file());
    fixture
        .engine
        .compile(&code, &fixture.limits)
        .await
        .unwrap();
    assert_eq!(made(), first);
    // A start that finds no process waiting imports the module.
    let (sandbox, said) = runs(&fixture).await;
    assert_eq!(said, "module");
    sandbox.stop(StopReason::Idle).await;
}

#[tokio::test]
async fn an_app_that_does_not_load_leaves_nothing_made() {
    let fixture = fixture(0).await;
    fixture.write("app.js", "throw new Error('no');");
    let code = spec(&fixture).code;
    let failed = compile(&fixture, &code).await;
    assert!(failed.unwrap_err().to_string().contains("no"));
    assert_eq!(
        std::fs::read_dir(code.compiled.unwrap()).unwrap().count(),
        0
    );
}

#[tokio::test]
async fn what_is_missing_is_made_after_a_start() {
    let fixture = fixture(0).await;
    // What all share comes first, as it does on a host that runs for a while.
    let other = fixture.root.path().join("other");
    let mut code = spec(&fixture).code;
    code.compiled = Some(other.clone());
    compile(&fixture, &code).await.unwrap();

    let place = fixture.root.path().join("compiled");
    std::fs::create_dir_all(place.join("of-an-older-deno")).unwrap();
    let (sandbox, _) = runs(&fixture).await;
    let made = std::fs::read_dir(&other)
        .unwrap()
        .flatten()
        .next()
        .unwrap()
        .file_name();
    eventually("it is made", || {
        let names = std::fs::read_dir(&place)
            .unwrap()
            .flatten()
            .map(|it| it.file_name());
        names.collect::<Vec<_>>() == [made.clone()]
    })
    .await;
    sandbox.stop(StopReason::Idle).await;
}
