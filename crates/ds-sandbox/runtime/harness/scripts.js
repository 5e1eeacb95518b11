// Running an app as a script. Importing a module, Deno reads it three times before it runs it; a script is only run,
// and with what V8 compiled of it before it is not even compiled. Being able to takes a start 10 ms, so only
// processes that wait can.

const { readFileSync, readTextFileSync } = Deno;
const { apply } = Reflect;

let Script, runInThisContext, createCachedData, toBase64;
/** The app's, if there is something to be kept of it. */
let script;

/** Gets ready to run scripts. Before any app code runs, which may change what we use. */
export async function prepareScripts() {
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
 * Runs the app's script, which stands for its module `url`, and returns what that exports. `compiled` is a file with
 * what V8 compiled of it before.
 */
export async function runApp({ file, text }, compiled, url) {
  const made = compile(text ?? readTextFileSync(file), url, compiled && readFileSync(compiled));
  script = compiled && !made.cachedDataRejected ? undefined : made;
  return await runScript(made);
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

async function runScript(made) {
  const { outside, run } = apply(runInThisContext, made, []);
  const modules = {};
  for (const name of outside) modules[name] = await import(name);
  return run(modules);
}
