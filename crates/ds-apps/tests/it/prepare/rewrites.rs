//! What becomes of a module's text.

use ds_apps::prepare::entry_file;

use super::*;

const TREE: &[(&str, &str)] = &[
    ("h.example/a.ts", "export const a: number = 1;"),
    ("h.example/a.js", "export const a = 1;"),
    ("h.example/plain", "export default 1;"),
    ("h.example/d.json", "{}"),
    ("jsr.io/@s/p/mod.ts", "export const p = 1;"),
    ("jsr.io/@s/p/sub.ts", "export const sub = 1;"),
    (
        "npm/left/package.json",
        r#"{"name":"left","version":"1.2.3"}"#,
    ),
    ("npm/left/index.js", ""),
];

const PACKAGE: &[(&str, &str)] = &[
    ("b.ts", "export const b = 1; export default 2;"),
    ("c.js", "export const c = 1;"),
    ("d e.ts", "export const d = 1;"),
    ("data.json", "{}"),
    ("worker.ts", "export {};"),
    ("types.ts", "export interface T {}"),
    ("m/one.ts", "export const n = 1;"),
    (
        "node_modules/own/package.json",
        r#"{"name":"own","version":"1.0.0"}"#,
    ),
    ("node_modules/own/index.js", ""),
];

async fn check(entry: &str, source: &str, expect: &str) {
    let fixture = Fixture::new(&[PACKAGE, &[(entry, source)]].concat(), TREE);
    let prepared = fixture.prepare(entry).await;
    prepared.unwrap_or_else(|error| panic!("{source}: {error}"));
    assert_eq!(
        without_map(&fixture.run_file(&entry_file(entry))),
        expect,
        "{source}"
    );
}

#[tokio::test]
async fn specifiers_are_rewritten_and_nothing_else() {
    for (source, expect) in [
        (
            "import  { b }  from './b.ts' // b",
            "import  { b }  from \"./b.ts.js\" // b",
        ),
        ("import './c.js'", "import './c.js'"),
        ("export * from \"./b.ts\";", "export * from \"./b.ts.js\";"),
        ("import './b.ts?v=1'", "import \"./b.ts.js?v=1\""),
        ("import './d%20e.ts'", "import \"./d%20e.ts.js\""),
        (
            "const m = await import('./b.ts')",
            "const m = await import(\"./b.ts.js\")",
        ),
        ("import(`./b.ts`)", "import(\"./b.ts.js\")"),
        (
            "import d from './data.json' with { type: 'json' }",
            "import d from './data.json' with { type: 'json' }",
        ),
        (
            "import t from './b.ts' with { type: 'text' }",
            "import t from \"./b.ts.raw\" with { type: 'text' }",
        ),
        (
            "import 'https://h.example/a.ts'",
            "import \"../modules/h.example/a.ts.js\"",
        ),
        (
            "import 'https://h.example/a.js'",
            "import \"../modules/h.example/a.js\"",
        ),
        (
            "import 'jsr:@s/p'",
            "import \"../modules/jsr.io/@s/p/mod.ts.js\"",
        ),
        (
            "import 'jsr:@s/p@^1.0.0/sub'",
            "import \"../modules/jsr.io/@s/p/sub.ts.js\"",
        ),
        ("import 'npm:left@1'", "import \"left\""),
        ("import 'npm:own/x.js'", "import \"own/x.js\""),
        ("import 'own'", "import 'own'"),
        ("import 'node:fs'", "import 'node:fs'"),
        (
            "import 'dropserver'",
            "import \"../modules/dropserver/mod.js\"",
        ),
        (
            "import 'data:text/javascript,1'",
            "import 'data:text/javascript,1'",
        ),
        (
            "new Worker(new URL('./worker.ts', import.meta.url), {})",
            "new Worker(new URL(\"./worker.ts.js\", import.meta.url), {})",
        ),
        (
            "new Worker(import.meta.resolve('./worker.ts'))",
            "new Worker(import.meta.resolve(\"./worker.ts.js\"))",
        ),
        (
            "new URL('./data.json', import.meta.url)",
            "new URL('./data.json', import.meta.url)",
        ),
        (
            "import.meta.resolve('./b.ts')",
            "import.meta.resolve('./b.ts')",
        ),
        (
            "import.meta.resolve('jsr:@s/p')",
            "import.meta.resolve(\"../modules/jsr.io/@s/p/mod.ts.js\")",
        ),
        ("import(`./m/${x}.ts`)", "import(`./m/${x}.ts`)"),
        (
            "// import './nothing.ts'\n'./b.ts'",
            "// import './nothing.ts'\n'./b.ts'",
        ),
    ] {
        check("app.js", source, expect).await;
    }
}

#[tokio::test]
async fn types_are_stripped_as_deno_strips_them() {
    for (entry, source, expect) in [
        (
            "app.ts",
            "import { T } from 'https://none.example/t.ts'; const x: T = 1;",
            "const x = 1;\nexport {};",
        ),
        (
            "app.ts",
            "import type { T } from './none.ts'; import { type U } from './none.ts';",
            "export {};",
        ),
        (
            "app.ts",
            "export type { T } from './types.ts'; export type * from './types.ts';",
            "export {};",
        ),
        (
            "app.ts",
            "const x = <number>1 as unknown satisfies unknown; x!;",
            "const x = 1;\nx;",
        ),
        (
            "app.ts",
            "class A { constructor(private a = 1, readonly b?: string) {} declare c: number; }",
            "class A {\n\ta;\n\tb;\n\tconstructor(a = 1, b) {\n\t\tthis.a = a;\n\t\tthis.b = b;\n\t}\n}",
        ),
        ("app.ts", "namespace N { export type T = 1 }", ""),
        (
            "app.tsx",
            "/** @jsx h */ import { h } from './b.ts'; <a b={1}/>;",
            "/** @jsx h */ import { h } from \"./b.ts.js\";\n/* @__PURE__ */ h(\"a\", { b: 1 });",
        ),
        (
            "app.tsx",
            "/** @jsxImportSource npm:left */ export default <a/>;",
            "import { jsx as _jsx } from \"left/jsx-runtime\";\n/** @jsxImportSource npm:left */ export default /* @__PURE__ */ _jsx(\"a\", {});",
        ),
        (
            "app.ts",
            "@dec class A { x: number = 1 }; import { b } from './b.ts'; b;",
            "export * from \"./app.ts\";",
        ),
    ] {
        check(entry, source, expect).await;
    }
}

#[tokio::test]
async fn typescript_that_deno_lowers_stays_typescript() {
    let source =
        "import { b } from './b.ts'; import { T } from './none.ts'; @dec class A { x: T = b }";
    let fixture = Fixture::new(&[PACKAGE, &[("app.ts", source)]].concat(), TREE);
    fixture.prepare("app.ts").await.unwrap();
    let expect =
        "import { b } from \"./b.ts.js\"; import { T } from './none.ts'; @dec class A { x: T = b }";
    assert_eq!(fixture.run_file("app/app.ts"), expect);
}

#[tokio::test]
async fn the_copy_has_what_is_reached_and_the_package_stays() {
    let app = "import b from './b.ts'; import 'https://h.example/plain'; b;";
    let fixture = Fixture::new(&[PACKAGE, &[("app.ts", app)]].concat(), TREE);
    let prepared = fixture.prepare("app.ts").await.unwrap();
    assert_eq!(prepared.code.entry, "bundle/app.js");
    assert!(prepared.code.node_modules);
    assert_eq!(prepared.warnings, []);
    insta::assert_debug_snapshot!(texts(&fixture.dir().run()));
    insta::assert_debug_snapshot!(texts(&fixture.dir().vendor()));
    assert_eq!(
        fs::read_to_string(fixture.dir().package().join("app.ts")).unwrap(),
        app
    );

    let files: Vec<_> = prepared
        .modules
        .iter()
        .map(|module| (&*module.specifier, &*module.file))
        .collect();
    let file = &prepared.modules[0].file;
    assert_eq!(files, [("https://h.example/plain", &**file)]);
    assert!(fixture.dir().vendor().join(file).exists());
}

#[tokio::test]
async fn preparing_twice_gives_the_same() {
    let app =
        "import './b.ts'; import 'https://h.example/a.ts'; import 'jsr:@s/p'; import 'npm:left';";
    let fixture = Fixture::new(&[PACKAGE, &[("app.ts", app)]].concat(), TREE);
    fixture.prepare("app.ts").await.unwrap();
    let first = (texts(&fixture.dir().run()), texts(&fixture.dir().vendor()));
    fixture.prepare("app.ts").await.unwrap();
    assert_eq!(
        (texts(&fixture.dir().run()), texts(&fixture.dir().vendor())),
        first
    );
}

#[tokio::test]
async fn a_vendor_folder_is_a_folder_of_modules() {
    let app = "import 'https://h.example/plain'; import 'jsr:@s/p@1'; import 'npm:left@1';";
    let fixture = Fixture::new(&[("app.ts", app)], TREE);
    let first = fixture.prepare("app.ts").await.unwrap();
    let kept = fixture.root.path().join("kept");
    fs::rename(fixture.dir().vendor(), &kept).unwrap();

    let modules = Modules::default().with_tree_first(kept.clone());
    let second = fixture.prepare_with("app.ts", &modules).await.unwrap();
    assert_eq!(second.modules, first.modules);
    assert!(
        second
            .modules
            .iter()
            .any(|module| module.specifier == "jsr:@s/p@1")
    );

    let line = second
        .modules
        .iter()
        .find(|module| module.specifier == "jsr:@s/p@1")
        .unwrap();
    put(&kept.join(&line.file), "export const other = 1;");
    let error = fixture
        .prepare_with("app.ts", &Modules::default().with_tree_first(kept))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("SHA-256"), "{error}");
}
