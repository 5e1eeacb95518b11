//! Prepared packages under a real Deno, offline.

use ds_apps::prepare::entry_file;

use super::*;

async fn prints(package: &[(&str, &str)], tree: &[(&str, &str)], expect: &str) {
    let fixture = Fixture::new(package, tree);
    let mut prepared = fixture.prepare("app.ts").await.unwrap();
    assert_eq!(fixture.run(&prepared), expect);
    // However it is loaded.
    if prepared.unbundled.is_none() {
        prepared.code.entry = entry_file("app.ts");
        assert_eq!(fixture.run(&prepared), expect);
    }
}

#[tokio::test]
async fn typescript_runs() {
    let app = r#"
        import { Shape, type T, decorated } from "./lib.ts";
        enum E { A = 1, B = A << 2, C = "ccc".length }
        namespace N { export const x = E.B; }
        class P { constructor(readonly a: number, private b = a + 1) {} sum(): number { return this.a + this.b; } }
        abstract class Q<X> extends P { abstract q: X; }
        const t: T = { n: N.x };
        using held = { [Symbol.dispose]() { console.log("disposed"); } };
        console.log(E[1], E.C, t.n, new P(1).sum(), Shape.name, typeof Q, decorated);
    "#;
    let lib = r"
        export interface T { n: number }
        export class Shape {}
        const seen: string[] = [];
        const dec = (_: unknown, context: { kind: string }): void => { seen.push(context.kind); };
        @dec class D { @dec m() {} }
        export const decorated: string = seen.join() + D.name;
    ";
    prints(
        &[("app.ts", app), ("lib.ts", lib)],
        &[],
        "A 3 4 3 Shape function method,classD\ndisposed\n",
    )
    .await;
}

#[tokio::test]
async fn one_module_is_one_instance_however_it_is_named() {
    let app = r#"
        import { count } from "./state.ts";
        import { count as again } from "./sub/../state.ts";
        import { fromPlugin } from "./sub/other.js";
        count.n++;
        const name = ["state"].join();
        const computed = await import("./" + name + ".ts");
        const made = await import(new URL(`./${name}.ts`, import.meta.url).href);
        const literal = await import("./state.ts");
        console.log(again.n, computed.count.n, made.count.n, literal.count.n, fromPlugin().n, computed.default);
    "#;
    let other = "import { count } from '../state.ts'; export const fromPlugin = () => count;";
    let state = "export const count = { n: 0 }; export default 'd' as string;";
    prints(
        &[
            ("app.ts", app),
            ("state.ts", state),
            ("sub/other.js", other),
        ],
        &[],
        "1 1 1 1 1 d\n",
    )
    .await;
}

#[tokio::test]
async fn circles_and_waiting_run_in_order() {
    let a = "import { b } from './b.ts'; export const a: string = 'a'; console.log(a + b());";
    let b = "import { a } from './app.ts'; await Promise.resolve(); export function b(): string { return typeof a; } \
             console.log('b');";
    let fixture = Fixture::new(&[("app.ts", a), ("b.ts", b)], &[]);
    let prepared = fixture.prepare("app.ts").await.unwrap();
    assert_eq!(fixture.run(&prepared), "b\nastring\n");
}

#[tokio::test]
async fn data_is_what_it_was() {
    let app = r#"
        import json from "./d.json" with { type: "json" };
        import far from "https://h.example/d.json" with { type: "json" };
        import text from "./app.ts" with { type: "text" };
        const dynamic = await import("./d.json", { with: { type: "json" } });
        const beside = Deno.readTextFileSync(new URL("./d.json", import.meta.url));
        console.log(json.a, far.b, text.includes("as number") as boolean, dynamic.default.a as number, beside);
    "#;
    let tree = [("h.example/d.json", r#"{"b":2}"#)];
    prints(
        &[("app.ts", app), ("d.json", r#"{"a":1}"#)],
        &tree,
        "1 2 true 1 {\"a\":1}\n",
    )
    .await;
}

#[tokio::test]
async fn remote_modules_run_from_a_folder() {
    let app = r#"
        import { deep } from "https://h.example/lib/mod.ts";
        import { p } from "jsr:@s/p@^1";
        import sub from "jsr:@s/p@^1/sub";
        import index from "https://h.example/pkg";
        import { deep as same } from "https://h.example/lib/deep.ts";
        console.log(deep.n, p, sub, index, same === deep);
    "#;
    let tree = [
        (
            "h.example/lib/mod.ts",
            "export { deep } from './deep.ts'; import '/abs.js'; import 'https://i.example/x.ts';",
        ),
        (
            "h.example/lib/deep.ts",
            "export const deep: { n: number } = { n: 7 };",
        ),
        ("h.example/abs.js", "console.log('abs');"),
        ("i.example/x.ts", "console.log('x' as string);"),
        (
            "h.example/pkg/index.js",
            "import n from './near.js'; export default n;",
        ),
        ("h.example/pkg/near.js", "export default 'near';"),
        ("jsr.io/@s/p/1.2.0/mod.ts", "export const p = 'old';"),
        (
            "jsr.io/@s/p/mod.ts",
            "import sub from './sub.ts'; export const p: string = 'p' + sub;",
        ),
        ("jsr.io/@s/p/sub.ts", "export default 's' as string;"),
    ];
    prints(&[("app.ts", app)], &tree, "abs\nx\n7 ps s near true\n").await;
}

#[tokio::test]
async fn registry_files_in_a_folder_choose_the_version() {
    let tree = [
        (
            "jsr.io/@s/p/meta.json",
            r#"{"versions":{"1.0.0":{},"1.1.0":{},"1.9.0":{"yanked":true},"2.0.0":{}}}"#,
        ),
        (
            "jsr.io/@s/p/1.1.0_meta.json",
            r#"{"exports":{".":"./src/mod.ts","./x":"./src/x.ts"}}"#,
        ),
        (
            "jsr.io/@s/p/1.1.0/src/mod.ts",
            "export { default } from './x.ts';",
        ),
        (
            "jsr.io/@s/p/1.1.0/src/x.ts",
            "export default '1.1.0' as string;",
        ),
    ];
    let app = "import v from 'jsr:@s/p@1'; import x from 'jsr:@s/p@^1.0.0/x'; console.log(v, x);";
    prints(&[("app.ts", app)], &tree, "1.1.0 1.1.0\n").await;
}

#[tokio::test]
async fn workers_run() {
    let app = r#"
        const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
        worker.onmessage = (event: MessageEvent) => { console.log(event.data); worker.terminate(); };
        worker.postMessage(20 as number);
    "#;
    let worker = "import { twice } from './twice.ts'; \
                  self.onmessage = (event: MessageEvent) => self.postMessage(twice(event.data));";
    let twice = "export const twice = (n: number): number => n * 2;";
    prints(
        &[("app.ts", app), ("worker.ts", worker), ("twice.ts", twice)],
        &[],
        "40\n",
    )
    .await;
}

#[tokio::test]
async fn npm_packages_run() {
    let app = r#"
        import own from "own";
        import left from "npm:left@1";
        import { via } from "https://h.example/via.ts";
        console.log(own, left, via);
    "#;
    let package = [
        ("app.ts", app),
        (
            "node_modules/own/package.json",
            r#"{"name":"own","version":"1.0.0","type":"module","main":"i.js"}"#,
        ),
        ("node_modules/own/i.js", "export default 'own';"),
    ];
    let tree = [
        (
            "npm/left/package.json",
            r#"{"name":"left","version":"1.4.0","main":"i.js","dependencies":{"right":"^2"}}"#,
        ),
        (
            "npm/left/i.js",
            "module.exports = 'left' + require('right');",
        ),
        (
            "npm/right/package.json",
            r#"{"name":"right","version":"2.0.0","main":"i.js"}"#,
        ),
        ("npm/right/i.js", "module.exports = 'right';"),
        (
            "h.example/via.ts",
            "import left from 'npm:left'; export const via: string = 'via ' + left;",
        ),
    ];
    prints(&package, &tree, "own leftright via leftright\n").await;
}

#[tokio::test]
async fn errors_name_the_lines_of_the_original() {
    let app = "interface A { a: 1 }\n\n\nfunction fail(): never {\n  throw new Error('boom');\n}\nfail();\n";
    let fixture = Fixture::new(&[("app.ts", app)], &[]);
    let prepared = fixture.prepare("app.ts").await.unwrap();
    let output = fixture.deno(&prepared);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(errors.contains("run/app/app.ts:5:"), "{errors}");
}
