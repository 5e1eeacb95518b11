//! An app of sixty modules that import each other. Nothing can be left out, and each module is used by the first
//! request; as in most apps, most functions are not.

use std::fmt::Write as _;

use crate::fleet::App;

/// How many modules there are beside the one to begin with.
const MODULES: usize = 59;
/// How many functions each has.
const FUNCTIONS: usize = 12;

/// The app. Its handler runs something of every module, and which functions is only known then.
pub(crate) fn app() -> App {
    let mut modules: Vec<_> = (0..MODULES)
        .map(|number| (format!("lib/module{number}.ts"), module(number)))
        .collect();
    modules.push(("app.ts".to_owned(), entry()));
    App {
        name: "sixty",
        modules,
    }
}

fn entry() -> String {
    let mut code = String::from("import { createApp, everyone } from \"dropserver\";\n");
    let mut sum = String::from("0");
    for number in 0..MODULES {
        let _ = writeln!(
            code,
            "import {{ part as part{number} }} from \"./lib/module{number}.ts\";"
        );
        let _ = write!(sum, " + part{number}(1)");
    }
    let least = MODULES;
    let _ = write!(
        code,
        r#"
const app = createApp();
app.get("/hello", everyone, () => {{
  const found: number = {sum};
  return new Response(found >= {least} ? "Hello, world\n" : `only ${{found}}`);
}});
app.static("/public", everyone, "@app/static/");

export default app;
"#
    );
    code
}

/// Types, a table, a class and functions, as apps have them.
fn module(number: usize) -> String {
    let mut code = format!("//! Module {number} of many.\n");
    let mut others: Vec<_> = [number / 2, number / 3, number.saturating_sub(1)]
        .into_iter()
        .filter(|other| *other < number)
        .collect();
    others.sort_unstable();
    others.dedup();
    for other in &others {
        let _ = writeln!(
            code,
            "import {{ part as part{other}, type Row as Row{other} }} from \"./module{other}.ts\";"
        );
    }
    let _ = write!(
        code,
        r#"
/** What is kept of one thing of kind {number}. */
export interface Row {{
  id: number;
  title: string;
  tags: readonly string[];
  done?: boolean;
}}

/** Things of kind {number}, by their number. */
export class Table{number} {{
  private readonly rows = new Map<number, Row>();
  constructor(private readonly name: string = "kind {number}") {{}}
  add(row: Row): this {{
    if (this.rows.has(row.id)) throw new Error(`${{this.name}} has ${{row.id}} already`);
    this.rows.set(row.id, row);
    return this;
  }}
  list(): Row[] {{
    return [...this.rows.values()].sort((one, other) => one.id - other.id);
  }}
}}
"#
    );
    (0..FUNCTIONS).for_each(|function| code += &a_function(number, function));
    code += "\nconst all = {\n";
    for function in 0..FUNCTIONS {
        let _ = writeln!(code, "  choose{number}By{function},");
    }
    code += "};\n";
    let mut sum = String::new();
    for other in &others {
        let _ = write!(sum, " + part{other}(depth - 1)");
    }
    let _ = write!(
        code,
        r#"
/** How many choose well, of one function of this module and of each that it imports. */
export function part(depth: number): number {{
  const table = new Table{number}().add({{ id: {number}, title: "first", tags: ["{number}", "new"] }});
  const rows = table.list();
  const ways = Object.values(all);
  const own = ways[(rows.length + depth) % ways.length](rows, 1).length + 1;
  return depth <= 0 ? own : own{sum};
}}
"#
    );
    for other in &others {
        let _ = writeln!(
            code,
            "\n/** Takes what module {other} has. */\nexport const from{other} = (row: Row{other}): Row => ({{ ...row, done: false }});"
        );
    }
    code
}

fn a_function(number: usize, function: usize) -> String {
    format!(
        r#"
/** Chooses those of kind {number} that are asked for in way {function}, newest first. */
export function choose{number}By{function}(rows: readonly Row[], most: number): Row[] {{
  const wanted = new Set<string>(["{number}", "way-{function}", "kind-{number}-{function}"]);
  const chosen = rows
    .filter((row: Row) => row.done !== true && row.tags.some((tag) => wanted.has(tag)))
    .map((row): Row => ({{ ...row, title: `${{row.title}} ({number}.{function})` }}));
  chosen.sort((one, other) => other.id - one.id || one.title.localeCompare(other.title));
  return chosen.slice(0, Math.max(0, most));
}}
"#
    )
}
