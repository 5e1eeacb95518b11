//! Errors of apps whose modules were made one: what people read of them, whether the sandbox waited or not.

mod bundle;

use ds_core::ApiVersion;
use ds_sandbox::{
    AppCode, Engine as _, EngineConfig, Sandbox, SandboxSpec, StartError, StopReason, Task,
};

use self::bundle::bundle;
use crate::fixture::{Fixture, eventually, get};

const LIBRARY: (&str, &str) = (
    "lib/deep.js",
    r"
// A library.
class Deep extends Error { constructor(text, more) { super(text, more); this.code = 7; } }
const deep = { dive(text) { throw new Deep(text); } };
",
);

const HANDLERS: (&str, &str) = (
    "handlers.ts",
    r#"
const fails = () => { null.x; };
const caused = () => {
  try { deep.dive("below"); } catch (cause) { throw new TypeError("above", { cause }); }
};
async function later() { await 0; deep.dive("later"); }
const ok = (ctx) => ctx.req.respondWith(new Response(String(globalThis.isScript === true)));
const shows = (make) => (ctx) => { console.error(make()); ok(ctx); };
const waits = (begin) => (ctx) => { begin(); setTimeout(() => ok(ctx), 1); };
function sites(_, all) {
  const shown = (it) => [it.getFileName(), it.getLineNumber(), it.getColumnNumber(), it.getFunctionName(), it.isToplevel(), it];
  return all.map((it) => shown(it).join(" ")).join("\n");
}
function* ofAll() {
  yield class { static { console.error(new Error("static")); } };
  yield new (class Made { constructor() { this.error = new Error("☃ made"); } })().error;
}
"#,
);

const APP: (&str, &str) = (
    "app.js",
    r#"
const early = new Error("early");
console.error("while loading:", early);
const handlers = [
  fails,
  caused,
  async () => await later(),
  shows(() => new Error("shown")),
  shows(() => [1].map(() => new Error("text").stack)[0]),
  shows(() => [...ofAll()][1]),
  shows(() => new AggregateError([early, new Deep("b")], "both")),
  shows(() => { const it = {}; Error.captureStackTrace(it); return it.stack; }),
  shows(() => { Error.stackTraceLimit = 1; try { return new Error("short").stack; } finally { Error.stackTraceLimit = 10; } }),
  shows(() => { Error.prepareStackTrace = sites; try { return new Error().stack; } finally { delete Error.prepareStackTrace; } }),
  waits(() => console.trace("here")),
  waits(() => Promise.reject(new Deep("nobody's"))),
  waits(() => setTimeout(function tick() { deep.dive("uncaught"); }, 0)),
];
const routes = handlers.map((handler, at) =>
  ({ type: "function", method: "get", path: { path: `/${at}`, end: true }, auth: { allow: "public" }, handler }));
globalThis.DROPSERVER.appRoutes.setCallback(() => routes);
"#,
);

/// What anybody must be able to find, whatever else is printed.
const TOLD: [&str; 7] = [
    "while loading: Error: early\n[err]     at file:///ro/app/app/app.js:2:15\n[err] the handler failed",
    "    at fails (file:///ro/app/app/handlers.ts:2:28)",
    "    at caused (file:///ro/app/app/handlers.ts:4:53)",
    "      at Object.dive (file:///ro/app/app/lib/deep.js:4:35)",
    "    at async file:///ro/app/app/app.js:7:15",
    "/ro/app/app/app.js 14 63  true",
    "    at Timeout.tick [as _onTimeout] (file:///ro/app/app/app.js:17:49)",
];

/// An app, as one module and as a script.
async fn app(files: &[(&str, &str)], waits: bool) -> Fixture {
    let config = EngineConfig {
        warm: usize::from(waits),
        ..EngineConfig::default()
    };
    let fixture = Fixture::made("", ApiVersion::V0, config).await;
    for (name, text) in files {
        fixture.write(name, text);
    }
    let (code, map) = bundle(files);
    let code = format!("{code}\n//# sourceMappingURL=app.js.map\n");
    let head =
        "\"use strict\";globalThis.isScript = true;({ outside: [], run: function ($outside) {";
    let script = format!("{head}\n{code}\nreturn {{}};\n}} }})\n");
    for (name, text) in [("script.js", script), ("app.js", code), ("app.js.map", map)] {
        fixture.write(&format!("../bundle/{name}"), &text);
    }
    fixture
}

/// Starts it, in one that waited or in another.
async fn start(fixture: &Fixture, waits: bool) -> Result<Box<dyn Sandbox>, StartError> {
    let waiting = || fixture.engine.waiting() == usize::from(waits);
    eventually("as many wait as should", waiting).await;
    let spec = fixture.spec(Task::Serve);
    let code = AppCode {
        entry: "bundle/app.js".into(),
        script: Some("bundle/script.js".into()),
        ..spec.code
    };
    fixture.engine.start(SandboxSpec { code, ..spec }).await
}

/// What the log says, without when and of which process.
fn said(fixture: &Fixture) -> String {
    let log = fixture.log();
    let said = log.lines().map(|line| {
        let (_, line) = line.split_once(' ').unwrap();
        let line = match line.strip_prefix("[host] sandbox ") {
            Some(of_host) => of_host.split_once(' ').unwrap().1,
            None => line,
        };
        format!("{}\n", line.split(" (process ").next().unwrap())
    });
    said.collect()
}

/// What an app that prints errors of all kinds prints, the second time with what was compiled the first time.
async fn printed(waits: bool) -> String {
    let fixture = app(&[LIBRARY, HANDLERS, APP], waits).await;
    for _ in 0..2 {
        let sandbox = start(&fixture, waits).await.unwrap();
        for route in 0..13 {
            let (status, text) = get(&*sandbox, route).await;
            let expect = if route < 3 { 500 } else { 200 };
            assert_eq!(status, expect, "{route}: {text}");
            // Else two alike would be compared.
            assert!(status == 500 || text == waits.to_string(), "{text}");
        }
        if waits {
            let kept = fixture.appspace.dir.compiled();
            eventually("what was compiled is kept", || kept.is_dir()).await;
        }
        sandbox.stop(StopReason::Done).await;
    }
    said(&fixture)
}

#[tokio::test]
async fn errors_name_files_of_the_package_whether_the_sandbox_waited_or_not() {
    let (cold, warm) = tokio::join!(printed(false), printed(true));
    for told in TOLD {
        assert_eq!(cold.matches(told).count(), 2, "{told}: {cold}");
    }
    assert!(!cold.contains("/bundle/"), "{cold}");
    assert_eq!(cold, warm);
}

#[tokio::test]
async fn so_do_errors_of_apps_that_do_not_load() {
    for (code, expect) in [
        (
            "\n  throw new RangeError('x');",
            "RangeError: x\n    at app/app.js:2:9",
        ),
        (
            "deep.dive('y');",
            "Error: y\n    at Object.dive (app/lib/deep.js:4:35)\n    at app/app.js:1:6",
        ),
        (
            "deep.dived();",
            "TypeError: deep.dived is not a function\n    at app/app.js:1:6",
        ),
        ("throw 'text';", "text"),
        (
            "const go = async () => { await 0; deep.dive('z'); };\ngo();",
            "Error: z\n    at Object.dive (app/lib/deep.js:4:35)\n    at go (app/app.js:1:40)",
        ),
        (
            "console.error(new Error('seen'));\n\nnew Promise(() => { throw new Error('w', { cause: early }); });\nvar early;",
            "Error: w\n    at app/app.js:3:27\n    at new Promise (<anonymous>)\n    at app/app.js:3:1",
        ),
    ] {
        let mut all = Vec::new();
        for waits in [false, true] {
            let fixture = app(&[LIBRARY, ("app.js", code)], waits).await;
            let started = start(&fixture, waits).await;
            let Err(StartError::App { message }) = started else {
                panic!("{code} started");
            };
            assert_eq!(message, expect, "{code}");
            all.push(said(&fixture));
        }
        assert_eq!(all[0], all[1], "{code}");
    }
}
