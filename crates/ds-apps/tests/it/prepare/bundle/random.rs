//! Random graphs of modules: as one module they print what they print file by file.

use std::fmt::Write as _;

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};

use super::*;

/// How many graphs; all are run by one process.
const GRAPHS: usize = 120;
const NAMES: [&str; 5] = ["a", "b", "c", "toString", "$1"];

/// A module: what it declares, and whom it asks for what.
#[derive(Clone, Debug)]
struct Module {
    /// For each name: not at all, or how.
    names: Vec<u8>,
    default: u8,
    links: Vec<Link>,
    waits: bool,
}

/// One import or export from another module; the numbers are taken modulo what there is.
#[derive(Clone, Debug)]
struct Link {
    to: usize,
    kind: u8,
    name: usize,
    alias: usize,
}

fn module() -> impl Strategy<Value = Module> {
    let link = (any::<usize>(), 0..10_u8, any::<usize>(), any::<usize>());
    let link = link.prop_map(|(to, kind, name, alias)| Link {
        to,
        kind,
        name,
        alias,
    });
    let names = prop::collection::vec(0..10_u8, NAMES.len());
    let links = prop::collection::vec(link, 0..5);
    (names, 0..7_u8, links, prop::bool::weighted(0.05)).prop_map(
        |(names, default, links, waits)| Module {
            names,
            default,
            links,
            waits,
        },
    )
}

/// How a name is declared, so that it has a value that tells where it is from.
fn declaration(kind: u8, name: &str, module: usize) -> String {
    let say = format!("'{name} of {module}'");
    match kind {
        0 => format!("export const {name} = {say};"),
        1 => format!("export function {name}() {{ return {say} + {name}.name; }}"),
        2 => format!("export class {name} {{ static who = {say} + {name}.name; }}"),
        3 => format!("export let {name} = () => {say};"),
        9 => format!("export function {name}() {{ return {say} + (this && Object.keys(this)); }}"),
        4 => format!("export var {name} = {say}; {name} += {name};"),
        5 => format!("let {name} = {say}; export {{ {name} }}; log.push({name});"),
        6 => format!("const {name} = function () {{ return {say}; }};"),
        _ => String::new(),
    }
}

fn default(kind: u8, module: usize) -> String {
    match kind {
        0 => format!("export default function () {{ return {module}; }}"),
        1 => "export default class { static who = this.name; }".to_owned(),
        2 => "export default () => 1".to_owned(),
        3 => format!("export default 'default of {module}'"),
        4 => "export default function named() { return named.name; }".to_owned(),
        _ => String::new(),
    }
}

fn is_exported(kind: u8) -> bool {
    kind < 6 || kind == 9
}

/// What each of the modules offers by itself: its own exported names.
fn offered(module: &Module) -> Vec<&'static str> {
    let own = NAMES
        .iter()
        .zip(&module.names)
        .filter(|(_, kind)| is_exported(**kind));
    let default = (module.default < 5).then_some("default");
    own.map(|(name, _)| *name).chain(default).collect()
}

/// A module's text while it is written.
struct Writer {
    text: String,
    /// Names that are declared in it.
    taken: Vec<String>,
    exported: Vec<String>,
    /// Names that it looks at.
    seen: Vec<String>,
    /// Those that are objects of exports.
    spaces: Vec<String>,
}

impl Writer {
    fn new(module: &Module) -> Self {
        let declared = NAMES.iter().zip(&module.names);
        let declared = declared.filter(|(_, kind)| is_exported(**kind) || **kind == 6);
        let taken: Vec<String> = declared.map(|(name, _)| (*name).to_owned()).collect();
        Self {
            text: String::new(),
            spaces: Vec::new(),
            seen: taken.clone(),
            taken,
            exported: offered(module).into_iter().map(str::to_owned).collect(),
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn import(&mut self, what: &str, alias: String, from: &str) {
        self.line(&format!("import {what} as {alias} {from}"));
        self.taken.push(alias.clone());
        self.seen.push(alias);
    }

    fn export(&mut self, what: &str, alias: String, from: &str) {
        self.line(&format!("export {what} as {alias}{from}"));
        self.exported.push(alias);
    }

    fn link(&mut self, link: &Link, modules: &[Module]) {
        let to = link.to % modules.len();
        let offered = offered(&modules[to]);
        let name = offered.get(link.name % offered.len().max(1));
        let mut alias = NAMES[link.alias % NAMES.len()].to_owned();
        alias.push_str(if link.alias.is_multiple_of(3) {
            "x"
        } else {
            ""
        });
        while self.taken.contains(&alias) {
            alias.push('_');
        }
        let free = !self.exported.contains(&alias);
        let from = format!("from './{}.js';", file(to));
        match (link.kind, name) {
            (0..=3, Some(name)) => self.import(&format!("{{ {name}"), alias, &format!("}} {from}")),
            (4, _) => self.import("*", alias, &from),
            (8, _) => {
                self.line(&format!("import * as {alias} {from}"));
                self.taken.push(alias.clone());
                self.spaces.push(alias);
            }
            (5, Some(name)) if free => {
                self.export(&format!("{{ {name}"), alias, &format!(" }} {from}"));
            }
            (6, _) => self.line(&format!("export * {from}")),
            (7, _) if free => self.export("*", alias, &format!(" {from}")),
            _ => self.line(&format!("import './{}.js';", file(to))),
        }
    }

    /// Looks at everything that it can name, whether it is there already or not.
    fn look(&mut self) {
        let seen = self.seen.iter();
        let looks: Vec<_> = seen
            .map(|name| format!("['{name}', () => {name}]"))
            .collect();
        let looks = looks.join(", ");
        self.line(&format!(
            "for (const [name, get] of [{looks}]) {{ try {{ const it = get(); const text = Deno.inspect(it); \
             log.push(name, typeof it, it?.name, text, typeof it === 'function' && !text.startsWith('[class') ? it() : ''); \
             }} catch (error) {{ log.push(name, error.name); }} }}"
        ));
        // Of these only members are asked for, some of which are not there, and some of which ask for `this`.
        for space in self.spaces.clone() {
            for name in NAMES.iter().chain(&["default"]) {
                self.line(&format!(
                    "try {{ log.push((({name}x, a, b) => typeof {space}.{name})(), typeof {space}.{name} === 'function' && \
                     !{space}.{name}.who ? {space}.{name}() : 0); }} catch (error) {{ log.push(error.name); }}"
                ));
            }
        }
        if let Some(name) = self.seen.first().cloned() {
            self.line(&format!(
                "log.push(((a, b, {name}$1) => {{ try {{ return typeof {name}; }} catch {{ return b; }} }})(1, 2, 3));"
            ));
        }
    }
}

fn file(number: usize) -> String {
    match number {
        0 => "app".to_owned(),
        _ => format!("m{number}"),
    }
}

fn text(modules: &[Module], number: usize) -> String {
    let module = &modules[number];
    let mut writer = Writer::new(module);
    for link in &module.links {
        writer.link(link, modules);
    }
    writer.line(&format!(
        "const log = globalThis.said ??= [];\nlog.push('m{number}');"
    ));
    writer.look();
    for (name, kind) in NAMES.iter().zip(&module.names) {
        writer.line(&declaration(*kind, name, number));
    }
    writer.line(&default(module.default, number));
    if module.waits {
        writer.line("await null; Promise.resolve().then(() => log.push('tick'));");
    }
    writer.look();
    if number == 0 {
        writer.line("globalThis.said = undefined; console.log(log.join('\\n'));");
    }
    writer.text
}

#[tokio::test]
async fn graphs_print_the_same() {
    let strategy = prop::collection::vec(module(), 2..7);
    let mut runner = TestRunner::default();
    let (mut cases, mut alone) = (Vec::new(), 0);
    for _ in 0..GRAPHS {
        let modules = strategy.new_tree(&mut runner).unwrap().current();
        let mut package = String::new();
        for number in 0..modules.len() {
            let file = file(number);
            write!(package, "--- {file}.js\n{}", text(&modules, number)).unwrap();
        }
        let case = Case::new(&package).await;
        if case.prepared.unbundled.is_some() {
            alone += 1;
        } else {
            cases.push((package, case));
        }
    }
    // Most are made one module, and those that cannot be linked are not.
    assert!(alone < GRAPHS * 2 / 3, "{alone} stay as they are");
    let (packages, cases): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    let mut fine = 0;
    for ((package, case), [one, many]) in packages.iter().zip(&cases).zip(run_both(&cases)) {
        assert_eq!(one, many, "{package}\n{}", case.code());
        fine += usize::from(!many.contains("threw"));
    }
    assert!(fine > cases.len() / 2, "{fine} of {} run", cases.len());
}
