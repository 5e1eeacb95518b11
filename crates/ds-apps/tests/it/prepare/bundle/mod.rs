//! One module of many: it must print what they print.

mod graphs;
mod random;
mod refused;
mod same;
mod speed;
mod stacks;
mod whole;

use ds_apps::prepare::{entry_file, entry_of};

use super::*;

/// Imports each group of entry modules, one after the other, and says what each printed. Scripts are run as harnesses run
/// them.
const BOTH: &str = r#"
import { Script } from "node:vm";
const load = async (url) => {
  if (!url.endsWith("/script.js")) return await import(url);
  const script = new Script(Deno.readTextFileSync(new URL(url)), { filename: url, lineOffset: -1 });
  const { outside, run } = script.runInThisContext();
  const modules = {};
  for (const name of outside) modules[name] = await import(name);
  return run(modules);
};
const said = [];
const { log } = console;
const wait = () => new Promise((resolve) => setTimeout(resolve, 0));
for (const pair of JSON.parse(Deno.readTextFileSync(Deno.args[0]))) {
  const texts = [];
  for (const url of pair) {
    const lines = [];
    console.log = (...all) => lines.push(all.map((it) => typeof it === "string" ? it : Deno.inspect(it)).join(" "));
    try {
      const module = await load(url);
      lines.push("exports " + Object.keys(module).sort());
      // What goes on by itself says so.
      if (module.go) await module.go();
    } catch (error) {
      lines.push("threw " + error);
    }
    await wait();
    texts.push(lines.join("\n"));
  }
  said.push(texts);
}
log(JSON.stringify(said));
"#;

/// A package as one text: `--- name` before each file.
fn files(text: &str) -> Vec<(String, String)> {
    let files = text.split("--- ").filter(|part| !part.trim().is_empty());
    files
        .map(|part| {
            let (name, text) = part.split_once('\n').expect("a name and a text");
            (name.trim().to_owned(), text.to_owned())
        })
        .collect()
}

/// A package that was prepared.
struct Case {
    fixture: Fixture,
    entry: &'static str,
    prepared: Prepared,
}

impl Case {
    async fn new(text: &str) -> Self {
        let files = files(text);
        let package: Vec<(&str, &str)> = files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let typed = package.iter().any(|(name, _)| *name == "app.ts");
        let entry = if typed { "app.ts" } else { "app.js" };
        let fixture = Fixture::new(&package, TREE);
        let prepared = fixture.prepare(entry).await;
        let prepared = prepared.unwrap_or_else(|error| panic!("{text}: {error}"));
        Self {
            fixture,
            entry,
            prepared,
        }
    }

    /// The text of the one module.
    fn code(&self) -> String {
        let bundle = self.prepared.code.run.join("bundle");
        let code = fs::read_to_string(bundle.join("code.js"));
        code.or_else(|_| fs::read_to_string(bundle.join("app.js")))
            .unwrap_or_default()
    }

    /// The names of the files of the one module.
    fn bundle_files(&self) -> Vec<String> {
        let dir = fs::read_dir(self.prepared.code.run.join("bundle")).unwrap();
        let mut names: Vec<String> = dir
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The address of the module that a sandbox loads, and that of the entry module itself.
    fn pair(&self) -> [String; 2] {
        [&*self.prepared.code.entry, &entry_file(self.entry)].map(|file| self.url(file))
    }

    /// The address of the script, if there is one.
    fn script(&self) -> Option<String> {
        let script = self.prepared.code.script.as_deref();
        script.map(|file| self.url(file))
    }

    fn url(&self, file: &str) -> String {
        format!("file://{}", self.prepared.code.run.join(file).display())
    }
}

/// Modules that are not the app's own.
const TREE: &[(&str, &str)] = &[
    (
        "h.example/far.ts",
        "export const far: string = 'far'; console.log('far runs');",
    ),
    (
        "npm/left/package.json",
        r#"{"name":"left","version":"1.0.0","main":"i.js"}"#,
    ),
    ("npm/left/i.js", "module.exports = 'left';"),
];

/// What each of the cases prints: as one module, and file by file. As a script, if it is one, it prints what it does as one
/// module.
fn run_both(cases: &[Case]) -> Vec<[String; 2]> {
    let place = tempfile::tempdir().unwrap();
    let (harness, list) = (place.path().join("both.js"), place.path().join("list.json"));
    let groups: Vec<Vec<String>> = cases
        .iter()
        .map(|case| case.pair().into_iter().chain(case.script()).collect())
        .collect();
    put(&harness, BOTH);
    put(&list, &serde_json::to_string(&groups).unwrap());
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
        .args(["--allow-read", "--allow-env"])
        .args([&harness, &list])
        .env_clear()
        .env("DENO_DIR", place.path().join("none"))
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let said: Vec<Vec<String>> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said.len(), cases.len());
    let pairs = said.into_iter().zip(cases).map(|(mut said, case)| {
        for script in said.split_off(2) {
            assert_eq!(said[0], script, "as a script:\n{}", case.code());
        }
        said.try_into().unwrap()
    });
    pairs.collect()
}
