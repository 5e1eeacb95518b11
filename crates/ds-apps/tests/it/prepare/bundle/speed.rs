//! An app of sixty modules, as one module and file by file.

use std::fmt::Write as _;

use super::*;

const MODULES: usize = 60;

/// A module of some 7.5 KB that needs four others.
fn module(number: usize) -> String {
    let mut text = String::new();
    for step in [1, 2, 7, 19] {
        let other = number + step;
        if other < MODULES {
            writeln!(
                text,
                "import {{ total{other}, type Row{other} }} from './m{other}.ts';"
            )
            .unwrap();
            writeln!(text, "export type Seen{step} = Row{other} | null;").unwrap();
        }
    }
    writeln!(
        text,
        "export interface Row{number} {{ id: number; title: string; tags: string[] }}"
    )
    .unwrap();
    writeln!(text, "const cache = new Map<number, Row{number}>();").unwrap();
    for part in 0..14 {
        writeln!(
            text,
            r"
/** Part {part}: finds the rows whose title has a word. */
function part{part}of{number}(rows: readonly Row{number}[], word: string, limit: number = {part}): Row{number}[] {{
  const found: Row{number}[] = [];
  for (const row of rows) {{
    if (found.length >= limit) break;
    const {{ id, title, tags = [] }} = row;
    if (title.toLowerCase().includes(word) || tags.some((tag: string) => tag === word)) {{
      cache.set(id, {{ ...row, title: `${{title}} (${{word}})` }});
      found.push(cache.get(id)!);
    }}
  }}
  return found.sort((a, b) => a.id - b.id);
}}"
        )
        .unwrap();
    }
    let others = [1, 2, 7, 19].map(|step| number + step).into_iter();
    let others = others.filter(|other| *other < MODULES);
    let others: Vec<_> = others
        .map(|other| format!("(total{other} > 0 ? 1 : 0)"))
        .chain(["0".to_owned()])
        .collect();
    let parts: Vec<_> = (0..14)
        .map(|part| format!("part{part}of{number}"))
        .collect();
    let (others, parts) = (others.join(" + "), parts.join(", "));
    writeln!(
        text,
        "export const total{number}: number = [{parts}].length + {others};"
    )
    .unwrap();
    text
}

/// The app; no file of it is kept here.
fn app() -> String {
    let mut text =
        String::from("--- app.ts\nimport { total0 } from './m0.ts'; console.log(total0);\n");
    for number in 0..MODULES {
        write!(text, "--- m{number}.ts\n{}", module(number)).unwrap();
    }
    text
}

/// Imports a module at an address that is computed, in a process that runs already, and says how much of the processor's
/// time that took: other processes do not matter to it.
const TIME: &str = "import { cpuUsage } from 'node:process'; const start = cpuUsage(); \
                    await import(Deno.args[0] + ''); const { user, system } = cpuUsage(start); \
                    console.log((user + system) / 1000);";

#[tokio::test]
async fn sixty_modules_load_as_one() {
    let text = app();
    assert!(text.len() > 400_000, "{}", text.len());
    let case = Case::new(&text).await;
    assert_eq!(case.prepared.unbundled, None);
    assert_eq!(case.bundle_files(), ["app.js", "app.js.map", "script.js"]);

    let place = tempfile::tempdir().unwrap();
    let harness = place.path().join("time.js");
    put(&harness, TIME);
    let mut times = case.pair().map(|_| Vec::new());
    for _ in 0..9 {
        for (url, times) in case.pair().iter().zip(&mut times) {
            let output = deno_command()
                .args([
                    "run",
                    "-q",
                    "--no-prompt",
                    "--no-remote",
                    "--no-config",
                    "--no-lock",
                    "--no-npm",
                ])
                .arg(format!("--allow-read={}", case.prepared.code.run.display()))
                .arg(&harness)
                .arg(url)
                .env_clear()
                .env("DENO_DIR", place.path().join("dir"))
                .output()
                .unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            let (total, time) = said.split_once('\n').unwrap();
            assert_eq!(total, "18");
            times.push(time.trim().parse::<f64>().unwrap());
        }
    }
    let [one, many] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[0]
    });
    // A wide margin: on a machine that has nothing else to do it is less than half.
    assert!(
        one < 0.9 * many,
        "one module: {one:.1} ms, file by file: {many:.1} ms"
    );
}
