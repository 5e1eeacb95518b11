import * as ds from "dropserver";
import { T } from "./targets.js";

/** Imports what no tool sees in the source. */
const computed = (specifier, options) => import(specifier, options);
/** Writes a module among the appspace's files and loads it. */
let written = 0;
const load = async (source) => {
  const path = ds.filesPath(`written-${++written}.js`);
  await Deno.writeTextFile(path, source);
  return (await computed("file://" + path)).default;
};
/** A promise that also fails when what makes it does. */
const settled = (make) => new Promise((resolve, reject) => make(resolve, reject).catch(reject));
/** Opens a database. */
const open = async (path, options) => new (await computed("node:sqlite")).DatabaseSync(path, options);
const url = (path) => "file://" + path;

export const tries = {
/* TRIES */
};
