// Running an app as a script. Importing a module, Deno reads it three times before it runs it; a script is only run,
// and with what V8 compiled of it before it is not even compiled. Being able to takes a start 10 ms, so only
// processes that wait can.
//
// Its errors look like those of the module. Deno shows them as a source map says, and remembers by a file's name where
// its map is, but only of modules. So a module of the script's name is imported first; all it says is where the map
// is, which is read when the first error is shown.

import { fileUrl } from "./paths.js";

const { defineProperty } = Object;
const { readFileSync, readTextFileSync } = Deno;
const { apply } = Reflect;

let Script, runInThisContext, createCachedData, toBase64;
/** The app's, if there is something to be kept of it. */
let script;

/**
 * Gets ready to run scripts. Before any app code runs, which may change what we use. `named` is where the app's will be,
 * and now is a module that says where its map will be.
 */
export async function prepareScripts(named) {
  await import(fileUrl(named));
  ({ Script } = await import("node:vm"));
  ({ runInThisContext, createCachedData } = Script.prototype);
  ({ toBase64 } = Uint8Array.prototype);
  const trial = "({ outside: [], run() {} })";
  const compiled = apply(createCachedData, compile(trial), []);
  await runScript(compile(trial, "file:///trial.js", compiled));
}

export function canRunScripts() {
  return Script !== undefined;
}

/**
 * Runs the app's script and returns what its module exports. `compiled` is a file with what V8 compiled of it before.
 */
export async function runApp({ file, text }, compiled) {
  const made = compile(text ?? readTextFileSync(file), fileUrl(file), compiled && readFileSync(compiled));
  script = compiled && !made.cachedDataRejected ? undefined : made;
  return runScript(made);
}

/** What V8 has compiled of the app until now, in base 64; null if it was had before, or there is none. */
export function compiledApp() {
  const made = script;
  script = undefined;
  return made ? apply(toBase64, apply(createCachedData, made, []), []) : null;
}

function compile(text, url, cachedData) {
  // The code begins at the script's second line.
  return new Script(text, { filename: url, lineOffset: -1, cachedData });
}

/** As a module runs: without a name, and nobody of us calls it or awaits it, for stacks would tell. */
function runScript(made) {
  const { outside, run } = apply(runInThisContext, made, []);
  return load(outside).then(defineProperty(run, "name", { value: "" }));
}

async function load(names) {
  const modules = {};
  for (const name of names) modules[name] = await import(name);
  return modules;
}
