//! What stays file by file, and runs.

use super::*;

/// The entry module, another one, and why they stay.
const REFUSED: &[(&str, &str, &str)] = &[
    ("console.log('alone');", "", "it is one module already"),
    (
        "import './o.js'; console.log(import.meta.url);",
        "",
        "app/app.js uses import.meta",
    ),
    (
        "import './o.js';",
        "console.log(import.meta.dirname);",
        "app/o.js uses import.meta",
    ),
    ("import './o.js';", "eval('1');", "app/o.js uses eval"),
    ("import './o.js';", "const e = eval;", "app/o.js uses eval"),
    (
        "import './o.js';",
        "new Function('return 1');",
        "app/o.js makes functions of texts",
    ),
    (
        "import './o.js';",
        "(Function)('return 1');",
        "app/o.js makes functions of texts",
    ),
    (
        "import './o.js';",
        "globalThis.w = () => new Worker('x');",
        "app/o.js uses workers",
    ),
    (
        "import './o.js'; const n = './o.js'; import(n);",
        "",
        "app/app.js computes what it imports",
    ),
    (
        "import { x } from './o.js'; try { x = 1; } catch {}",
        "export let x;",
        "app/app.js assigns to what it imports",
    ),
    (
        "import { x } from './o.js'; try { [x] = []; } catch {}",
        "export let x;",
        "app/app.js assigns to what it imports",
    ),
    (
        "import './o.js'; console.log('app');",
        "using x = null;",
        "app/o.js declares something with `using` at its top",
    ),
    (
        "import './o.js';",
        "try { throw 1; } catch (e) { var e = 2; }",
        "app/o.js declares with `var` what it catches",
    ),
    (
        "import './o.js?v=1';",
        "",
        "app/app.js imports \"./o.js?v=1\", which is an instance of its own",
    ),
    (
        "import './o.js'; import left from 'npm:left';",
        "",
        "app/app.js imports \"npm:left\", which is none of the app's modules",
    ),
    (
        "import './o.js'; import 'data:text/javascript,1';",
        "",
        "app/app.js imports \"data:text/javascript,1\", which is none of the app's modules",
    ),
    (
        "import './o.js'; import 'node:module';",
        "",
        "app/app.js imports \"node:module\", which loads modules by itself",
    ),
    (
        "import * as o from './o.js'; o.sep;",
        "export * from 'node:path';",
        "app/o.js imports \"node:path\", which stays outside, so that nobody knows what `export *` means",
    ),
    (
        "import './o.js'; import './p.js';",
        "await 1;",
        "app/o.js waits while others go on that do not need it",
    ),
    (
        "import './o.js';",
        "import './p.js'; import './app.js'; await 1;",
        "app/o.js waits in a circle of imports",
    ),
    (
        "import './o.js'; import('./o.js');",
        "await 1;",
        "app/o.js waits in an app that uses import()",
    ),
    (
        "import './o.js'; await import('./p.js');",
        "",
        "app/app.js waits in an app that uses import()",
    ),
    (
        "import './o.js'; import('./p.js');",
        "import('./o.js?x');",
        "app/o.js imports \"./o.js?x\", which is an instance of its own",
    ),
    (
        "import './o.js'; import('node:vm');",
        "",
        "app/app.js imports \"node:vm\", which loads modules by itself",
    ),
];

#[tokio::test]
async fn what_cannot_be_moved_stays() {
    for (app, other, expect) in REFUSED {
        let text = format!(
            "--- app.js\n{app}\n--- o.js\n{other}\n--- p.js\nimport './app.js'; console.log('p');\n"
        );
        let case = Case::new(&text).await;
        let reason = case.prepared.unbundled.as_ref().map(ToString::to_string);
        assert_eq!(reason.as_deref(), Some(*expect), "{text}");
        assert_eq!(case.prepared.code.entry, "app/app.js");
        assert!(!case.prepared.code.run.join("bundle").exists());
    }
}

#[tokio::test]
async fn what_does_not_link_fails_as_it_did() {
    for other in ["", "export * from './p.js'; export * from './q.js';"] {
        let text = format!(
            "--- app.js\nimport {{ x }} from './o.js'; console.log(x);\n--- o.js\n{other}\n--- p.js\nexport let x = 1;\n--- q.js\nexport let x = 2;\n"
        );
        let case = Case::new(&text).await;
        let reason = case.prepared.unbundled.as_ref().map(ToString::to_string);
        let expect = "app/app.js imports \"./o.js\", which does not export what is imported";
        assert_eq!(reason.as_deref(), Some(expect));
    }
}

#[tokio::test]
async fn decorated_modules_stay_with_the_engine() {
    let text = "--- app.ts\nimport { dec } from './o.ts'; @dec class A {} console.log(A.name);\n--- o.ts\nexport const dec = (..._: unknown[]) => {};\n";
    let case = Case::new(text).await;
    let reason = case.prepared.unbundled.as_ref().map(ToString::to_string);
    assert_eq!(reason.as_deref(), Some("app/app.ts has decorators"));
    assert_eq!(case.fixture.run(&case.prepared), "A\n");
}
