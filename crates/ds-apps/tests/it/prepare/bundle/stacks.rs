//! Errors of the one module name the lines of the package.

use super::*;

#[tokio::test]
async fn errors_name_the_files_of_the_package() {
    let text = "--- app.ts
import { fail } from './x/fail.ts';
import { far } from './far.js';
interface A { a: 1 }

const go = (a: A): void => far(() => fail('ü' as string, a));
go({ a: 1 });
--- x/fail.ts
const x = 1;
export default 2;
export function fail(what: string, _: unknown): never {
  throw new Error(what);
}
--- far.js
const x = 2;


export const far = (f) => /* ü */ f(x);
";
    let case = Case::new(text).await;
    assert_eq!(case.prepared.unbundled, None);
    let output = case.fixture.deno(&case.prepared);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    for place in [
        "at fail (file://RUN/app/x/fail.ts:4:9)",
        "file://RUN/app/app.ts:5:38",
        "at far (file://RUN/app/far.js:4:35)",
        "at go (file://RUN/app/app.ts:5:28)",
        "at file://RUN/app/app.ts:6:1",
    ] {
        let place = place.replace("RUN", case.prepared.code.run.to_str().unwrap());
        assert!(errors.contains(&place), "{place}\n{errors}");
    }
}

#[tokio::test]
async fn so_do_errors_of_modules_that_are_imported_later() {
    let text = "--- app.ts
import { x } from './x.ts';
console.log(x);
import('./later.ts');
--- x.ts
export const x: number = 1;
--- later.ts
interface A { a: 1 }
import { x } from './x.ts';
if (x as number) throw new Error('later');
";
    let case = Case::new(text).await;
    assert_eq!(case.prepared.unbundled, None);
    let output = case.fixture.deno(&case.prepared);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let run = case.prepared.code.run.display();
    let place = format!("at file://{run}/app/later.ts:3:24");
    assert!(errors.contains(&place), "{place}\n{errors}");
}

/// The engine shows errors of the script as the module's map says.
#[tokio::test]
async fn the_script_has_the_lines_of_the_module_behind_its_first() {
    let text = "--- app.ts
import {
  join,
  sep as separator,
} from 'node:path';
import * as fs from 'node:fs'; import { fail } from './fail.ts';
const go = (a: string): void => fail(join(a, separator), fs);
export {
  go as default,
  made,
};
const made = new Error('made');
--- fail.ts
import { join } from 'node:path';
export function fail(...what: unknown[]): never {
  throw new Error(join('a', `
    ${what}`));
}
";
    let case = Case::new(text).await;
    assert_eq!(
        case.prepared.code.script.as_deref(),
        Some("bundle/script.js")
    );
    let bundle = case.prepared.code.run.join("bundle");
    let [module, script, map] = ["app.js", "script.js", "app.js.map"]
        .map(|name| fs::read_to_string(bundle.join(name)).unwrap());
    assert!(map.contains("../app/fail.ts"), "{map}");
    let (_, script) = script.split_once('\n').unwrap();
    let mut same = 0;
    for (of_module, of_script) in module.lines().zip(script.lines()) {
        let changes = ["import ", "export "].map(|word| of_module.starts_with(word));
        assert!(
            changes.contains(&true) || of_module == of_script,
            "{of_module}\n{of_script}"
        );
        same += usize::from(of_module == of_script);
    }
    assert!(same > 5, "{module}\n{script}");
}
